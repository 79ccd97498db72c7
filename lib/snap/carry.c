/* Totals survive a reload: what the new configuration still names keeps its counters. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "snap/agg_endpoint.h"
#include "snap/totals.h"

/* For each index of `from`'s links or subnets its index in `to`, or MAP_NONE. */
struct renaming {
	uint32_t *links, *subnets, *sbcs;
};

static uint32_t
new_link(const struct aggregate *to, const char *name)
{
	for (size_t i = 0; i < to->conf->link_count; i++)
		if (strcmp(to->conf->links[i].name, name) == 0)
			return (uint32_t)i;
	return MAP_NONE;
}

static uint32_t *
rename_sbcs(const struct aggregate *to, const struct aggregate *from)
{
	uint32_t *names = mem_alloc(from->conf->sbc_count, sizeof *names);

	for (size_t i = 0; i < from->conf->sbc_count; i++) {
		names[i] = MAP_NONE;
		for (size_t j = 0; j < to->conf->sbc_count; j++)
			if (strcmp(to->conf->sbcs[j].name, from->conf->sbcs[i].name) == 0)
				names[i] = (uint32_t)j;
	}
	return names;
}

static int
by_prefix(const void *key, const void *item)
{
	const struct prefix *p = key;
	const struct conf_subnet *const *s = item;

	return prefix_compare(p, &(*s)->prefix);
}

static int
subnet_order(const void *a, const void *b)
{
	const struct conf_subnet *const *x = a, *const *y = b;

	return prefix_compare(&(*x)->prefix, &(*y)->prefix);
}

/* Ids are index + 1; id 0 stays 0. */
static uint32_t *
rename_subnets(const struct aggregate *to, const struct aggregate *from)
{
	uint32_t *names = mem_alloc(from->subnet_count + 1, sizeof *names);
	const struct conf_subnet **sorted = mem_alloc(to->subnet_count, sizeof *sorted);

	for (uint32_t i = 0; i < to->subnet_count; i++)
		sorted[i] = &to->conf->subnets[i];
	qsort(sorted, to->subnet_count, sizeof *sorted, subnet_order);
	for (uint32_t i = 1; i <= from->subnet_count; i++) {
		const struct conf_subnet *old = &from->conf->subnets[i - 1];
		const struct conf_subnet **hit =
			bsearch(&old->prefix, sorted, to->subnet_count, sizeof *sorted, by_prefix);

		names[i] = hit && (*hit)->side == old->side
		                   ? (uint32_t)(*hit - to->conf->subnets) + 1
		                   : MAP_NONE;
	}
	free(sorted);
	return names;
}

static void
carry_subnets(struct aggregate *to, const struct aggregate *from, const struct renaming *r)
{
	for (uint32_t i = 1; i <= from->subnet_count; i++)
		if (r->subnets[i] != MAP_NONE) {
			to->subnets[r->subnets[i]] = from->subnets[i];
			to->subnets[r->subnets[i]].classes_first = 0;
		}
	to->subnet_classes = mem_alloc(from->subnet_class_count, sizeof *to->subnet_classes);
	to->subnet_class_capacity = from->subnet_class_count;
	for (uint32_t i = 0; i < from->subnet_class_count; i++) {
		struct agg_subnet_class c = from->subnet_classes[i];

		c.subnet = r->subnets[c.subnet];
		if (c.subnet == MAP_NONE)
			continue;
		c.next = to->subnets[c.subnet].classes_first;
		to->subnet_classes[to->subnet_class_count++] = c;
		to->subnets[c.subnet].classes_first = to->subnet_class_count;
	}
}

static void
carry_link(struct aggregate *to, uint32_t new, const struct aggregate *from, uint32_t old,
           const struct renaming *r)
{
	struct load kept[2] = {to->links[new].load[0], to->links[new].load[1]};

	to->links[new] = from->links[old];
	for (int dir = 0; dir < DIR_COUNT; dir++) /* ratios of another capacity mean nothing */
		if (kept[dir].capacity_bps != from->links[old].load[dir].capacity_bps)
			to->links[new].load[dir] = kept[dir];
	memcpy(&to->link_classes[new *CLASS_COUNT], &from->link_classes[old * CLASS_COUNT],
	       CLASS_COUNT * sizeof *to->link_classes);
	memcpy(to->link_rests[new], from->link_rests[old], sizeof *to->link_rests);
	for (uint32_t i = 1; i <= from->subnet_count; i++) {
		const struct agg_cell *cell =
			&from->link_subnets[old * (from->subnet_count + 1) + i];

		if (r->subnets[i] != MAP_NONE)
			to->link_subnets[new *(to->subnet_count + 1) + r->subnets[i]] = *cell;
	}
}

static void
carry_lanes(struct aggregate *to, const struct aggregate *from, const struct renaming *r)
{
	for (uint32_t i = 0; i < to->lane_count; i++)
		for (uint32_t j = 0; j < from->lane_count; j++) {
			struct agg_lane *lane = &to->lanes[i];
			const struct agg_lane *old = &from->lanes[j];

			if (r->links[old->id.link] != lane->id.link ||
			    old->id.dir != lane->id.dir || old->id.member != lane->id.member)
				continue;
			lane->packets = old->packets;
			lane->bytes = old->bytes;
			lane->last_us = old->last_us;
			lane->port = old->port;
			lane->port_before = old->port_before;
		}
}

static uint64_t
rename_link_bits(uint64_t bits, const struct aggregate *from, const struct renaming *r)
{
	uint64_t renamed = 0;

	for (size_t i = 0; i < from->conf->link_count && i < 64; i++)
		if (bits >> i & 1 && r->links[i] < 64)
			renamed |= 1ull << r->links[i];
	return renamed;
}

static void
carry_endpoints(struct aggregate *to, const struct aggregate *from, const struct renaming *r)
{
	uint32_t count = from->endpoint_count < to->endpoint_capacity ? from->endpoint_count
	                                                              : to->endpoint_capacity;

	for (uint32_t i = 0; i < count; i++) {
		struct agg_endpoint e = from->endpoints[i];

		e.subnet = r->subnets[e.subnet] == MAP_NONE ? 0 : r->subnets[e.subnet];
		e.links = rename_link_bits(e.links, from, r);
		agg_endpoint_adopt(to, &e);
	}
}

static void
carry_quality(struct aggregate *to, const struct aggregate *from, const struct renaming *r)
{
	for (uint32_t i = 0; i < from->quality->link_count; i++)
		if (r->links[i] != MAP_NONE)
			to->quality->links[r->links[i]] = from->quality->links[i];
	for (uint32_t i = 1; i <= from->quality->subnet_count; i++)
		if (r->subnets[i] != MAP_NONE)
			to->quality->subnets[r->subnets[i]] = from->quality->subnets[i];
	for (uint32_t i = 0; i < from->quality->sbc_count; i++)
		if (r->sbcs[i] != MAP_NONE)
			to->quality->sbcs[r->sbcs[i]] = from->quality->sbcs[i];
	to->quality->overflows = from->quality->overflows;
}

static void
carry_latency(struct aggregate *to, const struct aggregate *from, const struct renaming *r)
{
	for (uint32_t i = 0; i < from->latency->count; i++) {
		struct latency_entry *e = from->latency->entries[i];
		uint32_t id = e->scope == LATENCY_LINK     ? r->links[e->id]
		              : e->scope == LATENCY_SUBNET ? r->subnets[e->id]
		                                           : r->sbcs[e->id];

		if (id != MAP_NONE)
			latency_book_adopt(to->latency, e, id);
	}
	to->latency->minute_us = from->latency->minute_us;
	to->latency->hour_us = from->latency->hour_us;
	to->latency->overflow = from->latency->overflow;
}

void
aggregate_carry(struct aggregate *to, const struct aggregate *from)
{
	struct renaming r = {mem_alloc(from->conf->link_count, sizeof *r.links),
	                     rename_subnets(to, from), rename_sbcs(to, from)};

	for (size_t i = 0; i < from->conf->link_count; i++)
		r.links[i] = new_link(to, from->conf->links[i].name);
	carry_subnets(to, from, &r);
	for (size_t i = 0; i < from->conf->link_count; i++)
		if (r.links[i] != MAP_NONE)
			carry_link(to, r.links[i], from, (uint32_t)i, &r);
	carry_lanes(to, from, &r);
	carry_endpoints(to, from, &r);
	carry_quality(to, from, &r);
	carry_latency(to, from, &r);
	to->probe = from->probe;
	to->seq = from->seq;
	to->started_us = from->started_us;
	to->intervals = from->intervals;
	free(r.links);
	free(r.subnets);
	free(r.sbcs);
}
