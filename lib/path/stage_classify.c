/*
 * Give every packet its class and its meter. A flow is looked at until its class is final or
 * CLASS_LOOKS packets are through; its meter is found on its first packet, when its class changes
 * and after a change of plan, so a packet of a known flow reads its record's first line only.
 */
#include <assert.h>

#include "path/stages.h"
#include "state/lpm.h"

static_assert(sizeof(struct class_state) == FLOW_CLASS_MEMORY, "the flow's room for the class");

static inline struct class_state *
class_of(struct flow *f)
{
	return (struct class_state *)(void *)f->class_memory;
}

const struct class_state *
pipeline_class(const struct flow *f)
{
	return (const struct class_state *)(const void *)f->class_memory;
}

/* The SBC that an address belongs to, the peer's before the cloud's; either may be NULL. */
static uint16_t
sbc_of(const struct pipeline *p, const struct addr *peer, const struct addr *msft)
{
	uint32_t sbc = 0;

	if (!p->plan->sbc_lpm)
		return 0;
	if (peer)
		sbc = lpm_find(p->plan->sbc_lpm, peer);
	if (msft && !sbc)
		sbc = lpm_find(p->plan->sbc_lpm, msft);
	return sbc <= UINT16_MAX ? (uint16_t)sbc : 0;
}

static uint32_t
meter_of(struct pipeline *p, const struct addr *peer, const struct addr *msft, uint16_t link,
         uint8_t class)
{
	struct meter_key key = {.link = link, .class = class, .sbc = sbc_of(p, peer, msft)};

	if (peer)
		key.peer_subnet = lpm_find(p->side_lpm[SIDE_PEER], peer);
	if (msft)
		key.msft_subnet = lpm_find(p->side_lpm[SIDE_MSFT], msft);
	return meter_find(p->meters, &key);
}

void
stage_classify_meter(struct pipeline *p, struct flow *f)
{
	bool a_peer = f->flags & FLOW_A_PEER;
	struct flow_view v;

	flow_view(f, &v);
	f->meter =
		meter_of(p, a_peer ? &v.a : &v.b, a_peer ? &v.b : &v.a, v.link, class_of(f)->class);
	f->generation = p->generation;
}

static void
meter_set(struct pipeline *p, struct flow *f, const struct meter_key *key)
{
	f->meter = meter_find(p->meters, key);
	f->generation = p->generation;
}

/* Another class under the same plan: the subnets stand in the meter's key, unless it is that of
 * overflows. */
static void
meter_change(struct pipeline *p, struct flow *f)
{
	struct meter_key key = *meter_key_at(p->meters, f->meter);

	key.class = class_of(f)->class;
	if (f->generation == p->generation && key.peer_subnet != SUBNET_OVERFLOW)
		meter_set(p, f, &key);
	else
		stage_classify_meter(p, f);
}

static void
meter_count_flow(struct pipeline *p, const struct flow *f)
{
	struct meter *m = &p->snap->meters[f->meter];

	m->flows++;
	m->flows_two_way += (f->flags & FLOW_TWO_WAY) != 0;
	m->flows_peer += (f->flags & FLOW_A_PEER) != 0;
}

void
stage_classify_enter(struct pipeline *p, struct flow *f)
{
	meter_change(p, f);
	meter_count_flow(p, f);
}

/* The subnets of all new flows of a burst at once, so that their fetches overlap. */
static __attribute__((noinline)) void
subnets_find(struct pipeline *p, const struct burst *b)
{
	const struct addr *addrs[2][BURST_MAX] = {0};
	uint32_t found[BURST_MAX] = {0};
	uint8_t at[BURST_MAX];
	uint32_t count = 0;

	for (uint32_t i = 0; i < b->count; i++) {
		const struct packet *packet = &b->packet[i];
		bool from_peer;

		if (!(b->seen[i] & FLOW_SEEN_NEW) || b->lane[i] == LANE_UNKNOWN)
			continue;
		from_peer = p->plan->lanes[b->lane[i]].dir == DIR_PEER_TO_MSFT;
		addrs[SIDE_PEER][count] = from_peer ? &packet->src : &packet->dst;
		addrs[SIDE_MSFT][count] = from_peer ? &packet->dst : &packet->src;
		at[count++] = (uint8_t)i;
	}
	for (unsigned side = 0; side < 2; side++) {
		lpm_find_bulk(p->side_lpm[side], addrs[side], count, found);
		for (uint32_t n = 0; n < count; n++)
			p->new_subnets[side][at[n]] = found[n];
	}
}

/* A new flow's meter: its subnets were found with those of the others. */
static void
meter_of_new(struct pipeline *p, const struct burst *b, uint32_t i, bool from_peer)
{
	const struct packet *packet = &b->packet[i];
	const struct meter_key key = {
		.peer_subnet = p->new_subnets[SIDE_PEER][i],
		.msft_subnet = p->new_subnets[SIDE_MSFT][i],
		.link = b->link[i],
		.sbc = sbc_of(p, from_peer ? &packet->src : &packet->dst,
	                      from_peer ? &packet->dst : &packet->src),
		.class = class_of(b->flow[i])->class,
	};

	meter_set(p, b->flow[i], &key);
}

/* The flow's first packet whose direction is known. */
static void
flow_place_new(struct pipeline *p, const struct burst *b, uint32_t i)
{
	bool from_peer = p->plan->lanes[b->lane[i]].dir == DIR_PEER_TO_MSFT;
	struct flow *f = b->flow[i];

	f->flags |= from_peer != b->reverse[i] ? FLOW_A_PEER : 0;
	if (b->seen[i] & FLOW_SEEN_NEW)
		meter_of_new(p, b, i, from_peer);
	else
		stage_classify_meter(p, f);
	meter_count_flow(p, f);
}

/* The class or the plan changed, or the flow is new. */
static __attribute__((noinline)) void
flow_place(struct pipeline *p, struct burst *b, uint32_t i)
{
	struct flow *f = b->flow[i];

	if (b->lane[i] == LANE_UNKNOWN)
		return; /* a packet whose direction is known will place it */
	if (f->generation == 0)
		flow_place_new(p, b, i);
	else if (f->generation == p->generation)
		stage_classify_enter(p, f);
	else
		stage_classify_meter(p, f);
}

/* Whether the classifier still wants packets of this flow: no more once the class is final or
 * enough were looked at; and a bare acknowledgement tells its ports once. One sum of conditions,
 * one branch: a mix of protocols would make each of them a coin toss. */
static inline bool
is_looked_at(const struct class_state *class, const struct packet *packet)
{
	unsigned done = (class->flags & CLASS_FINAL) | (class->packets >= CLASS_LOOKS) |
	                (packet->flags & PACKET_FRAGMENT_LATER);
	unsigned empty = (packet->payload_captured == 0) & (class->class != CLASS_UNKNOWN_OTHER);

	return (done | empty) == 0;
}

/* What the straight path leaves: a payload to look at, a flow that is new, has turned or was placed
 * under another plan. */
static __attribute__((noinline)) void
flow_attend(struct pipeline *p, struct burst *b, uint32_t i)
{
	const struct packet *packet = &b->packet[i];
	struct flow *f = b->flow[i];
	struct class_state *class = class_of(f);
	uint8_t before = class->class;

	if (is_looked_at(class, packet))
		class_look(class, &p->plan->rules, packet, b->data[i] + packet->payload_offset,
		           b->reverse[i]);
	/* none came before the first in this burst */
	p->reclassed |= class->class != before && before != CLASS_UNKNOWN_OTHER;
	if (class->class != before || f->generation != p->generation)
		flow_place(p, b, i);
	else if (b->seen[i] & FLOW_SEEN_TURNED)
		p->snap->meters[f->meter].flows_two_way++;
}

/* Packets of a flow in an interval that may begin a stream although its class is settled: a few,
 * and a burst that settled it. */
enum { OPEN_PACKETS = 16 + BURST_MAX };

/* A flow of unknown class may still turn out to be media: as long as the classifier looks, when it
 * has a stream, and by its first packets of an interval. No branch, as above. */
static inline unsigned
todo_of(const struct pipeline *p, const struct flow *f, const struct class_state *class)
{
	unsigned done = ((class->flags & CLASS_FINAL) != 0) | (class->packets >= CLASS_LOOKS);
	unsigned open = (done ^ 1) | (f->pool != FLOW_NO_POOL) |
	                (f->packets[0] + f->packets[1] <= OPEN_PACKETS);

	return p->todo[open][class->class];
}

static inline void
flow_classify(struct pipeline *p, struct burst *b, uint32_t i)
{
	struct flow *f = b->flow[i];
	const struct class_state *class = class_of(f);

	if (__builtin_expect(is_looked_at(class, &b->packet[i]) | (f->generation != p->generation) |
	                             ((b->seen[i] & FLOW_SEEN_TURNED) != 0),
	                     0))
		flow_attend(p, b, i);
	b->class[i] = class->class;
	b->meter[i] = f->meter;
	b->todo[i] = (uint8_t)todo_of(p, f, class);
}

void
stage_classify_todo(const struct pipeline *p, struct burst *b)
{
	for (uint32_t i = 0; i < b->count; i++)
		if (b->flow[i])
			b->todo[i] = (uint8_t)((b->todo[i] & ~TODO_OF_MEDIA) |
			                       (todo_of(p, b->flow[i], class_of(b->flow[i])) &
			                        TODO_OF_MEDIA));
}

static __attribute__((noinline)) void
frame_classify(struct pipeline *p, struct burst *b, uint32_t i)
{
	const struct packet *packet = &b->packet[i];
	bool ip = packet->flags & PACKET_HAS_IP;
	bool from_peer;

	b->class[i] = class_of_frame(packet).class;
	b->todo[i] = p->todo[0][b->class[i]] &
	             (TODO_PUNT | TODO_PUNT_MEDIA); /* the others need a flow */
	b->meter[i] = BURST_NO_METER;
	if (b->lane[i] == LANE_UNKNOWN)
		return;
	from_peer = p->plan->lanes[b->lane[i]].dir == DIR_PEER_TO_MSFT;
	b->meter[i] = meter_of(p,
	                       !ip         ? NULL
	                       : from_peer ? &packet->src
	                                   : &packet->dst,
	                       !ip         ? NULL
	                       : from_peer ? &packet->dst
	                                   : &packet->src,
	                       b->link[i], b->class[i]);
}

void
stage_classify(struct pipeline *p, struct burst *b)
{
	p->reclassed = false;
	if (b->seen_any & FLOW_SEEN_NEW)
		subnets_find(p, b);
	for (uint32_t i = 0; i < b->count; i++)
		if (__builtin_expect(b->flow[i] != NULL, 1))
			flow_classify(p, b, i);
		else
			frame_classify(p, b, i);
	for (uint32_t i = 0; !b->one_lane && i < b->count; i++)
		if (b->lane[i] == LANE_UNKNOWN)
			b->meter[i] = BURST_NO_METER;
}
