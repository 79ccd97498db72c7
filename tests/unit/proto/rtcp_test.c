#include "proto/rtcp.h"
#include "unit/proto/exact.h"

/* RFC 3550 section 6.4.1: one block; lost -2 in 24 bits */
#define SR                                                                 \
	"81c8 000c 00000001 e0000000 80000000 000003e8 00000064 00003e80 " \
	"00000002 40 fffffe 00010203 0000002a 11112222 00008000"
/* section 6.5: CNAME "a@b", NOTE "hi", ended and padded to 32 bits */
#define SDES "81ca 0005 00000001 0103 614062 0702 6869 00000000 000000"
#define BYE "81cb 0001 00000001"

static void
test_compound(void **state)
{
	struct exact e = exact_hex(SR SDES BYE, SIZE_MAX);
	struct cursor c = cursor_over(e.b, e.size);
	struct rtcp_item item = {0};
	struct rtcp_block block;
	struct rtcp rtcp;

	(void)state;
	assert_int_equal(rtcp_decode(&c, &rtcp), REASON_OK);
	assert_int_equal(rtcp.type, RTCP_SR);
	assert_int_equal(rtcp.ssrc, 1);
	assert_true(rtcp.ntp == 0xe000000080000000);
	assert_int_equal(rtcp.rtp_time, 1000);
	assert_int_equal(rtcp.packets, 100);
	assert_int_equal(rtcp.octets, 16000);
	assert_true(rtcp_block_next(&rtcp.body, &block));
	assert_int_equal(block.fraction_lost, 0x40);
	assert_int_equal(block.lost, -2);
	assert_int_equal(block.highest, 0x10203);
	assert_int_equal(block.jitter, 42);
	assert_int_equal(block.delay_since_sr, 0x8000);
	assert_false(rtcp_block_next(&rtcp.body, &block));

	assert_int_equal(rtcp_decode(&c, &rtcp), REASON_OK);
	assert_int_equal(rtcp.type, RTCP_SDES);
	assert_true(rtcp_item_next(&rtcp.body, &item));
	assert_int_equal(item.ssrc, 1);
	assert_int_equal(item.type, RTCP_SDES_CNAME);
	assert_memory_equal(item.value, "a@b", 3);
	assert_true(rtcp_item_next(&rtcp.body, &item));
	assert_int_equal(item.type, 7);
	assert_int_equal(item.size, 2);
	assert_false(rtcp_item_next(&rtcp.body, &item));

	assert_int_equal(rtcp_decode(&c, &rtcp), REASON_OK);
	assert_int_equal(rtcp.type, RTCP_BYE);
	assert_true(rtcp.has_ssrc);
	assert_int_equal(cursor_left(&c), 0);
	exact_free(&e);
}

/* Two chunks: the second one's SSRC is found behind the first one's end. */
static void
test_chunks(void **state)
{
	struct exact e =
		exact_hex("82ca 0006 0000000a 010161 00 0000000b 010262 63 00000000 00000000", 28);
	struct cursor c = cursor_over(e.b, e.size);
	struct rtcp_item item = {0};
	struct rtcp rtcp;

	(void)state;
	assert_int_equal(rtcp_decode(&c, &rtcp), REASON_OK);
	assert_true(rtcp_item_next(&rtcp.body, &item));
	assert_int_equal(item.ssrc, 10);
	assert_true(rtcp_item_next(&rtcp.body, &item));
	assert_int_equal(item.ssrc, 11);
	assert_memory_equal(item.value, "bc", 2);
	exact_free(&e);
}

/* RFC 3611 section 4.7, after a block that is stepped over */
static void
test_voip_metrics(void **state)
{
	struct exact e = exact_hex("80cf 000d 00000001 04000002 0000000000000000 "
	                           "07000008 00000002 0a 05 80 01 0014 03e8 0064 0028 "
	                           "00000010 5d 7f 29 2a 00 00 0028 0050 00a0",
	                           SIZE_MAX);
	struct cursor c = cursor_over(e.b, e.size), block;
	struct rtcp_voip voip;
	struct rtcp rtcp;
	uint8_t type;

	(void)state;
	assert_int_equal(rtcp_decode(&c, &rtcp), REASON_OK);
	assert_true(rtcp_xr_next(&rtcp.body, &type, &block));
	assert_int_equal(type, 4);
	assert_true(rtcp_xr_next(&rtcp.body, &type, &block));
	assert_int_equal(type, RTCP_XR_VOIP);
	assert_true(rtcp_voip_decode(&block, &voip));
	assert_int_equal(voip.loss_rate, 10);
	assert_int_equal(voip.burst_ms, 20);
	assert_int_equal(voip.round_trip_ms, 100);
	assert_int_equal(voip.r_factor, 93);
	assert_int_equal(voip.mos_lq, 41);
	assert_int_equal(voip.mos_cq, 42);
	assert_false(rtcp_xr_next(&rtcp.body, &type, &block));
	exact_free(&e);
}

static const struct {
	const char *name, *hex;
	enum reason reason;
} cases[] = {
	{"RTP with marker, type 72 - not one of RTCP's 64-95 here", "80e0 0001 00000001",
         REASON_RTCP_BAD},
	{"version 1", "41c8 0000 00000000", REASON_RTCP_BAD},
	{"APP with name", "85cc 0002 00000001 50494e47", REASON_OK},
	{"APP without", "85cc 0001 00000001", REASON_RTCP_BAD},
	{"RR with fewer blocks than counted",
         "82c9 0007 00000001 00000000 00000000 00000000 00000000"
         "00000000 00000000",
         REASON_RTCP_BAD},
	{"empty RR", "80c9 0001 00000001", REASON_OK},
	{"BYE of nobody", "80cb 0000", REASON_OK},
	{"NACK", "81cd 0003 00000001 00000002 12340001", REASON_OK},
	{"NACK without media source", "81cd 0001 00000001", REASON_RTCP_BAD},
	{"longer than the datagram", "80c9 0002 00000001", REASON_RTCP_SHORT},
	{"padding longer than itself", "a0c9 0001 000000ff", REASON_OK},
};

static void
test_cases(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct rtcp rtcp;
		size_t left;

		print_message("%s\n", cases[i].name);
		EXPECT_DECODE(rtcp_decode, cases[i].hex, &rtcp, cases[i].reason, &left);
	}
}

static void
test_truncations(void **state)
{
	(void)state;
	for (size_t cut = 0; cut < hex_size(SR); cut++) {
		struct exact e = exact_hex(SR, cut);
		struct cursor c = cursor_over(e.b, e.size);
		struct rtcp rtcp;

		assert_int_equal(rtcp_decode(&c, &rtcp),
		                 cut < 4 ? REASON_RTCP_BAD : REASON_RTCP_SHORT);
		exact_free(&e);
	}
}

/* Types as far as lengths hold: all, all but the stray bytes, the first of a cut one. */
static void
test_types(void **state)
{
	static const struct {
		const char *hex;
		unsigned count;
		bool whole;
	} rows[] = {
		{SR SDES BYE, 3, true},     {BYE "0000", 1, true},
		{SR "81ca 0005", 1, false}, {"81c8 000c 00000001", 1, false},
		{"0001 0000", 0, false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct exact e = exact_hex(rows[i].hex, SIZE_MAX);
		struct cursor c = cursor_over(e.b, e.size);
		uint8_t types[8];
		bool whole;

		assert_int_equal(rtcp_compound(&c, types, 8, &whole), rows[i].count);
		assert_int_equal(whole, rows[i].whole);
		exact_free(&e);
	}
}

/* A snap length may leave a header alone; what follows SRTCP's first packet is no type. */
static void
test_types_cut(void **state)
{
	static const struct {
		const char *hex;
		unsigned count;
	} rows[] = {
		{SR SDES BYE, 3},
		{SR SDES "81cb0001", 3},
		{SR SDES "81cb00", 2},
		{SR "81ca0005", 2},
		{SR, 1},
		{"80c8 0006", 1},
		{SR "71ca 0005", 1},
		{SR "81d0 0005", 1},
		{"8000 1234", 0},
		{"81", 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct exact e = exact_hex(rows[i].hex, SIZE_MAX);
		uint8_t types[8];

		assert_int_equal(rtcp_compound_cut(cursor_over(e.b, e.size), types, 8),
		                 rows[i].count);
		exact_free(&e);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_types_cut), cmocka_unit_test(test_compound),
		cmocka_unit_test(test_chunks),    cmocka_unit_test(test_voip_metrics),
		cmocka_unit_test(test_cases),     cmocka_unit_test(test_truncations),
		cmocka_unit_test(test_types),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
