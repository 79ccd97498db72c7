#include "proto/ipv4.h"
#include "unit/proto/exact.h"

#define ADDRESSES " c0000201 c6336407"

static void
test_fields(void **state)
{
	struct ipv4 ip;
	struct exact e = exact_hex("45 b8 0073 1a2b 4000 40 11 b861" ADDRESSES, SIZE_MAX);
	struct cursor c = cursor_over(e.b, e.size);

	(void)state;
	assert_int_equal(ipv4_decode(&c, &ip), REASON_OK);
	assert_int_equal(ip.header_size, 20);
	assert_int_equal(ip.tos, 0xb8);
	assert_int_equal(ip.total, 115);
	assert_int_equal(ip.id, 0x1a2b);
	assert_int_equal(ip.ttl, 64);
	assert_int_equal(ip.proto, 17);
	assert_false(ip.more_fragments);
	assert_int_equal(ip.fragment_offset, 0);
	assert_memory_equal(ip.src, "\xc0\0\2\1", 4);
	assert_memory_equal(ip.dst, "\xc6\x33\x64\7", 4);
	exact_free(&e);
}

static const struct {
	const char *name, *hex;
	enum reason reason;
	uint32_t offset;
	bool more;
	size_t left;
} cases[] = {
	{"options of 8 bytes", "47 00 001c 0000 0000 40 11 0000" ADDRESSES "94040000 01010100 aa",
         REASON_OK, 0, false, 1},
	{"first fragment", "45 00 05dc 0001 2000 40 11 0000" ADDRESSES, REASON_OK, 0, true, 0},
	{"middle fragment", "45 00 05dc 0001 20b9 40 11 0000" ADDRESSES, REASON_OK, 1480, true, 0},
	{"last fragment", "45 00 0100 0001 0172 40 11 0000" ADDRESSES, REASON_OK, 2960, false, 0},
	{"largest that ends at 65535", "45 00 0017 0001 1ffd 40 01 0000" ADDRESSES, REASON_OK,
         65512, false, 0},
	{"ping of death: ends at 65536", "45 00 0018 0001 1ffd 40 01 0000" ADDRESSES,
         REASON_FRAGMENT_BAD, 65512, false, 0},
	{"total length left to the card", "45 00 0000 0001 4000 40 06 0000" ADDRESSES, REASON_OK, 0,
         false, 0},
	{"version 6", "65 00 0014 0000 0000 40 11 0000" ADDRESSES, REASON_IPV4_VERSION, 0, false,
         0},
	{"header of 16 bytes", "44 00 0014 0000 0000 40 11 0000" ADDRESSES, REASON_IPV4_HLEN, 0,
         false, 0},
	{"total below the header", "45 00 0013 0000 0000 40 11 0000" ADDRESSES, REASON_IPV4_LENGTH,
         0, false, 0},
	{"total below the options", "46 00 0016 0000 0000 40 11 0000" ADDRESSES "01010100",
         REASON_IPV4_LENGTH, 0, false, 4},
};

static void
test_cases(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct ipv4 ip;
		size_t left;

		print_message("%s\n", cases[i].name);
		EXPECT_DECODE(ipv4_decode, cases[i].hex, &ip, cases[i].reason, &left);
		assert_int_equal(ip.fragment_offset, cases[i].offset);
		assert_int_equal(ip.more_fragments, cases[i].more);
		assert_int_equal(left, cases[i].left);
	}
}

static void
test_truncations(void **state)
{
	struct ipv4 ip;

	(void)state;
	EXPECT_TRUNCATIONS(ipv4_decode, "45 00 0014 0000 0000 40 11 0000" ADDRESSES "00", &ip, 20,
	                   REASON_IPV4_SHORT);
	EXPECT_TRUNCATIONS(ipv4_decode,
	                   "4f 00 003c 0000 0000 40 11 0000" ADDRESSES
	                   "0101010101010101010101010101010101010101"
	                   "0101010101010101010101010101010101010100",
	                   &ip, 60, REASON_IPV4_SHORT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fields),
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_truncations),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
