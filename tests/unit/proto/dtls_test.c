#include "proto/dtls.h"

#include "proto/tls.h"
#include "unit/proto/exact.h"

/* RFC 6347 section 4: a ClientHello of DTLS 1.2 with a cookie of two bytes, whole in one fragment
 */
#define HELLO_BODY                                                                         \
	"fefd 0000000000000000000000000000000000000000000000000000000000000000 00 02cccc " \
	"0002 c02b 0100"
#define RECORD "16 feff 0000 000000000001 0038 01 00002c 0000 000000 00002c " HELLO_BODY

static void
test_hello(void **state)
{
	struct exact e = exact_hex(RECORD, SIZE_MAX);
	struct cursor c = cursor_over(e.b, e.size);
	struct dtls_message message;
	struct dtls_record record;
	struct tls_hello hello;

	(void)state;
	assert_int_equal(dtls_record_decode(&c, &record), REASON_OK);
	assert_int_equal(record.type, TLS_HANDSHAKE);
	assert_int_equal(record.version, 0xfeff);
	assert_int_equal(record.sequence, 1);
	assert_int_equal(cursor_left(&c), 0);
	assert_int_equal(dtls_message_decode(&record.body, &message), REASON_OK);
	assert_int_equal(message.type, TLS_CLIENT_HELLO);
	assert_int_equal(message.offset, 0);
	assert_int_equal(tls_client_hello_decode(&message.body, true, &hello), REASON_OK);
	assert_int_equal(hello.version, 0xfefd);
	assert_int_equal(hello.cipher, 0xc02b);
	exact_free(&e);
}

static const struct {
	const char *name, *hex;
	enum reason reason;
	uint8_t type;
	size_t body;
} cases[] = {
	{"alert", "15 fefd 0001 000000000005 0002 0100", REASON_OK, TLS_ALERT, 2},
	{"OpenSSL's early version", "17 0100 0001 000000000005 0001 aa", REASON_OK,
         TLS_APPLICATION_DATA, 1},
	/* RFC 9146 section 4: the connection id's size is not in the record */
	{"with connection id", "19 fefd 0001 000000000005 aabbcc 0001 ff", REASON_OK,
         DTLS_CONTENT_CID, 6},
	/* RFC 9147 section 4: unified, 16-bit sequence, length, epoch 2 */
	{"unified", "2e 1234 0002 aabb ff", REASON_OK, 0, 2},
	{"unified, short, to the end", "21 12 aabbcc", REASON_OK, 0, 3},
	{"unified with connection id", "32 0102 aabbcc", REASON_OK, 0, 5},
	{"longer than the datagram", "16 fefd 0000 000000000000 0002 aa", REASON_DTLS_SHORT,
         TLS_HANDSHAKE, 0},
	{"TLS over TCP", "16 0303 0000 000000000000 0002 aabb", REASON_DTLS_BAD, TLS_HANDSHAKE, 0},
	{"RTP", "80 0000 0000 000000000000 0000", REASON_DTLS_BAD, 0x80, 0},
};

static void
test_cases(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct dtls_record record;
		size_t left;

		print_message("%s\n", cases[i].name);
		EXPECT_DECODE(dtls_record_decode, cases[i].hex, &record, cases[i].reason, &left);
		assert_int_equal(record.type, cases[i].type);
		assert_int_equal(cursor_left(&record.body), cases[i].body);
	}
}

static void
test_fragments(void **state)
{
	struct dtls_message message;
	size_t left;

	(void)state;
	EXPECT_DECODE(dtls_message_decode, "0b 000010 0003 000008 000002 aabb", &message, REASON_OK,
	              &left);
	assert_int_equal(message.sequence, 3);
	assert_int_equal(message.offset, 8);
	assert_int_equal(cursor_left(&message.body), 2);
	EXPECT_DECODE(dtls_message_decode, "0b 000010 0003 00000f 000002 aabb", &message,
	              REASON_DTLS_BAD, &left);
	EXPECT_DECODE(dtls_message_decode, "77 000000 0003 000000 000000", &message,
	              REASON_DTLS_BAD, &left);
}

static void
test_truncations(void **state)
{
	struct dtls_record record;

	(void)state;
	EXPECT_TRUNCATIONS(dtls_record_decode, RECORD, &record, hex_size(RECORD),
	                   REASON_DTLS_SHORT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hello),
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_fragments),
		cmocka_unit_test(test_truncations),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
