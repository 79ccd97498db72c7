#include "proto/udp.h"
#include "unit/proto/exact.h"

static void
test_fields(void **state)
{
	struct udp udp;
	size_t left;

	(void)state;
	EXPECT_DECODE(udp_decode, "13c4 c350 000c 0000 aabbccdd", &udp, REASON_OK, &left);
	assert_int_equal(udp.sport, 5060);
	assert_int_equal(udp.dport, 50000);
	assert_int_equal(udp.length, 12);
	assert_int_equal(left, 4);
}

static void
test_length(void **state)
{
	struct udp udp;
	size_t left;

	(void)state;
	EXPECT_DECODE(udp_decode, "13c4 c350 0008 0000", &udp, REASON_OK, &left);
	EXPECT_DECODE(udp_decode, "13c4 c350 0007 0000", &udp, REASON_UDP_LENGTH, &left);
	assert_int_equal(udp.dport, 50000);
	/* RFC 2675 section 4: a jumbogram's; the caller knows whether it is one */
	EXPECT_DECODE(udp_decode, "13c4 c350 0000 0000", &udp, REASON_OK, &left);
}

static void
test_truncations(void **state)
{
	struct udp udp;

	(void)state;
	EXPECT_TRUNCATIONS(udp_decode, "13c4 c350 000c 0000 aa", &udp, 8, REASON_UDP_SHORT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fields),
		cmocka_unit_test(test_length),
		cmocka_unit_test(test_truncations),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
