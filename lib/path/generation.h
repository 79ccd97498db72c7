/*
 * All that belongs to one load of the configuration: sources, plan, and each worker's snapshots and
 * setup. Built whole, then swapped in; the data plane holds one, or two while a reload goes on.
 * Control thread.
 */
#pragma once

#include <stdint.h>

#include "conf/conf.h"
#include "path/eal.h"
#include "path/plan.h"
#include "path/source.h"
#include "path/worker.h"
#include "snap/snap.h"

struct generation {
	struct sources *sources;
	struct plan *plan;
	uint32_t *source; /* [input] -> source */
	uint16_t *lane;   /* [source] -> lane */
	struct snap_core *snaps[EAL_WORKERS_MAX];
	struct worker_setup setups[EAL_WORKERS_MAX];
	unsigned worker_count;
};

/* Sources and plan. 0, or -errno with *error one line to be freed. `number` is 1, 2 … */
int generation_create(const struct conf *conf, uint64_t number, struct generation **out,
                      char **error);
/* Snapshots and setups, once their number is known. Inputs stand in the order of `first`,
 * the names of the sources at start. 0; -ENOMEM; -EINVAL with *error when the ports are not the
 * same. */
int generation_add_workers(struct generation *g, unsigned workers, const char *const *first,
                           unsigned first_count, char **error);
void generation_destroy(struct generation *g);
