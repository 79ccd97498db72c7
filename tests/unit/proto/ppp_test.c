#include "proto/ppp.h"
#include "unit/proto/exact.h"

static const struct {
	const char *name, *hex;
	struct ppp want;
	size_t left;
} cases[] = {
	{"IPv4", "0021 45", {0x21, 0x0800, false}, 1},
	{"IPv6", "0057 60", {0x57, 0x86dd, false}, 1},
	{"MPLS", "0281 00", {0x281, 0x8847, false}, 1},
	{"compressed protocol", "21 45", {0x21, 0x0800, false}, 1},
	{"HDLC-like framing", "ff03 0021 45", {0x21, 0x0800, false}, 1},
	{"both", "ff03 57 60", {0x57, 0x86dd, false}, 1},
	{"LCP", "c021 0900", {0xc021, 0, true}, 2},
	{"IPCP", "8021 0100", {0x8021, 0, true}, 2},
	{"compressed datagram", "00fd 90", {0xfd, 0, false}, 1},
};

static void
test_decode(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct ppp ppp;
		size_t left;

		print_message("%s\n", cases[i].name);
		EXPECT_DECODE(ppp_decode, cases[i].hex, &ppp, REASON_OK, &left);
		assert_int_equal(ppp.protocol, cases[i].want.protocol);
		assert_int_equal(ppp.type, cases[i].want.type);
		assert_int_equal(ppp.control, cases[i].want.control);
		assert_int_equal(left, cases[i].left);
	}
}

static void
test_truncations(void **state)
{
	struct ppp ppp;

	(void)state;
	EXPECT_TRUNCATIONS(ppp_decode, "0021 45", &ppp, 2, REASON_PPP_SHORT);
	/* FF alone is an odd byte: read as a compressed protocol, not as half of FF 03 */
	EXPECT_TRUNCATIONS(ppp_decode, "21 45", &ppp, 1, REASON_PPP_SHORT);
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
