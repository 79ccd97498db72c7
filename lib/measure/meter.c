#include "measure/meter.h"

#include <assert.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "base/hash.h"
#include "base/mem.h"
#include "classify/class.h"

/* Index: open addressing, at most half full; slot value is id + 1, 0 empty. */
struct meter_table {
	struct meter_key *keys;
	uint32_t *index;
	uint32_t index_mask;
	uint32_t capacity;
	uint32_t reserved; /* overflow ids not yet given out: room that ordinary keys can't take */
	uint64_t overflows;
	struct hash_key hash_key;
	_Atomic uint32_t count; /* worker writes, others read */
};

static uint32_t
power_of_two_from(uint32_t n)
{
	uint32_t p = 16;

	while (p < n)
		p *= 2;
	return p;
}

struct meter_table *
meter_table_create(uint32_t capacity, uint16_t links)
{
	uint32_t reserved = (uint32_t)links * CLASS_COUNT;
	struct meter_table *t = mem_alloc(1, sizeof *t);
	uint32_t slots;

	/* every link and class can always be told apart, and as many combinations again */
	if (capacity < 2 * reserved)
		capacity = 2 * reserved;
	slots = power_of_two_from(2 * capacity);
	t->capacity = capacity;
	t->reserved = reserved;
	t->index_mask = slots - 1;
	t->hash_key = hash_key_make(0);
	t->keys = mem_map((size_t)capacity * sizeof *t->keys, true);
	t->index = mem_map((size_t)slots * sizeof *t->index, true);
	if (t->keys && t->index)
		return t;
	meter_table_destroy(t);
	return NULL;
}

void
meter_table_destroy(struct meter_table *t)
{
	if (!t)
		return;
	mem_unmap(t->keys, (size_t)t->capacity * sizeof *t->keys);
	mem_unmap(t->index, ((size_t)t->index_mask + 1) * sizeof *t->index);
	free(t);
}

/* From its fields, which have just been written one by one: the processor would have to wait for
 * them to read them in one piece. */
struct key_words {
	uint64_t a, b;
};

static inline struct key_words
words_of(const struct meter_key *k)
{
	return (struct key_words){.a = (uint64_t)k->msft_subnet << 32 | k->peer_subnet,
	                          .b = (uint64_t)k->class << 32 | (uint32_t)k->sbc << 16 | k->link};
}

/* The index slot that holds the key, or the empty one where it belongs. */
static uint32_t *
slot_of(const struct meter_table *t, const struct meter_key *key)
{
	struct key_words wanted = words_of(key);
	uint32_t at = (uint32_t)(hash_mix(&t->hash_key, wanted.a, wanted.b) >> 32);

	for (;; at++) {
		uint32_t *slot = &t->index[at & t->index_mask];
		struct key_words here = words_of(&t->keys[*slot ? *slot - 1 : 0]);

		if (*slot == 0 || ((here.a ^ wanted.a) | (here.b ^ wanted.b)) == 0)
			return slot;
	}
}

static bool
is_overflow(const struct meter_key *key)
{
	return key->peer_subnet == SUBNET_OVERFLOW;
}

uint32_t
meter_find(struct meter_table *t, const struct meter_key *key)
{
	uint32_t *slot = slot_of(t, key);
	uint32_t id = atomic_load_explicit(&t->count, memory_order_relaxed);

	if (*slot)
		return *slot - 1;
	if (!is_overflow(key) && id + t->reserved >= t->capacity) {
		struct meter_key rest = {.peer_subnet = SUBNET_OVERFLOW,
		                         .msft_subnet = SUBNET_OVERFLOW,
		                         .link = key->link,
		                         .class = key->class};

		t->overflows++;
		return meter_find(t, &rest);
	}
	if (is_overflow(key))
		t->reserved--;
	assert(id < t->capacity);
	t->keys[id] = *key;
	*slot = id + 1;
	atomic_store_explicit(&t->count, id + 1, memory_order_release);
	return id;
}

const struct meter_key *
meter_key_at(const struct meter_table *t, uint32_t id)
{
	return &t->keys[id];
}

uint32_t
meter_count(const struct meter_table *t)
{
	return atomic_load_explicit(&t->count, memory_order_acquire);
}

uint32_t
meter_capacity(const struct meter_table *t)
{
	return t->capacity;
}

uint64_t
meter_overflows(const struct meter_table *t)
{
	return t->overflows;
}
