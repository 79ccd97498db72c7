#include "state/expectation.h"

#include <assert.h>
#include <stdlib.h>

#include "base/hash.h"
#include "base/log.h"
#include "base/mem.h"

struct expectation_table {
	struct expectation *at; /* buckets of EXPECTATION_WAYS */
	uint16_t *tags;         /* of each entry; 0: free. Few lines, where a bucket has eight */
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
	t->tags = mem_alloc(capacity, sizeof *t->tags);
	if (t->at)
		return t;
	log_error("state", "no memory for %u media expectations", capacity);
	expectation_table_destroy(t);
	return NULL;
}

void
expectation_table_destroy(struct expectation_table *t)
{
	if (!t)
		return;
	mem_unmap(t->at, t->capacity * sizeof *t->at);
	free(t->tags);
	free(t);
}

/* Where an address and port belong. */
struct place {
	uint32_t first; /* of its bucket */
	uint16_t tag;
};

static struct place
place_of(const struct expectation_table *t, const struct addr *addr, uint16_t port)
{
	uint64_t hash = hash_16(&t->key, addr->b, port);
	uint32_t buckets = t->capacity / EXPECTATION_WAYS;

	return (struct place){.first = (uint32_t)(hash >> 32 & (buckets - 1)) * EXPECTATION_WAYS,
	                      .tag = (uint16_t)(hash | 1)};
}

static bool
is_of(const struct expectation *e, const struct addr *addr, uint16_t port)
{
	return e->port == port && addr_equal(&e->addr, addr);
}

static bool
is_over(const struct expectation *e, uint64_t now_ns)
{
	return e->time_ns == 0 || now_ns > e->time_ns + EXPECTATION_LIFE_NS;
}

/* The entry of this address and port; NULL: there is none. */
static struct expectation *
entry_of(const struct expectation_table *t, struct place place, const struct addr *addr,
         uint16_t port)
{
	for (uint32_t n = place.first; n < place.first + EXPECTATION_WAYS; n++)
		if (t->tags[n] == place.tag && is_of(&t->at[n], addr, port))
			return &t->at[n];
	return NULL;
}

/* A free one, or the one that was told or met the longest time ago. */
static struct expectation *
oldest_of(const struct expectation_table *t, struct place place)
{
	struct expectation *oldest = &t->at[place.first];

	for (uint32_t n = place.first; n < place.first + EXPECTATION_WAYS; n++)
		if (t->at[n].time_ns < oldest->time_ns)
			oldest = &t->at[n];
	return oldest;
}

void
expectation_add(struct expectation_table *t, const struct expectation *e)
{
	struct place place = place_of(t, &e->addr, e->port);
	struct expectation *entry = entry_of(t, place, &e->addr, e->port);

	if (!entry) {
		entry = oldest_of(t, place);
		t->stats.evicted += !is_over(entry, e->time_ns);
	}
	*entry = *e;
	t->tags[entry - t->at] = place.tag;
	t->stats.told++;
}

const struct expectation *
expectation_find(struct expectation_table *t, const struct addr *addr, uint16_t port,
                 uint64_t now_ns)
{
	struct expectation *e = entry_of(t, place_of(t, addr, port), addr, port);

	if (!e || is_over(e, now_ns))
		return NULL;
	if (now_ns > e->time_ns)
		e->time_ns = now_ns;
	t->stats.met++;
	return e;
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
