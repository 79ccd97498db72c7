/* A segment and what it tells. The straight path, in-order data and acknowledgements of it, stands
 * in inline functions; everything else is called. */
#include <string.h>

#include "base/bytes.h"
#include "base/clock.h"
#include "proto/tcp.h"
#include "proto/tcp_options.h"
#include "state/tcp_private.h"

enum {
	FIN = 0x01,
	SYN = 0x02,
	RST = 0x04,
	ACK = 0x10,
	ECE = 0x40,
	CE = 0x03,           /* of the TOS byte */
	STAMPS_SIZE = 12,    /* of options, as nearly all stacks send them: */
	STAMPS = 0x0101080a, /* NOP, NOP, timestamps, length 10 (RFC 7323 appendix A) */
	LEAST_MSS = 536,     /* RFC 9293 3.7.1; a receiver that saw less counts on this */
	WSCALE_MOST = 14,    /* RFC 7323 2.3 */
	COUNTER_STEP = 255,  /* an IP identifier grown by no more is a counter */
	WINDOW_SLACK = 1 << 16,
	STRANGE_MOST = 3, /* segments out of window in a row, before it is believed */
};
#define JUMP_MOST (1 << 30)
/* Without timestamps and identifiers: no sender repeats itself within this, the least timeout of
 * common stacks being 200 ms (Linux) and the least loss probe 10 ms. */
#define COPY_TICKS TICKS(5 * NS_PER_MS)
/* What overtakes arrives within this where no round trip is known; tshark takes the same. */
#define REORDER_TICKS TICKS(3 * NS_PER_MS)
/* A hole that nobody acknowledges (seen one way only) is given up after. */
#define STALE_TICKS TICKS(4 * NS_PER_S)

/* One segment on its way through this file. */
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

/* ---- options --------------------------------------------------------------------------------- */

/* RFC 2883 section 4: the first block is below the acknowledgement, or within the second. One byte
 * is what a keep-alive brings again. */
static bool
reports_duplicate(const struct tcp_options *o, uint32_t ack)
{
	int32_t size = distance(o->sack[0].right, o->sack[0].left);

	if (size <= 1 || size > JUMP_MOST)
		return false;
	if (distance(ack, o->sack[0].right) >= 0)
		return distance(ack, o->sack[0].left) < JUMP_MOST;
	return o->sack_count > 1 && distance(o->sack[0].left, o->sack[1].left) >= 0 &&
	       distance(o->sack[1].right, o->sack[0].right) >= 0;
}

static void
offer_take(const struct segment *s, const struct tcp_options *o)
{
	struct tcp_trouble *t = tcp_trouble_of(s->pool, s->l, false);
	uint16_t scale = o->wscale > WSCALE_MOST ? WSCALE_MOST : o->wscale;

	clear(s, s->x, SIDE_WSCALE);
	set(s, s->x, o->seen & TCP_HAS_WSCALE ? scale : TCP_NO_WSCALE);
	if (o->seen & TCP_HAS_SACK_PERMITTED)
		set(s, s->x, SIDE_SACKS);
	if (!t)
		return;
	t->offered[s->x] = (uint8_t)o->seen;
	t->offered_mss[s->x] = o->mss;
	t->offered_scale[s->x] = o->seen & TCP_HAS_WSCALE ? (uint8_t)scale : TCP_NO_WSCALE;
}

static __attribute__((noinline)) void
options_take(struct segment *s)
{
	struct cursor c = cursor_over(s->frame + s->packet->l4_offset + TCP_SIZE,
	                              s->packet->tcp_options_size);
	struct tcp_options o;

	tcp_options_decode(&c, &o); /* what stands before a damaged one is valid */
	s->has_stamps = o.seen & TCP_HAS_TIMESTAMPS;
	s->ts_value = o.ts_value;
	s->ts_echo = o.ts_echo;
	if (o.seen & TCP_HAS_SACK && s->flags & ACK) {
		set(s, s->x, SIDE_SACKS);
		s->is_dsack = reports_duplicate(&o, s->packet->tcp_ack);
	}
	if (s->flags & SYN)
		offer_take(s, &o);
}

static inline void
options_read(struct segment *s)
{
	const uint8_t *at = s->frame + s->packet->l4_offset + TCP_SIZE;

	if (s->packet->tcp_options_size == 0)
		return;
	if (s->packet->tcp_options_size != STAMPS_SIZE || load_be32(at) != STAMPS) {
		options_take(s);
		return;
	}
	s->has_stamps = true;
	s->ts_value = load_be32(at + 4);
	s->ts_echo = load_be32(at + 8);
}

/* ---- marks ----------------------------------------------------------------------------------- */

static inline void
mark_read(struct segment *s)
{
	s->identified = s->packet->ip_version == 4 && (uint16_t)s->packet->fragment_id != 0;
	s->mark = s->identified ? (uint16_t)s->packet->fragment_id
	                        : load_be16(s->frame + s->packet->l4_offset + 16);
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

/* A mirror's second sight of a segment. Its bytes were seen, or it has none. */
static bool
is_copy(const struct segment *s)
{
	const struct tcp_line *l = s->l;
	bool empty = s->start == s->end;

	if (s->identified && s->mark == l->mark[s->x])
		return true;
	if (s->identified && has(s, s->x, SIDE_COUNTS))
		return (uint16_t)(l->mark[s->x] - s->mark) <= COUNTER_STEP;
	if (empty)
		return false; /* acknowledgements repeat themselves */
	if (s->has_stamps && has(s, s->x, SIDE_STAMPS) &&
	    (int16_t)((uint16_t)s->ts_value - l->ts[s->x]) < 0)
		return true;
	if (s->identified || s->mark != l->mark[s->x])
		return false;
	return s->has_stamps || s->now - l->stamp_at[s->x] < COPY_TICKS;
}

/* ---- acknowledgements ------------------------------------------------------------------------ */

static void
least_take(const struct segment *s, uint32_t ticks)
{
	struct tcp_trouble *t = tcp_trouble_of(s->pool, s->l, false);

	if (t && (!t->rtt[s->x] || ticks < t->rtt[s->x]))
		t->rtt[s->x] = ticks;
}

/* The segment that was timed is acknowledged, `by` bytes at once. */
static __attribute__((noinline)) void
probe_done(const struct segment *s, uint32_t by)
{
	const struct tcp_line *l = s->l;
	uint32_t ticks = s->now - l->probe_at[s->y];
	uint32_t full = l->mss[s->y] > LEAST_MSS ? l->mss[s->y] : LEAST_MSS;

	if (has(s, s->y, SIDE_OPENING)) {
		if (!has(s, s->y, SIDE_MUTE))
			sample(s, TCP_RTT_SYN, ticks);
	} else if (!has(s, s->y, SIDE_MUTE) && s->packet->tcp_ack == l->probe_seq[s->y]) {
		bool prompt = s->start == s->end && by >= 2 * full;

		sample(s, prompt ? TCP_RTT_ACK : TCP_RTT_DATA, ticks);
	}
	if (!has(s, s->y, SIDE_MUTE))
		least_take(s, ticks);
	clear(s, s->y, SIDE_PROBING | SIDE_MUTE | SIDE_OPENING | SIDE_BLIND);
}

static void
take_back(const struct segment *s, const struct tcp_trouble *t)
{
	const uint32_t *count = t->count[s->y];

	if (count[TCP_SAW_LOST_AFTER] > count[TCP_SAW_TAKEN_BACK] + s->news->taken_back)
		s->news->taken_back++;
}

static uint32_t
segments_of(const struct segment *s, uint64_t bytes)
{
	uint32_t mss = s->l->mss[s->y];

	return mss ? (uint32_t)((bytes + mss - 1) / mss) : bytes > 0;
}

/* What the receiver has leaves the record. */
static __attribute__((noinline)) void
trouble_ack(const struct segment *s)
{
	struct tcp_trouble *t = tcp_trouble_of(s->pool, s->l, false);
	uint32_t ack = s->packet->tcp_ack;

	s->news->unseen += segments_of(s, tcp_hole_drop(t, s->y, ack));
	if (!t->echo_waits[s->y] || distance(ack, t->echo_seq[s->y]) < 0)
		return;
	t->echo_waits[s->y] = false;
	if (s->has_stamps && !has(s, s->x, SIDE_SACKS) &&
	    distance(s->ts_echo, t->echo_ts[s->y]) < 0)
		take_back(s, t);
}

/* The tap can't tell sides until all that was sent so far is acknowledged. */
static void
go_blind(const struct segment *s, unsigned side, uint32_t until)
{
	s->l->probe_seq[side] = until;
	set(s, side, SIDE_PROBING | SIDE_MUTE | SIDE_BLIND);
	clear(s, side, SIDE_OPENING);
}

static void
hole_make(const struct segment *s, unsigned side, uint32_t start, uint32_t end)
{
	struct tcp_trouble *t = tcp_trouble_of(s->pool, s->l, true);
	struct tcp_hole hole = {.start = start,
	                        .end = end,
	                        .at = s->now,
	                        .mark = s->mark,
	                        .ts = (uint16_t)s->ts_value};

	if (t && tcp_hole_add(t, side, &hole))
		return;
	if (t && tcp_hole_expire(t, side, s->now, STALE_TICKS) && tcp_hole_add(t, side, &hole))
		return;
	s->pool->stats.untracked++;
	go_blind(s, side, end);
}

/* Acknowledged before it was seen: the tap missed it, or will show it late. */
static __attribute__((noinline)) void
ack_beyond(const struct segment *s)
{
	struct tcp_line *l = s->l;
	uint32_t ack = s->packet->tcp_ack, by = ack - l->next[s->y];

	if (by > JUMP_MOST)
		return;
	if (by != 1 || !has(s, s->y, SIDE_KEPT)) /* else a window probe was taken */
		hole_make(s, s->y, l->next[s->y], ack);
	l->next[s->y] = ack;
}

static inline void
ack_advance(const struct segment *s, uint32_t by)
{
	struct tcp_line *l = s->l;
	uint32_t ack = s->packet->tcp_ack;

	l->ack[s->x] = ack;
	set(s, s->x, SIDE_ACKED);
	if (has(s, s->y, SIDE_PROBING) && distance(ack, l->probe_seq[s->y]) >= 0)
		probe_done(s, by);
	if (__builtin_expect(l->trouble != 0, 0))
		trouble_ack(s);
	if (__builtin_expect(distance(ack, l->next[s->y]) > 0 && has(s, s->y, SIDE_KNOWN), 0))
		ack_beyond(s);
}

/* The same again: a copy, or a duplicate by RFC 5681 section 2 (no data, same window, something is
 * outstanding), which a keep-alive's answer is not. */
static __attribute__((noinline)) void
ack_again(const struct segment *s)
{
	const struct tcp_line *l = s->l;

	if (s->flags & (SYN | FIN | RST) || !has(s, s->x, SIDE_KNOWN))
		return;
	if (is_copy(s) && s->packet->tcp_window == l->window[s->x]) {
		saw(s, TCP_SAW_COPIED_ACK);
		return;
	}
	if (s->start == l->next[s->x] && s->packet->tcp_window == l->window[s->x] &&
	    s->packet->tcp_window != 0 && !has(s, s->y, SIDE_KEPT) &&
	    distance(l->next[s->y], l->ack[s->x]) > 0)
		saw(s, TCP_SAW_DUPLICATE_ACK);
}

static inline void
ack_take(struct segment *s)
{
	int32_t by;

	if (!(s->flags & ACK))
		return;
	s->first_ack = !has(s, s->x, SIDE_ACKED);
	by = s->first_ack ? 1 : distance(s->packet->tcp_ack, s->l->ack[s->x]);
	if (by > 0)
		ack_advance(s, (uint32_t)by);
	else if (by == 0 && s->start == s->end)
		ack_again(s);
}

/* ---- timestamps ------------------------------------------------------------------------------ */

/* RFC 7323 section 4: the echo of a value completes its round trip; one sample per value, the first
 * segment with data that carries it. */
static inline void
stamps_take(const struct segment *s)
{
	struct tcp_line *l = s->l;
	uint16_t value = (uint16_t)s->ts_value;

	if (has(s, s->y, SIDE_TIMING) && (uint16_t)s->ts_echo == l->ts[s->y]) {
		sample(s, TCP_RTT_TS, s->now - l->stamp_at[s->y]);
		clear(s, s->y, SIDE_TIMING);
	}
	if (has(s, s->x, SIDE_STAMPS) && (int16_t)(value - l->ts[s->x]) <= 0)
		return;
	l->ts[s->x] = value;
	l->stamp_at[s->x] = s->now;
	clear(s, s->x, SIDE_TIMING);
	set(s, s->x, SIDE_STAMPS | (s->start != s->end ? SIDE_TIMING : 0));
}

/* ---- sequence -------------------------------------------------------------------------------- */

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

/* What was timed may have been sent again. */
static void
probe_mute(const struct segment *s)
{
	if (has(s, s->x, SIDE_PROBING) && distance(s->l->probe_seq[s->x], s->start) > 0)
		set(s, s->x, SIDE_MUTE);
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

static __attribute__((noinline)) void
first_take(const struct segment *s)
{
	set(s, s->x, SIDE_KNOWN | (s->flags & SYN ? SIDE_SYN : 0));
	s->l->next[s->x] = s->end;
	if (s->start == s->end)
		mark_take(s);
	else
		newest_take(s);
	if (!(s->flags & SYN) && !receiver_has(s))
		go_blind(s, s->x, s->end);
}

/* Sent by its own account before what revealed the hole, or too soon after it to be an answer. */
static bool
was_overtaken(const struct segment *s, const struct tcp_trouble *t, const struct tcp_hole *h)
{
	int16_t by_mark = (int16_t)(s->mark - h->mark);
	int16_t by_stamp = (int16_t)((uint16_t)s->ts_value - h->ts);
	uint32_t round = t->rtt[0] + t->rtt[1];

	if (s->identified && has(s, s->x, SIDE_COUNTS) && by_mark)
		return by_mark < 0;
	if (s->has_stamps && by_stamp)
		return by_stamp < 0;
	round = t->rtt[0] && t->rtt[1] ? round - round / 8 : REORDER_TICKS;
	return s->now - h->at < round;
}

/* Bytes that were never seen. */
static void
late_take(const struct segment *s, struct tcp_trouble *t, const struct tcp_hole *hole)
{
	struct tcp_hole h = *hole;

	saw(s, TCP_SAW_DATA);
	tcp_hole_fill(t, s->x, s->start, s->end);
	if (receiver_has(s))
		return; /* the receiver was faster than this tap */
	if (was_overtaken(s, t, &h)) {
		saw(s, TCP_SAW_OUT_OF_ORDER);
		return;
	}
	saw(s, TCP_SAW_RETRANSMISSION);
	saw(s, TCP_SAW_LOST_BEFORE);
	mark_take(s);
	probe_mute(s);
}

/* Wait for the echo that tells whether this was needed. */
static void
echo_await(const struct segment *s)
{
	struct tcp_trouble *t = tcp_trouble_of(s->pool, s->l, true);

	if (!t || t->echo_waits[s->x] || !s->has_stamps)
		return;
	t->echo_waits[s->x] = true;
	t->echo_seq[s->x] = s->end;
	t->echo_ts[s->x] = s->ts_value;
}

/* Bytes that were seen. */
static void
again_take(const struct segment *s)
{
	if (is_copy(s)) {
		saw(s, TCP_SAW_COPY);
		return;
	}
	saw(s, TCP_SAW_RETRANSMISSION);
	mark_take(s);
	probe_mute(s);
	if (receiver_has(s)) {
		saw(s, TCP_SAW_SPURIOUS);
	} else if (!has(s, s->y, SIDE_KNOWN) || has(s, s->x, SIDE_BLIND)) {
		saw(s, TCP_SAW_LOST_UNSIDED);
	} else {
		saw(s, TCP_SAW_LOST_AFTER);
		echo_await(s);
	}
}

/* One byte below what comes next, which the other side has: asks for an answer only. */
static inline bool
is_keep_alive(const struct segment *s)
{
	uint32_t next = s->l->next[s->x];

	if (s->start + 1 != next || s->packet->payload_size > 1 || s->flags & (SYN | FIN))
		return false;
	return s->start == s->end || receiver_has(s);
}

static inline bool
ends_ahead(const struct segment *s)
{
	return distance(s->end, s->l->next[s->x]) > 0;
}

static __attribute__((noinline)) void
behind_take(const struct segment *s)
{
	struct tcp_trouble *t = tcp_trouble_of(s->pool, s->l, false);
	const struct tcp_hole *h = t ? tcp_hole_find(t, s->x, s->start, s->end) : NULL;

	if ((s->flags & (SYN | ACK)) == (SYN | ACK) && s->first_ack && has(s, s->x, SIDE_SYN))
		return; /* simultaneous open (RFC 9293 figure 8): a SYN, and now with an answer */
	if (is_keep_alive(s)) {
		saw(s, TCP_SAW_KEEP_ALIVE);
		set(s, s->x, SIDE_KEPT);
		return;
	}
	if (h)
		late_take(s, t, h);
	else if (!(s->start + 1 == s->l->next[s->x] && ends_ahead(s)))
		again_take(s); /* new bytes after one of a keep-alive or probe repeat nothing */
	if (ends_ahead(s))
		newest_take(s);
}

/* Whether the receiver could take what begins here, as far as it has told. */
static bool
in_window(const struct segment *s)
{
	const struct tcp_line *l = s->l;
	unsigned shift = l->flags[s->y] & SIDE_WSCALE;
	bool unscaled = (has(s, s->y, SIDE_SYN) && shift == TCP_NO_WSCALE) ||
	                (has(s, s->x, SIDE_SYN) && (l->flags[s->x] & SIDE_WSCALE) == TCP_NO_WSCALE);
	uint32_t limit;

	if (s->start - l->next[s->x] > JUMP_MOST)
		return false;
	if (!has(s, s->y, SIDE_ACKED))
		return true;
	shift = unscaled ? 0 : shift == TCP_NO_WSCALE ? WSCALE_MOST : shift;
	limit = l->ack[s->y] + ((uint32_t)l->window[s->y] << shift) + WINDOW_SLACK;
	return distance(limit, s->start) >= 0;
}

/* True: let it pass as a new beginning, the third in a row that can't be. */
static bool
strange_take(const struct segment *s)
{
	struct tcp_trouble *t = tcp_trouble_of(s->pool, s->l, true);

	saw(s, TCP_SAW_OUT_OF_WINDOW);
	return !t || ++t->strange[s->x] >= STRANGE_MOST;
}

static void
begin_anew(const struct segment *s)
{
	struct tcp_trouble *t = tcp_trouble_of(s->pool, s->l, false);

	if (t) {
		t->hole_count[s->x] = t->strange[s->x] = 0;
		t->echo_waits[s->x] = false;
	}
	newest_take(s);
	go_blind(s, s->x, s->end);
}

static __attribute__((noinline)) void
ahead_take(const struct segment *s)
{
	struct tcp_trouble *t;

	if (!in_window(s)) {
		if (strange_take(s))
			begin_anew(s);
		return;
	}
	hole_make(s, s->x, s->l->next[s->x], s->start);
	t = tcp_trouble_of(s->pool, s->l, false);
	if (t)
		t->strange[s->x] = 0;
	newest_take(s);
}

/* A segment without bytes. Where none came before, it tells what comes next. */
static inline void
empty_take(const struct segment *s)
{
	if (!has(s, s->x, SIDE_KNOWN)) {
		first_take(s);
	} else if (is_keep_alive(s)) {
		saw(s, TCP_SAW_KEEP_ALIVE);
		set(s, s->x, SIDE_KEPT);
	} else if (!(s->news->saw & 1u << TCP_SAW_COPIED_ACK)) {
		mark_take(s);
	}
}

static inline bool
is_window_probe(const struct segment *s)
{
	return s->packet->payload_size == 1 && s->end - s->start == 1 && s->l->window[s->y] == 0 &&
	       has(s, s->y, SIDE_ACKED);
}

static inline void
data_take(const struct segment *s)
{
	int32_t ahead = distance(s->start, s->l->next[s->x]);

	if (!has(s, s->x, SIDE_KNOWN)) {
		first_take(s);
	} else if (__builtin_expect(ahead > 0, 0)) {
		ahead_take(s);
	} else if (__builtin_expect(ahead < 0, 0)) {
		behind_take(s);
	} else if (__builtin_expect(is_window_probe(s), 0)) {
		saw(s, TCP_SAW_WINDOW_PROBE);
		set(s, s->x, SIDE_KEPT);
	} else {
		newest_take(s);
	}
}

/* A SYN-ACK that does not take the data of the SYN: it will be sent again, in need of nobody's loss
 * (fast open refused, RFC 7413 section 4.2.2). */
static __attribute__((noinline)) void
syn_answered(const struct segment *s)
{
	struct tcp_line *l = s->l;

	if (has(s, s->y, SIDE_OPENING) && has(s, s->y, SIDE_SYN) &&
	    s->packet->tcp_ack == l->probe_seq[s->y])
		l->next[s->y] = s->packet->tcp_ack;
}

/* ---- the segment ----------------------------------------------------------------------------- */

/* The handshake's times, from the SYN that was seen last. The first acknowledgement ends it, also
 * one that refuses: what tshark calls the initial round-trip time. */
static void
handshake_watch(const struct segment *s, struct tcp_trouble *t)
{
	if ((s->flags & (SYN | ACK)) == SYN) {
		t->syn_at = s->now;
		t->has_syn = true;
	} else if (!t->has_syn || !(s->flags & ACK) || s->now == t->syn_at) {
		return; /* too early, or the clock can't tell */
	} else if (s->flags & SYN && !t->has_opening) {
		t->opening = s->now - t->syn_at;
		t->has_opening = true;
	} else if (!(s->flags & SYN) && !t->has_handshake) {
		t->handshake = s->now - t->syn_at;
		t->has_handshake = true;
	}
}

/* Add what this segment told to the connection's own counts. */
static __attribute__((noinline)) void
trouble_count(const struct segment *s)
{
	struct tcp_trouble *t = tcp_trouble_of(s->pool, s->l, false);

	handshake_watch(s, t);
	for (uint32_t bits = s->news->saw; bits; bits &= bits - 1)
		t->count[s->x][__builtin_ctz(bits)]++;
	t->count[s->y][TCP_SAW_UNSEEN] += s->news->unseen;
	t->count[s->y][TCP_SAW_TAKEN_BACK] += s->news->taken_back;
}

static inline void
segment_take(struct segment *s)
{
	if ((s->flags & (SYN | ACK)) == (SYN | ACK))
		syn_answered(s);
	ack_take(s);
	if (s->has_stamps)
		stamps_take(s);
	if (has(s, s->x, SIDE_KEPT))
		clear(s, s->x, SIDE_KEPT);
	if (s->start == s->end)
		empty_take(s);
	else
		data_take(s);
	if (s->is_dsack && s->l->trouble && !(s->news->saw & 1u << TCP_SAW_COPIED_ACK))
		take_back(s, tcp_trouble_of(s->pool, s->l, false));
	s->l->window[s->x] = s->packet->tcp_window;
}

void
tcp_segment(struct tcp_pool *p, struct flow *f, const struct packet *packet, const uint8_t *frame,
            unsigned sender, uint64_t now_ns, struct tcp_news *news)
{
	const uint8_t flags = packet->tcp_flags;
	struct segment s = {
		.pool = p,
		.l = f->pool == FLOW_NO_POOL ? tcp_line_take(p, f) : &p->lines[f->pool - 1],
		.packet = packet,
		.frame = frame,
		.news = news,
		.now = tick_of(now_ns),
		.start = packet->tcp_seq,
		.end = packet->tcp_seq + packet->payload_size + ((flags & SYN) != 0) +
	               ((flags & FIN) != 0),
		.x = (uint8_t)sender,
		.y = (uint8_t)!sender,
		.flags = flags,
	};

	news->saw = news->unseen = news->taken_back = news->sample_count = 0;
	if (!s.l)
		return;
	if (p->keep)
		tcp_trouble_of(p, s.l, true);
	if (__builtin_expect(flags & RST, 0)) {
		saw(&s, TCP_SAW_RESET);
	} else {
		mark_read(&s);
		options_read(&s);
		segment_take(&s);
		news->saw |= (uint32_t)((packet->tos & CE) == CE) << TCP_SAW_MARKED;
		news->saw |= (uint32_t)((flags & (ECE | SYN)) == ECE) << TCP_SAW_ECN_ECHO;
		news->saw |= (uint32_t)(packet->tcp_window == 0 && !(flags & (SYN | FIN)))
		             << TCP_SAW_ZERO_WINDOW;
	}
	if (__builtin_expect(s.l->trouble != 0, 0))
		trouble_count(&s);
}

void
tcp_prefetch(const struct tcp_pool *p, const struct flow *f)
{
	/* index 0 - 1 is not read: prefetching an address that is not there costs nothing */
	__builtin_prefetch(&p->lines[f->pool - 1], 1);
}
