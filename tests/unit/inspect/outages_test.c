#include "inspect/outages.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/clock.h"

static void
newest_first_and_open_at_the_front(void **state)
{
	struct outages o = {0};
	char text[256];

	(void)state;
	outages_end(&o, 5 * NS_PER_US);
	outages_format(&o, text, sizeof text);
	assert_string_equal(text, "");
	outages_begin(&o, 10 * NS_PER_US);
	outages_begin(&o, 11 * NS_PER_US);
	outages_end(&o, 20 * NS_PER_US);
	outages_end(&o, 21 * NS_PER_US);
	outages_begin(&o, 30 * NS_PER_US);
	outages_format(&o, text, sizeof text);
	assert_string_equal(text, "30-0,10-20");
	outages_forget(&o);
	outages_forget(&o);
	outages_format(&o, text, sizeof text);
	assert_string_equal(text, "10-20");
}

/* Seven of today's, of 16 digits each: what the record has room for. */
static void
the_last_seven_fit_their_field(void **state)
{
	struct outages o = {0};
	char text[256];
	uint64_t now_us = 1768471200000000;

	(void)state;
	for (unsigned i = 0; i < 20; i++) {
		outages_begin(&o, (now_us + 2 * i) * NS_PER_US);
		outages_end(&o, (now_us + 2 * i + 1) * NS_PER_US);
	}
	outages_format(&o, text, sizeof text);
	assert_int_equal(o.count, OUTAGES_MAX);
	assert_string_equal(text, "1768471200000038-1768471200000039,"
	                          "1768471200000036-1768471200000037,"
	                          "1768471200000034-1768471200000035,"
	                          "1768471200000032-1768471200000033,"
	                          "1768471200000030-1768471200000031,"
	                          "1768471200000028-1768471200000029,"
	                          "1768471200000026-1768471200000027");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(newest_first_and_open_at_the_front),
		cmocka_unit_test(the_last_seven_fit_their_field),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
