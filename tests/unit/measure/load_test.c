/* All expected values are arithmetic on a 1 Gbit/s direction: 125 000 000 bytes a second is 1.0. */
#include "measure/load.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/clock.h"

#define SECOND_AT(ratio) ((uint64_t)(125000000.0 * (ratio)))
/* a midnight, UTC */
static const uint64_t midnight_us = 20000ull * 86400 * US_PER_S;

static struct load l;

static void
feed_seconds(uint64_t *now_us, unsigned seconds, double ratio)
{
	for (unsigned i = 0; i < seconds; i++, *now_us += US_PER_S)
		load_add(&l, *now_us, SECOND_AT(ratio), 0.4);
}

static void
nothing_is_known_before_a_whole_minute(void **state)
{
	uint64_t now = midnight_us + 30 * US_PER_S;

	(void)state;
	load_init(&l, 1000000000);
	feed_seconds(&now, 60, 0.9);
	assert_true(isnan(l.peak_1min));
	assert_true(isnan(l.p95_5min));
}

static void
peak_is_the_highest_whole_minute(void **state)
{
	uint64_t now = midnight_us;

	(void)state;
	load_init(&l, 1000000000);
	feed_seconds(&now, 60,
	             0.99); /* counted only from the next minute on: its start is not known */
	feed_seconds(&now, 60, 0.2);
	feed_seconds(&now, 60, 0.3);
	feed_seconds(&now, 60, 0.1);
	feed_seconds(&now, 1, 0);
	assert_float_equal(l.peak_1min, 0.3, 1e-6);
}

static void
percentile_is_nearest_rank_over_five_minute_means(void **state)
{
	uint64_t now = midnight_us - 60 * US_PER_S;

	(void)state;
	load_init(&l, 1000000000);
	feed_seconds(&now, 60, 0);
	for (int i = 1; i <= 20; i++) /* 0.01 … 0.20, rank 19 of 20 is the 95th percentile */
		feed_seconds(&now, 300, i / 100.0);
	feed_seconds(&now, 1, 0);
	assert_float_equal(l.p95_5min, 0.19, 1e-6);
	assert_int_equal(l.over_since_us, 0);
	assert_int_equal(load_days_over(&l), 0);
}

static void
crossing_has_its_time_and_days(void **state)
{
	uint64_t now = midnight_us - 60 * US_PER_S;

	(void)state;
	load_init(&l, 1000000000);
	feed_seconds(&now, 60, 0);
	feed_seconds(&now, 300, 0.39);
	feed_seconds(&now, 300, 0.41);
	feed_seconds(&now, 1, 0);
	assert_int_equal(l.over_since_us, midnight_us + 300 * US_PER_S);
	assert_int_equal(load_days_over(&l), 1);
	for (int day = 1; day <= 2; day++) {
		now = midnight_us + (uint64_t)day * 86400 * US_PER_S;
		feed_seconds(&now, 301, 0.5);
	}
	assert_int_equal(load_days_over(&l), 3);
	assert_int_equal(l.over_since_us, midnight_us + 300 * US_PER_S);
}

/* A month later the days have passed out of the window. */
static void
days_age_out(void **state)
{
	uint64_t now = midnight_us - 60 * US_PER_S;

	(void)state;
	load_init(&l, 1000000000);
	feed_seconds(&now, 60, 0);
	feed_seconds(&now, 301, 0.9);
	for (int hour = 1; hour <= 31 * 24; hour++) {
		now = midnight_us + (uint64_t)hour * 3600 * US_PER_S;
		feed_seconds(&now, 1, 0);
	}
	assert_int_equal(load_days_over(&l), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_known_before_a_whole_minute),
		cmocka_unit_test(peak_is_the_highest_whole_minute),
		cmocka_unit_test(percentile_is_nearest_rank_over_five_minute_means),
		cmocka_unit_test(crossing_has_its_time_and_days),
		cmocka_unit_test(days_age_out),
	};

	return cmocka_run_group_tests_name("load", tests, NULL, NULL);
}
