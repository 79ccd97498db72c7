#include "proto/websocket.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "support/hex.h"

/* RFC 6455 section 5.7 */
static const struct {
	const char *hex;
	uint8_t opcode;
	bool last, masked;
	uint64_t size;
} examples[] = {
	{"81 05 48 65 6c 6c 6f", WEBSOCKET_TEXT, true, false, 5},
	{"81 85 37 fa 21 3d 7f 9f 4d 51 58", WEBSOCKET_TEXT, true, true, 5},
	{"01 03 48 65 6c", WEBSOCKET_TEXT, false, false, 3},
	{"80 02 6c 6f", WEBSOCKET_CONTINUATION, true, false, 2},
	{"89 05 48 65 6c 6c 6f", WEBSOCKET_PING, true, false, 5},
	{"8a 85 37 fa 21 3d 7f 9f 4d 51 58", WEBSOCKET_PONG, true, true, 5},
};

static void
test_examples(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof examples / sizeof *examples; i++) {
		struct hex m = hex_bytes(examples[i].hex);

		for (size_t size = 0; size <= m.size; size++) {
			struct cursor c = cursor_over(m.at, size);
			struct websocket_frame f;
			enum reason reason = websocket_decode(&c, &f);

			assert_int_equal(reason,
			                 size == m.size ? REASON_OK : REASON_WEBSOCKET_SHORT);
			assert_int_equal(cursor_left(&c), size == m.size ? 0 : size);
			if (reason != REASON_OK)
				continue;
			assert_int_equal(f.opcode, examples[i].opcode);
			assert_int_equal(f.last, examples[i].last);
			assert_int_equal(f.masked, examples[i].masked);
			assert_int_equal(f.size, examples[i].size);
			assert_int_equal(cursor_left(&f.payload), f.size);
			if (f.masked) {
				assert_int_equal(f.key[0], 0x37);
				assert_int_equal(f.payload.at[0] ^ f.key[0], 'H');
			}
		}
	}
}

/* Sizes of 16 and 64 bits, the latter section 5.7's 65536 too. */
static void
test_sizes(void **state)
{
	static uint8_t big[14 + 65536] = {0x82, 0x7f, 0, 0, 0, 0, 0, 1, 0, 0};
	struct cursor c = cursor_over(big, 10 + 65536);
	struct websocket_frame f;

	(void)state;
	assert_int_equal(websocket_decode(&c, &f), REASON_OK);
	assert_int_equal(f.size, 65536);
	c = cursor_over(big, 10 + 65535);
	assert_int_equal(websocket_decode(&c, &f), REASON_WEBSOCKET_SHORT);
	assert_int_equal(f.size, 65536);
	memcpy(big, "\x82\x7e\x01\x00", 4);
	c = cursor_over(big, 4 + 256);
	assert_int_equal(websocket_decode(&c, &f), REASON_OK);
	assert_int_equal(f.size, 256);
}

/* Reserved opcodes and bits, a control frame in pieces or too long, what nobody reads. */
static void
test_bad(void **state)
{
	static const char *const bad[] = {"83 00",
	                                  "8b 00",
	                                  "91 00",
	                                  "a1 00",
	                                  "09 00",
	                                  "89 7e 00 7e",
	                                  "c9 00",
	                                  "81 7f 0000000000010001",
	                                  "81 7f ffffffffffffffff"};

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct hex m = hex_bytes(bad[i]);
		struct cursor c = cursor_over(m.at, m.size);
		struct websocket_frame f;

		assert_int_equal(websocket_decode(&c, &f), REASON_WEBSOCKET_BAD);
	}
}

/* RFC 7118 section 4.1 */
#define REQUEST                                                                \
	"GET / HTTP/1.1\r\nHost: sip-ws.example.com\r\nUpgrade: websocket\r\n" \
	"Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
#define PROTOCOL "Sec-WebSocket-Protocol: sip\r\nSec-WebSocket-Version: 13\r\n\r\n"
#define RESPONSE                                                                 \
	"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: " \
	"Upgrade\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"

static const struct {
	const char *text;
	bool speaks;
} heads[] = {
	{REQUEST PROTOCOL, true},
	{RESPONSE "sec-websocket-protocol:sip\r\n\r\n", true},
	{REQUEST "Sec-WebSocket-Protocol: msrp, SIP ,x\r\n\r\n", true},
	{REQUEST "Sec-WebSocket-Protocol: sipx\r\n\r\n", false},
	{REQUEST "X: y\r\n\r\nSec-WebSocket-Protocol: sip\r\n", false},
	{"POST / HTTP/1.1\r\n" PROTOCOL, false},
	{"HTTP/1.1 200 OK\r\n" PROTOCOL, false},
	{"GET", false},
};

static void
test_heads(void **state)
{
	struct cursor c;
	bool open;

	(void)state;
	for (size_t i = 0; i < sizeof heads / sizeof *heads; i++) {
		c = cursor_over(heads[i].text, strlen(heads[i].text));
		assert_int_equal(websocket_speaks(&c, "sip"), heads[i].speaks);
	}
	c = cursor_over(REQUEST PROTOCOL "\x81", sizeof REQUEST PROTOCOL);
	assert_int_equal(websocket_head(&c, &open), sizeof REQUEST PROTOCOL - 1);
	assert_false(open);
	c = cursor_over(RESPONSE, sizeof RESPONSE - 1);
	assert_int_equal(websocket_head(&c, &open), 0);
	assert_true(open);
	c = cursor_over("INVITE", 6);
	assert_int_equal(websocket_head(&c, &open), 0);
	assert_false(open);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_examples),
		cmocka_unit_test(test_sizes),
		cmocka_unit_test(test_bad),
		cmocka_unit_test(test_heads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
