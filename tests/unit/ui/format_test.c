#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "ui/format.h"

static void
scaled_values(void **state)
{
	char buf[FORMAT_SIZE];
	static const struct {
		double v;
		const char *unit, *text;
	} cases[] = {
		{0, "bit/s", "0 bit/s"},
		{999, "", "999"},
		{1000, "", "1.00 k"},
		{12500000000.0, "bit/s", "12.5 Gbit/s"},
		{99999999.0, "bit/s", "100 Mbit/s"},
		{999999, "B", "1.00 MB"},
		{1.5, "", "1.50"},
		{NAN, "bit/s", "-"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		assert_string_equal(format_scaled(cases[i].v, cases[i].unit, buf), cases[i].text);
}

static void
ratios_keep_small_ones_visible(void **state)
{
	char buf[FORMAT_SIZE];

	(void)state;
	assert_string_equal(format_ratio(0, buf), "0 %");
	assert_string_equal(format_ratio(1, buf), "100 %");
	assert_string_equal(format_ratio(0.9995, buf), "99.95 %");
	assert_string_equal(format_ratio(0.00001, buf), "0.0010 %");
	assert_string_equal(format_ratio(NAN, buf), "-");
}

static void
durations(void **state)
{
	char buf[FORMAT_SIZE];

	(void)state;
	assert_string_equal(format_duration(850, buf), "850 us");
	assert_string_equal(format_duration(12500, buf), "12.5 ms");
	assert_string_equal(format_duration(999499, buf), "999 ms");
	assert_string_equal(format_duration(999700, buf), "1 s");
	assert_string_equal(format_duration(250000000, buf), "4 min 10 s");
	assert_string_equal(format_duration(2 * 3600000000ull + 300000000, buf), "2 h 05 min");
	assert_string_equal(format_duration(100 * 3600000000ull, buf), "4 d 04 h");
	assert_string_equal(format_duration(24 * 3600000000ull, buf), "1 d");
}

static void
counts_are_grouped(void **state)
{
	char buf[FORMAT_SIZE];

	(void)state;
	assert_string_equal(format_count(0, buf), "0");
	assert_string_equal(format_count(999, buf), "999");
	assert_string_equal(format_count(1234567, buf), "1 234 567");
	assert_string_equal(format_count(UINT64_MAX, buf), "18 446 744 073 709 551 615");
}

static void
clean(const char *from, const char *to)
{
	struct text t = {0};

	format_clean(&t, from);
	assert_string_equal(t.at ? t.at : "", to);
	text_fini(&t);
}

/* RFC 3629: overlong forms, surrogates and lone continuation bytes are no characters */
static void
wire_text_can_not_reach_the_terminal(void **state)
{
	(void)state;
	clean("sbc1.voice.example", "sbc1.voice.example");
	clean("\033[31mred", "\\x1b[31mred");
	clean("\xc3\xa9t\xc3\xa9", "\xc3\xa9t\xc3\xa9");
	clean("\xc0\xaf", "\\xc0\\xaf");
	clean("\xed\xa0\x80", "\\xed\\xa0\\x80");
	clean("\xc2\x9b"
	      "31m",
	      "\\xc2\\x9b31m");
	clean("\xe2\x82", "\\xe2\\x82");
	clean("\xf0\x9f\x98\x80", "\xf0\x9f\x98\x80");
	clean("\xf4\x8f\xbf\xbf", "\xf4\x8f\xbf\xbf");
	clean("\xf0\x8f\xbf\xbf", "\\xf0\\x8f\\xbf\\xbf");
	clean("\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80");
	assert_int_equal(format_width("\xc3\xa9t\xc3\xa9"), 3);
}

static void
lines_break_at_spaces(void **state)
{
	(void)state;
	assert_int_equal(format_break("", 5), 0);
	assert_int_equal(format_break("one two", 7), 7);
	assert_int_equal(format_break("one two", 6), 3);
	assert_int_equal(format_break("one two", 3), 3);
	assert_int_equal(format_break("one two three", 8), 7);
	assert_int_equal(format_break("onetwo", 3), 3);
	/* by code points, and never within one */
	assert_int_equal(format_break("\xe2\x80\xa6\xe2\x80\xa6 x", 2), 6);
	assert_int_equal(format_break("\xe2\x80\xa6\xe2\x80\xa6x", 1), 3);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(scaled_values),
		cmocka_unit_test(ratios_keep_small_ones_visible),
		cmocka_unit_test(durations),
		cmocka_unit_test(counts_are_grouped),
		cmocka_unit_test(wire_text_can_not_reach_the_terminal),
		cmocka_unit_test(lines_break_at_spaces),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
