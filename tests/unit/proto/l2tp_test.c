#include "proto/l2tp.h"
#include "unit/proto/exact.h"

static const struct {
	const char *name, *hex;
	size_t left;
} cases[] = {
	{"bare", "0002 0001 0002 ff", 1},
	{"length", "4002 0009 0001 0002 ff", 1},
	{"sequence", "0802 0001 0002 0003 0004 ff", 1},
	{"offset of 2", "0202 0001 0002 0002 0000 ff", 1},
	{"all, priority", "4b02 0011 0001 0002 0003 0004 0000 ff", 1},
};

static void
test_decode(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct l2tp l2tp;
		size_t left;

		print_message("%s\n", cases[i].name);
		EXPECT_DECODE(l2tp_decode, cases[i].hex, &l2tp, REASON_OK, &left);
		assert_int_equal(l2tp.tunnel, 1);
		assert_int_equal(l2tp.session, 2);
		assert_int_equal(left, cases[i].left);
	}
}

static void
test_fits(void **state)
{
	static const struct {
		const char *hex;
		bool want;
	} rows[] = {
		{"0002", true},
		{"4b02", true},
		{"c802", false /* control */},
		{"0003", false /* version 3 */},
		{"2002", false /* reserved */},
		{"00", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct exact e = exact_hex(rows[i].hex, SIZE_MAX);
		struct cursor c = cursor_over(e.b, e.size);

		assert_int_equal(l2tp_fits(&c), rows[i].want);
		exact_free(&e);
	}
}

static void
test_truncations(void **state)
{
	struct l2tp l2tp;

	(void)state;
	EXPECT_TRUNCATIONS(l2tp_decode, "4a02 0013 0001 0002 0003 0004 0002 0000 ff", &l2tp, 16,
	                   REASON_L2TP_BAD);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_decode),
		cmocka_unit_test(test_fits),
		cmocka_unit_test(test_truncations),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
