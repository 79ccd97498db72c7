#include "proto/udptl.h"
#include "unit/proto/exact.h"

/* T.38 annex A: IFP of one byte, t30-indicator CED (2): 0 0 0 0010 0 */
#define CED "0001 01 04 00 00"
/* V.21 data (0) with a data field, and two older packets */
#define DATA "0102 03 c00180 00 02 01 04 02 aabb"

static void
test_packets(void **state)
{
	struct udptl udptl;
	size_t left;

	(void)state;
	EXPECT_DECODE(udptl_decode, CED, &udptl, REASON_OK, &left);
	assert_int_equal(udptl.sequence, 1);
	assert_false(udptl.is_data);
	assert_int_equal(udptl.indicator, 2);
	assert_int_equal(udptl.older, 0);
	EXPECT_DECODE(udptl_decode, DATA, &udptl, REASON_OK, &left);
	assert_true(udptl.is_data);
	assert_int_equal(udptl.data, 0);
	assert_int_equal(udptl.older, 2);
	assert_int_equal(left, 0);
	EXPECT_DECODE(udptl_decode, "0102 01 04 80 0102 00", &udptl, REASON_OK, &left);
	assert_true(udptl.fec);
}

static void
test_lengths(void **state)
{
	struct udptl udptl;
	size_t left;

	(void)state;
	EXPECT_DECODE(udptl_decode, "0001 8001 04 00 00", &udptl, REASON_OK, &left);
	EXPECT_DECODE(udptl_decode, "0001 c1 04 00 00", &udptl, REASON_UDPTL_BAD, &left);
	EXPECT_DECODE(udptl_decode, "0001 00 00 00", &udptl, REASON_UDPTL_BAD, &left);
	EXPECT_TRUNCATIONS(udptl_decode, CED, &udptl, hex_size(CED), REASON_UDPTL_BAD);
	EXPECT_TRUNCATIONS(udptl_decode, DATA, &udptl, hex_size(DATA), REASON_UDPTL_BAD);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_packets),
		cmocka_unit_test(test_lengths),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
