#include "audit/audit.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "audit/crossing.h"
#include "audit/field.h"
#include "audit/gather.h"
#include "audit/judge.h"
#include "audit/leader.h"
#include "audit/merge.h"
#include "audit/scope.h"
#include "audit/settle.h"
#include "audit/tell.h"
#include "base/mem.h"

struct audit {
	struct audit_params params;
	const struct conf *conf;
	struct store *out;
	struct window *window; /* live only */
	struct twins *twins;   /* live only */
	struct announcements *announcements;
	struct registry *registry;
	struct active_paths *paths;
	struct crossings *crossings;
	struct portal *portal;
	struct leader *leader; /* live only */
	struct merge *merge;   /* live, while leading */
	struct audit_input input;
	struct settled *settled; /* by row of the set */
	struct rec_verdict *rows;
	struct finding_book *book;
	struct sightings sightings;
	const struct rec_finding *const *open;
	size_t open_count;
	uint64_t seq;
	uint64_t looked_us; /* data time of the last look */
	uint64_t told_us;   /* until when maintenance windows were told */
	bool reloaded;      /* not told yet */
	bool leads;
	bool restored; /* what stood in the store was read */
};

/* ---- state ----------------------------------------------------------------------------------- */

static void
restore_rows(struct audit *a)
{
	for (size_t i = 0; i < requirement_count(); i++) {
		struct rec_verdict row;

		a->settled[i] = (struct settled){0};
		if (store_get(a->params.store, RECORD_VERDICT, requirement_at(i)->id, &row))
			a->settled[i].row = row;
	}
}

static void
restore_finding(void *context, const char *id, const void *record)
{
	struct audit *a = context;

	(void)id;
	finding_book_restore(a->book, record);
}

static void
restore_findings(struct audit *a)
{
	size_t count;
	char **ids;

	finding_book_destroy(a->book);
	a->book = finding_book_create();
	ids = store_top(a->params.store, SCOPE_PEERING, "findings:open", 0, NULL, &count);
	store_get_many(a->params.store, RECORD_FINDING, ids, count, restore_finding, a);
	store_ids_free(ids, count);
	a->open = finding_book_open(a->book, &a->open_count);
}

/* What stands in the store is what this program goes on with: at start, and when it takes over. */
static bool
restore(struct audit *a)
{
	store_select(a->params.store, "", a->conf->peering.name);
	restore_rows(a);
	restore_findings(a);
	/* one of another type is as if nothing stood there */
	return !store_error(a->params.store) || store_refused(a->params.store);
}

struct audit *
audit_create(const struct audit_params *params)
{
	struct audit *a = mem_alloc(1, sizeof *a);

	a->params = *params;
	a->conf = params->conf;
	a->out = params->out ? params->out : params->store;
	a->settled = mem_alloc(requirement_count(), sizeof *a->settled);
	a->rows = mem_alloc(requirement_count(), sizeof *a->rows);
	a->book = finding_book_create();
	a->announcements = announcements_create();
	a->registry = registry_create();
	a->paths = active_paths_create();
	a->crossings = crossings_create();
	a->portal = portal_create();
	a->leads = true;
	if (params->capture)
		return a;
	a->window =
		window_create((uint64_t)conf_threshold(params->conf, NULL, "evidence_window_us"));
	a->twins = twins_create();
	if (params->out)
		a->leader = leader_create(params->store, params->out, params->boot_us);
	return a;
}

void
audit_destroy(struct audit *a)
{
	if (!a)
		return;
	leader_destroy(a->leader);
	merge_destroy(a->merge);
	window_destroy(a->window);
	twins_destroy(a->twins);
	announcements_destroy(a->announcements);
	registry_destroy(a->registry);
	active_paths_destroy(a->paths);
	crossings_destroy(a->crossings);
	portal_destroy(a->portal);
	audit_input_fini(&a->input);
	sightings_fini(&a->sightings);
	finding_book_destroy(a->book);
	free(a->settled);
	free(a->rows);
	free(a);
}

void
audit_set_conf(struct audit *a, const struct conf *conf)
{
	audit_input_fini(&a->input);
	a->conf = conf;
	a->looked_us = 0;
	a->reloaded = true;
	announcements_destroy(a->announcements);
	a->announcements = announcements_create();
	merge_destroy(a->merge); /* it knows the peering's name */
	a->merge = NULL;
}

/* ---- rows ------------------------------------------------------------------------------------ */

/* A maintenance that covers what the sub-check is about: the peering, or one of its links. */
static const char *
covers(const struct audit *a, const struct rec_subcheck *check)
{
	const char *id = input_maintenance(&a->input, "peering");

	for (size_t i = 0; i < a->input.link_count && !id; i++) {
		char scope[96];

		if (!scope_concerns(&a->input, check->scope, &a->input.links[i]))
			continue;
		FIELD_FORMAT(scope, "link:%s", a->input.links[i].rec.name);
		id = input_maintenance(&a->input, scope);
	}
	return id;
}

/* The maintenance that freezes the row: it must cover all that moved it. A change elsewhere, and
 * one that a silent probe makes, is no maintenance's doing. */
static const char *
freezes(const struct audit *a, const struct requirement *r, const struct rec_verdict *now)
{
	const char *id = NULL;

	if (!(r->flags & REQ_AVAILABILITY) || strcmp(now->reason, lack_name(LACK_PROBE_UNFIT)) == 0)
		return NULL;
	for (uint32_t i = 0; i < now->subcheck_count; i++) {
		if (strcmp(now->subchecks[i].verdict, now->verdict) != 0)
			continue;
		id = covers(a, &now->subchecks[i]);
		if (!id && verdict_find(now->verdict) == VERDICT_FAIL)
			return NULL;
		if (id && verdict_find(now->verdict) != VERDICT_FAIL)
			return id;
	}
	return id;
}

static void
turn_row(struct audit *a, size_t i, struct verdict_draft *d)
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
	rules.frozen_by = freezes(a, r, &d->row);
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

/* ---- the turn -------------------------------------------------------------------------------- */

static bool
gather(struct audit *a, uint64_t now_us)
{
	struct gather_params params = {
		.conf = a->conf,
		.store = a->params.store,
		.window = a->window,
		.twins = a->twins,
		.announcements = a->announcements,
		.registry = a->registry,
		.now_us = now_us,
		.min_time_us = a->params.window_us,
		.capture = a->params.capture,
	};
	struct audit_input fresh;

	registry_refresh(a->registry, a->conf->data.rpki, a->conf->data.irr);
	if (!audit_gather(&params, &fresh))
		return false;
	audit_input_fini(&a->input);
	a->input = fresh;
	return true;
}

static void
crossing_found(void *context, const struct rec_asymmetry *found)
{
	struct audit *a = context;

	if (a->leads)
		store_put(a->out, RECORD_ASYMMETRY, found->link, found);
}

/* A look at data that no look has seen; or at its absence, which is as telling. False: neither. */
static bool
new_look(struct audit *a)
{
	uint64_t at = input_unfit(&a->input, NULL) ? a->input.now_us : a->input.to_us;

	/* earlier than the last one: a clock was set back, and what it says now counts */
	if (at == a->looked_us && !a->params.capture && !a->params.once)
		return false;
	a->looked_us = at;
	return true;
}

static void
look(struct audit *a)
{
	bool immediate = a->params.capture || a->params.once;
	struct verdict_draft *d = mem_alloc(1, sizeof *d);

	/* acknowledgements, as the last look left them */
	a->input.findings = a->open;
	a->input.finding_count = a->open_count;
	for (size_t i = 0; i < requirement_count(); i++)
		turn_row(a, i, d);
	free(d);
	a->input.findings = NULL;
	a->input.finding_count = 0;
	read_acks(a);
	detect_findings(&a->input, &a->sightings);
	finding_book_look(a->book, &a->sightings, a->looked_us, immediate, finding_changed, a);
	a->open = finding_book_open(a->book, &a->open_count);
}

/* Of several controls one writes; who begins to goes on with what stands in the store. */
static void
turn_leader(struct audit *a, uint64_t now_us)
{
	bool led = a->leads;

	if (!a->leader)
		return;
	store_select(a->params.store, "", a->conf->peering.name);
	a->leads = leader_turn(a->leader, now_us);
	if (a->leads && !led)
		a->restored = restore(a);
	if (!a->leads) {
		merge_destroy(a->merge);
		a->merge = NULL;
	} else if (!a->merge) {
		a->merge = merge_create(a->params.store, a->out, a->conf->peering.name);
	}
}

static void
path_changed(void *context, const struct active_path_change *c)
{
	struct audit *a = context;

	if (a->leads)
		tell_path(a->out, c, a->input.now_us);
}

/* What happened beside verdicts and findings. */
static void
tell_rest(struct audit *a)
{
	uint64_t now_us = a->input.now_us;

	if (a->leads && a->reloaded)
		tell_reload(a->out, a->conf, now_us);
	a->reloaded = false;
	if (a->leads && a->told_us > 0)
		tell_maintenance(a->out, &a->input, a->told_us, now_us);
	a->told_us = now_us;
	active_paths_turn(a->paths, &a->input, path_changed, a);
}

int
audit_turn(struct audit *a, uint64_t now_us)
{
	char site[64] = "";

	if (!gather(a, now_us))
		return -EIO;
	/* one handle for both: what the peering holds does not depend on the site selected last */
	if (a->params.capture && a->conf->site_count > 0)
		FIELD_COPY(site, a->conf->sites[0].name);
	store_select(a->params.store, site, a->conf->peering.name);
	if (!a->restored && !a->params.capture)
		a->restored = restore(a);
	store_begin(a->out, ++a->seq);
	turn_leader(a, now_us);
	if (!a->restored && !a->params.capture)
		return -EIO;
	if (!a->params.capture)
		tell_rest(a);
	crossings_turn(a->crossings, &a->input, crossing_found, a);
	portal_turn(a->portal, &a->input);
	if (new_look(a))
		look(a);
	if (a->merge)
		merge_turn(a->merge, a->conf, now_us);
	if (a->params.out)
		store_commit(a->out, &(struct rec_epoch){.start_us = a->input.from_us,
		                                         .end_us = a->input.to_us});
	return 0;
}

const struct rec_verdict *
audit_rows(const struct audit *a, size_t *count)
{
	*count = requirement_count();
	return a->rows;
}

const struct rec_finding *const *
audit_findings(const struct audit *a, size_t *count)
{
	*count = a->open_count;
	return a->open;
}

const struct audit_input *
audit_input_get(const struct audit *a)
{
	return &a->input;
}

const struct portal *
audit_portal(const struct audit *a)
{
	return a->portal;
}

bool
audit_leads(const struct audit *a)
{
	return a->leads;
}

bool
audit_unfit(const struct audit *a)
{
	return input_unfit(&a->input, NULL);
}

int
audit_exit_code(const struct audit *a, bool strict)
{
	return verdict_exit_code(a->rows, requirement_count(), strict, audit_unfit(a));
}

uint32_t
audit_needs_live_s(const struct rec_verdict *row)
{
	const struct requirement *r = requirement_find(row->id);
	uint64_t seen_s = (row->window_to_us - row->window_from_us) / 1000000;

	/* time helps where there was too little, not where nothing is collected or seen */
	if (!r || verdict_find(row->verdict) != VERDICT_INCONCLUSIVE ||
	    strcmp(row->applies, "yes") != 0 || seen_s >= r->window_s ||
	    strcmp(row->reason, lack_name(LACK_TOO_LITTLE)) != 0)
		return 0;
	return r->window_s;
}
