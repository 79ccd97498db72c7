#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "inspect/names.h"

static void
add(struct names *n, const char *text)
{
	names_add(n, (struct slice){.at = text, .size = (uint32_t)strlen(text)}, 1);
}

static void
test_counts(void **state)
{
	struct names n;

	(void)state;
	names_init(&n, 100);
	add(&n, "INVITE");
	add(&n, "BYE");
	add(&n, "INVITE");
	assert_int_equal(n.count, 2);
	assert_string_equal(n.at[0].name, "INVITE");
	assert_int_equal(n.at[0].count, 2);
	assert_int_equal(n.at[1].count, 1);
	names_fini(&n);
}

/* Bytes of strangers become text, and two texts that look alike are one. */
static void
test_cleans(void **state)
{
	char text[300];
	struct names n;

	(void)state;
	memset(text, 'a', sizeof text);
	names_init(&n, 100);
	names_add(&n, (struct slice){"a\n\xff", 3}, 1);
	assert_string_equal(n.at[0].name, "a..");
	names_add(&n, (struct slice){text, sizeof text}, 1);
	assert_int_equal(strlen(n.at[1].name), NAMES_SIZE_MAX);
	names_fini(&n);
}

static void
test_limit(void **state)
{
	struct names n;

	(void)state;
	names_init(&n, 1000);
	for (unsigned i = 0; i < 1500; i++) {
		char text[16];

		snprintf(text, sizeof text, "name %u", i);
		add(&n, text);
	}
	assert_int_equal(n.count, 1000);
	assert_int_equal(n.beyond, 500);
	add(&n, "name 999");
	assert_int_equal(n.at[999].count, 2);
	names_fini(&n);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_counts),
		cmocka_unit_test(test_cleans),
		cmocka_unit_test(test_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
