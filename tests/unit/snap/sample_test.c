/* A reservoir against arithmetic: all of few, a fair share of many. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "snap/sample.h"
#include "unit/near.h"

static struct sample_set set;

static void
offer(uint32_t first, uint32_t count)
{
	for (uint32_t i = first; i < first + count; i++) {
		struct sample *s = sample_add(&set);

		if (s)
			s->ns = i;
	}
}

static void
few_are_kept_all(void **state)
{
	(void)state;
	memset(&set, 0, sizeof set);
	offer(0, SAMPLES_KEPT);
	assert_int_equal(sample_count(&set), SAMPLES_KEPT);
	assert_near(sample_weight(&set), 1, 1e-12);
	for (uint32_t i = 0; i < SAMPLES_KEPT; i++)
		assert_int_equal(set.at[i].ns, i);
}

/* Of 102 400 each tenth has 102.4 of the 1024, give or take: a binomial's deviation is 9.6, and
 * four of them are passed once in 1600 such tests; this sequence is always the same. */
static void
many_are_kept_fairly(void **state)
{
	unsigned tenths[10] = {0};

	(void)state;
	memset(&set, 0, sizeof set);
	offer(0, 100 * SAMPLES_KEPT);
	assert_int_equal(sample_count(&set), SAMPLES_KEPT);
	assert_near(sample_weight(&set), 100, 1e-12);
	for (uint32_t i = 0; i < SAMPLES_KEPT; i++)
		tenths[set.at[i].ns / (10 * SAMPLES_KEPT)]++;
	for (unsigned i = 0; i < 10; i++)
		assert_in_range(tenths[i], 64, 141);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(few_are_kept_all),
		cmocka_unit_test(many_are_kept_fairly),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
