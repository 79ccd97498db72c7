#include "ui/table.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

static struct table *
links(void)
{
	static const char *const cells[][4] = {{"pni-a", "up", "20.0 Gbit/s", "0"},
	                                       {"pni-bb", "silent", "-", "12 000"}};
	struct table *t = table_create();

	table_column(t, "link", TABLE_LEFT);
	table_column(t, "state", TABLE_LEFT);
	table_column(t, "capacity", TABLE_RIGHT);
	table_column(t, "packets", TABLE_RIGHT);
	for (size_t i = 0; i < 2; i++)
		for (size_t c = 0; c < 4; c++)
			table_cell(t, cells[i][c]);
	return t;
}

static void
expect(size_t width, const char *want)
{
	struct table *t = links();
	char *text = NULL;
	size_t size;
	FILE *to = open_memstream(&text, &size);

	table_print_within(t, to, 1, false, width);
	fclose(to);
	assert_string_equal(text, want);
	free(text);
	table_destroy(t);
}

#define WHOLE                                     \
	" link    state      capacity  packets\n" \
	" pni-a   up      20.0 Gbit/s        0\n" \
	" pni-bb  silent            -   12 000\n"

static void
test_as_wide_as_it_is(void **state)
{
	(void)state;
	expect(0, WHOLE);
	expect(37, WHOLE);
}

static void
test_folded(void **state)
{
	(void)state;
	expect(36, " link    state      capacity\n"
	           " pni-a   up      20.0 Gbit/s\n"
	           " pni-bb  silent            -\n"
	           "\n"
	           " link    packets\n"
	           " pni-a         0\n"
	           " pni-bb   12 000\n");
}

/* Nothing fits: a column at a time, none lost. */
static void
test_hardly_any_width(void **state)
{
	(void)state;
	expect(1, " link    state\n"
	          " pni-a   up\n"
	          " pni-bb  silent\n"
	          "\n"
	          " link       capacity\n"
	          " pni-a   20.0 Gbit/s\n"
	          " pni-bb            -\n"
	          "\n"
	          " link    packets\n"
	          " pni-a         0\n"
	          " pni-bb   12 000\n");
}

/* Rows that the first column does not tell apart take the second one along. */
static void
test_two_keys(void **state)
{
	struct table *t = table_create();
	char *text = NULL;
	size_t size;
	FILE *to = open_memstream(&text, &size);

	(void)state;
	for (int c = 0; c < 4; c++)
		table_column(t, (const char *const[]){"scope", "side", "n", "p50"}[c], TABLE_LEFT);
	for (int c = 0; c < 8; c++)
		table_cell(t, (const char *const[]){"pni-a", "peer", "3", "2 ms", "pni-a", "msft",
		                                    "4", "5 ms"}[c]);
	table_print_within(t, to, 0, false, 16);
	fclose(to);
	assert_string_equal(text, "scope  side  n\npni-a  peer  3\npni-a  msft  4\n\n"
	                          "scope  side  p50\npni-a  peer  2 ms\npni-a  msft  5 ms\n");
	free(text);
	table_destroy(t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_as_wide_as_it_is),
		cmocka_unit_test(test_folded),
		cmocka_unit_test(test_hardly_any_width),
		cmocka_unit_test(test_two_keys),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
