#include "proto/vlan.h"
#include "unit/proto/exact.h"

static void
test_fields(void **state)
{
	struct vlan tag;
	size_t left;

	(void)state;
	/* priority 5, drop eligible, id 0xabc, IPv4 behind it */
	EXPECT_DECODE(vlan_decode, "babc 0800 45", &tag, REASON_OK, &left);
	assert_int_equal(tag.priority, 5);
	assert_true(tag.drop_eligible);
	assert_int_equal(tag.id, 0xabc);
	assert_int_equal(tag.type, 0x0800);
	assert_int_equal(left, 1);
}

static void
test_truncations(void **state)
{
	struct vlan tag;

	(void)state;
	EXPECT_TRUNCATIONS(vlan_decode, "0064 86dd 60", &tag, 4, REASON_VLAN_SHORT);
}

static void
test_announced(void **state)
{
	(void)state;
	assert_true(vlan_announced(0x8100));
	assert_true(vlan_announced(0x88a8));
	assert_true(vlan_announced(0x9100));
	assert_false(vlan_announced(0x0800));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fields),
		cmocka_unit_test(test_truncations),
		cmocka_unit_test(test_announced),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
