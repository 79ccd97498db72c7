#include "proto/chdlc.h"
#include "unit/proto/exact.h"

static void
test_decode(void **state)
{
	struct chdlc chdlc;
	size_t left;

	(void)state;
	EXPECT_DECODE(chdlc_decode, "0f00 0800 45", &chdlc, REASON_OK, &left);
	assert_int_equal(chdlc.type, 0x0800);
	assert_int_equal(left, 1);
	EXPECT_DECODE(chdlc_decode, "8f00 8035", &chdlc, REASON_OK, &left);
	assert_int_equal(chdlc.type, 0x8035);
}

static void
test_told_from_ppp(void **state)
{
	(void)state;
	assert_true(chdlc_fits(&(struct cursor){0}) == false);
	for (unsigned byte = 0; byte < 256; byte++) {
		uint8_t b = (uint8_t)byte;
		struct cursor c = cursor_over(&b, 1);

		assert_int_equal(chdlc_fits(&c), byte == 0x0f || byte == 0x8f);
	}
}

static void
test_truncations(void **state)
{
	struct chdlc chdlc;

	(void)state;
	EXPECT_TRUNCATIONS(chdlc_decode, "0f00 0800 45", &chdlc, 4, REASON_ETH_SHORT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_decode),
		cmocka_unit_test(test_told_from_ppp),
		cmocka_unit_test(test_truncations),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
