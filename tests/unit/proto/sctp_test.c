#include "proto/sctp.h"
#include "unit/proto/exact.h"

static void
test_fields(void **state)
{
	struct sctp sctp;
	size_t left;

	(void)state;
	EXPECT_DECODE(sctp_decode, "0b59 0b5a 01020304 00000000 01", &sctp, REASON_OK, &left);
	assert_int_equal(sctp.sport, 2905);
	assert_int_equal(sctp.dport, 2906);
	assert_int_equal(sctp.tag, 0x01020304);
	assert_int_equal(left, 1);
}

static void
test_truncations(void **state)
{
	struct sctp sctp;

	(void)state;
	EXPECT_TRUNCATIONS(sctp_decode, "0b59 0b5a 01020304 00000000 01", &sctp, 12,
	                   REASON_SCTP_SHORT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fields),
		cmocka_unit_test(test_truncations),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
