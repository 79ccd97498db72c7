/*
 * The ageing hand: a few flow records per burst, the whole table about once per interval. Each
 * passed flow feeds what it counted since the last pass to the snapshot's endpoints (per packet
 * that would cost 34 to 50 cycles) and leaves when idle for longer than its class allows.
 */
#include <stddef.h>
#include <string.h>

#include "base/clock.h"
#include "base/hash.h"
#include "path/stages.h"

enum {
	AGE_PER_BURST = 2, /* bounds the price under load: 1/32 record a packet; in batches */
	TCP = 6,
	TCP_FIN = 0x01,
	TCP_RST = 0x04,
	FRACTION_BITS = 32,
};

/* Idle timeouts in seconds. UDP 60 s stands above RFC 4787 REQ-5's keep-alive practice of 15-30 s;
 * an established TCP flow of which nothing is heard for 5 minutes begins a new record when it
 * speaks again, which costs a count of flows, not traffic. */
enum {
	IDLE_DEFAULT_S = 60,
	IDLE_TCP_S = 300,
	IDLE_TCP_HALF_S = 15,   /* one way only: SYN without answer, scan */
	IDLE_TCP_CLOSED_S = 10, /* FIN both ways or RST seen */
	IDLE_SESSION_S = 900,   /* control and signalling: hold times and registrations */
	IDLE_QUICK_S = 10,      /* question and answer */
};

static const uint16_t idle_by_class[CLASS_COUNT] = {
	[CLASS_BGP] = IDLE_SESSION_S, [CLASS_BFD] = IDLE_SESSION_S,
	[CLASS_SIP] = IDLE_SESSION_S, [CLASS_SIP_TLS] = IDLE_SESSION_S,
	[CLASS_DNS] = IDLE_QUICK_S,   [CLASS_NTP] = IDLE_QUICK_S,
	[CLASS_ICMP] = IDLE_QUICK_S,  [CLASS_TRACEROUTE] = IDLE_QUICK_S,
};

static unsigned
idle_tcp(const struct flow *f)
{
	uint8_t both = f->tcp_flags[0] & f->tcp_flags[1],
		either = f->tcp_flags[0] | f->tcp_flags[1];

	if (both & TCP_FIN || either & TCP_RST)
		return IDLE_TCP_CLOSED_S;
	return f->flags & FLOW_TWO_WAY ? IDLE_TCP_S : IDLE_TCP_HALF_S;
}

static uint64_t
idle_ns(const struct flow *f)
{
	bool tcp = flow_proto(f) == TCP;
	unsigned by_class = idle_by_class[pipeline_class(f)->class];
	unsigned seconds = tcp ? idle_tcp(f) : IDLE_DEFAULT_S;

	/* a session's timeout counts while the connection stands */
	if (by_class && (!tcp || seconds == IDLE_TCP_S))
		seconds = by_class;
	return seconds * NS_PER_S;
}

/* ---- endpoints ------------------------------------------------------------------------------- */

/* Two endpoints of one flow. */
struct pair {
	struct flow *flow;
	struct stage_half_ends ends;
	uint64_t hash[2]; /* SIDE_PEER, SIDE_MSFT */
};

static void
pair_make(const struct pipeline *p, struct flow *f, struct pair *pair)
{
	unsigned side_a = f->flags & FLOW_A_PEER ? SIDE_PEER : SIDE_MSFT;

	pair->flow = f;
	pair->ends.link = flow_link(f);
	flow_ends(f, (struct addr *[]){&pair->ends.addr[side_a], &pair->ends.addr[side_a ^ 1]},
	          (uint16_t *[]){&pair->ends.port[side_a], &pair->ends.port[side_a ^ 1]});
	for (unsigned side = 0; side < 2; side++) {
		pair->hash[side] = hash_16(&p->endpoint_key, pair->ends.addr[side].b,
		                           (uint64_t)pair->ends.link << 8 | side);
		snap_endpoint_prefetch(p->snap, pair->hash[side]);
	}
}

#define MEDIA_CLASSES (1ull << CLASS_RTP | 1ull << CLASS_SRTP | 1ull << CLASS_TEAMS_MEDIA)

/* What a flow brings since the last time, by direction; as it stands in struct snap_endpoint. */
struct food {
	uint32_t counts[4]; /* packets, those of them of which loss is told */
	uint64_t bytes[2];
};

static_assert(offsetof(struct snap_endpoint, countable) ==
                      offsetof(struct snap_endpoint, packets) + 2 * sizeof(uint32_t),
              "added in one piece");

/* Who asks, who serves, and how many others there are: what roles are told by. */
struct role {
	uint64_t class, answered, media; /* the class' bit, and the same or 0 */
	unsigned began;                  /* the side that did */
};

static void
food_take(struct flow *f, struct food *food)
{
	/* what a sent goes in the direction that leaves its side */
	unsigned dir_a = f->flags & FLOW_A_PEER ? DIR_PEER_TO_MSFT : DIR_MSFT_TO_PEER;
	bool tells = flow_proto(f) == TCP || 1ull << pipeline_class(f)->class & MEDIA_CLASSES;
	uint32_t packets[2], bytes[2], countable = tells ? UINT32_MAX : 0;

	flow_fold(f, packets, bytes);
	for (unsigned dir = 0; dir < 2; dir++) {
		food->counts[dir] = packets[dir ^ dir_a];
		food->counts[2 + dir] = packets[dir ^ dir_a] & countable;
		food->bytes[dir] = bytes[dir ^ dir_a];
	}
}

/* No branch: of a mix of flows each would be a coin toss. */
static struct role
role_of(const struct flow *f)
{
	uint64_t class = 1ull << pipeline_class(f)->class;
	bool answered = f->total_packets[1] | f->total_packets_hi[1];

	return (struct role){.class = class,
	                     .answered = answered ? class : 0,
	                     .media = class & MEDIA_CLASSES,
	                     .began = f->flags & FLOW_A_PEER ? SIDE_PEER : SIDE_MSFT};
}

static inline void
endpoint_add(struct snap_endpoint *e, const struct flow *f, const struct food *food)
{
	typedef uint32_t counts4 __attribute__((vector_size(16)));
	typedef uint64_t bytes2 __attribute__((vector_size(16)));
	counts4 counts, more;
	bytes2 bytes, more_bytes;

	memcpy(&counts, e->packets, sizeof counts);
	memcpy(&more, food->counts, sizeof more);
	counts += more;
	memcpy(e->packets, &counts, sizeof counts);
	memcpy(&bytes, e->bytes, sizeof bytes);
	memcpy(&more_bytes, food->bytes, sizeof more_bytes);
	bytes += more_bytes;
	memcpy(e->bytes, &bytes, sizeof bytes);
	e->flows += !(f->flags & FLOW_SHOWN);
	if (!e->first_ns || f->first_ns < e->first_ns)
		e->first_ns = f->first_ns;
	if (f->last_ns > e->last_ns)
		e->last_ns = f->last_ns;
}

/* `other`: the hash of the flow's other end. */
static inline void
endpoint_add_role(struct snap_endpoint *e, const struct role *r, bool began, uint64_t other)
{
	uint64_t bit = 1ull << (other >> 58);

	e->active++;
	e->media += r->media != 0;
	e->media_peers |= r->media ? bit : 0;
	if (began) {
		e->begun++;
		e->asked |= r->class;
	} else {
		e->taken |= r->class;
		e->served |= r->answered;
		e->clients |= bit;
	}
}

/* What finds no endpoint stays in the flow for the next pass. */
static void
pair_feed(struct pipeline *p, const struct pair *pair)
{
	struct flow *f = pair->flow;
	const struct meter_key *key = meter_key_at(p->meters, f->meter);
	struct snap_endpoint *e[2];
	struct food food;
	struct role role;

	for (uint8_t side = 0; side < 2; side++)
		e[side] = snap_endpoint_find(p->snap, pair->hash[side], &pair->ends.addr[side],
		                             pair->ends.link, side);
	if (!e[0] && !e[1])
		return;
	food_take(f, &food);
	role = role_of(f);
	if (!(f->flags & FLOW_TWO_WAY))
		stage_half(p, f, &pair->ends, food.counts[0] + food.counts[1],
		           (uint32_t)(food.bytes[0] + food.bytes[1]));
	for (unsigned side = 0; side < 2; side++) {
		if (!e[side])
			continue;
		e[side]->subnet = side == SIDE_PEER ? key->peer_subnet : key->msft_subnet;
		endpoint_add(e[side], f, &food);
		endpoint_add_role(e[side], &role, side == role.began, pair->hash[side ^ 1]);
	}
	f->flags |= FLOW_SHOWN;
}

static bool
has_food(const struct flow *f)
{
	return (f->packets[0] || f->packets[1]) && f->generation;
}

/* In rounds, so that the fetches of all flows' endpoints overlap. */
static void
feed(struct pipeline *p, struct flow **flows, uint32_t count)
{
	struct pair pairs[FLOW_VISITED];
	uint32_t n = 0;

	for (uint32_t i = 0; i < count; i++) {
		if (!has_food(flows[i]))
			continue;
		if (flows[i]->generation != p->generation)
			stage_classify_meter(p, flows[i]);
		pair_make(p, flows[i], &pairs[n++]);
	}
	for (uint32_t i = 0; i < n; i++)
		for (unsigned side = 0; side < 2; side++)
			snap_endpoint_prefetch_more(p->snap, pairs[i].hash[side]);
	for (uint32_t i = 0; i < n; i++)
		pair_feed(p, &pairs[i]);
}

/* Their side state is fetched while their endpoints are fed. */
void
stage_age_flush(struct pipeline *p)
{
	struct flow *flows[FLOW_VISITED];

	for (uint32_t i = 0; i < p->leaving_count; i++) {
		flows[i] = &p->leaving[i];
		if (flow_proto(flows[i]) == TCP)
			tcp_prefetch(p->tcp, flows[i]);
		else
			stage_media_prefetch(p, flows[i]);
	}
	feed(p, flows, p->leaving_count);
	for (uint32_t i = 0; i < p->leaving_count; i++)
		if (flow_proto(flows[i]) == TCP)
			tcp_release(p->tcp, flows[i]);
		else
			stage_media_leave(p, flows[i]);
	p->leaving_count = 0;
}

/* Replaced flows come one by one, each in the middle of a burst: what is left to do for them waits
 * until there are many. */
static void
leave(struct pipeline *p, struct flow *f)
{
	if (!has_food(f) && !f->pool)
		return;
	p->leaving[p->leaving_count++] = *f;
	f->pool = FLOW_NO_POOL; /* the copy has it */
	if (p->leaving_count == FLOW_VISITED)
		stage_age_flush(p);
}

void
stage_age_visit(void *pipeline, struct flow **flows, uint32_t count, enum flow_event event,
                uint64_t *idle)
{
	struct pipeline *p = pipeline;

	for (uint32_t i = 0; i < count && event == FLOW_LEAVES; i++)
		leave(p, flows[i]);
	if (event == FLOW_LEAVES)
		return;
	for (uint32_t i = 0; i < count; i++) {
		idle[i] = idle_ns(flows[i]);
		stage_media_visit(p, flows[i]);
	}
	feed(p, flows, count);
}

/* ---- pace ------------------------------------------------------------------------------------ */

void
stage_age(struct pipeline *p, uint64_t now_ns)
{
	uint64_t passed = now_ns > p->now_ns ? now_ns - p->now_ns : 0;
	uint64_t extent = flow_table_extent(p->flows);
	uint64_t batch = extent < FLOW_VISITED ? extent : FLOW_VISITED;

	if (passed > NS_PER_S) /* a gap; the product below stays within 64 bits */
		passed = NS_PER_S;
	p->now_ns += passed;
	p->age_credit += passed * p->age_per_ns;
	if (p->age_credit > extent << FRACTION_BITS)
		p->age_credit = extent << FRACTION_BITS;
	p->age_allowed += AGE_PER_BURST;
	if (p->age_allowed < batch || p->age_credit < batch << FRACTION_BITS || !batch)
		return;
	p->age_allowed = 0;
	p->age_credit -= batch << FRACTION_BITS;
	flow_table_age(p->flows, now_ns, batch);
}
