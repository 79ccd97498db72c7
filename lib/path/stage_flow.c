/* Find or add the flow of every packet, and count the packet in it. */
#include "path/stages.h"

/* The first one has ports: it is remembered for the later ones, and brings those before it. */
static void
first_fragment(struct pipeline *p, struct burst *b, uint32_t i)
{
	bool reverse = b->seen[i] & FLOW_SEEN_REVERSE;
	struct fragment_early early = fragment_remember(p->fragments, &b->packet[i], b->link[i],
	                                                b->flow[i], reverse, b->time_ns[i]);

	flow_add(p->flows, b->flow[i], early.packets, early.bytes, reverse);
}

static void
fragments_join(struct pipeline *p, struct burst *b)
{
	for (uint32_t i = 0; i < b->count; i++) {
		const struct packet *packet = &b->packet[i];
		bool reverse;

		if (packet->flags & PACKET_FRAGMENT_FIRST && b->flow[i])
			first_fragment(p, b, i);
		if (!(packet->flags & PACKET_FRAGMENT_LATER))
			continue;
		b->flow[i] = fragment_find(p->fragments, packet, b->link[i], b->wire[i],
		                           b->time_ns[i], &reverse);
		if (!b->flow[i])
			continue;
		b->seen[i] = reverse ? FLOW_SEEN_REVERSE : 0;
		flow_count(p->flows, b->flow[i], packet, b->wire[i], b->time_ns[i], reverse);
	}
}

/* On captures whose sides nothing tells: a flow's first sender is the peer. */
static void
lanes_guess(const struct plan *plan, struct burst *b)
{
	const struct plan_member *member = &plan->ports[b->port].members[0];

	for (uint32_t i = 0; i < b->count; i++)
		if (b->lane[i] == LANE_UNKNOWN)
			b->lane[i] =
				member->lane[b->reverse[i] ? DIR_MSFT_TO_PEER : DIR_PEER_TO_MSFT];
}

void
stage_flow(struct pipeline *p, struct burst *b)
{
	struct flow_batch batch = {.count = b->count,
	                           .packets = b->packet,
	                           .links = b->link,
	                           .time_ns = b->time_ns,
	                           .wire = b->wire,
	                           .flows = b->flow,
	                           .seen = b->seen};

	flow_find_burst(p->flows, &batch);
	if (b->flags_any & (PACKET_FRAGMENT_FIRST | PACKET_FRAGMENT_LATER))
		fragments_join(p, b);
	for (uint32_t i = 0; i < BURST_MAX; i++) /* all: four vectors */
		b->reverse[i] = b->seen[i] & FLOW_SEEN_REVERSE;
	b->seen_any = 0;
	for (uint32_t i = 0; i < BURST_MAX; i++)
		b->seen_any |= b->seen[i];
	if (p->plan->guess && !b->one_lane)
		lanes_guess(p->plan, b);
}
