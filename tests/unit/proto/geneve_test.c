#include "proto/geneve.h"
#include "unit/proto/exact.h"

static void
test_decode(void **state)
{
	struct geneve geneve;
	size_t left;

	(void)state;
	/* two option words, critical bit, Ethernet inside, VNI 0x123456 */
	EXPECT_DECODE(geneve_decode, "02 40 6558 12345600 0102 0001 aabbccdd ff", &geneve,
	              REASON_OK, &left);
	assert_int_equal(geneve.vni, 0x123456);
	assert_int_equal(geneve.protocol, 0x6558);
	assert_int_equal(left, 1);
	EXPECT_DECODE(geneve_decode, "40 00 6558 12345600", &geneve, REASON_GENEVE_BAD, &left);
}

static void
test_fits(void **state)
{
	static const struct {
		const char *hex;
		bool want;
	} cases[] = {
		{"0000 6558", true},  {"3f00 0800", true},  {"0000 86dd", true},
		{"0000 880b", false}, {"4000 6558", false}, {"8000 6558", false},
		{"0000 65", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct exact e = exact_hex(cases[i].hex, SIZE_MAX);
		struct cursor c = cursor_over(e.b, e.size);

		assert_int_equal(geneve_fits(&c), cases[i].want);
		exact_free(&e);
	}
}

static void
test_truncations(void **state)
{
	struct geneve geneve;

	(void)state;
	EXPECT_TRUNCATIONS(geneve_decode, "02 40 6558 12345600 0102 0001 aabbccdd ff", &geneve, 16,
	                   REASON_GENEVE_BAD);
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
