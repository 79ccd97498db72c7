#include "inspect/bgp_attrs_build.h"

#include "inspect/bgp_text.h"
#include "unit/inspect/attrs_scene.h"

static void
test_numbers(void **state)
{
	struct bgp_attrs_table *t = bgp_attrs_create(1 << 20);
	const struct bgp_attrs *a = bgp_attrs_get(t, intern(t, ALL, 4));

	(void)state;
	assert_int_equal(a->origin, 2);
	assert_int_equal(a->med, 7);
	assert_int_equal(a->local_pref, 200);
	assert_int_equal(a->otc, 64500);
	assert_int_equal(a->aggregator_as, 64501);
	assert_memory_equal(a->aggregator_id, "\xc0\x00\x02\x09", 4);
	assert_int_equal(a->has, BGP_HAS_NEXT_HOP | BGP_HAS_MED | BGP_HAS_LOCAL_PREF | BGP_HAS_OTC |
	                                 BGP_HAS_ATOMIC | BGP_HAS_AGGREGATOR | BGP_HAS_SETS);
	assert_int_equal(a->first_as, 64500);
	assert_int_equal(a->origin_as, 0); /* a set has none */
	assert_int_equal(a->path_length, 3);
	/* words: two segments of a head and two numbers; 1, 2 and 3 words a community */
	assert_int_equal(a->path, 6);
	assert_int_equal(a->communities, 2);
	assert_int_equal(a->extended, 6);
	assert_int_equal(a->large, 3);
	bgp_attrs_destroy(t);
}

static void
expect_path(const char *want, const struct bgp_attrs *a)
{
	struct text t = {0};

	bgp_text_path(a, &t);
	assert_string_equal(t.at ? t.at : "", want);
	text_fini(&t);
}

/* RFC 6793 section 4.2.3: AS4_PATH for the numbers that two bytes can't hold. */
static void
test_as4_path(void **state)
{
	static const struct {
		const char *attributes, *path;
	} rows[] = {
		/* 64500 AS_TRANS AS_TRANS, behind it 70000 70001 */
		{"400208 0203 fbf4 5ba0 5ba0 c0110a 0202 00011170 00011171 ", "64500 70000 70001"},
		/* as long: all of AS4_PATH */
		{"400204 0201 5ba0 c01106 0201 00011170 ", "70000"},
		/* longer: not to be believed */
		{"400204 0201 5ba0 c0110a 0202 00011170 00011171 ", "23456"},
		/* somebody aggregated without knowing: AGGREGATOR's AS is not AS_TRANS */
		{"400206 0202 fbf4 5ba0 c00706 fbf4 c0000201 c01106 0201 00011170 ", "64500 23456"},
		{"400206 0202 fbf4 5ba0 c00706 5ba0 c0000201 c01106 0201 00011170 ", "64500 70000"},
		/* a set counts one */
		{"40020a 0201 fbf4 0102 0001 0002 c01106 0201 00011170 ", "64500 70000"},
		/* confederations count nothing, and stay in front */
		{"400208 0301 fde8 0201 5ba0 c01106 0201 00011170 ", "(65000) 70000"},
	};
	struct bgp_attrs_table *t = bgp_attrs_create(1 << 20);

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char hex[512];

		snprintf(hex, sizeof hex, ORIGIN NEXT_HOP "%s", rows[i].attributes);
		expect_path(rows[i].path, bgp_attrs_get(t, intern(t, hex, 2)));
	}
	bgp_attrs_destroy(t);
}

static void
test_path_facts(void **state)
{
	struct bgp_attrs_table *t = bgp_attrs_create(1 << 20);
	const struct bgp_attrs *a =
		bgp_attrs_get(t, intern(t, ORIGIN "40020a 0204 fbf4 fbf4 fbf5 fbf4 " NEXT_HOP, 2));

	(void)state;
	assert_int_equal(a->path_length, 4);
	assert_int_equal(a->repeated, 2);
	assert_int_equal(a->origin_as, 64500);
	/* the width is not known: the path is not */
	a = bgp_attrs_get(t, intern(t, ORIGIN "400204 0201 fbf4 " NEXT_HOP, 0));
	assert_true(a->has & BGP_HAS_NO_PATH);
	assert_int_equal(a->path, 0);
	bgp_attrs_destroy(t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_as4_path),
		cmocka_unit_test(test_path_facts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
