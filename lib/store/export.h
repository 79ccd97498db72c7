/*
 * The exporter: an aggregate's closed interval as one epoch of records in a store. The same code
 * serves the probe (Redis) and captures (memory), so both are judged from the same model.
 * Runs in the aggregator's thread, once per interval; never blocks on the network (store/store.h).
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "conf/conf.h"
#include "snap/aggregate.h"
#include "store/store.h"

/* What the aggregate can't know of the probe. */
struct export_self {
	const char *id, *site, *host;
	const char *clock_source; /* "hardware", "capture", "tsc" */
	uint64_t clock_resolution_ns, clock_error_ns;
	uint64_t clock_steps, clock_step_ns, clock_step_us; /* since start; the last one */
	bool clock_free; /* nobody keeps the system's clock: the next is a guess */
	uint64_t clock_utc_error_us;
	uint64_t ports, workers;
	uint64_t expectations_dropped; /* by full queues to the workers */
	const char *unfit_reason;      /* NULL: fit as far as the caller knows */
	bool capture; /* from files: no heartbeat, nothing goes silent after the end */
};

struct exporter;
struct inspector;

/* `conf` and `store` are borrowed. */
struct exporter *exporter_create(const struct conf *conf, struct store *store);
void exporter_destroy(struct exporter *e);

/* An epoch in three steps: the aggregate's last interval as records, ranks, roll-ups and events …
 */
void exporter_begin(struct exporter *e, const struct aggregate *a, const struct export_self *self);
/* … what the inspector knows, whose clock is set to the interval's end. The caller holds it for
 * this call alone; left out where there is none … */
void exporter_inspect(struct exporter *e, struct inspector *inspector);
/* … and the end. `a` and `self` are borrowed until then. */
void exporter_end(struct exporter *e);

/* After a reload: the new configuration; the state of subjects that stayed is kept by name. */
void exporter_set_conf(struct exporter *e, const struct conf *conf);
