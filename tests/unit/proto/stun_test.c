#include "proto/stun.h"
#include "unit/proto/exact.h"

/* RFC 5769 section 2.1 */
#define REQUEST                                                                                 \
	"00010058 2112a442 b7e7a701bc34d686fa87dfae 80220010 5354554e207465737420636c69656e74 " \
	"00240004 6e0001ff 80290008 932ff9b151263b36 00060009 6576746a3a68367659 202020 "       \
	"00080014 9aeaa70cbfd8cb56781ef2b5b2d3f249c1b571a2 80280004 e57a3bcf"
/* section 2.2 */
#define RESPONSE                                                                         \
	"0101003c 2112a442 b7e7a701bc34d686fa87dfae 8022000b 7465737420766563746f72 20 " \
	"00200008 0001a147e112a643 00080014 2b91f599fd9e90c38c7489f92af9ba53f06be7d7 "   \
	"80280004 c07d4c96"
/* section 2.3 */
#define RESPONSE6                                                                        \
	"01010048 2112a442 b7e7a701bc34d686fa87dfae 8022000b 7465737420766563746f72 20 " \
	"00200014 0002a1470113a9faa5d3f179bc25f4b5bed2b9d9 "                             \
	"00080014 a382954e4be67bf11784c97c8292c275bfe3ed41 80280004 c8fb0b4c"

static void
test_request(void **state)
{
	struct exact e = exact_hex(REQUEST, SIZE_MAX);
	struct cursor c = cursor_over(e.b, e.size);
	struct stun stun;

	(void)state;
	assert_true(stun_fits(&c));
	assert_int_equal(stun_decode(&c, &stun), REASON_OK);
	assert_int_equal(stun.method, STUN_BINDING);
	assert_int_equal(stun.class, STUN_REQUEST);
	assert_false(stun.classic);
	assert_int_equal(stun.seen, STUN_HAS_PRIORITY | STUN_CONTROLLED | STUN_HAS_INTEGRITY |
	                                    STUN_HAS_FINGERPRINT);
	assert_int_equal(stun.priority, 0x6e0001ff);
	assert_true(slice_equal(stun.software, "STUN test client"));
	assert_true(slice_equal(stun.username, "evtj:h6vY"));
	assert_null(stun.realm.at);
	exact_free(&e);
}

static void
expect_mapped(const char *hex, const char *ip)
{
	char text[ADDR_TEXT_SIZE];
	struct stun stun;
	size_t left;

	EXPECT_DECODE(stun_decode, hex, &stun, REASON_OK, &left);
	assert_int_equal(stun.class, STUN_SUCCESS);
	assert_true(stun.seen & STUN_HAS_MAPPED);
	assert_string_equal(addr_format(&stun.mapped.ip, text), ip);
	assert_int_equal(stun.mapped.port, 32853);
}

static void
test_responses(void **state)
{
	(void)state;
	expect_mapped(RESPONSE, "192.0.2.1");
	expect_mapped(RESPONSE6, "2001:db8:1234:5678:11:2233:4455:6677");
	/* RFC 3489: the plain attribute, no cookie */
	expect_mapped("0101000c 00112233 445566778899aabbccddeeff 00010008 00018055c0000201",
	              "192.0.2.1");
}

/* RFC 8489 section 5: the bits of the type, all four classes and a method of all its bits. */
static void
test_types(void **state)
{
	static const struct {
		const char *hex;
		uint8_t class;
		uint16_t method;
	} cases[] = {
		{"0003", STUN_REQUEST, STUN_ALLOCATE}, {"0016", STUN_INDICATION, STUN_SEND},
		{"0103", STUN_SUCCESS, STUN_ALLOCATE}, {"0118", STUN_ERROR, STUN_CREATE_PERMISSION},
		{"3eef", STUN_REQUEST, 0xfff},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char hex[64];
		struct stun stun;
		size_t left;

		snprintf(hex, sizeof hex, "%s0000 2112a442 000000000000000000000000", cases[i].hex);
		EXPECT_DECODE(stun_decode, hex, &stun, REASON_OK, &left);
		assert_int_equal(stun.class, cases[i].class);
		assert_int_equal(stun.method, cases[i].method);
	}
}

#define HEAD(size) "0113" size "2112a442 000000000000000000000000"

static void
test_turn(void **state)
{
	struct stun stun;
	size_t left;

	(void)state;
	EXPECT_DECODE(stun_decode,
	              HEAD("0024") "00090004 00000401 000d0004 00000258 000c0004 40010000"
	                           "00120008 0001a147e112a643",
	              &stun, REASON_OK, &left);
	assert_int_equal(stun.class, STUN_ERROR);
	assert_int_equal(stun.error, 401);
	assert_int_equal(stun.lifetime_s, 600);
	assert_int_equal(stun.channel, 0x4001);
	assert_true(stun.seen & STUN_HAS_PEER);
	assert_int_equal(stun.peer.port, 32853);
}

static const struct {
	const char *name, *hex;
	enum reason reason;
} cases[] = {
	{"attribute past the end", HEAD("0008") "80220008 00000000", REASON_STUN_BAD},
	{"attribute of 0xffff", HEAD("0004") "8022ffff", REASON_STUN_BAD},
	{"no padding for it", HEAD("0004") "80220000", REASON_OK},
	{"odd length", "01130003 2112a442 000000000000000000000000 000000", REASON_STUN_BAD},
	{"RTP", "80000000 2112a442 000000000000000000000000", REASON_STUN_BAD},
	{"address cut", HEAD("0008") "00200004 0001a147", REASON_OK},
	{"address of no family", HEAD("000c") "00200008 0003a147e112a643", REASON_OK},
};

static void
test_cases(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct stun stun;
		size_t left;

		print_message("%s\n", cases[i].name);
		EXPECT_DECODE(stun_decode, cases[i].hex, &stun, cases[i].reason, &left);
		assert_false(stun.seen & STUN_HAS_MAPPED);
	}
}

static void
test_channel(void **state)
{
	struct stun_channel channel;
	size_t left;

	(void)state;
	EXPECT_DECODE(stun_channel_decode, "4001 0003 aabbcc 00", &channel, REASON_OK, &left);
	assert_int_equal(channel.channel, 0x4001);
	assert_int_equal(cursor_left(&channel.data), 3);
	assert_int_equal(left, 1);
	EXPECT_DECODE(stun_channel_decode, "5000 0000", &channel, REASON_STUN_BAD, &left);
	EXPECT_DECODE(stun_channel_decode, "3fff 0000", &channel, REASON_STUN_BAD, &left);
	EXPECT_TRUNCATIONS(stun_channel_decode, "4fff 0002 aabb", &channel, 6, REASON_STUN_SHORT);
}

/* The cookie makes it a message; without it an odd length says that it is something else. */
static void
test_odd_length(void **state)
{
	struct stun stun;
	size_t left;

	(void)state;
	EXPECT_DECODE(stun_decode, "00030003 2112a442 000000000000000000000000 000000", &stun,
	              REASON_STUN_BAD, &left);
	assert_non_null(stun.transaction);
	assert_int_equal(stun.method, STUN_ALLOCATE);
	EXPECT_DECODE(stun_decode, "00030003 00000000 000000000000000000000000 000000", &stun,
	              REASON_STUN_BAD, &left);
	assert_null(stun.transaction);
}

static void
test_truncations(void **state)
{
	struct stun stun;

	(void)state;
	EXPECT_TRUNCATIONS(stun_decode, REQUEST, &stun, hex_size(REQUEST), REASON_STUN_SHORT);
	EXPECT_TRUNCATIONS(stun_decode, RESPONSE6, &stun, hex_size(RESPONSE6), REASON_STUN_SHORT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_request),    cmocka_unit_test(test_responses),
		cmocka_unit_test(test_types),      cmocka_unit_test(test_turn),
		cmocka_unit_test(test_cases),      cmocka_unit_test(test_channel),
		cmocka_unit_test(test_odd_length), cmocka_unit_test(test_truncations),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
