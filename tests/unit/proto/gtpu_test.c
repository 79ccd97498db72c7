#include "proto/gtpu.h"
#include "unit/proto/exact.h"

static const struct {
	const char *name, *hex;
	enum reason reason;
	uint32_t teid;
	uint16_t payload;
	size_t left;
} cases[] = {
	{"no optional field", "30 ff 0004 01020304 45aabbcc", REASON_OK, 0x01020304, 4, 4},
	{"sequence number", "32 ff 0008 00000007 0001 00 00 45aabbcc", REASON_OK, 7, 4, 4},
	{"PDU session container", "34 ff 000c 00000007 0000 00 85 01 1001 00 45aabbcc", REASON_OK,
         7, 4, 4},
	{"two extensions", "34 ff 0014 00000007 0000 00 85 01 1001 c0 02 000000000000 00 45aabbcc",
         REASON_OK, 7, 4, 4},
	{"flag E unset: no chain to walk", "32 ff 0008 00000007 0000 00 85 45aabbcc", REASON_OK, 7,
         4, 4},
	{"extension of no length", "34 ff 000c 00000007 0000 00 85 00 1001 00 45aabbcc",
         REASON_GTP_BAD, 7, 0, 0},
	{"length ends inside the extensions", "34 ff 0007 00000007 0000 00 85 01 1001 00",
         REASON_GTP_BAD, 7, 0, 0},
	{"version 2", "50 ff 0004 01020304 45aabbcc", REASON_GTP_BAD, 0, 0, 4},
};

static void
test_cases(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct gtpu gtpu;
		size_t left;

		print_message("%s\n", cases[i].name);
		EXPECT_DECODE(gtpu_decode, cases[i].hex, &gtpu, cases[i].reason, &left);
		assert_int_equal(gtpu.teid, cases[i].teid);
		assert_int_equal(gtpu.payload, cases[i].payload);
		if (cases[i].reason == REASON_OK)
			assert_int_equal(left, cases[i].left);
	}
}

/* Extension headers that name each other without end. */
static void
test_endless_extensions(void **state)
{
	uint8_t bytes[12 + 4 * 1000] = {0x34, 0xff, 0x0f, 0xa4, [11] = 0x85};
	struct cursor c = cursor_over(bytes, sizeof bytes);
	struct gtpu gtpu;

	(void)state;
	for (size_t i = 12; i < sizeof bytes; i += 4)
		memcpy(bytes + i, "\1\0\0\x85", 4);
	assert_int_equal(gtpu_decode(&c, &gtpu), REASON_GTP_BAD);
	assert_true(cursor_left(&c) > sizeof bytes / 2);
}

static void
test_fits(void **state)
{
	static const struct {
		const char *hex;
		uint32_t size;
		bool want;
	} rows[] = {
		{"30 ff 0004", 12, true},  {"36 ff 0004", 12, true},  {"30 ff 0004", 13, false},
		{"30 01 0004", 12, false}, {"20 ff 0004", 12, false}, {"80 ff 0004", 12, false},
		{"30 ff 00", 12, false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct exact e = exact_hex(rows[i].hex, SIZE_MAX);
		struct cursor c = cursor_over(e.b, e.size);

		assert_int_equal(gtpu_fits(&c, rows[i].size), rows[i].want);
		exact_free(&e);
	}
}

static void
test_truncations(void **state)
{
	struct gtpu gtpu;

	(void)state;
	EXPECT_TRUNCATIONS(gtpu_decode, "34 ff 000c 00000007 0000 00 85 01 1001 00 45aabbcc", &gtpu,
	                   16, REASON_GTP_BAD);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_endless_extensions),
		cmocka_unit_test(test_fits),
		cmocka_unit_test(test_truncations),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
