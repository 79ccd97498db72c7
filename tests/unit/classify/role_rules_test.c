/* Every row of requirements section 9: its least evidence, and what rules it out. */
#include "classify/role_rules.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "classify/class.h"

#define BIT(class) (UINT64_C(1) << CLASS_##class)
#define DAY UINT64_C(86400000000)

/* `n` different things */
static role_sketch
some(unsigned n)
{
	role_sketch s = 0;

	for (unsigned i = 0; i < n; i++)
		role_sketch_add(&s, (uint64_t)i << 58);
	return s;
}

static const struct role_context on_peer = {.now_us = 10 * DAY, .peer = true};

static const struct row {
	const char *what;
	enum endpoint_role role;
	bool stands;
	struct role_flows flows;
	struct role_messages messages;
	struct role_context context;
} rows[] = {
	{"SBC in TLS, both ways, OPTIONS, media",
         ENDPOINT_SBC,
         true,
         {.asked = BIT(SIP_TLS) | BIT(SRTP), .taken = BIT(SIP_TLS)},
         {.tls_begun = 2, .tls_taken = 1, .cloud_names = 1, .options_sent = 9, .options_taken = 9},
         {.peer = true}},
	{"SBC with media in its declared prefix",
         ENDPOINT_SBC,
         true,
         {.asked = BIT(SIP_TLS)},
         {.tls_begun = 2, .cloud_names = 1, .options_sent = 9},
         {.peer = true, .media_near = true}},
	{"SBC in the clear",
         ENDPOINT_SBC,
         true,
         {.asked = BIT(SIP) | BIT(RTP)},
         {.calls_begun = 50, .calls_max = 10, .sdp_own = 50, .via_single = 100},
         {.peer = true}},
	{"no SBC: signalling, no media",
         ENDPOINT_SBC,
         false,
         {.asked = BIT(SIP_TLS), .taken = BIT(SIP_TLS)},
         {.tls_begun = 2, .tls_taken = 1, .cloud_names = 1, .options_sent = 9, .options_taken = 9},
         {.peer = true}},
	{"no SBC: on the cloud's side",
         ENDPOINT_SBC,
         false,
         {.asked = BIT(SIP_TLS) | BIT(SRTP), .taken = BIT(SIP_TLS)},
         {.tls_begun = 2, .tls_taken = 1, .cloud_names = 1},
         {.peer = false}},
	{"no SBC: a web server with media is none",
         ENDPOINT_SBC,
         false,
         {.served = BIT(TLS), .taken = BIT(TLS) | BIT(SRTP)},
         {0},
         {.peer = true}},
	{"proxy",
         ENDPOINT_SIP_PROXY,
         true,
         {.asked = BIT(SIP)},
         {.via_more = 20, .forwarded = 10, .sdp_other = 10},
         {.peer = true}},
	{"no proxy: its own SDP",
         ENDPOINT_SIP_PROXY,
         false,
         {.asked = BIT(SIP)},
         {.via_more = 20, .forwarded = 10, .sdp_other = 10, .sdp_own = 1},
         {.peer = true}},
	{"no SBC: a proxy's Via",
         ENDPOINT_SBC,
         false,
         {.asked = BIT(SIP) | BIT(RTP)},
         {.via_more = 20, .calls_begun = 20, .calls_max = 20, .sdp_other = 10},
         {.peer = true}},
	{"registrar",
         ENDPOINT_SIP_REGISTRAR,
         true,
         {0},
         {.register_answers = 10, .aors_answered = 0x1f},
         {.peer = true}},
	{"no registrar: four AORs",
         ENDPOINT_SIP_REGISTRAR,
         false,
         {0},
         {.register_answers = 10, .aors_answered = 0xf},
         {.peer = true}},
	{"phone that registers",
         ENDPOINT_SIP_UA,
         true,
         {0},
         {.registers = 3, .aors_sent = 1, .calls_max = 1, .sdp_own = 1},
         {.peer = true}},
	{"phone that calls",
         ENDPOINT_SIP_UA,
         true,
         {0},
         {.calls_begun = 1, .calls_max = 1, .sdp_own = 1, .users = 1},
         {.peer = true}},
	{"no phone: many AORs",
         ENDPOINT_SIP_UA,
         false,
         {0},
         {.registers = 30, .aors_sent = 0xff, .sdp_own = 1},
         {.peer = true}},
	{"no phone: five calls at once",
         ENDPOINT_SIP_UA,
         false,
         {0},
         {.calls_begun = 5, .calls_max = 5, .sdp_own = 5},
         {.peer = true}},
	{"relay",
         ENDPOINT_MEDIA_RELAY,
         true,
         {.asked = BIT(SRTP), .media_max = 10, .media_peers = 0xff},
         {.relayed = 3},
         {.peer = true}},
	{"gateway",
         ENDPOINT_MEDIA_GATEWAY,
         true,
         {.asked = BIT(SRTP), .media_max = 10, .media_peers = 0xff},
         {0},
         {.peer = true}},
	{"no gateway: nine streams",
         ENDPOINT_MEDIA_GATEWAY,
         false,
         {.asked = BIT(SRTP), .media_max = 9, .media_peers = 0xff},
         {0},
         {.peer = true}},
	{"no gateway: it signals",
         ENDPOINT_MEDIA_GATEWAY,
         false,
         {.asked = BIT(SRTP) | BIT(SIP), .media_max = 10, .media_peers = 0xff},
         {0},
         {.peer = true}},
	{"TURN server", ENDPOINT_TURN_SERVER, true, {0}, {.challenges = 1, .allocations = 1}, {0}},
	{"STUN server", ENDPOINT_STUN_SERVER, true, {.clients = 3}, {.bindings = 5}, {0}},
	{"no STUN server: it allocates",
         ENDPOINT_STUN_SERVER,
         false,
         {.clients = 3},
         {.bindings = 5, .allocations = 1},
         {0}},
	{"no STUN server: ICE of a phone",
         ENDPOINT_STUN_SERVER,
         false,
         {.clients = 3, .taken = BIT(SRTP)},
         {.bindings = 5},
         {0}},
	{"no TURN server: Binding alone", ENDPOINT_TURN_SERVER, false, {0}, {.bindings = 5}, {0}},
	{"resolver that answers",
         ENDPOINT_DNS_RESOLVER,
         true,
         {0},
         {.answers = 5, .answers_ra = 5},
         {0}},
	{"resolver that asks",
         ENDPOINT_DNS_RESOLVER,
         true,
         {0},
         {.asked_plain = 100, .servers_plain = 0xffff},
         {0}},
	{"no resolver: it asks few",
         ENDPOINT_DNS_RESOLVER,
         false,
         {0},
         {.asked_plain = 100, .servers_plain = 3},
         {0}},
	{"authoritative",
         ENDPOINT_DNS_AUTHORITATIVE,
         true,
         {0},
         {.answers = 5, .answers_aa = 5},
         {0}},
	{"no authoritative: recursion",
         ENDPOINT_DNS_AUTHORITATIVE,
         false,
         {0},
         {.answers = 50, .answers_aa = 2, .answers_ra = 50},
         {0}},
	{"forwarder",
         ENDPOINT_DNS_FORWARDER,
         true,
         {0},
         {.answers = 9, .asked_rd = 9, .servers_rd = 3},
         {0}},
	{"no forwarder: asks many",
         ENDPOINT_DNS_FORWARDER,
         false,
         {0},
         {.answers = 9, .asked_rd = 9, .servers_rd = 0xffff},
         {0}},
	{"no forwarder: a client only asks",
         ENDPOINT_DNS_FORWARDER,
         false,
         {0},
         {.asked_rd = 9, .servers_rd = 1},
         {0}},
	{"web server",
         ENDPOINT_WEB_SERVER,
         true,
         {.served = BIT(TLS), .clients = 0xffffff},
         {0},
         {0}},
	{"no web server: few clients",
         ENDPOINT_WEB_SERVER,
         false,
         {.served = BIT(TLS), .clients = 0xff},
         {.server_hellos = 100},
         {0}},
	{"VPN gateway",
         ENDPOINT_VPN_GATEWAY,
         true,
         {.served = BIT(IKE), .taken = BIT(IKE) | BIT(ESP)},
         {0},
         {0}},
	{"no VPN gateway: IKE alone",
         ENDPOINT_VPN_GATEWAY,
         false,
         {.served = BIT(IKE), .taken = BIT(IKE)},
         {0},
         {0}},
	{"no VPN gateway: it is the client",
         ENDPOINT_VPN_GATEWAY,
         false,
         {.asked = BIT(IKE) | BIT(ESP)},
         {0},
         {0}},
	{"mobile gateway",
         ENDPOINT_MOBILE_GATEWAY,
         true,
         {.asked = BIT(GTP_C), .taken = BIT(GTP_U)},
         {0},
         {0}},
	{"no mobile gateway: user plane alone",
         ENDPOINT_MOBILE_GATEWAY,
         false,
         {.taken = BIT(GTP_U)},
         {0},
         {0}},
	{"CGNAT",
         ENDPOINT_CGNAT,
         true,
         {.asked = BIT(TLS) | BIT(QUIC), .asked_max = 3000},
         {0},
         {0}},
	{"no CGNAT: it serves",
         ENDPOINT_CGNAT,
         false,
         {.asked = BIT(TLS), .served = BIT(TLS), .asked_max = 3000},
         {0},
         {0}},
	{"client pool", ENDPOINT_CLIENT_POOL, true, {.asked = BIT(TLS), .asked_max = 50}, {0}, {0}},
	{"no client pool: it serves",
         ENDPOINT_CLIENT_POOL,
         false,
         {.asked = BIT(TLS), .served = BIT(DNS), .asked_max = 50},
         {0},
         {0}},
	{"router that speaks BGP", ENDPOINT_ROUTER, true, {.taken = BIT(BGP)}, {0}, {0}},
	{"router in the path", ENDPOINT_ROUTER, true, {0}, {.time_exceeded = 1}, {0}},
	{"collector", ENDPOINT_COLLECTOR, true, {.taken = BIT(IPFIX)}, {0}, {0}},
	{"no collector: it sends", ENDPOINT_COLLECTOR, false, {.asked = BIT(SFLOW)}, {0}, {0}},
	{"exporter", ENDPOINT_EXPORTER, true, {.asked = BIT(SFLOW)}, {0}, {0}},
	{"NTP server",
         ENDPOINT_NTP_SERVER,
         true,
         {.taken = BIT(NTP), .served = BIT(NTP)},
         {0},
         {0}},
	{"no NTP server: never answers", ENDPOINT_NTP_SERVER, false, {.taken = BIT(NTP)}, {0}, {0}},
};

static void
test_rows(void **state)
{
	bool seen[ENDPOINT_ROLE_COUNT] = {false};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		double confidence[ENDPOINT_ROLE_COUNT];

		roles_judge(&rows[i].flows, &rows[i].messages, &rows[i].context, confidence);
		if ((confidence[rows[i].role] >= ROLE_STANDS) != rows[i].stands)
			fail_msg("%s: %.2f", rows[i].what, confidence[rows[i].role]);
		seen[rows[i].role] |= rows[i].stands;
		for (unsigned r = 0; r < ENDPOINT_ROLE_COUNT; r++)
			assert_true(confidence[r] >= 0 && confidence[r] <= 1);
	}
	for (unsigned r = 0; r < ENDPOINT_ROLE_COUNT; r++)
		if (!seen[r])
			fail_msg("no row for %s", role_name(r));
}

/* Nothing seen, no role. */
static void
test_nothing(void **state)
{
	struct role_flows flows = {0};
	struct role_messages messages = {0};
	double confidence[ENDPOINT_ROLE_COUNT];

	(void)state;
	roles_judge(&flows, &messages, &on_peer, confidence);
	for (unsigned r = 0; r < ENDPOINT_ROLE_COUNT; r++)
		assert_true(confidence[r] == 0);
}

/* Signalling for a day and never media: whoever has the media, it is not this one. */
static void
test_day_without_media(void **state)
{
	struct role_flows flows = {.asked = BIT(SIP_TLS), .taken = BIT(SIP_TLS)};
	struct role_messages messages = {.tls_begun = 5,
	                                 .tls_taken = 5,
	                                 .cloud_names = 5,
	                                 .signalling_first_us = DAY,
	                                 .last_us = DAY + DAY / 2};
	double confidence[ENDPOINT_ROLE_COUNT];

	(void)state;
	roles_judge(&flows, &messages, &on_peer, confidence);
	assert_true(confidence[ENDPOINT_SBC] > 0.3);
	messages.last_us = 2 * DAY + 1;
	roles_judge(&flows, &messages, &on_peer, confidence);
	assert_true(confidence[ENDPOINT_SBC] == 0);
}

static void
test_sketch(void **state)
{
	(void)state;
	assert_int_equal(role_sketch_count(0), 0);
	assert_int_equal(role_sketch_count(some(1)), 1);
	assert_int_equal(role_sketch_count(some(5)), 5);
	assert_true(role_sketch_count(~UINT64_C(0)) > 250);
}

static void
test_fading(void **state)
{
	(void)state;
	assert_true(role_faded(0.9, 10 * DAY, 10 * DAY) == 0.9);
	assert_true(fabs(role_faded(0.8, 10 * DAY, 10 * DAY + DAY * 7 / 2) - 0.4) < 1e-9);
	assert_true(role_faded(0.9, 10 * DAY, 17 * DAY) == 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_nothing),
		cmocka_unit_test(test_day_without_media),
		cmocka_unit_test(test_sketch),
		cmocka_unit_test(test_fading),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
