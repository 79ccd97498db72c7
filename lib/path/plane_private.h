/* Shared by the files of the data plane alone: plane.c starts and stops it, plane_run.c reloads and
 * watches it while it runs. */
#pragma once

#include "path/eal.h"
#include "path/generation.h"
#include "path/plane.h"
#include "path/port.h"
#include "path/timebase.h"
#include "path/worker.h"

struct rte_mempool;

struct plane {
	struct plane_params params; /* conf: only until created */
	struct generation *now;
	struct generation *old; /* while a reload goes on */
	char **names; /* [source] in the order in which ports were opened; outlives its conf */
	struct port **ports; /* [source]; NULL for captures */
	unsigned source_count;
	struct replay *replay;
	struct worker_input *inputs[EAL_WORKERS_MAX];
	struct rte_mempool *pools[EAL_WORKERS_MAX];
	struct worker *workers[EAL_WORKERS_MAX];
	uint64_t turns[EAL_WORKERS_MAX]; /* at the last plane_stuck() */
	unsigned worker_count;
	struct rte_rcu_qsbr *quiescence;
	uint64_t token; /* of the running reload; 0: not yet asked for */
	struct timebase clock;
	bool eal, running;
};
