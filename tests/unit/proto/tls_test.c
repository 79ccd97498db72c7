#include "proto/tls.h"
#include "unit/proto/exact.h"

/* The ClientHello of RFC 9001 appendix A.2 */
#define CLIENT_BODY                                                                          \
	"0303ebf8fa56f12939b9584a3896472ec40bb863cfd3e86804fe3a47f06a2b69484c00000413011302" \
	"010000c000000010000e00000b6578616d706c652e636f6dff01000100000a00080006001d00170018" \
	"00100007000504616c706e000500050100000000003300260024001d00209370b2c9caa47fbabaf455" \
	"9fedba753de171fa71f50f1ce15d43e994ec74d748002b0003020304000d0010000e04030503060302" \
	"03080408050806002d00020101001c00024001003900320408ffffffffffffffff05048000ffff0704" \
	"8000ffff0801100104800075300901100f088394c8f03e51570806048000ffff"
#define CLIENT "010000ed" CLIENT_BODY
/* The ServerHello of RFC 8448 section 3 */
#define SERVER_BODY                                                                          \
	"0303a6af06a4121860dc5e6e60249cd34c95930c8ac5cb1434dac155772ed3e2692800130100002e00" \
	"330024001d0020c9828876112095fe66762bdbf7c672e156d6cc253b833df1dd69b1b04e751f0f002b" \
	"00020304"

static void
test_client(void **state)
{
	struct exact e = exact_hex(CLIENT, SIZE_MAX);
	struct cursor c = cursor_over(e.b, e.size);
	struct tls_message message;
	struct tls_hello hello;

	(void)state;
	assert_int_equal(tls_message_decode(&c, &message), REASON_OK);
	assert_int_equal(message.type, TLS_CLIENT_HELLO);
	assert_int_equal(message.size, 0xed);
	assert_int_equal(cursor_left(&c), 0);
	assert_int_equal(tls_client_hello_decode(&message.body, false, &hello), REASON_OK);
	assert_int_equal(hello.legacy_version, 0x0303);
	assert_int_equal(hello.version, 0x0304);
	assert_int_equal(hello.cipher_count, 2);
	assert_int_equal(hello.cipher, 0x1301);
	assert_true(slice_equal(hello.name, "example.com"));
	assert_true(slice_equal(hello.protocol, "alpn"));
	assert_false(hello.encrypted);
	exact_free(&e);
}

static void
test_server(void **state)
{
	struct exact e = exact_hex(SERVER_BODY, SIZE_MAX);
	struct cursor c = cursor_over(e.b, e.size);
	struct tls_hello hello;

	(void)state;
	assert_int_equal(tls_server_hello_decode(&c, &hello), REASON_OK);
	assert_int_equal(hello.version, 0x0304);
	assert_int_equal(hello.cipher, 0x1301);
	assert_false(hello.retry);
	exact_free(&e);
}

/* RFC 8446 section 4.1.3: the random that says retry; RFC 8701: GREASE is no version, no cipher */
static void
test_special(void **state)
{
	struct exact e =
		exact_hex("0303 cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c"
	                  "00 1301 00 0006 002b0002 0304",
	                  SIZE_MAX);
	struct cursor c = cursor_over(e.b, e.size);
	struct tls_hello hello;

	(void)state;
	assert_int_equal(tls_server_hello_decode(&c, &hello), REASON_OK);
	assert_true(hello.retry);
	exact_free(&e);
	e = exact_hex("0303 0000000000000000000000000000000000000000000000000000000000000000"
	              "00 0004 0a0a 1302 0100 000b 002b0007 06 1a1a 0303 0302",
	              SIZE_MAX);
	c = cursor_over(e.b, e.size);
	assert_int_equal(tls_client_hello_decode(&c, false, &hello), REASON_OK);
	assert_int_equal(hello.cipher, 0x1302);
	assert_int_equal(hello.version, 0x0303);
	assert_null(hello.name.at);
	exact_free(&e);
	/* TLS 1.0 without extensions (RFC 2246 7.4.1.2) */
	e = exact_hex("0301 0000000000000000000000000000000000000000000000000000000000000000"
	              "00 0002 002f 0100",
	              SIZE_MAX);
	c = cursor_over(e.b, e.size);
	assert_int_equal(tls_client_hello_decode(&c, false, &hello), REASON_OK);
	assert_int_equal(hello.version, 0x0301);
	exact_free(&e);
}

static void
test_record(void **state)
{
	struct exact e = exact_hex("16 0303 0004 0e000000 17 0303 0005 aabb", SIZE_MAX);
	struct cursor c = cursor_over(e.b, e.size);
	struct tls_message message;
	struct tls_record record;
	size_t left;

	(void)state;
	assert_int_equal(tls_record_decode(&c, &record), REASON_OK);
	assert_int_equal(record.type, TLS_HANDSHAKE);
	assert_int_equal(tls_message_decode(&record.body, &message), REASON_OK);
	assert_int_equal(message.type, 14);
	left = cursor_left(&c);
	assert_int_equal(tls_record_decode(&c, &record), REASON_TLS_SHORT);
	assert_int_equal(record.size, 5);
	assert_int_equal(cursor_left(&record.body), 2);
	assert_int_equal(cursor_left(&c), left);
	exact_free(&e);
	EXPECT_DECODE(tls_record_decode, "19 0303 0000", &record, REASON_TLS_BAD, &left);
	EXPECT_DECODE(tls_record_decode, "16 0203 0000", &record, REASON_TLS_BAD, &left);
	EXPECT_DECODE(tls_record_decode, "16 0303 ffff", &record, REASON_TLS_BAD, &left);
	EXPECT_DECODE(tls_message_decode, "c7000000", &message, REASON_TLS_BAD, &left);
}

/* RFC 5246 appendix E.2: one cipher of three bytes, a challenge of sixteen */
#define COMPATIBLE "801c 01 0301 0003 0000 0010 00002f 00112233445566778899aabbccddeeff"

static void
test_compatible(void **state)
{
	(void)state;
	for (size_t cut = 0; cut <= hex_size(COMPATIBLE); cut++) {
		struct exact e = exact_hex(COMPATIBLE, cut);
		struct cursor c = cursor_over(e.b, e.size);
		bool whole = cut == hex_size(COMPATIBLE);

		assert_int_equal(tls_compatible_hello_take(&c), whole);
		assert_int_equal(cursor_left(&c), whole ? 0 : cut);
		exact_free(&e);
	}
}

static void
test_certificate(void **state)
{
	struct exact e = exact_hex("00000a 000004 30020500 000000", SIZE_MAX);
	struct cursor c = cursor_over(e.b, e.size), der;

	(void)state;
	assert_int_equal(tls_certificate_decode(&c, &der), REASON_OK);
	assert_int_equal(cursor_left(&der), 4);
	assert_int_equal(der.at[0], 0x30);
	c = cursor_over(e.b, e.size - 1);
	assert_int_equal(tls_certificate_decode(&c, &der), REASON_TLS_BAD);
	exact_free(&e);
}

/* A hello cut anywhere is never whole, and never read past its end. */
static void
test_truncations(void **state)
{
	(void)state;
	for (size_t cut = 0; cut < hex_size(CLIENT_BODY); cut++) {
		struct exact e = exact_hex(CLIENT_BODY, cut);
		struct cursor c = cursor_over(e.b, e.size);
		/* up to the compression methods: a hello without extensions */
		bool bare = cut == 2 + 32 + 1 + 2 + 4 + 2;
		struct tls_hello hello;

		assert_int_equal(tls_client_hello_decode(&c, false, &hello),
		                 bare ? REASON_OK : REASON_TLS_BAD);
		exact_free(&e);
	}
	for (size_t cut = 0; cut < hex_size(CLIENT); cut++) {
		struct exact e = exact_hex(CLIENT, cut);
		struct cursor c = cursor_over(e.b, e.size);
		struct tls_message message;

		assert_int_equal(tls_message_decode(&c, &message), REASON_TLS_SHORT);
		assert_int_equal(cursor_left(&c), cut);
		exact_free(&e);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_client),      cmocka_unit_test(test_server),
		cmocka_unit_test(test_special),     cmocka_unit_test(test_record),
		cmocka_unit_test(test_compatible),  cmocka_unit_test(test_certificate),
		cmocka_unit_test(test_truncations),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
