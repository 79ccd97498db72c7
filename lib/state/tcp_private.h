/*
 * What the files of TCP state share: the line of a connection, the record of one in trouble.
 * Private to state/tcp*.c. Index [side] is the sender: 0 for the flow's first one.
 */
#pragma once

#include <assert.h>

#include "base/mem.h"
#include "state/tcp.h"

/* Time is kept in 32 bits of 64 ns: 64 ns of resolution, 274 s until it wraps. */
enum { TICK_BITS = 6 };
static inline uint32_t
tick_of(uint64_t ns)
{
	return (uint32_t)(ns >> TICK_BITS);
}
#define TICKS(ns) ((uint32_t)((ns) >> TICK_BITS))

/* Bits of line.flags; the lowest four are the window scale. */
enum {
	SIDE_WSCALE = 0x0f,
	SIDE_KNOWN = 1 << 4,    /* `next` is valid: it sent something */
	SIDE_ACKED = 1 << 5,    /* `ack` is valid: it acknowledged something */
	SIDE_PROBING = 1 << 6,  /* `probe_seq` waits for its acknowledgement */
	SIDE_MUTE = 1 << 7,     /* and gives no sample: sent again */
	SIDE_TIMING = 1 << 8,   /* `ts` waits for its echo */
	SIDE_SYN = 1 << 9,      /* its SYN was seen */
	SIDE_BLIND = 1 << 10,   /* sides of loss can't be told until the probe is acknowledged */
	SIDE_COUNTS = 1 << 11,  /* IP identifiers grow by little */
	SIDE_KEPT = 1 << 12,    /* its last segment was a keep-alive or a window probe */
	SIDE_STAMPS = 1 << 13,  /* sends timestamps */
	SIDE_OPENING = 1 << 14, /* the probe is its SYN */
	SIDE_SACKS = 1 << 15,   /* SACK permitted, or used */
};

struct tcp_line {
	uint32_t next[2];      /* one past the highest byte that it sent */
	uint32_t ack[2];       /* highest acknowledgement that it sent */
	uint32_t probe_seq[2]; /* of its data: acknowledged by this, the sample is whole */
	uint32_t probe_at[2];  /* ticks */
	uint32_t stamp_at[2]; /* ticks; first sight of `ts`, without timestamps: its last segment */
	uint32_t trouble;     /* 1 + index; 0: none */
	uint16_t window[2];   /* as on the wire, of its last segment */
	uint16_t flags[2];
	uint16_t ts[2];   /* low half of its newest TSval */
	uint16_t mss[2];  /* largest payload that it sent */
	uint16_t mark[2]; /* IP identifier of its newest segment, or its checksum where 0 */
};
static_assert(sizeof(struct tcp_line) == CACHE_LINE, "a connection is one cache line");

struct tcp_hole {
	uint32_t start, end; /* bytes never seen */
	uint32_t at;         /* ticks, when it was revealed */
	uint16_t mark, ts;   /* of the segment that revealed it */
};

enum { HOLES = 17 };

/* A connection in trouble. Holes of side 0 stand from the first on, those of side 1 from the last
 * back. */
struct tcp_trouble {
	uint32_t line;   /* 1 + index of its connection; of a free one `syn_at` names the next */
	uint32_t rtt[2]; /* least round trip to that side in ticks, 0: not known */
	uint32_t echo_seq[2], echo_ts[2];    /* retransmission whose echo is awaited (Eifel) */
	uint32_t syn_at, handshake, opening; /* ticks; 0: not seen */
	uint16_t offered_mss[2];
	uint8_t offered_scale[2];
	uint8_t offered[2]; /* enum tcp_option_seen, low bits */
	uint8_t hole_count[2];
	uint8_t strange[2]; /* segments out of window in a row */
	uint8_t owed[2];    /* DSACKs that its needless retransmissions will call forth */
	bool echo_waits[2];
	bool has_syn, has_handshake, has_opening;
	uint32_t count[2][TCP_SAW_COUNT];
	uint64_t goodput[2];      /* bytes of the side that were acknowledged, its FIN taken off */
	uint32_t strange_next[2]; /* `next` when the last segment out of window came */
	struct tcp_hole holes[HOLES] __attribute__((aligned(16)));
};
static_assert(sizeof(struct tcp_trouble) == 8 * CACHE_LINE, "trouble is eight cache lines");

struct tcp_pool {
	struct tcp_line *lines;
	struct tcp_trouble *troubles;
	uint32_t line_fresh,
		line_free; /* never used from here on; head of the list, through next[0] */
	uint32_t trouble_fresh, trouble_free, trouble_hand;
	bool keep;
	struct tcp_pool_stats stats;
};

static inline int32_t
distance(uint32_t to, uint32_t from)
{
	return (int32_t)(to - from);
}

/* ---- tcp_pool.c ------------------------------------------------------------------------------ */

/* The connection's record of trouble, taken when `make` and there is none; NULL: none left. */
struct tcp_trouble *tcp_trouble_of(struct tcp_pool *p, struct tcp_line *l, bool make);
/* A line for a new flow; NULL: none left, counted. */
struct tcp_line *tcp_line_take(struct tcp_pool *p, struct flow *f);

/* ---- tcp_hole.c ------------------------------------------------------------------------------ */

/* Hole `i` of a side. */
static inline struct tcp_hole *
hole_at(struct tcp_trouble *t, unsigned side, unsigned i)
{
	return &t->holes[side ? HOLES - 1 - i : i];
}

/* False: no room. */
bool tcp_hole_add(struct tcp_trouble *t, unsigned side, const struct tcp_hole *hole);
/* Forget the holes of a side that were revealed longer ago; true: there is room now. */
bool tcp_hole_expire(struct tcp_trouble *t, unsigned side, uint32_t now, uint32_t ticks);
/* The first hole that [start, end) meets, or NULL. */
const struct tcp_hole *tcp_hole_find(struct tcp_trouble *t, unsigned side, uint32_t start,
                                     uint32_t end);
/* Take [start, end) out of all holes, and tell how many bytes of them that was; a hole that would
 * fall in two when there is no room keeps its longer part. */
uint32_t tcp_hole_fill(struct tcp_trouble *t, unsigned side, uint32_t start, uint32_t end);
/* Forget what stands below `ack`; returns its bytes. */
uint64_t tcp_hole_drop(struct tcp_trouble *t, unsigned side, uint32_t ack);
