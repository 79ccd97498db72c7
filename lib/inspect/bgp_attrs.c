#include "inspect/bgp_attrs.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"
#include "inspect/bgp_attrs_build.h"
#include "inspect/bgp_rules.h"

/* Compared and hashed from `has` on, behind the table's own fields. */
#define COMPARED offsetof(struct bgp_attrs, has)
static_assert(offsetof(struct bgp_attrs, words) ==
                      offsetof(struct bgp_attrs, large) + sizeof(uint16_t),
              "no padding before the words");

enum { BUCKETS_MIN = 1 << 10 };

struct bgp_attrs_table {
	struct bgp_attrs **at; /* by id; [0] is none */
	uint32_t count, room;  /* ids given out, and places */
	uint32_t free;         /* first of the free ids, chained through `chain`; 0: none */
	uint32_t *chain;       /* by free id */
	uint32_t *buckets;     /* id of the first set of a bucket */
	uint32_t mask, used;
	uint64_t bytes, bytes_max, refused;
	struct hash_key key;
	const struct bgp_rules *rules;
	struct bgp_attrs *scratch; /* the set in the making, with BGP_ATTRS_WORDS_MAX words */
};

struct bgp_attrs_table *
bgp_attrs_create(uint64_t bytes_max)
{
	struct bgp_attrs_table *t = mem_alloc(1, sizeof *t);

	t->bytes_max = bytes_max;
	t->key = hash_key_make(0);
	t->count = 1;
	t->mask = BUCKETS_MIN - 1;
	t->buckets = mem_alloc(BUCKETS_MIN, sizeof *t->buckets);
	t->scratch = mem_alloc(1, sizeof *t->scratch + BGP_ATTRS_WORDS_MAX * sizeof(uint32_t));
	return t;
}

void
bgp_attrs_destroy(struct bgp_attrs_table *t)
{
	if (!t)
		return;
	for (uint32_t i = 1; i < t->count; i++)
		free(t->at[i]);
	free(t->at);
	free(t->chain);
	free(t->buckets);
	free(t->scratch);
	free(t);
}

static size_t
size_of(const struct bgp_attrs *a)
{
	return sizeof *a +
	       sizeof(uint32_t) * ((size_t)a->path + a->communities + a->extended + a->large);
}

static uint64_t
hash_of(const struct bgp_attrs_table *t, const struct bgp_attrs *a, size_t size)
{
	const uint8_t *at = (const uint8_t *)a + COMPARED;
	size_t left = size - COMPARED;
	uint64_t hash = left;
	uint8_t rest[16] = {0};

	for (; left >= 16; at += 16, left -= 16)
		hash = hash_16(&t->key, at, hash);
	memcpy(rest, at, left);
	return hash_16(&t->key, rest, hash);
}

static uint32_t
find(const struct bgp_attrs_table *t, const struct bgp_attrs *a, size_t size)
{
	uint32_t id = t->buckets[a->hash & t->mask];

	for (; id; id = t->at[id]->chained) {
		const struct bgp_attrs *other = t->at[id];

		if (other->hash == a->hash && size_of(other) == size &&
		    memcmp((const uint8_t *)other + COMPARED, (const uint8_t *)a + COMPARED,
		           size - COMPARED) == 0)
			return id;
	}
	return BGP_ATTRS_NONE;
}

static void
link_in(struct bgp_attrs_table *t, uint32_t id)
{
	uint32_t *bucket = &t->buckets[t->at[id]->hash & t->mask];

	t->at[id]->chained = *bucket;
	*bucket = id;
}

static void
grow_buckets(struct bgp_attrs_table *t)
{
	t->mask = t->mask * 2 + 1;
	free(t->buckets);
	t->buckets = mem_alloc((size_t)t->mask + 1, sizeof *t->buckets);
	for (uint32_t id = 1; id < t->count; id++)
		if (t->at[id])
			link_in(t, id);
}

static uint32_t
take_id(struct bgp_attrs_table *t)
{
	uint32_t id = t->free;

	if (id) {
		t->free = t->chain[id];
		return id;
	}
	if (t->count >= t->room) {
		t->room = t->room ? t->room * 2 : BUCKETS_MIN;
		t->at = mem_resize(t->at, t->room, sizeof(struct bgp_attrs *));
		t->chain = mem_resize(t->chain, t->room, sizeof *t->chain);
	}
	return t->count++;
}

static uint32_t
add(struct bgp_attrs_table *t, size_t size)
{
	struct bgp_attrs *copy = mem_alloc(1, size);
	uint32_t id = take_id(t);

	memcpy(copy, t->scratch, size);
	t->at[id] = copy;
	t->bytes += size;
	if (++t->used > t->mask)
		grow_buckets(t); /* links all in */
	else
		link_in(t, id);
	return id;
}

static uint8_t
flags_of(const struct bgp_attrs_table *t, const struct bgp_attrs *a)
{
	return t->rules ? bgp_rules_attrs(t->rules, a) : 0;
}

uint32_t
bgp_attrs_intern(struct bgp_attrs_table *t, const struct bgp_update *u, bool mp, unsigned as_width)
{
	size_t size = bgp_attrs_build(t->scratch, u, mp, as_width);
	uint32_t id = BGP_ATTRS_NONE;

	if (size) {
		t->scratch->hash = hash_of(t, t->scratch, size);
		id = find(t, t->scratch, size);
	}
	if (!id && size && t->bytes + size <= t->bytes_max) {
		id = add(t, size);
		t->at[id]->flags = flags_of(t, t->at[id]);
	}
	if (id)
		t->at[id]->refs++;
	else
		t->refused++;
	return id;
}

uint32_t
bgp_attrs_intern_bare(struct bgp_attrs_table *t, struct cursor attributes)
{
	struct bgp_update u;

	bgp_attributes_decode(attributes, &u);
	return bgp_attrs_intern(t, &u, bgp_update_has(&u, BGP_MP_REACH), 4);
}

void
bgp_attrs_hold(struct bgp_attrs_table *t, uint32_t id)
{
	if (id)
		t->at[id]->refs++;
}

void
bgp_attrs_drop(struct bgp_attrs_table *t, uint32_t id)
{
	struct bgp_attrs *a = id ? t->at[id] : NULL;
	uint32_t *at;

	if (!a || --a->refs)
		return;
	for (at = &t->buckets[a->hash & t->mask]; *at != id;)
		at = &t->at[*at]->chained;
	*at = a->chained;
	t->bytes -= size_of(a);
	t->used--;
	free(a);
	t->at[id] = NULL;
	t->chain[id] = t->free;
	t->free = id;
}

const struct bgp_attrs *
bgp_attrs_get(const struct bgp_attrs_table *t, uint32_t id)
{
	return id ? t->at[id] : NULL;
}

void
bgp_attrs_judge(struct bgp_attrs_table *t, const struct bgp_rules *rules)
{
	t->rules = rules;
	for (uint32_t id = 1; id < t->count; id++)
		if (t->at[id])
			t->at[id]->flags = flags_of(t, t->at[id]);
}

void
bgp_attrs_usage(const struct bgp_attrs_table *t, struct bgp_attrs_use *out)
{
	*out = (struct bgp_attrs_use){
		.count = t->used,
		.refused = t->refused,
		.bytes = t->bytes + (uint64_t)t->room * (sizeof *t->at + sizeof *t->chain) +
	                 ((uint64_t)t->mask + 1) * sizeof *t->buckets +
	                 t->used * 16ull /* what malloc adds to each */
	};
}
