#include "proto/rtp.h"
#include "unit/proto/exact.h"

/* RFC 3550 section 5.1, field by field: PCMU with marker, sequence 0x1234 */
#define PLAIN "80 80 1234 00000320 deadbeef d5d5d5d5"
/* two contributing sources, one-byte extension (RFC 8285 4.2): id 1 of 1 byte, padding, id 2 of 3
 * bytes; payload of two bytes, padding of four */
#define FULL \
	"b2 60 0001 00000001 00000002 00000011 00000012 bede0002 10aa00 22bbccdd 00 f1f2 00000004"

static void
test_plain(void **state)
{
	struct rtp rtp;
	size_t left;

	(void)state;
	EXPECT_DECODE(rtp_decode, PLAIN, &rtp, REASON_OK, &left);
	assert_int_equal(rtp.payload_type, 0);
	assert_true(rtp.marker);
	assert_int_equal(rtp.sequence, 0x1234);
	assert_int_equal(rtp.timestamp, 800);
	assert_int_equal(rtp.ssrc, 0xdeadbeef);
	assert_int_equal(cursor_left(&rtp.payload), 4);
	EXPECT_DECODE(rtp_decode, "40 80 1234 00000320 deadbeef", &rtp, REASON_RTP_BAD, &left);
}

static void
test_full(void **state)
{
	struct exact e = exact_hex(FULL, SIZE_MAX);
	struct cursor c = cursor_over(e.b, e.size);
	struct rtp_element element;
	struct rtp rtp;

	(void)state;
	assert_int_equal(rtp_decode(&c, &rtp), REASON_OK);
	assert_int_equal(rtp.csrc_count, 2);
	assert_int_equal(rtp.padding, 4);
	assert_int_equal(cursor_left(&rtp.payload), 2);
	assert_int_equal(rtp.payload.at[0], 0xf1);
	assert_int_equal(rtp.extension_profile, RTP_EXTENSION_ONE_BYTE);
	assert_true(rtp_element_next(&rtp.extension, rtp.extension_profile, &element));
	assert_int_equal(element.id, 1);
	assert_int_equal(element.size, 1);
	assert_int_equal(element.value[0], 0xaa);
	assert_true(rtp_element_next(&rtp.extension, rtp.extension_profile, &element));
	assert_int_equal(element.id, 2);
	assert_int_equal(element.size, 3);
	assert_int_equal(element.value[2], 0xdd);
	assert_false(rtp_element_next(&rtp.extension, rtp.extension_profile, &element));
	exact_free(&e);
}

/* RFC 8285 4.3: two-byte heads, an element may be empty; 4.2: id 15 stops the one-byte form. */
static void
test_elements(void **state)
{
	struct exact e = exact_hex("0500 0702abcd 00", SIZE_MAX);
	struct cursor c = cursor_over(e.b, e.size);
	struct rtp_element element;

	(void)state;
	assert_true(rtp_element_next(&c, 0x1003, &element));
	assert_int_equal(element.id, 5);
	assert_int_equal(element.size, 0);
	assert_true(rtp_element_next(&c, 0x1003, &element));
	assert_int_equal(element.id, 7);
	assert_int_equal(element.value[1], 0xcd);
	assert_false(rtp_element_next(&c, 0x1003, &element));
	c = cursor_over("\xf0\x01\x10\x02", 4);
	assert_false(rtp_element_next(&c, RTP_EXTENSION_ONE_BYTE, &element));
	c = cursor_over("\x1f\x01", 2); /* sixteen bytes announced, one there */
	assert_false(rtp_element_next(&c, RTP_EXTENSION_ONE_BYTE, &element));
	c = cursor_over("\x10\x01", 2);
	assert_false(rtp_element_next(&c, 0x8500, &element));
	exact_free(&e);
}

static void
test_padding(void **state)
{
	struct rtp rtp;
	size_t left;

	(void)state;
	EXPECT_DECODE(rtp_decode, "a0 00 0001 00000001 00000002 aa 00", &rtp, REASON_RTP_SHORT,
	              &left);
	EXPECT_DECODE(rtp_decode, "a0 00 0001 00000001 00000002 aa 03", &rtp, REASON_RTP_SHORT,
	              &left);
	EXPECT_DECODE(rtp_decode, "a0 00 0001 00000001 00000002", &rtp, REASON_RTP_SHORT, &left);
	EXPECT_DECODE(rtp_decode, "a0 00 0001 00000001 00000002 aa 02", &rtp, REASON_OK, &left);
	assert_int_equal(cursor_left(&rtp.payload), 0);
}

static void
test_truncations(void **state)
{
	struct rtp rtp;

	(void)state;
	EXPECT_TRUNCATIONS(rtp_decode, PLAIN, &rtp, 12, REASON_RTP_SHORT);
	for (size_t cut = 0; cut < 32; cut++) { /* up to the end of the extension */
		struct exact e = exact_hex(FULL, cut);
		struct cursor c = cursor_over(e.b, e.size);

		assert_int_equal(rtp_decode(&c, &rtp), REASON_RTP_SHORT);
		exact_free(&e);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_plain),       cmocka_unit_test(test_full),
		cmocka_unit_test(test_elements),    cmocka_unit_test(test_padding),
		cmocka_unit_test(test_truncations),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
