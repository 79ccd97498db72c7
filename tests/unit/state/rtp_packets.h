/*
 * A sender of RTP as its tests see it: packet by packet, 20 ms apart unless said otherwise.
 */
#pragma once

#include "state/rtp.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/clock.h"

enum { PTIME_TICKS = 160, WIRE = 214 };
#define FIRST_TICK 0xffffe000u /* wraps after a second */
#define PTIME_NS (20 * NS_PER_MS)
#define START_NS (1700000000 * NS_PER_S)

static const struct rtp_format pcmu = {.payload_type = 0, .codec = CODEC_PCMU, .clock_hz = 8000};
static const struct rtp_format events = {
	.payload_type = 101, .codec = CODEC_TELEPHONE_EVENT, .clock_hz = 8000};
static const struct rtp_format noise = {.payload_type = 13, .codec = CODEC_CN, .clock_hz = 8000};

/* Number `n` of a stream that began with `first`: in time, 20 ms apart; below 0 before it. */
static inline struct rtp_packet
packet(uint16_t first, uint32_t n)
{
	return (struct rtp_packet){.time_ns = START_NS + (uint64_t)(int32_t)n * PTIME_NS,
	                           .ssrc = 0xdecafbad,
	                           .timestamp = FIRST_TICK + n * PTIME_TICKS,
	                           .wire = WIRE,
	                           .sequence = (uint16_t)(first + n)};
}

static inline void
begin(struct rtp_stream *s, uint16_t first)
{
	struct rtp_packet p = packet(first, 0);

	rtp_begin(s, &p, 0);
	rtp_set_format(s, &pcmu, RTP_BASIS_STATIC);
}

static inline int32_t
update(struct rtp_stream *s, uint16_t first, uint32_t n)
{
	struct rtp_packet p = packet(first, n);

	return rtp_update(s, &p);
}

static inline void
feed(struct rtp_stream *s, uint16_t first, uint32_t n)
{
	update(s, first, n);
}

static inline void
feed_run(struct rtp_stream *s, uint16_t first, uint32_t from, uint32_t to)
{
	for (uint32_t n = from; n < to; n++)
		feed(s, first, n);
}

static inline struct rtp_figures
read(const struct rtp_stream *s)
{
	struct rtp_figures r;

	rtp_read(s, &r);
	return r;
}
