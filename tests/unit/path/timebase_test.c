/* Time as data: counters and clocks are numbers here, nothing sleeps. */
#include "path/timebase.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/clock.h"

#define HZ 2600000000ull
#define START (1700000000ull * NS_PER_S)

static void
assert_within(uint64_t a, uint64_t b, uint64_t ns)
{
	assert_in_range(a > b ? a - b : b - a, 0, ns);
}

static void
test_linear(void **state)
{
	struct timebase t;

	(void)state;
	timebase_init(&t, HZ, 1000, START);
	assert_int_equal(timebase_ns(&t, 1000), START);
	assert_within(timebase_ns(&t, 1000 + HZ), START + NS_PER_S, 2);
	/* a reading from before the base */
	assert_within(timebase_ns(&t, 1000 - 520), START - 200, 1);
	assert_within(timebase_length_ns(&t, 26), 10, 1);
}

/* A counter that runs 50 ppm fast against its nominal rate is followed after one piece. */
static void
test_follows_drift(void **state)
{
	const uint64_t real = HZ + HZ / 20000;
	struct timebase t;

	(void)state;
	timebase_init(&t, HZ, 0, START);
	assert_false(timebase_calibrate(&t, real, START + NS_PER_S));
	assert_within(t.error_ns, 50 * NS_PER_US, NS_PER_US);
	assert_int_equal(timebase_ns(&t, real), START + NS_PER_S);
	assert_false(timebase_calibrate(&t, 2 * real, START + 2 * NS_PER_S));
	assert_within(t.error_ns, 0, 10);
	assert_within(timebase_ns(&t, 3 * real), START + 3 * NS_PER_S, 10);
}

/* A step of the wall clock moves the base and leaves the rate. */
static void
test_step(void **state)
{
	struct timebase t;

	(void)state;
	timebase_init(&t, HZ, 0, START);
	assert_true(timebase_calibrate(&t, HZ, START + 61 * NS_PER_S));
	assert_int_equal(timebase_ns(&t, HZ), START + 61 * NS_PER_S);
	assert_within(timebase_ns(&t, 2 * HZ), START + 62 * NS_PER_S, 10);
	assert_int_equal(t.steps, 1);
	assert_within(t.step_ns, 60 * NS_PER_S, 10);
	assert_int_equal(t.step_at_ns, START + 61 * NS_PER_S);
	assert_true(timebase_calibrate(&t, 2 * HZ, START));
	assert_within(timebase_ns(&t, 3 * HZ), START + NS_PER_S, 10);
	assert_int_equal(t.steps, 2);
	/* readings in the wrong order change nothing */
	assert_false(timebase_calibrate(&t, HZ, START));
	assert_within(timebase_ns(&t, 3 * HZ), START + NS_PER_S, 10);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_linear),
		cmocka_unit_test(test_follows_drift),
		cmocka_unit_test(test_step),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
