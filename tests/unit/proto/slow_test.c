#include "proto/slow.h"
#include "unit/proto/exact.h"

static void
test_subtypes(void **state)
{
	struct slow slow;
	size_t left;

	(void)state;
	EXPECT_DECODE(slow_decode, "01 01 01 14", &slow, REASON_OK, &left);
	assert_int_equal(slow.subtype, SLOW_LACP);
	assert_int_equal(slow.version, 1);
	EXPECT_DECODE(slow_decode, "02 01", &slow, REASON_OK, &left);
	assert_int_equal(slow.subtype, SLOW_MARKER);
}

static void
test_truncations(void **state)
{
	struct slow slow;

	(void)state;
	EXPECT_TRUNCATIONS(slow_decode, "01 01 01", &slow, 2, REASON_SLOW_SHORT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_subtypes),
		cmocka_unit_test(test_truncations),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
