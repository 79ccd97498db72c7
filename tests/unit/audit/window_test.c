/* Counts of a day, against sums made by hand. */
#include "unit/audit/scene.h"

#include "audit/window.h"

#define HOUR (3600 * SCENE_SECOND)
#define DAY (24 * HOUR)
/* a multiple of the bucket of 4 h, so that a test sees where buckets end */
#define BEGIN (UINT64_C(100000) * 4 * HOUR)

static uint64_t
flows_of(struct window *w, uint64_t boot, uint64_t at, uint64_t total, uint64_t *from)
{
	struct rec_head head = {.boot_us = boot, .started_us = boot};
	struct input_class c = {.flows = total, .first_us = boot, .last_us = at};
	uint64_t begin = window_apply(w, "p|subnet:x:class:tls", &head, at, &c);

	if (from)
		*from = begin;
	return c.flows;
}

static void
totals_count_whole_at_first(void **state)
{
	struct window *w = window_create(DAY);
	uint64_t from;

	(void)state;
	/* control starts after the probe ran for ten days: says so */
	assert_int_equal(flows_of(w, BEGIN - 10 * DAY, BEGIN, 5000, &from), 5000);
	assert_int_equal(from, BEGIN - 10 * DAY);
	window_destroy(w);
}

static void
old_counts_age_out(void **state)
{
	struct window *w = window_create(DAY);
	uint64_t from;

	(void)state;
	flows_of(w, BEGIN, BEGIN, 100, NULL);
	assert_int_equal(flows_of(w, BEGIN, BEGIN + 1 * HOUR, 150, NULL), 150);
	assert_int_equal(flows_of(w, BEGIN, BEGIN + 5 * HOUR, 170, NULL), 170);
	assert_int_equal(flows_of(w, BEGIN, BEGIN + 28 * HOUR - 1, 170, NULL), 170);
	/* the bucket of the first four hours (150 flows) is gone */
	assert_int_equal(flows_of(w, BEGIN, BEGIN + 28 * HOUR, 175, &from), 25);
	assert_int_equal(from, BEGIN + 4 * HOUR);
	assert_int_equal(flows_of(w, BEGIN, BEGIN + 28 * HOUR, 175, NULL), 25);
	/* long silence empties all */
	assert_int_equal(flows_of(w, BEGIN, BEGIN + 90 * DAY, 175, NULL), 0);
	window_destroy(w);
}

static void
a_new_boot_adds_to_the_old(void **state)
{
	struct window *w = window_create(DAY);

	(void)state;
	flows_of(w, BEGIN, BEGIN + HOUR, 100, NULL);
	assert_int_equal(flows_of(w, BEGIN + 2 * HOUR, BEGIN + 3 * HOUR, 40, NULL), 140);
	assert_int_equal(flows_of(w, BEGIN + 2 * HOUR, BEGIN + 3 * HOUR, 45, NULL), 145);
	/* also when it has counted further than the old one */
	assert_int_equal(flows_of(w, BEGIN + 4 * HOUR, BEGIN + 5 * HOUR, 60, NULL), 205);
	window_destroy(w);
}

static void
share_of_voided_time(void **state)
{
	struct window *w = window_create(DAY);

	(void)state;
	for (uint64_t s = 1; s <= 9; s++)
		window_voided(w, "a", BEGIN + s * SCENE_SECOND, SCENE_SECOND, false);
	/* one of ten seconds; said twice it counts once */
	assert_true(window_voided(w, "a", BEGIN + 10 * SCENE_SECOND, SCENE_SECOND, true) == 0.1);
	assert_true(window_voided(w, "a", BEGIN + 10 * SCENE_SECOND, SCENE_SECOND, true) == 0.1);
	assert_true(window_voided(w, "a", BEGIN + 2 * DAY, SCENE_SECOND, false) == 0);
	window_destroy(w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(totals_count_whole_at_first),
		cmocka_unit_test(old_counts_age_out),
		cmocka_unit_test(a_new_boot_adds_to_the_old),
		cmocka_unit_test(share_of_voided_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
