#include "snap/snap.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"

/* A buffer is with the worker (current or spare) or with the aggregator (ready or taken). */
struct snap_core {
	struct snap *current; /* worker */
	uint64_t seq;
	struct snap buffers[2];
	struct meter_table *meters;
	/* worker writes, aggregator takes */
	_Atomic(struct snap *) ready __attribute__((aligned(CACHE_LINE)));
	/* aggregator writes, worker takes */
	_Atomic(struct snap *) spare __attribute__((aligned(CACHE_LINE)));
};

/* Upper bounds; the classes that switches and RFC 2544 use, without FCS. */
const uint32_t snap_size_bounds[SNAP_SIZES] = {60,   124,  252,  508,  1020, 1276,
                                               1514, 1518, 2044, 4092, 9216, UINT32_MAX};

unsigned
snap_size_class(uint32_t bytes)
{
	unsigned class = 0;

	while (bytes > snap_size_bounds[class])
		class ++;
	return class;
}

/* A slot holds an endpoint's place + 1 and eight bits of its hash, so that a stranger is passed
 * over without reading it, which would be a way to memory. */
enum { PLACE_BITS = 24, PLACE_MASK = (1 << PLACE_BITS) - 1 };

static size_t
index_size(const struct snap *s)
{
	return 2 * (size_t)s->endpoint_capacity * sizeof *s->endpoint_index;
}

static bool
buffer_init(struct snap *s, const struct snap_params *params, uint32_t meters)
{
	s->lane_count = params->lanes;
	assert(params->endpoints < PLACE_MASK);
	s->endpoint_capacity = params->endpoints;
	s->generation = params->generation;
	s->lanes = mem_map(params->lanes * sizeof *s->lanes, true);
	s->meters = mem_map(meters * sizeof *s->meters, true);
	s->endpoints = mem_map(params->endpoints * sizeof *s->endpoints, true);
	s->endpoint_index = mem_map(index_size(s), true);
	s->quality_capacity = params->qualities;
	s->qualities = mem_map(params->qualities * sizeof *s->qualities, true);
	s->stream_capacity = params->streams;
	s->streams = mem_map((params->streams + 1) * sizeof *s->streams, true);
	s->round_trips = mem_map(sizeof *s->round_trips, true);
	s->losses = mem_map(sizeof *s->losses, true);
	s->halves_count = params->links * 2u * HALF_KINDS;
	s->halves = mem_map((s->halves_count + 1) * sizeof *s->halves, true);
	return latency_set_init(&s->latencies, params->latencies, params->links, true) &&
	       s->streams && s->halves && s->round_trips && s->losses && s->lanes && s->meters &&
	       s->endpoints && s->endpoint_index && s->qualities;
}

static void
buffer_fini(struct snap *s, uint32_t meters)
{
	mem_unmap(s->lanes, s->lane_count * sizeof *s->lanes);
	mem_unmap(s->meters, meters * sizeof *s->meters);
	mem_unmap(s->endpoints, s->endpoint_capacity * sizeof *s->endpoints);
	mem_unmap(s->endpoint_index, index_size(s));
	mem_unmap(s->qualities, s->quality_capacity * sizeof *s->qualities);
	mem_unmap(s->streams, (s->stream_capacity + 1) * sizeof *s->streams);
	mem_unmap(s->round_trips, sizeof *s->round_trips);
	mem_unmap(s->losses, sizeof *s->losses);
	mem_unmap(s->halves, (s->halves_count + 1) * sizeof *s->halves);
	latency_set_fini(&s->latencies);
}

/* Zero what the interval used; the arrays keep their size, so the cost follows the use. */
static void
buffer_clear(struct snap *s)
{
	struct snap empty = {.lane_count = s->lane_count,
	                     .endpoint_capacity = s->endpoint_capacity,
	                     .generation = s->generation,
	                     .quality_capacity = s->quality_capacity,
	                     .qualities = s->qualities,
	                     .stream_capacity = s->stream_capacity,
	                     .streams = s->streams,
	                     .round_trips = s->round_trips,
	                     .losses = s->losses,
	                     .halves_count = s->halves_count,
	                     .halves = s->halves,
	                     .lanes = s->lanes,
	                     .meters = s->meters,
	                     .endpoints = s->endpoints,
	                     .endpoint_index = s->endpoint_index};

	for (uint32_t i = 0; i < s->lane_count; i++)
		if (s->lanes[i].packets)
			memset(&s->lanes[i], 0, sizeof s->lanes[i]);
	memset(s->meters, 0, s->meter_count * sizeof *s->meters);
	if (s->endpoint_count)
		memset(s->endpoint_index, 0, index_size(s));
	memset(s->qualities, 0, s->quality_count * sizeof *s->qualities);
	for (uint32_t i = 0; i < s->halves_count; i++) {
		s->halves[i].count = 0;
		s->halves[i].cut = false;
	}
	s->round_trips->seen = s->losses->seen = 0;
	latency_set_clear(&s->latencies);
	empty.latencies = s->latencies;
	*s = empty;
}

struct snap_core *
snap_core_create(const struct snap_params *params)
{
	struct snap_core *c = aligned_alloc(CACHE_LINE, sizeof *c);
	bool ok;

	assert(c && params->endpoints > 0 && params->lanes > 0 && params->qualities > 0);
	memset(c, 0, sizeof *c);
	c->meters = meter_table_create(params->meters, params->links);
	ok = c->meters && buffer_init(&c->buffers[0], params, meter_capacity(c->meters)) &&
	     buffer_init(&c->buffers[1], params, meter_capacity(c->meters));
	if (!ok) {
		log_error("snap", "no memory for snapshots of %u meters and %u endpoints",
		          params->meters, params->endpoints);
		snap_core_destroy(c);
		return NULL;
	}
	c->current = &c->buffers[0];
	c->current->seq = c->seq = 1;
	atomic_init(&c->spare, &c->buffers[1]);
	return c;
}

void
snap_core_destroy(struct snap_core *c)
{
	if (!c)
		return;
	if (c->meters)
		for (int i = 0; i < 2; i++)
			buffer_fini(&c->buffers[i], meter_capacity(c->meters));
	meter_table_destroy(c->meters);
	free(c);
}

struct meter_table *
snap_meters(const struct snap_core *c)
{
	return c->meters;
}

struct snap *
snap_current(struct snap_core *c)
{
	return c->current;
}

struct snap *
snap_publish(struct snap_core *c, uint64_t end_ns)
{
	static_assert(SNAP_SEQ == 7, "what the worker fills in at the end of an interval");
	struct snap *full = c->current, *next;

	full->end_ns = end_ns;
	full->meter_count = meter_count(c->meters);
	next = atomic_exchange_explicit(&c->spare, NULL, memory_order_acquire);
	if (!next) {
		full->stretched = true;
		return full;
	}
	next->seq = ++c->seq;
	next->start_ns = end_ns;
	c->current = next;
	atomic_store_explicit(&c->ready, full, memory_order_release);
	return next;
}

bool
snap_spare(const struct snap_core *c)
{
	return atomic_load_explicit(&c->spare, memory_order_relaxed) != NULL;
}

struct snap *
snap_take(struct snap_core *c)
{
	return atomic_exchange_explicit(&c->ready, NULL, memory_order_acquire);
}

void
snap_release(struct snap_core *c, struct snap *s)
{
	static_assert(SNAP_SEQ == 7, "what is cleared for the next interval");
	buffer_clear(s);
	atomic_store_explicit(&c->spare, s, memory_order_release);
}

struct snap_stream *
snap_stream_add(struct snap *s)
{
	if (s->stream_count < s->stream_capacity)
		return &s->streams[s->stream_count++];
	s->streams_overflow++;
	return NULL;
}

/* ---- endpoints ------------------------------------------------------------------------------- */

static bool
is_endpoint(const struct snap_endpoint *e, const struct addr *addr, uint16_t link, uint8_t side)
{
	return e->link == link && e->side == side && addr_equal(&e->addr, addr);
}

static inline uint32_t
slot_value(uint64_t hash, uint32_t place)
{
	return (uint32_t)(hash & 0xff) << PLACE_BITS | (place + 1);
}

static inline uint64_t
slot_of(const struct snap *s, uint64_t hash)
{
	return ((hash >> 32) * 2 * s->endpoint_capacity) >> 32;
}

void
snap_endpoint_prefetch(const struct snap *s, uint64_t hash)
{
	__builtin_prefetch(&s->endpoint_index[slot_of(s, hash)]);
}

/* Only what may be the address's own: a flood of strangers fetches no line of others. */
void
snap_endpoint_prefetch_more(const struct snap *s, uint64_t hash)
{
	uint32_t slot = s->endpoint_index[slot_of(s, hash)];
	uint32_t place = slot ? (slot & PLACE_MASK) - 1 : s->endpoint_count;
	const char *e = (const char *)&s->endpoints[place];

	if (slot ? slot != slot_value(hash, place) : place == s->endpoint_capacity)
		return;
	__builtin_prefetch(e, 1);
	__builtin_prefetch(e + CACHE_LINE, 1);
}

struct snap_endpoint *
snap_endpoint_find(struct snap *s, uint64_t hash, const struct addr *addr, uint16_t link,
                   uint8_t side)
{
	uint64_t slots = 2 * (uint64_t)s->endpoint_capacity;
	uint64_t at = slot_of(s, hash);
	struct snap_endpoint *e;

	/* at most half full, so an empty slot comes soon */
	for (; s->endpoint_index[at]; at = at + 1 == slots ? 0 : at + 1) {
		e = &s->endpoints[(s->endpoint_index[at] & PLACE_MASK) - 1];
		if (s->endpoint_index[at] == slot_value(hash, (uint32_t)(e - s->endpoints)) &&
		    is_endpoint(e, addr, link, side))
			return e;
	}
	if (s->endpoint_count == s->endpoint_capacity) {
		s->endpoints_overflow++;
		return NULL;
	}
	s->endpoint_index[at] = slot_value(hash, s->endpoint_count);
	e = &s->endpoints[s->endpoint_count++];
	*e = (struct snap_endpoint){.addr = *addr, .link = link, .side = side};
	return e;
}
