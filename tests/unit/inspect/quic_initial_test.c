#include "inspect/quic_initial.h"

#include "proto/tls.h"
#include "unit/inspect/quic_vectors.h"
#include "unit/proto/exact.h"

static void
expect_bytes(const uint8_t *bytes, const char *hex)
{
	struct exact e = exact_hex(hex, SIZE_MAX);

	assert_memory_equal(bytes, e.b, e.size);
	exact_free(&e);
}

static void
derive(uint32_t version, struct quic_keys *client, struct quic_keys *server)
{
	struct exact dcid = exact_hex(QUIC_DCID, SIZE_MAX);

	assert_true(quic_keys_derive(version, dcid.b, (uint8_t)dcid.size, client, server));
	exact_free(&dcid);
}

/* RFC 9001 appendix A.1 */
static void
test_keys_v1(void **state)
{
	struct quic_keys client, server;

	(void)state;
	derive(QUIC_V1, &client, &server);
	expect_bytes(client.key, "1f369613dd76d5467730efcbe3b1a22d");
	expect_bytes(client.iv, "fa044b2f42a3fd3b46fb255c");
	expect_bytes(client.header, "9f50449e04a0e810283a1e9933adedd2");
	expect_bytes(server.key, "cf3a5331653c364c88f0f379b6067e37");
	expect_bytes(server.iv, "0ac1493ca1905853b0bba03e");
	expect_bytes(server.header, "c206b8d9b9f0f37644430b490eeaa314");
}

/* RFC 9369 appendix A.1 */
static void
test_keys_v2(void **state)
{
	struct quic_keys client, server;

	(void)state;
	derive(QUIC_V2, &client, &server);
	expect_bytes(client.key, "8b1a0bc121284290a29e0971b5cd045d");
	expect_bytes(client.iv, "91f73e2351d8fa91660e909f");
	expect_bytes(client.header, "45b95e15235d6f45a6b19cbcb0294ba9");
	expect_bytes(server.key, "82db637861d55e1d011f19ea71d5d2a7");
	expect_bytes(server.iv, "dd13c276499c0249d3310652");
	expect_bytes(server.header, "edf6d05c83121201b436e16877593c3a");
	assert_false(quic_keys_derive(0x1a2a3a4a, client.key, 8, &client, &server));
}

/* Versions before the RFC: HMAC-SHA256 of Python's standard library over their salts. */
static void
test_keys_of_others(void **state)
{
	static const struct {
		uint32_t version;
		const char *client_key;
	} cases[] = {
		{0xff000016, "07863d9c083786bc86766ce0d02bf93f"}, /* draft 22 */
		{0xfaceb001, "07863d9c083786bc86766ce0d02bf93f"},
		{0xfaceb00e, "af7fd7efebd21878ff66811248983694"}, /* draft 27 */
		{QUIC_V2_DRAFT, "95df2be2e8d549c82e996fc9339f4563"},
		{QUIC_Q050, "348cb426373281cfaec63f5b609350e7"},
		{QUIC_T050, "80ab8e0313d2c851aaff5405824a916a"},
		{QUIC_T051, "e66b805440a16d39f1889b2726d1cc5c"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct quic_keys client, server;

		derive(cases[i].version, &client, &server);
		expect_bytes(client.key, cases[i].client_key);
	}
}

static int
open_packet(const struct exact *e, const struct quic_keys *keys, uint8_t *plain)
{
	struct cursor c = cursor_over(e->b, e->size);
	struct quic quic;

	assert_int_equal(quic_decode(&c, &quic), REASON_OK);
	return quic_initial_open(&quic, keys, plain);
}

/* Appendix A.2: the CRYPTO frame with the client's hello, then padding to 1162 bytes. */
static void
test_client(void **state)
{
	struct exact e = exact_hex(QUIC_CLIENT_INITIAL, SIZE_MAX);
	uint8_t plain[QUIC_PLAIN_MAX];
	struct quic_keys client, server;
	struct quic_crypto crypto;
	struct tls_message message;
	struct tls_hello hello;
	struct cursor frames;

	(void)state;
	derive(QUIC_V1, &client, &server);
	assert_int_equal(open_packet(&e, &server, plain), -1);
	assert_int_equal(open_packet(&e, &client, plain), 1162);
	frames = cursor_over(plain, 1162);
	assert_true(quic_crypto_next(&frames, QUIC_V1, &crypto));
	assert_int_equal(crypto.offset, 0);
	assert_int_equal(cursor_left(&crypto.data), 241);
	assert_int_equal(tls_message_decode(&crypto.data, &message), REASON_OK);
	assert_int_equal(tls_client_hello_decode(&message.body, false, &hello), REASON_OK);
	assert_true(slice_equal(hello.name, "example.com"));
	assert_false(quic_crypto_next(&frames, QUIC_V1, &crypto));
	e.b[700] ^= 1; /* changed on the way */
	assert_int_equal(open_packet(&e, &client, plain), -1);
	exact_free(&e);
}

/* Appendix A.3: an ACK, then the server's hello. */
static void
test_server(void **state)
{
	struct exact e = exact_hex(QUIC_SERVER_INITIAL, SIZE_MAX);
	uint8_t plain[QUIC_PLAIN_MAX];
	struct quic_keys client, server;
	struct quic_crypto crypto;
	struct tls_message message;
	struct cursor frames;

	(void)state;
	derive(QUIC_V1, &client, &server);
	assert_int_equal(open_packet(&e, &server, plain), 99);
	frames = cursor_over(plain, 99);
	assert_true(quic_crypto_next(&frames, QUIC_V1, &crypto));
	assert_int_equal(tls_message_decode(&crypto.data, &message), REASON_OK);
	assert_int_equal(message.type, TLS_SERVER_HELLO);
	exact_free(&e);
}

static void
test_frames(void **state)
{
	static const struct {
		const char *hex;
		uint32_t version;
		bool found;
	} cases[] = {
		{"00 01 06 00 02 aabb", QUIC_V1, true},
		{"02 00 00 01 00 00 00 06 00 00", QUIC_V1, true}, /* ACK with one range more */
		{"03 00 00 00 00 01 02 03 06 05 01 aa", QUIC_V1, true},
		{"02 00 00 ffffffffffffffff 00", QUIC_V1, false}, /* more ranges than fit */
		{"06 00 05 aa", QUIC_V1, false},
		{"1c 00 00 00 06 00 00", QUIC_V1, false},
		{"08 00 02 aabb", QUIC_V1, false}, /* STREAM */
		{"", QUIC_V1, false},
		/* gQUIC's: PING, ACK of one number, of two blocks with two timestamps */
		{"07 08 00 02 aabb", QUIC_T051, true},
		{"40 01 0000 01 00 08 00 01 aa", QUIC_T050, true},
		{"65 0002 0000 01 0001 00 0001 02 00 00000000 00 0000 08 00 01 aa", QUIC_Q050,
	         true},
		{"40 01 0000 01 ff 00", QUIC_T051, false}, /* more timestamps than bytes */
		{"08 00 05 aa", QUIC_T051, false},
		{"00 08 00 01 aa", QUIC_T051, false}, /* padding is the rest */
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct exact e = exact_hex(cases[i].hex, SIZE_MAX);
		struct cursor c = cursor_over(e.b, e.size);
		struct quic_crypto crypto;

		assert_int_equal(quic_crypto_next(&c, cases[i].version, &crypto), cases[i].found);
		exact_free(&e);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_keys_v1),        cmocka_unit_test(test_keys_v2),
		cmocka_unit_test(test_keys_of_others), cmocka_unit_test(test_client),
		cmocka_unit_test(test_server),         cmocka_unit_test(test_frames),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
