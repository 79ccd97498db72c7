/* Decode every frame, count what could not be, and find the lane of mirror ports' frames. */
#include "path/stages.h"

enum { AHEAD = 8 }; /* frames fetched ahead of the one being decoded */

static void
decode_all(struct pipeline *p, struct burst *b)
{
	uint16_t any = 0;
	uint32_t fine = 0;

	for (uint32_t i = 0; i < AHEAD && i < b->count; i++)
		__builtin_prefetch(b->data[i]);
	for (uint32_t i = 0; i < b->count; i++) {
		struct packet *packet = &b->packet[i];
		enum reason reason;

		if (i + AHEAD < b->count)
			__builtin_prefetch(b->data[i + AHEAD]);
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

/* Lanes and links; true when all frames share one known lane and one time. */
static bool
lanes_resolve(struct pipeline *p, struct burst *b)
{
	bool one = true;

	for (uint32_t i = 0; i < b->count; i++) {
		if (b->lane[i] == LANE_UNKNOWN)
			b->lane[i] = plan_direction(p->plan, b->port, b->data[i], &b->packet[i]);
		one &= b->lane[i] == b->lane[0] && b->time_ns[i] == b->time_ns[0];
		if (b->lane[i] != LANE_UNKNOWN) {
			b->link[i] = p->plan->lanes[b->lane[i]].link;
			continue;
		}
		b->link[i] = p->plan->ports[b->port].link;
		p->snap->direction_unknown++;
		p->snap->direction_unknown_bytes += b->wire[i];
		one = false;
	}
	return one;
}

void
stage_decode(struct pipeline *p, struct burst *b)
{
	decode_all(p, b);
	b->one_lane = lanes_resolve(p, b);
}
