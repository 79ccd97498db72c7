#include "base/named.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

struct thing {
	char name[NAMED_SIZE];
	unsigned number;
};

enum { THINGS = 1000 };

/* Every name keeps its own item while the array grows under it. */
static void
names_keep_their_items(void **state)
{
	struct named n;
	char name[32];

	(void)state;
	named_init(&n, sizeof(struct thing));
	for (unsigned round = 0; round < 2; round++)
		for (unsigned i = 0; i < THINGS; i++) {
			struct thing *t;

			snprintf(name, sizeof name, "link:%u", i);
			t = named_get(&n, name);
			assert_string_equal(t->name, name);
			assert_int_equal(t->number, round ? i : 0);
			t->number = i;
		}
	assert_int_equal(n.count, THINGS);
	named_fini(&n);
}

static void
long_names_are_cut(void **state)
{
	char name[NAMED_SIZE * 2];
	struct named n;
	struct thing *t;

	(void)state;
	memset(name, 'a', sizeof name);
	name[sizeof name - 1] = '\0';
	named_init(&n, sizeof(struct thing));
	t = named_get(&n, name);
	assert_int_equal(strlen(t->name), NAMED_SIZE - 1);
	assert_ptr_equal(named_get(&n, name), t);
	assert_int_equal(n.count, 1);
	named_fini(&n);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_keep_their_items),
		cmocka_unit_test(long_names_are_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
