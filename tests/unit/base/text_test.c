#include "base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static void
grows_as_needed(void **state)
{
	struct text t = {0};

	(void)state;
	for (int i = 0; i < 10000; i++)
		text_add(&t, "%04d,", i);
	assert_int_equal(t.size, 50000);
	assert_int_equal(strlen(t.at), 50000);
	assert_memory_equal(t.at + 5 * 1234, "1234,", 5);
	assert_string_equal(t.at + 5 * 9999, "9999,");
	text_fini(&t);
}

/* Around the first sizes of the buffer, where one byte for the NUL is easily forgotten. */
static void
ends_with_nul_at_every_size(void **state)
{
	(void)state;
	for (size_t size = 0; size < 1100; size++) {
		struct text t = {0};
		char piece[1100];

		memset(piece, 'x', sizeof piece);
		text_add_bytes(&t, piece, size);
		assert_int_equal(t.size, size);
		assert_int_equal(t.at[size], '\0');
		text_add(&t, "%s", "end");
		assert_string_equal(t.at + size, "end");
		text_fini(&t);
	}
}

static void
room_may_be_filled_to_its_last_byte(void **state)
{
	(void)state;
	for (size_t size = 1; size < 1100; size++) {
		struct text t = {0};

		text_add(&t, "a");
		memset(text_room(&t, size), 'x', size);
		text_grow(&t, size);
		assert_int_equal(t.size, 1 + size);
		assert_int_equal(strlen(t.at), 1 + size);
		text_fini(&t);
	}
}

static void
bytes_may_be_zero(void **state)
{
	struct text t = {0};

	(void)state;
	text_add_bytes(&t, "a\0b", 3);
	text_add(&t, "%s", "c");
	assert_int_equal(t.size, 4);
	assert_memory_equal(t.at, "a\0bc", 5);
	text_fini(&t);
}

static void
numbers_stand_in_network_order(void **state)
{
	struct text t = {0};

	(void)state;
	text_add_be16(&t, 0x0102);
	text_add_be32(&t, 0x03040506);
	text_add_be16(&t, 0xfffe);
	assert_int_equal(t.size, 8);
	assert_memory_equal(t.at, "\1\2\3\4\5\6\xff\xfe", 9);
	text_fini(&t);
}

static void
clear_keeps_memory_fini_does_not(void **state)
{
	struct text t = {0};
	char *at;

	(void)state;
	text_clear(&t); /* nothing added yet */
	text_add(&t, "hello");
	at = t.at;
	text_clear(&t);
	assert_int_equal(t.size, 0);
	assert_ptr_equal(t.at, at);
	assert_string_equal(t.at, "");
	text_fini(&t);
	assert_null(t.at);
	text_fini(&t);
}

static void
printable_is_one_line(void **state)
{
	char line[] = "a\nb\tc\x1b[2J\x7f \xc3\xa9~";

	(void)state;
	assert_string_equal(text_printable(line), "a?b?c?[2J? \xc3\xa9~");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(grows_as_needed),
		cmocka_unit_test(ends_with_nul_at_every_size),
		cmocka_unit_test(room_may_be_filled_to_its_last_byte),
		cmocka_unit_test(bytes_may_be_zero),
		cmocka_unit_test(numbers_stand_in_network_order),
		cmocka_unit_test(printable_is_one_line),
		cmocka_unit_test(clear_keeps_memory_fini_does_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
