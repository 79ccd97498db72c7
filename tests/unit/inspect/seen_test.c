#include "inspect/seen.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { ROWS = 300, LIMIT = 200 };

/* Each row `i` times `i`: counts and times of the first LIMIT, the rest as one number. */
static void
test_counts(void **state)
{
	uint64_t now_ns = 0, beyond = 0;
	struct seen s;

	(void)state;
	seen_init(&s, sizeof(uint32_t), LIMIT);
	for (uint32_t turn = 1; turn <= ROWS; turn++) {
		for (uint32_t row = turn; row <= ROWS; row++) {
			seen_add(&s, &row, ++now_ns);
			beyond += row > LIMIT;
		}
	}
	assert_int_equal(s.count, LIMIT);
	assert_int_equal(s.beyond, beyond);
	for (uint32_t i = 0; i < LIMIT; i++) {
		uint32_t row = i + 1;

		assert_memory_equal(seen_row(&s, i), &row, sizeof row);
		assert_int_equal(s.times[i].packets, row);
		assert_int_equal(s.times[i].first_ns, row);
		assert_true(s.times[i].last_ns >= s.times[i].first_ns);
	}
	/* row 2 came second, and first of the second turn */
	assert_int_equal(s.times[1].last_ns, ROWS + 1);
	seen_fini(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_counts)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
