/* Decode every frame, count what could not be, and find the lane of mirror ports' frames. */
#include "path/stages.h"
#include "proto/packet_fast.h"

enum { GROUP = 8 }; /* frames fetched at once; so far ahead where the next burst is not known */

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

/* What the burst has of some kind, and how many could not be decoded. */
struct found {
	uint32_t flags, bad;
	uint64_t tcp;
};

static __attribute__((always_inline)) inline void
decode_one(struct pipeline *p, struct burst *b, uint32_t i, bool inner, struct found *found)
{
	struct packet *packet = &b->packet[i];
	uint32_t flags = 0;

	if (__builtin_expect(b->link_layer[i] == LINK_ETHERNET, 1))
		flags = packet_fast(b->data[i], b->captured[i], b->wire[i], inner, packet);
	if (__builtin_expect(!flags, 0)) {
		found->bad += decode_other(p, b, i);
		flags = packet->flags | (packet->proto == PROTO_TCP) * PACKET_FAST_TCP;
	}
	found->flags |= flags;
	found->tcp |= (uint64_t)((flags & PACKET_FAST_TCP) != 0) << i;
}

/* The next burst's frames are fetched in groups, so that a few are always under way together. */
static __attribute__((always_inline)) inline struct found
decode_frames(struct pipeline *p, struct burst *b, bool inner)
{
	const struct burst *from = b->next ? b->next : b;
	uint32_t ahead = b->next ? 0 : GROUP;
	struct found found = {0};

	for (uint32_t first = 0; first < b->count; first += GROUP) {
		uint32_t end = first + GROUP < b->count ? first + GROUP : b->count;
		const uint8_t *const *data = &from->data[(first + ahead) % BURST_MAX];

		/* behind the last frame these are an earlier burst's: harmless */
		for (uint32_t i = 0; i < GROUP; i++)
			__builtin_prefetch(data[i]);
		for (uint32_t i = first; i < end; i++)
			decode_one(p, b, i, inner, &found);
	}
	return found;
}

static void
decode_all(struct pipeline *p, struct burst *b)
{
	struct found found =
		p->plan->decode.inner ? decode_frames(p, b, true) : decode_frames(p, b, false);

	p->snap->reasons[REASON_OK] += b->count - found.bad;
	b->flags_any = (uint16_t)found.flags;
	b->tcp = found.tcp;
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
