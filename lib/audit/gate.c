#include "audit/gate.h"

#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "audit/field.h"
#include "audit/gate_table.h"
#include "audit/location.h"
#include "audit/unread.h"
#include "base/clock.h"

enum { ROWS = sizeof gate_table / sizeof gate_table[0] };
static_assert(ROWS < 63, "a bit each in gate.told");
#define CONTRACT_TOLD (UINT64_C(1) << 63)
static_assert(2 * ROWS <= GATE_COUNTERS, "lost and of");

bool
gate_voids(const struct conf *conf, double loss_ratio, double finding_ratio)
{
	if (finding_ratio > 0)
		return loss_ratio >
		       finding_ratio * conf_threshold(conf, NULL, "loss_gate_share_ratio");
	return loss_ratio > conf_threshold(conf, NULL, "loss_gate_ratio");
}

/* ---- the window's counts --------------------------------------------------------------------- */

static bool
is_own(size_t offset)
{
	return offset >= offsetof(struct input_probe, own) &&
	       offset < offsetof(struct input_probe, own) + sizeof(struct rec_probe);
}

void
gate_counters(struct rec_probe *own, gate_counter_fn *fn, void *context)
{
	size_t seen[GATE_COUNTERS], count = 0;

	for (size_t i = 0; i < ROWS; i++) {
		const size_t both[] = {gate_table[i].lost, gate_table[i].of};

		for (size_t k = 0; k < 2; k++) {
			bool known = !is_own(both[k]);

			for (size_t s = 0; s < count && !known; s++)
				known = seen[s] == both[k];
			if (known)
				continue;
			seen[count++] = both[k];
			fn(context, (uint64_t *)(void *)((char *)own + both[k] -
			                                 offsetof(struct input_probe, own)));
		}
	}
}

static uint64_t
count_at(const struct input_probe *p, size_t offset)
{
	uint64_t count;

	memcpy(&count, (const char *)p + offset, sizeof count);
	return count;
}

/* ---- which links a scope is about ------------------------------------------------------------ */

static bool
begins(const char *text, const char *with)
{
	return strncmp(text, with, strlen(with)) == 0;
}

static const struct input_link *
link_of_session(const struct audit_input *in, const char *name)
{
	for (size_t i = 0; i < in->session_count; i++)
		if (strcmp(in->sessions[i].rec.name, name) == 0)
			return in->sessions[i].link;
	return NULL;
}

static const struct input_link *
link_of_bfd(const struct audit_input *in, const char *name)
{
	for (size_t i = 0; i < in->bfd_count; i++)
		if (strcmp(in->bfds[i].rec.name, name) == 0)
			return in->bfds[i].link;
	return NULL;
}

/* One word of a scope: whether it is about links at all, and about this one. */
static bool
word_names(const struct audit_input *in, const char *word, const struct input_link *link,
           bool *names)
{
	const char *name = link->rec.name;
	size_t size = strlen(name);

	if (begins(word, "link:"))
		*names |= strcmp(word + 5, name) == 0;
	else if (begins(word, "member:"))
		*names |= strncmp(word + 7, name, size) == 0 && word[7 + size] == ':';
	else if (begins(word, "session:"))
		*names |= link_of_session(in, word + 8) == link;
	else if (begins(word, "bfd:"))
		*names |= link_of_bfd(in, word + 4) == link;
	else if (begins(word, "location:"))
		*names |=
			link->conf && strcmp(location_of_link(in->conf, link->conf), word + 9) == 0;
	else
		return false;
	return true;
}

/* Whether the scope is about links, and about this one. */
static bool
scope_names(const struct audit_input *in, const char *scope, const struct input_link *link,
            bool *names)
{
	bool any = false;

	*names = false;
	while (*scope != '\0') {
		size_t size = strcspn(scope, ", ");
		char word[128];

		if (size < sizeof word) {
			memcpy(word, scope, size);
			word[size] = '\0';
			any |= word_names(in, word, link, names);
		}
		scope += size;
		scope += strspn(scope, ", ");
	}
	return any;
}

bool
gate_concerns(const struct audit_input *in, const char *scope, const struct input_link *link)
{
	bool names;

	return !scope_names(in, scope, link, &names) || names;
}

/* Whether what this probe lost matters for `scope`: it taps a link that the scope is
 * about. */
static bool
scope_rests_on(const struct audit_input *in, const char *scope, const struct input_probe *p)
{
	for (size_t i = 0; i < in->link_count; i++)
		/* a link whose probe is not known may be anybody's */
		if (gate_concerns(in, scope, &in->links[i]) &&
		    (!in->links[i].probe || in->links[i].probe == p))
			return true;
	return in->link_count == 0;
}

/* ---- probes that are silent or unfit --------------------------------------------------------- */

/* Identity was seen whatever the probe lost; what it was lives on for a while in a store that
 * nobody writes to any more. */
static bool
outlives(const struct verdict_draft *d, const struct subcheck *check, const struct audit_input *in,
         const struct input_probe *p)
{
	bool identity = d->requirement->flags & REQ_IDENTITY;
	double age = (double)(in->now_us - p->rec.heartbeat_us);

	if (!p->stale)
		return identity;
	return check->verdict == VERDICT_FAIL && check->hard &&
	       age <= conf_threshold(in->conf, NULL,
	                             identity ? "identity_window_us" : "evidence_window_us");
}

/* In short: the row's own sub-check of the probe says the rest. */
static void
tell_mute(const struct input_probe *p, char why[VERDICT_WHY])
{
	field_format(why, VERDICT_WHY, "%s is %s", p->rec.id, p->stale ? "silent" : "unfit");
}

/* A probe that says nothing, or nothing true, taps what the sub-check is about. Where that is no
 * link but all traffic, one that speaks is enough for what was seen. */
static bool
is_mute(const struct gate *g, const struct verdict_draft *d, const struct subcheck *check,
        char why[VERDICT_WHY])
{
	const struct audit_input *in = g->in;
	const struct input_probe *mute = NULL;
	bool named = false;

	for (size_t i = 0; i < in->link_count; i++) {
		const struct input_link *link = &in->links[i];
		bool names;

		if (!scope_names(in, check->scope, link, &names))
			break;
		named = true;
		if (names && link->probe && !input_speaks(link->probe) &&
		    !outlives(d, check, in, link->probe)) {
			tell_mute(link->probe, why);
			return true;
		}
	}
	for (size_t i = 0; i < in->probe_count && !named; i++) {
		if (input_speaks(&in->probes[i]) || outlives(d, check, in, &in->probes[i]))
			return false;
		mute = &in->probes[i];
	}
	if (mute)
		tell_mute(mute, why);
	return mute != NULL;
}

/* ---- what a finding is worth ----------------------------------------------------------------- */

bool
gate_names(const char *list, const char *requirement, const char *check)
{
	size_t size = strlen(requirement);

	if (strcmp(list, "*") == 0)
		return true;
	while (*list != '\0') {
		size_t word = strcspn(list, " ");
		bool whole = word == size, part = word > size && list[size] == '/';

		if (strncmp(list, requirement, size) == 0 &&
		    (whole ||
		     (part && (!check || strncmp(list + size + 1, check, word - size - 1) == 0))))
			return true;
		list += word;
		list += strspn(list, " ");
	}
	return false;
}

static double
down_share(const struct uptime *u)
{
	double ratio = uptime_ratio(u);

	return isnan(ratio) ? 0 : 1 - ratio;
}

/* The share of time that what the scope names was down: the largest of it. */
static double
down_of(const struct audit_input *in, const char *scope)
{
	double most = 0;
	bool names;

	for (size_t i = 0; i < in->session_count; i++) {
		const struct input_session *s = &in->sessions[i];

		if (s->link && s->counts && scope_names(in, scope, s->link, &names) && names &&
		    (!begins(scope, "session:") || strcmp(scope + 8, s->rec.name) == 0))
			most = fmax(most, down_share(&s->uptime));
	}
	for (size_t i = 0; i < in->bfd_count; i++)
		if (begins(scope, "bfd:") && strcmp(scope + 4, in->bfds[i].rec.name) == 0)
			most = fmax(most, down_share(&in->bfds[i].uptime));
	for (size_t i = 0; i < in->link_count; i++)
		for (size_t m = 0; m < in->links[i].lacp_count; m++)
			if (!begins(scope, "session:") && !begins(scope, "bfd:") &&
			    scope_names(in, scope, &in->links[i], &names) && names)
				most = fmax(most, down_share(&in->links[i].lacp[m].uptime));
	return most;
}

/* Media lost on that side of that link, where any window was over. */
static double
media_loss(const struct audit_input *in, const struct subcheck *check)
{
	const char *side = strstr(check->id, "peer") ? "peer" : "msft";

	for (size_t i = 0; i < in->loss_count; i++)
		if (strcmp(in->losses[i].scope, check->scope) == 0 &&
		    strcmp(in->losses[i].side, side) == 0 && in->losses[i].windows_over > 0)
			return in->losses[i].loss_ratio;
	return 0;
}

/* The ratio that the sub-check is about; 0: it says that there is nothing. */
static double
finding_of(const struct audit_input *in, const char *id, const struct subcheck *check)
{
	static const struct {
		const char *checks, *pass, *fail; /* thresholds */
	} ratios[] = {
		{"R3/sources", "r3_uncovered_ratio", "r3_uncovered_ratio"},
		{"R4", "r4_undeclared_ratio", "r4_undeclared_ratio"},
		{"R8/share X16/share", "r8_balance_ratio", "r8_share_ratio"},
		{"X15 M1/load", "x15_augment_ratio", "x15_augment_ratio"},
	};
	bool failed = check->verdict == VERDICT_FAIL;

	for (size_t i = 0; i < sizeof ratios / sizeof ratios[0]; i++)
		if (gate_names(ratios[i].checks, id, check->id))
			return conf_threshold(in->conf, NULL,
			                      failed ? ratios[i].fail : ratios[i].pass);
	if (strcmp(id, "M3") == 0)
		return media_loss(in, check);
	if (failed && gate_names("R2/connection R9/capacity X6/connection M2 M4", id, check->id))
		return down_of(in, check->scope);
	return 0;
}

/* ---- losses ---------------------------------------------------------------------------------- */

struct loss {
	const struct gate_row *row;
	uint64_t lost, of;
	double ratio;
};

static struct loss
loss_of(const struct input_probe *p, const struct gate_row *row)
{
	struct loss l = {.row = row, .lost = count_at(p, row->lost)};

	if (row->weight == GATE_SHARE || row->weight == GATE_MOST)
		l.of = count_at(p, row->of);
	l.ratio = l.of > 0 ? (double)l.lost / (double)l.of : l.lost > 0;
	return l;
}

static bool
loss_voids(const struct conf *c, const struct loss *l, double finding)
{
	switch (l->row->weight) {
	case GATE_SHARE:
		return gate_voids(c, l->ratio, finding);
	case GATE_MOST:
		return gate_voids(c, l->ratio, 1);
	case GATE_FEW:
		return (double)l->lost > conf_threshold(c, NULL, "control_drop_gate_packets");
	case GATE_ANY:
		break;
	}
	return l->lost > 0;
}

/* "ams1-p: 12 of 3.1e+09 frames offered (3.9e-09) missed". */
static void
loss_text(const struct input_probe *p, const struct loss *l, char *text, size_t size)
{
	if (l->row->weight == GATE_SHARE || l->row->weight == GATE_MOST)
		field_format(text, size, "%s: %s %" PRIu64 " of %" PRIu64 " %s (%.2g)", p->rec.id,
		             l->row->name, l->lost, l->of, l->row->of_what, l->ratio);
	else
		field_format(text, size, "%s: %s %" PRIu64, p->rec.id, l->row->name, l->lost);
}

static void
need_whole(struct gate *g, struct verdict_draft *d, const struct loss *l, double finding)
{
	uint64_t bit = UINT64_C(1) << (l->row - gate_table);
	const struct conf *c = g->in->conf;
	char have[64], want[64];

	if (g->told & bit)
		return;
	g->told |= bit;
	if (l->row->weight == GATE_SHARE || l->row->weight == GATE_MOST) {
		double share = conf_threshold(c, NULL, "loss_gate_share_ratio");
		double most = l->row->weight == GATE_MOST ? share
		              : finding > 0               ? finding * share
		                            : conf_threshold(c, NULL, "loss_gate_ratio");

		FIELD_FORMAT(have, "%.2g of the %s", l->ratio, l->row->of_what);
		FIELD_FORMAT(want, "at most %.2g in %.3g h", most,
		             conf_threshold(c, NULL, "evidence_window_us") / 3600e6);
	} else {
		FIELD_FORMAT(have, "%" PRIu64, l->lost);
		FIELD_FORMAT(want, "none in %.3g h",
		             conf_threshold(c, NULL, "evidence_window_us") / 3600e6);
	}
	verdict_need(d, l->row->what, have, want, l->row->why, 0);
}

static bool
is_lossy(struct gate *g, struct verdict_draft *d, const struct subcheck *check,
         char why[VERDICT_WHY])
{
	const char *id = d->requirement->id;
	double finding = finding_of(g->in, id, check);

	for (size_t i = 0; i < ROWS; i++) {
		const struct gate_row *row = &gate_table[i];

		if (!gate_names(check->verdict == VERDICT_PASS ? row->pass : row->fail, id,
		                check->id))
			continue;
		for (size_t p = 0; p < g->in->probe_count; p++) {
			const struct input_probe *probe = &g->in->probes[p];
			struct loss l = loss_of(probe, row);

			if (!loss_voids(g->in->conf, &l, finding) ||
			    !scope_rests_on(g->in, check->scope, probe))
				continue;
			loss_text(probe, &l, why, VERDICT_WHY);
			need_whole(g, d, &l, finding);
			return true;
		}
	}
	return false;
}

/* What a probe counts by subnets, classes, SBCs and limits of another contract answers another
 * question. */
static bool
is_of_another_contract(struct gate *g, struct verdict_draft *d, const struct subcheck *check,
                       char why[VERDICT_WHY])
{
	const struct conf *c = g->in->conf;

	if (!gate_names("R3/sources R3/covered R4 R5 R7 X9/to- X18 M3 M5", d->requirement->id,
	                check->id))
		return false;
	for (size_t i = 0; i < g->in->probe_count; i++) {
		const struct input_probe *p = &g->in->probes[i];

		if (!p->stranger || !scope_rests_on(g->in, check->scope, p))
			continue;
		field_format(why, VERDICT_WHY, "%s works from contract %.8s, control from %.8s",
		             p->rec.id, p->rec.config_sha256, c->sha256);
		if (!(g->told & CONTRACT_TOLD))
			verdict_need(d, "one contract everywhere", why, c->sha256,
			             "copy the same peering file to every host and send SIGHUP", 0);
		g->told |= CONTRACT_TOLD;
		return true;
	}
	return false;
}

/* A FAIL by absence, beside keys that could not be read. */
static bool
is_unread(const struct audit_input *in, const char *id, const struct subcheck *check,
          char why[VERDICT_WHY])
{
	for (const struct unread_row *u = NULL; (u = unread_next(in, u)) != NULL;) {
		if (check->verdict != VERDICT_FAIL || !gate_names(u->fail, id, check->id))
			continue;
		field_copy(why, VERDICT_WHY, unread_why(in, u));
		return true;
	}
	return false;
}

static bool
gate_shuts(struct verdict_draft *d, const struct subcheck *check, char why[VERDICT_WHY])
{
	struct gate *g = d->gate_context;

	if (check->basis == BASIS_DECLARED)
		return false;
	if (is_unread(g->in, d->requirement->id, check, why))
		return true;
	if (is_mute(g, d, check, why) || is_of_another_contract(g, d, check, why))
		return true;
	return !check->hard && is_lossy(g, d, check, why);
}

void
gate_open(struct gate *g, const struct audit_input *in, struct verdict_draft *d)
{
	*g = (struct gate){.in = in};
	d->gate = gate_shuts;
	d->gate_context = g;
}

bool
gate_hears(const struct requirement *r)
{
	for (size_t i = 0; i < ROWS; i++)
		if (gate_names(gate_table[i].absence, r->id, NULL))
			return true;
	return false;
}

const char *
gate_deafens(const struct audit_input *in, const struct input_link *link, char why[VERDICT_WHY])
{
	for (size_t i = 0; link->probe && i < ROWS; i++) {
		struct loss l;

		if (gate_table[i].absence[0] == '\0')
			continue;
		l = loss_of(link->probe, &gate_table[i]);
		if (!loss_voids(in->conf, &l, 0))
			continue;
		loss_text(link->probe, &l, why, VERDICT_WHY);
		return why;
	}
	return NULL;
}

/* ---- texts ----------------------------------------------------------------------------------- */

static bool
rests_on(const struct gate_row *row, const char *id)
{
	return gate_names(row->pass, id, NULL) || gate_names(row->fail, id, NULL) ||
	       gate_names(row->absence, id, NULL);
}

void
gate_tell(const struct audit_input *in, const struct requirement *r, char *text, size_t size)
{
	uint64_t offered = 0;
	bool rests = false;

	text[0] = '\0';
	for (size_t i = 0; i < ROWS; i++) {
		if (!rests_on(&gate_table[i], r->id))
			continue;
		rests = true;
		for (size_t p = 0; p < in->probe_count; p++) {
			struct loss l = loss_of(&in->probes[p], &gate_table[i]);
			char one[VERDICT_WHY];

			/* the same counter may stand in two rows */
			if (l.lost == 0 || (i > 0 && gate_table[i].lost == gate_table[i - 1].lost &&
			                    rests_on(&gate_table[i - 1], r->id)))
				continue;
			loss_text(&in->probes[p], &l, one, sizeof one);
			field_append(text, size, "; ", one);
		}
	}
	for (size_t p = 0; p < in->probe_count; p++)
		offered += in->probes[p].offered;
	if (rests && text[0] == '\0' && in->probe_count > 0)
		field_format(text, size, "none of what it rests on, of %" PRIu64 " frames offered",
		             offered);
}

/* The counters of one column that name the requirement, each once. */
static void
explain_column(const char *title, const struct requirement *r, size_t column, FILE *to)
{
	const char *separator = title, *before = "";

	for (size_t i = 0; i < ROWS; i++) {
		const char *list;

		memcpy(&list, (const char *)&gate_table[i] + column, sizeof list);
		if (!gate_names(list, r->id, NULL) || strcmp(before, gate_table[i].name) == 0)
			continue;
		fprintf(to, "%s%s", separator, gate_table[i].name);
		separator = ", ";
		before = gate_table[i].name;
	}
	if (separator != title)
		fputc('\n', to);
}

void
gate_explain(const struct requirement *r, FILE *to)
{
	explain_column("PASS void by  the probe's ", r, offsetof(struct gate_row, pass), to);
	explain_column("FAIL void by  the probe's ", r, offsetof(struct gate_row, fail), to);
	explain_column("deaf by       the probe's ", r, offsetof(struct gate_row, absence), to);
}

static const char *
list_text(const char *list)
{
	return list[0] != '\0' ? list : "-";
}

void
gate_print_docs(FILE *to)
{
	fputs("\n# What the probe's own losses void\n\n"
	      "A PASS or FAIL that rests on what a probe lost or had no room for within the window "
	      "becomes INCONCLUSIVE (probe-unfit), with the counter, its numbers and what to do. "
	      "`R4/class` means the sub-checks of R4 that begin so. Shares are held against a "
	      "tenth "
	      "of the finding, or 1e-6 where the finding is \"none\"; flows that may count twice "
	      "against a tenth of all. Under \"absence\" stand the rules whose FAIL by silence "
	      "needs ears. What the contract alone says, and facts seen on the wire (R1, R6, X7, "
	      "X14), are void by none of them.\n\n"
	      "| counter | what | of | PASS | FAIL | absence | then "
	      "|\n|---|---|---|---|---|---|---|\n",
	      to);
	for (size_t i = 0; i < ROWS; i++) {
		const struct gate_row *r = &gate_table[i];

		fprintf(to, "| `%s` | %s | %s | %s | %s | %s | %s |\n", r->name, r->what,
		        r->weight == GATE_ANY   ? "any"
		        : r->weight == GATE_FEW ? "more than control_drop_gate_packets"
		                                : r->of_what,
		        list_text(r->pass), list_text(r->fail), list_text(r->absence), r->why);
	}
}
