/* Options of a segment that has more than timestamps: offers of a SYN, SACK and what it repeats. */
#include "proto/tcp_options.h"
#include "state/tcp_segment.h"

enum { WSCALE_MOST = 14 }; /* RFC 7323 section 2.3 */

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

void
tcp_options_take(struct segment *s)
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
