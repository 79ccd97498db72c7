#include "proto/gre.h"
#include "unit/proto/exact.h"

static const struct {
	const char *name, *hex;
	enum reason reason;
	struct gre want;
	size_t left;
} cases[] = {
	{"plain", "0000 0800 45", REASON_OK, {.protocol = 0x800}, 1},
	{"checksum", "8000 86dd aaaa0000 60", REASON_OK, {.protocol = 0x86dd}, 1},
	{"key", "2000 6558 0000fde8", REASON_OK, {.protocol = 0x6558, .key = 65000}, 0},
	{"sequence",
         "1000 88be 00000001",
         REASON_OK,
         {.protocol = 0x88be, .has_sequence = true},
         0},
	{"all three",
         "b000 0800 aaaa0000 00000007 00000001 45",
         REASON_OK,
         {.protocol = 0x800, .key = 7, .has_sequence = true},
         1},
	{"reserved bits 6 to 12 are ignored", "03f8 0800", REASON_OK, {.protocol = 0x800}, 0},
	{"PPTP",
         "3081 880b 0008 0006 00000022 00000011 ff",
         REASON_OK,
         {.protocol = 0x880b, .version = 1, .payload = 8, .key = 6, .has_sequence = true},
         1},
	{"PPTP, acknowledgment alone",
         "2081 880b 0000 0006 0000001a",
         REASON_OK,
         {.protocol = 0x880b, .version = 1, .key = 6},
         0},
	{"PPTP without key", "1001 880b 0008 0006", REASON_GRE_VERSION, {0}, 4},
	{"version 1 of something else", "3001 0800 0008 0006", REASON_GRE_VERSION, {0}, 4},
	{"version 2", "0002 0800", REASON_GRE_VERSION, {0}, 0},
	{"routing of RFC 1701", "4000 0800", REASON_GRE_VERSION, {0}, 0},
	{"reserved bit 5", "0400 0800", REASON_GRE_VERSION, {0}, 0},
};

static void
test_cases(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct gre gre;
		size_t left;

		print_message("%s\n", cases[i].name);
		EXPECT_DECODE(gre_decode, cases[i].hex, &gre, cases[i].reason, &left);
		assert_int_equal(left, cases[i].left);
		if (cases[i].reason != REASON_OK)
			continue;
		assert_int_equal(gre.protocol, cases[i].want.protocol);
		assert_int_equal(gre.version, cases[i].want.version);
		assert_int_equal(gre.payload, cases[i].want.payload);
		assert_int_equal(gre.key, cases[i].want.key);
		assert_int_equal(gre.has_sequence, cases[i].want.has_sequence);
	}
}

static void
test_truncations(void **state)
{
	struct gre gre;

	(void)state;
	EXPECT_TRUNCATIONS(gre_decode, "b000 0800 aaaa0000 00000007 00000001 45", &gre, 16,
	                   REASON_GRE_SHORT);
	EXPECT_TRUNCATIONS(gre_decode, "3081 880b 0008 0006 00000022 00000011 ff", &gre, 16,
	                   REASON_GRE_SHORT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_truncations),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
