/* Bursts and gaps of loss by RFC 3611 section 4.7.2 and its appendix A.2. */
#include "rtp_packets.h"

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

/* RFC 3611 A.2 as it is printed there, packet by packet. */
struct a2 {
	unsigned pkt, lost, c5, c11, c13, c14, c22, c23, c33;
};

static void
a2_packet(struct a2 *c, bool lost)
{
	if (!lost) {
		c->pkt++;
		return;
	}
	c->c5++;
	if (c->pkt >= RTP_GMIN) {
		if (c->lost == 1)
			c->c14++;
		else
			c->c13++;
		c->lost = 1;
		c->c11 += c->pkt;
	} else {
		c->lost++;
		if (c->pkt == 0) {
			c->c33++;
		} else {
			c->c23++;
			c->c22 += c->pkt - 1;
		}
	}
	c->pkt = 0;
}

static void
assert_a2(const struct a2 *c, const struct rtp_figures *r)
{
	const double c31 = c->c13, c32 = c->c23;
	const double total = c->c11 + c->c14 + c->c13 + c->c22 + c->c23 + c31 + c32 + c->c33;
	const double seen = c31 + c32 + c->c33, p32 = seen > 0 ? c32 / seen : 0;
	const double p23 = c->c22 + c->c23 < 1 ? 1 : 1 - c->c22 / (double)(c->c22 + c->c23);
	const double gaps = c->c11 + c->c14;

	assert_true(fabs(r->burst_density - p23 / (p23 + p32)) < 1e-9);
	assert_true(fabs(r->gap_density - (gaps > 0 ? c->c14 / gaps : 0)) < 1e-9);
	if (c->c13 == 0) { /* it would divide by 0: no gap that a burst ended */
		assert_true(r->gap_length + r->burst_length < 1e-9);
		return;
	}
	assert_true(fabs(r->gap_length - (gaps + c->c13) / c->c13) < 1e-9);
	assert_true(fabs(r->burst_length - (total / c->c13 - r->gap_length)) < 1e-9);
}

/* Streams that lose one of 2 to 60 packets, at random; short ones have one loss or none. */
static void
test_against_the_appendix(void **state)
{
	uint32_t chance = 1;

	(void)state;
	for (uint32_t one_of = 2; one_of <= 60; one_of++)
		for (uint32_t size = 4; size <= 1024; size *= 2) {
			struct a2 c = {.pkt = 1};
			struct rtp_stream s;
			struct rtp_figures r;

			begin(&s, 1);
			for (uint32_t n = 1; n <= size; n++) {
				const bool lost = (chance = chance * 1103515245 + 12345) >> 16 <
				                          65536 / one_of &&
				                  n < size;

				a2_packet(&c, lost);
				if (!lost)
					feed(&s, 1, n);
			}
			r = read(&s);
			assert_int_equal(r.lost, c.c5);
			if (c.c5)
				assert_a2(&c, &r);
			else
				assert_true(r.burst_density + r.gap_density + r.burst_length +
				                    r.gap_length <
				            1e-9);
		}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bursts),
		cmocka_unit_test(test_burst_of_more_than_losses),
		cmocka_unit_test(test_against_the_appendix),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
