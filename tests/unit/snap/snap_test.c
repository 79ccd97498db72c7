#include "snap/snap.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/hash.h"

static struct snap_core *
core_make(uint32_t endpoints)
{
	struct snap_params params = {.lanes = 2,
	                             .meters = 100,
	                             .endpoints = endpoints,
	                             .qualities = 4,
	                             .latencies = 4,
	                             .links = 1,
	                             .generation = 3};

	return snap_core_create(&params);
}

static struct addr
host(uint32_t n)
{
	uint8_t four[4];

	store_be32(four, 0x0a000000 + n);
	return addr_v4(four);
}

/* Bounds as RFC 2544 section 9.1 has its frame sizes, less the 4 bytes of FCS. */
static void
test_size_classes(void **state)
{
	static const uint32_t frames[] = {64, 128, 256, 512, 1024, 1280, 1518};

	(void)state;
	for (unsigned class = 0; class < 7; class ++) {
		assert_int_equal(snap_size_class(frames[class] - 4), class);
		assert_int_equal(snap_size_class(frames[class] - 3), class + 1);
	}
	assert_int_equal(snap_size_class(0), 0);
	assert_int_equal(snap_size_class(UINT32_MAX), SNAP_SIZES - 1);
}

static void
test_buffers_take_turns(void **state)
{
	struct snap_core *c = core_make(10);
	struct snap *first = snap_current(c), *second;

	(void)state;
	assert_null(snap_take(c));
	assert_int_equal(first->seq, 1);
	first->packets = 5;
	first->lanes[1].packets = 5;
	first->lanes[1].bins[7] = 9;
	second = snap_publish(c, 1000);
	assert_ptr_not_equal(second, first);
	assert_ptr_equal(second, snap_current(c));
	assert_int_equal(second->seq, 2);
	assert_int_equal(second->start_ns, 1000);
	/* the aggregator is late: the interval goes on, and says so */
	second->packets = 1;
	assert_ptr_equal(snap_publish(c, 2000), second);
	assert_true(second->stretched);
	assert_ptr_equal(snap_take(c), first);
	assert_null(snap_take(c));
	assert_int_equal(first->end_ns, 1000);
	assert_int_equal(first->packets, 5);
	assert_ptr_equal(snap_publish(c, 3000), second); /* taken is not given back */
	snap_release(c, first);
	assert_int_equal(first->packets, 0);
	assert_int_equal(first->lanes[1].packets, 0);
	assert_int_equal(first->lanes[1].bins[7], 0);
	assert_int_equal(first->generation, 3);
	assert_ptr_equal(snap_publish(c, 4000), first);
	assert_false(first->stretched);
	assert_int_equal(first->seq, 3);
	assert_ptr_equal(snap_take(c), second);
	assert_int_equal(second->end_ns, 4000);
	assert_int_equal(second->packets, 1);
	snap_core_destroy(c);
	snap_core_destroy(NULL);
}

static void
test_meters_are_cleared_as_far_as_used(void **state)
{
	struct snap_core *c = core_make(10);
	struct meter_key key = {.peer_subnet = 1};
	struct snap *s;

	(void)state;
	for (uint32_t i = 0; i < 50; i++) {
		key.msft_subnet = i;
		snap_current(c)->meters[meter_find(snap_meters(c), &key)].packets[0] = i + 1;
	}
	snap_publish(c, 1);
	s = snap_take(c);
	assert_int_equal(s->meter_count, 50);
	assert_int_equal(s->meters[49].packets[0], 50);
	snap_release(c, s);
	for (uint32_t i = 0; i < meter_capacity(snap_meters(c)); i++)
		assert_int_equal(s->meters[i].packets[0], 0);
	snap_core_destroy(c);
}

static void
test_endpoints_fill_and_clear(void **state)
{
	enum { CAPACITY = 100 };
	struct hash_key key = hash_key_make(1);
	struct snap_core *c = core_make(CAPACITY);
	struct snap *s = snap_current(c);

	(void)state;
	for (int round = 0; round < 3; round++)
		for (uint32_t n = 0; n < CAPACITY + 20; n++) {
			struct addr a = host(n / 2);
			/* the same address on both sides is two endpoints; one bad hash for all */
			uint64_t hash = round == 2 ? 0 : hash_16(&key, a.b, n % 2);
			struct snap_endpoint *e = snap_endpoint_find(s, hash, &a, 0, n % 2);

			if (n >= CAPACITY) {
				assert_null(e);
				continue;
			}
			if (round == 2)
				continue;
			assert_non_null(e);
			e->packets[0]++;
			assert_int_equal(e->packets[0], round + 1);
		}
	assert_int_equal(s->endpoint_count, CAPACITY);
	assert_true(s->endpoints_overflow >= 40);
	snap_publish(c, 1);
	snap_release(c, snap_take(c));
	assert_int_equal(s->endpoint_count, 0);
	snap_publish(c, 2);
	s = snap_current(c);
	assert_non_null(snap_endpoint_find(s, 5, &(struct addr){0}, 0, 0));
	assert_int_equal(s->endpoint_count, 1);
	snap_core_destroy(c);
}

/* ---- a worker and an aggregator at once ------------------------------------------------------ */

enum { TURNS = 20000 };

static void *
worker(void *core)
{
	struct snap_core *c = core;
	struct snap *s = snap_current(c);

	for (uint64_t n = 1; n <= TURNS; n++) {
		s->packets++;
		s->lanes[0].packets++;
		s->lanes[0].bytes += n;
		s = snap_publish(c, n);
	}
	return NULL;
}

static void
test_nothing_is_lost_between_threads(void **state)
{
	struct snap_core *c = core_make(10);
	uint64_t packets = 0, bytes = 0, last_seq = 0;
	pthread_t thread;
	bool done = false;

	(void)state;
	assert_int_equal(pthread_create(&thread, NULL, worker, c), 0);
	while (!done || packets < TURNS) {
		struct snap *s = snap_take(c);

		if (!s && packets < TURNS && !done) {
			done = pthread_tryjoin_np(thread, NULL) == 0;
			continue;
		}
		if (!s) { /* the worker has left: what its last stretched interval holds */
			snap_publish(c, TURNS + 1);
			continue;
		}
		assert_true(s->seq > last_seq);
		assert_int_equal(s->packets, s->lanes[0].packets);
		last_seq = s->seq;
		packets += s->packets;
		bytes += s->lanes[0].bytes;
		snap_release(c, s);
		if (packets == TURNS && !done)
			done = pthread_join(thread, NULL) == 0;
	}
	assert_int_equal(packets, TURNS);
	assert_int_equal(bytes, (uint64_t)TURNS * (TURNS + 1) / 2);
	snap_core_destroy(c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_size_classes),
		cmocka_unit_test(test_buffers_take_turns),
		cmocka_unit_test(test_meters_are_cleared_as_far_as_used),
		cmocka_unit_test(test_endpoints_fill_and_clear),
		cmocka_unit_test(test_nothing_is_lost_between_threads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
