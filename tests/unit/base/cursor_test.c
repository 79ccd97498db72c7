/* The cursor never leaves its bytes: every size against every number of bytes left. */
#include "base/cursor.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static const uint8_t bytes[] = {0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08,
                                0x09, 0x0a, 0x0b, 0x0c, 0x0d, 0x0e, 0x0f, 0x10};

static void
reads_are_big_endian(void **state)
{
	struct cursor c = cursor_over(bytes, sizeof bytes);

	(void)state;
	assert_int_equal(cursor_u8(&c), 0x01);
	assert_int_equal(cursor_be16(&c), 0x0203);
	assert_int_equal(cursor_be24(&c), 0x040506);
	assert_int_equal(cursor_be32(&c), 0x0708090a);
	assert_int_equal(cursor_left(&c), 6);
	c = cursor_over(bytes, sizeof bytes);
	assert_true(cursor_be64(&c) == UINT64_C(0x0102030405060708));
	assert_true(c.ok);
}

static void
one_byte_too_far_is_refused_and_remembered(void **state)
{
	(void)state;
	for (size_t size = 0; size <= sizeof bytes; size++)
		for (size_t want = 0; want <= sizeof bytes; want++) {
			/* an allocation of that very size: a sanitizer sees any byte beyond */
			uint8_t *exact = malloc(size + !size);
			struct cursor c = cursor_over(exact, size);
			const uint8_t *p = cursor_pull(&c, want);

			assert_int_equal(c.ok, want <= size);
			assert_ptr_equal(p, want <= size ? exact : NULL);
			assert_int_equal(cursor_left(&c), want <= size ? size - want : 0);
			free(exact);
		}
}

static void
errors_are_sticky(void **state)
{
	struct cursor c = cursor_over(bytes, 3);

	(void)state;
	assert_int_equal(cursor_be32(&c), 0);
	assert_false(c.ok);
	assert_int_equal(cursor_u8(&c), 0); /* a byte would be there, but trust is gone */
	assert_int_equal(cursor_be16(&c), 0);
	assert_int_equal(cursor_left(&c), 0);
	assert_null(cursor_peek(&c, 1));
}

static void
no_size_wraps_around(void **state)
{
	struct cursor c = cursor_over(bytes, sizeof bytes);

	(void)state;
	assert_null(cursor_peek(&c, SIZE_MAX));
	assert_true(c.ok);
	assert_null(cursor_pull(&c, SIZE_MAX));
	assert_false(c.ok);
}

static void
peek_stays(void **state)
{
	struct cursor c = cursor_over(bytes, 2);

	(void)state;
	assert_ptr_equal(cursor_peek(&c, 2), bytes);
	assert_null(cursor_peek(&c, 3));
	assert_true(c.ok);
	assert_int_equal(cursor_be16(&c), 0x0102);
}

static void
slice_bounds_what_is_inside(void **state)
{
	struct cursor c = cursor_over(bytes, 8), inner;

	(void)state;
	inner = cursor_slice(&c, 3);
	assert_int_equal(cursor_left(&inner), 3);
	assert_int_equal(cursor_be32(&inner), 0);
	assert_false(inner.ok);
	assert_true(c.ok); /* a lie inside does not hurt the outer one */
	assert_int_equal(cursor_u8(&c), 0x04);
	inner = cursor_slice(&c, 5);
	assert_false(inner.ok);
	assert_false(c.ok);
	assert_int_equal(cursor_left(&inner), 0);
}

static void
skip_counts_as_reading(void **state)
{
	struct cursor c = cursor_over(bytes, 4);

	(void)state;
	cursor_skip(&c, 3);
	assert_int_equal(cursor_u8(&c), 0x04);
	cursor_skip(&c, 1);
	assert_false(c.ok);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_are_big_endian),
		cmocka_unit_test(one_byte_too_far_is_refused_and_remembered),
		cmocka_unit_test(errors_are_sticky),
		cmocka_unit_test(no_size_wraps_around),
		cmocka_unit_test(peek_stays),
		cmocka_unit_test(slice_bounds_what_is_inside),
		cmocka_unit_test(skip_counts_as_reading),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
