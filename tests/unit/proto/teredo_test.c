#include "proto/teredo.h"
#include "unit/proto/exact.h"

#define AUTH "0001 02 03 aabb ccddee 0102030405060708 00 "
#define ORIGIN "0000 ee0e 3fff fdfe "

static void
test_indications(void **state)
{
	static const char *const cases[] = {"60", ORIGIN "60", AUTH "60", AUTH ORIGIN "60"};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct exact e = exact_hex(cases[i], SIZE_MAX);
		struct cursor c = cursor_over(e.b, e.size);

		assert_true(teredo_fits(&c));
		assert_int_equal(cursor_left(&c), e.size);
		assert_int_equal(teredo_decode(&c), REASON_OK);
		assert_int_equal(cursor_left(&c), 1);
		exact_free(&e);
	}
}

static void
test_truncations(void **state)
{
	const char *hex = AUTH ORIGIN "60";

	(void)state;
	for (size_t cut = 0; cut <= hex_size(hex); cut++) {
		struct exact e = exact_hex(hex, cut);
		struct cursor c = cursor_over(e.b, e.size);

		assert_int_equal(teredo_decode(&c),
		                 cut < hex_size(hex) ? REASON_TEREDO_BAD : REASON_OK);
		exact_free(&e);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_indications),
		cmocka_unit_test(test_truncations),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
