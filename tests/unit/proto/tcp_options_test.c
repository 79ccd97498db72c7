#include "proto/tcp_options.h"
#include "unit/proto/exact.h"

static struct tcp_options
decode(const char *hex, enum reason want)
{
	struct tcp_options options;
	size_t left;

	EXPECT_DECODE(tcp_options_decode, hex, &options, want, &left);
	return options;
}

/* As a Linux SYN has them: MSS 1460, SACK, timestamps, no-op, window scale 7. */
#define SYN "020405b4 0402 080a 01020304 00000000 01 030307"

static void
test_syn(void **state)
{
	struct tcp_options options = decode(SYN, REASON_OK);

	(void)state;
	assert_int_equal(options.seen, TCP_HAS_MSS | TCP_HAS_SACK_PERMITTED | TCP_HAS_TIMESTAMPS |
	                                       TCP_HAS_WSCALE);
	assert_int_equal(options.mss, 1460);
	assert_int_equal(options.wscale, 7);
	assert_int_equal(options.ts_value, 0x01020304);
	assert_int_equal(options.ts_echo, 0);
}

static void
test_sack(void **state)
{
	struct tcp_options options =
		decode("0101 0512 00001000 00001400 00002000 00002400", REASON_OK);

	(void)state;
	assert_int_equal(options.seen, TCP_HAS_SACK);
	assert_int_equal(options.sack_count, 2);
	assert_int_equal(options.sack[0].left, 0x1000);
	assert_int_equal(options.sack[1].right, 0x2400);
	decode("0502", REASON_TCP_OPTION);
	decode("0509 00001000 000014", REASON_TCP_OPTION);
	decode("052a 00000001 00000002 00000003 00000004 00000005 00000006 00000007 00000008"
	       "00000009 0000000a",
	       REASON_TCP_OPTION);
}

static void
test_signatures(void **state)
{
	(void)state;
	assert_int_equal(decode("1312 00112233445566778899aabbccddeeff 0101", REASON_OK).seen,
	                 TCP_HAS_MD5);
	assert_int_equal(decode("1d10 01 02 00112233445566778899aabb", REASON_OK).seen, TCP_HAS_AO);
	assert_int_equal(decode("2202 0000", REASON_OK).seen, TCP_HAS_FAST_OPEN);
	decode("1311 00112233445566778899aabbccddee", REASON_TCP_OPTION);
	decode("1d03 01", REASON_TCP_OPTION);
}

static const struct {
	const char *name, *hex;
	enum reason reason;
	uint16_t seen;
} cases[] = {
	{"none", "", REASON_OK, 0},
	{"end, then what it likes", "00 ffffff", REASON_OK, 0},
	{"an unknown one is stepped over", "fd06aabbccdd 020405b4", REASON_OK, TCP_HAS_MSS},
	{"length 0 would loop", "01 0200", REASON_TCP_OPTION, 0},
	{"length 1", "0301", REASON_TCP_OPTION, 0},
	{"no length", "02", REASON_TCP_OPTION, 0},
	{"longer than the header", "030307 0828 01020304", REASON_TCP_OPTION, TCP_HAS_WSCALE},
	{"MSS of one byte", "020305", REASON_TCP_OPTION, 0},
	{"MSS of three bytes", "0205 05b400", REASON_TCP_OPTION, 0},
	{"window scale of no byte", "0302", REASON_TCP_OPTION, 0},
	{"SACK permitted with a value", "040301", REASON_TCP_OPTION, 0},
};

static void
test_cases(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		print_message("%s\n", cases[i].name);
		assert_int_equal(decode(cases[i].hex, cases[i].reason).seen, cases[i].seen);
	}
}

static void
test_truncations(void **state)
{
	(void)state;
	for (size_t cut = 0; cut <= hex_size(SYN); cut++) {
		struct exact e = exact_hex(SYN, cut);
		struct cursor c = cursor_over(e.b, e.size);
		struct tcp_options options;
		/* where an option ends */
		bool between = cut == 0 || cut == 4 || cut == 6 || cut == 16 || cut == 17 ||
		               cut == hex_size(SYN);

		assert_int_equal(tcp_options_decode(&c, &options),
		                 between ? REASON_OK : REASON_TCP_OPTION);
		exact_free(&e);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_syn),         cmocka_unit_test(test_sack),
		cmocka_unit_test(test_signatures),  cmocka_unit_test(test_cases),
		cmocka_unit_test(test_truncations),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
