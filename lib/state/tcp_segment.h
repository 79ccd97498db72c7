/*
 * One segment on its way through the files of TCP state, and the little questions that all of them
 * ask of it. The straight path stands in tcp.c; what is rare is called: tcp_ack.c for what a
 * segment acknowledges, tcp_late.c for bytes that are not the next ones, tcp_offer.c for options.
 * Private to state/tcp*.c.
 */
#pragma once

#include "base/bytes.h"
#include "base/clock.h"
#include "proto/tcp.h"
#include "state/tcp_private.h"

/* Flags of the header (RFC 9293 section 3.1). */
enum { FIN = 0x01, SYN = 0x02, RST = 0x04, ACK = 0x10, ECE = 0x40 };

enum { COUNTER_STEP = 255 }; /* an IP identifier grown by no more is a counter */
#define JUMP_MOST (1 << 30)

struct segment {
	struct tcp_pool *pool;
	struct tcp_line *l;
	const struct packet *packet;
	const uint8_t *frame;
	struct tcp_news *news;
	uint32_t now;        /* ticks */
	uint32_t start, end; /* of its sequence space: payload, SYN and FIN */
	uint32_t ts_value, ts_echo;
	uint16_t mark;
	uint8_t x, y; /* sender; receiver */
	uint8_t flags;
	bool has_stamps;
	bool identified; /* `mark` is an IP identifier */
	bool first_ack;  /* its sender acknowledged nothing before */
	bool is_dsack;
	bool is_old; /* brings nothing, and is not the newest of its sender */
};

static inline void
saw(const struct segment *s, enum tcp_saw what)
{
	s->news->saw |= 1u << what;
}

static inline bool
has(const struct segment *s, unsigned side, unsigned flag)
{
	return s->l->flags[side] & flag;
}

static inline void
set(const struct segment *s, unsigned side, unsigned flags)
{
	s->l->flags[side] |= (uint16_t)flags;
}

static inline void
clear(const struct segment *s, unsigned side, unsigned flags)
{
	s->l->flags[side] &= (uint16_t)~flags;
}

/* A round trip to the segment's sender. */
static inline void
sample(const struct segment *s, enum tcp_rtt how, uint32_t ticks)
{
	struct tcp_news *n = s->news;

	n->sample[n->sample_count].ns = (uint64_t)ticks << TICK_BITS;
	n->sample[n->sample_count++].how = how;
}

/* Acknowledged to its end, as far as this tap saw. */
static inline bool
receiver_has(const struct segment *s)
{
	return has(s, s->y, SIDE_ACKED) && distance(s->l->ack[s->y], s->end) >= 0;
}

/* The newest segment of its sender. */
static inline void
mark_take(const struct segment *s)
{
	struct tcp_line *l = s->l;
	bool counts = s->identified & ((uint16_t)(s->mark - l->mark[s->x] - 1) < COUNTER_STEP);

	l->mark[s->x] = s->mark;
	l->flags[s->x] = (uint16_t)((l->flags[s->x] & ~SIDE_COUNTS) | (counts ? SIDE_COUNTS : 0));
	if (!s->has_stamps)
		l->stamp_at[s->x] = s->now;
}

/* A coin, tossed with the segment's number and time. */
static inline bool
toss(const struct segment *s)
{
	uint32_t x = (s->end ^ s->now) * 0x9e3779b1u;

	return (x ^ x >> 15) * 0x85ebca6bu >> 31;
}

/* Time a segment or leave it, at random, so that no rhythm of acknowledgements is always missed. */
static inline void
probe_begin(const struct segment *s)
{
	struct tcp_line *l = s->l;

	if (has(s, s->x, SIDE_PROBING) || (!(s->flags & SYN) && toss(s)))
		return;
	l->probe_seq[s->x] = s->flags & SYN ? s->start + 1 : s->end;
	l->probe_at[s->x] = s->now;
	set(s, s->x, SIDE_PROBING | (s->flags & SYN ? SIDE_OPENING : 0));
}

static inline void
newest_take(const struct segment *s)
{
	struct tcp_line *l = s->l;

	saw(s, TCP_SAW_DATA);
	l->next[s->x] = s->end;
	if (s->packet->payload_size > l->mss[s->x])
		l->mss[s->x] = s->packet->payload_size < UINT16_MAX
		                       ? (uint16_t)s->packet->payload_size
		                       : UINT16_MAX;
	mark_take(s);
	probe_begin(s);
}

/* tcp_offer.c: options that are not timestamps alone. */
void tcp_options_take(struct segment *s);

/* tcp_ack.c. The timed segment is acknowledged, `by` bytes at once. */
void tcp_probe_done(const struct segment *s, uint32_t by);
/* What the receiver has leaves the record of trouble; it takes `by` bytes more. */
void tcp_trouble_ack(const struct segment *s, uint32_t by);
/* Acknowledged before it was seen. */
void tcp_ack_beyond(const struct segment *s);
/* The same acknowledgement again, or `by` bytes less, without data. */
void tcp_ack_again(struct segment *s, int32_t by);
/* A SYN-ACK, before it is looked at otherwise. */
void tcp_syn_answered(const struct segment *s);
/* A duplicate is reported, by a connection with a record of trouble. */
void tcp_dsack_take(const struct segment *s);
/* A label of loss after the tap proved wrong. */
void tcp_take_back(const struct segment *s, const struct tcp_trouble *t);

/* tcp_late.c. A mirror's second sight of a segment whose bytes were seen, or that has none. */
bool tcp_is_copy(const struct segment *s);
/* A segment with RST. */
void tcp_reset_take(const struct segment *s);
/* True: it was a keep-alive, or a mirror's second sight of one. */
bool tcp_keep_alive_take(const struct segment *s);
/* The tap can't tell sides until all that was sent up to `until` is acknowledged. */
void tcp_go_blind(const struct segment *s, unsigned side, uint32_t until);
/* Bytes that were passed over. */
void tcp_hole_make(const struct segment *s, unsigned side, uint32_t start, uint32_t end);
/* The first segment of its sender; one that begins below the next byte; one above it. */
void tcp_first_take(const struct segment *s);
void tcp_behind_take(const struct segment *s);
void tcp_ahead_take(const struct segment *s);
