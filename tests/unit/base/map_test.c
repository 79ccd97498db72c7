#include "base/map.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

struct looking {
	const uint64_t *values;
	uint64_t wanted;
};

static bool
has_value(const void *context, uint32_t index)
{
	const struct looking *l = context;

	return l->values[index] == l->wanted;
}

/* Hashes that all collide: equality alone must tell the items apart. */
static void
finds_each_of_many_colliding_items(void **state)
{
	enum { COUNT = 1000 };
	uint64_t values[COUNT];
	struct looking l = {values, 0};
	struct map m = {0};

	(void)state;
	for (uint32_t i = 0; i < COUNT; i++) {
		values[i] = i * 7ull;
		map_add(&m, 42, i);
	}
	for (uint32_t i = 0; i < COUNT; i++) {
		l.wanted = values[i];
		assert_int_equal(map_find(&m, 42, has_value, &l), i);
	}
	l.wanted = 3;
	assert_int_equal(map_find(&m, 42, has_value, &l), MAP_NONE);
	assert_int_equal(map_find(&m, 43, has_value, &l), MAP_NONE);
	map_fini(&m);
}

static void
empty_and_cleared_maps_find_nothing(void **state)
{
	uint64_t values[1] = {5};
	struct looking l = {values, 5};
	struct map m = {0};

	(void)state;
	assert_int_equal(map_find(&m, 1, has_value, &l), MAP_NONE);
	map_add(&m, 1, 0);
	assert_int_equal(map_find(&m, 1, has_value, &l), 0);
	map_clear(&m);
	assert_int_equal(map_find(&m, 1, has_value, &l), MAP_NONE);
	map_fini(&m);
}

static void
count_visit(void *context, uint32_t index)
{
	unsigned *visits = context;

	visits[index]++;
}

/* One hash's items among others in the same run of slots, through growth. */
static void
each_visits_all_of_one_hash_and_no_other(void **state)
{
	enum { COUNT = 300 };
	unsigned visits[COUNT] = {0};
	struct map m = {0};

	(void)state;
	map_each(&m, 42, count_visit, visits);
	for (uint32_t i = 0; i < COUNT; i++)
		map_add(&m, i % 100 == 42 ? 42 : 1000 + (uint64_t)i * 64, i);
	map_each(&m, 42, count_visit, visits);
	map_each(&m, 43, count_visit, visits);
	for (uint32_t i = 0; i < COUNT; i++)
		assert_int_equal(visits[i], i % 100 == 42);
	map_fini(&m);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_each_of_many_colliding_items),
		cmocka_unit_test(empty_and_cleared_maps_find_nothing),
		cmocka_unit_test(each_visits_all_of_one_hash_and_no_other),
	};

	return cmocka_run_group_tests_name("map", tests, NULL, NULL);
}
