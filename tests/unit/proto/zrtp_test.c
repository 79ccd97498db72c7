#include "proto/zrtp.h"
#include "unit/proto/exact.h"

/* RFC 6189 section 5 and 5.2: a HelloACK of three words */
#define HELLO_ACK "1000 0007 5a525450 deadbeef 505a 0003 48656c6c6f41434b 11223344"

static void
test_message(void **state)
{
	struct zrtp zrtp;
	size_t left;

	(void)state;
	EXPECT_DECODE(zrtp_decode, HELLO_ACK, &zrtp, REASON_OK, &left);
	assert_int_equal(zrtp.sequence, 7);
	assert_int_equal(zrtp.ssrc, 0xdeadbeef);
	assert_string_equal(zrtp.type, "HelloACK");
	assert_int_equal(cursor_left(&zrtp.body), 0);
	EXPECT_DECODE(zrtp_decode,
	              "1000 0007 5a525450 deadbeef 505a 0004 48656c6c6f202020 aabbccdd "
	              "11223344",
	              &zrtp, REASON_OK, &left);
	assert_int_equal(cursor_left(&zrtp.body), 4);
}

static void
test_others(void **state)
{
	static const char *const others[] = {
		"1000 0007 21125450 deadbeef 505a 0003 48656c6c6f41434b 11223344", /* cookie */
		"8000 0007 5a525450 deadbeef 505a 0003 48656c6c6f41434b 11223344", /* RTP */
		"1000 0007 5a525450 deadbeef 505b 0003 48656c6c6f41434b 11223344", /* preamble */
		"1000 0007 5a525450 deadbeef 505a 0002 48656c6c6f41434b 11223344", /* length */
	};

	(void)state;
	for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
		struct zrtp zrtp;
		size_t left;

		EXPECT_DECODE(zrtp_decode, others[i], &zrtp, REASON_ZRTP_BAD, &left);
	}
}

static void
test_truncations(void **state)
{
	struct zrtp zrtp;

	(void)state;
	EXPECT_TRUNCATIONS(zrtp_decode, HELLO_ACK, &zrtp, hex_size(HELLO_ACK), REASON_ZRTP_BAD);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_message),
		cmocka_unit_test(test_others),
		cmocka_unit_test(test_truncations),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
