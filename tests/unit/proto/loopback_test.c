#include "proto/loopback.h"
#include "unit/proto/exact.h"

static const struct {
	const char *name, *hex;
	enum reason reason;
	uint16_t type;
} cases[] = {
	{"IPv4, little-endian writer", "02000000", REASON_OK, 0x0800},
	{"IPv4, big-endian writer", "00000002", REASON_OK, 0x0800},
	{"IPv6 of Linux", "0a000000", REASON_OK, 0x86dd},
	{"IPv6 of OpenBSD", "00000018", REASON_OK, 0x86dd},
	{"IPv6 of FreeBSD", "1c000000", REASON_OK, 0x86dd},
	{"IPv6 of macOS", "1e000000", REASON_OK, 0x86dd},
	{"OSI", "07000000", REASON_ETHERTYPE_UNKNOWN, 0},
};

static void
test_decode(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		uint16_t type;
		size_t left;

		print_message("%s\n", cases[i].name);
		EXPECT_DECODE(loopback_decode, cases[i].hex, &type, cases[i].reason, &left);
		assert_int_equal(type, cases[i].type);
	}
}

static void
test_truncations(void **state)
{
	uint16_t type;

	(void)state;
	EXPECT_TRUNCATIONS(loopback_decode, "02000000 45", &type, 4, REASON_ETH_SHORT);
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
