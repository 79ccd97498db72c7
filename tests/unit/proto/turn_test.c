#include "proto/turn.h"

#include "unit/proto/exact.h"

#define COOKIE "2112a442"
#define TRANSACTION "000102030405060708090a0b"

/* What is found of `hex` cut to `captured` bytes: size as sent, bytes here. */
static bool
find(const char *hex, size_t captured, uint32_t *size, size_t *here)
{
	struct exact e = exact_hex(hex, captured);
	struct turn_data data = {0};
	bool found = turn_data_find(cursor_over(e.b, e.size), &data);

	*size = found ? data.size : 0;
	*here = found ? cursor_left(&data.bytes) : 0;
	if (*here)
		assert_int_equal(*data.bytes.at, 0x80);
	exact_free(&e);
	return found;
}

/* RFC 8656 section 12.4: padding is no part of it. */
static void
test_channel(void **state)
{
	uint32_t size;
	size_t here;

	(void)state;
	assert_true(find("4001 0005 80 01020304 000000", SIZE_MAX, &size, &here));
	assert_int_equal(size, 5);
	assert_int_equal(here, 5);
	assert_true(find("4fff 0005 80 01020304", 7, &size, &here));
	assert_int_equal(size, 5);
	assert_int_equal(here, 3);
	assert_false(find("5000 0005 80 01020304", SIZE_MAX, &size, &here));
	assert_false(find("4001 0000", SIZE_MAX, &size, &here));
}

/* A Data indication with the peer's address before its data, a Send indication with DONT-FRAGMENT
 * (0x001a, empty) behind an attribute that is padded. */
static void
test_indications(void **state)
{
	static const char data[] = "0017 0018 " COOKIE TRANSACTION "0012 0008 0001 1234 5e12a443"
				   "0013 0006 80 0102030405 0000";
	static const char send[] = "0016 0018 " COOKIE TRANSACTION "8022 0005 6162636465 000000"
				   "001a 0000 0013 0004 80 010203";
	uint32_t size;
	size_t here;

	(void)state;
	assert_true(find(data, SIZE_MAX, &size, &here));
	assert_int_equal(size, 6);
	assert_int_equal(here, 6);
	assert_true(find(send, SIZE_MAX, &size, &here));
	assert_int_equal(size, 4);
	for (size_t captured = 0; captured <= 36; captured++)
		assert_false(find(data, captured, &size, &here) && here);
	assert_true(find(data, 40, &size, &here));
	assert_int_equal(size, 6);
	assert_int_equal(here, 4);
}

/* Other messages of STUN carry nothing, and neither do media and messages without the cookie. */
static void
test_others(void **state)
{
	uint32_t size;
	size_t here;

	(void)state;
	assert_false(
		find("0001 0008 " COOKIE TRANSACTION "0013 0004 80010203", SIZE_MAX, &size, &here));
	assert_false(find("0017 0008 00000000" TRANSACTION "0013 0004 80010203", SIZE_MAX, &size,
	                  &here));
	assert_false(find("8000 0001 00000000 00000000", SIZE_MAX, &size, &here));
	assert_false(find("40", SIZE_MAX, &size, &here));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_channel),
		cmocka_unit_test(test_indications),
		cmocka_unit_test(test_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
