/*
 * Two hosts and a tap between them, segment by segment: a test says what passes the tap and when,
 * and asks what it was found to be. Sequence numbers count from each side's SYN as 0 (`isn` is
 * added on the wire, so a wrap can stand anywhere); identifiers count up by themselves unless
 * given.
 */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/bytes.h"
#include "base/clock.h"
#include "proto/tcp_options.h"
#include "state/tcp.h"

enum { A = 0, B = 1, FIN = 1, SYN = 2, RST = 4, PSH = 8, ACK = 16, ECE = 64, MSS = 1000 };
enum { L4 = 34 }; /* of the frame: behind Ethernet and IPv4 */

struct scene {
	struct tcp_pool *pool;
	struct flow flow;
	uint64_t now_ns;
	uint32_t isn[2];
	uint16_t id[2]; /* of the last segment */
	uint16_t window[2];
	uint8_t ip_version;
	bool fixed_id; /* send `id` as it is: 0 for hosts that set none */
	bool keep;
	struct tcp_news news;
	uint64_t total[2][TCP_SAW_COUNT]; /* by sender of what is spoken of */
};

struct segment {
	unsigned from;
	uint32_t seq, size, ack;
	uint8_t flags;
	bool stamped;
	uint32_t ts, echo;
	uint32_t sack[2][2]; /* left, right; 0, 0: none */
	uint16_t id;         /* 0: the next one */
	uint16_t mss;        /* options of a SYN */
	uint8_t wscale;      /* 1 + shift */
	bool sack_permitted, fast_open;
	uint8_t tos;
	uint16_t content; /* bytes that are other than what stood there before: another checksum */
	uint8_t cut;      /* option bytes that the snap length took away */
};

static inline struct scene *
scene_make(bool keep)
{
	struct scene *s = calloc(1, sizeof *s);

	s->keep = keep;
	s->pool = tcp_pool_create(&(struct tcp_pool_params){.flows = 1024, .keep = keep});
	s->now_ns = 1768471200ull * NS_PER_S;
	s->isn[A] = 0xfffff000; /* wraps after 4096 bytes */
	s->isn[B] = 0x1000;
	s->window[A] = s->window[B] = 60000;
	s->ip_version = 4;
	return s;
}

/* In the end a connection that was kept tells what its segments told one by one. */
static inline void
assert_kept(const struct scene *s)
{
	struct tcp_report r;

	assert_true(tcp_report(s->pool, &s->flow, &r));
	for (unsigned side = 0; side < 2; side++) {
		const uint64_t *total = s->total[side];

		for (unsigned i = 0; i < TCP_SAW_COUNT; i++)
			assert_int_equal(r.count[side][i],
			                 i == TCP_SAW_LOST_AFTER
			                         ? total[i] - total[TCP_SAW_TAKEN_BACK]
			                         : total[i]);
		assert_int_equal(tcp_sent_again(s->pool, &s->flow, side),
		                 total[TCP_SAW_RETRANSMISSION]);
	}
}

static inline void
scene_free(struct scene *s)
{
	if (s->keep)
		assert_kept(s);
	tcp_pool_destroy(s->pool);
	free(s);
}

static inline uint8_t *
put_option(uint8_t *at, uint8_t kind, uint8_t size, uint32_t value)
{
	at[0] = kind;
	at[1] = size;
	if (size == 3)
		at[2] = (uint8_t)value;
	else if (size == 4)
		store_be16(at + 2, (uint16_t)value);
	return at + size;
}

static inline uint8_t *
put_sack(const struct scene *s, const struct segment *g, uint8_t *at)
{
	unsigned count = g->sack[1][1] ? 2 : 1;

	*at++ = 5;
	*at++ = (uint8_t)(2 + 8 * count);
	for (unsigned i = 0; i < count; i++, at += 8) {
		store_be32(at, g->sack[i][0] + s->isn[!g->from]);
		store_be32(at + 4, g->sack[i][1] + s->isn[!g->from]);
	}
	return at;
}

/* Header and options, behind what no reader of TCP should look at; returns the options' size. */
static inline uint8_t
build(const struct scene *s, const struct segment *g, uint8_t *frame)
{
	uint8_t *at;

	memset(frame, 0xa5, L4);
	memset(frame += L4, 0, 80);
	at = frame + 20;
	/* a checksum of sorts, of what it covers */
	store_be16(frame + 16,
	           (uint16_t)(g->seq * 7 + g->ack * 13 + g->size + g->flags * 31 + g->ts * 3 +
	                      g->echo * 5 + g->sack[0][1] * 17 + g->content));
	if (g->stamped) {
		memcpy(at, "\1\1\10\12", 4);
		store_be32(at + 4, g->ts);
		store_be32(at + 8, g->echo);
		at += 12;
	}
	if (g->mss)
		at = put_option(at, 2, 4, g->mss);
	if (g->wscale)
		at = put_option(at, 3, 3, g->wscale - 1u);
	if (g->sack_permitted)
		at = put_option(at, 4, 2, 0);
	if (g->fast_open)
		at = put_option(at, 34, 2, 0);
	if (g->sack[0][1])
		at = put_sack(s, g, at);
	while ((at - frame) % 4)
		*at++ = 1;
	return (uint8_t)(at - frame - 20);
}

static inline uint32_t
pass(struct scene *s, struct segment g)
{
	uint8_t frame[L4 + 80], *captured;
	struct packet p = {.ip_version = s->ip_version, .proto = 6, .tos = g.tos, .l4_offset = L4};
	struct tcp_news *n = &s->news;

	if (g.id)
		p.fragment_id = g.id;
	else
		p.fragment_id = s->fixed_id ? s->id[g.from] : ++s->id[g.from];
	if (s->ip_version == 6)
		p.fragment_id = 0;
	p.tcp_options_size = (uint8_t)(build(s, &g, frame) - g.cut);
	/* no byte more: reading on is an error */
	captured = malloc(L4 + 20u + p.tcp_options_size);
	memcpy(captured, frame, L4 + 20u + p.tcp_options_size);
	p.tcp_seq = g.seq + s->isn[g.from];
	p.tcp_ack = g.flags & ACK ? g.ack + s->isn[!g.from] : 0;
	p.tcp_flags = g.flags;
	p.tcp_window = s->window[g.from];
	p.payload_size = g.size;
	tcp_segment(s->pool, &s->flow, &p, captured, g.from, s->now_ns, n);
	free(captured);
	assert_int_equal((n->saw & TCP_SAW_MORE) != 0, n->unseen || n->taken_back || n->repeated);
	for (unsigned i = 0; i < TCP_SAW_COUNT; i++)
		s->total[g.from][i] += n->saw >> i & 1;
	s->total[!g.from][TCP_SAW_UNSEEN] += n->unseen;
	s->total[!g.from][TCP_SAW_TAKEN_BACK] += n->taken_back;
	return n->saw & ~TCP_SAW_MORE;
}

/* ---- short forms ----------------------------------------------------------------------------- */

static inline void
wait_us(struct scene *s, uint64_t us)
{
	s->now_ns += us * NS_PER_US;
}

static inline uint32_t
data(struct scene *s, unsigned from, uint32_t seq, uint32_t size, uint32_t ack)
{
	return pass(s, (struct segment){
			       .from = from, .seq = seq, .size = size, .ack = ack, .flags = ACK});
}

static inline uint32_t
ack(struct scene *s, unsigned from, uint32_t seq, uint32_t of)
{
	return data(s, from, seq, 0, of);
}

/* SYN, SYN-ACK, ACK: `half_us` from the tap to each host and back. */
static inline void
open_with(struct scene *s, uint64_t half_us, struct segment syn)
{
	syn.from = A;
	syn.flags |= SYN;
	pass(s, syn);
	wait_us(s, half_us);
	syn.from = B;
	syn.flags |= ACK;
	syn.ack = 1;
	pass(s, syn);
	wait_us(s, half_us);
	ack(s, A, 1, 1);
	wait_us(s, 100);
}

static inline void
open_plain(struct scene *s)
{
	open_with(s, 10000, (struct segment){.mss = MSS, .wscale = 8, .sack_permitted = true});
}

/* A's first `count` segments of MSS, without those whose bit stands in `missing`. */
static inline void
send_run(struct scene *s, uint32_t count, uint32_t missing)
{
	for (uint32_t i = 0; i < count; i++) {
		if (missing >> i & 1)
			s->id[A]++; /* it was sent, and did not come here */
		else
			data(s, A, 1 + i * MSS, MSS, 1);
		wait_us(s, 20);
	}
}

static inline void
assert_no_trouble(const struct scene *s)
{
	for (unsigned side = 0; side < 2; side++)
		for (unsigned i = 0; i < TCP_SAW_COUNT; i++)
			if (i != TCP_SAW_DATA)
				assert_int_equal(s->total[side][i], 0);
}

#define BIT(x) (1u << TCP_SAW_##x)

/* A sends `count` segments from its byte 1 on, B has them all. */
static inline void
honest_start(struct scene *s, uint32_t count)
{
	open_plain(s);
	for (uint32_t i = 0; i < count; i++) {
		data(s, A, 1 + i * MSS, MSS, 1);
		wait_us(s, 20);
	}
	ack(s, B, 1, 1 + count * MSS);
	wait_us(s, 20000);
}

/* One segment is lost after the tap and sent again, and is told as that. */
static inline void
assert_loss_is_still_told(struct scene *s, uint32_t next, uint32_t ts)
{
	const bool stamped = ts != 0;

	pass(s, (struct segment){.seq = next,
	                         .size = MSS,
	                         .flags = ACK,
	                         .ack = 1,
	                         .stamped = stamped,
	                         .ts = ts});
	wait_us(s, 250000);
	assert_int_equal(pass(s, (struct segment){.seq = next,
	                                          .size = MSS,
	                                          .flags = ACK,
	                                          .ack = 1,
	                                          .stamped = stamped,
	                                          .ts = ts + 250}),
	                 BIT(RETRANSMISSION) | BIT(LOST_AFTER));
}
