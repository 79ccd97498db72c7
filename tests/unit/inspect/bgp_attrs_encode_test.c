#include "inspect/bgp_attrs_encode.h"

#include "unit/inspect/attrs_scene.h"

/* Written and read again it is the same set. */
static void
expect_same(const char *hex, unsigned width)
{
	struct bgp_attrs_table *t = bgp_attrs_create(1 << 20);
	uint32_t id = intern(t, hex, width);
	struct text bytes = {0};

	assert_int_not_equal(id, BGP_ATTRS_NONE);
	bgp_attrs_encode(bgp_attrs_get(t, id), &bytes);
	assert_int_equal(bgp_attrs_intern_bare(t, cursor_over((uint8_t *)bytes.at, bytes.size)),
	                 id);
	text_fini(&bytes);
	bgp_attrs_destroy(t);
}

static void
test_round_trip(void **state)
{
	(void)state;
	expect_same(ALL, 4);
	expect_same(ORIGIN "400204 0201 fbf4 " NEXT_HOP, 2);
	expect_same(ORIGIN "400200 " NEXT_HOP, 4);
	/* confederations, and a path merged from AS4_PATH */
	expect_same(ORIGIN NEXT_HOP "400208 0301 fde8 0201 5ba0 c01106 0201 00011170 ", 2);
}

/* RFC 4271 section 4.3 by the byte: lengths of two bytes, numbers of four. */
static void
test_bytes(void **state)
{
	struct hex want = hex_bytes("5001 0001 00 5002 0006 0201 0000fbf4 5003 0004 c0000201");
	struct bgp_attrs_table *t = bgp_attrs_create(1 << 20);
	uint32_t id = intern(t, ORIGIN "400204 0201 fbf4 " NEXT_HOP, 2);
	struct text bytes = {0};

	(void)state;
	bgp_attrs_encode(bgp_attrs_get(t, id), &bytes);
	assert_int_equal(bytes.size, want.size);
	assert_memory_equal(bytes.at, want.at, want.size);
	text_fini(&bytes);
	bgp_attrs_destroy(t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
