#include "audit/verdict.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "audit/field.h"

static const char *const verdict_names[] = {"PASS", "FAIL", "INCONCLUSIVE"};

static const struct {
	const char *name, *text;
} lacks[] = {
	[LACK_NONE] = {"", ""},
	[LACK_NOT_COLLECTED] = {"not-collected", "no evidence collected yet"},
	[LACK_NOT_OBSERVABLE] = {"not-observable", "not observable here (fix the tap)"},
	[LACK_TOO_LITTLE] = {"too-little", "too little traffic"},
	[LACK_PROBE_UNFIT] = {"probe-unfit", "probe unfit"},
};

const char *
verdict_name(enum verdict v)
{
	return verdict_names[v];
}

enum verdict
verdict_find(const char *name)
{
	for (int v = VERDICT_PASS; v < VERDICT_INCONCLUSIVE; v++)
		if (strcmp(verdict_names[v], name) == 0)
			return (enum verdict)v;
	return VERDICT_INCONCLUSIVE;
}

const char *
lack_name(enum lack l)
{
	return lacks[l].name;
}

const char *
lack_text(const char *name)
{
	for (size_t i = 0; i < sizeof lacks / sizeof lacks[0]; i++)
		if (strcmp(lacks[i].name, name) == 0)
			return lacks[i].text;
	return "";
}

const char *
basis_name(enum basis b)
{
	static const char *const names[] = {"", "OBSERVED", "DECLARED", "MIXED"};

	return names[b];
}

void
verdict_begin(struct verdict_draft *d, const struct requirement *r, const struct conf *conf,
              uint64_t from_us, uint64_t to_us)
{
	struct rec_verdict *row = &d->row;

	memset(d, 0, sizeof *d);
	d->requirement = r;
	FIELD_COPY(row->id, r->id);
	FIELD_COPY(row->title, r->title);
	FIELD_COPY(row->strength, strength_name(requirement_strength(r, conf)));
	FIELD_COPY(row->applies, requirement_applies(r, conf) ? "yes" : "no");
	FIELD_COPY(row->side, side_name(r->side));
	FIELD_COPY(row->scope, "peering");
	FIELD_COPY(row->profile, requirement_profile());
	row->window_from_us = from_us;
	row->window_to_us = to_us;
}

/* Where the next sub-check goes: at the end, or when the row is full and it failed over one that
 * passed, so that no failure is hidden by many that pass. NULL: nowhere. */
static struct rec_subcheck *
subcheck_slot(struct verdict_draft *d, enum verdict verdict)
{
	struct rec_verdict *row = &d->row;

	if (row->subcheck_count < REC_SUBCHECKS)
		return &row->subchecks[row->subcheck_count++];
	d->subchecks_beyond++;
	if (verdict != VERDICT_FAIL)
		return NULL;
	for (size_t i = REC_SUBCHECKS; i-- > 0;)
		if (verdict_find(row->subchecks[i].verdict) != VERDICT_FAIL)
			return &row->subchecks[i];
	return NULL;
}

static void
count_check(struct verdict_draft *d, const struct subcheck *check)
{
	d->basis |= check->basis;
	d->last = check->verdict;
	if (check->verdict == VERDICT_PASS)
		d->passed++;
	if (check->verdict == VERDICT_INCONCLUSIVE && !check->optional) {
		d->undecided++;
		if (check->lack > d->lack)
			d->lack = check->lack;
	}
	if (check->verdict != VERDICT_FAIL)
		return;
	if (d->failed++ == 0) { /* the first failure is the scope that decides */
		FIELD_COPY(d->row.scope, check->scope);
		d->row.first_us = check->first_us;
		d->row.evidence_count = 0; /* of what passed before */
	}
	d->hard |= check->hard;
}

/* The sub-check as the gate lets it stand. A voided FAIL keeps the row from PASS even where the
 * sub-check was optional: what looked wrong is not proven right. */
static struct subcheck
gated(struct verdict_draft *d, const struct subcheck *check, char why[VERDICT_WHY])
{
	struct subcheck c = *check;

	d->voided = c.verdict != VERDICT_INCONCLUSIVE && d->gate && d->gate(d, check, why);
	if (!d->voided)
		return c;
	c.optional &= c.verdict != VERDICT_FAIL;
	c.verdict = VERDICT_INCONCLUSIVE;
	c.lack = LACK_PROBE_UNFIT;
	c.hard = false;
	return c;
}

void
verdict_add(struct verdict_draft *d, const struct subcheck *given, const char *format, ...)
{
	char reason[512], why[VERDICT_WHY] = "";
	struct subcheck taken = gated(d, given, why), *check = &taken;
	struct rec_subcheck *slot = subcheck_slot(d, check->verdict);
	va_list args;

	count_check(d, check);
	if (!slot)
		return;
	va_start(args, format);
	vsnprintf(reason, sizeof reason, format, args);
	va_end(args);
	if (d->voided) {
		char said[sizeof reason];

		FIELD_COPY(said, reason);
		FIELD_FORMAT(reason, "void %s, %s: %s", verdict_name(given->verdict), why, said);
	}
	FIELD_COPY(slot->id, check->id);
	FIELD_COPY(slot->scope, check->scope);
	FIELD_COPY(slot->verdict, verdict_name(check->verdict));
	FIELD_COPY(slot->reason, reason);
	slot->samples = check->samples;
}

void
verdict_need(struct verdict_draft *d, const char *what, const char *have, const char *want,
             const char *how, uint64_t eta_us)
{
	struct rec_need *n;

	if (d->row.need_count == REC_NEED)
		return;
	n = &d->row.need[d->row.need_count++];
	FIELD_COPY(n->what, what);
	FIELD_COPY(n->have, have);
	FIELD_COPY(n->want, want);
	FIELD_COPY(n->how, how);
	n->eta_us = eta_us;
}

void
verdict_evidence(struct verdict_draft *d, const struct rec_evidence *evidence)
{
	if (d->failed > 0 && d->last != VERDICT_FAIL)
		return;
	if (d->row.evidence_count < REC_EVIDENCE)
		d->row.evidence[d->row.evidence_count++] = *evidence;
}

void
verdict_next(struct verdict_draft *d, const char *format, ...)
{
	char text[512];
	va_list args;

	if (d->row.next[0] != '\0' || d->voided)
		return;
	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	FIELD_COPY(d->row.next, text);
}

void
verdict_blame(struct verdict_draft *d, enum side side)
{
	/* the first failure decides, named or not */
	if (d->blamed || d->failed > 1 || d->voided)
		return;
	FIELD_COPY(d->row.side, side_name(side));
	d->blamed = true;
}

static void
note_add(struct verdict_notes *n, const char *format, va_list args)
{
	char text[512];

	if (n->count == VERDICT_NOTES) {
		n->beyond++;
		return;
	}
	vsnprintf(text, sizeof text, format, args);
	FIELD_COPY(n->at[n->count++], text);
}

void
verdict_note(struct verdict_draft *d, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	note_add(&d->notes, format, args);
	va_end(args);
}

void
verdict_detail(struct verdict_draft *d, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	note_add(&d->details, format, args);
	va_end(args);
}

/* A row that nothing fails: undecided, or proven by more than a declaration, or not looked at. */
static enum verdict
unfailed(struct verdict_draft *d)
{
	if (d->undecided > 0)
		return VERDICT_INCONCLUSIVE;
	if (d->passed > 0 && (d->basis & BASIS_OBSERVED))
		return VERDICT_PASS;
	d->lack = LACK_NOT_COLLECTED;
	return VERDICT_INCONCLUSIVE;
}

/* ---- reasons --------------------------------------------------------------------------------- */

#define SEPARATOR "; "
enum {
	SEPARATOR_SIZE = sizeof SEPARATOR - 1,
	TAIL_SIZE = sizeof SEPARATOR "and 4294967295 more" - 1,
};

/* Sentences under way into the row. */
struct sentences {
	char *to;
	size_t size; /* without the room of the tail */
	unsigned left_out;
};

static bool
sentence_fits(const struct sentences *s, const char *text, size_t kept)
{
	return strlen(s->to) + SEPARATOR_SIZE + strlen(text) + kept < s->size;
}

static void
add_sentence(struct sentences *s, const char *text, size_t kept)
{
	if (sentence_fits(s, text, kept))
		field_append(s->to, s->size, SEPARATOR, text);
	else
		s->left_out++;
}

/* The first is cut where there is no room, but leaves half of it to notes. */
static void
add_first(struct sentences *s, const char *text, size_t kept)
{
	size_t half = s->size / 2;

	field_copy(s->to, s->size - (kept < half ? kept : half), text);
}

static size_t
notes_size(const struct verdict_notes *n)
{
	size_t size = 0;

	for (unsigned i = 0; i < n->count; i++)
		size += SEPARATOR_SIZE + strlen(n->at[i]);
	return size;
}

static void
add_notes(struct sentences *s, const struct verdict_notes *n)
{
	for (unsigned i = 0; i < n->count; i++)
		add_sentence(s, n->at[i], 0);
	s->left_out += n->beyond;
}

/* The sentences of the sub-checks that decided, then notes, then details. */
static void
conclude_reasons(struct verdict_draft *d, enum verdict verdict)
{
	struct rec_verdict *row = &d->row;
	struct sentences s = {row->reasons, sizeof row->reasons - TAIL_SIZE, d->subchecks_beyond};
	size_t kept = notes_size(&d->notes);
	bool any = false;

	row->reasons[0] = '\0';
	for (uint32_t i = 0; i < row->subcheck_count; i++) {
		if (verdict_find(row->subchecks[i].verdict) != verdict)
			continue;
		if (!any)
			add_first(&s, row->subchecks[i].reason, kept);
		else
			add_sentence(&s, row->subchecks[i].reason, kept);
		any = true;
	}
	if (!any && verdict == VERDICT_INCONCLUSIVE)
		FIELD_COPY(row->reasons, lack_text(lack_name(d->lack)));
	add_notes(&s, &d->notes);
	add_notes(&s, &d->details);
	if (s.left_out > 0) {
		char more[TAIL_SIZE];

		FIELD_FORMAT(more, "and %u more", s.left_out);
		field_append(row->reasons, sizeof row->reasons, SEPARATOR, more);
	}
}

/* A failure always shows what it stands on: at least the sub-check that failed first. */
static void
conclude_evidence(struct verdict_draft *d)
{
	struct rec_verdict *row = &d->row;
	struct rec_evidence e = {.ts_us = row->first_us};
	const struct rec_subcheck *first = NULL;

	for (uint32_t i = 0; i < row->subcheck_count && !first; i++)
		if (verdict_find(row->subchecks[i].verdict) == VERDICT_FAIL)
			first = &row->subchecks[i];
	if (row->evidence_count > 0 || !first)
		return;
	if (strncmp(first->scope, "link:", 5) == 0)
		FIELD_COPY(e.link, first->scope + 5);
	FIELD_FORMAT(e.field, "%s%s", d->basis == BASIS_DECLARED ? "contract " : "", first->id);
	FIELD_COPY(e.value, first->reason);
	d->last = VERDICT_FAIL;
	verdict_evidence(d, &e);
}

void
verdict_conclude(struct verdict_draft *d)
{
	const struct requirement *r = d->requirement;
	enum verdict verdict = d->failed > 0 ? VERDICT_FAIL : unfailed(d);
	struct rec_verdict *row = &d->row;

	FIELD_COPY(row->verdict, verdict_name(verdict));
	FIELD_COPY(row->basis, basis_name(d->basis));
	conclude_reasons(d, verdict);
	if (verdict == VERDICT_FAIL && row->first_us == 0)
		row->first_us = row->window_to_us;
	if (verdict == VERDICT_FAIL)
		conclude_evidence(d);
	if (verdict == VERDICT_FAIL)
		verdict_next(d, "pniscope explain %s; pniscope audit %s --json", r->id, r->id);
	if (verdict != VERDICT_FAIL) { /* a judge may have named both before the gate voided it */
		row->next[0] = '\0';
		FIELD_COPY(row->side, side_name(r->side));
	}
	if (verdict != VERDICT_INCONCLUSIVE) {
		row->need_count = 0; /* a decided row needs nothing */
		return;
	}
	FIELD_COPY(row->reason, lack_name(d->lack));
	if (row->need_count == 0)
		verdict_need(d, r->evidence, "nothing", r->pass, r->how,
		             r->window_s * (uint64_t)1000000);
}

int
verdict_exit_code(const struct rec_verdict *rows, size_t count, bool strict, bool unfit)
{
	bool failed = false, unproven = false;

	for (size_t i = 0; i < count; i++) {
		if (strcmp(rows[i].applies, "no") == 0 || strcmp(rows[i].strength, "MUST") != 0)
			continue;
		failed |= verdict_find(rows[i].verdict) == VERDICT_FAIL;
		unproven |= verdict_find(rows[i].verdict) == VERDICT_INCONCLUSIVE;
	}
	if (unfit)
		return 4;
	if (failed)
		return 1;
	return strict && unproven ? 3 : 0;
}
