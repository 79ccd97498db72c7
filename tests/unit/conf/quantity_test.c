#include "conf/quantity.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void
text_both_ways(void **state)
{
	static const struct {
		const char *text, *unit;
		double value;
		const char *shortest; /* NULL: as `text` */
	} vectors[] = {
		{"200G", "bps", 200e9, NULL},
		{"1e300", "bps", 1e300, "1e+300"}, /* no 300 digits */
		{"1.5M", "bps", 1.5e6, "1500k"},
		{"10000000000", "bps", 1e10, "10G"},
		{"1K", "bps", 1000, "1k"},
		{"1T", "bps", 1e12, NULL},
		{"999", "bps", 999, NULL},
		{"2G", "bytes", 2147483648, NULL},
		{"1.5K", "bytes", 1536, "1536"},
		{"1024K", "bytes", 1048576, "1M"},
		{"24h", "s", 86400, "1d"},
		{"36h", "s", 129600, NULL},
		{"90d", "s", 7776000, NULL},
		{"90s", "s", 90, NULL},
		{"60s", "s", 60, "1m"},
		{"0", "s", 0, NULL},
		{"24h", "us", 86400e6, "1d"},
		{"1.5ms", "us", 1500, "1500us"},
		{"30ms", "us", 30e3, NULL},
		{"15m", "us", 900e6, NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof vectors / sizeof vectors[0]; i++) {
		char buf[QUANTITY_TEXT_SIZE];
		double value;

		assert_true(quantity_parse(vectors[i].text, vectors[i].unit, &value));
		assert_true(value == vectors[i].value);
		quantity_format(value, vectors[i].unit, buf);
		assert_string_equal(buf,
		                    vectors[i].shortest ? vectors[i].shortest : vectors[i].text);
	}
}

static void
refuses(void **state)
{
	static const struct {
		const char *text, *unit;
	} bad[] = {
		{"", "bps"},     {"G", "bps"},     {"-1G", "bps"},   {"+1G", "bps"},
		{" 1G", "bps"},  {"1 G", "bps"},   {"1Gb", "bps"},   {"1g", "bps"},
		{"0x10", "bps"}, {"inf", "bps"},   {"nan", "bps"},   {"1h", "bps"},
		{"1G", "s"},     {"1ms", "s"},     {"1e999", "bps"}, {"5", "packets"},
		{"5", ""},       {"1.2.3", "bps"},
	};
	double value;

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		if (quantity_parse(bad[i].text, bad[i].unit, &value))
			fail_msg("\"%s\" was taken for %s", bad[i].text, bad[i].unit);
	assert_false(quantity_parse("5", NULL, &value));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_both_ways),
		cmocka_unit_test(refuses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
