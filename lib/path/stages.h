/*
 * The stages of the pipeline and the state they share. Private to path/pipeline.c and the
 * path/stage_*.c files: each stage takes a whole burst, in passes, keeps its counts in locals and
 * writes them once.
 */
#pragma once

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "base/hash.h"
#include "classify/class.h"
#include "path/pipeline.h"
#include "state/expectation.h"
#include "state/flow.h"
#include "state/fragment.h"
#include "state/rtp_pool.h"
#include "state/spin.h"
#include "state/tcp.h"

/*
 * What the stages behind classify have to do with a packet: bits of burst.todo, told by its class
 * while the flow's record is at hand, so that what does not concern a stage costs it nothing.
 */
enum todo {
	TODO_MEDIA = 1 << 0,      /* may be RTP */
	TODO_PUNT_MEDIA = 1 << 1, /* goes to the inspector unless it is RTP */
	TODO_PUNT = 1 << 2,       /* may go there for another reason */
	TODO_SPIN = 1 << 3,       /* QUIC */
	TODO_OF_MEDIA = TODO_MEDIA | TODO_SPIN,
};

struct pipeline {
	const struct plan *plan;
	const struct lpm *side_lpm[2]; /* the plan's, or those of the lookup swapped in */
	struct snap_core *core;
	struct snap *snap; /* the running interval; start_ns 0: nothing came yet */
	struct meter_table *meters;
	struct flow_table *flows;
	struct fragment_table *fragments;
	struct rtp_pool *streams;
	struct expectation_table *expectations;
	struct tcp_pool *tcp;
	struct spin_table *spin;
	/* enum todo bits of a class, [1] of flows whose class is open or that have streams */
	uint8_t todo[2][CLASS_COUNT];
	uint16_t generation; /* of plan and lookup as it stands in flow records; never 0 */
	struct hash_key endpoint_key;
	/* intervals */
	uint64_t interval_ns;
	uint64_t end_ns;          /* of the running interval */
	struct flow_stats before; /* at the end of the last one */
	struct shortage shortage_before;
	/* ageing */
	uint64_t now_ns;      /* newest packet time or idle call */
	uint64_t age_per_ns;  /* records a ns, 32.32 fixed point */
	uint64_t age_credit;  /* records that time allows to look at, 32.32 */
	uint32_t age_allowed; /* records that the bursts allow */
	/* flows that were replaced, copied: fed together, when there are enough or the interval
	 * ends */
	struct flow leaving[FLOW_VISITED];
	uint32_t leaving_count;
	/* of the running burst: the subnets of new flows' packets, by side */
	uint32_t new_subnets[2][BURST_MAX];
	bool reclassed; /* in the running burst a flow's class changed */
	/* of the running burst: the frames that are TCP segments of a flow */
	uint8_t segments[BURST_MAX];
	uint32_t segment_count;
	/* and those with a header of RTP */
	struct rtp_packet rtp[BURST_MAX];
	uint8_t media[BURST_MAX]; /* which packet */
	uint32_t media_count;
	uint32_t without; /* stages, as bits */
	bool keep;
	bool profiled;
	punt_fn *punt;
	published_fn *published;
	void *context;
	uint64_t cycles[STAGE_COUNT];
};

void stage_decode(struct pipeline *p, struct burst *b);
void stage_flow(struct pipeline *p, struct burst *b);
void stage_classify(struct pipeline *p, struct burst *b);
/* Set-up thread, before any pipeline runs: fills a table that all of them read. */
void stage_measure_init(void);
void stage_measure(struct pipeline *p, struct burst *b);
/* Find the burst's TCP segments and fetch their connections, well ahead of stage_tcp(). */
void stage_tcp_prefetch(struct pipeline *p, const struct burst *b);
void stage_tcp(struct pipeline *p, struct burst *b);
void stage_punt(struct pipeline *p, struct burst *b);
/* Find the burst's RTP headers and fetch their flows' streams, well ahead of stage_media(). */
void stage_media_collect(struct pipeline *p, struct burst *b);
void stage_media(struct pipeline *p, struct burst *b);
void stage_spin(struct pipeline *p, struct burst *b);
/* What these have to do with packets of a class; `keep`, `open`: see pipeline. */
unsigned stage_punt_todo(enum traffic_class class, bool keep);
unsigned stage_media_todo(enum traffic_class class, bool open);
void stage_age(struct pipeline *p, uint64_t now_ns);

/* A round trip from here to the sender of packet `i` (or, `to_receiver`, to the other side): to its
 * link, subnet and SBC. The packet has a meter. */
void stage_time(struct pipeline *p, const struct burst *b, uint32_t i, bool to_receiver,
                enum latency_method method, uint64_t ns);

/* The meter of a flow under the current plan, found anew; sets flow.meter and flow.generation.
 * FLOW_A_PEER must be right. */
void stage_classify_meter(struct pipeline *p, struct flow *f);

/* Tell what media has to do with the burst's packets again, by the class that their flows have now.
 */
void stage_classify_todo(const struct pipeline *p, struct burst *b);

/* The flow belongs to another meter from now on: its class changed outside of stage_classify(). */
void stage_classify_enter(struct pipeline *p, struct flow *f);

/* Who sends a stream to whom. */
struct stage_media_ends {
	struct addr src, dst;
	uint16_t sport, dport;
};

/* What the payload type means: to signalling (false: it said nothing), or else to RFC 3551. */
bool stage_media_bind(struct pipeline *p, struct rtp_stream *s, const struct stage_media_ends *ends,
                      uint64_t now_ns, uint8_t payload_type);
void stage_media_resolve(struct pipeline *p, struct rtp_stream *s,
                         const struct stage_media_ends *ends, uint64_t now_ns,
                         uint8_t payload_type);

/* A stream was found: the flow is media from now on, and its other sources need less proof. */
void stage_media_settle(struct pipeline *p, struct flow *f, const struct rtp_stream *s);

/* What a stream had before it was found. */
void stage_media_count(struct quality_line *line, struct quality_slot *slot,
                       const struct rtp_stream *s);

/* The ageing hand passes a flow, or it leaves: its streams are read, or go with it. */
void stage_media_visit(struct pipeline *p, struct flow *f);
void stage_media_leave(struct pipeline *p, struct flow *f);
void stage_media_prefetch(const struct pipeline *p, const struct flow *f); /* for the above */

/* flow_visit_fn: feed the flows' counts to the snapshot's endpoints; their idle timeouts. */
void stage_age_visit(void *pipeline, struct flow **flows, uint32_t count, enum flow_event event,
                     uint64_t *idle_ns);

/* A flow of which one way is seen: its token goes into the snapshot. `ends` by enum side, `packets`
 * and `bytes` since the last time. */
struct stage_half_ends {
	struct addr addr[2];
	uint16_t port[2];
	uint16_t link;
};
void stage_half(struct pipeline *p, const struct flow *f, const struct stage_half_ends *ends,
                uint32_t packets, uint32_t bytes);

/* Feed what replaced flows left behind. */
void stage_age_flush(struct pipeline *p);

/* Bit per packet of the burst that has this bit of enum todo. */
static inline uint64_t
todo_mask(const struct burst *b, enum todo bit)
{
	uint64_t mask = 0;

#ifdef __SSE2__
	for (unsigned i = 0; i < BURST_MAX; i += 16) {
		__m128i v = _mm_loadu_si128((const __m128i *)(const void *)(b->todo + i));
		__m128i has = _mm_cmpeq_epi8(_mm_and_si128(v, _mm_set1_epi8((char)bit)),
		                             _mm_set1_epi8((char)bit));

		mask |= (uint64_t)(uint32_t)_mm_movemask_epi8(has) << i;
	}
#else
	for (unsigned i = 0; i < BURST_MAX; i++)
		mask |= (uint64_t)((b->todo[i] & bit) != 0) << i;
#endif
	/* beyond the last stands what an earlier burst left */
	return mask & UINT64_MAX >> (BURST_MAX - b->count);
}

/* A packet of this time ends the running interval, or goes back before it. */
static inline bool
interval_over(const struct pipeline *p, uint64_t now_ns)
{
	return now_ns >= p->end_ns || now_ns + p->interval_ns * 10 < p->end_ns;
}
/* End it and begin the one that holds `now_ns`. */
void interval_turn(struct pipeline *p, uint64_t now_ns);
