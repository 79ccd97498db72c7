#include "proto/ipv6.h"
#include "unit/proto/exact.h"

#define SRC " 20010db8000000000000000000000001"
#define DST " 20010db8000000000000000000000002"
#define MAPPED " 00000000000000000000ffffc0000201"

static void
test_fields(void **state)
{
	struct ipv6 ip;
	size_t left;

	(void)state;
	EXPECT_DECODE(ipv6_decode, "6b812345 0010 11 ff" SRC DST "00", &ip, REASON_OK, &left);
	assert_int_equal(ip.tos, 0xb8);
	assert_int_equal(ip.flow_label, 0x12345);
	assert_int_equal(ip.payload, 16);
	assert_int_equal(ip.next, 17);
	assert_int_equal(ip.ttl, 255);
	assert_int_equal(left, 1);
}

static void
test_lies(void **state)
{
	struct ipv6 ip;
	size_t left;

	(void)state;
	EXPECT_DECODE(ipv6_decode, "45000000 0010 11 ff" SRC DST, &ip, REASON_IPV6_VERSION, &left);
	EXPECT_DECODE(ipv6_decode, "60000000 0010 11 ff" MAPPED DST, &ip, REASON_IPV6_MAPPED,
	              &left);
	EXPECT_DECODE(ipv6_decode, "60000000 0010 11 ff" SRC MAPPED, &ip, REASON_IPV6_MAPPED,
	              &left);
}

static void
test_truncations(void **state)
{
	struct ipv6 ip;

	(void)state;
	EXPECT_TRUNCATIONS(ipv6_decode, "60000000 0010 11 ff" SRC DST "00", &ip, 40,
	                   REASON_IPV6_SHORT);
}

#define OPTIONS8(next) next "00 010400000000 "
static const struct {
	const char *name, *hex;
	uint8_t next;
	enum reason reason;
	uint8_t proto, extensions;
	bool fragment;
	uint32_t offset;
	size_t left;
} chains[] = {
	{"none", "aa", 17, REASON_OK, 17, 0, false, 0, 1},
	{"no next header", "", 59, REASON_OK, 59, 0, false, 0, 0},
	{"ESP ends it", "aa", 50, REASON_OK, 50, 0, false, 0, 1},
	{"the order of RFC 8200",
         OPTIONS8("3c") OPTIONS8("2b") "2c02 00000000 0000"
                                       "00000000000000000000000000000000"
                                       "3300 0000 00000001"
                                       "3c04 0000 00000001 00000002"
                                       "000000000000000000000000" OPTIONS8("06") "aa",
         0, REASON_OK, 6, 6, false, 0, 1},
	{"first fragment", "1100 0001 deadbeef aa", 44, REASON_OK, 17, 1, true, 0, 1},
	{"later fragment hides what follows", "3c00 05a9 deadbeef aa", 44, REASON_OK, 60, 1, true,
         1448, 1},
	{"atomic fragment is none", "1100 0000 deadbeef aa", 44, REASON_OK, 17, 1, false, 0, 1},
	{"hop-by-hop not first", OPTIONS8("00") OPTIONS8("11"), 60, REASON_IPV6_CHAIN, 0, 1, false,
         0, 8},
	{"header longer than the packet", "11ff 010400000000", 60, REASON_IPV6_CHAIN, 60, 0, false,
         0, 0},
};

static void
test_chains(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof chains / sizeof *chains; i++) {
		struct exact e = exact_hex(chains[i].hex, SIZE_MAX);
		struct cursor c = cursor_over(e.b, e.size);
		struct ipv6_chain chain;

		print_message("%s\n", chains[i].name);
		assert_int_equal(ipv6_chain_decode(&c, chains[i].next, &chain), chains[i].reason);
		assert_int_equal(chain.proto, chains[i].proto);
		assert_int_equal(chain.extensions, chains[i].extensions);
		assert_int_equal(chain.fragment, chains[i].fragment);
		assert_int_equal(chain.fragment_offset, chains[i].offset);
		assert_int_equal(cursor_left(&c), chains[i].left);
		exact_free(&e);
	}
}

/* Destination options without end: the walk stops at its own bound, not at the packet's. */
static void
test_endless_chain(void **state)
{
	static uint8_t bytes[8 * 8000];
	struct ipv6_chain chain;
	struct cursor c = cursor_over(bytes, sizeof bytes);

	(void)state;
	for (size_t i = 0; i < sizeof bytes; i += 8)
		memcpy(bytes + i, "\x3c\0\1\4\0\0\0\0", 8);
	assert_int_equal(ipv6_chain_decode(&c, 60, &chain), REASON_IPV6_CHAIN);
	assert_int_equal(chain.extensions, IPV6_EXTENSIONS_MAX);
}

static void
test_chain_truncations(void **state)
{
	const char *hex = OPTIONS8("2c") "1101 0001 deadbeef";

	(void)state;
	for (size_t cut = 0; cut <= hex_size(hex); cut++) {
		struct exact e = exact_hex(hex, cut);
		struct cursor c = cursor_over(e.b, e.size);
		struct ipv6_chain chain;

		assert_int_equal(ipv6_chain_decode(&c, 0, &chain),
		                 cut < 16 ? REASON_IPV6_CHAIN : REASON_OK);
		exact_free(&e);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fields),        cmocka_unit_test(test_lies),
		cmocka_unit_test(test_truncations),   cmocka_unit_test(test_chains),
		cmocka_unit_test(test_endless_chain), cmocka_unit_test(test_chain_truncations),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
