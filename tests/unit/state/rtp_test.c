/*
 * Streams packet by packet: what RFC 3550 A.1, A.3 and A.8, RFC 3611 A.2 and plain arithmetic say
 * must come out. Jitter is compared with a naive reckoning in floating point.
 */
#include "state/rtp.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/clock.h"

enum { PTIME_TICKS = 160, WIRE = 214 };
#define PTIME_NS (20 * NS_PER_MS)
#define START_NS (1700000000 * NS_PER_S)

static const struct rtp_format pcmu = {.payload_type = 0, .codec = CODEC_PCMU, .clock_hz = 8000};
static const struct rtp_format events = {
	.payload_type = 101, .codec = CODEC_TELEPHONE_EVENT, .clock_hz = 8000};
static const struct rtp_format noise = {.payload_type = 13, .codec = CODEC_CN, .clock_hz = 8000};

/* Number `n` of a stream that began with `first`: in time, 20 ms apart. */
static struct rtp_packet
packet(uint16_t first, uint32_t n)
{
	return (struct rtp_packet){.time_ns = START_NS + n * PTIME_NS,
	                           .ssrc = 0xdecafbad,
	                           .timestamp = n * PTIME_TICKS,
	                           .wire = WIRE,
	                           .sequence = (uint16_t)(first + n)};
}

static void
begin(struct rtp_stream *s, uint16_t first)
{
	struct rtp_packet p = packet(first, 0);

	rtp_begin(s, &p, 0);
	rtp_set_format(s, &pcmu, RTP_BASIS_STATIC);
}

static int32_t
update(struct rtp_stream *s, uint16_t first, uint32_t n)
{
	struct rtp_packet p = packet(first, n);

	return rtp_update(s, &p);
}

static void
feed(struct rtp_stream *s, uint16_t first, uint32_t n)
{
	update(s, first, n);
}

static void
feed_run(struct rtp_stream *s, uint16_t first, uint32_t from, uint32_t to)
{
	for (uint32_t n = from; n < to; n++)
		feed(s, first, n);
}

static struct rtp_figures
read(const struct rtp_stream *s)
{
	struct rtp_figures r;

	rtp_read(s, &r);
	return r;
}

static void
test_wrap(void **state)
{
	struct rtp_stream s;
	struct rtp_figures r;

	(void)state;
	begin(&s, 65000);
	feed_run(&s, 65000, 1, 200000);
	r = read(&s);
	assert_int_equal(r.packets, 200000);
	assert_int_equal(r.expected, 200000);
	assert_int_equal(r.lost, 0);
	assert_int_equal(r.restarts, 0);
	assert_int_equal(r.bytes, 200000ull * WIRE);
	assert_int_equal(r.first_ns, START_NS);
	assert_int_equal(r.last_ns, START_NS + 199999 * PTIME_NS);
}

/* Lost, come late, come twice: of 0-19 numbers 5-7 and 12 are lost, 9 comes late, 15 twice. */
static void
test_sequence(void **state)
{
	static const uint32_t order[] = {1, 2, 3, 4, 8, 10, 9, 11, 13, 14, 15, 15, 16, 17, 18, 19};
	struct rtp_stream s;
	struct rtp_figures r;

	(void)state;
	for (uint32_t first = 0; first < 65536; first += 65526) {
		begin(&s, (uint16_t)first);
		for (unsigned i = 0; i < sizeof order / sizeof *order; i++)
			feed(&s, (uint16_t)first, order[i]);
		r = read(&s);
		assert_int_equal(r.packets, 17);
		assert_int_equal(r.expected, 20);
		assert_int_equal(r.lost, 4);
		assert_int_equal(r.duplicates, 1);
		assert_int_equal(r.reordered, 1);
		assert_int_equal(r.longest_gap, 3);
		assert_int_equal(r.loss_runs, 3); /* 9 was missed until it came */
	}
}

/* A duplicate is told as long as it lies in the window. */
static void
test_late_duplicate(void **state)
{
	struct rtp_stream s;

	(void)state;
	begin(&s, 100);
	feed_run(&s, 100, 1, 100);
	feed(&s, 100, 99 - (RTP_WINDOW - 1));
	assert_int_equal(read(&s).duplicates, 1);
	feed(&s, 100, 99 - RTP_WINDOW);
	assert_int_equal(read(&s).duplicates, 1);
	assert_int_equal(read(&s).reordered, 1);
}

/* One that overtook the first: the stream began before it. */
static void
test_before_the_first(void **state)
{
	struct rtp_stream s;

	(void)state;
	begin(&s, 0);
	feed(&s, 0, (uint32_t)-2);
	feed(&s, 0, 1);
	assert_int_equal(read(&s).expected, 4);
	assert_int_equal(read(&s).lost, 1);
	assert_int_equal(read(&s).reordered, 1);
}

/* RFC 3550 A.1: two in sequence far away begin anew, a single one is a stray. */
static void
test_restart(void **state)
{
	struct rtp_stream s;
	struct rtp_figures r;

	(void)state;
	begin(&s, 1000);
	feed_run(&s, 1000, 1, 10);
	feed(&s, 40000, 5);
	feed_run(&s, 1000, 10, 20);
	r = read(&s);
	assert_int_equal(r.strays, 1);
	assert_int_equal(r.restarts, 0);
	assert_int_equal(r.lost, 0);
	feed_run(&s, 40000, 100, 110);
	r = read(&s);
	assert_int_equal(r.restarts, 1);
	assert_int_equal(r.strays, 1);
	assert_int_equal(r.expected, 30);
	assert_int_equal(r.lost, 0);
	feed(&s, 40000, 111);
	assert_int_equal(read(&s).lost, 1);
}

/* Up to 2999 missing is loss (MAX_DROPOUT); beyond, it is when the media clock went along. */
static void
test_dropout(void **state)
{
	struct rtp_stream s;
	struct rtp_packet p;

	(void)state;
	begin(&s, 7);
	feed_run(&s, 7, 1, 10);
	feed(&s, 7, 10 + 2998);
	assert_int_equal(read(&s).lost, 2998);
	assert_int_equal(read(&s).longest_gap, 2998);
	feed(&s, 7, 3009 + 9000);
	assert_int_equal(read(&s).lost, 2998 + 9000);
	p = packet(7, 3009 + 9000 + 9000);
	p.timestamp = packet(7, 12010).timestamp;
	rtp_update(&s, &p);
	assert_int_equal(read(&s).lost, 2998 + 9000);
	assert_int_equal(read(&s).strays, 1);
}

/* ---- jitter ---------------------------------------------------------------------------------- */

/* RFC 3550 6.4.1 in floating point, over the same arrivals. */
static void
test_jitter(void **state)
{
	uint64_t seed = 42;
	double jitter = 0, max = 0, sum = 0, last = 0;
	struct rtp_stream s;
	struct rtp_figures r;

	(void)state;
	begin(&s, 1);
	for (uint32_t n = 1; n < 5000; n++) {
		struct rtp_packet p = packet(1, n);
		double transit, d;

		seed = seed * 6364136223846793005ull + 1442695040888963407ull;
		p.time_ns += (seed >> 40) % (30 * NS_PER_MS);
		rtp_update(&s, &p);
		transit = (double)(int64_t)(p.time_ns - START_NS) - n * 160 * 1e9 / 8000;
		d = fabs(transit - last);
		last = transit;
		jitter += (d - jitter) / 16;
		sum += jitter;
		max = jitter > max ? jitter : max;
	}
	r = read(&s);
	assert_true(r.has_jitter);
	assert_true(fabs((double)r.jitter_ns - jitter) < 16);
	assert_true(fabs((double)r.jitter_max_ns - max) < 16);
	assert_true(fabs((double)r.jitter_mean_ns - sum / 4999) < 16);
}

/* 90 kHz does not divide a nanosecond: an hour of it must not drift. */
/* RFC 3550 6.4.1: the differences are of packets "in order of arrival (not necessarily in
 * sequence)". 5 and 6 change places: D is 20 ms, 40 ms, 20 ms, then 0 again. */
static void
test_jitter_of_reordered(void **state)
{
	static const uint32_t order[] = {1, 2, 3, 4, 6, 5, 7, 8};
	static const double d_ms[] = {0, 0, 0, 0, 20, 40, 20, 0};
	enum { COUNT = sizeof order / sizeof *order };
	double jitter = 0, max = 0, sum = 0;
	struct rtp_stream s;
	struct rtp_figures r;

	(void)state;
	begin(&s, 1);
	for (unsigned i = 0; i < COUNT; i++) {
		struct rtp_packet p = packet(1, order[i]);

		p.time_ns = START_NS + (i + 1) * PTIME_NS;
		rtp_update(&s, &p);
		jitter += (d_ms[i] - jitter) / 16;
		sum += jitter;
		max = jitter > max ? jitter : max;
	}
	r = read(&s);
	assert_int_equal(r.reordered, 1);
	assert_true(fabs((double)r.jitter_ns / NS_PER_MS - jitter) < 1e-4);
	assert_true(fabs((double)r.jitter_max_ns / NS_PER_MS - max) < 1e-4);
	assert_true(fabs((double)r.jitter_mean_ns / NS_PER_MS - sum / COUNT) < 1e-4);
}

/* One that overtook the stream's first packet measures nothing, and the next is measured by the
 * first. */
static void
test_jitter_before_first(void **state)
{
	struct rtp_packet p = packet(1, 9);
	struct rtp_stream s;

	(void)state;
	begin(&s, 10);
	p.timestamp = (uint32_t)-PTIME_TICKS;
	p.time_ns = START_NS + PTIME_NS / 2;
	p.sequence = 9;
	rtp_update(&s, &p);
	feed_run(&s, 10, 1, 9);
	assert_int_equal(read(&s).jitter_max_ns, 0);
	assert_int_equal(read(&s).reordered, 1);
}

/* A sender on hold whose media clock stands still: 40 s in one step are 2.5 s of jitter (appendix
 * A.8). Pauses of a day leave the estimate at its greatest. */
static void
test_jitter_of_long_pauses(void **state)
{
	struct rtp_stream s;
	uint64_t paused_ns = 40 * NS_PER_S;

	(void)state;
	begin(&s, 0);
	feed_run(&s, 0, 1, 100);
	for (uint32_t n = 100; n < 140; n++) {
		struct rtp_packet p = packet(0, n);

		p.time_ns += paused_ns;
		rtp_update(&s, &p);
		if (n == 100)
			assert_int_equal(read(&s).jitter_max_ns, paused_ns / 16);
		if (n >= 120)
			paused_ns += 86400 * NS_PER_S;
	}
	assert_int_equal(read(&s).jitter_max_ns, UINT32_MAX);
	assert_int_equal(read(&s).jitter_ns, UINT32_MAX);
}

static void
test_jitter_of_odd_clock(void **state)
{
	const struct rtp_format video = {
		.payload_type = 96, .codec = CODEC_H264, .clock_hz = 90000};
	struct rtp_stream s;
	struct rtp_packet p = packet(1, 0);

	(void)state;
	p.payload_type = 96;
	rtp_begin(&s, &p, 0);
	rtp_set_format(&s, &video, RTP_BASIS_SDP);
	for (uint32_t n = 1; n < 90000; n++) {
		p.sequence++;
		p.timestamp = n * 3600; /* 40 ms */
		p.time_ns = START_NS + n * 40 * NS_PER_MS;
		rtp_update(&s, &p);
	}
	assert_true(read(&s).jitter_max_ns <= 16);
}

static void
test_no_clock_no_jitter(void **state)
{
	struct rtp_packet p = packet(1, 0);
	struct rtp_stream s;

	(void)state;
	rtp_begin(&s, &p, 0);
	feed_run(&s, 1, 1, 50);
	assert_false(read(&s).has_jitter);
	assert_int_equal(read(&s).clock_hz, 0);
	assert_null(rtp_basis_name(read(&s).basis));
}

/* Without a format, 48 kHz shows after two seconds; jitter is counted from there. */
static void
test_clock_inferred(void **state)
{
	struct rtp_packet p = packet(1, 0);
	struct rtp_stream s;

	(void)state;
	rtp_begin(&s, &p, 0);
	for (uint32_t n = 1; n < 200; n++) {
		p = packet(1, n);
		p.timestamp = n * 960;
		rtp_update(&s, &p);
	}
	assert_int_equal(read(&s).clock_hz, 48000);
	assert_string_equal(rtp_basis_name(read(&s).basis), "inferred");
	assert_true(read(&s).has_jitter);
	assert_true(read(&s).jitter_max_ns < 100);
}

/* A key held for a second: its packets repeat one timestamp and say nothing of jitter. */
static void
test_events(void **state)
{
	struct rtp_stream s;
	struct rtp_figures r;

	(void)state;
	begin(&s, 1);
	feed_run(&s, 1, 1, 100);
	for (uint32_t key = 0; key < 2; key++) {
		uint32_t from = 100 + key * 100;

		rtp_set_format(&s, &events, RTP_BASIS_SDP);
		for (uint32_t n = from; n < from + 50; n++) {
			struct rtp_packet p = packet(1, n);

			p.payload_type = 101;
			p.timestamp = packet(1, from).timestamp;
			rtp_update(&s, &p);
		}
		rtp_set_format(&s, &pcmu, RTP_BASIS_STATIC);
		feed_run(&s, 1, from + 50, from + 100);
	}
	r = read(&s);
	assert_int_equal(r.events, 2);
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
	assert_int_equal(r.jitter_max_ns, 0); /* the talkspurt's first gives no sample */
}

static void
test_outage(void **state)
{
	struct rtp_stream s;

	(void)state;
	begin(&s, 1);
	feed_run(&s, 1, 1, 10);
	feed(&s, 1, 60);
	assert_int_equal(read(&s).outages, 1);
	assert_int_equal(read(&s).silence_ns, 51 * PTIME_NS);
	assert_int_equal(read(&s).lost, 50);
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

/* ---- proof ----------------------------------------------------------------------------------- */

static void
test_proof(void **state)
{
	struct rtp_stream s;
	struct rtp_packet p;

	(void)state;
	begin(&s, 1);
	feed_run(&s, 1, 1, RTP_PROOF - 1);
	assert_false(rtp_is_found(&s));
	feed(&s, 1, RTP_PROOF - 1);
	assert_true(rtp_is_found(&s));
	assert_int_equal(read(&s).packets, RTP_PROOF);

	begin(&s, 1); /* a counter behind a constant */
	for (uint32_t n = 1; n < 50; n++) {
		p = packet(1, n);
		p.timestamp = 0;
		rtp_update(&s, &p);
	}
	assert_false(rtp_is_found(&s));
	assert_false(rtp_prove_late(&s));
	rtp_among(&s); /* padding of a known sender has no media time */
	assert_true(rtp_prove_late(&s));
	assert_true(rtp_is_found(&s));

	begin(&s, 1); /* every second number */
	for (uint32_t n = 2; n < 100; n += 2)
		feed(&s, 1, n);
	assert_false(rtp_is_found(&s));

	begin(&s, 1); /* numbers at random */
	for (uint32_t n = 1; n < 1000; n++)
		feed(&s, (uint16_t)(n * n * 7919), n);
	assert_false(rtp_is_found(&s));
}

/* ---- bursts ---------------------------------------------------------------------------------- */

/*
 * RFC 3611 4.7.2: bursts begin and end with a loss and have fewer than 16 packets received between
 * two of them. Here 100 received; a burst of 10 in which every second is lost (5 of 9); 100
 * received; one lost alone; 100 received.
 */
static void
test_bursts(void **state)
{
	struct rtp_stream s;
	struct rtp_figures r;
	uint32_t n = 0;

	(void)state;
	begin(&s, 1);
	feed_run(&s, 1, 1, 100);
	for (n = 101; n < 109; n += 2)
		feed(&s, 1, n);
	feed_run(&s, 1, 109, 209);
	feed_run(&s, 1, 210, 310);
	r = read(&s);
	assert_int_equal(r.lost, 6);
	assert_int_equal(r.loss_runs, 6);
	/* by A.2: c11 = 200, c13 = 2, c14 = 0, c22 = 0, c23 = 4, c33 = 0; c31 = 2, c32 = 4;
	 * p32 = 4/6, p23 = 1, density 1/(1 + 2/3) */
	assert_true(fabs(r.burst_density - 0.6) < 1e-9);
	assert_true(fabs(r.gap_density - 0) < 1e-9);
	assert_true(fabs(r.gap_length - 101) < 1e-9);
	assert_true(fabs(r.burst_length - (212.0 / 2 - 101)) < 1e-9);
}

/*
 * The same with packets received inside a burst, and with losses in a row: 20 received, 2 lost in a
 * row, 3 received, one lost, 20 received, one lost alone, 20 received, 2 lost in a row, 20
 * received, one lost, one received.
 */
static void
test_burst_of_more_than_losses(void **state)
{
	struct rtp_stream s;
	struct rtp_figures r;

	(void)state;
	begin(&s, 1);
	feed_run(&s, 1, 1, 20);
	feed_run(&s, 1, 22, 25);
	feed_run(&s, 1, 26, 46);
	feed_run(&s, 1, 47, 67);
	feed_run(&s, 1, 69, 89);
	feed(&s, 1, 90);
	r = read(&s);
	assert_int_equal(r.lost, 7);
	assert_int_equal(r.longest_gap, 2);
	/* by A.2: c11 = 80, c13 = 3, c14 = 1, c22 = 2, c23 = 1, c33 = 2; c31 = 3, c32 = 1; all of
	 * them 93; p32 = 1/6, p23 = 1 - 2/3 */
	assert_true(fabs(r.burst_density - 2.0 / 3) < 1e-9);
	assert_true(fabs(r.gap_density - 1.0 / 81) < 1e-9);
	assert_true(fabs(r.gap_length - 84.0 / 3) < 1e-9);
	assert_true(fabs(r.burst_length - (93.0 / 3 - 28)) < 1e-9);
}

/* What each packet tells of itself adds up to what the stream tells in the end. */
static void
test_told_at_once(void **state)
{
	struct rtp_stream s;

	(void)state;
	begin(&s, 1);
	assert_int_equal(update(&s, 1, 1), 0);
	assert_int_equal(update(&s, 1, 5), 3);
	assert_int_equal(update(&s, 1, 3), RTP_LATE);
	assert_int_equal(update(&s, 1, 3), RTP_AGAIN);
	assert_int_equal(update(&s, 1, (uint32_t)-3), 2);
	assert_int_equal(update(&s, 30000, 6), RTP_STRAY);
	assert_int_equal(rtp_lost(&s), 3 - 1 + 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_wrap),
		cmocka_unit_test(test_sequence),
		cmocka_unit_test(test_late_duplicate),
		cmocka_unit_test(test_before_the_first),
		cmocka_unit_test(test_restart),
		cmocka_unit_test(test_dropout),
		cmocka_unit_test(test_jitter),
		cmocka_unit_test(test_jitter_of_reordered),
		cmocka_unit_test(test_jitter_before_first),
		cmocka_unit_test(test_jitter_of_long_pauses),
		cmocka_unit_test(test_jitter_of_odd_clock),
		cmocka_unit_test(test_no_clock_no_jitter),
		cmocka_unit_test(test_clock_inferred),
		cmocka_unit_test(test_events),
		cmocka_unit_test(test_silence),
		cmocka_unit_test(test_outage),
		cmocka_unit_test(test_change_of_codec),
		cmocka_unit_test(test_proof),
		cmocka_unit_test(test_bursts),
		cmocka_unit_test(test_burst_of_more_than_losses),
		cmocka_unit_test(test_told_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
