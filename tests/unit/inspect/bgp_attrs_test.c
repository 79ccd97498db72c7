#include "inspect/bgp_attrs.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/hex.h"

/* The set of an UPDATE with these attributes and 192.0.2.0/24. */
static uint32_t
intern(struct bgp_attrs_table *t, const char *hex, unsigned width)
{
	struct hex attributes = hex_bytes(hex), body = {.size = 0};
	struct bgp_update u;
	struct cursor c;

	body.at[2] = (uint8_t)(attributes.size >> 8);
	body.at[3] = (uint8_t)attributes.size;
	memcpy(body.at + 4, attributes.at, attributes.size);
	memcpy(body.at + 4 + attributes.size, "\x18\xc0\x00\x02", 4);
	c = cursor_over(body.at, 8 + attributes.size);
	assert_int_equal(bgp_update_decode(&c, &u), REASON_OK);
	return bgp_attrs_intern(t, &u, false, width);
}

static void
expect(const char *want, void (*print)(const struct bgp_attrs *, struct text *),
       const struct bgp_attrs *a)
{
	struct text t = {0};

	print(a, &t);
	assert_string_equal(t.at ? t.at : "", want);
	text_fini(&t);
}

#define ORIGIN "400101 00 "
#define NEXT_HOP "400304 c0000201 "

static void
test_all_of_it(void **state)
{
	struct bgp_attrs_table *t = bgp_attrs_create(1 << 20);
	const struct bgp_attrs *a;
	uint32_t id;

	(void)state;
	/* INCOMPLETE; 64500 64501 {1,2}; MED 7; local pref 200; atomic; aggregator 64501 192.0.2.9;
	 * 8075:8007 65535:666; rt:64500:1 soo:192.0.2.1:5 and one of no name; 64500:1:2; OTC */
	id = intern(t,
	            "400101 02 400214 0202 0000fbf4 0000fbf5 0102 00000001 00000002 " NEXT_HOP
	            "800404 00000007 400504 000000c8 400600 c00708 0000fbf5 c0000209 "
	            "c00808 1f8b1f47 ffff029a "
	            "c01018 0002fbf400000001 0103c00002010005 030c000000000008 "
	            "c0200c 0000fbf4 00000001 00000002 c02304 0000fbf4 ",
	            4);
	a = bgp_attrs_get(t, id);
	assert_string_equal(bgp_origin_name(a->origin), "incomplete");
	assert_int_equal(a->med, 7);
	assert_int_equal(a->local_pref, 200);
	assert_int_equal(a->otc, 64500);
	assert_int_equal(a->aggregator_as, 64501);
	assert_int_equal(a->aggregator_id[3], 9);
	assert_int_equal(a->has, BGP_HAS_NEXT_HOP | BGP_HAS_MED | BGP_HAS_LOCAL_PREF | BGP_HAS_OTC |
	                                 BGP_HAS_ATOMIC | BGP_HAS_AGGREGATOR | BGP_HAS_SETS);
	assert_int_equal(a->first_as, 64500);
	assert_int_equal(a->origin_as, 0); /* a set has none */
	assert_int_equal(a->path_length, 3);
	expect("64500 64501 {1,2}", bgp_attrs_path, a);
	expect("8075:8007 65535:666", bgp_attrs_communities, a);
	expect("rt:64500:1 soo:192.0.2.1:5 0x030c000000000008", bgp_attrs_extended, a);
	expect("64500:1:2", bgp_attrs_large, a);
	bgp_attrs_drop(t, id);
	bgp_attrs_destroy(t);
}

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
		expect(rows[i].path, bgp_attrs_path, bgp_attrs_get(t, intern(t, hex, 2)));
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
		cmocka_unit_test(test_all_of_it), cmocka_unit_test(test_shared),
		cmocka_unit_test(test_as4_path),  cmocka_unit_test(test_path_facts),
		cmocka_unit_test(test_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
