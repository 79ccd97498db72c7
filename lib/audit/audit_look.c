/* A look at what was gathered: every row judged and settled, findings from them, all of it told. */
#include <stdlib.h>
#include <string.h>

#include "audit/audit_private.h"
#include "audit/field.h"
#include "audit/judge.h"
#include "audit/scope.h"
#include "audit/settle.h"
#include "audit/tell.h"
#include "base/mem.h"

/* ---- rows ------------------------------------------------------------------------------------ */

struct covering {
	const struct audit_input *in;
	const char *id;
};

static bool
note_cover(void *context, const struct input_link *link)
{
	struct covering *c = context;
	char scope[96];

	FIELD_FORMAT(scope, "link:%s", link->rec.name);
	c->id = input_maintenance(c->in, scope);
	return !c->id;
}

/* A maintenance that covers what the sub-check is about: the peering, or one of its links. */
static const char *
covers(const struct audit *a, const struct scope_index *scopes, const struct rec_subcheck *check)
{
	struct covering c = {&a->input, input_maintenance(&a->input, "peering")};

	if (!c.id)
		scope_each_concerned(scopes, check->scope, note_cover, &c);
	return c.id;
}

/* The maintenance that freezes the row: it must cover all that moved it. A change elsewhere, and
 * one that a silent probe makes, is no maintenance's doing. */
static const char *
freezes(const struct audit *a, const struct scope_index *scopes, const struct requirement *r,
        const struct rec_verdict *now)
{
	const char *id = NULL;

	if (!(r->flags & REQ_AVAILABILITY) || strcmp(now->reason, lack_name(LACK_PROBE_UNFIT)) == 0)
		return NULL;
	for (uint32_t i = 0; i < now->subcheck_count; i++) {
		if (strcmp(now->subchecks[i].verdict, now->verdict) != 0)
			continue;
		id = covers(a, scopes, &now->subchecks[i]);
		if (!id && verdict_find(now->verdict) == VERDICT_FAIL)
			return NULL;
		if (id && verdict_find(now->verdict) != VERDICT_FAIL)
			return id;
	}
	return id;
}

static void
turn_row(struct audit *a, const struct scope_index *scopes, size_t i, struct verdict_draft *d)
{
	const struct requirement *r = requirement_at(i);
	struct settled *s = &a->settled[i];
	struct settle_rules rules = {
		.looks = (unsigned)conf_threshold(a->conf, NULL, "hysteresis_evaluations"),
		.immediate =
			a->params.capture || a->params.once || !requirement_applies(r, a->conf),
	};
	struct rec_verdict *before = &a->rows[i];
	bool changed;

	*before = s->row;
	judge(r, &a->input, d);
	rules.frozen_by = freezes(a, scopes, r, &d->row);
	changed = settle(s, d, &rules, a->looked_us);
	if (a->leads) {
		store_put(a->out, RECORD_VERDICT, r->id, &s->row);
		/* from nothing to "not proven" is no change of mind */
		if (changed && (before->verdict[0] != '\0' ||
		                verdict_find(s->row.verdict) != VERDICT_INCONCLUSIVE)) {
			store_ledger(a->out, before->verdict[0] ? before : NULL, &s->row);
			tell_verdict(a->out, before, &s->row, a->input.now_us);
		}
	}
	a->rows[i] = s->row;
}

/* ---- findings -------------------------------------------------------------------------------- */

static void
finding_changed(void *context, enum finding_change change, const struct rec_finding *f)
{
	struct audit *a = context;

	if (!a->leads)
		return;
	store_put(a->out, RECORD_FINDING, f->id, f);
	if (change == FINDING_CLOSED)
		store_unrank(a->out, SCOPE_PEERING, "findings:open", f->id);
	else
		store_rank(a->out, SCOPE_PEERING, "findings:open", f->id,
		           finding_severity_rank(f->severity));
	if (change != FINDING_UPDATED)
		tell_finding(a->out, change == FINDING_OPENED ? "finding.opened" : "finding.closed",
		             f, a->input.now_us);
}

static void
take_ack(void *context, const char *id, const void *record)
{
	const struct rec_finding *f = record;
	struct audit *a = context;
	size_t count;
	const struct rec_finding *const *open = finding_book_open(a->book, &count);

	if (strcmp(f->state, "acked") != 0)
		return;
	finding_book_ack(a->book, id, f->acked_by, f->acked_us);
	for (size_t i = 0; i < count && a->leads; i++) {
		if (strcmp(open[i]->id, id) != 0)
			continue;
		store_put(a->out, RECORD_FINDING, id, open[i]);
		tell_finding(a->out, "finding.acked", open[i], a->input.now_us);
	}
}

/* People acknowledge in the store; the book must know before it writes the finding again. */
static void
read_acks(struct audit *a)
{
	size_t count, asked = 0;
	const struct rec_finding *const *open = finding_book_open(a->book, &count);
	char **ids = mem_alloc(count ? count : 1, sizeof *ids);

	for (size_t i = 0; i < count; i++)
		if (strcmp(open[i]->state, "acked") != 0)
			ids[asked++] = mem_strdup(open[i]->id);
	store_get_many(a->params.store, RECORD_FINDING, ids, asked, take_ack, a);
	store_ids_free(ids, asked);
}

/* ---- the look -------------------------------------------------------------------------------- */

/* A look at data that no look has seen; or at its absence, which is as telling. False: neither. */
static bool
is_new(struct audit *a)
{
	uint64_t at = input_unfit(&a->input, NULL) ? a->input.now_us : a->input.to_us;

	/* earlier than the last one: a clock was set back, and what it says now counts */
	if (at == a->looked_us && !a->params.capture && !a->params.once)
		return false;
	a->looked_us = at;
	return true;
}

void
audit_look(struct audit *a)
{
	bool immediate = a->params.capture || a->params.once;
	struct scope_index *scopes;
	struct verdict_draft *d;

	if (!is_new(a))
		return;
	d = mem_alloc(1, sizeof *d);
	scopes = scope_index_create(&a->input);
	/* acknowledgements, as the last look left them */
	a->input.findings = a->open;
	a->input.finding_count = a->open_count;
	for (size_t i = 0; i < requirement_count(); i++)
		turn_row(a, scopes, i, d);
	scope_index_destroy(scopes);
	free(d);
	a->input.findings = NULL;
	a->input.finding_count = 0;
	read_acks(a);
	detect_findings(&a->input, &a->sightings);
	finding_book_look(a->book, &a->sightings, a->looked_us, immediate, finding_changed, a);
	a->open = finding_book_open(a->book, &a->open_count);
}
