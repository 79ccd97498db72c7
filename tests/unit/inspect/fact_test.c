#include "inspect/fact.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void
in_order_over_the_end(void **state)
{
	struct fact_queue q;
	struct fact f;

	(void)state;
	fact_queue_init(&q);
	for (uint64_t i = 0; i < FACT_ROOM * 3ull; i++) {
		fact_add(&q, "bfd.down", i)->side = SIDE_PEER;
		assert_true(fact_take(&q, &f));
		assert_int_equal(f.ts_us, i);
		assert_int_equal(f.side, SIDE_PEER);
		assert_int_equal(f.link, FACT_NO_LINK);
	}
	assert_false(fact_take(&q, &f));
	fact_queue_fini(&q);
}

static void
no_room_is_counted(void **state)
{
	struct fact_queue q;
	struct fact f;

	(void)state;
	fact_queue_init(&q);
	for (uint64_t i = 0; i < FACT_ROOM; i++)
		assert_non_null(fact_add(&q, "bfd.down", i));
	assert_null(fact_add(&q, "bfd.down", FACT_ROOM));
	assert_int_equal(q.lost, 1);
	assert_true(fact_take(&q, &f));
	assert_int_equal(f.ts_us, 0);
	assert_non_null(fact_add(&q, "bfd.down", FACT_ROOM));
	fact_queue_fini(&q);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(in_order_over_the_end),
		cmocka_unit_test(no_room_is_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
