#include "inspect/bgp_text.h"

#include "unit/inspect/attrs_scene.h"

static void
expect(const char *want, void (*print)(const struct bgp_attrs *, struct text *),
       const struct bgp_attrs *a)
{
	struct text t = {0};

	print(a, &t);
	assert_string_equal(t.at ? t.at : "", want);
	text_fini(&t);
}

static void
test_all_of_it(void **state)
{
	struct bgp_attrs_table *t = bgp_attrs_create(1 << 20);
	const struct bgp_attrs *a = bgp_attrs_get(t, intern(t, ALL, 4));

	(void)state;
	expect("64500 64501 {1,2}", bgp_text_path, a);
	expect("8075:8007 65535:666", bgp_text_communities, a);
	expect("rt:64500:1 soo:192.0.2.1:5 0x030c000000000008", bgp_text_extended, a);
	expect("64500:1:2", bgp_text_large, a);
	bgp_attrs_destroy(t);
}

/* RFC 5065 section 3: confederation sequences and sets beside the others. */
static void
test_confederations(void **state)
{
	struct bgp_attrs_table *t = bgp_attrs_create(1 << 20);
	const struct bgp_attrs *a = bgp_attrs_get(
		t, intern(t, ORIGIN "400212 0302 fde8 fde9 0402 fdea fdeb 0202 fbf4 fbf5 " NEXT_HOP,
	                  2));

	(void)state;
	expect("(65000 65001) [65002,65003] 64500 64501", bgp_text_path, a);
	expect("", bgp_text_communities, a);
	expect("", bgp_text_extended, a);
	expect("", bgp_text_large, a);
	bgp_attrs_destroy(t);
}

/* RFC 5668: an administrator of four bytes, 70000:5. */
static void
test_wide_target(void **state)
{
	struct bgp_attrs_table *t = bgp_attrs_create(1 << 20);

	(void)state;
	expect("rt:70000:5", bgp_text_extended,
	       bgp_attrs_get(t, intern(t, ORIGIN NEXT_HOP "c01008 0202000111700005 ", 4)));
	bgp_attrs_destroy(t);
}

static void
test_origins(void **state)
{
	(void)state;
	assert_string_equal(bgp_text_origin(0), "igp");
	assert_string_equal(bgp_text_origin(1), "egp");
	assert_string_equal(bgp_text_origin(2), "incomplete");
	assert_string_equal(bgp_text_origin(3), "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all_of_it),
		cmocka_unit_test(test_confederations),
		cmocka_unit_test(test_wide_target),
		cmocka_unit_test(test_origins),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
