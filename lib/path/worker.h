/*
 * A worker: polls its queues round robin and runs each burst through its pipeline to completion.
 * It owns everything it touches; there is no lock, system call or log in the loop. (One exception:
 * a worker without a CPU of its own naps when nothing comes.)
 *
 * worker_create, _start, _stop, _destroy, _post, _swapped: control thread.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "path/expect_queue.h"
#include "path/pipeline.h"
#include "path/port.h"
#include "path/punt.h"
#include "path/replay.h"
#include "path/timebase.h"
#include "snap/snap.h"

enum { WORKER_INPUTS_MAX = SOURCES_MAX };

struct rte_rcu_qsbr;

/* One queue of a port, polled by one worker. */
struct worker_input {
	struct port *port;
	uint16_t queue;
};

/* What a reload replaces at once; immutable once posted. */
struct worker_setup {
	const struct plan *plan;
	struct snap_core *snap;
	const uint32_t *source; /* [input] -> source index (burst.port) */
	const uint16_t *lane;   /* [source] -> lane, or LANE_UNKNOWN for mirror ports */
};

struct worker_params {
	unsigned index;              /* 0 … ; lcore index + 1 when DPDK's environment runs */
	struct worker_input *inputs; /* borrowed */
	unsigned input_count;
	struct replay *replay; /* or NULL; then there are no inputs */
	bool replay_paced;     /* its times are of the present, and time goes on after its end */
	const struct timebase *clock; /* TSC to UTC; control calibrates it */
	struct rte_rcu_qsbr *quiescence;
	const struct worker_setup *setup; /* borrowed until another one was swapped in */
	uint64_t flows;                   /* capacity of the flow table */
	uint64_t interval_ns;
	bool nap; /* it shares its CPU: sleep a little when idle */
};

struct worker;

/* NULL: no memory, logged. */
struct worker *worker_create(const struct worker_params *params);
void worker_destroy(struct worker *w);

/* On its lcore, or without DPDK's environment on a thread of its own. 0 or -errno. */
int worker_start(struct worker *w);
/* Ends after the running turn; publishes what it counted. Returns when it has. */
void worker_stop(struct worker *w);

/* Go on with another setup between two bursts. The old one may be freed when worker_swapped() and
 * the quiescence says so. */
void worker_post(struct worker *w, const struct worker_setup *setup);
bool worker_swapped(const struct worker *w);

/* Go on with another lookup between two bursts; the one before may be destroyed when
 * worker_looks_at() says so. */
struct lookup;
void worker_post_lookup(struct worker *w, const struct lookup *l);
bool worker_looks_at(const struct worker *w, const struct lookup *l);

struct punt_rings *worker_punts(struct worker *w);
/* Where the inspector puts what signalling says will come. */
struct expect_queue *worker_expected(struct worker *w);
/* The replay was read to its end. */
bool worker_replayed(const struct worker *w);
/* See plane_hold(). */
void worker_hold(struct worker *w, bool held);
/* Turns so far: a stuck worker is told by it. */
uint64_t worker_turns(const struct worker *w);
