/* What payload types mean: media, comfort noise, keys and what nothing explains; and times without
 * any packet, which are pauses or outages. */
#include "rtp_packets.h"

/* A key held for a second: its packets repeat one timestamp and say nothing of jitter. */
static void
test_events(void **state)
{
	const struct rtp_format tones = {
		.payload_type = 101, .codec = CODEC_TONE, .clock_hz = 8000};
	struct rtp_stream s;
	struct rtp_figures r;

	(void)state;
	begin(&s, 1);
	feed_run(&s, 1, 1, 100);
	for (uint32_t key = 0; key < 2; key++) {
		uint32_t from = 100 + key * 100;

		rtp_set_format(&s, key ? &events : &tones, RTP_BASIS_SDP);
		assert_int_equal(s.payload_type, 101);
		for (uint32_t n = from; n < from + 50; n++) {
			struct rtp_packet p = packet(1, n);

			p.payload_type = 101;
			p.timestamp = packet(1, from).timestamp;
			rtp_update(&s, &p);
			assert_int_equal(read(&s).last_ns, p.time_ns);
		}
		rtp_set_format(&s, &pcmu, RTP_BASIS_STATIC);
		feed_run(&s, 1, from + 50, from + 100);
	}
	r = read(&s);
	assert_int_equal(r.events, 2);
	assert_int_equal(r.comforts, 0);
	assert_int_equal(r.silence_ns, 0);
	assert_int_equal(r.lost, 0);
	assert_int_equal(r.jitter_max_ns, 0);
	assert_int_equal(r.changes, 0);
	assert_int_equal(r.payload_type, 0);
	assert_int_equal(r.codec, CODEC_PCMU);
}

/* Silence: comfort noise, then nothing for 3 s, then a talkspurt. No loss, no outage. */
static void
test_silence(void **state)
{
	struct rtp_packet p = packet(1, 10);
	struct rtp_stream s;
	struct rtp_figures r;

	(void)state;
	begin(&s, 1);
	feed_run(&s, 1, 1, 10);
	rtp_set_format(&s, &noise, RTP_BASIS_STATIC);
	p.payload_type = 13;
	rtp_update(&s, &p);
	rtp_set_format(&s, &pcmu, RTP_BASIS_STATIC);
	p = packet(1, 11);
	p.marker = true;
	p.time_ns += 3 * NS_PER_S + 5 * NS_PER_MS;
	p.timestamp += 3 * 8000;
	rtp_update(&s, &p);
	r = read(&s);
	assert_int_equal(r.comforts, 1);
	assert_int_equal(r.talkspurts, 1);
	assert_int_equal(r.lost, 0);
	assert_int_equal(r.outages, 0);
	assert_int_equal(r.silence_ns, 3 * NS_PER_S + 25 * NS_PER_MS);
	assert_int_equal(r.silence_at_ns, p.time_ns);
	assert_int_equal(r.events, 0);
	assert_int_equal(r.jitter_max_ns, 0); /* the talkspurt's first gives no sample */
	assert_int_equal(r.codec, CODEC_PCMU);
	assert_int_equal(r.changes, 0);
}

/* What follows comfort noise is no sample, marked or not; the one behind it is. */
static void
test_after_comfort(void **state)
{
	struct rtp_packet p = packet(1, 0);
	struct rtp_stream s;

	(void)state;
	rtp_begin(&s, &p, RTP_REVERSE);
	rtp_set_format(&s, &pcmu, RTP_BASIS_STATIC);
	for (uint32_t n = 1; n < 30; n++) {
		if (n == 10 || n == 11)
			rtp_set_format(&s, n == 10 ? &noise : &pcmu, RTP_BASIS_STATIC);
		p = packet(1, n);
		p.time_ns += n < 11 ? 0 : n == 11 ? 16 * NS_PER_MS : 32 * NS_PER_MS;
		rtp_update(&s, &p);
		if (n == 11) {
			assert_int_equal(read(&s).jitter_max_ns, 0);
			assert_int_equal(read(&s).jitter_ns, NS_PER_MS);
		}
	}
	/* 1 ms, then 16 ms more: 1 + 15/16 */
	assert_in_range(read(&s).jitter_max_ns, 1937499, 1937501);
	assert_int_equal(read(&s).flags, RTP_REVERSE | RTP_PROVEN);
}

static void
test_outage(void **state)
{
	struct rtp_packet p;
	struct rtp_stream s;

	(void)state;
	begin(&s, 1);
	feed_run(&s, 1, 1, 10);
	feed(&s, 1, 60);
	assert_int_equal(read(&s).outages, 1);
	assert_int_equal(read(&s).outage_ns, 51 * PTIME_NS);
	assert_int_equal(read(&s).outage_at_ns, START_NS + 60 * PTIME_NS);
	assert_int_equal(read(&s).silence_ns, 51 * PTIME_NS);
	assert_int_equal(read(&s).silence_at_ns, START_NS + 60 * PTIME_NS);
	assert_int_equal(read(&s).lost, 50);
	/* one packet is enough, and the last is told; of the silences the longest */
	p = packet(1, 62);
	p.time_ns += 560 * NS_PER_MS;
	rtp_update(&s, &p);
	assert_int_equal(read(&s).outages, 2);
	assert_int_equal(read(&s).outage_ns, 600 * NS_PER_MS);
	assert_int_equal(read(&s).outage_at_ns, p.time_ns);
	assert_int_equal(read(&s).silence_ns, 51 * PTIME_NS);
	/* half a second without a packet is none yet */
	p.sequence += 2;
	p.time_ns += 499 * NS_PER_MS;
	rtp_update(&s, &p);
	assert_int_equal(read(&s).outages, 2);
	p.sequence += 2;
	p.time_ns += 501 * NS_PER_MS;
	rtp_update(&s, &p);
	assert_int_equal(read(&s).outages, 3);
}

static void
test_change_of_codec(void **state)
{
	const struct rtp_format pcma = {.payload_type = 8, .codec = CODEC_PCMA, .clock_hz = 8000};
	struct rtp_stream s;

	(void)state;
	begin(&s, 1);
	rtp_set_format(&s, &pcma, RTP_BASIS_SDP);
	feed(&s, 1, 1);
	assert_int_equal(read(&s).changes, 1);
	assert_int_equal(read(&s).payload_type, 8);
}

/* A dynamic type that nothing explains stands beside media that are known, and is the media where
 * none are; the media's own, explained no more, stays. */
static void
test_unexplained_types(void **state)
{
	struct rtp_format unknown = {.payload_type = 99, .codec = CODEC_UNKNOWN};
	struct rtp_packet p = packet(1, 0);
	struct rtp_stream s;

	(void)state;
	begin(&s, 1);
	rtp_set_format(&s, &unknown, RTP_BASIS_SDP);
	feed(&s, 1, 1);
	assert_int_equal(read(&s).changes, 0);
	assert_int_equal(read(&s).payload_type, 0);
	assert_int_equal(read(&s).codec, CODEC_PCMU);
	assert_int_equal(s.payload_type, 99);
	unknown.payload_type = 0;
	rtp_set_format(&s, &unknown, RTP_BASIS_SDP);
	assert_int_equal(read(&s).changes, 0);
	assert_int_equal(read(&s).codec, CODEC_UNKNOWN);
	assert_int_equal(read(&s).basis, RTP_BASIS_NONE); /* of no clock */
	p.payload_type = 96;
	rtp_begin(&s, &p, 0);
	unknown.payload_type = 97;
	rtp_set_format(&s, &unknown, RTP_BASIS_NONE);
	assert_int_equal(read(&s).changes, 1);
	assert_int_equal(read(&s).payload_type, 97);
}

static void
test_names(void **state)
{
	(void)state;
	assert_null(rtp_basis_name(RTP_BASIS_NONE));
	assert_string_equal(rtp_basis_name(RTP_BASIS_INFERRED), "inferred");
	assert_string_equal(rtp_basis_name(RTP_BASIS_STATIC), "static-pt");
	assert_string_equal(rtp_basis_name(RTP_BASIS_SDP), "sdp");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_events),          cmocka_unit_test(test_silence),
		cmocka_unit_test(test_after_comfort),   cmocka_unit_test(test_outage),
		cmocka_unit_test(test_change_of_codec), cmocka_unit_test(test_unexplained_types),
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
