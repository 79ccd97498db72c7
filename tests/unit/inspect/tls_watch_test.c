/* SIP over TLS between the peer's SBC and the cloud, seen without its keys. */
#include "unit/inspect/feed.h"

enum { TCP = 6, SBC = 0, CLOUD = 1, SYN = 0x02, FIN_ACK = 0x11, RST = 0x04 };
#define S UINT64_C(1000000000)

/* Hellos of TLS 1.2 (RFC 5246 section 7.4.1), the client's with server_name */
#define RANDOM "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
#define CLIENT                                                                       \
	"160301004f 0100004b 0303" RANDOM "00 0002c02f 0100 0020 0000001c001a000017" \
	"7369702e7073746e6875622e6578616d706c652e636f6d"
#define NAME "sip.pstnhub.example.com"
#define SERVER "160303002a 02000026 0303" RANDOM "00 c02f 00"
#define FINISH "140303000101 160303000400010203"
#define DATA(size, byte) "170303" size byte

static void
open_feed(struct feed *f)
{
	feed_open_conf(f, CLASS_SIP_TLS, TCP, 5061, FEED_CONTRACT);
	feed_frame(f, SBC, SYN, f->seq[SBC] - 1, NULL, 0, 0);
}

static void
hello(struct feed *f)
{
	feed_hex(f, SBC, CLIENT);
	feed_hex(f, CLOUD, SERVER);
}

static void
finish(struct feed *f)
{
	feed_hex(f, SBC, FINISH);
	feed_hex(f, CLOUD, FINISH);
}

static void
test_handshake(void **state)
{
	struct feed f;
	const struct voice_scope *s;

	(void)state;
	open_feed(&f);
	hello(&f);
	s = feed_scope(&f, "sbc:sbc1");
	assert_int_equal(s->tls_connections, 1);
	assert_int_equal(s->tls_open, 1);
	assert_int_equal(s->tls_established, 0);
	assert_int_equal(s->tls_versions[VOICE_TLS_1_2], 1);
	assert_string_equal(s->tls_name, NAME);
	finish(&f);
	assert_int_equal(s->tls_established, 1);
	feed_frame(&f, SBC, FIN_ACK, f.seq[SBC], NULL, 0, 0);
	assert_int_equal(s->tls_open, 0);
	assert_int_equal(s->tls_failed, 0);
	assert_int_equal(s->calls, 0);
	feed_close(&f);
}

/* The cloud doesn't like what the SBC offers, and says so twice. */
static void
test_alert(void **state)
{
	struct feed f;
	const struct voice_scope *s;
	struct fact fact;
	unsigned facts = 0;

	(void)state;
	open_feed(&f);
	hello(&f);
	feed_hex(&f, CLOUD, "15030300020228 15030300020228");
	feed_frame(&f, CLOUD, FIN_ACK, f.seq[CLOUD], NULL, 0, 0);
	s = feed_scope(&f, "sbc:sbc1");
	assert_int_equal(s->tls_failed, 1);
	assert_int_equal(s->side[SIDE_MSFT].alerts, 2);
	assert_int_equal(s->side[SIDE_MSFT].alert_code, 40);
	assert_int_equal(s->side[SIDE_PEER].alerts, 0);
	while (fact_take(inspector_facts(f.inspector), &fact)) {
		assert_string_equal(fact.name, "tls.alert");
		assert_int_equal(fact.side, SIDE_MSFT);
		assert_string_equal(fact.text,
		                    "msft sent alert 40 (handshake_failure) in a handshake");
		facts++;
	}
	assert_int_equal(facts, 3); /* one each of link, SBC and subnet */
	feed_close(&f);
}

/* close_notify is how a connection ends. */
static void
test_close_notify(void **state)
{
	struct feed f;
	struct fact fact;

	(void)state;
	open_feed(&f);
	hello(&f);
	feed_hex(&f, CLOUD, "15030300020100");
	assert_false(fact_take(inspector_facts(f.inspector), &fact));
	feed_close(&f);
}

static void
test_half_open(void **state)
{
	struct feed f;
	const struct voice_scope *s;

	(void)state;
	open_feed(&f);
	hello(&f);
	s = feed_scope(&f, "sbc:sbc1");
	feed_frame(&f, CLOUD, RST, f.seq[CLOUD], NULL, 0, 0);
	assert_int_equal(s->tls_failed, 1);
	assert_int_equal(s->tls_open, 0);
	feed_frame(&f, SBC, RST, f.seq[SBC], NULL, 0, 0);
	assert_int_equal(s->tls_failed, 1);
	feed_close(&f);
}

/* Once a minute a question and its answer; in the third minute a call of six records. */
static void
test_rhythm(void **state)
{
	struct feed f;
	const struct voice_scope *s;
	const struct voice_rhythm *peer, *msft;

	(void)state;
	open_feed(&f);
	hello(&f);
	finish(&f);
	s = feed_scope(&f, "sbc:sbc1");
	peer = &s->side[SIDE_PEER].options;
	msft = &s->side[SIDE_MSFT].options;
	for (unsigned minute = 1; minute <= 5; minute++) {
		f.now_ns = minute * 60 * S;
		feed_hex(&f, SBC, DATA("0001", "aa"));
		feed_hex(&f, CLOUD, DATA("0001", "bb"));
		if (minute == 3)
			for (unsigned i = 0; i < 4; i++)
				feed_hex(&f, i % 2, DATA("0001", "cc"));
		f.now_ns = (minute * 60 + 20) * S;
		feed_hex(&f, CLOUD, DATA("0001", "aa"));
		feed_hex(&f, SBC, DATA("0001", "bb"));
	}
	assert_true(s->options_by_rhythm);
	assert_int_equal(peer->count, 4);
	assert_int_equal(peer->answered, 4);
	assert_int_equal(msft->count, 5);
	assert_in_range(peer->gap_max_ns, 60 * S - S / 1000, 60 * S + S / 1000);
	assert_in_range(msft->last_ns, 320 * S, 321 * S);
	/* a question that nobody answers in time */
	f.now_ns = 400 * S;
	feed_hex(&f, SBC, DATA("0001", "aa"));
	f.now_ns = 403 * S;
	feed_hex(&f, CLOUD, DATA("0001", "aa"));
	assert_int_equal(peer->count, 4);
	feed_close(&f);
}

/* Joined mid-way and mid-record: read on from a segment that begins with a record. */
static void
test_joined(void **state)
{
	struct feed f;
	const struct voice_scope *s;

	(void)state;
	feed_open_conf(&f, CLASS_SIP_TLS, TCP, 5061, FEED_CONTRACT);
	feed_hex(&f, SBC, "aabbccddeeff");
	feed_hex(&f, SBC, DATA("0001", "aa"));
	feed_hex(&f, CLOUD, DATA("0001", "bb"));
	f.now_ns = 60 * S;
	feed_hex(&f, SBC, DATA("0001", "aa"));
	feed_hex(&f, CLOUD, DATA("0001", "bb"));
	s = feed_scope(&f, "link:a");
	assert_int_equal(s->tls_connections, 1);
	assert_int_equal(s->tls_established, 0); /* its handshake was not seen */
	assert_int_equal(s->side[SIDE_PEER].options.count, 1);
	feed_close(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_handshake),    cmocka_unit_test(test_alert),
		cmocka_unit_test(test_close_notify), cmocka_unit_test(test_half_open),
		cmocka_unit_test(test_rhythm),       cmocka_unit_test(test_joined),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
