/* Decode every frame, count what could not be, and find the lane of mirror ports' frames. */
#include "path/stages.h"

enum { AHEAD = 8 }; /* frames fetched ahead where the next burst is not known */

static void
decode_all(struct pipeline *p, struct burst *b)
{
	const struct burst *from = b->next ? b->next : b;
	uint32_t first = b->next ? 0 : AHEAD, last = from->count ? from->count - 1 : 0;
	uint16_t any = 0;
	uint32_t fine = 0;

	for (uint32_t i = 0; i < b->count; i++) {
		struct packet *packet = &b->packet[i];
		enum reason reason;

		__builtin_prefetch(from->data[i + first < last ? i + first : last]);
		reason = packet_decode(b->link_layer[i], b->data[i], b->captured[i], b->wire[i],
		                       &p->plan->decode, packet);
		any |= packet->flags;
		if (__builtin_expect(reason == REASON_OK, 1))
			fine++;
		else
			p->snap->reasons[reason]++;
	}
	p->snap->reasons[REASON_OK] += fine;
	b->flags_any = any;
}

/* All frames have one known lane and one time: every burst of a simplex port. */
static bool
is_one_lane(const struct burst *b)
{
	uint64_t times = 0;
	uint16_t lanes = 0;

	for (uint32_t i = 1; i < b->count; i++) {
		times |= b->time_ns[i] ^ b->time_ns[0];
		lanes |= b->lane[i] ^ b->lane[0];
	}
	return times == 0 && lanes == 0 && b->lane[0] != LANE_UNKNOWN;
}

static void
lanes_resolve(struct pipeline *p, struct burst *b)
{
	for (uint32_t i = 0; i < b->count; i++) {
		if (b->lane[i] == LANE_UNKNOWN)
			b->lane[i] = plan_direction(p->plan, b->port, b->data[i], &b->packet[i]);
		if (b->lane[i] != LANE_UNKNOWN) {
			b->link[i] = p->plan->lanes[b->lane[i]].link;
			continue;
		}
		b->link[i] = p->plan->ports[b->port].link;
		p->snap->direction_unknown++;
		p->snap->direction_unknown_bytes += b->wire[i];
	}
}

void
stage_decode(struct pipeline *p, struct burst *b)
{
	decode_all(p, b);
	b->one_lane = is_one_lane(b);
	if (!b->one_lane) {
		lanes_resolve(p, b);
		return;
	}
	for (uint32_t i = 0; i < b->count; i++)
		b->link[i] = p->plan->lanes[b->lane[0]].link;
}
