#include "proto/tcp.h"
#include "unit/proto/exact.h"

#define HEADER "01bb d431 01020304 a1a2a3a4 80 12 ffff 1c46 0000 "

static void
test_fields(void **state)
{
	struct tcp tcp;
	size_t left;

	(void)state;
	EXPECT_DECODE(tcp_decode, HEADER "020405b4 01030307 04020000", &tcp, REASON_OK, &left);
	assert_int_equal(tcp.sport, 443);
	assert_int_equal(tcp.dport, 54321);
	assert_int_equal(tcp.seq, 0x01020304);
	assert_int_equal(tcp.ack, 0xa1a2a3a4);
	assert_int_equal(tcp.header_size, 32);
	assert_int_equal(tcp.flags, 0x12);
	assert_int_equal(tcp.window, 0xffff);
	assert_int_equal(left, 12);
}

/* The reserved bits beside the data offset are no part of it. */
static void
test_data_offset(void **state)
{
	struct tcp tcp;
	size_t left;

	(void)state;
	EXPECT_DECODE(tcp_decode, "01bb d431 01020304 a1a2a3a4 5f 12 ffff 1c46 0000", &tcp,
	              REASON_OK, &left);
	assert_int_equal(tcp.header_size, 20);
	EXPECT_DECODE(tcp_decode, "01bb d431 01020304 a1a2a3a4 40 12 ffff 1c46 0000", &tcp,
	              REASON_TCP_HLEN, &left);
	assert_int_equal(tcp.dport, 54321);
}

static void
test_truncations(void **state)
{
	struct tcp tcp;

	(void)state;
	EXPECT_TRUNCATIONS(tcp_decode, HEADER "0101", &tcp, 18, REASON_TCP_SHORT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fields),
		cmocka_unit_test(test_data_offset),
		cmocka_unit_test(test_truncations),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
