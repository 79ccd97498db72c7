/* What a segment acknowledges, where that is more than the next step: samples, holes, duplicates.
 */
#include "state/tcp_segment.h"

enum { LEAST_MSS = 536 }; /* RFC 9293 section 3.7.1; a receiver that saw less counts on this */

static void
least_take(const struct segment *s, uint32_t ticks)
{
	struct tcp_trouble *t = tcp_trouble_of(s->pool, s->l, false);

	if (t && (!t->rtt[s->x] || ticks < t->rtt[s->x]))
		t->rtt[s->x] = ticks;
}

/* The segment that was timed is acknowledged, `by` bytes at once. */
void
tcp_probe_done(const struct segment *s, uint32_t by)
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

void
tcp_dsack_take(const struct segment *s)
{
	struct tcp_trouble *t = tcp_trouble_of(s->pool, s->l, false);

	if (t->owed[s->y])
		t->owed[s->y]--;
	else
		tcp_take_back(s, t);
}

void
tcp_take_back(const struct segment *s, const struct tcp_trouble *t)
{
	const uint32_t *count = t->count[s->y];

	if (count[TCP_SAW_LOST_AFTER] <= count[TCP_SAW_TAKEN_BACK])
		return;
	s->news->taken_back++;
	s->news->saw |= TCP_SAW_MORE;
}

static uint32_t
segments_of(const struct segment *s, uint64_t bytes)
{
	uint32_t mss = s->l->mss[s->y];

	return mss ? (uint32_t)((bytes + mss - 1) / mss) : bytes > 0;
}

/* What the receiver has leaves the record. */
void
tcp_trouble_ack(const struct segment *s, uint32_t by)
{
	struct tcp_trouble *t = tcp_trouble_of(s->pool, s->l, false);
	uint32_t ack = s->packet->tcp_ack;

	if (s->first_ack) /* of a SYN, and what came with it (RFC 7413) */
		by = s->flags & SYN && has(s, s->y, SIDE_SYN) ? ack - s->l->probe_seq[s->y] : 0;
	if (by <= JUMP_MOST)
		t->goodput[s->y] += by;
	s->news->unseen += segments_of(s, tcp_hole_drop(t, s->y, ack));
	s->news->saw |= s->news->unseen ? TCP_SAW_MORE : 0;
	if (!t->echo_waits[s->y] || distance(ack, t->echo_seq[s->y]) < 0)
		return;
	t->echo_waits[s->y] = false;
	if (s->has_stamps && !has(s, s->x, SIDE_SACKS) &&
	    distance(s->ts_echo, t->echo_ts[s->y]) < 0)
		tcp_take_back(s, t);
}

/* Acknowledged before it was seen: the tap missed it, or will show it late. */
void
tcp_ack_beyond(const struct segment *s)
{
	struct tcp_line *l = s->l;
	uint32_t ack = s->packet->tcp_ack, by = ack - l->next[s->y];

	if (by > JUMP_MOST)
		return;
	if (by != 1 || !has(s, s->y, SIDE_KEPT)) /* else a window probe was taken */
		tcp_hole_make(s, s->y, l->next[s->y], ack);
	l->next[s->y] = ack;
}

/* The same again: a copy, or a duplicate by RFC 5681 section 2 (no data, same window, something is
 * outstanding), which a keep-alive's answer is not. Less was overtaken or is a copy that lags, and
 * either way is not its sender's newest segment. */
void
tcp_ack_again(struct segment *s, int32_t by)
{
	const struct tcp_line *l = s->l;

	if (by < 0) {
		s->is_old = true;
		return;
	}
	if (tcp_is_copy(s) && s->packet->tcp_window == l->window[s->x]) {
		saw(s, TCP_SAW_COPIED_ACK);
		s->is_old = true;
		return;
	}
	if (s->start == l->next[s->x] && s->packet->tcp_window == l->window[s->x] &&
	    s->packet->tcp_window != 0 && !has(s, s->y, SIDE_KEPT) &&
	    distance(l->next[s->y], l->ack[s->x]) > 0)
		saw(s, TCP_SAW_DUPLICATE_ACK);
}

/* A SYN-ACK that does not take the data of the SYN: it will be sent again, in need of nobody's loss
 * (fast open refused, RFC 7413 section 4.2.2). */
void
tcp_syn_answered(const struct segment *s)
{
	struct tcp_line *l = s->l;

	if (has(s, s->y, SIDE_OPENING) && s->packet->tcp_ack == l->probe_seq[s->y])
		l->next[s->y] = s->packet->tcp_ack;
}
