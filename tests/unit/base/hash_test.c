/* What tables need of the hash: every bit of key and input matters, few collisions, same on rerun.
 */
#include "base/hash.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

static void
seed_makes_it_repeatable(void **state)
{
	struct hash_key a = hash_key_make(1), b = hash_key_make(1), c = hash_key_make(2);

	(void)state;
	assert_memory_equal(&a, &b, sizeof a);
	assert_memory_not_equal(&a, &c, sizeof a);
	a = hash_key_make(0); /* from the kernel: two are never alike */
	b = hash_key_make(0);
	assert_memory_not_equal(&a, &b, sizeof a);
}

/* Avalanche: one flipped input bit moves about half of the 64 output bits. */
static void
every_input_bit_matters(void **state)
{
	struct hash_key key = hash_key_make(7);

	(void)state;
	for (unsigned bit = 0; bit < 128; bit++) {
		unsigned moved = 0, rounds = 256;

		for (unsigned r = 0; r < rounds; r++) {
			uint8_t in[16];

			for (unsigned i = 0; i < 16; i++)
				in[i] = (uint8_t)(r * 31 + i * 17);
			uint64_t before = hash_16(&key, in, 0);

			in[bit / 8] ^= (uint8_t)(1 << bit % 8);
			moved += (unsigned)__builtin_popcountll(before ^ hash_16(&key, in, 0));
		}
		/* mean 32; over 256 rounds a fair hash stays within 32 ± 2 by far */
		assert_in_range(moved / rounds, 28, 36);
	}
}

static void
key_changes_every_hash(void **state)
{
	struct hash_key a = hash_key_make(1), b = hash_key_make(2);
	unsigned same = 0;

	(void)state;
	for (uint64_t i = 0; i < 10000; i++) {
		uint64_t in[2] = {i, ~i};

		same += hash_16(&a, in, 0) == hash_16(&b, in, 0);
	}
	assert_int_equal(same, 0);
}

/* Consecutive addresses, as a scan or a client pool brings them, over 2^16 buckets: the fullest
 * bucket of random balls holds 8 or so, 16 once in 10^9 runs; more even than random is welcome. */
static void
neighbours_spread(void **state)
{
	enum { BUCKETS = 1 << 16 };
	uint8_t *load = calloc(BUCKETS, 1);
	struct hash_key key = hash_key_make(3);
	unsigned fullest = 0;

	(void)state;
	for (uint32_t i = 0; i < BUCKETS; i++) {
		uint32_t in[4] = {0, 0, 0xffff, i};
		uint64_t bucket = hash_16(&key, in, 0) % BUCKETS;

		load[bucket]++;
		fullest = load[bucket] > fullest ? load[bucket] : fullest;
	}
	free(load);
	assert_in_range(fullest, 1, 16);
}

static void
length_is_part_of_the_hash(void **state)
{
	static const uint8_t zeros[40];
	struct hash_key key = hash_key_make(5);

	(void)state;
	for (size_t a = 0; a < sizeof zeros; a++)
		for (size_t b = 0; b < a; b++)
			assert_true(hash_bytes(&key, zeros, a) != hash_bytes(&key, zeros, b));
}

static void
reads_no_byte_beyond(void **state)
{
	struct hash_key key = hash_key_make(5);

	(void)state;
	for (size_t size = 0; size < 40; size++) {
		uint8_t *exact = calloc(size + !size, 1); /* a sanitizer sees any byte beyond */
		uint64_t h = hash_bytes(&key, exact, size);

		if (size) {
			exact[size - 1] = 1;
			assert_true(h != hash_bytes(&key, exact, size));
		}
		free(exact);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(seed_makes_it_repeatable),
		cmocka_unit_test(every_input_bit_matters),
		cmocka_unit_test(key_changes_every_hash),
		cmocka_unit_test(neighbours_spread),
		cmocka_unit_test(length_is_part_of_the_hash),
		cmocka_unit_test(reads_no_byte_beyond),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
