/* Decode every frame, count what could not be, and find the lane of mirror ports' frames. */
#include "path/stages.h"
#include "proto/packet_fast.h"

enum { AHEAD = 8 }; /* frames fetched ahead where the next burst is not known */

/* What the straight path leaves; 1 when the frame could not be decoded, which is counted. */
static __attribute__((noinline)) uint32_t
decode_other(struct pipeline *p, struct burst *b, uint32_t i)
{
	enum reason reason = packet_walk(b->link_layer[i], b->data[i], b->captured[i], b->wire[i],
	                                 &p->plan->decode, &b->packet[i]);

	if (reason == REASON_OK)
		return 0;
	p->snap->reasons[reason]++;
	return 1;
}

static void
decode_all(struct pipeline *p, struct burst *b)
{
	const struct burst *from = b->next ? b->next : b;
	uint32_t first = b->next ? 0 : AHEAD, any = 0, bad = 0;
	bool inner = p->plan->decode.inner;

	for (uint32_t i = 0; i < b->count; i++) {
		/* behind the last frame these are an earlier burst's: harmless */
		__builtin_prefetch(from->data[(i + first) % BURST_MAX]);
		if (__builtin_expect(b->link_layer[i] != LINK_ETHERNET ||
		                             !packet_fast(b->data[i], b->captured[i], b->wire[i],
		                                          inner, &b->packet[i]),
		                     0))
			bad += decode_other(p, b, i);
		any |= b->packet[i].flags;
	}
	p->snap->reasons[REASON_OK] += b->count - bad;
	b->flags_any = (uint16_t)any;
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
