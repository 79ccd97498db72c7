#include "snap/agg_endpoint.h"

#include "base/clock.h"
#include "base/hash.h"

struct endpoint_wanted {
	const struct agg_endpoint *endpoints;
	const struct addr *addr;
	uint8_t side;
};

static bool
is_wanted(const void *context, uint32_t index)
{
	const struct endpoint_wanted *w = context;

	return w->endpoints[index].side == w->side &&
	       addr_equal(&w->endpoints[index].addr, w->addr);
}

static struct agg_endpoint *
known_endpoint(const struct aggregate *a, const struct addr *addr, uint8_t side)
{
	struct endpoint_wanted wanted = {a->endpoints, addr, side};
	uint64_t hash = hash_16(&a->endpoint_key, addr->b, side);
	uint32_t at = map_find(&a->endpoint_map, hash, is_wanted, &wanted);

	return at == MAP_NONE ? NULL : &a->endpoints[at];
}

/* The endpoint's place, made on first sight (*new); NULL when the table is full. */
static struct agg_endpoint *
find_endpoint(struct aggregate *a, const struct addr *addr, uint8_t side, bool *new)
{
	uint64_t hash = hash_16(&a->endpoint_key, addr->b, side);
	struct endpoint_wanted wanted = {a->endpoints, addr, side};
	uint32_t index = map_find(&a->endpoint_map, hash, is_wanted, &wanted);

	*new = index == MAP_NONE;
	if (index != MAP_NONE)
		return &a->endpoints[index];
	if (a->endpoint_count == a->endpoint_capacity) {
		a->endpoints_overflow++;
		return NULL;
	}
	map_add(&a->endpoint_map, hash, a->endpoint_count);
	a->endpoints[a->endpoint_count] = (struct agg_endpoint){.addr = *addr, .side = side};
	return &a->endpoints[a->endpoint_count++];
}

bool
agg_endpoint_adopt(struct aggregate *a, const struct agg_endpoint *e)
{
	bool new;
	struct agg_endpoint *place = find_endpoint(a, &e->addr, e->side, &new);

	if (place)
		*place = *e;
	return place != NULL;
}

static void
raise(uint32_t *to, uint32_t value)
{
	*to = value > *to ? value : *to;
}

/* An endpoint's flows may lie on several links and workers. */
static void
merge_role(struct agg_endpoint *e, const struct snap_endpoint *from)
{
	struct role_flows *r = &e->roles;

	r->asked |= from->asked;
	r->taken |= from->taken;
	r->served |= from->served;
	r->clients |= from->clients;
	r->media_peers |= from->media_peers;
	e->active += from->active;
	e->asked += from->begun;
	e->media += from->media;
	raise(&r->active_max, e->active);
	raise(&r->asked_max, e->asked);
	raise(&r->media_max, e->media);
}

void
agg_endpoint_merge(struct aggregate *a, const struct snap_endpoint *from)
{
	bool new;
	struct agg_endpoint *e = find_endpoint(a, &from->addr, from->side, &new);
	uint64_t link_bit = 1ull << (from->link & 63);

	if (!e)
		return;
	if (!e->first_us) {
		e->subnet = from->subnet <= a->subnet_count ? from->subnet : SUBNET_NONE;
		if (e->subnet)
			a->subnets[e->subnet].endpoints++;
	}
	if (!(e->links & link_bit))
		a->links[from->link].endpoints[from->side == SIDE_PEER ? 0 : 1]++;
	e->links |= link_bit;
	e->classes |= from->asked | from->taken;
	merge_role(e, from);
	e->flows += from->flows;
	e->changed = true;
	for (int dir = 0; dir < DIR_COUNT; dir++) {
		e->last.packets[dir] += from->packets[dir];
		e->last.bytes[dir] += from->bytes[dir];
		e->countable += from->countable[dir];
	}
	if (!e->first_us || from->first_ns / NS_PER_US < e->first_us)
		e->first_us = from->first_ns / NS_PER_US;
	if (from->last_ns / NS_PER_US > e->last_us)
		e->last_us = from->last_ns / NS_PER_US;
}

/* May come before the ageing hand has passed a flow of the endpoint: which it is about to. */
static void
merge_round_trip(struct aggregate *a, const struct sample *s)
{
	bool new;
	struct agg_endpoint *e = find_endpoint(a, &s->addr, s->side, &new);

	if (!e)
		return;
	e->rtt_count++;
	e->rtt_sum_ns += s->ns;
	e->rtt_methods |= 1u << s->method;
	if (!e->rtt_min_ns || s->ns < e->rtt_min_ns)
		e->rtt_min_ns = s->ns;
}

void
agg_endpoint_merge_samples(struct aggregate *a, const struct snap *s)
{
	double weight = sample_weight(s->losses);

	for (uint32_t i = 0; i < sample_count(s->round_trips); i++)
		merge_round_trip(a, &s->round_trips->at[i]);
	for (uint32_t i = 0; i < sample_count(s->losses); i++) {
		const struct sample *lost = &s->losses->at[i];
		struct agg_endpoint *e = known_endpoint(a, &lost->addr, lost->side);

		if (e)
			e->lost += lost->kind == SAMPLE_LOST ? weight : -weight;
	}
}

void
agg_endpoint_add_media_loss(struct aggregate *a)
{
	for (uint32_t i = 0; i < a->voice->stream_count; i++) {
		const struct book_stream *s = &a->voice->streams[i];
		struct agg_endpoint *e;

		if (!s->changed || !s->last_lost)
			continue;
		e = known_endpoint(a, &s->src, s->dir == DIR_PEER_TO_MSFT ? SIDE_PEER : SIDE_MSFT);
		if (e)
			e->lost += (double)s->last_lost;
	}
}

const struct agg_endpoint *
agg_endpoint_find(const struct aggregate *a, const struct addr *addr, uint8_t side)
{
	return known_endpoint(a, addr, side);
}
