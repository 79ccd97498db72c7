#include "audit/audit.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "audit/audit_private.h"
#include "audit/crossing.h"
#include "audit/field.h"
#include "audit/gather.h"
#include "audit/leader.h"
#include "audit/merge.h"
#include "audit/tell.h"
#include "base/mem.h"

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
		.once = a->params.once,
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
	audit_look(a);
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
