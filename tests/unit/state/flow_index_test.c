#include "state/flow_index.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* splitmix64 (Steele, Lea, Flood 2014): like random numbers, not spread more evenly than those. */
static uint64_t
hash_nth(uint64_t n)
{
	uint64_t z = n * 0x9e3779b97f4a7c15ull;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ z >> 27) * 0x94d049bb133111ebull;
	return z ^ z >> 31;
}

/* Whether the entry can be found the way that the flow table looks. */
static bool
found(const struct flow_index *x, uint64_t hash, uint32_t id)
{
	const struct bucket *b = bucket_first(x, hash);

	for (unsigned n = 0;; n++) {
		for (uint32_t m = bucket_match(b, bucket_tag(hash)); m; m &= m - 1)
			if (b->id[__builtin_ctz(m)] == id)
				return true;
		if (!bucket_first(x, hash)->away || n == BUCKET_GROUP)
			return false;
		b = bucket_away(x, hash, n);
	}
}

static void
test_match_is_the_plain_comparison(void **state)
{
	struct bucket b;

	(void)state;
	for (unsigned round = 0; round < 2000; round++) {
		uint16_t want = (uint16_t)(rand() % 4);
		uint32_t expected = 0;

		memset(&b, 0, sizeof b);
		/* what follows the tags must not be taken for tags */
		b.strong = b.away = want;
		for (int i = 0; i < BUCKET_SLOTS; i++) {
			b.tag[i] = (uint16_t)(rand() % 4);
			b.id[i] = want;
			expected |= (uint32_t)(b.tag[i] == want) << i;
		}
		assert_int_equal(bucket_match(&b, want), expected);
	}
}

static void
test_a_million_find_their_place(void **state)
{
	enum { COUNT = 1000000 };
	struct flow_index x;
	uint32_t lost = 0;

	(void)state;
	assert_true(flow_index_init(&x, COUNT, false));
	for (uint32_t id = 0; id < COUNT; id++)
		lost += !flow_index_add(&x, hash_nth(id), id);
	assert_int_equal(lost, 0);
	/* what the header says of reading more lines: Poisson, mean 6, what is above 10 */
	assert_in_range(x.away, COUNT * 7 / 1000, COUNT * 20 / 1000);
	for (uint32_t id = 0; id < COUNT; id++)
		assert_true(found(&x, hash_nth(id), id));
	for (uint32_t id = 0; id < COUNT; id += 2)
		flow_index_remove(&x, hash_nth(id), id);
	for (uint32_t id = 0; id < COUNT; id++)
		assert_int_equal(found(&x, hash_nth(id), id), id % 2);
	for (uint32_t id = 1; id < COUNT; id += 2)
		flow_index_remove(&x, hash_nth(id), id);
	assert_int_equal(x.away, 0);
	for (uint64_t i = 0; i < x.count; i++)
		assert_int_equal(x.buckets[i].away, 0);
	flow_index_fini(&x);
}

static void
test_candidates_are_the_weak_ones(void **state)
{
	struct flow_index x;
	uint64_t hash = hash_nth(1);
	uint32_t seen = 0;
	unsigned slot;

	(void)state;
	assert_true(flow_index_init(&x, 600, false));
	assert_int_equal(flow_index_candidate(&x, hash, &slot), FLOW_NONE);
	for (uint32_t id = 0; id < BUCKET_SLOTS; id++)
		assert_true(flow_index_add(&x, hash, id));
	for (uint32_t id = 0; id < BUCKET_SLOTS - 2; id++)
		flow_index_strengthen(&x, hash, id);
	/* hashes of the same bucket pick among the two that are left */
	for (uint64_t n = 0; n < 256; n++) {
		uint32_t id = flow_index_candidate(&x, (hash & ~0xff0000ull) | n << 16, &slot);

		assert_in_range(id, BUCKET_SLOTS - 2, BUCKET_SLOTS - 1);
		assert_int_equal(slot, id);
		seen |= 1u << id;
	}
	assert_int_equal(seen, 3u << (BUCKET_SLOTS - 2));
	/* a slot that is used again is weak again */
	flow_index_remove(&x, hash, 0);
	flow_index_strengthen(&x, hash, BUCKET_SLOTS - 2);
	flow_index_strengthen(&x, hash, BUCKET_SLOTS - 1);
	assert_int_equal(flow_index_candidate(&x, hash, &slot), FLOW_NONE);
	assert_true(flow_index_add(&x, hash, 77));
	assert_int_equal(flow_index_candidate(&x, hash, &slot), 77);
	flow_index_fini(&x);
}

/* Each new key takes the place of a candidate; what is away is counted right all the while. */
static void
test_replaced_in_place(void **state)
{
	enum { COUNT = 20000, NEW = 100000 };
	struct flow_index x;
	uint64_t *hashes = calloc(COUNT, sizeof *hashes);
	uint32_t replaced = 0, away = 0;

	(void)state;
	assert_true(flow_index_init(&x, COUNT, false));
	for (uint32_t id = 0; id < COUNT; id++) {
		hashes[id] = hash_nth(id);
		assert_true(flow_index_add(&x, hashes[id], id));
	}
	assert_true(x.away > 0);
	for (uint64_t n = COUNT; n < COUNT + NEW; n++) {
		unsigned slot;
		uint32_t id = flow_index_candidate(&x, hash_nth(n), &slot);

		if (id == FLOW_NONE)
			continue;
		flow_index_replace(&x, hash_nth(n), slot, hashes[id]);
		assert_true(found(&x, hash_nth(n), id));
		if (bucket_tag(hashes[id]) != bucket_tag(hash_nth(n)))
			assert_false(found(&x, hashes[id], id));
		hashes[id] = hash_nth(n);
		replaced++;
	}
	assert_in_range(replaced, NEW * 9 / 10, NEW);
	for (uint32_t id = 0; id < COUNT; id++) {
		const struct bucket *b = bucket_first(&x, hashes[id]);
		bool here = false;

		for (int slot = 0; slot < BUCKET_SLOTS; slot++)
			here |= b->tag[slot] && b->id[slot] == id;
		away += !here;
	}
	assert_int_equal(x.away, away);
	for (uint32_t id = 0; id < COUNT; id++)
		flow_index_remove(&x, hashes[id], id);
	for (uint64_t i = 0; i < x.count; i++)
		assert_int_equal(x.buckets[i].away, 0);
	flow_index_fini(&x);
	free(hashes);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_match_is_the_plain_comparison),
		cmocka_unit_test(test_a_million_find_their_place),
		cmocka_unit_test(test_candidates_are_the_weak_ones),
		cmocka_unit_test(test_replaced_in_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
