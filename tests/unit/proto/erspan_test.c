#include "proto/erspan.h"
#include "unit/proto/exact.h"

static void
test_type_2(void **state)
{
	struct erspan erspan;
	size_t left;

	(void)state;
	/* version 1, VLAN 10, session 100, port index */
	EXPECT_DECODE(erspan2_decode, "100a 0064 00000171 ff", &erspan, REASON_OK, &left);
	assert_int_equal(erspan.version, 1);
	assert_int_equal(erspan.vlan, 10);
	assert_int_equal(erspan.session, 100);
	assert_int_equal(erspan.frame, ERSPAN_ETHERNET);
	assert_int_equal(left, 1);
	/* class, encapsulation and truncation bits are no part of the session */
	EXPECT_DECODE(erspan2_decode, "100a fc65 00000171", &erspan, REASON_OK, &left);
	assert_int_equal(erspan.session, 101);
	EXPECT_DECODE(erspan2_decode, "200a 0064 00000171", &erspan, REASON_ERSPAN_SHORT, &left);
}

static void
test_type_3(void **state)
{
	struct erspan erspan;
	size_t left;

	(void)state;
	EXPECT_DECODE(erspan3_decode, "200a 0065 12345678 0000 0000 ff", &erspan, REASON_OK, &left);
	assert_int_equal(erspan.version, 2);
	assert_int_equal(erspan.session, 101);
	assert_int_equal(erspan.frame, ERSPAN_ETHERNET);
	assert_int_equal(left, 1);
	/* FT 2: an IP packet; O: 8 more bytes */
	EXPECT_DECODE(erspan3_decode, "200a 0065 12345678 0000 0801 0c000000 00000000 45", &erspan,
	              REASON_OK, &left);
	assert_int_equal(erspan.frame, ERSPAN_IP);
	assert_int_equal(left, 1);
	EXPECT_DECODE(erspan3_decode, "100a 0065 12345678 0000 0000", &erspan, REASON_ERSPAN_SHORT,
	              &left);
}

static void
test_truncations(void **state)
{
	struct erspan erspan;

	(void)state;
	EXPECT_TRUNCATIONS(erspan2_decode, "100a 0064 00000171 ff", &erspan, 8,
	                   REASON_ERSPAN_SHORT);
	EXPECT_TRUNCATIONS(erspan3_decode, "200a 0065 12345678 0000 0001 0c000000 00000000 ff",
	                   &erspan, 20, REASON_ERSPAN_SHORT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_type_2),
		cmocka_unit_test(test_type_3),
		cmocka_unit_test(test_truncations),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
