/* Decode every frame, count what could not be, and find the lane of mirror ports' frames. */
#include "path/stages.h"
#include "proto/packet_fast.h"

enum { AHEAD = 8 }; /* frames fetched ahead where the next burst is not known */

static void
decode_all(struct pipeline *p, struct burst *b)
{
	const struct packet_options *options = &p->plan->decode;
	const struct burst *from = b->next ? b->next : b;
	uint32_t first = b->next ? 0 : AHEAD, fine = 0;
	uint16_t any = 0;

	for (uint32_t i = 0; i < b->count; i++) {
		struct packet *packet = &b->packet[i];
		enum reason reason = REASON_OK;

		/* behind the last frame these are an earlier burst's: harmless */
		__builtin_prefetch(from->data[(i + first) % BURST_MAX]);
		if (__builtin_expect(b->link_layer[i] != LINK_ETHERNET ||
		                             !packet_fast(b->data[i], b->captured[i], b->wire[i],
		                                          options->inner, packet),
		                     0))
			reason = packet_walk(b->link_layer[i], b->data[i], b->captured[i],
			                     b->wire[i], options, packet);
		any |= packet->flags;
		if (__builtin_expect(reason == REASON_OK, 1))
			fine++;
		else
			p->snap->reasons[reason]++;
	}
	p->snap->reasons[REASON_OK] += fine;
	b->flags_any = any;
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
	uint16_t link;

	decode_all(p, b);
	if (!b->one_lane) {
		lanes_resolve(p, b);
		return;
	}
	link = p->plan->lanes[b->lane[0]].link;
	for (uint32_t i = 0; i < BURST_MAX; i++) /* all: eight vectors */
		b->link[i] = link;
}
