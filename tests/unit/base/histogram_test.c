/* Against arithmetic: bounds of buckets, quantiles of a sorted array, merging as adding. */
#include "base/histogram.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { SAMPLES = 20000 };

static const uint64_t us = 1000, second = 1000000000;

static void
buckets_are_narrow_and_without_gaps(void **state)
{
	(void)state;
	for (unsigned b = 1; b + 1 < HISTOGRAM_BUCKETS; b++) {
		uint64_t lower = histogram_lower(b), upper = histogram_lower(b + 1);

		assert_int_equal(histogram_bucket(lower), b);
		assert_int_equal(histogram_bucket(upper - 1), b);
		/* a resolution of 3 % was asked for, 1/64 is what there is */
		assert_true((double)(upper - lower) <= (double)lower * 0.03);
	}
}

static void
range_is_a_microsecond_to_a_minute(void **state)
{
	(void)state;
	assert_true(histogram_bucket(us) > 0);
	assert_true(histogram_bucket(60 * second) < HISTOGRAM_BUCKETS - 1);
	assert_int_equal(histogram_bucket(0), 0);
	assert_int_equal(histogram_bucket(UINT64_MAX), HISTOGRAM_BUCKETS - 1);
	assert_int_equal(histogram_lower(histogram_bucket(1 << HISTOGRAM_FIRST_OCTAVE)),
	                 1 << HISTOGRAM_FIRST_OCTAVE);
}

static int
ascending(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

/* Log-uniform over the whole range: every octave gets its share. */
static void
fill(uint64_t *samples, struct histogram *h, unsigned count)
{
	uint64_t x = 88172645463325252ull;

	for (unsigned i = 0; i < count; i++) {
		x ^= x << 13, x ^= x >> 7, x ^= x << 17; /* xorshift64 */
		samples[i] = (1ull << (10 + x % 25)) + (x >> 20) % (1ull << (10 + x % 25));
		histogram_add(h, samples[i]);
	}
}

static void
quantiles_are_those_of_the_sorted_samples(void **state)
{
	static const double shares[] = {0, 0.001, 0.25, 0.5, 0.9, 0.95, 0.99, 0.9999, 1};
	static uint64_t samples[SAMPLES];
	struct histogram *h = calloc(1, sizeof *h);

	(void)state;
	fill(samples, h, SAMPLES);
	qsort(samples, SAMPLES, sizeof *samples, ascending);
	for (size_t i = 0; i < sizeof shares / sizeof *shares; i++) {
		double wanted = shares[i] * SAMPLES;
		unsigned rank = (unsigned)wanted + ((unsigned)wanted < wanted);
		double truth = (double)samples[rank ? rank - 1 : 0];
		double ours = (double)histogram_quantile(h, shares[i]);

		assert_true(ours >= truth * (1 - 0.008) && ours <= truth * (1 + 0.008));
	}
	assert_int_equal(h->count, SAMPLES);
	assert_int_equal(histogram_quantile(h, 0), samples[0]);
	assert_int_equal(histogram_quantile(h, 1), samples[SAMPLES - 1]);
	free(h);
}

static void
merging_is_adding(void **state)
{
	static uint64_t samples[SAMPLES];
	struct histogram *whole = calloc(1, sizeof *whole), *half[2];

	(void)state;
	half[0] = calloc(1, sizeof **half);
	half[1] = calloc(1, sizeof **half);
	fill(samples, whole, SAMPLES);
	for (unsigned i = 0; i < SAMPLES; i++)
		histogram_add(half[i % 3 == 0], samples[i]);
	histogram_merge(half[0], half[1]);
	assert_memory_equal(half[0], whole, sizeof *whole);
	free(whole);
	free(half[0]);
	free(half[1]);
}

static void
empty_and_single(void **state)
{
	struct histogram *h = calloc(1, sizeof *h), *none = calloc(1, sizeof *none);

	(void)state;
	assert_int_equal(histogram_quantile(h, 0.5), 0);
	histogram_add(h, 1234567);
	histogram_merge(h, none);
	histogram_merge(none, h);
	assert_memory_equal(h, none, sizeof *h);
	for (int percent = 0; percent <= 100; percent++)
		assert_int_equal(histogram_quantile(h, percent / 100.0), 1234567);
	free(h);
	free(none);
}

static void
full_buckets_stay_full(void **state)
{
	struct histogram *h = calloc(1, sizeof *h), *more = calloc(1, sizeof *more);
	unsigned bucket = histogram_bucket(us);

	(void)state;
	histogram_add(h, us);
	h->buckets[bucket] = UINT32_MAX;
	histogram_add(h, us);
	assert_int_equal(h->buckets[bucket], UINT32_MAX);
	histogram_add(more, us);
	histogram_merge(h, more);
	assert_int_equal(h->buckets[bucket], UINT32_MAX);
	assert_int_equal(h->count, 3);
	free(h);
	free(more);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(buckets_are_narrow_and_without_gaps),
		cmocka_unit_test(range_is_a_microsecond_to_a_minute),
		cmocka_unit_test(quantiles_are_those_of_the_sorted_samples),
		cmocka_unit_test(merging_is_adding),
		cmocka_unit_test(empty_and_single),
		cmocka_unit_test(full_buckets_stay_full),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
