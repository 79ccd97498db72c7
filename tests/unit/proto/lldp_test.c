#include "proto/lldp.h"
#include "unit/proto/exact.h"

static enum reason
check(const char *hex, size_t cut)
{
	struct exact e = exact_hex(hex, cut);
	struct cursor c = cursor_over(e.b, e.size);
	enum reason reason = lldp_check(&c);

	exact_free(&e);
	return reason;
}

/* chassis by MAC, port by name "a", 120 s, end: TLVs begin at 0, 9, 13, 17 */
#define MINIMAL_HEAD "0207 04 0200000000aa 0402 0561 0602 0078"
#define MINIMAL MINIMAL_HEAD "0000"

static void
test_whole(void **state)
{
	(void)state;
	assert_int_equal(check(MINIMAL, SIZE_MAX), REASON_OK);
	/* behind the end TLV stands padding, whatever it looks like */
	assert_int_equal(check(MINIMAL "ffff", SIZE_MAX), REASON_OK);
	assert_int_equal(check("fe05 000c", SIZE_MAX), REASON_LLDP_SHORT);
}

static void
test_truncations(void **state)
{
	(void)state;
	for (size_t cut = 0; cut < hex_size(MINIMAL); cut++) {
		bool at_tlv = cut == 9 || cut == 13 || cut == 17;

		assert_int_equal(check(MINIMAL, cut), at_tlv ? REASON_OK : REASON_LLDP_SHORT);
	}
}

/* A frame of wireshark's LLDP sample capture (a Summit300-48); the values are as tshark prints
 * them. Its management address is a MAC, so one of RFC 5737 and 3849 each stands behind it. */
#define SUMMIT                                                                                \
	"0207 04 000130f9ada0 0404 05 312f31 0602 0078 "                                      \
	"0817 53756d6d69743330302d34382d506f7274203130303100 0a0d 53756d6d69743330302d343800" \
	"0e04 0014 0010 100e 07 06000130f9ada0 02 000003e9 00 "                               \
	"100c 05 01 c0000201 02 00000001 00 "                                                 \
	"1018 11 02 20010db8000000000000000000000001 02 00000001 00 "                         \
	"fe07 00120f 02 070100 fe09 00120f 01 03 6c00 0010 fe09 00120f 03 03 0000000a "       \
	"fe06 00120f 04 05f2 fe06 0080c2 01 01e8 0000"

static void
test_decode(void **state)
{
	struct exact e = exact_hex(SUMMIT, SIZE_MAX);
	struct cursor c = cursor_over(e.b, e.size);
	char text[ADDR_TEXT_SIZE];
	struct lldp l;

	(void)state;
	assert_int_equal(lldp_decode(&c, &l), REASON_OK);
	assert_int_equal(l.chassis.kind, LLDP_ID_MAC);
	assert_memory_equal(l.chassis.mac, ((uint8_t[]){0, 1, 0x30, 0xf9, 0xad, 0xa0}), 6);
	assert_int_equal(l.port.kind, LLDP_ID_TEXT);
	assert_true(slice_equal(l.port.text, "1/1"));
	assert_int_equal(l.ttl_s, 120);
	assert_memory_equal(l.name.at, "Summit300-48", 12);
	assert_memory_equal(l.port_description.at, "Summit300-48-Port 1001", 22);
	assert_null(l.description.at);
	assert_int_equal(l.capabilities, 0x14);
	assert_int_equal(l.enabled, 0x10);
	assert_string_equal(addr_format(&l.management, text), "192.0.2.1");
	assert_int_equal(l.mau_type, 16);
	assert_true(l.autonegotiates);
	assert_true(l.aggregated);
	assert_int_equal(l.aggregation_port, 10);
	assert_int_equal(l.frame_size, 1522);
	assert_int_equal(l.tlv_count, 15);
	assert_int_equal(l.seen, LLDP_HAS_TTL | LLDP_HAS_CAPABILITIES | LLDP_HAS_MANAGEMENT |
	                                 LLDP_HAS_MAU | LLDP_HAS_AGGREGATION | LLDP_HAS_FRAME_SIZE);
	exact_free(&e);
}

static const struct {
	const char *name, *hex;
	enum reason reason;
} cases[] = {
	{"minimal", MINIMAL, REASON_OK},
	{"no end (802.1AB lets it be missing at a frame's end)", "0202 0761 0402 0561 0602 0078",
         REASON_OK},
	{"address as chassis", "0206 05 01 c0000201 0402 0561 0602 0078 0000", REASON_OK},
	{"address of a family that does not fit its size",
         "0206 05 02 c0000201 0402 0561 0602 0078", REASON_OK},
	{"port first", "0402 0561 0202 0761 0602 0078 0000", REASON_LLDP_BAD},
	{"no time to live", "0202 0761 0402 0561 0000", REASON_LLDP_BAD},
	{"chassis and port alone", "0202 0761 0402 0561", REASON_LLDP_BAD},
	{"chassis again", "0202 0761 0402 0561 0602 0078 0202 0761 0000", REASON_LLDP_BAD},
	{"MAC of five bytes", "0206 04 0102030405 0402 0561 0602 0078", REASON_LLDP_BAD},
	{"MAC of seven bytes", "0208 04 01020304050607 0402 0561 0602 0078", REASON_LLDP_BAD},
	{"chassis of nothing", "0201 07 0402 0561 0602 0078", REASON_LLDP_BAD},
	{"time to live of one byte", "0202 0761 0402 0561 0601 78 0000", REASON_LLDP_BAD},
	{"TLVs too short for what they say",
         MINIMAL_HEAD "0e03 001400 1001 05 fe06 00120f 01 0300"
                      "fe03 00120f fe02 0012 0000",
         REASON_OK},
};

static void
test_cases(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct lldp l;
		size_t left;

		print_message("%s\n", cases[i].name);
		EXPECT_DECODE(lldp_decode, cases[i].hex, &l, cases[i].reason, &left);
		assert_int_equal(l.seen & ~LLDP_HAS_TTL, 0);
		if (cases[i].reason == REASON_LLDP_BAD) /* in none of these it is one */
			assert_int_not_equal(l.chassis.kind, LLDP_ID_MAC);
	}
}

static void
test_decode_truncations(void **state)
{
	(void)state;
	for (size_t cut = 0; cut < hex_size(SUMMIT); cut++) {
		struct exact e = exact_hex(SUMMIT, cut);
		struct cursor c = cursor_over(e.b, e.size);
		struct lldp l;
		enum reason reason = lldp_decode(&c, &l);

		/* at the end of a TLV nothing shows that more came */
		if (reason == REASON_OK)
			assert_true(check(SUMMIT, cut) == REASON_OK);
		else if (check(SUMMIT, cut) == REASON_OK)
			assert_true(reason == REASON_LLDP_BAD && cut < 19);
		else
			assert_int_equal(reason, REASON_LLDP_SHORT);
		exact_free(&e);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_whole),
		cmocka_unit_test(test_truncations),
		cmocka_unit_test(test_decode),
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_decode_truncations),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
