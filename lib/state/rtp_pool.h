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

struct rtp_pool;

/* NULL when the memory is not there (logged). `keep`: a capture's, pages come when used. Set-up
 * thread. */
struct rtp_pool *rtp_pool_create(uint32_t capacity, bool keep);
void rtp_pool_destroy(struct rtp_pool *t);

/* Stream of a number > 0 that the pool gave. */
struct rtp_stream *rtp_pool_at(const struct rtp_pool *t, uint32_t number);

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
