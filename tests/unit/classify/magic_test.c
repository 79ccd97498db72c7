#include "classify/magic.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "classify/class_rules.h"
#include "unit/classify/vectors.h"

static void
every_magic_knows_its_own(void **state)
{
	(void)state;
	for (unsigned i = 0; i < VECTORS; i++) {
		struct bytes b = vector_bytes(&vectors[i]);
		struct look y = {b.at, b.captured, b.size, vectors[i].flow_class};

		if (!vectors[i].magic(&y))
			fail_msg("%s (%s)", vectors[i].source, class_name(vectors[i].class));
	}
}

/* Each captured length in a block of exactly that size: the sanitizer sees one byte too far. */
static void
no_magic_reads_past_what_was_captured(void **state)
{
	(void)state;
	for (unsigned i = 0; i < VECTORS; i++) {
		struct bytes b = vector_bytes(&vectors[i]);

		for (uint32_t captured = 1; captured <= b.captured; captured++) {
			uint8_t *exact = malloc(captured);
			struct look y = {exact, captured, b.size, vectors[i].flow_class};

			memcpy(exact, b.at, captured);
			for (unsigned j = 0; j < VECTORS; j++)
				vectors[j].magic(&y);
			free(exact);
		}
	}
}

/* Headers that tell the datagram's length: one byte more on the wire, and it is not theirs. */
static void
lengths_must_agree_with_the_wire(void **state)
{
	static magic_fn *const by_length[] = {magic_stun,   magic_stun_classic, magic_turn,
	                                      magic_radius, magic_ike,          magic_snmp,
	                                      magic_gtp_c,  magic_gtp_u,        magic_gtp_p,
	                                      magic_l2tp,   magic_openvpn,      magic_wireguard};

	(void)state;
	for (unsigned i = 0; i < VECTORS; i++)
		for (unsigned j = 0; j < sizeof by_length / sizeof *by_length; j++) {
			struct bytes b = vector_bytes(&vectors[i]);
			struct look y = {b.at, b.captured, b.size + 1, 0};

			if (vectors[i].magic == by_length[j] && by_length[j](&y))
				fail_msg("%s, one byte longer", vectors[i].source);
		}
}

/* On no port may a payload look like another class to the magics that every flow is asked. */
static void
magics_for_any_port_exclude_each_other(void **state)
{
	(void)state;
	for (unsigned i = 0; i < VECTORS; i++) {
		struct bytes b = vector_bytes(&vectors[i]);
		struct look y = {b.at, b.captured, b.size, vectors[i].flow_class};

		for (const struct magic_rule *r = class_magic_rules; r->class != CLASS_COUNT; r++) {
			bool other = r->class != vectors[i].class &&
			             r->transport == vectors[i].transport;

			/* what opens a WebSocket is HTTP, and was asked for before */
			if (vectors[i].magic == magic_sip_websocket && r->class == CLASS_HTTP)
				continue;
			/* TLS, QUIC and mDNS get their names by port; TURN is made of STUN messages
			 */
			if (!other || vectors[i].class == CLASS_TURN ||
			    vectors[i].class == CLASS_MDNS || vectors[i].class == CLASS_SIP_TLS ||
			    vectors[i].class == CLASS_DOT)
				continue;
			if (y.at[0] >= r->first_from && y.at[0] <= r->first_to && r->magic(&y))
				fail_msg("%s taken for %s", vectors[i].source,
				         class_name(r->class));
		}
	}
}

/* What a row's sixth byte rules out without a call, its magic would have refused. */
static void
sixth_bytes_rule_out_no_match(void **state)
{
	unsigned tried = 0;

	(void)state;
	for (unsigned i = 0; i < VECTORS; i++)
		for (const struct magic_rule *r = class_magic_rules; r->class != CLASS_COUNT; r++) {
			struct bytes b = vector_bytes(&vectors[i]);
			struct look y = {b.at, b.captured, b.size, vectors[i].flow_class};

			if (r->sixth == MAGIC_ANY || vectors[i].transport != r->transport ||
			    !r->magic(&y))
				continue;
			tried++;
			assert_in_range(b.captured, 6, UINT32_MAX);
			assert_int_equal(b.at[5], r->sixth);
		}
	assert_in_range(tried, 4, UINT32_MAX);
}

/* ---- look-alikes ------------------------------------------------------------------------------
 */

static const struct {
	const char *what;
	magic_fn *magic;
	const char *text;
} not_these[] = {
	{"RFC 4475 3.1.2.16: a version that SIP does not have", magic_sip_any,
         "OPTIONS sip:t.watson@example.org SIP/7.0\r\nVia: SIP/7.0/UDP c.example.com\r\n"},
	{"HTTP with a method that SIP has too", magic_sip_any, "OPTIONS * HTTP/1.1\r\nHost: a\r\n"},
	{"SSDP", magic_sip_any, "NOTIFY * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\n"},
	{"RTSP", magic_sip_any, "OPTIONS rtsp://example.com/media.mp4 RTSP/1.0\r\nCSeq: 1\r\n"},
	{"RTSP", magic_http, "OPTIONS rtsp://example.com/media.mp4 RTSP/1.0\r\nCSeq: 1\r\n"},
	{"SIP", magic_http, "OPTIONS sip:carol@chicago.com SIP/2.0\r\nVia: SIP/2.0/TCP pc33\r\n"},
	{"a status line of RTSP", magic_sip_any, "RTSP/1.0 200 OK\r\nCSeq: 1\r\n"},
	{"a method inside a longer word", magic_sip, "INVITED sip:bob@biloxi.com\r\n"},
	{"a longer word before a SIP URI", magic_sip,
         "REGISTERED sip:registrar.biloxi.com SIP/2.0\r\n"},
	{"a method with no request behind it", magic_sip, "MESSAGE from the other side\r\n"},
	{"a chat line", magic_http, "GET a life\r\n"},
	{"SIP without an end of line or a URI", magic_sip,
         "REFER x-scheme-we-do-not-know:abcdefgh"},
	{"MGCP", magic_sip_any, "CRCX 1204 aaln/1@rgw-2567.whatever.net MGCP 1.0\r\nC: A3C4\r\n"},
	{"a PRI above 191", magic_syslog, "<192>too high a priority"},
	{"a shell prompt", magic_ssh, "SSH on this host is disabled\r\n"},
};

static void
look_alikes_are_refused(void **state)
{
	(void)state;
	for (unsigned i = 0; i < sizeof not_these / sizeof *not_these; i++) {
		uint32_t size = (uint32_t)strlen(not_these[i].text);
		struct look y = {(const uint8_t *)not_these[i].text, size, size, 0};

		if (not_these[i].magic(&y))
			fail_msg("%s: %s", not_these[i].what, not_these[i].text);
	}
}

/* RFC 3550 6.6 and 6.7, RFC 4585 6.1: each breaks one rule of what stands without a report. */
static void
rtcp_without_a_report_fills_its_datagram(void **state)
{
	static const struct {
		const char *what;
		uint8_t bytes[16];
		uint32_t size;
	} rows[] = {
		{"longer than its packets", {0x81, 203, 0, 1, 0, 0, 0, 1}, 12},
		{"shorter", {0x81, 203, 0, 2, 0, 0, 0, 1}, 8},
		{"a goodbye of nobody", {0x80, 203, 0, 1, 0, 0, 0, 1}, 8},
		{"of two, with one source", {0x82, 203, 0, 1, 0, 0, 0, 1}, 8},
		{"a name that is none", {0x80, 204, 0, 3, 0, 0, 0, 1, 'P', 'I', 1, 'G'}, 16},
		{"feedback without its kind", {0x80, 206, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2}, 12},
		{"another version behind it", {0x81, 203, 0, 1, 0, 0, 0, 1, 0x41, 203, 0, 0}, 12},
		{"a description alone", {0x81, 202, 0, 2, 0, 0, 0, 1}, 12},
	};

	(void)state;
	for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct look y = {rows[i].bytes, rows[i].size, rows[i].size, 0};

		if (magic_rtcp(&y))
			fail_msg("%s", rows[i].what);
	}
}

/* Vector `i` with one byte changed must no longer pass: each of these bytes is a rule. */
static void
one_wrong_byte_is_enough(void **state)
{
	static const struct {
		magic_fn *magic;
		uint8_t at, value;
	} broken[] = {
		{magic_stun, 4, 0x22},
		{magic_stun, 3, 0x59},
		{magic_stun, 0, 0x40},
		{magic_dtls, 2, 0xfc},
		{magic_dtls, 0, 19},
		{magic_zrtp, 4, 'z'},
		{magic_rtcp, 0, 0x40},
		{magic_rtcp, 1, 199},
		{magic_tls, 1, 2},
		{magic_tls, 5, 3},
		{magic_tls_compatible, 1, 0x33},
		{magic_tls_compatible, 6, 8},
		{magic_quic, 4, 7},
		{magic_quic, 5, 21},
		{magic_quic, 0, 0x40},
		{magic_dns, 2, 0x39},
		{magic_dns, 3, 0x40},
		{magic_dns, 5, 2},
		{magic_dns, 7, 9},
		{magic_bfd, 0, 0x40},
		{magic_bfd, 2, 0},
		{magic_ntp, 0, 0x28},
		{magic_wireguard, 1, 1},
		{magic_bgp, 8, 0},
		{magic_bgp, 17, 18},
		{magic_bgp, 18, 6},
		{magic_bgp, 18, 0},
		{magic_ike, 18, 33},
		{magic_wireguard, 0, 5},
		{magic_utp, 11, 1},
		{magic_radius, 0, 6},
		{magic_sflow, 3, 4},
		{magic_ike, 17, 0x30},
		{magic_gtp_u, 0, 0x20},
		{magic_vxlan, 0, 0},
		{magic_geneve, 0, 0x40},
		{magic_bittorrent, 1, 'b'},
		{magic_utp, 19, 1},
		{magic_snmp, 0, 0x31},
	};

	(void)state;
	for (unsigned i = 0; i < sizeof broken / sizeof *broken; i++)
		for (unsigned v = 0; v < VECTORS; v++) {
			struct bytes b = vector_bytes(&vectors[v]);
			struct look y = {b.at, b.captured, b.size, 0};

			if (vectors[v].magic != broken[i].magic || vectors[v].flow_class != 0)
				continue;
			b.at[broken[i].at] = broken[i].value;
			if (broken[i].magic(&y))
				fail_msg("%s with byte %u = %02x", vectors[v].source, broken[i].at,
				         broken[i].value);
		}
}

/* RFC 1035 3.1: a label has at most 63 bytes; 64 to 191 are reserved. */
static void
names_of_dns_have_labels_of_63_bytes(void **state)
{
	static const uint8_t a_in[] = {0, 0, 1, 0, 1}; /* the root, type A, class IN */

	(void)state;
	for (uint8_t label = 63; label <= 64; label++) {
		uint8_t bytes[12 + 1 + 64 + sizeof a_in] = {0x10, 0x32, 1, 0, 0, 1};
		uint32_t size = 12u + 1 + label + sizeof a_in;
		struct look y = {bytes, size, size, 0};

		bytes[12] = label;
		memset(bytes + 13, 'a', label);
		memcpy(bytes + 13 + label, a_in, sizeof a_in);
		assert_int_equal(magic_dns(&y), label == 63);
	}
}

/* Eight bytes of a counter, least significant first: 2^40 packets leave bytes 13-15 zero. */
static void
counters_of_wireguard_stay_small(void **state)
{
	uint8_t bytes[128] = {4, 0, 0, 0, 0x3c, 0x1a, 0x0f, 0x55, 7};
	struct look y = {bytes, sizeof bytes, sizeof bytes, 0};

	(void)state;
	assert_true(magic_wireguard(&y));
	for (unsigned i = 13; i < 16; i++) {
		bytes[i] = 1;
		assert_false(magic_wireguard(&y));
		bytes[i] = 0;
	}
}

/* ---- random payloads --------------------------------------------------------------------------
 */

static uint64_t
random_next(uint64_t *x) /* xorshift64*, Vigna 2016 */
{
	*x ^= *x >> 12;
	*x ^= *x << 25;
	*x ^= *x >> 27;
	return *x * 0x2545f4914f6cdd1dull;
}

enum { RANDOM_PAYLOADS = 100000, RANDOM_MAX = 256 };

/* How many of RANDOM_PAYLOADS random payloads, each starting with a byte of the range, pass. */
static unsigned
random_hits(magic_fn *magic, uint8_t from, uint8_t to)
{
	uint64_t seed = 0x9e3779b97f4a7c15ull;
	uint8_t bytes[RANDOM_MAX];
	unsigned hits = 0;

	for (unsigned n = 0; n < RANDOM_PAYLOADS; n++) {
		uint32_t size = 20 + (uint32_t)(random_next(&seed) % (RANDOM_MAX - 20));
		struct look y = {bytes, size, size, CLASS_UNKNOWN_UDP};

		for (uint32_t i = 0; i < RANDOM_MAX; i += 8) {
			uint64_t r = random_next(&seed);

			memcpy(bytes + i, &r, 8);
		}
		bytes[0] = (uint8_t)(from + bytes[0] % (to - from + 1u));
		hits += magic(&y);
	}
	return hits;
}

/* The first byte is given to them, so even so not one in a hundred thousand may pass. */
static void
random_payloads_have_no_magic_of_any_port(void **state)
{
	(void)state;
	for (const struct magic_rule *r = class_magic_rules; r->class != CLASS_COUNT; r++) {
		unsigned hits = random_hits(r->magic, r->first_from, r->first_to);

		/* weak patterns, worth no more than a port: greased versions have 16 fixed bits */
		unsigned allowed = r->confidence >= CONFIDENCE_MAGIC ? 0 : RANDOM_PAYLOADS / 1000;

		if (hits > allowed)
			fail_msg("%s: %u of %u", class_name(r->class), hits, RANDOM_PAYLOADS);
	}
}

/*
 * On a protocol's own port a weaker magic will do; how weak is written here, as the share of random
 * payloads that may pass, from the bits that the predicate fixes.
 */
static const struct {
	magic_fn *magic;
	double share;
} weak[] = {
	{magic_openvpn_any, 0.13}, /* opcode 3-10 of 32, key 0-3 of 8: 1/8 */
	{magic_ntp, 0.017},        /* version 4/8, mode 5/8, stratum 17/256, size; control */
	{magic_vxlan, 0.0005},     /* the flag and one of four types in 16 bits */
	{magic_dhcp6, 0.0002},     /* 23/256, option below 151, its length */
	{magic_bfd, 0.03},         /* version 1/8, length 24..size of 256, one bit */
	{magic_quic_any, 0.00005}, /* greased versions: 16 bits and two lengths */
	{magic_turn_channel_any, 0.00001},
	{magic_l2tp, 0.0003},  /* data: 13 bits, 12 in 100000 */
	{magic_gtp_c, 0.0005}, /* version 2 with P: length below size */
	{magic_netflow, 0.00005},
	{magic_radius, 0.00005},
	{magic_tls_any, 0.00005},
	{magic_ipfix, 0.00005},
};

static double
allowed_share(magic_fn *magic)
{
	for (unsigned i = 0; i < sizeof weak / sizeof *weak; i++)
		if (weak[i].magic == magic)
			return weak[i].share;
	return 0;
}

static void
random_payloads_on_a_port_pass_as_rarely_as_said(void **state)
{
	(void)state;
	for (const struct port_rule *r = class_port_rules + 1; r->class != CLASS_COUNT; r++) {
		unsigned hits = r->magic ? random_hits(r->magic, 0, 255) : 0;

		if (hits > allowed_share(r->magic) * RANDOM_PAYLOADS)
			fail_msg("%s: %u of %u", class_name(r->class), hits, RANDOM_PAYLOADS);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_magic_knows_its_own),
		cmocka_unit_test(no_magic_reads_past_what_was_captured),
		cmocka_unit_test(lengths_must_agree_with_the_wire),
		cmocka_unit_test(magics_for_any_port_exclude_each_other),
		cmocka_unit_test(sixth_bytes_rule_out_no_match),
		cmocka_unit_test(look_alikes_are_refused),
		cmocka_unit_test(rtcp_without_a_report_fills_its_datagram),
		cmocka_unit_test(one_wrong_byte_is_enough),
		cmocka_unit_test(names_of_dns_have_labels_of_63_bytes),
		cmocka_unit_test(counters_of_wireguard_stay_small),
		cmocka_unit_test(random_payloads_have_no_magic_of_any_port),
		cmocka_unit_test(random_payloads_on_a_port_pass_as_rarely_as_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
