/* Instants against RFC 3339's own examples and against `date -u -d @N`. */
#include "base/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static void
parses_rfc3339(void **state)
{
	static const struct {
		const char *text;
		uint64_t us;
	} vectors[] = {
		{"1970-01-01T00:00:00Z", 0},
		/* RFC 3339 section 5.8; seconds from `date -u -d TEXT +%s` */
		{"1985-04-12T23:20:50.52Z", 482196050520000},
		{"1996-12-19T16:39:57-08:00", 851042397000000},
		{"1996-12-20T00:39:57Z", 851042397000000},
		{"1937-01-01T12:00:27.87+00:20", 0}, /* before the epoch: refused, see below */
		{"2000-02-29T00:00:00Z", 951782400000000},
		{"2026-11-22T10:00:00.123456Z", 1795341600123456},
		{"2026-11-22T10:00:00.1234567Z", 1795341600123456}, /* finer than we hold: cut */
		{"2026-11-22T15:30:00+05:30", 1795341600000000},
		{"1795341600.25", 1795341600250000},
		{"0", 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof vectors / sizeof vectors[0]; i++) {
		bool early = strncmp(vectors[i].text, "1937", 4) == 0;
		uint64_t us = 0;

		assert_int_equal(clock_parse_us(vectors[i].text, &us), !early);
		assert_true(us == vectors[i].us);
	}
}

static void
refuses_what_is_no_time(void **state)
{
	static const char *const bad[] = {
		"",
		"now",
		"2026-11-22",
		"2026-11-22T10:00:00", /* no zone: whose ten o'clock? */
		"2026-13-22T10:00:00Z",
		"2026-11-22T25:00:00Z",
		"2026-11-22T10:00:00+24:00",
		"2026-11-22T10:00:00ZZ",
		"2026-11-22T10:00:00+1",
		"-5",
		"12x",
	};
	uint64_t us;

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		if (clock_parse_us(bad[i], &us))
			fail_msg("\"%s\" was taken for a time", bad[i]);
}

static void
formats_utc(void **state)
{
	char buf[CLOCK_TEXT_SIZE];

	(void)state;
	assert_string_equal(clock_format_us(482196050520000, 0, buf), "1985-04-12T23:20:50Z");
	assert_string_equal(clock_format_us(482196050520000, 3, buf), "1985-04-12T23:20:50.520Z");
	assert_string_equal(clock_format_us(482196050000007, 6, buf),
	                    "1985-04-12T23:20:50.000007Z");
	assert_string_equal(clock_format_us(0, 6, buf), "1970-01-01T00:00:00.000000Z");
}

static void
any_instant_fits_the_buffer(void **state)
{
	char buf[CLOCK_TEXT_SIZE];

	(void)state;
	for (int bit = 0; bit < 64; bit++)
		assert_true(strlen(clock_format_us(1ull << bit, 6, buf)) < sizeof buf);
	assert_true(strlen(clock_format_us(UINT64_MAX, 6, buf)) < sizeof buf);
}

static void
format_and_parse_agree(void **state)
{
	char buf[CLOCK_TEXT_SIZE];
	uint64_t back;

	(void)state;
	/* over a leap day and a year's end, in odd steps */
	for (uint64_t us = 1709000000000001; us < 1740000000000000; us += 98765432101) {
		assert_true(clock_parse_us(clock_format_us(us, 6, buf), &back));
		assert_true(back == us);
	}
}

static void
formats_in_a_zone(void **state)
{
	char buf[CLOCK_TEXT_SIZE];

	(void)state;
	if (!clock_zone_exists("Europe/Amsterdam")) {
		print_message("skipped: no time zone database\n");
		return;
	}
	/* summer time ended 2026-10-25T01:00:00Z */
	assert_string_equal(clock_format_zone(1792888200000000, 0, "Europe/Amsterdam", buf),
	                    "2026-10-25T02:30:00+02:00");
	assert_string_equal(clock_format_zone(1792891800000000, 0, "Europe/Amsterdam", buf),
	                    "2026-10-25T02:30:00+01:00");
	assert_string_equal(clock_format_zone(0, 0, "America/St_Johns", buf),
	                    "1969-12-31T20:30:00-03:30");
	assert_string_equal(clock_format_zone(0, 0, "UTC", buf), "1970-01-01T00:00:00Z");
	assert_string_equal(clock_format_zone(0, 0, NULL, buf), "1970-01-01T00:00:00Z");
}

static void
zones_exist_or_not(void **state)
{
	static const char *const bad[] = {"",
	                                  "Europe/Atlantis",
	                                  "../passwd",
	                                  "/etc/passwd",
	                                  "Europe/../../../../etc/passwd",
	                                  "Europe",
	                                  "."};

	(void)state;
	assert_true(clock_zone_exists("UTC"));
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		if (clock_zone_exists(bad[i]))
			fail_msg("\"%s\" was taken for a time zone", bad[i]);
}

static void
clocks_go_forward(void **state)
{
	uint64_t a = clock_monotonic_ns(), b = clock_monotonic_ns();

	(void)state;
	assert_true(b >= a);
	/* any machine that builds this stands after 2020 */
	assert_true(clock_utc_us() > 1577836800000000);
	assert_true(clock_utc_ns() / 1000 >= clock_utc_us() - 1000000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parses_rfc3339),
		cmocka_unit_test(refuses_what_is_no_time),
		cmocka_unit_test(formats_utc),
		cmocka_unit_test(any_instant_fits_the_buffer),
		cmocka_unit_test(format_and_parse_agree),
		cmocka_unit_test(formats_in_a_zone),
		cmocka_unit_test(zones_exist_or_not),
		cmocka_unit_test(clocks_go_forward),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
