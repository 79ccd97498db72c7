/*
 * The slow path: punted frames to the protocols that read them. Fed by the probe's inspector thread
 * from the punt rings (path/punt.h), or by `analyze` from the pipeline's punt callback; both hand
 * over the same `struct punt`, which is borrowed for the call. TCP is put in order (stream.h);
 * conversations, their buffers and the names counted are bounded, and what found no room is
 * counted. One thread; nothing is logged.
 */
#pragma once

#include <stdint.h>

#include "conf/conf.h"
#include "inspect/census.h"
#include "inspect/fact.h"
#include "inspect/inspector_shortage.h"
#include "inspect/media_offer.h"
#include "path/punt.h"
#include "snap/snap.h"

struct inspector;

struct inspector_params {
	uint32_t conversations; /* kept at once; 0: INSPECTOR_CONVERSATIONS */
	uint32_t names;         /* different texts counted of each kind; 0: INSPECTOR_NAMES */
	uint32_t calls;         /* Call-IDs kept at once; 0: INSPECTOR_CALLS */
	uint32_t evidence; /* addresses with evidence of a role, a power of two; 0: EVIDENCE_PLACES
	                    */
	bool keep_calls;   /* for as long as there is room: captures */
	uint64_t waiting_bytes;  /* of messages not whole yet, in all; 0: INSPECTOR_WAITING_BYTES */
	const struct conf *conf; /* as for inspector_set_conf(); NULL: none */
	const struct lane_id *lanes;
	uint16_t lane_count;
	expect_fn *expect; /* gets what SDP says will come; NULL: nobody */
	void *expect_context;
};

enum {
	INSPECTOR_CONVERSATIONS = 16384, /* 6 MiB without what waits */
	INSPECTOR_NAMES = 4096,
	INSPECTOR_CALLS = 65536, /* 48 MiB */
	INSPECTOR_WAITING_BYTES = 64 << 20,
};

struct inspector *inspector_create(const struct inspector_params *params);
void inspector_destroy(struct inspector *i);

/* After a reload, and by inspector_create(): the configuration, and the link, member and direction
 * of each lane of a punt. Both are borrowed until the next call. */
void inspector_set_conf(struct inspector *i, const struct conf *conf, const struct lane_id *lanes,
                        uint16_t lane_count);

/* One frame, in the order of its port. */
void inspector_packet(struct inspector *i, const struct punt *p);

/* A link (index in conf.links) brought its last frame in this direction then, of any kind: silence
 * of a protocol is evidence only while its link speaks. Before the tick of that time. */
void inspector_heard(struct inspector *i, uint16_t link, enum direction dir, uint64_t time_us);

/* Control frames were lost before they came here: until `now_ns` silence of a protocol proves
 * nothing. Before the tick of that time. */
void inspector_missed(struct inspector *i, uint64_t now_ns);

/* The packet clock has reached `now_ns`, whether or not something came: timers run out. Once per
 * interval or more often. */
void inspector_tick(struct inspector *i, uint64_t now_ns);

/* A lane had its newest frame of any kind then: before inspector_tick(), so that silence of a
 * protocol is told from a dead fibre. */
void inspector_alive(struct inspector *i, const struct lane_id *lane, uint64_t last_ns);

/* No more will come: what waits for bytes that were not captured is read without them. */
void inspector_finish(struct inspector *i);

/* Borrowed; changes with every packet. */
const struct census *inspector_census(const struct inspector *i);
/* Evidence of roles; the caller takes from it. */
struct evidence *inspector_evidence(struct inspector *i);
/* BGP's sessions, for who knows of them from elsewhere (inspect/bgp_seed.h, inspect/bmp_feed.h). */
struct bgp_table *inspector_bgp(struct inspector *i);
/* Round trips sampled since the caller last cleared it (snap/latency.h); the ids of subnets are
 * those of the configuration last set. */
struct latency_set *inspector_latencies(struct inspector *i);
/* What is to be told; the caller takes from it. */
struct fact_queue *inspector_facts(struct inspector *i);
/* Conversations now, and those forgotten for want of room. */
uint32_t inspector_conversations(const struct inspector *i, uint64_t *forgotten);
struct inspector_shortage inspector_shortage(const struct inspector *i);
