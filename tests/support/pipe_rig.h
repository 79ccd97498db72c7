/*
 * A pipeline over the text of a contract, with its plan and snapshots: what every test of the
 * packet path stands on. A text that does not load ends the program. One thread.
 */
#pragma once

#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "conf/conf.h"
#include "path/pipeline.h"
#include "path/plan.h"
#include "path/source.h"

struct pipe_rig {
	struct conf *conf;
	struct sources *sources;
	struct plan *plan;
	struct snap_core *core;
	struct pipeline *pipeline;
};

/* Intervals of a second; `params` gives what its plan, snapshots and interval don't. */
static inline void
pipe_rig_init(struct pipe_rig *r, const char *contract, struct pipeline_params params,
              uint32_t meters, uint32_t endpoints)
{
	struct snap_params snap;
	char *error = NULL;

	if (conf_load_text(contract, "test.conf", &r->conf, &error) != 0 ||
	    sources_create(r->conf, &r->sources, &error) != 0) {
		fprintf(stderr, "%s\n", error);
		abort();
	}
	r->plan = plan_create(r->conf, r->sources, 1);
	plan_snap_params(r->plan, meters, endpoints, &snap);
	r->core = snap_core_create(&snap);
	params.plan = r->plan;
	params.snap = r->core;
	params.interval_ns = NS_PER_S;
	params.hash_seed = 1;
	r->pipeline = pipeline_create(&params);
	if (!r->pipeline)
		abort();
}

static inline void
pipe_rig_fini(struct pipe_rig *r)
{
	pipeline_destroy(r->pipeline);
	snap_core_destroy(r->core);
	plan_destroy(r->plan);
	sources_destroy(r->sources);
	conf_destroy(r->conf);
}
