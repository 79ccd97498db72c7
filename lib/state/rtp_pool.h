/*
 * The side pool that a worker's RTP streams live in, hung on their flows: flow.pool is the first
 * one's number, the rest is a chain. Bounded; memory for all is taken at start. One thread.
 *
 * A flow has at most RTP_FLOW_STREAMS of them, so that a sender who invents sources can neither
 * make the chain long nor fill the pool.
 */
#pragma once

#include <stddef.h>

#include "state/rtp.h"

enum {
	RTP_NO_STREAM = 0,
	RTP_FLOW_STREAMS = 16,
	RTP_FLOW_CANDIDATES = 4, /* as long as none of them is found */
};

struct rtp_pool_stats {
	uint64_t used, capacity;
	uint64_t refused; /* packets of streams that found no place: pool or flow full */
};

/* Open because the packet loop reads streams through it; everything in it is rtp_pool.c's. */
struct rtp_pool {
	struct rtp_stream *streams; /* [capacity + 1]; 0 is none, and all zero */
	uint32_t fresh;             /* from here on never used */
	uint32_t free_head;         /* list through `next` */
	struct rtp_pool_stats stats;
};

/* NULL when the memory is not there (logged). `keep`: a capture's, pages come when used, and as
 * many as there is address space for. Set-up thread. */
struct rtp_pool *rtp_pool_create(uint32_t capacity, bool keep);
void rtp_pool_destroy(struct rtp_pool *t);

/* Stream of a number that the pool gave; 0: one that no source matches to be read. */
static inline struct rtp_stream *
rtp_pool_at(const struct rtp_pool *t, uint32_t number)
{
	return &t->streams[number];
}

/* Whether the stream is of this source and direction (`reverse`: 0 or 1). */
static inline bool
rtp_pool_is(const struct rtp_stream *s, uint32_t ssrc, unsigned reverse)
{
	return ((s->ssrc ^ ssrc) | ((s->flags & RTP_REVERSE) ^ reverse)) == 0;
}

/* The flow's stream of this source and direction (`reverse`: 0 or 1); NULL: none yet. */
struct rtp_stream *rtp_pool_find(const struct rtp_pool *t, uint32_t head, uint32_t ssrc,
                                 unsigned reverse);

/* A new stream in the flow's chain, begun with this packet. NULL: no place, counted. */
struct rtp_stream *rtp_pool_add(struct rtp_pool *t, uint32_t *head, const struct rtp_packet *p,
                                unsigned reverse);

/* All streams of a flow leave. */
void rtp_pool_release(struct rtp_pool *t, uint32_t *head);

const struct rtp_pool_stats *rtp_pool_stats(const struct rtp_pool *t);
size_t rtp_pool_size(const struct rtp_pool *t);
