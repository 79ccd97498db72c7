/* A segment and what it tells: the straight path, in-order data and acknowledgements of it. */
#include "state/tcp_segment.h"

enum {
	CE = 0x03,           /* of the TOS byte */
	STAMPS_SIZE = 12,    /* of options, as nearly all stacks send them: */
	STAMPS = 0x0101080a, /* NOP, NOP, timestamps, length 10 (RFC 7323 appendix A) */
};

static inline void
options_read(struct segment *s)
{
	const uint8_t *at = s->frame + s->packet->l4_offset + TCP_SIZE;

	if (s->packet->tcp_options_size == 0)
		return;
	if (s->packet->tcp_options_size != STAMPS_SIZE || load_be32(at) != STAMPS) {
		tcp_options_take(s);
		return;
	}
	s->has_stamps = true;
	s->ts_value = load_be32(at + 4);
	s->ts_echo = load_be32(at + 8);
}

static inline void
mark_read(struct segment *s)
{
	s->identified = s->packet->ip_version == 4 && (uint16_t)s->packet->fragment_id != 0;
	s->mark = s->identified ? (uint16_t)s->packet->fragment_id
	                        : load_be16(s->frame + s->packet->l4_offset + 16);
}

static inline void
ack_advance(const struct segment *s, uint32_t by)
{
	struct tcp_line *l = s->l;
	uint32_t ack = s->packet->tcp_ack;

	l->ack[s->x] = ack;
	set(s, s->x, SIDE_ACKED);
	if (has(s, s->y, SIDE_PROBING) && distance(ack, l->probe_seq[s->y]) >= 0)
		tcp_probe_done(s, by);
	if (__builtin_expect(l->trouble != 0, 0))
		tcp_trouble_ack(s, by);
	if (__builtin_expect(distance(ack, l->next[s->y]) > 0 && has(s, s->y, SIDE_KNOWN), 0))
		tcp_ack_beyond(s);
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
	else if (s->start == s->end)
		tcp_ack_again(s, by);
}

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
	if (has(s, s->x, SIDE_STAMPS) && (int16_t)(value - l->ts[s->x]) <= 0 &&
	    (value == l->ts[s->x] || s->start != l->next[s->x] || s->start == s->end))
		return; /* but the next bytes with an older value: the clock was set back, or is
		           rewritten */
	l->ts[s->x] = value;
	l->stamp_at[s->x] = s->now;
	clear(s, s->x, SIDE_TIMING);
	set(s, s->x, SIDE_STAMPS | (s->start != s->end ? SIDE_TIMING : 0));
}

/* A segment without bytes. Where none came before, it tells what comes next. */
static inline void
empty_take(const struct segment *s)
{
	if (!has(s, s->x, SIDE_KNOWN)) {
		tcp_first_take(s);
	} else if (!tcp_keep_alive_take(s) && !s->is_old) {
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
		tcp_first_take(s);
	} else if (__builtin_expect(ahead > 0, 0)) {
		tcp_ahead_take(s);
	} else if (__builtin_expect(ahead < 0, 0)) {
		tcp_behind_take(s);
	} else if (__builtin_expect(is_window_probe(s), 0)) {
		saw(s, TCP_SAW_WINDOW_PROBE);
		set(s, s->x, SIDE_KEPT);
	} else {
		newest_take(s);
	}
}

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
	t->goodput[s->x] -= s->flags & FIN && s->news->saw & 1u << TCP_SAW_DATA;
	for (uint32_t bits = s->news->saw & ~TCP_SAW_MORE; bits; bits &= bits - 1)
		t->count[s->x][__builtin_ctz(bits)]++;
	t->count[s->y][TCP_SAW_UNSEEN] += s->news->unseen;
	t->count[s->y][TCP_SAW_TAKEN_BACK] += s->news->taken_back;
}

static inline void
segment_take(struct segment *s)
{
	if ((s->flags & (SYN | ACK)) == (SYN | ACK))
		tcp_syn_answered(s);
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
		tcp_dsack_take(s);
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

	news->saw = news->unseen = news->taken_back = news->sample_count = news->repeated = 0;
	if (__builtin_expect(!s.l, 0)) {
		news->saw = TCP_SAW_MORE;
		return;
	}
	if (p->keep)
		tcp_trouble_of(p, s.l, true);
	if (__builtin_expect(flags & RST, 0)) {
		tcp_reset_take(&s);
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
