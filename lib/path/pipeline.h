/*
 * The pipeline of one worker: decode, subnet lookup, flow, classify, measure, punt — over bursts,
 * run to completion, no locks, no system calls, no allocation after create. The same code serves
 * live workers (path/worker.h) and captures (path/replay.h); time comes with the packets.
 *
 * A pipeline belongs to one thread. Its configuration is an immutable `struct plan`, built whole
 * from struct conf and replaced by pointer (pipeline_set_plan) between bursts.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "classify/class.h"
#include "conf/conf.h"
#include "path/burst.h"
#include "snap/snap.h"

/* ---- plan: what workers need of the configuration, built aside --------------------------- */

struct lpm;
struct sources;

struct plan {
	uint64_t generation;
	const struct conf *conf; /* borrowed; outlives the plan */
	struct lane_id *lanes;   /* lane index -> link, member, direction */
	uint16_t lane_count;
	uint16_t link_count;
	struct lpm *side_lpm[2]; /* [0] peer side, [1] cloud side: address -> subnet id */
	struct class_rules rules;
	struct packet_options decode;
	struct sources
		*sources; /* path/source.h: burst.port is an index in it. A simplex port's
	                     frames come with their lane; a mirror port's with LANE_UNKNOWN */
};

/* NULL with a logged line when there is no memory. `generation` grows with every reload. */
struct plan *plan_create(const struct conf *conf, uint64_t generation);
void plan_destroy(struct plan *p);
/* Lane of a link's member and direction. */
uint16_t plan_lane(const struct plan *p, size_t link, size_t member, enum direction dir);

/* ---- punts: frames for the inspector ----------------------------------------------------- */

enum punt_queue { PUNT_CONTROL, PUNT_BULK };

/* Called from the punt stage with packet `i` of the burst. Returns false when the ring is full (the
 * pipeline counts the drop). A live worker hands over the mbuf (and must then not free it: it sets
 * burst->owner[i] to NULL); a capture calls the inspector directly. */
typedef bool punt_fn(void *context, enum punt_queue queue, struct burst *b, unsigned i);

/* ---- pipeline ---------------------------------------------------------------------------- */

struct pipeline;

struct pipeline_params {
	const struct plan *plan;
	struct snap_core *snap;
	uint64_t flows;  /* capacity of the flow table */
	bool keep_flows; /* captures: never expire or evict, grow instead; ended flows are kept */
	uint64_t interval_ns; /* length of an epoch; boundaries are multiples of it */
	uint32_t meters;      /* capacity */
	uint64_t hash_seed;   /* 0: random */
	punt_fn *punt;        /* NULL: count only */
	void *punt_context;
};

struct pipeline *pipeline_create(const struct pipeline_params *params);
void pipeline_destroy(struct pipeline *p);

/* One burst through all stages. Publishes a snapshot when the packets' time passes the end of the
 * interval. */
void pipeline_run(struct pipeline *p, struct burst *b);

/* Without packets: age flows and end the interval when `now_ns` is past it. */
void pipeline_idle(struct pipeline *p, uint64_t now_ns);

/* End the running interval now (end of capture, stop): feeds all flows to the endpoints first. */
void pipeline_finish(struct pipeline *p, uint64_t now_ns);

void pipeline_set_plan(struct pipeline *p, const struct plan *plan, struct snap_core *snap);

const struct meter_table *pipeline_meters(const struct pipeline *p);
struct flow_table *pipeline_flows(struct pipeline *p);

/* Cycles per stage since create, for the benchmark; filled only after pipeline_profile(p, true). */
enum stage { STAGE_DECODE, STAGE_FLOW, STAGE_CLASSIFY, STAGE_MEASURE, STAGE_PUNT, STAGE_COUNT };
const char *stage_name(enum stage s);
void pipeline_profile(struct pipeline *p, bool on);
const uint64_t *pipeline_cycles(const struct pipeline *p); /* [STAGE_COUNT] */
