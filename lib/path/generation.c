#include "path/generation.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum {
	METERS_LEAST = 16384,   /* classes and undeclared rests of some links */
	METERS_PER_SUBNET = 16, /* links, classes and far sides that a subnet is seen with */
	ENDPOINTS = 65536,      /* active in one interval; more are counted as overflow */
};

int
generation_create(const struct conf *conf, uint64_t number, struct generation **out, char **error)
{
	struct generation *g = mem_alloc(1, sizeof *g);
	int failed = sources_create(conf, &g->sources, error);

	if (failed) {
		free(g);
		return failed;
	}
	g->plan = plan_create(conf, g->sources, number);
	*out = g;
	return 0;
}

static const struct source *
source_find(const struct sources *s, const char *name)
{
	for (unsigned i = 0; i < s->count; i++)
		if (strcmp(s->at[i].name, name) == 0)
			return &s->at[i];
	return NULL;
}

/* g->source: where the ports that were opened at the start stand in this generation. */
static int
map_inputs(struct generation *g, const char *const *first, unsigned first_count, char **error)
{
	g->source = mem_alloc(first_count, sizeof *g->source);
	for (unsigned i = 0; i < first_count; i++) {
		const struct source *at = source_find(g->sources, first[i]);

		if (!at) {
			*error = mem_printf("%s: port %s is gone: other ports need a restart",
			                    g->plan->conf->path, first[i]);
			return -EINVAL;
		}
		g->source[i] = (uint32_t)(at - g->sources->at);
	}
	if (g->sources->count != first_count) {
		*error = mem_printf("%s: ports were added: other ports need a restart",
		                    g->plan->conf->path);
		return -EINVAL;
	}
	return 0;
}

static void
map_lanes(struct generation *g)
{
	g->lane = mem_alloc(g->sources->count, sizeof *g->lane);
	for (unsigned i = 0; i < g->sources->count; i++) {
		const struct source *s = &g->sources->at[i];

		g->lane[i] = s->both ? LANE_UNKNOWN
		                     : plan_lane(g->plan, s->members[0].link, s->members[0].member,
		                                 s->dir);
	}
}

int
generation_add_workers(struct generation *g, unsigned workers, const char *const *first,
                       unsigned first_count, char **error)
{
	uint32_t meters = METERS_LEAST + METERS_PER_SUBNET * (uint32_t)g->plan->conf->subnet_count;
	struct snap_params params;
	int failed = map_inputs(g, first, first_count, error);

	if (failed)
		return failed;
	map_lanes(g);
	plan_snap_params(g->plan, meters, ENDPOINTS, &params);
	for (; g->worker_count < workers; g->worker_count++) {
		struct snap_core *snap = snap_core_create(&params);

		if (!snap) {
			*error = mem_printf("no memory for snapshots");
			return -ENOMEM;
		}
		g->snaps[g->worker_count] = snap;
		g->setups[g->worker_count] = (struct worker_setup){
			.plan = g->plan,
			.snap = snap,
			.source = g->source,
			.lane = g->lane,
		};
	}
	return 0;
}

void
generation_destroy(struct generation *g)
{
	if (!g)
		return;
	for (unsigned i = 0; i < g->worker_count; i++)
		snap_core_destroy(g->snaps[i]);
	plan_destroy(g->plan);
	sources_destroy(g->sources);
	free(g->source);
	free(g->lane);
	free(g);
}
