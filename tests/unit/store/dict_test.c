#include "store/dict.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Against an array: random puts and removals of few keys, so that holes and growth happen a lot. */
static void
behaves_as_an_array_of_flags_does(void **state)
{
	enum { KEYS = 500, STEPS = 200000 };
	uintptr_t model[KEYS] = {0};
	size_t count = 0;
	struct dict d;
	char key[16];

	(void)state;
	dict_init(&d);
	srand(7);
	for (int i = 0; i < STEPS; i++) {
		unsigned k = (unsigned)rand() % KEYS;
		size_t size = (size_t)snprintf(key, sizeof key, "key %u", k);
		void **place = dict_find(&d, key, size);

		assert_int_equal(place != NULL, model[k] != 0);
		assert_true(!place || *place == (void *)model[k]);
		if (rand() % 2) {
			count += model[k] == 0;
			model[k] = (uintptr_t)i + 1;
			*dict_put(&d, key, size) = (void *)model[k];
		} else {
			assert_ptr_equal(dict_take(&d, key, size), (void *)model[k]);
			count -= model[k] != 0;
			model[k] = 0;
		}
		assert_int_equal(d.count, count);
	}
	for (struct dict_entry *e = dict_next(&d, NULL); e; e = dict_next(&d, e)) {
		unsigned k = (unsigned)strtoul(e->key + 4, NULL, 10);

		assert_ptr_equal(e->value, (void *)model[k]);
		count--;
	}
	assert_int_equal(count, 0);
	dict_fini(&d, NULL);
}

static void
keys_are_bytes_and_order_is_that_of_insertion(void **state)
{
	struct dict d;
	struct dict_entry *e;

	(void)state;
	dict_init(&d);
	assert_null(dict_find(&d, "a", 1));
	*dict_put(&d, "a\0b", 3) = (void *)1;
	*dict_put(&d, "a\0c", 3) = (void *)2;
	*dict_put(&d, "a", 1) = (void *)3;
	assert_ptr_equal(*dict_find(&d, "a\0c", 3), (void *)2);
	dict_take(&d, "a\0b", 3);
	e = dict_next(&d, NULL);
	assert_ptr_equal(e->value, (void *)2);
	e = dict_next(&d, e);
	assert_ptr_equal(e->value, (void *)3);
	assert_null(dict_next(&d, e));
	dict_fini(&d, NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(behaves_as_an_array_of_flags_does),
		cmocka_unit_test(keys_are_bytes_and_order_is_that_of_insertion),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
