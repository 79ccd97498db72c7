#include "path/expect_queue.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

enum { ROUNDS = 200000 };

static void
test_order_and_full(void **state)
{
	struct expect_queue *q = expect_queue_create();
	struct expectation e = {0};

	(void)state;
	assert_null(expect_queue_peek(q));
	for (unsigned round = 0; round < 3; round++) {
		for (uint32_t i = 0; i < EXPECT_QUEUE_SIZE; i++) {
			e.port = (uint16_t)i;
			assert_true(expect_queue_push(q, &e));
		}
		assert_false(expect_queue_push(q, &e));
		assert_int_equal(expect_queue_dropped(q), round + 1);
		for (uint32_t i = 0; i < EXPECT_QUEUE_SIZE; i++) {
			assert_int_equal(expect_queue_peek(q)->port, i);
			expect_queue_drop(q);
		}
		assert_null(expect_queue_peek(q));
	}
	expect_queue_destroy(q);
}

static void *
produce(void *arg)
{
	struct expect_queue *q = arg;
	struct expectation e = {0};

	for (uint64_t i = 1; i <= ROUNDS; i++) {
		e.time_ns = i;
		e.port = (uint16_t)i;
		while (!expect_queue_push(q, &e))
			;
	}
	return NULL;
}

/* What one thread pushes the other sees whole and in order. */
static void
test_two_threads(void **state)
{
	struct expect_queue *q = expect_queue_create();
	pthread_t thread;

	(void)state;
	assert_int_equal(pthread_create(&thread, NULL, produce, q), 0);
	for (uint64_t i = 1; i <= ROUNDS; i++) {
		const struct expectation *e;

		while (!(e = expect_queue_peek(q)))
			;
		assert_int_equal(e->time_ns, i);
		assert_int_equal(e->port, (uint16_t)i);
		expect_queue_drop(q);
	}
	pthread_join(thread, NULL);
	expect_queue_destroy(q);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order_and_full),
		cmocka_unit_test(test_two_threads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
