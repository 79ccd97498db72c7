#include "proto/shim.h"
#include "unit/proto/exact.h"

static const struct {
	const char *name;
	uint16_t ethertype;
	const char *hex;
	uint16_t next;
	size_t size; /* of the header */
} shims[] = {
	{"Cisco metadata", 0x8909, "0101 0001 0005 0800 45", 0x0800, 8},
	{"Cisco metadata in GRE", 0x8909, "86dd 0101 0001 0005 60", 0x86dd, 8},
	{"VN-Tag", 0x8926, "80050007 8100 0064", 0x8100, 6},
	{"E-Tag", 0x893f, "000000050000 86dd 60", 0x86dd, 8},
	{"backbone service instance", 0x88e7, "00000005 0200", 0x6558, 4},
	/* RFC 8300 section 2.2: length 6 words (MD type 1), 2 words (MD type 2, no context) */
	{"service chain, Ethernet", 0x894f, "0fc60103 000005ff 00000000000000000000000000000000 02",
         0x6558, 24},
	{"service chain, IPv4", 0x894f, "0fc20201 000005ff 45", 0x0800, 8},
	{"service chain, next unknown", 0x894f, "0fc20207 000005ff 45", 0, 8},
	{"WCCP version 2", 0x883e, "00000000 45", 0x0800, 4},
	{"WCCP version 1", 0x883e, "45000054", 0x0800, 0},
};

static void
test_shims(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof shims / sizeof *shims; i++) {
		struct exact e = exact_hex(shims[i].hex, SIZE_MAX);
		struct cursor c = cursor_over(e.b, e.size);
		uint16_t next;

		print_message("%s\n", shims[i].name);
		assert_true(shim_announced(shims[i].ethertype));
		assert_int_equal(shim_decode(&c, shims[i].ethertype, &next), REASON_OK);
		assert_int_equal(next, shims[i].next);
		assert_int_equal(cursor_left(&c), e.size - shims[i].size);
		for (size_t cut = 0; cut < shims[i].size; cut++) {
			struct exact part = exact_copy(e.b, cut);

			c = cursor_over(part.b, part.size);
			assert_int_equal(shim_decode(&c, shims[i].ethertype, &next),
			                 REASON_SHIM_SHORT);
			exact_free(&part);
		}
		exact_free(&e);
	}
	assert_false(shim_announced(0x0800));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_shims)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
