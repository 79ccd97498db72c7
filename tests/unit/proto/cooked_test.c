#include "proto/cooked.h"
#include "unit/proto/exact.h"

#define V1 "0000 0001 0006 0200000000aa0000 "
#define V2_TAIL " 0000 00000003 0001 00 06 0200000000aa0000 "

static void
test_decode(void **state)
{
	struct cooked cooked;
	size_t left;

	(void)state;
	EXPECT_DECODE(cooked_decode, V1 "0800 45", &cooked, REASON_OK, &left);
	assert_int_equal(cooked.type, 0x0800);
	assert_false(cooked.llc);
	assert_int_equal(left, 1);
	EXPECT_DECODE(cooked_decode, V1 "0004 4242", &cooked, REASON_OK, &left);
	assert_true(cooked.llc);
	EXPECT_DECODE(cooked2_decode, "86dd" V2_TAIL "60", &cooked, REASON_OK, &left);
	assert_int_equal(cooked.type, 0x86dd);
	assert_int_equal(left, 1);
}

static void
test_truncations(void **state)
{
	struct cooked cooked;

	(void)state;
	EXPECT_TRUNCATIONS(cooked_decode, V1 "0800 45", &cooked, 16, REASON_ETH_SHORT);
	EXPECT_TRUNCATIONS(cooked2_decode, "0800" V2_TAIL "45", &cooked, 20, REASON_ETH_SHORT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_decode),
		cmocka_unit_test(test_truncations),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
