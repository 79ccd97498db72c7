#include "inspect/bgp_attrs.h"

#include "unit/inspect/attrs_scene.h"

/* The same set is kept once; the last who lets it go frees it; ids are used again. */
static void
test_shared(void **state)
{
	struct bgp_attrs_table *t = bgp_attrs_create(1 << 20);
	struct bgp_attrs_use use;
	uint32_t a = intern(t, ORIGIN "400206 0201 0000fbf4 " NEXT_HOP, 4);
	uint32_t b = intern(t, ORIGIN "400206 0201 0000fbf5 " NEXT_HOP, 4);

	(void)state;
	assert_int_not_equal(a, b);
	assert_int_equal(intern(t, ORIGIN "400206 0201 0000fbf4 " NEXT_HOP, 4), a);
	/* two bytes a number say the same */
	assert_int_equal(intern(t, ORIGIN "400204 0201 fbf4 " NEXT_HOP, 2), a);
	bgp_attrs_drop(t, a);
	bgp_attrs_drop(t, a);
	bgp_attrs_usage(t, &use);
	assert_int_equal(use.count, 2);
	bgp_attrs_drop(t, a);
	bgp_attrs_usage(t, &use);
	assert_int_equal(use.count, 1);
	assert_int_equal(intern(t, ORIGIN "400206 0201 0000fbf6 " NEXT_HOP, 4), a);
	bgp_attrs_destroy(t);
}

static void
test_bounded(void **state)
{
	struct bgp_attrs_table *t = bgp_attrs_create(10000);
	struct bgp_attrs_use use;
	unsigned kept = 0;

	(void)state;
	for (unsigned i = 0; i < 1000; i++) {
		char hex[128];

		snprintf(hex, sizeof hex, ORIGIN "400206 0201 %08x " NEXT_HOP, i + 1);
		kept += intern(t, hex, 4) != BGP_ATTRS_NONE;
	}
	bgp_attrs_usage(t, &use);
	assert_int_equal(use.count, kept);
	assert_int_equal(use.refused, 1000 - kept);
	assert_true(kept > 50 && kept < 200);
	assert_null(bgp_attrs_get(t, BGP_ATTRS_NONE));
	bgp_attrs_destroy(t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_shared),
		cmocka_unit_test(test_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
