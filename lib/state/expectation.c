#include "state/expectation.h"

#include <assert.h>
#include <stdlib.h>

#include "base/hash.h"
#include "base/log.h"
#include "base/mem.h"

struct expectation_table {
	struct expectation *at; /* buckets of EXPECTATION_WAYS */
	uint32_t capacity;
	struct hash_key key;
	struct expectation_stats stats;
};

struct expectation_table *
expectation_table_create(uint32_t capacity, uint64_t hash_seed)
{
	struct expectation_table *t = mem_alloc(1, sizeof *t);

	assert(capacity >= EXPECTATION_WAYS && (capacity & (capacity - 1)) == 0);
	t->capacity = capacity;
	t->key = hash_key_make(hash_seed);
	t->at = mem_map(capacity * sizeof *t->at, true);
	if (t->at)
		return t;
	log_error("state", "no memory for %u media expectations", capacity);
	free(t);
	return NULL;
}

void
expectation_table_destroy(struct expectation_table *t)
{
	if (!t)
		return;
	mem_unmap(t->at, t->capacity * sizeof *t->at);
	free(t);
}

static struct expectation *
bucket_of(const struct expectation_table *t, const struct addr *addr, uint16_t port)
{
	uint64_t hash = hash_16(&t->key, addr->b, port);
	uint32_t buckets = t->capacity / EXPECTATION_WAYS;

	return &t->at[(hash >> 32 & (buckets - 1)) * EXPECTATION_WAYS];
}

static bool
is_of(const struct expectation *e, const struct addr *addr, uint16_t port)
{
	return e->time_ns && e->port == port && addr_equal(&e->addr, addr);
}

static bool
is_over(const struct expectation *e, uint64_t now_ns)
{
	return e->time_ns == 0 || now_ns > e->time_ns + EXPECTATION_LIFE_NS;
}

void
expectation_add(struct expectation_table *t, const struct expectation *e)
{
	struct expectation *bucket = bucket_of(t, &e->addr, e->port), *place = bucket;

	for (struct expectation *b = bucket; b < bucket + EXPECTATION_WAYS; b++) {
		if (is_of(b, &e->addr, e->port)) {
			place = b;
			break;
		}
		if (b->time_ns < place->time_ns)
			place = b;
	}
	if (!is_over(place, e->time_ns) && !is_of(place, &e->addr, e->port))
		t->stats.evicted++;
	*place = *e;
	t->stats.told++;
}

const struct expectation *
expectation_find(struct expectation_table *t, const struct addr *addr, uint16_t port,
                 uint64_t now_ns)
{
	struct expectation *bucket = bucket_of(t, addr, port);

	for (struct expectation *e = bucket; e < bucket + EXPECTATION_WAYS; e++) {
		if (!is_of(e, addr, port) || is_over(e, now_ns))
			continue;
		if (now_ns > e->time_ns)
			e->time_ns = now_ns;
		t->stats.met++;
		return e;
	}
	return NULL;
}

const struct rtp_format *
expectation_format(const struct expectation *e, uint8_t payload_type)
{
	for (unsigned i = 0; i < e->format_count; i++)
		if (e->formats[i].payload_type == payload_type)
			return &e->formats[i];
	return NULL;
}

const struct expectation_stats *
expectation_table_stats(const struct expectation_table *t)
{
	return &t->stats;
}
