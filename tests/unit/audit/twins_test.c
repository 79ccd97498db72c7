#include "audit/twins.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/clock.h"

static bool
note(struct twins *t, const char *id, uint64_t seq, uint64_t second)
{
	return twins_note(t, id, 0, seq, (1700000000 + second) * US_PER_S, US_PER_S);
}

/* The same of a run that began at that second. */
static bool
note_run(struct twins *t, uint64_t boot, uint64_t seq, uint64_t second)
{
	return twins_note(t, "p1", (1700000000 + boot) * US_PER_S, seq,
	                  (1700000000 + second) * US_PER_S, US_PER_S);
}

/* Restarts in a row, an outage of the store, and looks that find nothing new. */
static void
test_one_process(void **state)
{
	struct twins *t = twins_create();

	(void)state;
	for (uint64_t s = 0; s < 100; s++)
		for (int look = 0; look < 3; look++)
			assert_false(note(t, "p1", 1 + s % 10, s));
	assert_false(note(t, "p1", 1, 100));
	assert_false(note(t, "p1", 301, 400));
	twins_destroy(t);
}

static void
test_two_that_write_in_turn(void **state)
{
	struct twins *t = twins_create();

	(void)state;
	assert_false(note(t, "p1", 163, 0));
	assert_false(note(t, "p1", 5, 1));
	assert_false(note(t, "p2", 900, 1)); /* another probe */
	assert_false(note(t, "p1", 165, 2));
	assert_false(note(t, "p1", 7, 3));
	assert_true(note(t, "p1", 167, 4));
	assert_true(note(t, "p1", 9, 5));
	/* one of both was stopped */
	for (uint64_t s = 6; s <= 64; s++)
		assert_true(note(t, "p1", 4 + s, s));
	assert_false(note(t, "p1", 69, 65));
	twins_destroy(t);
}

/* Started together: their numbers are alike, their runs are not. */
static void
test_two_of_one_moment(void **state)
{
	struct twins *t = twins_create();

	(void)state;
	assert_false(note_run(t, 0, 10, 10));
	assert_false(note_run(t, 1, 10, 11));
	assert_false(note_run(t, 0, 12, 12));
	assert_false(note_run(t, 1, 12, 13));
	assert_true(note_run(t, 0, 14, 14));
	twins_destroy(t);
	/* restarts, over one of which the clock was set back */
	t = twins_create();
	assert_false(note_run(t, 0, 10, 10));
	assert_false(note_run(t, 20, 1, 21));
	assert_false(note_run(t, 5, 1, 22));
	assert_false(note_run(t, 30, 1, 31));
	assert_false(note_run(t, 30, 2, 32));
	twins_destroy(t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_process),
		cmocka_unit_test(test_two_that_write_in_turn),
		cmocka_unit_test(test_two_of_one_moment),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
