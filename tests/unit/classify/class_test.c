#include "classify/class.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include <netinet/in.h>

#include "classify/class_rules.h"
#include "unit/classify/vectors.h"

static struct class_rules rules;

static int
set_up(void **state)
{
	static const uint32_t sip[] = {5070, 70000}, sips[] = {5062};

	(void)state;
	class_rules_init(&rules, sip, 2, sips, 1);
	return 0;
}

/* ---- a flow and its packets -------------------------------------------------------------------
 */

struct flow {
	struct class_state s;
	struct packet p; /* as the first sender sends */
};

static struct flow
flow_between(uint8_t proto, uint16_t client, uint16_t server)
{
	struct flow f = {.p = {.proto = proto,
	                       .sport = client,
	                       .dport = server,
	                       .ttl = 60,
	                       .ip_version = 4,
	                       .flags = PACKET_HAS_IP | PACKET_HAS_PORTS}};

	assert_true(addr_parse("192.0.2.1", &f.p.src));
	assert_true(addr_parse("198.51.100.1", &f.p.dst));
	return f;
}

static bool
send_cut(struct flow *f, bool reverse, const void *payload, uint32_t captured, uint32_t size)
{
	struct packet p = f->p;

	if (reverse) {
		p.src = f->p.dst;
		p.dst = f->p.src;
		p.sport = f->p.dport;
		p.dport = f->p.sport;
	}
	p.payload_captured = (uint16_t)captured;
	p.payload_size = size;
	return class_look(&f->s, &rules, &p, payload, reverse);
}

static bool
say(struct flow *f, bool reverse, const void *payload, uint32_t size)
{
	return send_cut(f, reverse, payload, size, size);
}

static void
send_vector(struct flow *f, bool reverse, const char *source)
{
	for (unsigned i = 0; i < VECTORS; i++)
		if (strcmp(vectors[i].source, source) == 0) {
			struct bytes b = vector_bytes(&vectors[i]);

			send_cut(f, reverse, b.at, b.captured, b.size);
			return;
		}
	fail_msg("no vector %s", source);
}

#define assert_class(f, c, confidence_)                                              \
	do {                                                                         \
		assert_string_equal(class_name((f).s.class), class_name(CLASS_##c)); \
		assert_int_equal((f).s.confidence, confidence_);                     \
	} while (0)

/* RFC 3550 5.1, version 2, no padding, extension or sources. */
struct rtp {
	uint8_t type;
	uint16_t seq;
	uint32_t time, ssrc;
	uint32_t body;
};

static void
send_rtp(struct flow *f, bool reverse, const struct rtp *r)
{
	uint8_t bytes[1500] = {0x80, r->type};

	store_be16(bytes + 2, r->seq);
	store_be32(bytes + 4, r->time);
	store_be32(bytes + 8, r->ssrc);
	memset(bytes + 12, 0xd5, r->body);
	say(f, reverse, bytes, 12 + r->body);
}

/* `count` packets of 20 ms G.711 or what `r` says, each one further. */
static void
send_stream(struct flow *f, bool reverse, struct rtp *r, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		send_rtp(f, reverse, r);
		r->seq++;
		r->time += 160;
	}
}

/* ---- confidence -------------------------------------------------------------------------------
 */

static void
port_magic_and_both_directions_raise_confidence(void **state)
{
	struct flow f = flow_between(IPPROTO_UDP, 40000, 53);
	static const uint8_t answer[] = {0x10, 0x32, 0x81, 0x80, 0,   1,   0,   0,   0,   0,
	                                 0,    0,    6,    'g',  'o', 'o', 'g', 'l', 'e', 3,
	                                 'c',  'o',  'm',  0,    0,   16,  0,   1};

	(void)state;
	assert_true(say(&f, false, "", 0)); /* nothing but the port */
	assert_class(f, DNS, CONFIDENCE_PORT);
	send_vector(&f, false, "mercury capture2.pcap 11");
	assert_class(f, DNS, CONFIDENCE_MAGIC);
	assert_false(class_done(&f.s));
	assert_true(say(&f, true, answer, sizeof answer));
	assert_class(f, DNS, CONFIDENCE_BOTH);
	assert_true(class_done(&f.s));
}

static void
every_vector_gives_its_class_to_a_new_flow(void **state)
{
	(void)state;
	for (unsigned i = 0; i < VECTORS; i++) {
		const struct vector *v = &vectors[i];
		uint8_t proto = v->transport == CLASS_UDP ? IPPROTO_UDP : IPPROTO_TCP;
		struct flow f = flow_between(proto, 40000, v->port);
		struct bytes b = vector_bytes(v);

		if (v->flow_class) {
			f.s.class = v->flow_class;
			f.s.confidence = CONFIDENCE_MAGIC;
		}
		send_cut(&f, false, b.at, b.captured, b.size);
		if (f.s.class != v->class || f.s.confidence != CONFIDENCE_MAGIC)
			fail_msg("%s on port %u: %s, %u", v->source, v->port, class_name(f.s.class),
			         f.s.confidence);
	}
}

/* A capture that starts in the middle may see the answer first. */
static void
the_port_counts_from_either_side(void **state)
{
	struct flow f = flow_between(IPPROTO_TCP, 443, 40000);
	struct flow answered = flow_between(IPPROTO_UDP, 53, 40000);

	(void)state;
	say(&f, false, "", 0);
	assert_class(f, TLS, CONFIDENCE_PORT);
	send_vector(&answered, false, "mercury capture2.pcap 11");
	assert_class(answered, DNS, CONFIDENCE_MAGIC);
}

static void
ports_of_the_configuration_count(void **state)
{
	struct flow clear = flow_between(IPPROTO_UDP, 40000, 5070);
	struct flow tls = flow_between(IPPROTO_TCP, 40000, 5062);
	static const char any[] = "MYSTERY sip:bob@biloxi.com SIP/2.0\r\n";

	(void)state;
	say(&clear, false, any, sizeof any - 1);
	assert_class(clear, SIP, CONFIDENCE_MAGIC);
	send_vector(&tls, false, "RFC 8448 3");
	assert_class(tls, SIP_TLS, CONFIDENCE_MAGIC);
}

static void
a_promise_that_payload_breaks_is_withdrawn(void **state)
{
	struct flow f = flow_between(IPPROTO_UDP, 40000, 123);

	(void)state;
	say(&f, false, "", 0);
	assert_class(f, NTP, CONFIDENCE_PORT);
	assert_true(say(&f, false, "certainly not the time", 22));
	assert_class(f, UNKNOWN_UDP, CONFIDENCE_NONE);
}

static void
looking_ends_after_class_looks_payloads(void **state)
{
	struct flow f = flow_between(IPPROTO_TCP, 40000, 40001);

	(void)state;
	for (unsigned i = 0; i < CLASS_LOOKS; i++) {
		assert_false(class_done(&f.s));
		say(&f, i & 1, "\x01\x02\x03\x04", 4);
	}
	assert_true(class_done(&f.s));
	send_vector(&f, false, "RFC 8448 3");
	assert_class(f, UNKNOWN_TCP, CONFIDENCE_NONE);
}

/* ---- what must not be taken for SIP, RTP or BGP -----------------------------------------------
 */

static void
nothing_is_sip_by_its_port(void **state)
{
	struct flow silent = flow_between(IPPROTO_TCP, 40000, 5060);
	struct flow guard = flow_between(IPPROTO_UDP, 40000, 5060);
	struct flow web = flow_between(IPPROTO_TCP, 40000, 5060);

	(void)state;
	say(&silent, false, "", 0);
	assert_class(silent, UNKNOWN_TCP, CONFIDENCE_NONE);
	send_vector(&guard, false, "WireGuard paper 5.4.6, data");
	assert_class(guard, WIREGUARD, CONFIDENCE_MAGIC);
	send_vector(&web, false, "RFC 9112 2.1");
	assert_class(web, HTTP, CONFIDENCE_MAGIC);
}

static void
nothing_is_bgp_by_its_port(void **state)
{
	struct flow f = flow_between(IPPROTO_TCP, 40000, 179);

	(void)state;
	say(&f, false, "", 0);
	say(&f, false, "GET / HTTP/1.0\r\n\r\n", 18);
	assert_class(f, HTTP, CONFIDENCE_MAGIC);
}

static void
keep_alives_between_sip_messages_change_nothing(void **state)
{
	struct flow f = flow_between(IPPROTO_UDP, 5060, 5060);

	(void)state;
	say(&f, false, "\r\n\r\n", 4); /* RFC 5626 3.5.1 */
	assert_class(f, UNKNOWN_UDP, CONFIDENCE_NONE);
	send_vector(&f, false, "RFC 3261 24.2, F1");
	assert_class(f, SIP, CONFIDENCE_MAGIC);
	say(&f, true, "\r\n", 2);
	send_vector(&f, true, "RFC 3261 24.1, F2");
	assert_class(f, SIP, CONFIDENCE_BOTH);
}

static void
rtp_takes_four_packets_in_sequence(void **state)
{
	struct flow f = flow_between(IPPROTO_UDP, 40000, 40002);
	struct rtp r = {.type = 96, .seq = 0xfffe, .time = 0xffffff00, .ssrc = 7, .body = 60};

	(void)state;
	send_stream(&f, false, &r, 3); /* across the wrap of both counters */
	assert_class(f, UNKNOWN_UDP, CONFIDENCE_NONE);
	send_stream(&f, false, &r, 1);
	assert_class(f, RTP, CONFIDENCE_MAGIC);
	r.ssrc = 8;
	send_stream(&f, true, &r, 1);
	assert_class(f, RTP, CONFIDENCE_BOTH);
	assert_true(class_done(&f.s));
}

/* Each breaks one rule of section 8, and nothing else. */
static void
what_breaks_one_rule_is_not_rtp(void **state)
{
	static const struct {
		const char *what;
		uint8_t first, type;
		uint16_t seq_step;
		uint32_t time_step, ssrc_step;
	} rows[] = {
		{"version 1", 0x40, 0, 1, 160, 0},
		{"version 3", 0xc0, 0, 1, 160, 0},
		{"payload type 72, which is RTCP's", 0x80, 72, 1, 160, 0},
		{"sequence stands still", 0x80, 0, 0, 160, 0},
		{"sequence jumps", 0x80, 0, 1000, 160, 0},
		{"sequence in the wrong byte order", 0x80, 0, 256, 160, 0},
		{"a source per packet", 0x80, 0, 1, 160, 1},
		{"time runs backwards", 0x80, 0, 1, (uint32_t)-16000, 0},
		{"time jumps", 0x80, 0, 1, 40000, 0},
		{"sources longer than the packet", 0x8f, 0, 1, 160, 0},
	};

	(void)state;
	for (unsigned row = 0; row < sizeof rows / sizeof *rows; row++) {
		struct flow f = flow_between(IPPROTO_UDP, 40000, 40002);

		for (uint32_t i = 0; i < CLASS_LOOKS; i++) {
			uint8_t bytes[40] = {rows[row].first, rows[row].type};

			store_be16(bytes + 2, (uint16_t)(100 + i * rows[row].seq_step));
			store_be32(bytes + 4, 5000 + i * rows[row].time_step);
			store_be32(bytes + 8, 77 + i * rows[row].ssrc_step);
			say(&f, false, bytes, sizeof bytes);
		}
		if (f.s.class != CLASS_UNKNOWN_UDP)
			fail_msg("%s: %s", rows[row].what, class_name(f.s.class));
	}
}

static void
loss_and_doubles_delay_the_proof_of_rtp_only(void **state)
{
	static const uint16_t seq[] = {10, 11, 11, 15, 16, 14, 17};
	struct flow f = flow_between(IPPROTO_UDP, 40000, 40002);

	(void)state;
	for (unsigned i = 0; i < sizeof seq / sizeof *seq; i++) {
		struct rtp r = {
			.type = 96, .seq = seq[i], .time = 160u * seq[i], .ssrc = 7, .body = 60};

		assert_true(f.s.class != CLASS_RTP);
		send_rtp(&f, false, &r);
	}
	assert_class(f, RTP, CONFIDENCE_MAGIC); /* 10-11, 15-16, 16-17 */
}

static void
two_streams_that_alternate_are_still_rtp(void **state)
{
	struct flow f = flow_between(IPPROTO_UDP, 40000, 40002);
	struct rtp a = {.type = 0, .seq = 1, .ssrc = 0x1111, .body = 160};
	struct rtp b = {.type = 0, .seq = 5000, .ssrc = 0x2222, .body = 160};

	(void)state;
	for (unsigned i = 0; i < CLASS_LOOKS / 2; i++) {
		send_stream(&f, false, &a, 1);
		send_stream(&f, true, &b, 1);
	}
	assert_class(f, RTP, CONFIDENCE_BOTH);
}

static void
say_numbered(struct flow *f, uint16_t seq)
{
	struct rtp r = {.type = 96, .seq = seq, .time = 160u * seq, .ssrc = 7, .body = 60};

	send_rtp(f, false, &r);
}

/* Pairs never add up to four; a stream that restarts lower is a new one. */
static void
a_jump_starts_the_count_anew(void **state)
{
	static const uint16_t pairs[] = {10, 11, 1000, 1001, 2000, 2001, 3000, 3001};
	struct flow in_pairs = flow_between(IPPROTO_UDP, 40000, 40002);
	struct flow restarted = flow_between(IPPROTO_UDP, 40000, 40002);

	(void)state;
	for (unsigned i = 0; i < sizeof pairs / sizeof *pairs; i++)
		say_numbered(&in_pairs, pairs[i]);
	assert_class(in_pairs, UNKNOWN_UDP, CONFIDENCE_NONE);
	say_numbered(&restarted, 20000);
	for (uint16_t seq = 5000; seq < 5000 + CLASS_RUN; seq++)
		say_numbered(&restarted, seq);
	assert_class(restarted, RTP, CONFIDENCE_MAGIC);
}

/* One packet of the callee, then silence from there: the caller's stream is the one to follow. */
static void
a_single_packet_of_the_other_side_does_not_hide_a_stream(void **state)
{
	struct flow f = flow_between(IPPROTO_UDP, 40000, 40002);
	struct rtp a = {.type = 0, .seq = 1, .ssrc = 0x1111, .body = 160};
	struct rtp b = {.type = 0, .seq = 5000, .ssrc = 0x2222, .body = 160};

	(void)state;
	send_stream(&f, false, &a, 1);
	send_stream(&f, true, &b, CLASS_LOOKS - 1);
	assert_class(f, RTP, CONFIDENCE_MAGIC);
}

/* uTP's timestamps move where RTP has its time and source (BEP 29). */
static void
utp_data_is_not_rtp(void **state)
{
	struct flow f = flow_between(IPPROTO_UDP, 40000, 6881);

	(void)state;
	for (uint32_t i = 0; i < CLASS_LOOKS; i++) {
		uint8_t bytes[100] = {0x01, 0x00, 0x45, 0x66};

		store_be32(bytes + 4, 1000000 + i * 20000);
		store_be16(bytes + 16, (uint16_t)(100 + i));
		say(&f, false, bytes, sizeof bytes);
	}
	assert_class(f, UNKNOWN_UDP, CONFIDENCE_NONE);
}

/* RFC 5531 section 9: a call of NFS 3, and its reply; clients count their transactions up. */
static void
rpc_that_counts_is_not_rtp(void **state)
{
	struct flow f = flow_between(IPPROTO_UDP, 800, 2049);

	(void)state;
	for (uint32_t i = 0; i < CLASS_LOOKS; i++) {
		uint8_t call[72] = {0}, reply[112] = {0};

		store_be32(call, 0x8a123456 + i);
		store_be32(call + 8, 2); /* version of RPC */
		store_be32(call + 12, 100003);
		store_be32(call + 16, 3);
		store_be32(call + 20, 1);
		say(&f, false, call, sizeof call);
		store_be32(reply, 0x8a123456 + i);
		store_be32(reply + 4, 1); /* a reply, accepted */
		say(&f, true, reply, sizeof reply);
	}
	assert_class(f, UNKNOWN_UDP, CONFIDENCE_NONE);
}

static uint64_t
random_next(uint64_t *x) /* xorshift64*, Vigna 2016 */
{
	*x ^= *x >> 12;
	*x ^= *x << 25;
	*x ^= *x >> 27;
	return *x * 0x2545f4914f6cdd1dull;
}

/* Documented: 3478 to 3481, and 49152 to 53247 with 50000 to 59999 (class.h), ends included. */
static void
voice_ports_end_where_the_plan_says(void **state)
{
	static const struct {
		uint16_t port;
		bool is;
	} ports[] = {{3477, false},  {3478, true},  {3481, true},  {3482, false},
	             {49151, false}, {49152, true}, {59999, true}, {60000, false}};

	(void)state;
	for (size_t i = 0; i < sizeof ports / sizeof *ports; i++)
		assert_int_equal(class_is_voice_port(ports[i].port), ports[i].is);
}

/* Whole flows of random payloads, to ports where a mistake would hurt and to any. */
static void
random_flows_stay_unknown(void **state)
{
	static const uint16_t ports[] = {5060, 179, 3478, 40002};
	enum { FLOWS = 5000, SIZE = 200 };
	uint64_t seed = 42;

	(void)state;
	for (unsigned n = 0; n < FLOWS; n++) {
		uint8_t proto = n & 1 ? IPPROTO_UDP : IPPROTO_TCP;
		struct flow f = flow_between(proto, 40000, ports[n / 2 % 4]);
		uint8_t bytes[SIZE];

		/* SIP's ports are looked at for ever */
		for (unsigned looks = 0; looks < 2 * CLASS_LOOKS && !class_done(&f.s); looks++) {
			for (unsigned i = 0; i < SIZE; i += 8) {
				uint64_t r = random_next(&seed);

				memcpy(bytes + i, &r, 8);
			}
			say(&f, random_next(&seed) >> 63, bytes,
			    1 + (uint32_t)(random_next(&seed) % SIZE));
		}
		assert_int_equal(f.s.class, n & 1 ? CLASS_UNKNOWN_UDP : CLASS_UNKNOWN_TCP);
	}
}

/* Blank lines, empty words, anything: as long as nothing was proven on SIP's ports, a message may
 * come. Elsewhere the looks come to their end, but blank lines use none up. */
static void
sip_comes_after_any_number_of_keepalives(void **state)
{
	static const char message[] = "REGISTER sip:a.example SIP/2.0\r\nVia: SIP/2.0/UDP b\r\n";
	static const struct {
		uint8_t proto;
		const char *text;
		uint32_t size;
	} before[] = {{IPPROTO_UDP, "\r\n\r\n", 4},
	              {IPPROTO_TCP, "\r\n\r\n", 4},
	              {IPPROTO_UDP, "\0\0\0\0", 4},
	              {IPPROTO_UDP, "\377\377\377\377ping", 8}};

	(void)state;
	for (unsigned i = 0; i < sizeof before / sizeof *before; i++) {
		struct flow f = flow_between(before[i].proto, 40000, 5060);

		for (unsigned n = 0; n < 5 * CLASS_LOOKS; n++)
			say(&f, n & 1, before[i].text, before[i].size);
		assert_true(say(&f, false, message, sizeof message - 1));
		assert_class(f, SIP, CONFIDENCE_MAGIC);
		f = flow_between(before[i].proto, 40000, 40002);
		for (unsigned n = 0; n < 5 * CLASS_LOOKS; n++)
			say(&f, n & 1, before[i].text, before[i].size);
		assert_int_equal(class_done(&f.s), before[i].text[0] != '\r');
	}
}

/* RFC 9110 9.3.6: what follows CONNECT and its answer is another protocol's. Other methods keep
 * HTTP. */
static void
connect_opens_a_tunnel(void **state)
{
	static const char connect[] = "CONNECT a.example:443 HTTP/1.1\r\nHost: a.example\r\n\r\n";
	static const char get[] = "GET / HTTP/1.1\r\nHost: a.example\r\n\r\n";
	static const char answer[] = "HTTP/1.1 200 Connection established\r\n\r\n";
	static const char hello[] = "\x16\x03\x01\x00\x31\x01\x00\x00\x2d\x03\x03";
	struct flow f = flow_between(IPPROTO_TCP, 40000, 3128);

	(void)state;
	say(&f, false, connect, sizeof connect - 1);
	say(&f, true, answer, sizeof answer - 1);
	assert_class(f, HTTP, CONFIDENCE_BOTH);
	assert_true(send_cut(&f, false, hello, sizeof hello - 1, 54));
	assert_class(f, TLS, CONFIDENCE_MAGIC);
	f = flow_between(IPPROTO_TCP, 40000, 80);
	say(&f, false, get, sizeof get - 1);
	say(&f, true, answer, sizeof answer - 1);
	assert_class(f, HTTP, CONFIDENCE_BOTH);
	assert_true(class_done(&f.s));
}

/* A method that nobody registered, and DNS: their form is enough on any port. */
static void
some_magics_need_no_port(void **state)
{
	static const char message[] = "KDMQ sip:a@b.example SIP/2.0\r\nVia: SIP/2.0/UDP b\r\n";
	static const uint8_t query[] = {0, 1,   1,   0,   0, 1,   0,   0, 0, 0, 0, 0,
	                                3, 'w', 'w', 'w', 2, 'i', 't', 0, 0, 1, 0, 1};
	/* NetBIOS asks for "*" (RFC 1001 14.1: nibbles as letters) */
	uint8_t netbios[50] = {0, 1, 0, 0, 0, 1, [12] = 32, 'C', 'K', [47] = 33, [49] = 1};
	struct flow f = flow_between(IPPROTO_UDP, 40000, 40002);

	(void)state;
	say(&f, false, message, sizeof message - 1);
	assert_class(f, SIP, CONFIDENCE_MAGIC);
	f = flow_between(IPPROTO_UDP, 40000, 40002);
	say(&f, false, query, sizeof query);
	assert_class(f, DNS, CONFIDENCE_MAGIC);
	memset(netbios + 15, 'A', 30);
	f = flow_between(IPPROTO_UDP, 137, 137);
	say(&f, false, netbios, sizeof netbios);
	assert_class(f, UNKNOWN_UDP, CONFIDENCE_NONE);
}

/* ---- media and what comes before it -----------------------------------------------------------
 */

static void
media_replaces_the_checks_before_it(void **state)
{
	struct flow f = flow_between(IPPROTO_UDP, 40000, 40002);
	struct rtp r = {.type = 111, .seq = 9, .ssrc = 0xabcdef01, .body = 80};

	(void)state;
	for (unsigned i = 0; i < 5 * CLASS_LOOKS; i++) /* a long negotiation */
		send_vector(&f, i & 1, i & 1 ? "RFC 5769 2.2" : "RFC 5769 2.1");
	assert_class(f, STUN, CONFIDENCE_BOTH);
	assert_false(class_done(&f.s));
	send_vector(&f, false, "nDPI dtls2.pcap 1");
	assert_class(f, DTLS, CONFIDENCE_MAGIC);
	send_stream(&f, false, &r, CLASS_RUN);
	assert_class(f, SRTP, CONFIDENCE_MAGIC); /* RFC 5764: keys came by DTLS */
}

static void
size_tells_srtp_from_rtp(void **state)
{
	static const struct {
		uint8_t type;
		uint32_t size;
		enum traffic_class class;
	} rows[] = {
		/* requirements section 8 */
		{0, 172, CLASS_RTP},
		{8, 182, CLASS_SRTP},
		{9, 176, CLASS_SRTP},
		{18, 32, CLASS_RTP},
		{18, 42, CLASS_SRTP},
		{18, 36, CLASS_SRTP},
		/* 30 ms of G.711, 20 ms of GSM; a dynamic type whose sizes say nothing */
		{0, 252, CLASS_RTP},
		{0, 262, CLASS_SRTP},
		{3, 45, CLASS_RTP},
		{3, 55, CLASS_SRTP},
		{96, 182, CLASS_RTP},
	};

	(void)state;
	for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct flow f = flow_between(IPPROTO_UDP, 40000, 40002);
		struct rtp r = {
			.type = rows[i].type, .seq = 1, .ssrc = 9, .body = rows[i].size - 12};

		send_stream(&f, false, &r, CLASS_RUN);
		if (f.s.class != rows[i].class)
			fail_msg("type %u, %u bytes: %s", rows[i].type, rows[i].size,
			         class_name(f.s.class));
	}
}

static void
ranges_of_the_voice_service_name_what_nothing_else_does(void **state)
{
	struct rtp r = {.type = 104, .seq = 1, .ssrc = 9, .body = 80};
	struct flow media = flow_between(IPPROTO_UDP, 40000, 50004);
	struct flow other = flow_between(IPPROTO_UDP, 40000, 50004);
	struct flow elsewhere = flow_between(IPPROTO_UDP, 40000, 50004);
	struct prefix range;

	(void)state;
	assert_true(prefix_parse("198.51.100.0/24", &range, NULL));
	class_rules_voice(&rules, &range, 1);
	send_stream(&media, false, &r, CLASS_RUN);
	assert_class(media, SRTP, CONFIDENCE_MAGIC);
	say(&other, false, "\xff\xff\xff\xff", 4);
	assert_class(other, TEAMS_MEDIA, CONFIDENCE_PORT);
	assert_true(addr_parse("203.0.113.1", &elsewhere.p.dst));
	say(&elsewhere, false, "\xff\xff\xff\xff", 4);
	assert_class(elsewhere, UNKNOWN_UDP, CONFIDENCE_NONE);
	class_rules_voice(&rules, NULL, 0);
}

/* T.38 9.1: sequence, one IFP byte for V.21 preamble, no secondary packets. */
static void
fax_takes_four_packets_in_sequence(void **state)
{
	struct flow f = flow_between(IPPROTO_UDP, 40000, 40002);
	uint8_t bytes[] = {0, 0, 1, 0x06, 0, 0};

	(void)state;
	for (unsigned i = 0; i < CLASS_RUN; i++) {
		assert_true(f.s.class != CLASS_T38);
		bytes[1] = (uint8_t)i;
		say(&f, false, bytes, sizeof bytes);
	}
	assert_class(f, T38, CONFIDENCE_MAGIC);
}

static void
esp_in_udp_is_proven_by_its_sequence(void **state)
{
	struct flow f = flow_between(IPPROTO_UDP, 4500, 4500);
	uint8_t bytes[120] = {0x3c, 0x1a, 0x0f, 0x55};

	(void)state;
	for (uint32_t i = 0; i < CLASS_RUN; i++) {
		store_be32(bytes + 4, 70000 + i);
		say(&f, false, bytes, sizeof bytes);
		assert_int_equal(f.s.class, CLASS_ESP);
		assert_int_equal(f.s.confidence,
		                 i + 1 < CLASS_RUN ? CONFIDENCE_PORT : CONFIDENCE_MAGIC);
	}
}

/* Bytes of a body that look like another protocol's beginning change nothing. */
static void
the_first_settled_magic_stays(void **state)
{
	static const char post[] = "POST /a HTTP/1.1\r\nHost: a.example\r\n\r\n";
	struct flow f = flow_between(IPPROTO_TCP, 40000, 8080);

	(void)state;
	say(&f, false, post, sizeof post - 1);
	send_vector(&f, false, "RFC 8448 3");
	assert_class(f, HTTP, CONFIDENCE_MAGIC);
}

/* ---- other evidence ---------------------------------------------------------------------------
 */

static void
traceroute_needs_port_and_few_hops_left(void **state)
{
	struct flow probe = flow_between(IPPROTO_UDP, 50000, 33440);
	struct flow media = flow_between(IPPROTO_UDP, 50000, 33440);

	(void)state;
	probe.p.ttl = 7;
	say(&probe, false, "@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_", 32);
	assert_class(probe, TRACEROUTE, CONFIDENCE_PORT);
	media.p.ttl = 57;
	say(&media, false, "@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_", 32);
	assert_class(media, UNKNOWN_UDP, CONFIDENCE_NONE);
}

/* A version made for greasing, on a port that says nothing: believed no more than a port. */
static void
weak_patterns_weigh_as_much_as_a_port(void **state)
{
	struct flow f = flow_between(IPPROTO_UDP, 40000, 4433);
	struct flow checked = flow_between(IPPROTO_UDP, 40000, 4433);

	(void)state;
	send_vector(&f, false, "tcpdump quic_vn.pcap 1: a version to be refused");
	assert_class(f, QUIC, CONFIDENCE_PORT);
	send_vector(&f, true, "RFC 9001 A.2");
	assert_class(f, QUIC, CONFIDENCE_MAGIC);
	send_vector(&checked, false, "RFC 5769 2.1");
	send_vector(&checked, false, "tcpdump quic_vn.pcap 1: a version to be refused");
	assert_class(checked, STUN, CONFIDENCE_MAGIC);
}

static void
protocols_without_ports_are_final_at_once(void **state)
{
	struct flow f = flow_between(IPPROTO_ESP, 0, 0);

	(void)state;
	f.p.flags = PACKET_HAS_IP;
	assert_true(say(&f, false, "x", 1));
	assert_class(f, ESP, CONFIDENCE_BOTH);
	assert_true(class_done(&f.s));
}

static void
names_lead_back_to_their_classes(void **state)
{
	(void)state;
	for (int c = 0; c < CLASS_COUNT; c++) {
		assert_int_equal(class_find(class_name(c)), c);
		assert_true(*class_help(c));
	}
	assert_int_equal(class_find("no-such-class"), -1);
}

/* What signalling or a whole stream told outweighs ports and checks, not what was proven. */
static void
test_settled_by_media(void **state)
{
	static const struct {
		struct class_state before;
		bool secure;
		uint8_t after;
	} rows[] = {
		{{.class = CLASS_UNKNOWN_UDP}, false, CLASS_RTP},
		{{.class = CLASS_UNKNOWN_UDP}, true, CLASS_SRTP},
		{{.class = CLASS_UNKNOWN_UDP, .flags = CLASS_SIGN_SRTP}, false, CLASS_SRTP},
		{{.class = CLASS_UNKNOWN_UDP, .flags = CLASS_SIGN_SRTP | CLASS_SIGN_CLEAR},
	         false,
	         CLASS_RTP},
		{{.class = CLASS_TEAMS_MEDIA, .confidence = CONFIDENCE_PORT}, false, CLASS_SRTP},
		{{.class = CLASS_STUN, .confidence = CONFIDENCE_BOTH}, false, CLASS_RTP},
		{{.class = CLASS_DTLS, .confidence = CONFIDENCE_BOTH, .flags = CLASS_SEEN_DTLS},
	         false,
	         CLASS_SRTP},
		{{.class = CLASS_DNS, .confidence = CONFIDENCE_MAGIC}, true, CLASS_DNS},
		{{.class = CLASS_SRTP, .confidence = CONFIDENCE_MAGIC}, false, CLASS_SRTP},
		/* proven by its packets before signalling was asked */
		{{.class = CLASS_RTP, .confidence = CONFIDENCE_BOTH}, true, CLASS_SRTP},
		{{.class = CLASS_RTP, .confidence = CONFIDENCE_BOTH}, false, CLASS_RTP},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct class_state s = rows[i].before;

		assert_int_equal(class_settle_media(&s, rows[i].secure),
		                 rows[i].before.class != rows[i].after);
		assert_int_equal(s.class, rows[i].after);
		assert_true(s.confidence >= CONFIDENCE_MAGIC);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_settled_by_media),
		cmocka_unit_test(port_magic_and_both_directions_raise_confidence),
		cmocka_unit_test(every_vector_gives_its_class_to_a_new_flow),
		cmocka_unit_test(the_port_counts_from_either_side),
		cmocka_unit_test(ports_of_the_configuration_count),
		cmocka_unit_test(a_promise_that_payload_breaks_is_withdrawn),
		cmocka_unit_test(looking_ends_after_class_looks_payloads),
		cmocka_unit_test(nothing_is_sip_by_its_port),
		cmocka_unit_test(nothing_is_bgp_by_its_port),
		cmocka_unit_test(keep_alives_between_sip_messages_change_nothing),
		cmocka_unit_test(rtp_takes_four_packets_in_sequence),
		cmocka_unit_test(what_breaks_one_rule_is_not_rtp),
		cmocka_unit_test(loss_and_doubles_delay_the_proof_of_rtp_only),
		cmocka_unit_test(two_streams_that_alternate_are_still_rtp),
		cmocka_unit_test(a_jump_starts_the_count_anew),
		cmocka_unit_test(a_single_packet_of_the_other_side_does_not_hide_a_stream),
		cmocka_unit_test(utp_data_is_not_rtp),
		cmocka_unit_test(rpc_that_counts_is_not_rtp),
		cmocka_unit_test(random_flows_stay_unknown),
		cmocka_unit_test(sip_comes_after_any_number_of_keepalives),
		cmocka_unit_test(connect_opens_a_tunnel),
		cmocka_unit_test(some_magics_need_no_port),
		cmocka_unit_test(media_replaces_the_checks_before_it),
		cmocka_unit_test(size_tells_srtp_from_rtp),
		cmocka_unit_test(ranges_of_the_voice_service_name_what_nothing_else_does),
		cmocka_unit_test(voice_ports_end_where_the_plan_says),
		cmocka_unit_test(fax_takes_four_packets_in_sequence),
		cmocka_unit_test(esp_in_udp_is_proven_by_its_sequence),
		cmocka_unit_test(the_first_settled_magic_stays),
		cmocka_unit_test(traceroute_needs_port_and_few_hops_left),
		cmocka_unit_test(weak_patterns_weigh_as_much_as_a_port),
		cmocka_unit_test(protocols_without_ports_are_final_at_once),
		cmocka_unit_test(names_lead_back_to_their_classes),
	};

	return cmocka_run_group_tests(tests, set_up, NULL);
}
