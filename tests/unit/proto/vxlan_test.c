#include "proto/vxlan.h"
#include "unit/proto/exact.h"

static bool
fits(bool (*test)(const struct cursor *), const char *hex)
{
	struct exact e = exact_hex(hex, SIZE_MAX);
	struct cursor c = cursor_over(e.b, e.size);
	bool it_does = test(&c);

	exact_free(&e);
	return it_does;
}

static void
test_decode(void **state)
{
	struct vxlan vxlan;
	size_t left;

	(void)state;
	EXPECT_DECODE(vxlan_decode, "08000000 00000b00 ff", &vxlan, REASON_OK, &left);
	assert_int_equal(vxlan.vni, 11);
	assert_int_equal(vxlan.type, 0x6558);
	assert_int_equal(left, 1);
	/* RFC 7348: reserved fields are ignored on receipt */
	EXPECT_DECODE(vxlan_decode, "ffffffff 54fa11ff", &vxlan, REASON_OK, &left);
	assert_int_equal(vxlan.vni, 0x54fa11);
	EXPECT_DECODE(vxlan_decode, "00000000 00000b00", &vxlan, REASON_VXLAN_BAD, &left);
}

static void
test_gpe(void **state)
{
	static const struct {
		const char *hex;
		uint16_t type;
	} cases[] = {
		{"0c000001 00000b00", 0x0800}, {"0c000002 00000b00", 0x86dd},
		{"0c000003 00000b00", 0x6558}, {"0c000005 00000b00", 0x8847},
		{"0c000004 00000b00", 0}, /* NSH is not entered */
		{"08000000 00000b00", 0x6558},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct vxlan vxlan;
		size_t left;

		EXPECT_DECODE(vxlan_gpe_decode, cases[i].hex, &vxlan, REASON_OK, &left);
		assert_int_equal(vxlan.vni, 11);
		assert_int_equal(vxlan.type, cases[i].type);
	}
}

/* A media stream may use the port: RTP begins with 0x80, STUN with 0 or 1, DTLS with 20 to 23. */
static void
test_fits(void **state)
{
	(void)state;
	assert_true(fits(vxlan_fits, "08"));
	assert_true(fits(vxlan_gpe_fits, "0c"));
	assert_false(fits(vxlan_fits, "80"));
	assert_false(fits(vxlan_fits, "00"));
	assert_false(fits(vxlan_fits, "16"));
	assert_false(fits(vxlan_gpe_fits, "18"));
	assert_false(fits(vxlan_fits, ""));
}

static void
test_truncations(void **state)
{
	struct vxlan vxlan;

	(void)state;
	EXPECT_TRUNCATIONS(vxlan_decode, "08000000 00000b00 ff", &vxlan, 8, REASON_VXLAN_BAD);
	EXPECT_TRUNCATIONS(vxlan_gpe_decode, "0c000001 00000b00 ff", &vxlan, 8, REASON_VXLAN_BAD);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_decode),
		cmocka_unit_test(test_gpe),
		cmocka_unit_test(test_fits),
		cmocka_unit_test(test_truncations),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
