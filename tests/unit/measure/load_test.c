/* All expected values are arithmetic on a 1 Gbit/s direction: 125 000 000 bytes a second is 1.0. */
#include "measure/load.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/clock.h"
#include "unit/near.h"

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
	assert_near(l.peak_1min, 0.3, 1e-6);
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
	assert_near(l.p95_5min, 0.19, 1e-6);
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

/* ---- against a list of all minutes ----------------------------------------------------------- */

enum { DAY = 24 * 60, DAYS = 34, LIST = DAYS * DAY };

/* Share of minute `m` since midnight: at random, on every third day from the first on high. */
static double
share_of(unsigned m)
{
	const uint32_t chance = (m * 2654435761u ^ m / 7 * 40503u) >> 8;

	return (m / DAY % 3 == 0 ? 0.3 : 0) + chance % 4096 / 4096.0 * 0.3;
}

static int
by_size(const void *a, const void *b)
{
	const double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

/* The figures at the beginning of minute `now`; minute 0 was not seen from its start. */
static void
assert_as_listed(unsigned now)
{
	const unsigned from = now > DAY + 1 ? now - DAY : 1;
	double means[DAY / 5], peak = 0;
	unsigned count = 0, over_days = 0, since = 0;

	for (unsigned m = from; m < now; m++)
		peak = fmax(peak, share_of(m));
	for (unsigned end = 10; end <= now; end += 5) {
		double sum = 0;

		for (unsigned m = end - 5; m < end; m++)
			sum += share_of(m);
		if (end - 5 >= from)
			means[count++] = sum / 5;
		if (sum / 5 < 0.4)
			continue;
		since = since ? since : end - 5;
		if (now / DAY - (end - 1) / DAY < 30)
			over_days |= 1u << (end - 1) / DAY % 32;
	}
	assert_near(l.peak_1min, peak, 1e-6);
	qsort(means, count, sizeof *means, by_size);
	if (count)
		assert_near(l.p95_5min, means[(95 * count + 99) / 100 - 1], 1e-6);
	else
		assert_true(isnan(l.p95_5min));
	assert_int_equal(l.over_since_us, since ? midnight_us + since * 60 * US_PER_S : 0);
	assert_int_equal(load_days_over(&l), __builtin_popcount(over_days));
}

static void
a_month_is_as_listed(void **state)
{
	(void)state;
	load_init(&l, 1000000000);
	for (unsigned m = 0; m < LIST; m++) {
		load_add(&l, midnight_us + m * 60 * US_PER_S, 60 * SECOND_AT(share_of(m)), 0.4);
		if (m > 1 && (m < 60 || m % 89 == 0 || m % DAY < 8))
			assert_as_listed(m);
	}
}

/* A mean at the limit is over it; without a limit none is, and without a capacity nothing is. */
static void
limits_are_reached(void **state)
{
	static const struct {
		uint64_t capacity_bps;
		double limit;
		unsigned days;
	} rows[] = {{1000000000, 0.5, 1}, {1000000000, 0.5001, 0}, {1000000000, 0, 0}, {0, 0.5, 0}};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		load_init(&l, rows[i].capacity_bps);
		for (unsigned m = 0; m <= 10; m++)
			load_add(&l, midnight_us + m * 60 * US_PER_S, 60 * SECOND_AT(0.5),
			         rows[i].limit);
		assert_int_equal(load_days_over(&l), rows[i].days);
		assert_near(l.peak_1min, rows[i].capacity_bps ? 0.5 : 0, 1e-6);
	}
}

/* Nothing for more than a day: what was before is not of the last day any more. */
static void
a_day_of_nothing_begins_anew(void **state)
{
	(void)state;
	for (unsigned more = 0; more < 2; more++) {
		load_init(&l, 1000000000);
		for (unsigned m = 0; m <= 10; m++)
			load_add(&l, midnight_us + m * 60 * US_PER_S, 60 * SECOND_AT(0.5), 0.4);
		assert_near(l.p95_5min, 0.5, 1e-6);
		load_add(&l, midnight_us + (10ull + DAY + more) * 60 * US_PER_S, 1, 0.4);
		assert_int_equal(isnan(l.p95_5min), more);
		assert_int_equal(load_days_over(&l), !more);
	}
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
		cmocka_unit_test(a_month_is_as_listed),
		cmocka_unit_test(limits_are_reached),
		cmocka_unit_test(a_day_of_nothing_begins_anew),
	};

	return cmocka_run_group_tests_name("load", tests, NULL, NULL);
}
