/* Which key a command of a batch speaks of, whatever bytes stand around it. */
#include "store/batch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

static void
command(struct batch *b, unsigned count, const char *const *args)
{
	batch_command(b, count);
	for (unsigned i = 0; i < count; i++)
		batch_arg(b, args[i]);
}

static void
key_of_a_command(void **state)
{
	struct batch b = {0};
	struct text key = {0};
	char name[32];

	(void)state;
	/* as many slices as three times their keys need, two commands a key */
	for (unsigned i = 0; i < 3 * SLICE_KEYS; i++) {
		snprintf(name, sizeof name, "key:%u", i);
		command(&b, 4, (const char *[]){"HSET", name, "text", "\r\n*2\r\n$3\r\nDEL\r\n"});
		command(&b, 3, (const char *[]){"EXPIRE", name, ""});
		batch_key_done(&b);
	}
	batch_cut(&b);
	assert_int_equal(b.slice_count, 3);
	for (unsigned i = 0; i < 3 * SLICE_KEYS; i++) {
		snprintf(name, sizeof name, "key:%u", i);
		batch_key_of(&b, i / SLICE_KEYS, i % SLICE_KEYS * 2 + i % 2, &key);
		assert_string_equal(key.at, name);
	}
	text_fini(&key);
	batch_fini(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(key_of_a_command),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
