#include "state/flow_index.h"

bool
flow_index_init(struct flow_index *x, uint64_t entries, bool touch)
{
	/* load 0.6 */
	uint64_t count = (entries / 6 + BUCKET_GROUP) & ~(uint64_t)(BUCKET_GROUP - 1);

	assert(count <= UINT32_MAX);
	*x = (struct flow_index){.count = count};
	x->buckets = mem_map(count * sizeof(struct bucket), touch);
	return x->buckets != NULL;
}

void
flow_index_fini(struct flow_index *x)
{
	mem_unmap(x->buckets, flow_index_size(x));
	x->buckets = NULL;
}

size_t
flow_index_size(const struct flow_index *x)
{
	return x->count * sizeof(struct bucket);
}

static bool
bucket_put(struct bucket *b, uint64_t hash, uint32_t id)
{
	uint32_t empty = bucket_match(b, 0);
	unsigned slot;

	if (!empty)
		return false;
	slot = (unsigned)__builtin_ctz(empty);
	b->tag[slot] = bucket_tag(hash);
	b->id[slot] = id;
	b->strong &= (uint16_t) ~(1u << slot);
	return true;
}

bool
flow_index_add(struct flow_index *x, uint64_t hash, uint32_t id)
{
	struct bucket *first = bucket_first(x, hash);
	bool placed = false;

	if (bucket_put(first, hash, id))
		return true;
	for (unsigned n = 0; n < BUCKET_GROUP && !placed; n++)
		placed = bucket_put(bucket_away(x, hash, n), hash, id);
	if (!placed)
		return false;
	first->away++;
	x->away++;
	return true;
}

/* The slot of an id in a bucket; -1: not there. */
static int
slot_of(const struct bucket *b, uint64_t hash, uint32_t id)
{
	for (uint32_t m = bucket_match(b, bucket_tag(hash)); m; m &= m - 1) {
		int slot = __builtin_ctz(m);

		if (b->id[slot] == id)
			return slot;
	}
	return -1;
}

/* The bucket and slot of an entry that is there. */
static struct bucket *
entry_find(const struct flow_index *x, uint64_t hash, uint32_t id, int *slot)
{
	struct bucket *b = bucket_first(x, hash);

	*slot = slot_of(b, hash, id);
	for (unsigned n = 0; *slot < 0 && n < BUCKET_GROUP; n++) {
		b = bucket_away(x, hash, n);
		*slot = slot_of(b, hash, id);
	}
	assert(*slot >= 0);
	return b;
}

void
flow_index_remove(struct flow_index *x, uint64_t hash, uint32_t id)
{
	int slot;
	struct bucket *b = entry_find(x, hash, id, &slot);

	b->tag[slot] = 0;
	if (b == bucket_first(x, hash))
		return;
	bucket_first(x, hash)->away--;
	x->away--;
}

void
flow_index_strengthen(struct flow_index *x, uint64_t hash, uint32_t id)
{
	int slot;
	struct bucket *b = entry_find(x, hash, id, &slot);

	b->strong |= (uint16_t)(1u << slot);
}

uint32_t
flow_index_candidate(const struct flow_index *x, uint64_t hash, unsigned *slot)
{
	const struct bucket *b = bucket_first(x, hash);
	uint32_t weak = ~bucket_match(b, 0) & ~(uint32_t)b->strong & BUCKET_MASK;
	uint32_t later;

	if (!weak)
		return FLOW_NONE;
	/* start at a slot that the hash picks, so that replacement does not wear out one slot */
	later = weak & (UINT32_MAX << ((hash >> 16 & 0xff) * BUCKET_SLOTS >> 8));
	*slot = (unsigned)__builtin_ctz(later ? later : weak);
	return b->id[*slot];
}

void
flow_index_replace(struct flow_index *x, uint64_t hash, unsigned slot, uint64_t old_hash)
{
	struct bucket *b = bucket_first(x, hash), *old = bucket_first(x, old_hash);

	b->tag[slot] = bucket_tag(hash);
	if (b == old)
		return;
	old->away--;
	x->away--;
}
