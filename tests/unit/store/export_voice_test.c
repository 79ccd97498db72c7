/* Messages at one end, voice:SCOPE at the other. */
#include <math.h>

#include "base/clock.h"
#include "base/mem.h"
#include "snap/aggregate.h"
#include "snap/snap.h"
#include "snap/stream_book.h"
#include "store/export.h"
#include "unit/inspect/feed.h"

enum { UDP = 17, TCP = 6, UA = 0, CLOUD = 1 };

static const struct export_self self = {
	.id = "p1", .site = "s", .host = "h", .clock_source = "capture"};

struct bench {
	struct feed f;
	struct aggregate *a;
	struct store *store;
	struct exporter *exporter;
};

static void
begin(struct bench *b, uint8_t class, uint8_t proto)
{
	struct store_params params = {.site = "s", .peering = "t", .writer = "p1", .boot_us = 1};

	feed_open_conf(&b->f, class, proto, 5060, FEED_CONTRACT);
	b->a = aggregate_create(b->f.conf, feed_lanes, 2, 16);
	b->store = store_memory_create(&params);
	b->exporter = exporter_create(b->f.conf, b->store);
}

static void
finish(struct bench *b)
{
	exporter_destroy(b->exporter);
	store_close(b->store, 0);
	aggregate_destroy(b->a);
	feed_close(&b->f);
}

static void
epoch(struct bench *b, uint64_t end_us)
{
	b->a->seq++;
	b->a->start_us = b->a->end_us;
	b->a->end_us = end_us;
	exporter_begin(b->exporter, b->a, &self);
	exporter_inspect(b->exporter, b->f.inspector);
	exporter_end(b->exporter);
}

static void
message(struct bench *b, unsigned from, uint64_t at_ms, unsigned call, const char *start,
        const char *cseq, const char *tag)
{
	char text[600];

	b->f.now_ns = at_ms * NS_PER_MS;
	snprintf(text, sizeof text,
	         "%s\r\nVia: SIP/2.0/UDP 203.0.113.10;branch=z%u%s\r\nFrom: <sip:1@a>;tag=f\r\n"
	         "To: <sip:2@b>%s\r\nCall-ID: c%u\r\nCSeq: %s\r\n\r\n",
	         start, call, cseq, tag, call, cseq);
	feed_text(&b->f, from, text);
}

/* Four calls: answered after 1 s of ringing, answered at once, busy, and refused by the network;
 * the first is over, the second goes on. ASR 2/4, NER 3/4. */
static void
test_calls(void **state)
{
	static const char invite[] = "INVITE sip:2@b SIP/2.0";
	struct rec_voice r;
	struct bench b;

	(void)state;
	begin(&b, CLASS_SIP, UDP);
	for (unsigned call = 1; call <= 4; call++)
		message(&b, UA, 1000, call, invite, "1 INVITE", "");
	message(&b, CLOUD, 2000, 1, "SIP/2.0 180 R", "1 INVITE", ";tag=t");
	message(&b, CLOUD, 3000, 1, "SIP/2.0 200 OK", "1 INVITE", ";tag=t");
	message(&b, CLOUD, 1500, 2, "SIP/2.0 200 OK", "1 INVITE", ";tag=t");
	message(&b, CLOUD, 1500, 3, "SIP/2.0 486 Busy", "1 INVITE", ";tag=t");
	message(&b, CLOUD, 1500, 4, "SIP/2.0 503 No", "1 INVITE", ";tag=t");
	message(&b, CLOUD, 1600, 4, "SIP/2.0 503 No", "1 INVITE", ";tag=t");
	message(&b, UA, 63000, 1, "BYE sip:2@b SIP/2.0", "2 BYE", ";tag=t");
	epoch(&b, 64000000);
	assert_true(store_get(b.store, RECORD_VOICE, "sbc:sbc1", &r));
	assert_string_equal(r.scope, "sbc:sbc1");
	assert_string_equal(r.signalling, "sip");
	assert_string_equal(r.summary, "4 calls, 1 now");
	assert_string_equal(r.codes, "180 1,200 2,486 1,503 1");
	assert_int_equal(r.calls, 4);
	assert_int_equal(r.calls_final, 4);
	assert_int_equal(r.calls_active, 1);
	assert_int_equal(r.calls_active_max, 4);
	assert_int_equal(r.calls_ended, 1);
	assert_int_equal(r.talk_us, 60000000);
	assert_int_equal(r.retransmissions, 1);
	assert_int_equal(r.side[SIDE_PEER].calls, 4);
	assert_true(fabs(r.asr_ratio - 0.5) < 1e-9);
	assert_true(fabs(r.ner_ratio - 0.75) < 1e-9);
	assert_int_equal(r.setup_count, 2);
	assert_int_equal(r.setup_max_us, 1000000);
	assert_in_range(r.setup_p50_us, 492000, 508000); /* buckets are 1.6 % wide */
	assert_int_equal(r.answer_count, 2);
	assert_true(store_get(b.store, RECORD_VOICE, "link:a", &r));
	assert_true(store_get(b.store, RECORD_VOICE, "subnet:203.0.113.0/24", &r));
	finish(&b);
}

/* Nothing but TLS: connections, and no calls that nobody can see; an alert becomes an event. */
static void
test_encrypted(void **state)
{
	struct rec_voice r;
	struct bench b;

	(void)state;
	begin(&b, CLASS_SIP_TLS, TCP);
	b.f.now_ns = NS_PER_S;
	feed_hex(&b.f, UA, "1703030001aa");
	feed_hex(&b.f, CLOUD, "15030300020250");
	epoch(&b, 2000000);
	assert_true(store_get(b.store, RECORD_VOICE, "sbc:sbc1", &r));
	assert_string_equal(r.signalling, "encrypted");
	assert_string_equal(r.summary, "encrypted: 1 TLS connection, 1 open");
	assert_int_equal(r.tls_connections, 1);
	assert_int_equal(r.tls_open, 1);
	assert_true(isnan(r.asr_ratio));
	assert_string_equal(r.side[SIDE_MSFT].alert, "80 internal_error");
	assert_int_equal(r.side[SIDE_PEER].alerts, 0);
	finish(&b);
}

/* An address of the peer with five calls at once and its own SDP is an SBC when there is media too,
 * its own or from the prefix that the contract says; roles are found by name, and fade. */
static void
test_roles(void **state)
{
	static const char invite[] = "INVITE sip:2@b SIP/2.0\r\nVia: SIP/2.0/UDP "
				     "a;branch=z%u\r\nFrom: <sip:%u@a>;tag=f\r\n"
				     "To: <sip:2@b>\r\nCall-ID: r%u\r\nCSeq: 1 "
				     "INVITE\r\nContent-Type: application/sdp\r\n"
				     "\r\nv=0\r\nc=IN IP4 203.0.113.10\r\nm=audio 9 RTP/AVP 0\r\n";
	struct rec_endpoint r;
	struct bench b;
	char text[500], **ids;
	size_t count;

	(void)state;
	begin(&b, CLASS_SIP, UDP);
	for (unsigned call = 0; call < 5; call++) {
		snprintf(text, sizeof text, invite, call, call, call);
		feed_text(&b.f, UA, text);
	}
	b.a->endpoint_count = 1;
	b.a->endpoints[0] = (struct agg_endpoint){.side = SIDE_PEER, .changed = true};
	assert_true(addr_parse("203.0.113.10", &b.a->endpoints[0].addr));
	b.a->endpoints[0].roles.asked = b.a->endpoints[0].classes = 1ull << CLASS_SIP;
	epoch(&b, 1000000);
	assert_true(store_get(b.store, RECORD_ENDPOINT, "203.0.113.10", &r));
	assert_string_equal(r.roles, "");
	b.a->endpoints[0].roles.asked |= 1ull << CLASS_SRTP;
	b.a->endpoints[0].classes |= 1ull << CLASS_SRTP;
	epoch(&b, 2000000);
	assert_true(store_get(b.store, RECORD_ENDPOINT, "203.0.113.10", &r));
	assert_string_equal(r.roles, "sbc");
	assert_string_equal(r.roles_confidence, "sbc 0.85");
	ids = store_top(b.store, SCOPE_SITE, "endpoints:sbc", 9, NULL, &count);
	assert_int_equal(count, 1);
	assert_string_equal(ids[0], "203.0.113.10");
	store_ids_free(ids, count);
	epoch(&b, 2 * 86400ull * 1000000); /* two days of seven: 0.85 * 5/7 */
	assert_true(store_get(b.store, RECORD_ENDPOINT, "203.0.113.10", &r));
	assert_string_equal(r.roles_confidence, "sbc 0.61");
	epoch(&b, 4 * 86400ull * 1000000);
	assert_true(store_get(b.store, RECORD_ENDPOINT, "203.0.113.10", &r));
	assert_string_equal(r.roles, "");
	finish(&b);
}

static void
stream(struct bench *b, const char *src, const char *dst, uint32_t ssrc)
{
	struct book_stream *s = &b->a->voice->streams[b->a->voice->stream_count++];

	*s = (struct book_stream){.changed = true, .leg = 0};
	s->id = b->a->voice->stream_count;
	s->r.ssrc = ssrc;
	s->r.first_ns = s->r.last_ns = NS_PER_S;
	assert_true(addr_parse(src, &s->src) && addr_parse(dst, &s->dst));
}

/* Ten streams at once and no signalling: a gateway, unless the same leaves again for others. */
static void
test_relay(void **state)
{
	struct rec_endpoint r;
	struct bench b;

	(void)state;
	begin(&b, CLASS_SIP, UDP);
	b.a->endpoint_count = 1;
	b.a->endpoints[0] =
		(struct agg_endpoint){.side = SIDE_PEER, .changed = true, .last_us = 1000000};
	b.a->endpoints[0].classes = b.a->endpoints[0].roles.taken = 1ull << CLASS_SRTP;
	b.a->endpoints[0].roles.media_max = 10;
	b.a->endpoints[0].roles.media_peers = 0xff;
	assert_true(addr_parse("203.0.113.64", &b.a->endpoints[0].addr));
	b.a->voice->streams = mem_resize(b.a->voice->streams, 16, sizeof *b.a->voice->streams);
	b.a->voice->legs = mem_resize(b.a->voice->legs, 16, sizeof *b.a->voice->legs);
	b.a->voice->leg_count = 1;
	b.a->voice->legs[0] = (struct book_leg){.stream = {0, BOOK_NONE}};
	stream(&b, "198.51.100.7", "203.0.113.64", 7); /* an echo */
	stream(&b, "203.0.113.64", "198.51.100.7", 7);
	epoch(&b, 1000000);
	assert_true(store_get(b.store, RECORD_ENDPOINT, "203.0.113.64", &r));
	assert_string_equal(r.roles, "media-gateway");
	stream(&b, "52.112.0.1", "203.0.113.64", 9);
	stream(&b, "203.0.113.64", "198.51.100.8", 9);
	epoch(&b, 2000000);
	assert_true(store_get(b.store, RECORD_ENDPOINT, "203.0.113.64", &r));
	assert_string_equal(r.roles, "media-relay");
	finish(&b);
}

/* A stream between these ends, of the kind that a snapshot tells of once a second. */
static void
media(struct snap *to, uint8_t dir, const uint8_t src[4], const uint8_t dst[4], uint16_t dport)
{
	struct rtp_packet p = {.time_ns = NS_PER_S, .ssrc = dport, .wire = 214};
	struct snap_stream *s = snap_stream_add(to);

	*s = (struct snap_stream){.src = addr_v4(src),
	                          .dst = addr_v4(dst),
	                          .sport = 30000,
	                          .dport = dport,
	                          .dir = dir};
	rtp_begin(&s->state, &p, 0);
}

/* Media of the SBC to the cloud's voice addresses counts once a stream, by its port; what it sends
 * elsewhere, and what is sent to it, does not. */
static void
test_media_ports(void **state)
{
	static const uint8_t sbc[] = {203, 0, 113, 10}, voice[] = {52, 112, 0, 7},
			     other[] = {198, 51, 100, 1};
	struct snap_stream room[8];
	struct snap snap = {.streams = room, .stream_capacity = 8};
	struct rec_voice r;
	struct bench b;

	(void)state;
	begin(&b, CLASS_SIP, UDP);
	message(&b, UA, 500, 1, "OPTIONS sip:2@b SIP/2.0", "1 OPTIONS", "");
	media(&snap, DIR_PEER_TO_MSFT, sbc, voice, 3478);
	media(&snap, DIR_PEER_TO_MSFT, sbc, voice, 59999);
	media(&snap, DIR_PEER_TO_MSFT, sbc, voice, 20000);
	media(&snap, DIR_PEER_TO_MSFT, sbc, other, 20002);
	media(&snap, DIR_PEER_TO_MSFT, other, voice, 20004);
	media(&snap, DIR_MSFT_TO_PEER, voice, sbc, 20006);
	for (uint64_t s = 2; s < 4; s++) {
		stream_book_open(b.a->voice);
		stream_book_merge(b.a->voice, &snap);
		stream_book_close(b.a->voice, s * US_PER_S, NULL, NULL);
		epoch(&b, s * US_PER_S);
	}
	assert_true(store_get(b.store, RECORD_VOICE, "sbc:sbc1", &r));
	assert_int_equal(r.media_streams, 3);
	assert_int_equal(r.media_off_ports, 1);
	assert_string_equal(r.media_off_port, "52.112.0.7 port 20000");
	assert_true(store_get(b.store, RECORD_VOICE, "link:a", &r));
	assert_int_equal(r.media_streams, 0);
	finish(&b);
}

/* Four OPTIONS in 150 s, 60 s the longest pause, all but the last answered; one has no rhythm. */
static void
test_options(void **state)
{
	static const unsigned at_s[] = {10, 40, 100, 160};
	struct rec_voice r;
	struct bench b;

	(void)state;
	begin(&b, CLASS_SIP, UDP);
	for (unsigned call = 1; call <= 4; call++) {
		message(&b, UA, at_s[call - 1] * 1000, call, "OPTIONS sip:2@b SIP/2.0", "1 OPTIONS",
		        "");
		if (call < 4)
			message(&b, CLOUD, at_s[call - 1] * 1000 + 20, call, "SIP/2.0 200 OK",
			        "1 OPTIONS", ";tag=t");
		epoch(&b, (at_s[call - 1] + 1) * US_PER_S);
		assert_true(store_get(b.store, RECORD_VOICE, "sbc:sbc1", &r));
		if (call == 1)
			assert_int_equal(r.side[SIDE_PEER].options_interval_us, 0);
	}
	assert_int_equal(r.side[SIDE_PEER].options, 4);
	assert_int_equal(r.side[SIDE_PEER].options_answered, 3);
	assert_int_equal(r.side[SIDE_PEER].options_last_us, 160 * US_PER_S);
	assert_int_equal(r.side[SIDE_PEER].options_interval_us, 50 * US_PER_S);
	assert_int_equal(r.side[SIDE_PEER].options_gap_max_us, 60 * US_PER_S);
	assert_int_equal(r.side[SIDE_MSFT].options, 0);
	finish(&b);
}

/* An epoch at `end_s` in which the link brought its last frame of the peer at `heard_s`. */
static void
heard(struct bench *b, uint64_t end_s, uint64_t heard_s)
{
	b->a->links[0].last_packet_us[DIR_PEER_TO_MSFT] = heard_s * US_PER_S;
	epoch(b, end_s * US_PER_S);
}

static void
ask(struct bench *b, unsigned at_s)
{
	message(b, UA, at_s * 1000, at_s, "OPTIONS sip:2@b SIP/2.0", "1 OPTIONS", "");
}

/* The SBC is silent for ten minutes while its link speaks; for ten in which the link shows nothing
 * for eight; and now for four, as far as anybody can hear. */
static void
test_silences(void **state)
{
	const struct rec_voice_side *peer;
	struct rec_voice r;
	struct bench b;

	(void)state;
	begin(&b, CLASS_SIP, UDP);
	peer = &r.side[SIDE_PEER];
	ask(&b, 60);
	for (unsigned s = 61; s < 660; s += 60)
		heard(&b, s, s);
	assert_true(store_get(b.store, RECORD_VOICE, "sbc:sbc1", &r));
	assert_string_equal(peer->options_silences, "");
	assert_in_range(peer->options_quiet_us, 540 * US_PER_S, 541 * US_PER_S);
	ask(&b, 660);
	heard(&b, 661, 661);
	assert_true(store_get(b.store, RECORD_VOICE, "sbc:sbc1", &r));
	assert_string_equal(peer->options_silences, "60000000-660000000");
	assert_int_equal(peer->options_gap_max_us, 600 * US_PER_S);
	heard(&b, 720, 720);
	heard(&b, 1200, 720); /* it lasts */
	heard(&b, 1201, 1200);
	ask(&b, 1260);
	heard(&b, 1261, 1260);
	assert_true(store_get(b.store, RECORD_VOICE, "sbc:sbc1", &r));
	assert_string_equal(peer->options_silences, "60000000-660000000");
	heard(&b, 1380, 1380);
	heard(&b, 1500, 1500);
	heard(&b, 3000, 1500); /* the fibre is out, or the probe was: nobody hears */
	assert_true(store_get(b.store, RECORD_VOICE, "sbc:sbc1", &r));
	assert_in_range(peer->options_quiet_us, 239 * US_PER_S, 240 * US_PER_S);
	heard(&b, 3001, 3001);
	assert_true(store_get(b.store, RECORD_VOICE, "sbc:sbc1", &r));
	assert_in_range(peer->options_quiet_us, 239 * US_PER_S, 240 * US_PER_S);
	finish(&b);
}

/* Inside TLS any word counts, on a connection that stands: also one that this reader can't follow.
 */
static void
test_silences_in_tls(void **state)
{
	const struct rec_voice_side *peer;
	struct rec_voice r;
	struct bench b;

	(void)state;
	begin(&b, CLASS_SIP_TLS, TCP);
	peer = &r.side[SIDE_PEER];
	for (unsigned minute = 1; minute <= 30; minute++) {
		b.f.now_ns = minute * 60 * NS_PER_S;
		if (minute < 10 || minute > 16) {
			feed_hex(&b.f, UA, "1703030001aa");
			feed_hex(&b.f, CLOUD, "1703030001bb");
		} else {
			feed_hex(&b.f, CLOUD, "1703030001aa"); /* and nobody answers */
		}
		heard(&b, minute * 60 + 1, minute * 60 + 1);
	}
	assert_true(store_get(b.store, RECORD_VOICE, "sbc:sbc1", &r));
	assert_string_equal(r.options_basis, "tls-rhythm");
	assert_int_equal(r.last_us, 1800 * US_PER_S);
	assert_int_equal(strtoull(peer->options_silences, NULL, 10), 540 * US_PER_S);
	assert_null(strchr(peer->options_silences, ','));
	assert_in_range(peer->options_quiet_us, 1, US_PER_S);
	for (unsigned minute = 31; minute <= 40; minute++) {
		b.f.now_ns = minute * 60 * NS_PER_S;
		feed_hex(&b.f, UA, "ffffffff");
		heard(&b, minute * 60 + 1, minute * 60 + 1);
	}
	assert_true(store_get(b.store, RECORD_VOICE, "sbc:sbc1", &r));
	assert_null(strchr(peer->options_silences, ','));
	assert_in_range(peer->options_quiet_us, 1, US_PER_S);
	finish(&b);
}

/* What the inspector had no room for is told with the probe. */
static void
test_want_of_room(void **state)
{
	struct rec_probe r;
	struct bench b;

	(void)state;
	begin(&b, CLASS_SIP, UDP);
	inspector_destroy(b.f.inspector);
	b.f.inspector = inspector_create(&(struct inspector_params){
		.conf = b.f.conf, .lanes = feed_lanes, .lane_count = 2, .calls = 2});
	for (unsigned call = 1; call <= 5; call++)
		message(&b, UA, 1000, call, "INVITE sip:2@b SIP/2.0", "1 INVITE", "");
	epoch(&b, 2000000);
	assert_true(store_get(b.store, RECORD_PROBE, "p1", &r));
	assert_int_equal(r.inspector_shortage.calls_forgotten, 3);
	assert_int_equal(r.inspector_shortage.conversations_forgotten, 0);
	finish(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_want_of_room),    cmocka_unit_test(test_calls),
		cmocka_unit_test(test_media_ports),     cmocka_unit_test(test_encrypted),
		cmocka_unit_test(test_roles),           cmocka_unit_test(test_relay),
		cmocka_unit_test(test_options),         cmocka_unit_test(test_silences),
		cmocka_unit_test(test_silences_in_tls),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
