#include "proto/bgp_path.h"
#include "unit/proto/exact.h"

/* Paths by hand from RFC 4271's drawing: what they say, and what their width is taken for. */
static const struct {
	const char *name, *hex;
	unsigned width;
	bool ok;
	struct bgp_path want;
	unsigned guess;
} cases[] = {
	{"empty", "", 2, true, {0}, 0},
	{"65001 174 in two bytes",
         "0202 fde9 00ae",
         2,
         true,
         {.first = 65001, .origin = 174, .length = 2},
         2},
	{"65001 in four bytes",
         "0201 0000fde9",
         4,
         true,
         {.first = 65001, .origin = 65001, .length = 1},
         4},
	{"prepended twice",
         "0203 0000fde9 0000fde9 0000fde9",
         4,
         true,
         {.first = 65001, .origin = 65001, .length = 3, .prepended = 2},
         4},
	{"a set at the end counts one",
         "0201 000a 0103 0014 001e 0028",
         2,
         true,
         {.first = 10, .length = 2, .sets = true},
         2},
	{"a set at the beginning has no neighbour",
         "0101 000a 0201 0014",
         2,
         true,
         {.origin = 20, .length = 2, .sets = true},
         2},
	{"RFC 5065: confederations count nothing, the neighbour stands behind",
         "0302 fde9 fdea 0401 fdeb 0201 00ae",
         2,
         true,
         {.first = 174, .origin = 174, .length = 1, .confederation = true},
         2},
	{"RFC 6793: AS_TRANS",
         "0202 5ba0 00ae",
         2,
         true,
         {.first = 23456, .origin = 174, .length = 2, .trans = true},
         2},
	{"both widths fit",
         "0202 0201 0000 0201 0000",
         2,
         true,
         {.first = 513, .length = 3, .origin = 0},
         0},
	{"cut", "0202 fde9", 2, false, {0}, 0},
	{"half a header", "02", 2, false, {0}, 0},
	{"a segment of none (RFC 7606 7.2)", "0200", 2, false, {0}, 0},
	{"unknown segment", "0501 0001", 2, false, {0}, 0},
	{"segment 0", "0001 0001", 2, false, {0}, 0},
};

static void
test_paths(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct exact e = exact_hex(cases[i].hex, SIZE_MAX);
		struct cursor c = cursor_over(e.b, e.size);
		const struct bgp_path *want = &cases[i].want;
		struct bgp_path path;

		print_message("%s\n", cases[i].name);
		assert_int_equal(bgp_path_read(c, cases[i].width, &path), cases[i].ok);
		assert_int_equal(bgp_path_guess_width(c), cases[i].guess);
		exact_free(&e);
		if (!cases[i].ok)
			continue;
		assert_int_equal(path.first, want->first);
		assert_int_equal(path.origin, want->origin);
		assert_int_equal(path.length, want->length);
		assert_int_equal(path.prepended, want->prepended);
		assert_int_equal(path.sets, want->sets);
		assert_int_equal(path.confederation, want->confederation);
		assert_int_equal(path.trans, want->trans);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_paths)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
