#include "proto/ethernet.h"
#include "unit/proto/exact.h"

#define MACS "0180c2000002 0200000000aa "

static const struct {
	const char *name, *hex;
	struct ethernet want;
	enum reason reason;
	size_t left;
} cases[] = {
	{"type", MACS "0800 45", {.type = 0x800, .typed = true, .group = true}, REASON_OK, 1},
	{"unicast",
         "020000000001 0200000000aa 86dd",
         {.type = 0x86dd, .typed = true},
         REASON_OK,
         0},
	{"smallest number that is no length",
         MACS "05dd",
         {.type = 0x5dd, .typed = true, .group = true},
         REASON_OK,
         0},
	{"spanning tree, LLC 42",
         MACS "0026 424203 00",
         {.type = 0x26, .length = 0x26, .llc = true, .group = true},
         REASON_OK,
         4},
	{"SNAP with an ethertype",
         MACS "0024 aaaa03 000000 0800 45",
         {.type = 0x800, .length = 0x1c, .llc = true, .typed = true, .group = true},
         REASON_OK,
         1},
	{"SNAP through a bridge",
         MACS "0024 aaaa03 0000f8 0806",
         {.type = 0x806, .length = 0x1c, .llc = true, .typed = true, .group = true},
         REASON_OK,
         0},
	{"IPv4 by its own access point",
         MACS "0024 060603 45",
         {.type = 0x800, .length = 0x21, .llc = true, .typed = true, .group = true},
         REASON_OK,
         1},
	{"CDP",
         MACS "0024 aaaa03 00000c 2000",
         {.type = 0x2000, .length = 0x1c, .llc = true, .typed = true, .group = true},
         REASON_OK,
         0},
	{"DTP: a number of Cisco's own",
         MACS "0024 aaaa03 00000c 2004",
         {.type = 0x24, .length = 0x24, .llc = true, .group = true},
         REASON_OK,
         8},
	{"no room for LLC by length",
         MACS "0002 aaaa03 000000 0800",
         {.type = 2, .length = 2, .llc = true, .group = true},
         REASON_LLC_SHORT,
         8},
	{"no room for SNAP by length",
         MACS "0007 aaaa03 000000 0800",
         {.type = 7, .length = 7, .llc = true, .group = true},
         REASON_LLC_SHORT,
         8},
};

static void
test_decode(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct ethernet eth;
		size_t left;

		print_message("%s\n", cases[i].name);
		EXPECT_DECODE(ethernet_decode, cases[i].hex, &eth, cases[i].reason, &left);
		assert_int_equal(eth.type, cases[i].want.type);
		assert_int_equal(eth.length, cases[i].want.length);
		assert_int_equal(eth.llc, cases[i].want.llc);
		assert_int_equal(eth.typed, cases[i].want.typed);
		assert_int_equal(eth.group, cases[i].want.group);
		assert_int_equal(left, cases[i].left);
	}
}

static void
test_truncations(void **state)
{
	struct ethernet eth;

	(void)state;
	EXPECT_TRUNCATIONS(ethernet_decode, MACS "0800", &eth, 14, REASON_ETH_SHORT);
	for (size_t cut = 14; cut < 22; cut++) {
		struct exact e = exact_hex(MACS "0024 aaaa03 000000 0800", cut);
		struct cursor c = cursor_over(e.b, e.size);

		assert_int_equal(ethernet_decode(&c, &eth), REASON_LLC_SHORT);
		exact_free(&e);
	}
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
