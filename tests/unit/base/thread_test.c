/* A thread runs, and the kernel knows it by its name. */
#include "base/thread.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

struct gate {
	pthread_mutex_t open;
	char *word;
};

static void *
pass(void *arg)
{
	struct gate *g = arg;

	pthread_mutex_lock(&g->open);
	pthread_mutex_unlock(&g->open);
	return g->word;
}

static void
test_name_and_result(void **state)
{
	static char word[] = "done";
	struct gate g = {PTHREAD_MUTEX_INITIALIZER, word};
	char name[16];
	pthread_t t;
	void *result;

	(void)state;
	pthread_mutex_lock(&g.open);
	assert_int_equal(thread_start(&t, "a name that is too long", pass, &g), 0);
	assert_int_equal(pthread_getname_np(t, name, sizeof name), 0);
	assert_string_equal(name, "a name that is ");
	pthread_mutex_unlock(&g.open);
	assert_int_equal(pthread_join(t, &result), 0);
	assert_string_equal(result, "done");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_name_and_result),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
