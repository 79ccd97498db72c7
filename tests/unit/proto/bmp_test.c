/* Messages written down from RFC 7854's figures (sections 4.1, 4.2, 4.10) and RFC 8671's (section
 * 4: the flags are V, L, A, O from the top; L is post-policy of either view). */
#include "proto/bmp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "support/hex.h"

#define M "ffffffffffffffffffffffffffffffff"
/* peer 192.0.2.1, AS 8075, id 10.0.0.1, at 1677721600.000005 */
#define PEER(flags)                                                                \
	"00 " flags " 0000000000000000 000000000000000000000000c0000201 00001f8b " \
	"0a000001 64000000 00000005 "
#define OPEN(as, id) M "001d 01 04 " as " 00b4 " id " 00 "
/* 6 + 42 + 20 + 58 */
#define PEER_UP                                                                          \
	"03 0000007e 03 " PEER("00") "000000000000000000000000c0000200 00b3 9c40 " OPEN( \
		"fbf4", "c0000200") OPEN("1f8b", "0a000001")
#define MONITORING(flags) "03 00000047 00 " PEER(flags) M "0017 02 0000 0000 "

static void
test_peer_up(void **state)
{
	struct hex b = hex_bytes("03 00000006 04 " PEER_UP);
	struct cursor c = cursor_over(b.at, b.size);
	struct bmp_peer_up up;
	char text[ADDR_TEXT_SIZE];
	struct bmp m;

	(void)state;
	assert_int_equal(bmp_decode(&c, &m), REASON_OK);
	assert_int_equal(m.type, BMP_INITIATION);
	assert_false(m.has_peer);
	assert_int_equal(bmp_decode(&c, &m), REASON_OK);
	assert_int_equal(m.type, BMP_PEER_UP);
	assert_string_equal(addr_format(&m.peer.ip, text), "192.0.2.1");
	assert_int_equal(m.peer.asn, 8075);
	assert_int_equal(m.peer.time_us, 1677721600ull * US_PER_S + 5);
	assert_int_equal(bmp_peer_up_decode(&m, &m.body, &up), REASON_OK);
	assert_string_equal(addr_format(&up.local, text), "192.0.2.0");
	assert_int_equal(up.local_port, 179);
	assert_int_equal(up.remote_port, 40000);
	assert_int_equal(cursor_left(&up.sent), 10);
	assert_int_equal(up.sent.at[2], 0xf4);
	assert_int_equal(up.received.at[2], 0x8b);
	assert_int_equal(cursor_left(&c), 0);
}

static void
test_flags(void **state)
{
	static const struct {
		const char *hex;
		bool post, out, as2, v6;
	} rows[] = {
		{MONITORING("00"), false, false, false, false},
		{MONITORING("40"), true, false, false, false},
		{MONITORING("10"), false, true, false, false},
		{MONITORING("50"), true, true, false, false},
		{MONITORING("20"), false, false, true, false},
		{MONITORING("80"), false, false, false, true},
		{MONITORING("f0"), true, true, true, true},
		{MONITORING("0f"), false, false, false, false}, /* reserved: ignored */
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct hex b = hex_bytes(rows[i].hex);
		struct cursor c = cursor_over(b.at, b.size);
		struct bmp m;

		assert_int_equal(bmp_decode(&c, &m), REASON_OK);
		assert_int_equal(m.peer.post_policy, rows[i].post);
		assert_int_equal(m.peer.adj_rib_out, rows[i].out);
		assert_int_equal(m.peer.as2, rows[i].as2);
		assert_int_equal(addr_is_v4(&m.peer.ip), !rows[i].v6);
		assert_int_equal(cursor_left(&m.body), 23);
	}
}

static void
test_cuts_and_lies(void **state)
{
	static const char *const lies[] = {
		"02 00000006 04",
		"03 00000005 04",
		"03 00000006 07",
		"03 7fffffff 00",
		"03 00000020 00 0000000000000000000000000000000000000000000000000000",
	};
	struct hex b = hex_bytes(PEER_UP);
	struct bmp m;

	(void)state;
	for (size_t size = 0; size < b.size; size++) {
		uint8_t *exact = malloc(size ? size : 1);
		struct cursor c;

		memcpy(exact, b.at, size);
		c = cursor_over(exact, size);
		assert_int_equal(bmp_decode(&c, &m), REASON_BMP_SHORT);
		assert_int_equal(cursor_left(&c), size);
		free(exact);
	}
	for (size_t i = 0; i < sizeof lies / sizeof *lies; i++) {
		struct cursor c;

		b = hex_bytes(lies[i]);
		c = cursor_over(b.at, b.size);
		assert_int_equal(bmp_decode(&c, &m), REASON_BMP_BAD);
	}
	/* a Peer Up without its OPENs */
	b = hex_bytes(PEER_UP);
	for (size_t cut = 1; cut < 78; cut++) {
		struct bmp_peer_up up;
		struct cursor c = cursor_over(b.at, b.size);

		assert_int_equal(bmp_decode(&c, &m), REASON_OK);
		m.body.end -= cut;
		assert_int_equal(bmp_peer_up_decode(&m, &m.body, &up), REASON_BMP_BAD);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_peer_up),
		cmocka_unit_test(test_flags),
		cmocka_unit_test(test_cuts_and_lies),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
