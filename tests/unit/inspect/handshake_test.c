#include "proto/quic.h"
#include "unit/inspect/feed.h"
#include "unit/inspect/quic_vectors.h"

enum { TCP = 6, UDP = 17 };

/* The hellos of RFC 9001 appendix A.2 and RFC 8448 section 3 */
#define CLIENT                                                                               \
	"010000ed0303ebf8fa56f12939b9584a3896472ec40bb863cfd3e86804fe3a47f06a2b69484c000004" \
	"13011302010000c000000010000e00000b6578616d706c652e636f6dff01000100000a00080006001d" \
	"0017001800100007000504616c706e000500050100000000003300260024001d00209370b2c9caa47f" \
	"babaf4559fedba753de171fa71f50f1ce15d43e994ec74d748002b0003020304000d0010000e040305" \
	"0306030203080408050806002d00020101001c00024001003900320408ffffffffffffffff05048000" \
	"ffff07048000ffff0801100104800075300901100f088394c8f03e51570806048000ffff"
#define SERVER                                                                               \
	"020000560303a6af06a4121860dc5e6e60249cd34c95930c8ac5cb1434dac155772ed3e26928001301" \
	"00002e00330024001d0020c9828876112095fe66762bdbf7c672e156d6cc253b833df1dd69b1b04e75" \
	"1f0f002b00020304"
#define RECORD(size) "160303" size

/* A hello over two records and any two segments, the second one first too. */
static void
test_tls_pieces(void **state)
{
	static const char first[] = "010000ed0303ebf8fa56f12939b9584a";
	char hex[1024];
	struct hex bytes;

	(void)state;
	snprintf(hex, sizeof hex, RECORD("0010") "%s" RECORD("00e1") "%s", first, /* 241 - 16 */
	         CLIENT + 32);
	bytes = hex_bytes(hex);
	assert_int_equal(bytes.size, 5 + 16 + 5 + 225);
	for (size_t cut = 1; cut < bytes.size; cut += 5) {
		struct feed f;

		feed_open(&f, CLASS_TLS, TCP, 443, 0);
		feed_frame(&f, 0, 0x02, 999, NULL, 0, 0);
		if (cut % 2) {
			feed_bytes(&f, 0, bytes.at, cut);
			feed_bytes(&f, 0, bytes.at + cut, bytes.size - cut);
		} else {
			feed_frame(&f, 0, 0x18, (uint32_t)(1000 + cut), bytes.at + cut,
			           bytes.size - cut, 0);
			feed_frame(&f, 0, 0x18, 1000, bytes.at, cut, 0);
		}
		assert_int_equal(f.census->tls.handshakes[CENSUS_TCP][1], 1);
		assert_int_equal(feed_count(&f.census->tls.names, "example.com"), 1);
		feed_close(&f);
	}
}

static void
test_tls_session(void **state)
{
	struct feed f;

	(void)state;
	feed_open(&f, CLASS_SIP_TLS, TCP, 5061, 0);
	feed_hex(&f, 0, RECORD("00f1") CLIENT);
	feed_hex(&f, 1, RECORD("005a") SERVER "140303000101");
	/* ciphertext that looks like a HelloRequest and a Finished */
	feed_hex(&f, 1, RECORD("0008") "00000000 14000000");
	feed_hex(&f, 0, "15030300020228");
	feed_hex(&f, 0, "1703030001aa");
	feed_hex(&f, 0, RECORD("00f1") CLIENT); /* nobody reads on */
	assert_int_equal(f.census->tls.handshakes[CENSUS_TCP][1], 1);
	assert_int_equal(f.census->tls.handshakes[CENSUS_TCP][2], 1);
	assert_int_equal(f.census->tls.handshakes[CENSUS_TCP][0], 0);
	assert_int_equal(f.census->tls.handshakes[CENSUS_TCP][20], 0);
	assert_int_equal(f.census->tls.alerts[40], 1);
	assert_int_equal(f.census->tls.chosen.count, 1);
	assert_int_equal(f.census->tls.chosen.at[0].version, 0x0304);
	feed_close(&f);
}

/* Another connection takes the ports over. Its SYN has no payload, and TLS has none punted; what is
 * sent again of the first one is no new connection. */
static void
test_tls_ports_reused(void **state)
{
	static const char open[] = RECORD("00f1") CLIENT, answer[] = RECORD("005a") SERVER;
	struct feed f;

	(void)state;
	feed_open(&f, CLASS_TLS, TCP, 443, 0);
	for (unsigned i = 0; i < 3; i++) {
		feed_hex(&f, 0, open);
		feed_hex(&f, 1, answer);
		feed_hex(&f, 0, "1703030001aa");
		feed_hex(&f, 1, "1703030001aa");
		f.seq[1] -= 6 + 95;
		feed_hex(&f, 1, answer);
		assert_int_equal(f.census->tls.handshakes[CENSUS_TCP][1], i + 1);
		assert_int_equal(f.census->tls.handshakes[CENSUS_TCP][2], i + 1);
		f.seq[0] += i ? 0x80000100 : 5000; /* ahead, or behind by the half of all numbers */
		f.seq[1] -= 1000000;
	}
	assert_int_equal(feed_count(&f.census->tls.names, "example.com"), 3);
	assert_int_equal(f.census->streams.gaps, 0);
	feed_close(&f);
}

/* Segments cut by a snap length: the hello is one and its name is read where it was captured; the
 * segments in its middle are no records, and the next hello is found again. */
static void
test_tls_cut(void **state)
{
	uint8_t hello[246] = {0x16, 3, 3, 0, 241};
	struct feed f;

	(void)state;
	hex_read(CLIENT, hello + 5, sizeof hello - 5);
	feed_open(&f, CLASS_TLS, TCP, 443, 0);
	for (unsigned cut = 4; cut <= 204; cut += 200) {
		feed_frame(&f, 0, 0x18, f.seq[0], hello, sizeof hello, cut);
		f.seq[0] += sizeof hello;
		feed_frame(&f, 0, 0x18, f.seq[0], hello + 20, 200, 50);
		f.seq[0] += 200;
	}
	assert_int_equal(f.census->tls.cut_handshakes[1], 2);
	assert_int_equal(feed_count(&f.census->tls.cut_names, "example.com"), 1);
	assert_int_equal(f.census->tls.handshakes[CENSUS_TCP][1], 0);
	feed_bytes(&f, 0, hello, sizeof hello);
	assert_int_equal(f.census->tls.cut_handshakes[1], 2);
	assert_int_equal(f.census->tls.handshakes[CENSUS_TCP][1], 1);
	assert_int_equal(feed_count(&f.census->tls.names, "example.com"), 1);
	assert_int_equal(f.census->given_up, 0);
	feed_close(&f);
}

/* RFC 6347 4.2.1, 4.2.2: a ClientHello with its empty cookie. Its name is not one of TLS. */
static void
test_dtls_name(void **state)
{
	struct feed f;

	(void)state;
	feed_open(&f, CLASS_DTLS, UDP, 40002, 0);
	feed_hex(&f, 0,
	         "16 feff 0000 000000000000 004c 01 000040 0000 000000 000040 fefd"
	         "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f 00 00 0002 c02b "
	         "01 00"
	         "0014 0000 0010 000e 00 000b 6578616d706c652e636f6d");
	assert_int_equal(f.census->tls.handshakes[CENSUS_UDP][1], 1);
	assert_int_equal(feed_count(&f.census->tls.datagram_names, "example.com"), 1);
	assert_int_equal(feed_count(&f.census->tls.names, "example.com"), 0);
	feed_close(&f);
}

static void
test_quic(void **state)
{
	struct feed f;

	(void)state;
	feed_open(&f, CLASS_QUIC, UDP, 443, 0);
	feed_hex(&f, 0, QUIC_CLIENT_INITIAL);
	feed_hex(&f, 0, QUIC_CLIENT_INITIAL); /* sent again: the same hello */
	feed_hex(&f, 1, QUIC_SERVER_INITIAL);
	feed_hex(&f, 0, "40aabbcc");
	feed_hex(&f, 0, "c0 1a2a3a4a 00 00 aabb"); /* a version reserved for being refused */
	feed_hex(&f, 0, "c0 1a2a3a4b 00 00 aabb");
	assert_int_equal(f.census->quic.at[1].kinds[QUIC_INITIAL], 1);
	assert_int_equal(f.census->quic.at[2].kinds[QUIC_OTHER], 1);
	assert_int_equal(f.census->tls.handshakes[CENSUS_QUIC][1], 1);
	assert_int_equal(f.census->tls.handshakes[CENSUS_QUIC][2], 1);
	assert_int_equal(feed_count(&f.census->tls.names, "example.com"), 1);
	assert_int_equal(f.census->quic.at[0].version, 1);
	assert_int_equal(f.census->quic.at[0].kinds[QUIC_INITIAL], 3);
	assert_int_equal(f.census->quic_short, 1);
	assert_int_equal(f.census->quic_unopened, 0);
	feed_close(&f);
}

/* Without the client's packet nobody has the server's keys; bytes of chance open nothing. */
/* The client's hello was cut by a snap length, the server's was not. */
static void
test_quic_cut(void **state)
{
	struct hex client = hex_bytes(QUIC_CLIENT_INITIAL);
	struct feed f;

	(void)state;
	feed_open(&f, CLASS_QUIC, UDP, 443, 0);
	feed_frame(&f, 0, 0, 0, client.at, client.size, client.size - 300);
	feed_hex(&f, 1, QUIC_SERVER_INITIAL);
	assert_int_equal(f.census->tls.handshakes[CENSUS_QUIC][1], 0);
	assert_int_equal(f.census->tls.handshakes[CENSUS_QUIC][2], 1);
	assert_int_equal(f.census->quic.at[0].kinds[QUIC_INITIAL], 2);
	/* the same ports again; in between, what the client sends to the server's own id */
	for (unsigned i = 2; i < 4; i++) {
		struct hex later =
			hex_bytes("c0 00000001 08 f067a5502a4262b5 00 00 4400 00000000 00000000");

		feed_frame(&f, 0, 0, 0, later.at, later.size, 4);
		feed_hex(&f, 1, QUIC_SERVER_INITIAL);
		assert_int_equal(f.census->tls.handshakes[CENSUS_QUIC][2], i - 1);
		feed_frame(&f, 0, 0, 0, "\xc0\0\0\0\1\10other-id\0\0\x44\0....", 22, 2);
		feed_frame(&f, 0, 0, 0, client.at, client.size, client.size - 300);
		feed_hex(&f, 1, QUIC_SERVER_INITIAL);
		assert_int_equal(f.census->tls.handshakes[CENSUS_QUIC][2], i);
	}
	feed_close(&f);
	/* the one that was cut is the server's: the client's keys are its own */
	feed_open(&f, CLASS_QUIC, UDP, 443, 0);
	client = hex_bytes(QUIC_SERVER_INITIAL);
	feed_frame(&f, 1, 0, 0, client.at, client.size, client.size - 40);
	feed_hex(&f, 0, QUIC_CLIENT_INITIAL);
	feed_hex(&f, 1, QUIC_SERVER_INITIAL);
	assert_int_equal(f.census->tls.handshakes[CENSUS_QUIC][1], 1);
	assert_int_equal(f.census->tls.handshakes[CENSUS_QUIC][2], 1);
	feed_close(&f);
}

static void
test_quic_unopened(void **state)
{
	struct feed f;

	(void)state;
	feed_open(&f, CLASS_QUIC, UDP, 443, 0);
	feed_hex(&f, 1, QUIC_SERVER_INITIAL);
	feed_hex(&f, 0,
	         "c0 00000001 04 00112233 00 00 18 "
	         "000102030405060708090a0b0c0d0e0f1011121314151617");
	assert_int_equal(f.census->quic_unopened, 2);
	assert_int_equal(f.census->tls.handshakes[CENSUS_QUIC][2], 0);
	feed_close(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tls_pieces),       cmocka_unit_test(test_tls_session),
		cmocka_unit_test(test_tls_ports_reused), cmocka_unit_test(test_tls_cut),
		cmocka_unit_test(test_dtls_name),        cmocka_unit_test(test_quic),
		cmocka_unit_test(test_quic_cut),         cmocka_unit_test(test_quic_unopened),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
