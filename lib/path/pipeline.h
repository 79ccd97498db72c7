/*
 * The pipeline of one worker: decode, subnet lookup, flow, classify, measure, punt — over bursts,
 * run to completion, no locks, no system calls, no allocation after create. The same code serves
 * live workers (path/worker.h) and captures (path/replay.h); time comes with the packets.
 *
 * A pipeline belongs to one thread. Its configuration is an immutable `struct plan` (path/plan.h),
 * replaced by pointer between bursts (pipeline_set_plan).
 *
 * Intervals end at multiples of interval_ns of the packet clock. A packet beyond the end of the
 * running interval ends it; intervals in which nothing came (and pipeline_idle was not called) are
 * not published, and a clock that jumps back further than a reordering begins a new interval there,
 * so start_ns, end_ns and seq of the snapshot are the truth, not its place in a row.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "path/burst.h"
#include "path/plan.h"
#include "snap/snap.h"

/* ---- punts: frames for the inspector ----------------------------------------------------- */

enum punt_queue { PUNT_CONTROL, PUNT_BULK };

/* Called from the punt stage with packet `i` of the burst. Returns false when the ring is full (the
 * pipeline counts the drop). A live worker hands over the mbuf (and must then not free it: it sets
 * burst->owner[i] to NULL); a capture calls the inspector directly. */
typedef bool punt_fn(void *context, enum punt_queue queue, struct burst *b, unsigned i);

/* ---- pipeline ---------------------------------------------------------------------------- */

struct pipeline;

struct flow_table;
struct tcp_pool;
struct flow;
struct rtp_pool;
struct rtp_stream;
struct expectation;

/* An interval was published; captures take and release it here, since one burst may end several. */
typedef void published_fn(void *context);

struct pipeline_params {
	const struct plan *plan;
	struct snap_core *snap; /* made with plan_snap_params() of this plan */
	uint64_t flows;         /* capacity of the flow table */
	bool keep_flows; /* captures: never expire or evict, grow instead; ended flows are kept */
	uint64_t interval_ns;    /* length of an epoch; boundaries are multiples of it */
	uint64_t hash_seed;      /* 0: random */
	uint32_t without;        /* STAGE_TCP, STAGE_MEDIA, as 1 << stage: left out (benchmarks) */
	punt_fn *punt;           /* NULL: count only */
	published_fn *published; /* NULL: the aggregator looks by itself */
	void *context;           /* of both */
};

/* NULL when the memory is not there (logged). Set-up thread. */
struct pipeline *pipeline_create(const struct pipeline_params *params);
void pipeline_destroy(struct pipeline *p);

/* One burst through all stages. Publishes a snapshot when the packets' time passes the end of the
 * interval. */
void pipeline_run(struct pipeline *p, struct burst *b);

/* Without packets: age flows and end the interval when `now_ns` is past it. */
void pipeline_idle(struct pipeline *p, uint64_t now_ns);

/* End the running interval now (end of capture, stop): feeds all flows to the endpoints first.
 * Nothing is published when no packet ever came. */
void pipeline_finish(struct pipeline *p, uint64_t now_ns);

/* Go on under a new plan and into its snapshots; the running interval of the old ones is published
 * first (see snap_publish). Flows stay, and find their subnets and meters anew. */
void pipeline_set_plan(struct pipeline *p, const struct plan *plan, struct snap_core *snap,
                       uint64_t now_ns);

/* Other subnets for addresses under the same plan, between bursts; of another plan's: ignored. It
 * is borrowed until the next one, or another plan, was set. */
struct lookup;
void pipeline_set_lookup(struct pipeline *p, const struct lookup *l);

struct flow_table *pipeline_flows(struct pipeline *p);
const struct tcp_pool *pipeline_tcp(const struct pipeline *p);
/* Class and confidence of a flow. */
const struct class_state *pipeline_class(const struct flow *f);
/* RTP streams: flow.pool of a UDP flow is the first of its chain. */
const struct rtp_pool *pipeline_streams(const struct pipeline *p);
/* SRTP: by signalling, by its flow's class, or by DTLS before it. */
bool pipeline_is_secure(const struct flow *f, const struct rtp_stream *s);
/* What signalling said will come. The worker's thread, between bursts or from its punt callback. */
void pipeline_expect(struct pipeline *p, const struct expectation *e);
/* Frames of a flow ([0] sent by its first sender) by which counting every frame exceeds counting
 * every datagram once: fragments of a datagram but one. */
void pipeline_fragments(const struct pipeline *p, const struct flow *f, uint64_t extra[2]);
/* Fragments that came before their first one, as frames of class "fragment", and were counted in
 * its flow then: whoever adds flows and frames without a flow takes them off the frames. */
void pipeline_adopted(const struct pipeline *p, uint64_t *packets, uint64_t *bytes);

/* Cycles per stage since create, for the benchmark; filled only after pipeline_profile(p, true). */
enum stage {
	STAGE_DECODE,
	STAGE_FLOW,
	STAGE_CLASSIFY,
	STAGE_MEASURE,
	STAGE_TCP,
	STAGE_PUNT,
	STAGE_MEDIA,
	STAGE_AGE,
	STAGE_COUNT
};
const char *stage_name(enum stage s);
void pipeline_profile(struct pipeline *p, bool on);
const uint64_t *pipeline_cycles(const struct pipeline *p); /* [STAGE_COUNT] */
