/*
 * The collector: takes the workers' snapshots, closes an interval when every worker delivered its
 * own (or one is overdue), and exports it as an epoch. Control thread; never waits for a worker or
 * for Redis, and for the inspector only until it has read what came before.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "conf/conf.h"
#include "path/plane.h"
#include "slow_path.h"
#include "store/store.h"

struct collector;

/* All borrowed; `slow_path` is locked once an epoch. NULL: no memory, logged. */
struct collector *collector_create(const struct conf *conf, struct plane *plane,
                                   struct slow_path *slow_path, struct store *store);
void collector_destroy(struct collector *c);

/* Takes what is there; true when it closed an interval. `now_ns` is monotonic. */
bool collector_turn(struct collector *c, uint64_t now_ns);

/* After plane_reload(), once plane_reloading() is over: what the workers left in the old snapshots
 * is merged into a last interval under the old configuration, totals are carried over. The caller
 * then calls plane_reloaded(). */
void collector_reload(struct collector *c, const struct conf *conf);

/* After plane_stop() and slow_path_stop(): the last interval. */
void collector_finish(struct collector *c);

/* Why the probe's figures should not be trusted; NULL: no reason known. A literal. */
void collector_set_unfit(struct collector *c, const char *reason);
/* Totals of the run so far. */
void collector_log(const struct collector *c);
