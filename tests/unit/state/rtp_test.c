/*
 * Streams packet by packet: what RFC 3550 A.1 and A.3 and plain arithmetic say must come out of
 * their numbers, and when numbers and media time are proof of a stream.
 */
#include "rtp_packets.h"

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
	begin(&s, 100); /* of the first of all */
	feed(&s, 100, 0);
	assert_int_equal(read(&s).duplicates, 1);
}

/* The window is kept over a gap as far as it reaches: the last before the gap, one that was lost
 * and comes late, and the first behind it. */
static void
test_duplicates_over_a_gap(void **state)
{
	(void)state;
	for (uint32_t gap = 2; gap < 70; gap++) {
		const bool reaches = gap < RTP_WINDOW;
		struct rtp_stream s;

		begin(&s, 100);
		assert_int_equal(update(&s, 100, gap), gap - 1);
		assert_int_equal(update(&s, 100, gap), RTP_AGAIN);
		assert_int_equal(update(&s, 100, 0), reaches ? RTP_AGAIN : RTP_LATE);
		assert_int_equal(update(&s, 100, gap - 1), RTP_LATE);
		assert_int_equal(update(&s, 100, gap - 1), RTP_AGAIN);
		assert_int_equal(read(&s).reordered, reaches ? 1 : 2);
	}
}

/* Frames of 1 GiB, so that their sum needs more than 32 bits. */
static void
test_bytes(void **state)
{
	struct rtp_packet p = packet(1, 0);
	struct rtp_stream s;

	(void)state;
	p.wire = 1u << 30;
	rtp_begin(&s, &p, 0);
	for (uint32_t n = 1; n < 10; n++) {
		p = packet(1, n);
		p.wire = 1u << 30;
		rtp_update(&s, &p);
		assert_int_equal(read(&s).bytes, (n + 1ull) << 30);
	}
}

/* What the first packet tells of itself. */
static void
test_first(void **state)
{
	struct rtp_packet p = packet(65535, 0);
	struct rtp_stream s;
	struct rtp_figures r;

	(void)state;
	p.payload_type = 96;
	p.marker = p.relayed = true;
	rtp_begin(&s, &p, RTP_REVERSE);
	r = read(&s);
	assert_int_equal(r.ssrc, 0xdecafbad);
	assert_int_equal(r.payload_type, 96);
	assert_int_equal(r.talkspurts, 1);
	assert_true(r.relayed);
	assert_int_equal(r.flags, RTP_REVERSE);
	assert_int_equal(r.first_number, 65535);
	assert_int_equal(r.last_number, 65535);
	assert_int_equal(r.expected, 1);
	assert_int_equal(r.last_ns, START_NS);
	feed(&s, 65535, 1);
	assert_int_equal(read(&s).first_number, 65535);
	assert_int_equal(read(&s).last_number, 0);
	assert_int_equal(read(&s).talkspurts, 1);
}

/* One that overtook the first: the stream began before it. */
static void
test_before_the_first(void **state)
{
	(void)state;
	for (uint32_t first = 0; first <= 1000; first += 1000) {
		struct rtp_stream s;

		begin(&s, (uint16_t)first);
		feed(&s, (uint16_t)first, (uint32_t)-2);
		feed(&s, (uint16_t)first, 1);
		assert_int_equal(read(&s).expected, 4);
		assert_int_equal(read(&s).lost, 1);
		assert_int_equal(read(&s).reordered, 1);
		assert_int_equal(read(&s).first_number, (uint16_t)(first - 2));
	}
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
	assert_int_equal(r.loss_runs, 0);
	assert_int_equal(r.first_number, 40100);
	feed(&s, 40000, 111);
	assert_int_equal(read(&s).lost, 1);
	/* the two that it began with came once */
	begin(&s, 1000);
	feed_run(&s, 40000, 1, 3);
	assert_int_equal(read(&s).restarts, 1);
	assert_int_equal(update(&s, 40000, 2), RTP_AGAIN);
	assert_int_equal(update(&s, 40000, 1), RTP_AGAIN);
	/* number 0 is no more in sequence than others */
	begin(&s, 1000);
	assert_int_equal(update(&s, 0, 0), RTP_STRAY);
	assert_int_equal(read(&s).restarts, 0);
}

/* A restart has its own media time (RFC 3550 section 5.1: random): it measures nothing. */
static void
test_restart_of_the_clock(void **state)
{
	struct rtp_stream s;

	(void)state;
	begin(&s, 1000);
	feed_run(&s, 1000, 1, 10);
	for (uint32_t n = 10; n < 40; n++) {
		struct rtp_packet p = packet(40000, n);

		p.timestamp += 123456789;
		rtp_update(&s, &p);
	}
	assert_int_equal(read(&s).restarts, 1);
	assert_int_equal(read(&s).jitter_max_ns, 0);
}

/* RFC 3550 A.1: MAX_DROPOUT 3000, MAX_MISORDER 100; `ticks` of media time passed meanwhile. */
static int32_t
step_by(uint32_t step, uint32_t ticks)
{
	struct rtp_stream s;
	struct rtp_packet p;

	begin(&s, 7);
	feed_run(&s, 7, 1, 200);
	p = packet(7, 199 + step);
	p.timestamp = packet(7, 199).timestamp + ticks;
	return rtp_update(&s, &p);
}

static void
test_limits(void **state)
{
	(void)state;
	assert_int_equal(step_by(2999, 160), 2998);
	assert_int_equal(step_by(3000, 160), RTP_STRAY);
	assert_int_equal(step_by((uint32_t)-99, 160), RTP_LATE);
	assert_int_equal(step_by((uint32_t)-100, 160), RTP_STRAY);
	/* media time that says the same, to a half and the double; numbers that may be older ones
	 */
	assert_int_equal(step_by(20000, 20000 * 160), 19999);
	assert_int_equal(step_by(20000, 20000 * 81), 19999);
	assert_int_equal(step_by(20000, 20000 * 79), RTP_STRAY);
	assert_int_equal(step_by(20000, 20000 * 319), 19999);
	assert_int_equal(step_by(20000, 20000 * 321), RTP_STRAY);
	assert_int_equal(step_by(40000, 40000 * 160), RTP_STRAY);
}

/* Media time is no witness when it was seen to run for a few packets only, began anew, or may have
 * gone round. */
static void
test_clock_that_proves_nothing(void **state)
{
	struct rtp_stream s;

	(void)state;
	for (uint32_t sent = 3; sent <= 4; sent++) {
		begin(&s, 7);
		feed_run(&s, 7, 1, sent + 1);
		assert_int_equal(update(&s, 7, sent + 9000), sent < 4 ? RTP_STRAY : 8999);
	}
	begin(&s, 7);
	feed_run(&s, 30000, 1, 100);
	assert_int_equal(read(&s).restarts, 1);
	assert_int_equal(update(&s, 30000, 9100), RTP_STRAY);
	begin(&s, 7);
	for (uint32_t n = 1; n <= 13000; n += n == 9000 ? 4000 : 1) { /* 2^31 after 8260 */
		struct rtp_packet p = packet(7, n);

		p.timestamp = FIRST_TICK + n * 260000;
		if (n == 13000)
			assert_int_equal(rtp_update(&s, &p), RTP_STRAY);
		else
			rtp_update(&s, &p);
	}
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
	for (uint32_t n = 1; n <= 256; n++) {
		p = packet(1, n);
		p.timestamp = FIRST_TICK;
		rtp_update(&s, &p);
	}
	assert_false(rtp_is_found(&s));
	assert_false(rtp_prove_late(&s));
	rtp_among(&s); /* padding of a known sender has no media time */
	assert_true(rtp_prove_late(&s));
	assert_int_equal(read(&s).flags, RTP_AMONG | RTP_PROVEN);
	assert_false(rtp_prove_late(&s)); /* it is found already */

	begin(&s, 1); /* every second number */
	for (uint32_t n = 2; n < 100; n += 2)
		feed(&s, 1, n);
	assert_false(rtp_is_found(&s));

	begin(&s, 1); /* numbers at random */
	for (uint32_t n = 1; n < 1000; n++)
		feed(&s, (uint16_t)(n * n * 7919), n);
	assert_false(rtp_is_found(&s));
}

/* Beside a stream that is found two in sequence are enough (RFC 3550 A.1), media time or not. */
static void
test_proof_among(void **state)
{
	struct rtp_packet p = packet(1, 0);
	struct rtp_stream s;

	(void)state;
	rtp_begin(&s, &p, RTP_AMONG);
	assert_false(rtp_prove_late(&s));
	p.sequence++;
	rtp_update(&s, &p);
	assert_true(rtp_is_found(&s));
	/* told later, of two that came before */
	rtp_begin(&s, &p, 0);
	p.sequence++;
	rtp_update(&s, &p);
	assert_false(rtp_prove_late(&s));
	rtp_among(&s);
	assert_true(rtp_prove_late(&s));
}

/* After three in sequence comes one `step` on whose media time is `ticks` further: how many more in
 * sequence it takes, `every` ticks apart; 0: none does. */
static unsigned
proof_behind(uint32_t step, uint32_t ticks, uint32_t every)
{
	struct rtp_stream s;
	struct rtp_packet p;

	begin(&s, 100);
	feed_run(&s, 100, 1, RTP_PROOF - 1);
	p = packet(100, RTP_PROOF - 2);
	p.sequence += (uint16_t)step;
	p.timestamp += ticks;
	rtp_update(&s, &p);
	for (unsigned more = 0; more < 100; more++) {
		if (rtp_is_found(&s))
			return more;
		p.sequence++;
		p.timestamp += every;
		rtp_update(&s, &p);
	}
	return 0;
}

/* A run goes on over what 64 numbers may hide, and 3 s of the fastest media clock; behind more, and
 * where media time stands or falls, it begins again. */
static void
test_runs(void **state)
{
	const uint32_t pause = 3 * 90000;

	(void)state;
	assert_int_equal(proof_behind(1, 160, 160), 0);
	assert_int_equal(proof_behind(64, 160, 160), 1);
	assert_int_equal(proof_behind(65, 160, 160), 3);
	/* back: out of what it repeats first */
	assert_int_equal(proof_behind((uint32_t)-64, 160, 160), 65);
	assert_int_equal(proof_behind((uint32_t)-65, 160, 160), 68);
	assert_int_equal(proof_behind(1, pause, 160), 0);
	assert_int_equal(proof_behind(1, pause + 1, 160), 3);
	assert_int_equal(proof_behind(65, 160, 0), 0);
	assert_int_equal(proof_behind(65, 160, (uint32_t)-160), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_wrap),
		cmocka_unit_test(test_sequence),
		cmocka_unit_test(test_late_duplicate),
		cmocka_unit_test(test_duplicates_over_a_gap),
		cmocka_unit_test(test_bytes),
		cmocka_unit_test(test_first),
		cmocka_unit_test(test_before_the_first),
		cmocka_unit_test(test_restart),
		cmocka_unit_test(test_restart_of_the_clock),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_clock_that_proves_nothing),
		cmocka_unit_test(test_dropout),
		cmocka_unit_test(test_told_at_once),
		cmocka_unit_test(test_proof),
		cmocka_unit_test(test_proof_among),
		cmocka_unit_test(test_runs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
