#include "proto/icmp.h"
#include "unit/proto/exact.h"

static const struct {
	const char *name, *hex;
	enum reason (*decode)(struct cursor *, struct icmp *);
	bool query, quotes;
} cases[] = {
	{"echo", "08 00 0000 1234 0001", icmp_decode, true, false},
	{"echo reply", "00 00 0000 1234 0001", icmp_decode, true, false},
	{"timestamp", "0d 00 0000 1234 0001", icmp_decode, true, false},
	{"port unreachable", "03 03 0000 0000 0000", icmp_decode, false, true},
	{"source quench", "04 00 0000 0000 0000", icmp_decode, false, true},
	{"redirect", "05 01 0000 c000 0201", icmp_decode, false, true},
	{"time exceeded", "0b 00 0000 0000 0000", icmp_decode, false, true},
	{"parameter problem", "0c 00 0000 1400 0000", icmp_decode, false, true},
	{"router advertisement", "09 00 0000 0102 0708", icmp_decode, false, false},
	{"v6 echo", "80 00 0000 1234 0001", icmp6_decode, true, false},
	{"v6 echo reply", "81 00 0000 1234 0001", icmp6_decode, true, false},
	{"v6 packet too big", "02 00 0000 0000 0500", icmp6_decode, false, true},
	{"v6 unreachable", "01 04 0000 0000 0000", icmp6_decode, false, true},
	{"v6 parameter problem", "04 00 0000 0000 0028", icmp6_decode, false, true},
	{"v6 neighbour solicitation", "87 00 0000 0000 0000", icmp6_decode, false, false},
	{"v6 type 8 is no echo", "08 00 0000 1234 0001", icmp6_decode, false, false},
};

static void
test_cases(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct icmp icmp;
		size_t left;

		print_message("%s\n", cases[i].name);
		EXPECT_DECODE(cases[i].decode, cases[i].hex, &icmp, REASON_OK, &left);
		assert_int_equal(icmp.query, cases[i].query);
		assert_int_equal(icmp.quotes, cases[i].quotes);
		assert_int_equal(left, 0);
	}
}

static void
test_fields(void **state)
{
	struct icmp icmp;
	size_t left;

	(void)state;
	EXPECT_DECODE(icmp_decode, "08 00 0000 1234 0001", &icmp, REASON_OK, &left);
	assert_int_equal(icmp.id, 0x1234);
	/* RFC 4443 section 3.2: the MTU is the second word */
	EXPECT_DECODE(icmp6_decode, "02 00 0000 00000500", &icmp, REASON_OK, &left);
	assert_int_equal(icmp.type, 2);
	assert_int_equal(icmp.rest, 1280);
}

static void
test_truncations(void **state)
{
	struct icmp icmp;

	(void)state;
	EXPECT_TRUNCATIONS(icmp_decode, "08 00 0000 1234 0001 00", &icmp, 8, REASON_ICMP_SHORT);
	EXPECT_TRUNCATIONS(icmp6_decode, "80 00 0000 1234 0001 00", &icmp, 8, REASON_ICMP_SHORT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_fields),
		cmocka_unit_test(test_truncations),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
