#include "inspect/tokens.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "unit/near.h"

static void
lists_are_sorted_and_have_each_text_once(void **state)
{
	struct token_list l = {0};
	char text[64];

	(void)state;
	assert_true(token_add(&l, "r2"));
	assert_true(token_add(&l, "r10"));
	assert_true(token_add(&l, "r1"));
	assert_true(token_add(&l, "r2"));
	assert_false(token_add(&l, ""));
	token_join(&l, text, sizeof text);
	assert_string_equal(text, "r1,r10,r2");
	token_add_mac(&l, (const uint8_t[]){2, 0, 0, 0, 0, 0xab});
	token_join(&l, text, sizeof text);
	assert_string_equal(text, "02:00:00:00:00:ab,r1,r10,r2");
	/* room for "02:00:00:00:00:ab" and its NUL, then for two shorter ones */
	token_join(&l, text, 18);
	assert_string_equal(text, "02:00:00:00:00:ab");
	token_join(&l, text, 7);
	assert_string_equal(text, "r1,r10");
}

static void
a_liars_names_do_not_grow(void **state)
{
	struct token_list l = {0};
	char long_name[200], text[32];

	(void)state;
	for (int i = 0; i < 1000; i++) {
		snprintf(text, sizeof text, "name-%d", i);
		token_add(&l, text);
	}
	assert_int_equal(l.count, TOKEN_MAX);
	assert_int_equal(l.beyond, 1000 - TOKEN_MAX);
	l = (struct token_list){0};
	memset(long_name, 'x', sizeof long_name);
	long_name[sizeof long_name - 1] = '\0';
	assert_true(token_add(&l, long_name));
	assert_true(token_add(&l, long_name));
	assert_int_equal(l.count, 1);
	assert_int_equal(strlen(l.at[0]), TOKEN_SIZE - 1);
}

/* A router that counts milliseconds since it started, 20 days ago, over the wrap at 2^32 ms. */
static void
a_clock_of_milliseconds_tells_its_start(void **state)
{
	const uint64_t start_s = 1768471200, now_s = start_s + 4294960; /* 7.3 s before the wrap */
	struct token_clock c = {0};
	double hz, offset_s, error_s;

	(void)state;
	for (uint64_t ms = 0; ms <= 20000; ms += 500) {
		uint64_t since_start_ms = (now_s - start_s) * 1000 + ms;

		assert_int_equal(token_clock_read(&c, &hz, &offset_s, &error_s), ms > 10000);
		token_clock_add(&c, 1, now_s * NS_PER_S + ms * NS_PER_MS, (uint32_t)since_start_ms);
	}
	assert_true(token_clock_read(&c, &hz, &offset_s, &error_s));
	assert_near(hz, 1000, 1e-6);
	/* the counter wrapped: its zero is 2^32 ms later than the start */
	assert_near(offset_s, (double)start_s + 4294967.296, 0.0015);
	assert_near(error_s, 0.001, 1e-6);
}

static void
old_stamps_and_other_connections_change_nothing(void **state)
{
	struct token_clock c = {0};
	double hz, offset_s, error_s;

	(void)state;
	for (uint64_t s = 0; s <= 20; s++) {
		token_clock_add(&c, 1, (1000 + s) * NS_PER_S, (uint32_t)(100 * s));
		token_clock_add(&c, 2, (1000 + s) * NS_PER_S + 1, 777);
		token_clock_add(&c, 1, (1000 + s) * NS_PER_S + 2, (uint32_t)(100 * s) - 50);
	}
	assert_true(token_clock_read(&c, &hz, &offset_s, &error_s));
	assert_near(hz, 100, 1e-6);
	assert_near(offset_s, 1000, 0.011);
	/* the old one is silent for a minute: the other takes over */
	token_clock_add(&c, 2, 1080 * NS_PER_S, 778);
	assert_false(token_clock_read(&c, &hz, &offset_s, &error_s));
	assert_int_equal(c.connection, 2);
}

/* Noise is no clock: a rate that no stack has (RFC 7323 5.4: at most 1 a ms; faster ones are lies).
 */
static void
random_stamps_are_no_clock(void **state)
{
	struct token_clock c = {0};
	double hz, offset_s, error_s;
	uint32_t ts = 1;

	(void)state;
	for (uint64_t s = 0; s <= 100; s++) {
		ts = ts * 1664525u + 1013904223u; /* Numerical Recipes' generator */
		token_clock_add(&c, 1, (1000 + s) * NS_PER_S, ts);
	}
	assert_false(token_clock_read(&c, &hz, &offset_s, &error_s));
}

static void
outages_of_one_moment_are_one(void **state)
{
	struct tokens t = {0};

	(void)state;
	tokens_outage(&t, 1000000);
	tokens_outage(&t, 1900000);
	tokens_outage(&t, 2100000);
	assert_int_equal(t.outage_count, 2);
	for (uint64_t i = 0; i < 20; i++)
		tokens_outage(&t, (10 + 2 * i) * US_PER_S);
	assert_int_equal(t.outage_count, TOKEN_OUTAGES);
	assert_true(t.outages_us[TOKEN_OUTAGES - 1] == 48 * US_PER_S);
	assert_true(t.outages_us[0] == 34 * US_PER_S);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lists_are_sorted_and_have_each_text_once),
		cmocka_unit_test(a_liars_names_do_not_grow),
		cmocka_unit_test(a_clock_of_milliseconds_tells_its_start),
		cmocka_unit_test(old_stamps_and_other_connections_change_nothing),
		cmocka_unit_test(random_stamps_are_no_clock),
		cmocka_unit_test(outages_of_one_moment_are_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
