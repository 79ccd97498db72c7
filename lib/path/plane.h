/*
 * The data plane of a probe as a whole: DPDK's environment, ports, pools, workers, in an ordered
 * start and its mirror image. Where all sources are captures there is no DPDK at all: no root, no
 * hugepages.
 *
 * All functions: control thread; plane_punts' rings are for the inspector thread.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "conf/conf.h"
#include "path/plan.h"
#include "path/punt.h"
#include "path/replay.h"
#include "path/source.h"
#include "snap/aggregate.h"
#include "snap/snap.h"

struct plane;
struct expectation;

struct plane_params {
	const char *program;
	const struct conf *conf;
	uint64_t interval_ns;
	unsigned mbufs_extra; /* for drivers that keep frames in the pool, as net_pcap */
	struct replay_options replay;
	char *const *eal_args; /* the user's */
	unsigned eal_arg_count;
};

/* Opens and prepares everything; nothing runs yet. 0, or -errno with the cause logged. */
int plane_create(const struct plane_params *params, struct plane **out);
int plane_start(struct plane *p);
/* Workers end after the running turn and publish their last interval. */
void plane_stop(struct plane *p);
void plane_destroy(struct plane *p);

unsigned plane_workers(const struct plane *p);
/* The generation in use; plane_reload() begins another. */
const struct plan *plane_plan(const struct plane *p);
struct snap_core *plane_snap(const struct plane *p, unsigned worker);
struct punt_rings *plane_punts(const struct plane *p, unsigned worker);
/* Inspector: tell all workers what signalling says will come; which of them gets it, the port's
 * hash decides. */
void plane_expect(const struct plane *p, const struct expectation *e);
uint64_t plane_expectations_dropped(const struct plane *p); /* worker by worker, queues were full */

/*
 * Reload, in three steps, so that the control thread never waits: plane_reload() builds all that
 * belongs to `conf` and posts it; plane_reloading() is polled until every worker has gone over and
 * was quiescent; then plane_old_snap() are the control thread's alone, to be read a last time, and
 * plane_reloaded() frees the old generation (its conf is the caller's).
 */
/* 0, or -errno with *error one line to be freed: other ports need a restart. Changes nothing then.
 */
int plane_reload(struct plane *p, const struct conf *conf, char **error);
bool plane_reloading(struct plane *p);
struct snap_core *plane_old_snap(const struct plane *p, unsigned worker);
void plane_reloaded(struct plane *p);

/* Announced prefixes as subnets (path/lookup.h), to all workers; whether all use it: then the one
 * before may be destroyed. Not while a reload goes on. */
struct lookup;
void plane_post_lookup(struct plane *p, const struct lookup *l);
bool plane_looks_at(const struct plane *p, const struct lookup *l);

/* About once a second: clocks and link speeds follow. */
void plane_calibrate(struct plane *p);
/* Counters of every source's port by lane; captures have none. */
typedef void plane_port_fn(void *context, uint16_t lane, const struct agg_port *port);
void plane_ports(struct plane *p, plane_port_fn *fn, void *context);
unsigned plane_port_count(const struct plane *p);
/* How far packet time is to be trusted. Of several cards' clocks the worst. */
struct plane_clock {
	const char *source; /* "tsc", "hardware" or "capture" */
	uint64_t resolution_ns;
	uint64_t error_ns;         /* how far it was off when last calibrated */
	uint64_t steps;            /* against the system's clock, since start */
	uint64_t step_ns, step_us; /* the last one: how far, and when */
};
void plane_clock(const struct plane *p, struct plane_clock *out);
/* Captures: all of them read to the end. */
bool plane_replayed(const struct plane *p);
/* True before control releases a snapshot, false when it has told what it took: a capture that is
 * read at full speed stands still meanwhile, so that no interval is told out of a later one's
 * frames. Without it, it waits for the snapshot alone. */
void plane_hold(struct plane *p, bool held);
/* Then: the lines about files that broke off, NULL at the end. */
const char *plane_replay_warning(const struct plane *p, unsigned i);
bool plane_is_capture(const struct plane *p);
/* A worker made no turn since the last call. */
bool plane_stuck(struct plane *p);
