#include "proto/reason.h"
#include "unit/proto/exact.h"

/* Names go to Redis and JSON: present, different from each other, of [a-z0-9_] only. */
static void
test_names(void **state)
{
	(void)state;
	for (int i = 0; i < REASON_COUNT; i++) {
		const char *name = reason_name(i);

		assert_true(strlen(name) > 0 && strlen(reason_help(i)) > 0);
		assert_int_equal(strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_"),
		                 strlen(name));
		for (int j = 0; j < i; j++)
			assert_string_not_equal(name, reason_name(j));
	}
}

static void
test_out_of_range(void **state)
{
	(void)state;
	assert_string_equal(reason_name(REASON_COUNT), "unknown");
	assert_string_equal(reason_help(REASON_COUNT), "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_out_of_range),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
