/* Numbers of the Recommendations themselves: G.107 Annex B, G.113 Appendix I. */
#include "measure/mos.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "unit/near.h"

static struct mos
of(uint8_t codec, double loss_percent)
{
	return mos_compute(&(struct mos_input){.codec = codec,
	                                       .loss_ratio = loss_percent / 100,
	                                       .burst_ratio = 1,
	                                       .delay_ms = MOS_DELAY_ASSUMED_MS});
}

/* G.107 Table B.1: lower limits of R and their scores; 4.03 for 80 is 4.024 rounded up. */
static void
test_scores(void **state)
{
	static const struct {
		double r, score;
	} limits[] = {{90, 4.34}, {80, 4.03}, {70, 3.60}, {60, 3.10}, {50, 2.58}};

	(void)state;
	for (unsigned i = 0; i < sizeof limits / sizeof *limits; i++)
		assert_near(mos_of_rating(limits[i].r), limits[i].score, 0.01);
	assert_near(mos_of_rating(-5), 1, 0);
	assert_near(mos_of_rating(0), 1, 0);
	assert_near(mos_of_rating(100), 4.5, 0);
	assert_near(mos_of_rating(120), 4.5, 0);
}

/* G.107 7.7: with the defaults R = 93.2, the score of G.711 4.41. */
static void
test_default(void **state)
{
	(void)state;
	assert_near(of(CODEC_PCMA, 0).r, 93.2, 1e-9);
	assert_near(of(CODEC_PCMU, 0).score, 4.41, 0.005);
	assert_false(of(CODEC_PCMU, 0).wideband);
}

/* G.113 (02/2001) Table I.3: G.729A with silence suppression, Ie under random loss. */
static void
test_g729_under_loss(void **state)
{
	static const struct {
		double loss, ie;
	} rows[] = {{0, 11}, {0.5, 13}, {1, 15}, {1.5, 17}, {2, 19},
	            {3, 23}, {4, 26},   {8, 36}, {16, 49}};

	(void)state;
	for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++)
		assert_near(93.2 - of(CODEC_G729, rows[i].loss).r, rows[i].ie, 0.6);
}

/* Bursts hurt more than the same loss at random (G.107 7.5). */
static void
test_bursts(void **state)
{
	struct mos_input in = {.codec = CODEC_PCMU, .loss_ratio = 0.05, .burst_ratio = 1};
	double random = mos_compute(&in).r;

	(void)state;
	in.burst_ratio = 2;
	assert_near(93.2 - mos_compute(&in).r, 95 * 5 / (5 / 2.0 + 25.1), 1e-9);
	assert_true(mos_compute(&in).r < random);
}

/* G.107 7.4 by hand: X = 2 at 400 ms, 25 (65^(1/6) - 3 (1 + 64/729)^(1/6) + 2) = 24.1. */
static void
test_delay(void **state)
{
	(void)state;
	assert_near(mos_delay_impairment(0), 0, 0);
	assert_near(mos_delay_impairment(100), 0, 0);
	assert_near(mos_delay_impairment(400), 24.07, 0.05);
	assert_near(mos_delay_impairment(150), 0.5, 0.5);
	assert_near(mos_compute(&(struct mos_input){.codec = CODEC_PCMU, .delay_ms = 400}).r,
	            93.2 - 24.07, 0.05);
}

/* G.107.1: G.722 at 64 kbit/s, Ie,wb 13 of 129. */
static void
test_wideband(void **state)
{
	struct mos m = of(CODEC_G722, 0);

	(void)state;
	assert_true(m.known && m.wideband);
	assert_near(m.r, 116, 1e-9);
	assert_near(m.score, mos_of_rating(116 / 1.29), 1e-9);
}

/* G.113 (11/2007) Table I.1 (Ie), I.4 (Bpl); none of these has a Bpl published where it is 0. */
static void
test_codecs(void **state)
{
	static const struct {
		uint8_t codec;
		double ie, bpl;
	} rows[] = {
		{CODEC_PCMU, 0, 25.1},       {CODEC_PCMA, 0, 25.1},
		{CODEC_G726_40, 2, 0},       {CODEC_G726_32, 7, 0},
		{CODEC_G726_24, 25, 0},      {CODEC_G726_16, 50, 0},
		{CODEC_AAL2_G726_40, 2, 0},  {CODEC_AAL2_G726_32, 7, 0},
		{CODEC_AAL2_G726_24, 25, 0}, {CODEC_AAL2_G726_16, 50, 0},
		{CODEC_G728, 7, 0},          {CODEC_G729, 11, 19},
		{CODEC_G723, 15, 16.1},      {CODEC_GSM, 20, 0},
		{CODEC_GSM_HR, 23, 0},       {CODEC_GSM_EFR, 5, 10},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct mos whole = of(rows[i].codec, 0), lossy = of(rows[i].codec, 2);

		assert_true(whole.known && !whole.wideband);
		assert_near(whole.r, 93.2 - rows[i].ie, 1e-9);
		assert_int_equal(lossy.known, rows[i].bpl > 0);
		if (lossy.known) /* G.107 7.5 with Ppl 2, BurstR 1 */
			assert_near(lossy.r,
			            93.2 - rows[i].ie - (95 - rows[i].ie) * 2 / (2 + rows[i].bpl),
			            1e-9);
	}
	assert_false(of(CODEC_G722, 2).known);
}

static void
test_unknown(void **state)
{
	(void)state;
	assert_false(of(CODEC_UNKNOWN, 0).known);
	assert_false(of(CODEC_SILK, 0).known);
	assert_false(of(CODEC_H264, 0).known);
	assert_true(of(CODEC_G728, 0).known);
	assert_false(of(CODEC_G728, 1).known); /* what loss does to it was not published */
}

/* 100 expected, 5 lost in one run: five times the length of random loss. */
static void
test_of_stream(void **state)
{
	struct rtp_figures r = {
		.codec = CODEC_PCMU, .expected = 100, .packets = 95, .lost = 5, .loss_runs = 1};
	double burst = 5 * 0.95;

	(void)state;
	assert_near(mos_of_stream(&r).r, 93.2 - 95 * 5 / (5 / burst + 25.1), 1e-9);
	r.lost = 6; /* in three runs: twice that of random loss, but for 6 % */
	r.loss_runs = 3;
	burst = 2 * 0.94;
	assert_near(mos_of_stream(&r).r, 93.2 - 95 * 6 / (6 / burst + 25.1), 1e-9);
	r = (struct rtp_figures){.codec = CODEC_PCMU};
	assert_near(mos_of_stream(&r).r, 93.2, 1e-9);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_scores),          cmocka_unit_test(test_default),
		cmocka_unit_test(test_g729_under_loss), cmocka_unit_test(test_bursts),
		cmocka_unit_test(test_delay),           cmocka_unit_test(test_wideband),
		cmocka_unit_test(test_codecs),          cmocka_unit_test(test_unknown),
		cmocka_unit_test(test_of_stream),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
