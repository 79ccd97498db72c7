/*
 * Jitter and the clock that it is reckoned by. Truth is RFC 3550 6.4.1 in floating point over the
 * same arrivals, and its appendix A.8: one packet out of its time by 16 ms is 1 ms.
 */
#include "rtp_packets.h"

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
	p.timestamp = FIRST_TICK - PTIME_TICKS;
	p.time_ns = START_NS + PTIME_NS / 2;
	p.sequence = 9;
	rtp_update(&s, &p);
	assert_int_equal(read(&s).last_ns, START_NS + PTIME_NS / 2);
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

/* 90 kHz does not divide a nanosecond: an hour of it must not drift. */
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
		p.timestamp = FIRST_TICK + n * 3600; /* 40 ms */
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

/* A stream without a format: packets of 20 ms, `ticks` of media time each, until `until`. */
static struct rtp_stream
formatless(uint32_t ticks, uint32_t until)
{
	struct rtp_packet p = packet(1, 0);
	struct rtp_stream s;

	rtp_begin(&s, &p, 0);
	for (uint32_t n = 1; n <= until; n++) {
		p = packet(1, n);
		p.timestamp = FIRST_TICK + n * ticks;
		rtp_update(&s, &p);
	}
	return s;
}

/* Without a format the clock shows when two seconds are over, within the next 64 packets. */
static void
test_clock_inferred(void **state)
{
	struct rtp_stream s = formatless(960, 99);

	(void)state;
	assert_int_equal(read(&s).clock_hz, 0);
	assert_false(read(&s).has_jitter);
	s = formatless(960, 164);
	assert_int_equal(read(&s).clock_hz, 48000);
	assert_string_equal(rtp_basis_name(read(&s).basis), "inferred");
	assert_true(read(&s).has_jitter);
	assert_true(read(&s).jitter_max_ns < 100);
	/* signalling that knows a type and not its clock takes nothing away */
	s = formatless(160, 0);
	rtp_set_format(&s, &(struct rtp_format){.payload_type = 0}, RTP_BASIS_SDP);
	feed_run(&s, 1, 1, 165);
	assert_int_equal(read(&s).clock_hz, 8000);
}

/* The clocks of RFC 3551 table 5, 48 kHz (RFC 7587) and what lies between them; the media's own and
 * this one's may differ by 2 %. */
static void
test_clocks_inferred(void **state)
{
	static const uint32_t clocks[] = {8000,  11025, 16000, 22050, 24000,
	                                  32000, 44100, 48000, 90000};

	(void)state;
	for (size_t i = 0; i < sizeof clocks / sizeof *clocks; i++) {
		struct rtp_packet p = packet(1, 0);
		struct rtp_stream s;

		for (int off = -21; off <= 21; off += off == -19 || off == 0 ? 19 : 2) {
			if (off == 2)
				off = 19;
			rtp_begin(&s, &p, 0);
			for (uint32_t n = 1; n < 200; n++) {
				struct rtp_packet next = packet(1, n);
				const int64_t hz = clocks[i] + (int64_t)clocks[i] * off / 1000;

				next.timestamp = FIRST_TICK + (uint32_t)(n * hz / 50);
				rtp_update(&s, &next);
			}
			assert_int_equal(read(&s).clock_hz, abs(off) < 20 ? clocks[i] : 0);
		}
	}
}

/* Jitter counts from where the clock is known: the mean too is of the packets since. */
static void
test_jitter_from_there(void **state)
{
	struct rtp_stream s = formatless(960, 164);
	struct rtp_packet p;
	uint32_t before;

	(void)state;
	before = read(&s).packets;
	p = packet(1, 165);
	p.timestamp = FIRST_TICK + 165 * 960;
	p.time_ns += 16 * NS_PER_MS;
	rtp_update(&s, &p);
	assert_in_range(read(&s).jitter_ns, NS_PER_MS - 100, NS_PER_MS + 100);
	assert_in_range(read(&s).jitter_max_ns, NS_PER_MS - 100, NS_PER_MS + 100);
	/* the mean of one and of the few tens of nothing since the 128th packet */
	assert_in_range(read(&s).jitter_mean_ns, NS_PER_MS / (before - 128 + 1) - 100,
	                NS_PER_MS / (before - 128 + 1) + 100);
	/* told by signalling: one sample since, the only one */
	s = formatless(PTIME_TICKS, 50);
	rtp_set_format(&s, &pcmu, RTP_BASIS_SDP);
	assert_false(read(&s).has_jitter);
	p = packet(1, 51);
	p.time_ns += 16 * NS_PER_MS;
	rtp_update(&s, &p);
	assert_true(read(&s).has_jitter);
	assert_int_equal(read(&s).jitter_mean_ns, NS_PER_MS);
}

/* A candidate that jumps has the clock of what comes then. */
static void
test_clock_of_the_run(void **state)
{
	struct rtp_packet p = packet(1, 0);
	struct rtp_stream s;

	(void)state;
	rtp_begin(&s, &p, 0);
	for (uint32_t n = 0; n < 200; n++) {
		p = packet(500, n);
		p.time_ns += 900 * NS_PER_MS;
		p.timestamp = 7000000 + n * 320;
		rtp_update(&s, &p);
	}
	assert_int_equal(read(&s).clock_hz, 16000);
}

/* RFC 4103 section 3: text has a clock of 1000 Hz, the slowest there is; what signalling makes of a
 * slower one is no clock. */
static void
test_slow_clocks(void **state)
{
	(void)state;
	for (uint32_t hz = 999; hz <= 1000; hz++) {
		const struct rtp_format text = {.payload_type = 98, .clock_hz = hz};
		struct rtp_packet p = packet(1, 0);
		struct rtp_stream s;

		p.payload_type = 98;
		rtp_begin(&s, &p, 0);
		rtp_set_format(&s, &text, RTP_BASIS_SDP);
		for (uint32_t n = 1; n < 20; n++) {
			p.sequence++;
			p.timestamp += 300;
			p.time_ns += 300 * NS_PER_MS + (n == 19 ? 16 * NS_PER_MS : 0);
			rtp_update(&s, &p);
		}
		assert_int_equal(read(&s).clock_hz, hz < 1000 ? 0 : 1000);
		assert_int_equal(read(&s).has_jitter, hz >= 1000);
		assert_int_equal(read(&s).basis, hz < 1000 ? RTP_BASIS_NONE : RTP_BASIS_SDP);
		if (hz >= 1000)
			assert_int_equal(read(&s).jitter_max_ns, NS_PER_MS);
		p.sequence += 3; /* and an outage is one */
		p.time_ns += 5 * NS_PER_S;
		rtp_update(&s, &p);
		assert_int_equal(read(&s).outages, 1);
	}
}

/* A sender whose media time begins anew, more than a second back and yet in sequence, is measured
 * from there. */
static void
test_clock_set_back(void **state)
{
	struct rtp_stream s;

	(void)state;
	begin(&s, 1);
	feed_run(&s, 1, 1, 200);
	for (uint32_t n = 200; n < 240; n++) {
		struct rtp_packet p = packet(1, n);

		p.timestamp -= 100000;
		p.time_ns += n == 239 ? 16 * NS_PER_MS : 0;
		assert_int_equal(read(&s).jitter_max_ns, 0);
		rtp_update(&s, &p);
	}
	assert_int_equal(read(&s).jitter_max_ns, NS_PER_MS);
	assert_int_equal(read(&s).lost, 0);
}

/* Pictures that are sent before others that they are made from are in sequence, and samples: 40 ms
 * apart, with the media time of the third before that of the next two. */
static void
test_jitter_of_pictures(void **state)
{
	static const int shown[] = {3, 1, 2};
	const struct rtp_format video = {
		.payload_type = 96, .codec = CODEC_H264, .clock_hz = 90000};
	struct rtp_packet p = packet(1, 0);
	double jitter = 0, sum = 0, last = 0;
	struct rtp_stream s;

	(void)state;
	p.payload_type = 96;
	rtp_begin(&s, &p, 0);
	rtp_set_format(&s, &video, RTP_BASIS_SDP);
	for (int n = 0; n < 300; n++) {
		const int picture = n / 3 * 3 + shown[n % 3];
		const double transit = (n + 1 - picture) * 40e6;

		p.sequence++;
		p.time_ns = START_NS + (n + 1ull) * 40 * NS_PER_MS;
		p.timestamp = FIRST_TICK + (uint32_t)picture * 3600;
		rtp_update(&s, &p);
		jitter += (fabs(transit - last) - jitter) / 16;
		last = transit;
		sum += jitter;
	}
	assert_true(fabs((double)read(&s).jitter_ns - jitter) < 100);
	assert_true(fabs((double)read(&s).jitter_mean_ns - sum / 300) < 100);
}

/* One sample of 1 ms, then one packet that is none, and its kind: the mean is what it was. */
static void
test_mean_is_held(void **state)
{
	enum { MARKED, COMFORT, EVENT, STRAY, SET_BACK, BEFORE_FIRST, KINDS };

	(void)state;
	for (unsigned kind = 0; kind < KINDS; kind++) {
		struct rtp_packet p = packet(1, 1);
		struct rtp_stream s;

		begin(&s, 1);
		p.time_ns += 16 * NS_PER_MS;
		rtp_update(&s, &p);
		assert_int_equal(read(&s).jitter_mean_ns, NS_PER_MS);
		p = packet(1, kind == BEFORE_FIRST ? (uint32_t)-1 : 2);
		p.time_ns = START_NS + 2 * PTIME_NS + 7 * NS_PER_MS;
		p.marker = kind == MARKED;
		p.sequence += kind == STRAY ? 30000 : 0;
		p.timestamp -= kind == SET_BACK ? 8001 : 0;
		if (kind == COMFORT || kind == EVENT)
			rtp_set_format(&s, kind == EVENT ? &events : &noise, RTP_BASIS_SDP);
		rtp_update(&s, &p);
		assert_int_equal(read(&s).jitter_mean_ns, NS_PER_MS);
		assert_int_equal(read(&s).jitter_max_ns, NS_PER_MS);
	}
}

/* A stream in which much is no sample: talkspurts, comfort noise and what follows it, keys, strays,
 * and one that overtook the first. The estimate moves with all that media time runs through; its
 * mean is of the samples alone. */
static void
test_mean_of_samples(void **state)
{
	double jitter = 0, max = 0, sum = 0, last = 0;
	uint64_t seed = 7;
	uint32_t samples = 0;
	struct rtp_stream s;
	struct rtp_packet p;
	bool rested = false;

	(void)state;
	begin(&s, 10);
	p = packet(10, (uint32_t)-1);
	p.time_ns = START_NS + NS_PER_MS;
	rtp_update(&s, &p);
	for (uint32_t n = 1; n < 4000; n++) {
		const bool comfort = n % 97 == 0, key = n % 89 == 0, stray = n % 83 == 0;
		double transit;

		p = packet(10, n);
		seed = seed * 6364136223846793005ull + 1442695040888963407ull;
		p.time_ns += (seed >> 40) % (15 * NS_PER_MS);
		p.marker = n % 41 == 0;
		if (stray) {
			struct rtp_packet far = p;

			far.sequence += 30000;
			rtp_update(&s, &far);
		}
		if (comfort || key)
			rtp_set_format(&s, comfort ? &noise : &events, RTP_BASIS_SDP);
		if (key && !comfort)
			p.timestamp = packet(10, n - 1).timestamp;
		rtp_update(&s, &p);
		if (comfort || key)
			rtp_set_format(&s, &pcmu, RTP_BASIS_STATIC);
		if (key && !comfort)
			continue;
		transit = (double)(int64_t)(p.time_ns - START_NS) - n * 160 * 1e9 / 8000;
		jitter += (fabs(transit - last) - jitter) / 16;
		last = transit;
		if (!p.marker && !comfort && !rested) {
			samples++;
			sum += jitter;
			max = jitter > max ? jitter : max;
		}
		rested = comfort;
	}
	assert_true(fabs((double)read(&s).jitter_ns - jitter) < 16);
	assert_true(fabs((double)read(&s).jitter_max_ns - max) < 16);
	/* one without a sample leaves it as it is then, not as it will be: less than half a percent
	 */
	assert_true(fabs((double)read(&s).jitter_mean_ns - sum / samples) < sum / samples / 200);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_jitter),
		cmocka_unit_test(test_jitter_of_reordered),
		cmocka_unit_test(test_jitter_before_first),
		cmocka_unit_test(test_jitter_of_long_pauses),
		cmocka_unit_test(test_jitter_of_odd_clock),
		cmocka_unit_test(test_no_clock_no_jitter),
		cmocka_unit_test(test_clock_inferred),
		cmocka_unit_test(test_clocks_inferred),
		cmocka_unit_test(test_jitter_from_there),
		cmocka_unit_test(test_clock_of_the_run),
		cmocka_unit_test(test_slow_clocks),
		cmocka_unit_test(test_clock_set_back),
		cmocka_unit_test(test_jitter_of_pictures),
		cmocka_unit_test(test_mean_is_held),
		cmocka_unit_test(test_mean_of_samples),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
