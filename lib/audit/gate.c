#include "audit/gate.h"

#include <inttypes.h>
#include <string.h>

#include "audit/field.h"
#include "audit/gate_finding.h"
#include "audit/gate_loss.h"
#include "audit/scope.h"
#include "audit/unread.h"

#define CONTRACT_TOLD (UINT64_C(1) << 63) /* the rows have the bits below, see gate_table.c */

bool
gate_voids(const struct conf *conf, double loss_ratio, double finding_ratio)
{
	if (finding_ratio > 0)
		return loss_ratio >
		       finding_ratio * conf_threshold(conf, NULL, "loss_gate_share_ratio");
	return loss_ratio > conf_threshold(conf, NULL, "loss_gate_ratio");
}

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

	for (size_t i = 0; i < gate_table_count; i++) {
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

/* Looks for a mute probe among those of the links of a sub-check. */
struct listening {
	const struct audit_input *in;
	const struct verdict_draft *d;
	const struct subcheck *check;
	const struct input_probe *mute;
};

static bool
note_mute(void *context, const struct input_link *link)
{
	struct listening *l = context;

	if (link->probe && !input_speaks(link->probe) &&
	    !outlives(l->d, l->check, l->in, link->probe))
		l->mute = link->probe;
	return !l->mute;
}

/* Where a sub-check is about no link but all traffic, one that speaks is enough for what was seen.
 */
static const struct input_probe *
all_mute(const struct listening *l)
{
	const struct input_probe *mute = NULL;

	for (size_t i = 0; i < l->in->probe_count; i++) {
		mute = &l->in->probes[i];
		if (input_speaks(mute) || outlives(l->d, l->check, l->in, mute))
			return NULL;
	}
	return mute;
}

/* A probe that says nothing, or nothing true, taps what the sub-check is about. */
static bool
is_mute(const struct gate *g, const struct verdict_draft *d, const struct subcheck *check,
        char why[VERDICT_WHY])
{
	struct listening l = {.in = g->in, .d = d, .check = check};

	if (!scope_each(g->scopes, check->scope, note_mute, &l))
		l.mute = all_mute(&l);
	if (l.mute)
		tell_mute(l.mute, why);
	return l.mute != NULL;
}

/* ---- losses ---------------------------------------------------------------------------------- */

static void
need_whole(struct gate *g, struct verdict_draft *d, const struct gate_loss *l, double finding)
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
	double finding = gate_finding(g->in, g->scopes, id, check);

	for (size_t i = 0; i < gate_table_count; i++) {
		const struct gate_row *row = &gate_table[i];

		if (!gate_names(check->verdict == VERDICT_PASS ? row->pass : row->fail, id,
		                check->id))
			continue;
		for (size_t p = 0; p < g->in->probe_count; p++) {
			const struct input_probe *probe = &g->in->probes[p];
			struct gate_loss l = gate_loss_of(probe, row);

			if (!gate_loss_voids(g->in->conf, &l, finding) ||
			    !scope_rests_on(g->scopes, check->scope, probe))
				continue;
			gate_loss_text(probe, &l, why, VERDICT_WHY);
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

		if (!p->stranger || !scope_rests_on(g->scopes, check->scope, p))
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
	*g = (struct gate){.in = in, .scopes = scope_index_create(in)};
	d->gate = gate_shuts;
	d->gate_context = g;
}

void
gate_close(struct gate *g, struct verdict_draft *d)
{
	scope_index_destroy(g->scopes);
	d->gate = NULL;
	d->gate_context = NULL;
}

bool
gate_hears(const struct requirement *r)
{
	for (size_t i = 0; i < gate_table_count; i++)
		if (gate_names(gate_table[i].absence, r->id, NULL))
			return true;
	return false;
}

const char *
gate_deafens(const struct audit_input *in, const struct input_link *link, char why[VERDICT_WHY])
{
	for (size_t i = 0; link->probe && i < gate_table_count; i++) {
		struct gate_loss l;

		if (gate_table[i].absence[0] == '\0')
			continue;
		l = gate_loss_of(link->probe, &gate_table[i]);
		if (!gate_loss_voids(in->conf, &l, 0))
			continue;
		gate_loss_text(link->probe, &l, why, VERDICT_WHY);
		return why;
	}
	return NULL;
}
