#include "unit/inspect/feed.h"

enum { TCP = 6, UDP = 17 };

#define HEADERS "Via: SIP/2.0/TCP a\r\nFrom: a\r\nTo: b\r\nCall-ID: one\r\n"
#define OPTIONS "OPTIONS sip:b SIP/2.0\r\n" HEADERS "CSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n"
#define OK_200 "SIP/2.0 200 OK\r\n" HEADERS "CSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n"
#define INVITE                                                  \
	"INVITE sip:b SIP/2.0\r\n" HEADERS "CSeq: 2 INVITE\r\n" \
	"Content-Type: application/sdp\r\nContent-Length: 5\r\n\r\nv=0\r\n"

static void
test_sip_datagrams(void **state)
{
	struct feed f;

	(void)state;
	feed_open(&f, CLASS_SIP, UDP, 5060, 0);
	feed_text(&f, 0, OPTIONS);
	feed_text(&f, 1, OK_200);
	feed_text(&f, 0, INVITE);
	feed_text(&f, 0, "\r\n\r\n");
	feed_text(&f, 0, "GET / HTTP/1.1\r\n\r\n");
	assert_int_equal(feed_count(&f.census->sip.methods, "OPTIONS"), 1);
	assert_int_equal(feed_count(&f.census->sip.methods, "INVITE"), 1);
	assert_int_equal(f.census->sip.methods.count, 2);
	assert_int_equal(f.census->sip.status[200], 1);
	assert_int_equal(f.census->sip.call_ids.count, 1);
	assert_int_equal(f.census->sip.with_sdp, 1);
	assert_int_equal(f.census->sip.keepalives, 1);
	assert_int_equal(f.census->sip.malformed, 1);
	feed_close(&f);
}

/* A capture cut short is nobody's malformed message; the same bytes whole are one. */
static void
test_sip_cut(void **state)
{
	struct feed f;

	(void)state;
	feed_open(&f, CLASS_SIP, UDP, 5060, 0);
	feed_frame(&f, 0, 0, 0, INVITE, sizeof INVITE - 1, 20);
	assert_int_equal(feed_count(&f.census->sip.methods, "INVITE"), 1);
	assert_int_equal(f.census->sip.malformed, 0);
	feed_bytes(&f, 0, INVITE, sizeof INVITE - 21);
	assert_int_equal(feed_count(&f.census->sip.methods, "INVITE"), 2);
	assert_int_equal(f.census->sip.malformed, 1);
	feed_close(&f);
}

/* Messages that share segments and messages over several, in every cut of the stream. */
/* Bytes `at` to `end` of a UDP datagram, as a fragment of their own. */
static void
feed_fragment(struct feed *f, const char *payload, size_t at, size_t end, uint8_t class)
{
	size_t size = strlen(payload);
	struct frame_spec spec = {.proto = UDP,
	                          .sport = 5060,
	                          .dport = 5060,
	                          .payload = payload + at,
	                          .payload_size = end - at,
	                          .ip_id = 4660};
	struct punt p = {.time_ns = ++f->now_ns, .class = class, .queue = PUNT_BULK};
	uint8_t frame[FRAME_MAX];

	spec.fragment = (uint16_t)((at ? (at + 8) / 8 : 0) | (end < size ? 0x2000 : 0));
	addr_parse("192.0.2.1", &spec.src);
	addr_parse("192.0.2.2", &spec.dst);
	p.data = frame;
	p.captured = p.wire = (uint32_t)frame_make(frame, &spec);
	packet_decode(LINK_ETHERNET, frame, p.captured, p.wire, &(struct packet_options){0},
	              &p.packet);
	inspector_packet(f->inspector, &p);
}

/* The later fragment may come before anybody knows what it belongs to; alone a first one counts
 * too, and as such. */
static void
test_sip_fragments(void **state)
{
	static const size_t half = 64; /* with the UDP header, nine times eight bytes */
	struct feed f;

	(void)state;
	feed_open(&f, CLASS_SIP, UDP, 5060, 0);
	feed_fragment(&f, INVITE, 0, half, CLASS_SIP);
	feed_fragment(&f, INVITE, half, sizeof INVITE - 1, CLASS_SIP);
	assert_int_equal(feed_count(&f.census->sip.methods, "INVITE"), 1);
	feed_fragment(&f, INVITE, half, sizeof INVITE - 1, CLASS_FRAGMENT);
	feed_fragment(&f, INVITE, 0, half, CLASS_SIP);
	assert_int_equal(feed_count(&f.census->sip.methods, "INVITE"), 2);
	assert_int_equal(f.census->sip.malformed, 0);
	assert_int_equal(f.census->sip.first_fragments, 0);
	feed_fragment(&f, INVITE, 0, half, CLASS_SIP);
	assert_int_equal(feed_count(&f.census->sip.methods, "INVITE"), 2);
	inspector_finish(f.inspector);
	assert_int_equal(feed_count(&f.census->sip.methods, "INVITE"), 3);
	assert_int_equal(f.census->sip.first_fragments, 1);
	feed_close(&f);
}

static void
test_sip_stream(void **state)
{
	static const char text[] = OPTIONS INVITE "\r\n\r\n" OPTIONS;
	size_t size = sizeof text - 1;

	(void)state;
	for (size_t cut = 0; cut <= size; cut += 7) {
		struct feed f;

		feed_open(&f, CLASS_SIP, TCP, 5060, 0);
		feed_frame(&f, 0, 0x02, f.seq[0] - 1, NULL, 0, 0);
		feed_bytes(&f, 0, text, cut);
		feed_bytes(&f, 0, text + cut, size - cut);
		assert_int_equal(feed_count(&f.census->sip.methods, "OPTIONS"), 2);
		assert_int_equal(feed_count(&f.census->sip.methods, "INVITE"), 1);
		assert_int_equal(f.census->sip.malformed, 0);
		feed_close(&f);
	}
}

/* A snap length takes the ends of segments: each message that begins in one is read as far as it
 * was captured, and counts as no malformed one. */
static void
test_sip_stream_cut(void **state)
{
	struct feed f;

	(void)state;
	feed_open(&f, CLASS_SIP, TCP, 5060, 0);
	for (unsigned i = 0; i < 3; i++) {
		static const char text[] = OPTIONS INVITE;

		feed_frame(&f, 0, 0x18, f.seq[0], text, sizeof text - 1, 20);
		f.seq[0] += sizeof text - 1;
	}
	feed_text(&f, 0, OPTIONS);
	assert_int_equal(feed_count(&f.census->sip.methods, "OPTIONS"), 4);
	assert_int_equal(feed_count(&f.census->sip.methods, "INVITE"), 3);
	assert_int_equal(f.census->sip.malformed, 0);
	feed_close(&f);
}

/* A lost segment costs the messages in it, no more; the rest of a message is no malformed one. */
static void
test_sip_gap(void **state)
{
	struct feed f;

	(void)state;
	feed_open(&f, CLASS_SIP, TCP, 5060, 0);
	feed_text(&f, 0, OPTIONS);
	f.seq[0] += 100; /* the beginning of an INVITE */
	feed_text(&f, 0, "To: b\r\nCSeq: 2 INVITE\r\n\r\n" INVITE);
	assert_int_equal(feed_count(&f.census->sip.methods, "INVITE"), 0);
	inspector_finish(f.inspector);
	assert_int_equal(feed_count(&f.census->sip.methods, "OPTIONS"), 1);
	assert_int_equal(feed_count(&f.census->sip.methods, "INVITE"), 1);
	assert_int_equal(f.census->sip.malformed, 0);
	assert_int_equal(f.census->streams.gaps, 1);
	feed_close(&f);
}

/* What the receiver has acknowledged a second ago and the tap never saw is given up by then. */
static void
test_gap_acknowledged(void **state)
{
	struct feed f;

	(void)state;
	feed_open(&f, CLASS_SIP, TCP, 5060, 0);
	feed_text(&f, 0, OPTIONS);
	f.seq[0] += 100;
	feed_text(&f, 0, INVITE);
	f.ack = f.seq[0];
	feed_frame(&f, 1, 0x10, f.seq[1], NULL, 0, 0);
	f.now_ns += 900000000;
	feed_frame(&f, 1, 0x10, f.seq[1], NULL, 0, 0);
	assert_int_equal(feed_count(&f.census->sip.methods, "INVITE"), 0);
	f.now_ns += 200000000;
	f.ack = f.seq[0] - (sizeof INVITE - 1) - 50; /* not what waits */
	feed_frame(&f, 1, 0x10, f.seq[1], NULL, 0, 0);
	assert_int_equal(feed_count(&f.census->sip.methods, "INVITE"), 0);
	f.ack = f.seq[0];
	feed_frame(&f, 1, 0x10, f.seq[1], NULL, 0, 0);
	assert_int_equal(feed_count(&f.census->sip.methods, "INVITE"), 1);
	assert_int_equal(f.census->streams.gaps, 1);
	feed_close(&f);
}

/* A SYN with a number of its own takes the ports over. */
static void
test_ports_reused(void **state)
{
	struct feed f;

	(void)state;
	feed_open(&f, CLASS_SIP, TCP, 5060, 0);
	feed_frame(&f, 0, 0x02, f.seq[0] - 1, NULL, 0, 0);
	feed_bytes(&f, 0, INVITE, 30);
	f.seq[0] = 500000;
	feed_frame(&f, 0, 0x02, f.seq[0] - 1, NULL, 0, 0);
	feed_text(&f, 0, OPTIONS);
	assert_int_equal(feed_count(&f.census->sip.methods, "OPTIONS"), 1);
	assert_int_equal(f.census->streams.gaps, 0);
	feed_close(&f);
}

#define WEBSOCKET_OPEN                                                      \
	"GET /ws HTTP/1.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" \
	"Sec-WebSocket-Protocol: sip\r\n\r\n"
#define WEBSOCKET_OPENED "HTTP/1.1 101 X\r\nSec-WebSocket-Protocol: sip\r\n\r\n"

/* A message in frames of at most `piece` bytes, masked, with a ping behind the first: what it
 * becomes on the wire. */
static size_t
frame_text(uint8_t *to, const char *text, size_t piece)
{
	static const uint8_t key[4] = {0x37, 0xfa, 0x21, 0x3d}; /* RFC 6455 section 5.7 */
	size_t size = strlen(text), at = 0;

	for (size_t done = 0; done < size; done += piece) {
		size_t part = size - done < piece ? size - done : piece;

		to[at++] = (uint8_t)((done + part == size) << 7 | (done == 0));
		if (part > 125) {
			to[at++] = 0x80 | 126;
			to[at++] = (uint8_t)(part >> 8);
		} else {
			part |= 0x80;
		}
		to[at++] = (uint8_t)part;
		part = size - done < piece ? size - done : piece;
		memcpy(to + at, key, sizeof key);
		at += sizeof key;
		for (size_t i = 0; i < part; i++)
			to[at++] = (uint8_t)text[done + i] ^ key[i % 4];
		if (done == 0) {
			memcpy(to + at, "\x89\x80\1\2\3\4", 6);
			at += 6;
		}
	}
	return at;
}

/* RFC 7118: heads and frames in segments cut anywhere; messages in one frame and in several. */
static void
test_sip_websocket(void **state)
{
	uint8_t bytes[4096];

	(void)state;
	for (size_t cut = 1; cut < 60; cut += 7) {
		struct feed f;
		size_t size = sizeof WEBSOCKET_OPEN - 1;

		memcpy(bytes, WEBSOCKET_OPEN, size);
		size += frame_text(bytes + size, INVITE, 4000);
		size += frame_text(bytes + size, "\r\n\r\n", 4000);
		size += frame_text(bytes + size, OPTIONS, cut + 20);
		feed_open(&f, CLASS_SIP, TCP, 8088, 0);
		for (size_t at = 0; at < size; at += cut)
			feed_bytes(&f, 0, bytes + at, size - at < cut ? size - at : cut);
		feed_text(&f, 1, WEBSOCKET_OPENED);
		feed_hex(&f, 1, "8104 0d0a0d0a");
		assert_int_equal(feed_count(&f.census->sip.methods, "INVITE"), 1);
		assert_int_equal(feed_count(&f.census->sip.methods, "OPTIONS"), 1);
		assert_int_equal(f.census->sip.methods.count, 2);
		assert_int_equal(f.census->sip.keepalives, 2);
		assert_int_equal(f.census->sip.malformed, 0);
		feed_close(&f);
	}
}

/* Behind a gap a segment that begins with a frame is found; a message that is compressed, or longer
 * than any, is stepped over. */
static void
test_sip_websocket_lost(void **state)
{
	static uint8_t bytes[70000];
	struct feed f;
	size_t size;

	(void)state;
	feed_open(&f, CLASS_SIP, TCP, 8088, 0);
	feed_text(&f, 0, WEBSOCKET_OPEN);
	size = frame_text(bytes, INVITE, 4000);
	bytes[0] |= 0x40;
	feed_bytes(&f, 0, bytes, size);
	assert_int_equal(f.census->sip.methods.count, 0);
	size = frame_text(bytes, INVITE, 20);
	feed_bytes(&f, 0, bytes, 30); /* the rest never comes */
	f.seq[0] += (uint32_t)size;
	bytes[0] = 0xff;
	feed_bytes(&f, 0, bytes, 20);
	inspector_finish(f.inspector); /* nothing is waited for any more */
	size = frame_text(bytes, OPTIONS, 4000);
	feed_bytes(&f, 0, bytes, size);
	assert_int_equal(feed_count(&f.census->sip.methods, "OPTIONS"), 1);
	assert_int_equal(f.census->sip.methods.count, 1);
	assert_int_equal(f.census->sip.malformed, 0);
	feed_close(&f);
}

#define DNS_QUERY "0011 1234 0100 0001 0000 0000 0000 00 0002 0001"
#define DNS_ANSWER "0011 1234 8583 0001 0000 0000 0000 00 0002 0001"

static void
test_dns(void **state)
{
	struct feed f;

	(void)state;
	feed_open(&f, CLASS_DNS, TCP, 53, 0);
	feed_hex(&f, 0, DNS_QUERY DNS_QUERY);
	feed_hex(&f, 1, DNS_ANSWER "00");
	feed_hex(&f, 1, "0c 1234 8105 0000 0000 0000 0000");
	assert_int_equal(f.census->dns.queries, 2);
	assert_int_equal(f.census->dns.responses, 2);
	assert_int_equal(f.census->dns.rcodes[3], 1);
	assert_int_equal(f.census->dns.rcodes[5], 1);
	assert_int_equal(f.census->dns.malformed, 0);
	feed_close(&f);
	feed_open(&f, CLASS_DNS, UDP, 53, 0);
	feed_hex(&f, 0, "1234 0100 0001 0000 0000 0000 00 0002 0001");
	feed_hex(&f, 0, "1234 0100 0001 0000");
	feed_hex(&f, 0, "1234 0100 0001 0000 0000 0000 c00c 0002 0001");
	assert_int_equal(f.census->dns.queries, 2);
	assert_int_equal(f.census->dns.malformed, 2);
	feed_close(&f);
}

/* Cut segments, and a gap behind which first the middle of a message comes, then a whole one. */
static void
test_dns_stream_cut(void **state)
{
	static const uint8_t answer[] = {0, 0x11, 0x12, 0x34, 0x85, 0x80, 0, 1, 0, 0,
	                                 0, 0,    0,    0,    0,    0,    2, 0, 1};
	struct feed f;

	(void)state;
	feed_open(&f, CLASS_DNS, TCP, 53, 0);
	for (unsigned i = 0; i < 2; i++) {
		feed_frame(&f, 1, 0x18, f.seq[1], answer, sizeof answer, 4);
		f.seq[1] += sizeof answer;
	}
	assert_int_equal(f.census->dns.responses, 2);
	f.seq[1] += 8 << 20; /* beyond any window */
	feed_hex(&f, 1, "0102 0304 0506 0708 090a 0b0c 0d0e");
	feed_bytes(&f, 1, answer, sizeof answer);
	assert_int_equal(f.census->dns.responses, 3);
	assert_int_equal(f.census->dns.malformed, 0);
	assert_int_equal(f.census->given_up, 0);
	feed_close(&f);
}

/* RFC 5764 section 5.1.2, RFC 7983: what shares a port is told by its first byte. */
static void
test_media_port(void **state)
{
	struct feed f;

	(void)state;
	feed_open(&f, CLASS_SRTP, UDP, 50000, 0);
	feed_hex(&f, 0, "0001 0000 2112a442 000000000000000000000000");
	feed_hex(&f, 0, "0001 0000 00000000 000000000000000000000000");          /* RFC 3489 */
	feed_hex(&f, 0, "0001 0008 2112a442 000000000000000000000000 80220000"); /* a lie */
	feed_hex(&f, 0, "16 fefd 0000 000000000000 0002 aabb 14 fefd 0000 000000000001 0001 01");
	feed_hex(&f, 0, "1000 0007 5a525450 deadbeef 505a 0003 48656c6c6f41434b 11223344");
	feed_hex(&f, 0, "4001 0003 aabbcc");
	feed_hex(&f, 0, "80c9 0001 00000001 81cb 0001 00000001"); /* RTCP */
	feed_hex(&f, 0,
	         "80c8 0006 00000001 a1cb1111 22222222 33333333 44444444 55555555 66666666"
	         "80000001 7777");                           /* SRTCP: index and tag behind */
	feed_hex(&f, 0, "8000 1234 00000320 deadbeef d5d5"); /* RTP */
	assert_int_equal(f.census->stun[0x0001], 1);
	assert_int_equal(f.census->stun_classic[0x0001], 1);
	assert_int_equal(f.census->stun_malformed, 1);
	assert_int_equal(f.census->dtls.count, 1);
	assert_int_equal(f.census->dtls.at[0].version, 0xfefd);
	assert_int_equal(f.census->dtls.at[0].kinds[22], 1);
	assert_int_equal(f.census->dtls.at[0].kinds[20], 1);
	assert_int_equal(f.census->zrtp, 1);
	assert_int_equal(f.census->channels[1], 1);
	assert_int_equal(f.census->rtcp[201], 1);
	assert_int_equal(f.census->rtcp[203], 1);
	assert_int_equal(f.census->rtcp[200], 0);
	assert_int_equal(f.census->srtcp, 1);
	feed_close(&f);
}

/* RFC 8656 sections 11.3, 12.4: a receiver report and a goodbye in ChannelData, and again in a Send
 * indication; a sender report whose index and tag say that it is SRTCP. */
static void
test_relayed_rtcp(void **state)
{
	struct feed f;

	(void)state;
	feed_open(&f, CLASS_TURN, UDP, 3478, 0);
	feed_hex(&f, 0, "4000 0010 80c9 0001 00000001 81cb 0001 00000001");
	feed_hex(&f, 0,
	         "0016 0020 2112a442 000000000000000000000000"
	         "0012 0008 0001 1234 c0000201 0013 0010 80c9 0001 00000001 81cb 0001 00000001");
	feed_hex(&f, 1,
	         "4000 0028 80c8 0006 00000001 a1cb1111 22222222 33333333 44444444 55555555"
	         "66666666 80000001 77777777 88888888");
	feed_hex(&f, 1, "4000 0004 d5d5d5d5");
	assert_int_equal(f.census->channels[0], 3);
	assert_int_equal(f.census->stun[0x0016], 1);
	assert_int_equal(f.census->rtcp[201], 2);
	assert_int_equal(f.census->rtcp[203], 2);
	assert_int_equal(f.census->rtcp[200], 0);
	feed_close(&f);
}

/* RFC 3550 section 6.1: of a compound that the capture cut, the packets whose headers are there; of
 * SRTCP with its 80-bit tag none, which the size on the wire tells. */
static void
test_rtcp_cut(void **state)
{
	static const uint8_t compound[54] = {0x81, 200, 0, 6, 0, 0, 0, 1, [28] = 0x81, 202, 0, 4};
	struct feed f;

	(void)state;
	feed_open(&f, CLASS_RTCP, UDP, 50001, 0);
	feed_frame(&f, 0, 0, 0, compound, 48, 16);
	assert_int_equal(f.census->rtcp[200], 1);
	assert_int_equal(f.census->rtcp[202], 1);
	feed_frame(&f, 0, 0, 0, compound, 48, 20);
	assert_int_equal(f.census->rtcp[200], 2);
	assert_int_equal(f.census->rtcp[202], 1);
	assert_int_equal(f.census->srtcp, 0);
	feed_frame(&f, 0, 0, 0, compound, 54, 10);
	assert_int_equal(f.census->rtcp[200], 2);
	assert_int_equal(f.census->srtcp, 1);
	feed_close(&f);
}

/* STUN's own framing with padded ChannelData, and that of RFC 4571. */
static void
test_stun_over_tcp(void **state)
{
	struct feed f;

	(void)state;
	feed_open(&f, CLASS_TURN, TCP, 3478, 0);
	feed_hex(&f, 0,
	         "0003 0000 2112a442 000000000000000000000000 4000 0011"
	         "0102030405060708090a0b0c0d0e0f1011 000000 0004");
	feed_hex(&f, 0, "0000 2112a442 000000000000000000000000");
	feed_hex(&f, 1, "0014 0101 0000 2112a442 000000000000000000000000");
	assert_int_equal(f.census->stun[0x0003], 1);
	assert_int_equal(f.census->stun[0x0004], 1);
	assert_int_equal(f.census->stun[0x0101], 1);
	assert_int_equal(f.census->channels[0], 1);
	/* shorter than STUN's header, and nothing behind */
	feed_hex(&f, 0, "4001 0002 aabb 0000");
	feed_hex(&f, 1, "0006 4002 0002 ccdd");
	assert_int_equal(f.census->channels[1], 1);
	assert_int_equal(f.census->channels[2], 1);
	feed_close(&f);
}

/* Both framings again, cut, and behind a gap. */
static void
test_stun_over_tcp_cut(void **state)
{
	static const uint8_t framed[] = {0,    28,   1,    1,    0,        8,
	                                 0x21, 0x12, 0xa4, 0x42, [12] = 7, [29] = 0};
	struct feed f;

	(void)state;
	feed_open(&f, CLASS_TURN, TCP, 3478, 0);
	for (unsigned i = 0; i < 2; i++) {
		feed_frame(&f, 1, 0x18, f.seq[1], framed, sizeof framed, 5);
		f.seq[1] += sizeof framed;
		feed_frame(&f, 0, 0x18, f.seq[0], framed + 2, sizeof framed - 2, 5);
		f.seq[0] += sizeof framed - 2;
	}
	assert_int_equal(f.census->stun[0x0101], 4);
	f.seq[1] += 8 << 20;
	feed_hex(&f, 1, "4142 4344 4546 4748 494a 4b4c 4d4e 4f50 5152 5354 5556");
	feed_bytes(&f, 1, framed, sizeof framed);
	assert_int_equal(f.census->stun[0x0101], 5);
	/* ChannelData that ends where the segment does */
	f.seq[1] += 8 << 20;
	feed_hex(&f, 1, "4001 0005 0102030405 000000 4002 0004 01020304");
	assert_int_equal(f.census->channels[1], 1);
	assert_int_equal(f.census->channels[2], 1);
	f.seq[1] += 8 << 20;
	feed_hex(&f, 1, "4001 0004 01020304 4002 0004 010203");
	assert_int_equal(f.census->channels[1], 1);
	feed_close(&f);
}

/* An ICMP error of type 3 about `size` bytes of a datagram to `port`, of which `quoted` follow. */
static void
feed_error(struct feed *f, uint16_t port, const void *payload, uint16_t size, uint16_t quoted)
{
	uint8_t frame[FRAME_MAX] = {
		[12] = 8, [14] = 0x45, [22] = 64, [23] = 1,   [26] = 192, [30] = 10, [34] = 3,
		[35] = 3, [42] = 0x45, [50] = 64, [51] = UDP, [54] = 10,  [58] = 192};
	const struct packet_options options = {.inner = true};
	struct punt punt = {
		.data = frame, .time_ns = ++f->now_ns, .class = CLASS_ICMP, .queue = PUNT_BULK};

	store_be16(frame + 16, (uint16_t)(20 + 8 + 28 + quoted));
	store_be16(frame + 44, (uint16_t)(28 + size));
	store_be16(frame + 62, 5060);
	store_be16(frame + 64, port);
	store_be16(frame + 66, (uint16_t)(8 + size));
	memcpy(frame + 70, payload, quoted);
	punt.captured = punt.wire = 70u + quoted;
	packet_decode(LINK_ETHERNET, frame, punt.captured, punt.wire, &options, &punt.packet);
	inspector_packet(f->inspector, &punt);
}

/* What was sent and refused counts by itself, as far as it was quoted. */
static void
test_quoted(void **state)
{
	static const uint8_t query[] = {0, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 1};
	static const uint8_t binding[20] = {0, 1, 0, 0, 0x21, 0x12, 0xa4, 0x42};
	/* RFC 3550 section 6.6 and 6.5: goodbye, then a chunk without items */
	static const uint8_t bye[] = {0x81, 203, 0, 1, 0, 0, 0, 1, 0x81, 202,
	                              0,    2,   0, 0, 0, 1, 0, 0, 0,    0};
	static const uint8_t noise[] = {0x81, 203, 0x77, 1, 0, 0, 0, 1, 0x81, 202, 0, 2};
	static const uint8_t alert[] = {21, 0xfe, 0xfd, 0, 1, 0, 0, 0, 0, 0, 0, 0, 2, 1, 0};
	struct feed f;

	(void)state;
	feed_open(&f, CLASS_ICMP, 1, 0, 0);
	feed_error(&f, 5060, OPTIONS, sizeof OPTIONS - 1, sizeof OPTIONS - 1);
	feed_error(&f, 5060, OPTIONS, sizeof OPTIONS - 1, 40);
	feed_error(&f, 5060, OPTIONS, sizeof OPTIONS - 1, 0);
	feed_error(&f, 53, query, sizeof query, sizeof query);
	feed_error(&f, 3478, binding, sizeof binding, sizeof binding);
	feed_error(&f, 7001, bye, sizeof bye, sizeof bye);
	feed_error(&f, 7001, bye, sizeof bye, 12); /* ends behind the second header */
	feed_error(&f, 7001, noise, sizeof noise, sizeof noise);
	feed_error(&f, 7001, alert, sizeof alert, sizeof alert);
	assert_int_equal(f.census->quoted.rtcp[203], 2);
	assert_int_equal(f.census->quoted.rtcp[202], 2);
	assert_int_equal(f.census->rtcp[203], 0);
	assert_int_equal(f.census->quoted.dtls.at[0].kinds[21], 1);
	assert_int_equal(f.census->dtls.count, 0);
	assert_int_equal(feed_count(&f.census->quoted.sip_methods, "OPTIONS"), 2);
	assert_int_equal(f.census->quoted.dns_queries, 1);
	assert_int_equal(f.census->quoted.stun[1], 1);
	assert_int_equal(f.census->sip.methods.count, 0);
	assert_int_equal(f.census->dns.queries, 0);
	assert_int_equal(f.census->stun[1], 0);
	feed_close(&f);
}

/* A frame that another class than its protocol knows, and one that nobody reads. */
static void
test_unread(void **state)
{
	struct feed f;

	(void)state;
	feed_open(&f, CLASS_VXLAN, UDP, 7, 0);
	feed_text(&f, 0, "x");
	assert_int_equal(f.census->datagrams, 1);
	assert_int_equal(f.census->unread, 1);
	feed_close(&f);
}

/* Strangers can't make it keep more than its limit: the oldest goes, with its half message. */
static void
test_conversations_are_bounded(void **state)
{
	uint64_t forgotten;
	struct feed f;

	(void)state;
	feed_open(&f, CLASS_SIP, TCP, 5060, 100);
	for (uint16_t port = 1; port <= 1000; port++) {
		f.ports[0] = port;
		feed_frame(&f, 0, 0x18, 1, INVITE, 40, 0);
	}
	assert_int_equal(inspector_conversations(f.inspector, &forgotten), 100);
	assert_int_equal(forgotten, 900);
	f.ports[0] = 1000; /* still known: the rest completes it */
	feed_frame(&f, 0, 0x18, 41, INVITE + 40, sizeof INVITE - 41, 0);
	assert_int_equal(feed_count(&f.census->sip.methods, "INVITE"), 1);
	feed_close(&f);
}

/* A flood of bulk leaves what the control queue brought alone. */
static void
test_queues_are_apart(void **state)
{
	uint64_t forgotten;
	struct feed f;

	(void)state;
	feed_open(&f, CLASS_SIP, TCP, 5060, 100);
	f.queue = PUNT_CONTROL;
	feed_frame(&f, 0, 0x18, 1, INVITE, 40, 0);
	f.queue = PUNT_BULK;
	for (uint16_t port = 1; port <= 1000; port++) {
		f.ports[0] = port;
		feed_frame(&f, 0, 0x18, 1, INVITE, 40, 0);
	}
	assert_int_equal(inspector_conversations(f.inspector, &forgotten), 101);
	f.ports[0] = 40000;
	f.queue = PUNT_CONTROL;
	feed_frame(&f, 0, 0x18, 41, INVITE + 40, sizeof INVITE - 41, 0);
	assert_int_equal(feed_count(&f.census->sip.methods, "INVITE"), 1);
	feed_close(&f);
}

/* Nor more bytes than the budget: half messages of many connections push the oldest out. */
static void
test_waiting_is_bounded(void **state)
{
	static char half[1200];
	uint64_t forgotten;
	struct feed f;

	(void)state;
	memset(half, 'a', sizeof half);
	memcpy(half, "INVITE ", 7);
	feed_open(&f, CLASS_SIP, TCP, 5060, 100000);
	inspector_destroy(f.inspector);
	f.inspector = inspector_create(&(struct inspector_params){.waiting_bytes = 1 << 20});
	f.census = inspector_census(f.inspector);
	for (uint16_t port = 1; port <= 10000; port++) {
		f.ports[0] = port;
		feed_frame(&f, 0, 0x18, 1, half, sizeof half, 0);
		assert_true(f.census->streams.budget.used <= 1 << 20);
	}
	assert_true(inspector_conversations(f.inspector, &forgotten) < 1000);
	assert_true(forgotten > 9000);
	assert_int_equal(f.census->streams.budget.refused, 0);
	feed_close(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sip_datagrams),
		cmocka_unit_test(test_sip_cut),
		cmocka_unit_test(test_sip_fragments),
		cmocka_unit_test(test_sip_stream),
		cmocka_unit_test(test_sip_stream_cut),
		cmocka_unit_test(test_sip_gap),
		cmocka_unit_test(test_gap_acknowledged),
		cmocka_unit_test(test_ports_reused),
		cmocka_unit_test(test_sip_websocket),
		cmocka_unit_test(test_sip_websocket_lost),
		cmocka_unit_test(test_dns),
		cmocka_unit_test(test_dns_stream_cut),
		cmocka_unit_test(test_media_port),
		cmocka_unit_test(test_relayed_rtcp),
		cmocka_unit_test(test_rtcp_cut),
		cmocka_unit_test(test_stun_over_tcp),
		cmocka_unit_test(test_stun_over_tcp_cut),
		cmocka_unit_test(test_quoted),
		cmocka_unit_test(test_unread),
		cmocka_unit_test(test_conversations_are_bounded),
		cmocka_unit_test(test_queues_are_apart),
		cmocka_unit_test(test_waiting_is_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
