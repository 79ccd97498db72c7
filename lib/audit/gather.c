#include "audit/gather.h"

#include <stdlib.h>
#include <string.h>

#include "audit/field.h"
#include "audit/gather_private.h"
#include "base/mem.h"

void *
gather_grow(void **array, size_t *count, size_t size)
{
	char *slot;

	if ((*count & (*count - 1)) == 0) /* at 0, 1, 2, 4 …: double */
		*array = mem_resize(*array, *count ? 2 * *count : 1, size);
	slot = (char *)*array + (*count)++ * size;
	memset(slot, 0, size);
	return slot;
}

void
gather_check(struct gather *g, enum record_kind kind)
{
	const char *error = store_error(g->params->store);
	char *why = g->in->unread[kind];

	if (!error)
		return;
	if (!store_refused(g->params->store))
		g->broken = true;
	else if (why[0] == '\0')
		field_copy(why, sizeof g->in->unread[kind], error);
}

bool
gather_get(struct gather *g, enum record_kind kind, const char *id, void *record)
{
	bool found = store_get(g->params->store, kind, id, record);

	gather_check(g, kind);
	return found;
}

char **
gather_ids(struct gather *g, enum record_kind kind, const char *parent, size_t *count)
{
	char **ids = store_ids(g->params->store, kind, parent, count);

	gather_check(g, kind);
	return ids;
}

void
gather_kind(struct gather *g, enum record_kind kind, store_record_fn take)
{
	size_t count;
	char **ids = gather_ids(g, kind, NULL, &count);

	store_get_many(g->params->store, kind, ids, count, take, g);
	gather_check(g, kind);
	store_ids_free(ids, count);
}

/* ---- all of it ------------------------------------------------------------------------------- */

static void
begin(struct gather *g)
{
	const struct gather_params *p = g->params;

	*g->in = (struct audit_input){.conf = p->conf,
	                              .min_time_us = p->min_time_us,
	                              .capture = p->capture,
	                              .once = p->once,
	                              .registry = p->registry};
	gather_links_begin(g);
	gather_peering_begin(g);
	gather_subnets_begin(g);
}

static void
take_maintenance(void *context, const char *id, const void *record)
{
	struct gather *g = context;
	struct rec_maintenance *to = GATHER_GROW(g->in->maintenance, g->in->maintenance_count);

	(void)id;
	*to = *(const struct rec_maintenance *)record;
}

bool
audit_gather(const struct gather_params *params, struct audit_input *in)
{
	struct gather g = {.params = params, .in = in, .hash = hash_key_make(0)};

	begin(&g);
	for (size_t i = 0; i < params->conf->site_count; i++) {
		g.site = params->conf->sites[i].name;
		store_select(params->store, g.site, params->conf->peering.name);
		gather_probes_site(&g);
	}
	for (size_t i = 0; i < params->conf->site_count && !g.broken; i++) {
		g.site = params->conf->sites[i].name;
		store_select(params->store, g.site, params->conf->peering.name);
		gather_links_site(&g);
		gather_subnets_site(&g);
		gather_peering_site(&g);
		gather_voice_site(&g);
		gather_path_site(&g);
	}
	gather_kind(&g, RECORD_MAINTENANCE, take_maintenance);
	in->now_us = params->now_us > 0 ? params->now_us : in->to_us;
	if (in->from_us > in->to_us)
		in->from_us = in->to_us; /* a clock was set back */
	gather_probes_end(&g);
	gather_links_end(&g);
	gather_peering_end(&g);
	gather_routes(&g);
	map_fini(&g.subnets);
	if (g.broken)
		audit_input_fini(in);
	return !g.broken;
}

void
audit_input_fini(struct audit_input *in)
{
	for (size_t i = 0; i < in->link_count; i++) {
		free(in->links[i].members);
		free(in->links[i].lacp);
	}
	for (size_t i = 0; i < in->subnet_count; i++)
		free(in->subnets[i].classes);
	for (size_t i = 0; i < in->session_count; i++)
		free(in->sessions[i].routes);
	free(in->sessions);
	free(in->voices);
	free(in->bfds);
	free(in->losses);
	free(in->latencies);
	free(in->halves);
	free(in->sources);
	free(in->probes);
	free(in->links);
	free(in->subnets);
	free(in->maintenance);
	*in = (struct audit_input){0};
}
