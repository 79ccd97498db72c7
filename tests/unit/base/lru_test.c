#include "base/lru.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

struct thing {
	struct lru_node node;
	uint64_t number;
};

enum { THINGS = 100, LIMIT = 8 }; /* far more than buckets: chains are long */

static struct thing *
find(const struct lru *l, uint64_t number)
{
	for (struct lru_node *n = lru_chain(l, number % 3); n; n = n->chained)
		if (((struct thing *)n)->number == number)
			return (struct thing *)n;
	return NULL;
}

/* Each is found whatever the hash shares, until it is removed from wherever it stands. */
static void
found_until_removed(void **state)
{
	static struct thing things[THINGS];
	struct lru l;

	(void)state;
	lru_init(&l, LIMIT);
	for (uint64_t i = 0; i < THINGS; i++) {
		things[i].number = i;
		lru_add(&l, &things[i].node, i % 3);
	}
	assert_int_equal(l.count, THINGS);
	for (uint64_t i = 0; i < THINGS; i += 2)
		lru_remove(&l, &things[i].node);
	for (uint64_t i = 0; i < THINGS; i++)
		assert_ptr_equal(find(&l, i), i % 2 ? &things[i] : NULL);
	assert_int_equal(l.count, THINGS / 2);
	lru_fini(&l);
}

static void
in_order_of_last_use(void **state)
{
	static struct thing things[4];
	static const unsigned order[] = {1, 3, 0, 2};
	struct lru_node *n = NULL;
	struct lru l;

	(void)state;
	lru_init(&l, LIMIT);
	assert_null(lru_newer(&l, NULL));
	for (unsigned i = 0; i < 4; i++)
		lru_add(&l, &things[i].node, i);
	lru_touch(&l, &things[0].node);
	lru_touch(&l, &things[2].node);
	for (unsigned i = 0; i < 4; i++) {
		n = lru_newer(&l, n);
		assert_ptr_equal(n, &things[order[i]].node);
	}
	assert_null(lru_newer(&l, n));
	lru_fini(&l);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(found_until_removed),
		cmocka_unit_test(in_order_of_last_use),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
