#include "proto/quic.h"
#include "unit/proto/exact.h"

/* RFC 9001 appendix A.3: the server's Initial as sent */
#define SERVER                                                                               \
	"cf000000010008f067a5502a4262b5004075c0d95a482cd0991cd25b0aac406a5816b6394100f37a1c" \
	"69797554780bb38cc5a99f5ede4cf73c3ec2493a1839b3dbcba3f6ea46c5b7684df3548e7ddeb9c3bf" \
	"9c73cc3f3bded74b562bfb19fb84022f8ef4cdd93795d77d06edbb7aaf2f58891850abbdca3d20398c" \
	"276456cbc42158407dd074ee"
/* appendix A.4: a Retry */
#define RETRY "ff000000010008f067a5502a4262b5746f6b656e04a265ba2eff4d829058fb3f0f2496ba"

static void
test_initial(void **state)
{
	struct exact e = exact_hex(SERVER, SIZE_MAX);
	struct cursor c = cursor_over(e.b, e.size);
	struct quic quic;

	(void)state;
	assert_int_equal(quic_decode(&c, &quic), REASON_OK);
	assert_true(quic.long_header);
	assert_int_equal(quic.version, QUIC_V1);
	assert_int_equal(quic.type, QUIC_INITIAL);
	assert_int_equal(quic.dcid_size, 0);
	assert_int_equal(quic.scid_size, 8);
	assert_int_equal(quic.scid[0], 0xf0);
	assert_int_equal(cursor_left(&quic.token), 0);
	assert_int_equal(cursor_left(&quic.protected), 117);
	assert_ptr_equal(quic.packet.at, e.b);
	assert_int_equal(cursor_left(&c), 0);
	exact_free(&e);
}

/* RFC 9000 appendix A.1 */
static void
test_integers(void **state)
{
	static const struct {
		const char *hex;
		uint64_t value;
	} cases[] = {
		{"c2197c5eff14e88c", 151288809941952652},
		{"9d7f3e7d", 494878333},
		{"7bbd", 15293},
		{"25", 37},
		{"4025", 37},
		{"9d7f3e", 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct exact e = exact_hex(cases[i].hex, SIZE_MAX);
		struct cursor c = cursor_over(e.b, e.size);

		assert_true(quic_integer(&c) == cases[i].value);
		exact_free(&e);
	}
}

static const struct {
	const char *name, *hex;
	enum reason reason;
	uint8_t type;
	size_t left;
} cases[] = {
	{"Retry takes all", RETRY, REASON_OK, QUIC_RETRY, 0},
	{"two packets of one datagram", "e0 00000001 00 00 02 aabb e0 00000001 00 00 00", REASON_OK,
         QUIC_HANDSHAKE, 8},
	{"version 2 numbers types in its own way", "d0 6b3343cf 00 00 00 01 aa", REASON_OK,
         QUIC_INITIAL, 0},
	{"and Retry is its 0", "c0 6b3343cf 00 00 aabb", REASON_OK, QUIC_RETRY, 0},
	{"so it was in its drafts", "f0 709a50c4 00 00 01 aa", REASON_OK, QUIC_HANDSHAKE, 0},
	{"0-RTT", "d0 00000001 00 00 01 aa", REASON_OK, QUIC_0RTT, 0},
	{"version negotiation", "80 00000000 00 00 00000001 ff00001d", REASON_OK, QUIC_NEGOTIATION,
         0},
	{"draft 22 is the first with these headers", "c0 ff000016 00 00 00 01 aa", REASON_OK,
         QUIC_INITIAL, 0},
	{"draft 21 has others", "c0 ff000015 00 00 00 01 aa", REASON_OK, QUIC_OTHER, 0},
	{"between gQUIC and the drafts", "e0 54303531 00 00 01 aa", REASON_OK, QUIC_HANDSHAKE, 0},
	{"a vendor's", "d0 faceb00e 00 00 01 aa", REASON_OK, QUIC_0RTT, 0},
	{"a version of nobody", "c0 1a2a3a4a 00 00 aabb", REASON_OK, QUIC_OTHER, 0},
	{"short header", "40 aabbcc", REASON_OK, QUIC_OTHER, 0},
	{"no fixed bit", "00 aabbcc", REASON_QUIC_BAD, QUIC_OTHER, 3},
	{"length past the datagram", "e0 00000001 00 00 03 aabb", REASON_QUIC_BAD, QUIC_HANDSHAKE,
         2},
	{"token past the datagram", "c0 00000001 00 00 4100 aabb", REASON_QUIC_BAD, QUIC_INITIAL,
         2},
	{"connection id of 21 bytes",
         "e0 00000001 15 000000000000000000000000000000000000000000 00 00", REASON_QUIC_BAD,
         QUIC_HANDSHAKE, 1},
};

static void
test_cases(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct quic quic;
		size_t left;

		print_message("%s\n", cases[i].name);
		EXPECT_DECODE(quic_decode, cases[i].hex, &quic, cases[i].reason, &left);
		assert_int_equal(quic.type, cases[i].type);
		assert_int_equal(left, cases[i].left);
	}
}

static void
test_truncations(void **state)
{
	(void)state;
	for (size_t cut = 0; cut < hex_size(SERVER); cut++) {
		struct exact e = exact_hex(SERVER, cut);
		struct cursor c = cursor_over(e.b, e.size);
		struct quic quic;

		/* 18 bytes end with the length */
		assert_int_equal(quic_decode(&c, &quic),
		                 cut < 18 ? REASON_QUIC_SHORT : REASON_QUIC_BAD);
		exact_free(&e);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_initial),
		cmocka_unit_test(test_integers),
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_truncations),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
