/* Questions and answers of five protocols, with the time between them as the truth; what is asked
 * twice, answered twice, never or too late; and whose half and subnet a sample belongs to. */
#include "base/clock.h"
#include "inspect/round_trip.h"
#include "unit/inspect/feed.h"
#include "unit/inspect/quic_vectors.h"

enum { PEER = 0, CLOUD = 1, MS = 1000000 };

#define BINDING "0001 0000 2112a442 "
#define SUCCESS "0101 0000 2112a442 "
#define ID "000102030405060708090a0b"
#define OTHER_ID "ff0102030405060708090a0b"
#define QUERY(id) id " 0100 0001 0000 0000 0000 00 0002 0001"
#define ANSWER(id) id " 8180 0001 0000 0000 0000 00 0002 0001"

static struct latency_set *
samples(struct feed *f)
{
	return inspector_latencies(f->inspector);
}

static void
wait_ms(struct feed *f, uint64_t ms)
{
	f->now_ns += ms * MS;
}

/* The only histogram of this half and method that is no SBC's. */
static const struct snap_latency *
sample_of(struct feed *f, unsigned half, enum latency_method method)
{
	const struct latency_set *s = samples(f);

	for (uint32_t i = 0; i < s->count; i++)
		if (s->at[i].key.half == half && s->at[i].key.method == method &&
		    s->at[i].key.subnet < LATENCY_SBC_BASE)
			return &s->at[i];
	return NULL;
}

static void
assert_ms(struct feed *f, unsigned half, enum latency_method method, uint64_t count, uint64_t ms)
{
	const struct snap_latency *l = sample_of(f, half, method);

	if (!count) {
		assert_null(l);
		return;
	}
	assert_non_null(l);
	assert_int_equal(l->histogram.count, count);
	assert_in_range(l->histogram.min_ns, ms * MS, ms * MS + 1000);
}

static void
open_class(struct feed *f, uint8_t class, uint8_t proto, uint16_t port)
{
	feed_open_conf(f, class, proto, port, FEED_CONTRACT);
	f->now_ns = 1768471200ull * NS_PER_S;
}

static void
stun_both_ways(void **state)
{
	struct feed f;

	(void)state;
	open_class(&f, CLASS_STUN, 17, 3478);
	feed_hex(&f, PEER, BINDING ID);
	wait_ms(&f, 12);
	feed_hex(&f, CLOUD, SUCCESS ID);
	assert_ms(&f, SIDE_MSFT, LATENCY_STUN, 1, 12); /* to the cloud, which answered */
	feed_hex(&f, CLOUD, SUCCESS ID);               /* once is enough */
	feed_hex(&f, CLOUD, BINDING OTHER_ID);
	wait_ms(&f, 5);
	feed_hex(&f, PEER, SUCCESS OTHER_ID);
	assert_ms(&f, SIDE_MSFT, LATENCY_STUN, 1, 12);
	assert_ms(&f, SIDE_PEER, LATENCY_STUN, 1, 5);
	assert_int_equal(sample_of(&f, SIDE_PEER, LATENCY_STUN)->key.subnet, 1);
	assert_int_equal(sample_of(&f, SIDE_MSFT, LATENCY_STUN)->key.subnet, 0);
	assert_int_equal(samples(&f)->count, 4); /* the SBC has each of them too */
	feed_close(&f);
}

static void
asked_twice_gives_none(void **state)
{
	struct feed f;

	(void)state;
	open_class(&f, CLASS_STUN, 17, 3478);
	feed_hex(&f, PEER, BINDING ID);
	wait_ms(&f, 500);
	feed_hex(&f, PEER, BINDING ID);
	wait_ms(&f, 12);
	feed_hex(&f, CLOUD, SUCCESS ID);
	assert_ms(&f, SIDE_MSFT, LATENCY_STUN, 0, 0);
	feed_hex(&f, PEER, BINDING ID); /* the name may be used again later */
	wait_ms(&f, 9);
	feed_hex(&f, CLOUD, SUCCESS ID);
	assert_ms(&f, SIDE_MSFT, LATENCY_STUN, 1, 9);
	feed_close(&f);
}

static void
strangers_and_the_late_give_none(void **state)
{
	struct feed f;

	(void)state;
	open_class(&f, CLASS_STUN, 17, 3478);
	feed_hex(&f, PEER, BINDING ID);
	feed_hex(&f, PEER, SUCCESS ID); /* the asker does not answer itself */
	feed_hex(&f, CLOUD, SUCCESS OTHER_ID);
	wait_ms(&f, ROUND_TRIP_SECONDS * 1000 + 1);
	feed_hex(&f, CLOUD, SUCCESS ID);
	assert_int_equal(samples(&f)->count, 0);
	feed_close(&f);
}

static void
dns_by_identifier_and_port(void **state)
{
	struct feed f;

	(void)state;
	open_class(&f, CLASS_DNS, 17, 53);
	feed_hex(&f, PEER, QUERY("1234"));
	feed_hex(&f, PEER, QUERY("1235"));
	wait_ms(&f, 30);
	feed_hex(&f, CLOUD, ANSWER("1235"));
	f.ports[0]++;
	feed_hex(&f, CLOUD, ANSWER("1234")); /* to another port: not this question's */
	assert_ms(&f, SIDE_MSFT, LATENCY_DNS, 1, 30);
	feed_close(&f);
}

/* Initial, Initial, Handshake; a Handshake packet of the server's in between proves nothing. */
static void
quic_both_halves(void **state)
{
	static const char handshake[] = "e0 00000001 00 00 04 01020304";
	struct feed f;

	(void)state;
	open_class(&f, CLASS_QUIC, 17, 443);
	feed_hex(&f, PEER, handshake); /* before anything was asked */
	feed_hex(&f, PEER, QUIC_CLIENT_INITIAL);
	wait_ms(&f, 21);
	feed_hex(&f, CLOUD, QUIC_SERVER_INITIAL);
	feed_hex(&f, CLOUD, handshake);
	wait_ms(&f, 7);
	feed_hex(&f, PEER, handshake);
	wait_ms(&f, 50);
	feed_hex(&f, PEER, handshake);
	assert_ms(&f, SIDE_MSFT, LATENCY_QUIC, 1, 21);
	assert_ms(&f, SIDE_PEER, LATENCY_QUIC, 1, 7);
	feed_close(&f);
}

static void
sip_to_the_first_response(void **state)
{
	struct feed f;

	(void)state;
	open_class(&f, CLASS_SIP, 17, 5060);
	feed_text(&f, PEER,
	          "INVITE sip:b@x SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK1;rport\r\n"
	          "CSeq: 1 INVITE\r\nCall-ID: c1\r\n\r\n");
	wait_ms(&f, 25);
	for (int code = 100; code <= 200; code += 100) {
		char text[200];

		snprintf(text, sizeof text,
		         "SIP/2.0 %d x\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK1;received=1.2.3.4\r\n"
		         "CSeq: 1 INVITE\r\nCall-ID: c1\r\n\r\n",
		         code);
		feed_text(&f, CLOUD, text);
		wait_ms(&f, 4000); /* it rings */
	}
	assert_ms(&f, SIDE_MSFT, LATENCY_SIP, 1, 25);
	feed_close(&f);
}

/* RFC 3550 6.4.1: the report was held back for DLSR. */
static void
rtcp_less_what_it_was_held(void **state)
{
	struct feed f;

	(void)state;
	open_class(&f, CLASS_RTP, 17, 40002);
	/* SR of source 01020304 at NTP 11223344.55667788 */
	feed_hex(&f, PEER, "80c8 0006 01020304 11223344 55667788 00000000 00000001 000000a0");
	wait_ms(&f, 1517);
	/* RR about it: LSR 33445566, DLSR 1.5 s */
	feed_hex(&f, CLOUD,
	         "81c9 0007 0a0b0c0d 01020304 00 000000 00000010 00000000 33445566 00018000");
	assert_ms(&f, SIDE_MSFT, LATENCY_RTCP, 1, 17);
	feed_close(&f);
}

static void
without_a_contract_nothing_is_sampled(void **state)
{
	struct feed f;

	(void)state;
	feed_open(&f, CLASS_STUN, 17, 3478, 0);
	feed_hex(&f, PEER, BINDING ID);
	feed_hex(&f, CLOUD, SUCCESS ID);
	assert_int_equal(samples(&f)->count, 0);
	feed_close(&f);
}

static void
floods_push_out_the_oldest_only(void **state)
{
	struct feed f;
	char name[64];

	(void)state;
	open_class(&f, CLASS_STUN, 17, 3478);
	for (unsigned i = 0; i < 4 * ROUND_TRIP_ENTRIES; i++) {
		snprintf(name, sizeof name, BINDING "0001020304050607%08x", i);
		feed_hex(&f, PEER, name);
	}
	for (unsigned i = 4 * ROUND_TRIP_ENTRIES - 1000; i < 4 * ROUND_TRIP_ENTRIES; i++) {
		snprintf(name, sizeof name, SUCCESS "0001020304050607%08x", i);
		feed_hex(&f, CLOUD, name);
	}
	assert_true(sample_of(&f, SIDE_MSFT, LATENCY_STUN)->histogram.count > 950);
	feed_close(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(stun_both_ways),
		cmocka_unit_test(asked_twice_gives_none),
		cmocka_unit_test(strangers_and_the_late_give_none),
		cmocka_unit_test(dns_by_identifier_and_port),
		cmocka_unit_test(quic_both_halves),
		cmocka_unit_test(sip_to_the_first_response),
		cmocka_unit_test(rtcp_less_what_it_was_held),
		cmocka_unit_test(without_a_contract_nothing_is_sampled),
		cmocka_unit_test(floods_push_out_the_oldest_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
