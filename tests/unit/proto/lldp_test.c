#include "proto/lldp.h"
#include "unit/proto/exact.h"

static enum reason
check(const char *hex, size_t cut)
{
	struct exact e = exact_hex(hex, cut);
	struct cursor c = cursor_over(e.b, e.size);
	enum reason reason = lldp_check(&c);

	exact_free(&e);
	return reason;
}

/* chassis by MAC, port by name "a", 120 s, end: TLVs begin at 0, 9, 13, 17 */
#define MINIMAL "0207 04 0200000000aa 0402 0561 0602 0078 0000"

static void
test_whole(void **state)
{
	(void)state;
	assert_int_equal(check(MINIMAL, SIZE_MAX), REASON_OK);
	/* behind the end TLV stands padding, whatever it looks like */
	assert_int_equal(check(MINIMAL "ffff", SIZE_MAX), REASON_OK);
	assert_int_equal(check("fe05 000c", SIZE_MAX), REASON_LLDP_SHORT);
}

static void
test_truncations(void **state)
{
	(void)state;
	for (size_t cut = 0; cut < hex_size(MINIMAL); cut++) {
		bool at_tlv = cut == 9 || cut == 13 || cut == 17;

		assert_int_equal(check(MINIMAL, cut), at_tlv ? REASON_OK : REASON_LLDP_SHORT);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_whole),
		cmocka_unit_test(test_truncations),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
