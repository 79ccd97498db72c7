#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/slice.h"

static struct slice
of(const char *text)
{
	return (struct slice){.at = text, .size = (uint32_t)strlen(text)};
}

static void
test_words(void **state)
{
	struct slice s = of("  one\ttwo \r\n three");

	(void)state;
	assert_true(slice_equal(slice_word(&s), "one"));
	assert_true(slice_equal(slice_word(&s), "two"));
	assert_true(slice_equal(slice_word(&s), "three"));
	assert_int_equal(slice_word(&s).size, 0);
	assert_true(slice_equal(slice_trim(of(" \t a b \r\n")), "a b"));
	assert_int_equal(slice_trim(of(" \t ")).size, 0);
}

static void
test_until(void **state)
{
	struct slice s = of("a:b:"), empty = {0};

	(void)state;
	assert_true(slice_equal(slice_until(&s, ':'), "a"));
	assert_true(slice_equal(slice_until(&s, ':'), "b"));
	assert_int_equal(s.size, 0);
	assert_int_equal(slice_until(&s, ':').size, 0);
	assert_int_equal(slice_until(&empty, ':').size, 0);
	assert_null(empty.at);
}

static void
test_compare(void **state)
{
	(void)state;
	assert_true(slice_equal_nocase(of("Call-ID"), "CALL-id"));
	assert_false(slice_equal(of("Call-ID"), "CALL-id"));
	assert_false(slice_equal(of("Call-I"), "Call-ID"));
	assert_false(slice_equal((struct slice){0}, ""));
}

static void
test_numbers(void **state)
{
	uint32_t value = 7;

	(void)state;
	assert_true(slice_u32(of("4294967295"), &value));
	assert_int_equal(value, UINT32_MAX);
	assert_true(slice_u32(of("0009"), &value));
	assert_int_equal(value, 9);
	assert_false(slice_u32(of("4294967296"), &value));
	assert_false(slice_u32(of("00000000001"), &value));
	assert_false(slice_u32(of("-1"), &value));
	assert_false(slice_u32(of("1 "), &value));
	assert_false(slice_u32(of(""), &value));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_until),
		cmocka_unit_test(test_compare),
		cmocka_unit_test(test_numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
