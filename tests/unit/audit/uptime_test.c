/* Outages against intervals laid out by hand, in seconds of an hour. */
#include "unit/audit/scene.h"

#include "audit/uptime.h"

#define S SCENE_SECOND

/* Maintenance in [from, until) of each row; the end is a zero row. */
struct windows {
	uint64_t at[3][2];
};

static const char *
next_window(const void *context, uint64_t us, uint64_t *from, uint64_t *until)
{
	const struct windows *w = context;
	const char *id = NULL;

	for (unsigned i = 0; i < 3; i++) {
		uint64_t a = w->at[i][0] * S, b = w->at[i][1] * S;

		if (b <= us || (id && a >= *from))
			continue;
		*from = a;
		*until = b;
		id = "CHG-1";
	}
	return id;
}

static const struct {
	const char *what, *outages; /* seconds, to be read as us */
	struct windows maintenance;
	uint64_t listed, maintained;
	unsigned count, flaps;
	bool lasts;
} rows[] = {
	{"none", "", {{{0}}}, 0, 0, 0, 0, false},
	{"one", "100-160", {{{0}}}, 60, 0, 1, 1, false},
	{"one that lasts", "3500-0", {{{0}}}, 100, 0, 1, 1, true},
	{"two", "3000-3010,100-160", {{{0}}}, 70, 0, 2, 2, false},
	{"one that began before the window", "0-60", {{{0}}}, 50, 0, 1, 0, false},
	{"one after the window", "4000-4010", {{{0}}}, 0, 0, 0, 0, false},
	{"whole in maintenance", "100-160", {{{50, 200}}}, 0, 60, 0, 0, false},
	{"begins in maintenance", "100-160", {{{50, 130}}}, 30, 30, 1, 0, false},
	{"ends in maintenance", "100-160", {{{130, 200}}}, 30, 30, 1, 1, false},
	{"maintenance in its middle", "100-160", {{{110, 120}}}, 50, 10, 2, 1, false},
	{"two windows", "100-160", {{{90, 110}, {150, 170}}}, 40, 20, 1, 0, false},
	{"two windows that overlap", "100-160", {{{90, 130}, {120, 140}}}, 20, 40, 1, 0, false},
	{"maintenance elsewhere", "100-160", {{{200, 300}}}, 60, 0, 1, 1, false},
	{"rubbish ends the list", "100-160,x-7", {{{0}}}, 60, 0, 1, 1, false},
	{"no end", "100", {{{0}}}, 0, 0, 0, 0, false},
};

/* The list in us. */
static void
in_us(const char *seconds, char *to, size_t size)
{
	size_t used = 0;

	to[0] = '\0';
	while (*seconds && used < size) {
		size_t digits = strspn(seconds, "0123456789");

		used += (size_t)snprintf(to + used, size - used, "%.*s%s%.1s", (int)digits, seconds,
		                         digits && strtoull(seconds, NULL, 10) ? "000000" : "",
		                         seconds + digits);
		seconds += digits + (seconds[digits] != '\0');
	}
}

static void
outages_are_cut_to_window_and_maintenance(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct uptime u = {.up_us = 3000 * S, .covered_us = 3600 * S};
		char text[128];

		print_message("%s\n", rows[i].what);
		in_us(rows[i].outages, text, sizeof text);
		uptime_read(&u, text, 10 * S, 3600 * S, next_window, &rows[i].maintenance);
		assert_int_equal(uptime_listed_us(&u), rows[i].listed * S);
		assert_int_equal(u.maintained_us, rows[i].maintained * S);
		assert_int_equal(u.outage_count, rows[i].count);
		assert_int_equal(uptime_flaps(&u), rows[i].flaps);
		assert_int_equal(u.outage_count > 0 && u.outages[0].lasts, rows[i].lasts);
	}
}

/* What was counted as down and is not listed counts too; maintenance does not. */
static void
a_ratio_takes_the_worse_of_list_and_count(void **state)
{
	struct uptime u = {.up_us = 900 * S, .covered_us = 1000 * S};

	(void)state;
	assert_true(uptime_ratio(&u) == 0.9);
	u.maintained_us = 100 * S;
	assert_true(uptime_ratio(&u) == 1);
	u.maintained_us = 0;
	u.outages[u.outage_count++] = (struct outage){0, 200 * S, true, false};
	assert_true(uptime_ratio(&u) == 0.8);
	assert_true(isnan(uptime_ratio(&(struct uptime){0})));
}

static void
flaps_within_a_time(void **state)
{
	struct uptime u = {.outage_count = 3};
	static const uint64_t begins[] = {2000, 1400, 1000};

	(void)state;
	for (unsigned i = 0; i < 3; i++)
		u.outages[i] = (struct outage){begins[i] * S, (begins[i] + 1) * S, true, false};
	assert_int_equal(uptime_flaps_within(&u, 399 * S), 1);
	assert_int_equal(uptime_flaps_within(&u, 400 * S), 2);
	assert_int_equal(uptime_flaps_within(&u, 1000 * S), 3);
	u.outages[1].begun = false; /* in maintenance */
	assert_int_equal(uptime_flaps_within(&u, 600 * S), 1);
	assert_int_equal(uptime_flaps(&u), 2);
}

static void
several_are_laid_side_by_side(void **state)
{
	struct uptime a = {.covered_us = 1000 * S, .outage_count = 2};
	struct uptime b = {.covered_us = 900 * S, .outage_count = 1};
	const struct uptime *const both[] = {&a, &b};
	struct uptime any, all;

	(void)state;
	a.outages[0] = (struct outage){500 * S, 1000 * S, true, true};
	a.outages[1] = (struct outage){100 * S, 200 * S, true, false};
	b.outages[0] = (struct outage){150 * S, 550 * S, true, false};
	uptime_combine(&any, both, 2, 1);
	/* 100-550 and 500-1000 join */
	assert_int_equal(any.outage_count, 1);
	assert_int_equal(uptime_listed_us(&any), 900 * S);
	assert_true(any.outages[0].lasts);
	assert_int_equal(any.covered_us, 900 * S);
	uptime_combine(&all, both, 2, 2);
	/* 150-200, 500-550, newest first */
	assert_int_equal(all.outage_count, 2);
	assert_int_equal(all.outages[0].from_us, 500 * S);
	assert_int_equal(uptime_listed_us(&all), 100 * S);
	assert_int_equal(uptime_longest(&all)->until_us - uptime_longest(&all)->from_us, 50 * S);
	uptime_combine(&all, both, 0, 1);
	assert_int_equal(all.covered_us, 0);
	assert_null(uptime_longest(&all));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(outages_are_cut_to_window_and_maintenance),
		cmocka_unit_test(a_ratio_takes_the_worse_of_list_and_count),
		cmocka_unit_test(flaps_within_a_time),
		cmocka_unit_test(several_are_laid_side_by_side),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
