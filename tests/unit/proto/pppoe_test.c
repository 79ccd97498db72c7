#include "proto/pppoe.h"
#include "unit/proto/exact.h"

static void
test_decode(void **state)
{
	struct pppoe pppoe;
	size_t left;

	(void)state;
	EXPECT_DECODE(pppoe_decode, "11 00 017f 0016 0021", &pppoe, REASON_OK, &left);
	assert_int_equal(pppoe.session, 0x17f);
	assert_int_equal(pppoe.length, 22);
	assert_int_equal(left, 2);
	EXPECT_DECODE(pppoe_decode, "21 00 017f 0016", &pppoe, REASON_PPPOE_BAD, &left);
	EXPECT_DECODE(pppoe_decode, "11 09 017f 0016", &pppoe, REASON_PPPOE_BAD, &left);
}

static void
test_truncations(void **state)
{
	struct pppoe pppoe;

	(void)state;
	EXPECT_TRUNCATIONS(pppoe_decode, "11 00 017f 0016 0021", &pppoe, 6, REASON_PPPOE_BAD);
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
