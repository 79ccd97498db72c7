#include "snap/aggregate.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "snap/agg_endpoint.h"
#include "snap/totals.h"

static_assert(SNAP_SEQ == 7, "struct snap changed: merge its new parts here");
static_assert(CLASS_COUNT <= 64, "agg_endpoint.classes is one bit per class");

enum {
	LATENCIES_MAX = 4096,  /* 21 KB each, taken when there is a sample */
	STREAMS_MAX = 1 << 17, /* 400 bytes each, taken when they come */
};

/* What is known of the running interval before it is closed. */
struct agg_merge {
	bool open;
	uint64_t start_ns, end_ns;
	uint64_t busy_cycles, total_cycles; /* of the busiest worker */
	uint64_t all_busy_cycles, packets;
	uint64_t flows_used, flows_capacity, meters;
	uint64_t streams_used, streams_room;
};

const char *
agg_rest_name(enum agg_rest r)
{
	static const char *const names[REST_COUNT] = {"undeclared-peer", "undeclared-msft",
	                                              "unmetered-peer",  "unmetered-msft",
	                                              "announced-peer",  "announced-msft"};

	return names[r];
}

struct aggregate *
aggregate_create(const struct conf *conf, const struct lane_id *lanes, uint32_t lane_count,
                 uint32_t max_endpoints)
{
	struct aggregate *a = mem_alloc(1, sizeof *a);

	a->conf = conf;
	a->lane_count = lane_count;
	a->subnet_count = (uint32_t)conf->subnet_count;
	a->lanes = mem_alloc(lane_count, sizeof *a->lanes);
	a->links = mem_alloc(conf->link_count, sizeof *a->links);
	a->link_classes = mem_alloc(conf->link_count * CLASS_COUNT, sizeof *a->link_classes);
	a->link_subnets =
		mem_alloc(conf->link_count * (a->subnet_count + 1), sizeof *a->link_subnets);
	a->link_rests = mem_alloc(conf->link_count, sizeof *a->link_rests);
	a->subnets = mem_alloc(a->subnet_count + 1, sizeof *a->subnets);
	a->endpoint_capacity = max_endpoints;
	a->endpoints = mem_alloc(max_endpoints, sizeof *a->endpoints);
	a->quality = quality_book_create(conf);
	a->voice = stream_book_create(STREAMS_MAX);
	a->latency = latency_book_create(a->subnet_count, (uint32_t)conf->sbc_count, LATENCIES_MAX);
	a->halves = halves_book_create((uint32_t)conf->link_count);
	a->merging = mem_alloc(1, sizeof *a->merging);
	a->endpoint_key = hash_key_make(0);
	a->probe.coverage_ratio = 1;
	for (uint32_t i = 0; i < lane_count; i++)
		a->lanes[i].id = lanes[i];
	for (size_t i = 0; i < conf->link_count; i++)
		for (int dir = 0; dir < DIR_COUNT; dir++)
			load_init(&a->links[i].load[dir], totals_link_capacity(&conf->links[i]));
	return a;
}

void
aggregate_destroy(struct aggregate *a)
{
	if (!a)
		return;
	free(a->lanes);
	free(a->links);
	free(a->link_classes);
	free(a->link_subnets);
	free(a->link_rests);
	free(a->subnets);
	free(a->subnet_classes);
	free(a->endpoints);
	map_fini(&a->endpoint_map);
	quality_book_destroy(a->quality);
	stream_book_destroy(a->voice);
	latency_book_destroy(a->latency);
	halves_book_destroy(a->halves);
	free(a->merging);
	free(a);
}

/* ---- merge ------------------------------------------------------------------------------- */

/* The first snapshot of an interval: what the last one left readable is cleared now. */
static void
open_interval(struct aggregate *a, const struct snap *s)
{
	struct agg_merge *m = a->merging;

	totals_clear_interval(a);
	quality_book_open(a->quality);
	stream_book_open(a->voice);
	latency_book_open(a->latency);
	*m = (struct agg_merge){.open = true, .start_ns = s->start_ns};
	a->stretched = false;
	a->probe.longest_turn_ns = 0;
}

static void
merge_lane(struct aggregate *a, uint32_t index, const struct snap_lane *from)
{
	struct agg_lane *lane = &a->lanes[index];
	struct agg_link *link = &a->links[lane->id.link];
	unsigned dir = lane->id.dir;

	if (from->packets == 0)
		return;
	lane->last_packets += from->packets;
	lane->last_bytes += from->bytes;
	if (from->last_ns / NS_PER_US > lane->last_us)
		lane->last_us = from->last_ns / NS_PER_US;
	if (lane->last_us > link->last_packet_us[dir])
		link->last_packet_us[dir] = lane->last_us;
	for (int i = 0; i < SNAP_SIZES; i++)
		link->sizes[dir][i] += from->sizes[i];
	for (int i = 0; i < SNAP_BINS; i++)
		lane->bins[i] += from->bins[i];
}

/* The subject's class cell, made on first sight. */
static struct agg_cell *
subnet_class_cell(struct aggregate *a, uint32_t subnet, uint8_t class)
{
	uint32_t *link = &a->subnets[subnet].classes_first;
	struct agg_subnet_class *c;

	for (; *link; link = &a->subnet_classes[*link - 1].next)
		if (a->subnet_classes[*link - 1].class == class)
			return &a->subnet_classes[*link - 1].cell;
	if (a->subnet_class_count == a->subnet_class_capacity) {
		size_t offset = (size_t)((char *)link - (char *)a->subnet_classes);
		bool inside = link != &a->subnets[subnet].classes_first;

		a->subnet_class_capacity =
			a->subnet_class_capacity ? a->subnet_class_capacity * 2 : 256;
		a->subnet_classes = mem_resize(a->subnet_classes, a->subnet_class_capacity,
		                               sizeof *a->subnet_classes);
		if (inside) /* the chain's end moved with the array */
			link = (uint32_t *)((char *)a->subnet_classes + offset);
	}
	c = &a->subnet_classes[a->subnet_class_count++];
	*c = (struct agg_subnet_class){.subnet = subnet, .class = class};
	*link = a->subnet_class_count;
	return &c->cell;
}

static void
add_meter(struct agg_cell *cell, const struct meter *m, const struct agg_merge *interval)
{
	for (int dir = 0; dir < DIR_COUNT; dir++) {
		cell->last.packets[dir] += m->packets[dir];
		cell->last.bytes[dir] += m->bytes[dir];
	}
	cell->flows += m->flows;
	cell->flows_two_way += m->flows_two_way;
	cell->flows_peer += m->flows_peer;
	if (!cell->first_us)
		cell->first_us = interval->start_ns / NS_PER_US;
	cell->last_us = interval->end_ns / NS_PER_US;
}

/* One side's view of a meter: its declared subnet, or the side's rest. */
static void
add_side(struct aggregate *a, const struct meter_key *key, uint32_t subnet,
         enum agg_rest undeclared, const struct meter *m)
{
	if (subnet == SUBNET_OVERFLOW) {
		add_meter(&a->link_rests[key->link][undeclared + REST_UNMETERED_PEER], m,
		          a->merging);
	} else if (subnet == SUBNET_ANNOUNCED) {
		add_meter(&a->link_rests[key->link][undeclared + REST_ANNOUNCED_PEER], m,
		          a->merging);
	} else if (subnet == SUBNET_NONE || subnet > a->subnet_count) {
		add_meter(&a->link_rests[key->link][undeclared], m, a->merging);
	} else {
		add_meter(&a->link_subnets[key->link * (a->subnet_count + 1) + subnet], m,
		          a->merging);
		add_meter(&a->subnets[subnet].cell, m, a->merging);
		add_meter(subnet_class_cell(a, subnet, key->class), m, a->merging);
	}
}

static void
merge_meter(struct aggregate *a, const struct meter_key *key, const struct meter *m)
{
	if (m->packets[0] + m->packets[1] + m->flows + m->flows_two_way == 0)
		return;
	add_meter(&a->links[key->link].cell, m, a->merging);
	add_meter(&a->link_classes[key->link * CLASS_COUNT + key->class], m, a->merging);
	add_side(a, key, key->peer_subnet, REST_UNDECLARED_PEER, m);
	add_side(a, key, key->msft_subnet, REST_UNDECLARED_MSFT, m);
}

static void
merge_probe(struct aggregate *a, const struct snap *s)
{
	struct agg_probe *p = &a->probe;
	struct agg_merge *m = a->merging;

	p->packets += s->packets;
	p->bytes += s->bytes;
	p->direction_unknown += s->direction_unknown;
	p->direction_unknown_bytes += s->direction_unknown_bytes;
	p->flows_created += s->flows_created;
	p->flows_expired += s->flows_expired;
	p->flows_evicted += s->flows_evicted;
	shortage_add(&p->shortage, &s->shortage);
	p->streams_overflow += s->streams_overflow;
	m->streams_used += s->streams_used;
	m->streams_room += s->streams_room;
	for (int i = 0; i < REASON_COUNT; i++)
		p->reasons[i] += s->reasons[i];
	for (int i = 0; i < SNAP_PUNTS; i++) {
		p->punted[i] += s->punted[i];
		p->punt_dropped[i] += s->punt_dropped[i];
	}
	if (s->longest_turn_ns > p->longest_turn_ns)
		p->longest_turn_ns = s->longest_turn_ns;
	if (s->busy_cycles > m->busy_cycles || m->total_cycles == 0) {
		m->busy_cycles = s->busy_cycles;
		m->total_cycles = s->total_cycles;
	}
	m->all_busy_cycles += s->busy_cycles;
	m->packets += s->packets;
	m->flows_used += s->flows_used;
	m->flows_capacity += s->flows_capacity;
	m->meters += s->meter_count;
	a->endpoints_overflow += s->endpoints_overflow;
}

void
aggregate_merge(struct aggregate *a, const struct snap *s, const struct meter_table *meters)
{
	struct agg_merge *m = a->merging;

	if (!m->open)
		open_interval(a, s);
	if (s->start_ns < m->start_ns)
		m->start_ns = s->start_ns;
	if (s->end_ns > m->end_ns)
		m->end_ns = s->end_ns;
	a->stretched |= s->stretched;
	for (uint32_t i = 0; i < s->lane_count && i < a->lane_count; i++)
		merge_lane(a, i, &s->lanes[i]);
	for (uint32_t i = 0; i < s->meter_count; i++)
		merge_meter(a, meter_key_at(meters, i), &s->meters[i]);
	for (uint32_t i = 0; i < s->endpoint_count; i++)
		agg_endpoint_merge(a, &s->endpoints[i]);
	agg_endpoint_merge_samples(a, s);
	quality_book_merge(a->quality, s, meters);
	stream_book_merge(a->voice, s);
	latency_book_merge(a->latency, &s->latencies);
	halves_book_merge(a->halves, s);
	merge_probe(a, s);
}

void
aggregate_latency(struct aggregate *a, struct latency_set *set)
{
	if (!a->merging->open)
		return;
	latency_book_merge(a->latency, set);
	latency_set_clear(set);
}

void
aggregate_port(struct aggregate *a, uint16_t lane, const struct agg_port *port)
{
	a->lanes[lane].port = *port;
}

/* ---- close ------------------------------------------------------------------------------- */

/* Whether the host speaks SIP over TLS with anybody. */
static bool
has_encrypted_signalling(void *context, const struct addr *host)
{
	for (uint8_t side = 0; side < 2; side++) {
		const struct agg_endpoint *e = agg_endpoint_find(context, host, side);

		if (e && e->classes >> CLASS_SIP_TLS & 1)
			return true;
	}
	return false;
}

void
aggregate_clock(struct aggregate *a, uint64_t error_ns, bool by_turn)
{
	a->clock.error_ns = error_ns;
	a->clock.by_turn = by_turn;
}

uint64_t
aggregate_clock_error_ns(const struct aggregate *a)
{
	uint64_t error_ns = a->clock.error_ns;

	if (a->clock.by_turn)
		error_ns += a->probe.longest_turn_ns;
	return error_ns > LATENCY_STEP_NS ? error_ns : LATENCY_STEP_NS;
}

void
aggregate_close(struct aggregate *a)
{
	struct agg_merge *m = a->merging;
	struct agg_probe *p = &a->probe;

	if (!m->open)
		return;
	m->open = false;
	a->seq++;
	a->intervals++;
	a->start_us = m->start_ns / NS_PER_US;
	a->end_us = m->end_ns / NS_PER_US;
	if (!a->started_us)
		a->started_us = a->start_us;
	p->flows_used = m->flows_used;
	p->flows_capacity = m->flows_capacity;
	p->streams_used = m->streams_used;
	p->streams_room = m->streams_room;
	p->meters = m->meters;
	p->busy_ratio = m->total_cycles ? (double)m->busy_cycles / (double)m->total_cycles : 0;
	p->cycles_per_packet = m->packets ? (double)m->all_busy_cycles / (double)m->packets : 0;
	totals_close(a);
	a->quality->clock_error_ns = aggregate_clock_error_ns(a);
	quality_book_close(a->quality, a->end_us);
	stream_book_close(a->voice, a->end_us, has_encrypted_signalling, a);
	agg_endpoint_add_media_loss(a);
	latency_book_close(a->latency, a->end_us);
	halves_book_close(a->halves, a->end_us);
}

double
aggregate_seconds(const struct aggregate *a)
{
	uint64_t us = a->end_us > a->start_us ? a->end_us - a->start_us : 1;

	return (double)us / 1e6;
}
