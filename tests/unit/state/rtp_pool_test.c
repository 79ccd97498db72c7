#include "state/rtp_pool.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static struct rtp_packet
packet(uint32_t ssrc, uint16_t sequence)
{
	return (struct rtp_packet){
		.time_ns = 1 + sequence, .ssrc = ssrc, .sequence = sequence, .timestamp = sequence};
}

static struct rtp_stream *
add(struct rtp_pool *t, uint32_t *head, uint32_t ssrc, unsigned reverse)
{
	struct rtp_packet p = packet(ssrc, 1);

	return rtp_pool_add(t, head, &p, reverse);
}

static void
test_chain(void **state)
{
	struct rtp_pool *t = rtp_pool_create(8, false);
	uint32_t head = RTP_NO_STREAM;
	struct rtp_stream *there, *back;

	(void)state;
	assert_null(rtp_pool_find(t, head, 7, 0));
	there = add(t, &head, 7, 0);
	back = add(t, &head, 7, 1);
	assert_non_null(there);
	assert_ptr_not_equal(there, back);
	assert_ptr_equal(rtp_pool_find(t, head, 7, 0), there);
	assert_ptr_equal(rtp_pool_find(t, head, 7, 1), back);
	assert_null(rtp_pool_find(t, head, 8, 0));
	assert_int_equal(rtp_pool_stats(t)->used, 2);
	rtp_pool_release(t, &head);
	assert_int_equal(head, RTP_NO_STREAM);
	assert_int_equal(rtp_pool_stats(t)->used, 0);
	rtp_pool_destroy(t);
}

/* Full: refused and counted; what leaves makes room. */
static void
test_full(void **state)
{
	struct rtp_pool *t = rtp_pool_create(3, false);
	uint32_t heads[4] = {0};

	(void)state;
	for (unsigned i = 0; i < 3; i++)
		assert_non_null(add(t, &heads[i], i, 0));
	assert_null(add(t, &heads[3], 3, 0));
	assert_int_equal(heads[3], RTP_NO_STREAM);
	assert_int_equal(rtp_pool_stats(t)->refused, 1);
	rtp_pool_release(t, &heads[1]);
	assert_non_null(add(t, &heads[3], 3, 0));
	rtp_pool_destroy(t);
}

/* A sender that invents sources gets few candidates, and one that is found a bounded number. */
static void
test_flow_limit(void **state)
{
	struct rtp_pool *t = rtp_pool_create(100, false);
	uint32_t head = RTP_NO_STREAM;
	unsigned count = 0;

	(void)state;
	while (count < 100 && add(t, &head, count, 0))
		count++;
	assert_int_equal(count, RTP_FLOW_CANDIDATES);
	for (uint16_t n = 2; n < 6; n++) {
		struct rtp_packet p = packet(0, n);

		rtp_update(rtp_pool_find(t, head, 0, 0), &p);
	}
	assert_true(rtp_is_found(rtp_pool_find(t, head, 0, 0)));
	while (count < 100 && add(t, &head, count, 0))
		count++;
	assert_int_equal(count, RTP_FLOW_STREAMS);
	assert_true(rtp_pool_find(t, head, count - 1, 0)->flags & RTP_AMONG);
	rtp_pool_destroy(t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_chain),
		cmocka_unit_test(test_full),
		cmocka_unit_test(test_flow_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
