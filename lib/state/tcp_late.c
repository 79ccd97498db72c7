/* Bytes that are not the next ones: lost, overtaken, repeated, copied, out of any window. */
#include "state/tcp_segment.h"

enum {
	WSCALE_MOST = 14, /* RFC 7323 section 2.3 */
	WINDOW_SLACK = 1 << 16,
	STRANGE_MOST = 3, /* segments out of window in a row, before it is believed */
};
/* Without timestamps and identifiers: no sender repeats itself within this, the least timeout of
 * common stacks being 200 ms (Linux) and the least loss probe 10 ms. */
#define COPY_TICKS TICKS(5 * NS_PER_MS)
/* What overtakes arrives within this where no round trip is known; tshark takes the same. */
#define REORDER_TICKS TICKS(3 * NS_PER_MS)
/* A hole that nobody acknowledges (seen one way only) is given up after. */
#define STALE_TICKS TICKS(4 * NS_PER_S)

/* A mirror's second sight of a segment. Its bytes were seen, or it has none. */
bool
tcp_is_copy(const struct segment *s)
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

/* The tap can't tell sides until all that was sent so far is acknowledged. */
void
tcp_go_blind(const struct segment *s, unsigned side, uint32_t until)
{
	s->l->probe_seq[side] = until;
	set(s, side, SIDE_PROBING | SIDE_MUTE | SIDE_BLIND);
}

void
tcp_hole_make(const struct segment *s, unsigned side, uint32_t start, uint32_t end)
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
	tcp_go_blind(s, side, end);
}

void
tcp_first_take(const struct segment *s)
{
	set(s, s->x, SIDE_KNOWN | (s->flags & SYN ? SIDE_SYN : 0));
	s->l->next[s->x] = s->end;
	if (s->start == s->end)
		mark_take(s);
	else
		newest_take(s);
	if (!(s->flags & SYN) && !receiver_has(s))
		tcp_go_blind(s, s->x, s->end);
}

/* What was timed may have been sent again. */
static void
probe_mute(const struct segment *s)
{
	if (has(s, s->x, SIDE_PROBING) && distance(s->l->probe_seq[s->x], s->start) > 0)
		set(s, s->x, SIDE_MUTE);
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

/* Bytes that were never seen; returns how many. */
static uint32_t
late_take(const struct segment *s, struct tcp_trouble *t, const struct tcp_hole *hole)
{
	struct tcp_hole h = *hole;
	uint32_t filled = tcp_hole_fill(t, s->x, s->start, s->end);

	saw(s, TCP_SAW_DATA);
	if (receiver_has(s))
		return filled; /* the receiver was faster than this tap */
	if (was_overtaken(s, t, &h)) {
		saw(s, TCP_SAW_OUT_OF_ORDER);
		return filled;
	}
	saw(s, TCP_SAW_RETRANSMISSION);
	saw(s, TCP_SAW_LOST_BEFORE);
	mark_take(s);
	probe_mute(s);
	return filled;
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

/* The report of this duplicate takes no label back that another segment was given. */
static void
dsack_await(const struct segment *s)
{
	struct tcp_trouble *t = tcp_trouble_of(s->pool, s->l, true);

	if (t && t->owed[s->x] < UINT8_MAX)
		t->owed[s->x]++;
}

/* Bytes that were seen. */
static void
again_take(const struct segment *s)
{
	if (tcp_is_copy(s)) {
		saw(s, TCP_SAW_COPY);
		return;
	}
	saw(s, TCP_SAW_RETRANSMISSION);
	mark_take(s);
	probe_mute(s);
	if (receiver_has(s)) {
		saw(s, TCP_SAW_SPURIOUS);
		dsack_await(s);
	} else if (!has(s, s->y, SIDE_KNOWN) || has(s, s->x, SIDE_BLIND)) {
		saw(s, TCP_SAW_LOST_UNSIDED);
	} else {
		saw(s, TCP_SAW_LOST_AFTER);
		echo_await(s);
	}
}

/* One byte below what comes next, which the other side has: asks for an answer only. Joined midway,
 * before the other side said anything, a sender of nothing but single bytes is taken to do so. */
static bool
is_keep_alive(const struct segment *s)
{
	const struct tcp_line *l = s->l;

	if (s->start + 1 != l->next[s->x] || s->packet->payload_size > 1 || s->flags & (SYN | FIN))
		return false;
	return s->start == s->end || receiver_has(s) ||
	       (!has(s, s->y, SIDE_ACKED) && !has(s, s->x, SIDE_SYN) && l->mss[s->x] <= 1);
}

bool
tcp_keep_alive_take(const struct segment *s)
{
	if (!is_keep_alive(s))
		return false;
	if (tcp_is_copy(s)) {
		saw(s, TCP_SAW_COPIED_ACK);
		return true;
	}
	saw(s, TCP_SAW_KEEP_ALIVE);
	set(s, s->x, SIDE_KEPT);
	mark_take(s);
	return true;
}

static inline bool
ends_ahead(const struct segment *s)
{
	return distance(s->end, s->l->next[s->x]) > 0;
}

/* Only `fresh` bytes of its sequence space were not seen before. */
static void
repeat_tell(const struct segment *s, uint32_t fresh)
{
	if (fresh >= s->packet->payload_size)
		return;
	s->news->repeated = s->packet->payload_size - fresh;
	s->news->saw |= TCP_SAW_MORE;
}

void
tcp_behind_take(const struct segment *s)
{
	struct tcp_trouble *t = tcp_trouble_of(s->pool, s->l, false);
	const struct tcp_hole *h = t ? tcp_hole_find(t, s->x, s->start, s->end) : NULL;
	uint32_t fresh = 0;

	if ((s->flags & (SYN | ACK)) == (SYN | ACK) && s->first_ack && has(s, s->x, SIDE_SYN))
		return repeat_tell(s, 0); /* simultaneous open (RFC 9293 figure 8): a SYN, and now
		                             with an answer */
	if (tcp_keep_alive_take(s))
		return;
	if (h)
		fresh = late_take(s, t, h);
	else if (!(s->start + 1 == s->l->next[s->x] && ends_ahead(s)))
		again_take(s); /* new bytes after one of a keep-alive or probe repeat nothing */
	if (ends_ahead(s)) {
		fresh += s->end - s->l->next[s->x] - ((s->flags & FIN) != 0);
		newest_take(s);
	}
	repeat_tell(s, fresh);
}

/* Whether the receiver could take what begins here, as far as it has told: its window's end. */
static bool
is_within(const struct segment *s)
{
	const struct tcp_line *l = s->l;
	unsigned shift = l->flags[s->y] & SIDE_WSCALE;
	bool unscaled = (has(s, s->y, SIDE_SYN) && shift == TCP_NO_WSCALE) ||
	                (has(s, s->x, SIDE_SYN) && (l->flags[s->x] & SIDE_WSCALE) == TCP_NO_WSCALE);
	uint32_t limit;

	if (!has(s, s->y, SIDE_ACKED))
		return true;
	shift = unscaled ? 0 : shift == TCP_NO_WSCALE ? WSCALE_MOST : shift;
	limit = l->ack[s->y] + ((uint32_t)l->window[s->y] << shift) + WINDOW_SLACK;
	return distance(limit, s->start) >= 0;
}

/* RFC 9293 section 3.5.3: a reset counts for its receiver from what it acknowledged to its window's
 * end. Elsewhere it is forged, or belongs to an older connection. */
void
tcp_reset_take(const struct segment *s)
{
	saw(s, TCP_SAW_RESET);
	if (!is_within(s) || (has(s, s->y, SIDE_ACKED) && distance(s->start, s->l->ack[s->y]) < 0))
		saw(s, TCP_SAW_OUT_OF_WINDOW);
}

/* True: let it pass as a new beginning, the third in a row that can't be: nothing that can moved
 * the sequence on meanwhile. */
static bool
strange_take(const struct segment *s)
{
	struct tcp_trouble *t = tcp_trouble_of(s->pool, s->l, true);

	saw(s, TCP_SAW_OUT_OF_WINDOW);
	if (!t)
		return true;
	if (t->strange_next[s->x] != s->l->next[s->x])
		t->strange[s->x] = 0;
	t->strange_next[s->x] = s->l->next[s->x];
	return ++t->strange[s->x] >= STRANGE_MOST;
}

static void
begin_anew(const struct segment *s)
{
	struct tcp_trouble *t = tcp_trouble_of(s->pool, s->l, false);

	if (t) {
		t->hole_count[s->x] = 0;
		t->echo_waits[s->x] = false;
	}
	newest_take(s);
	tcp_go_blind(s, s->x, s->end);
}

void
tcp_ahead_take(const struct segment *s)
{
	if (s->start - s->l->next[s->x] > JUMP_MOST || !is_within(s)) {
		if (s->identified && s->mark == s->l->mark[s->x])
			saw(s, TCP_SAW_COPY); /* from behind a box that translates numbers */
		else if (strange_take(s))
			begin_anew(s);
		return;
	}
	tcp_hole_make(s, s->x, s->l->next[s->x], s->start);
	newest_take(s);
}
