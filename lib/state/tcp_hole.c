/* Holes of a sequence: at most HOLES for both directions together, in no order. */
#include "state/tcp_private.h"

bool
tcp_hole_add(struct tcp_trouble *t, unsigned side, const struct tcp_hole *hole)
{
	if (t->hole_count[0] + t->hole_count[1] == HOLES)
		return false;
	*hole_at(t, side, t->hole_count[side]++) = *hole;
	return true;
}

static void
hole_remove(struct tcp_trouble *t, unsigned side, unsigned i)
{
	*hole_at(t, side, i) = *hole_at(t, side, --t->hole_count[side]);
}

bool
tcp_hole_expire(struct tcp_trouble *t, unsigned side, uint32_t now, uint32_t ticks)
{
	for (unsigned i = t->hole_count[side]; i-- > 0;)
		if (now - hole_at(t, side, i)->at > ticks)
			hole_remove(t, side, i);
	return t->hole_count[0] + t->hole_count[1] < HOLES;
}

static bool
meets(const struct tcp_hole *h, uint32_t start, uint32_t end)
{
	return distance(end, h->start) > 0 && distance(h->end, start) > 0;
}

const struct tcp_hole *
tcp_hole_find(struct tcp_trouble *t, unsigned side, uint32_t start, uint32_t end)
{
	for (unsigned i = 0; i < t->hole_count[side]; i++)
		if (meets(hole_at(t, side, i), start, end))
			return hole_at(t, side, i);
	return NULL;
}

/* The middle of a hole came. */
static void
hole_split(struct tcp_trouble *t, unsigned side, struct tcp_hole *h, uint32_t start, uint32_t end)
{
	struct tcp_hole rest = *h;

	rest.start = end;
	if (tcp_hole_add(t, side, &rest) || start - h->start >= h->end - end)
		h->end = start;
	else
		h->start = end;
}

uint32_t
tcp_hole_fill(struct tcp_trouble *t, unsigned side, uint32_t start, uint32_t end)
{
	uint32_t filled = 0;

	for (unsigned i = t->hole_count[side]; i-- > 0;) {
		struct tcp_hole *h = hole_at(t, side, i);
		bool from_start = distance(start, h->start) <= 0;
		bool to_end = distance(end, h->end) >= 0;

		if (!meets(h, start, end))
			continue;
		filled += (to_end ? h->end : end) - (from_start ? h->start : start);
		if (from_start && to_end)
			hole_remove(t, side, i);
		else if (from_start)
			h->start = end;
		else if (to_end)
			h->end = start;
		else
			hole_split(t, side, h, start, end);
	}
	return filled;
}

uint64_t
tcp_hole_drop(struct tcp_trouble *t, unsigned side, uint32_t ack)
{
	uint64_t bytes = 0;

	for (unsigned i = t->hole_count[side]; i-- > 0;) {
		struct tcp_hole *h = hole_at(t, side, i);

		if (distance(ack, h->start) <= 0)
			continue;
		if (distance(ack, h->end) >= 0) {
			bytes += h->end - h->start;
			hole_remove(t, side, i);
		} else {
			bytes += ack - h->start;
			h->start = ack;
		}
	}
	return bytes;
}
