/*
 * The index of the flow table: buckets of one cache line that hold ten short tags and the record
 * ids behind them. An entry goes to the first bucket of its hash, when that is full to a group of
 * eight others, and the first counts how many of its entries went away: so that finding, or not
 * finding, nearly always reads one line. At load 0.6 a bucket is full with probability 0.08 and
 * 1.3 % of entries are away (Poisson); that all nine are full is not to be expected in a lifetime.
 * (One choice of eight ways loses 0.8 % of flows at load 0.41; two of ten, 0.03 % at 0.6.) Any
 * number of buckets: the hash is scaled by multiplication, not masked.
 *
 * Private to the flow table; a tag that matches proves nothing, the caller compares the record.
 */
#pragma once

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/mem.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

enum {
	BUCKET_SLOTS = 10,
	BUCKET_GROUP = 8, /* neighbours that take what a first bucket can't */
	BUCKET_MASK = (1 << BUCKET_SLOTS) - 1,
};

#define FLOW_NONE UINT32_MAX /* no record */

struct bucket {
	uint16_t tag[BUCKET_SLOTS]; /* 0: empty */
	uint16_t strong;            /* bit per slot: not a candidate for replacement */
	uint16_t away;              /* entries of this bucket that live elsewhere */
	uint32_t id[BUCKET_SLOTS];
} __attribute__((aligned(CACHE_LINE)));

static_assert(sizeof(struct bucket) == CACHE_LINE, "a bucket is one cache line");

struct flow_index {
	struct bucket *buckets;
	uint64_t count;
	uint64_t away; /* entries living outside their first bucket */
};

/* Enough buckets for `entries` at a load of 0.6; `touch` as for mem_map. False: no memory. */
bool flow_index_init(struct flow_index *x, uint64_t entries, bool touch);
void flow_index_fini(struct flow_index *x);
size_t flow_index_size(const struct flow_index *x);

/* False: all nine buckets are full. */
bool flow_index_add(struct flow_index *x, uint64_t hash, uint32_t id);
void flow_index_remove(struct flow_index *x, uint64_t hash, uint32_t id);
/* Never a candidate again. */
void flow_index_strengthen(struct flow_index *x, uint64_t hash, uint32_t id);
/* A record of the hash's first bucket that may be replaced, and its slot there; or FLOW_NONE. */
uint32_t flow_index_candidate(const struct flow_index *x, uint64_t hash, unsigned *slot);
/* The candidate's entry becomes one of `hash` for the same record; `old_hash`: what it was of. In
 * place: a tag that was just taken out of a vector would have to be waited for. */
void flow_index_replace(struct flow_index *x, uint64_t hash, unsigned slot, uint64_t old_hash);

static inline uint16_t
bucket_tag(uint64_t hash)
{
	return (uint16_t)(hash | 1); /* never 0, without a test */
}

static inline struct bucket *
bucket_first(const struct flow_index *x, uint64_t hash)
{
	return &x->buckets[((hash >> 32) * x->count) >> 32];
}

/* The `n`th of the group for entries that are away; one of them may be the first bucket. */
static inline struct bucket *
bucket_away(const struct flow_index *x, uint64_t hash, unsigned n)
{
	/* the count is a multiple of the group, so the neighbours exist */
	return &x->buckets[(((hash & UINT32_MAX) * x->count) >> 32) ^ n];
}

/* Bit per slot that holds this tag; tag 0 gives the empty ones. */
static inline uint32_t
bucket_match(const struct bucket *b, uint16_t tag)
{
#ifdef __SSE2__
	const __m128i *line = (const __m128i *)b;
	__m128i want = _mm_set1_epi16((short)tag);
	__m128i low = _mm_cmpeq_epi16(_mm_load_si128(line), want);
	__m128i high = _mm_cmpeq_epi16(_mm_load_si128(line + 1), want);

	return (uint32_t)_mm_movemask_epi8(_mm_packs_epi16(low, high)) & BUCKET_MASK;
#else
	uint32_t mask = 0;

	for (int i = 0; i < BUCKET_SLOTS; i++)
		mask |= (uint32_t)(b->tag[i] == tag) << i;
	return mask;
#endif
}
