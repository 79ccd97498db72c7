#include "proto/bgp_nlri.h"

#include "proto/bgp_open.h"
#include "unit/proto/exact.h"

static const struct bgp_nlri_form v4 = {BGP_AFI_IPV4, BGP_SAFI_UNICAST, false, false};

struct expected {
	const char *prefix;
	uint32_t path_id, label;
	uint8_t label_count;
	uint64_t rd;
};

static const struct {
	const char *name, *hex;
	struct bgp_nlri_form form;
	unsigned count;
	bool ok;
	struct expected want[3];
} cases[] = {
	{"none", "", {1, 1, false, false}, 0, true, {{0}}},
	{"RFC 4271 4.3: bits behind the length are of no meaning",
         "00 08ff 13c0a8ff",
         {1, 1, false, false},
         3,
         true,
         {{.prefix = "0.0.0.0/0"}, {.prefix = "255.0.0.0/8"}, {.prefix = "192.168.224.0/19"}}},
	{"IPv6",
         "20 20010db8 80 20010db8000000000000000000000001",
         {2, 1, false, false},
         2,
         true,
         {{.prefix = "2001:db8::/32"}, {.prefix = "2001:db8::1/128"}}},
	{"RFC 7911",
         "00000007 18c00002 00000008 18c00002",
         {1, 1, true, false},
         2,
         true,
         {{.prefix = "192.0.2.0/24", .path_id = 7}, {.prefix = "192.0.2.0/24", .path_id = 8}}},
	/* as tshark reads tcpdump's bgp-lu-multiple-labels.pcap: labels 100 101 102
           103, 30.1.1.1/32 */
	{"RFC 8277, four labels",
         "80 000640 000650 000660 000671 1e010101",
         {1, 4, false, false},
         1,
         true,
         {{.prefix = "30.1.1.1/32", .label = 100, .label_count = 4}}},
	{"RFC 8277 2.4: a withdrawn one has one field, whatever is in it",
         "38 800000 1e010101",
         {1, 4, false, true},
         1,
         true,
         {{.prefix = "30.1.1.1/32", .label = 0x80000, .label_count = 1}}},
	/* ExaBGP's vpnv4 sample: 10.1.0.0/24, label 3 (raw 0x31), route distinguisher 4:100 */
	{"RFC 4364",
         "70 000031 0000000400000064 0a0100",
         {1, 128, false, false},
         1,
         true,
         {{.prefix = "10.1.0.0/24", .label = 3, .label_count = 1, .rd = 0x0000000400000064}}},
	{"33 bits", "21 0102030405", {1, 1, false, false}, 0, false, {{0}}},
	{"129 bits",
         "81 0102030405060708090a0b0c0d0e0f1011",
         {2, 1, false, false},
         0,
         false,
         {{0}}},
	{"cut", "08ff 18c000", {1, 1, false, false}, 1, false, {{.prefix = "255.0.0.0/8"}}},
	{"path identifier cut", "000000", {1, 1, true, false}, 0, false, {{0}}},
	{"fewer bits than a label", "17 000011", {1, 4, false, false}, 0, false, {{0}}},
	{"a label stack without end",
         "40 000640 000650 000660",
         {1, 4, false, false},
         0,
         false,
         {{0}}},
	{"fewer bits than a distinguisher",
         "57 000031 0000000400000064",
         {1, 128, false, false},
         0,
         false,
         {{0}}},
};

static void
test_cases(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct exact e = exact_hex(cases[i].hex, SIZE_MAX);
		struct cursor c = cursor_over(e.b, e.size);
		char text[PREFIX_TEXT_SIZE];
		struct bgp_nlri nlri;
		unsigned n = 0;

		print_message("%s\n", cases[i].name);
		for (; bgp_nlri_next(&c, &cases[i].form, &nlri); n++) {
			const struct expected *want = &cases[i].want[n];

			assert_true(n < cases[i].count);
			assert_string_equal(prefix_format(&nlri.prefix, text), want->prefix);
			assert_int_equal(nlri.path_id, want->path_id);
			assert_int_equal(nlri.label, want->label);
			assert_int_equal(nlri.label_count, want->label_count);
			assert_int_equal(nlri.rd, want->rd);
			assert_false(nlri.mapped);
		}
		assert_int_equal(n, cases[i].count);
		assert_int_equal(c.ok, cases[i].ok);
		exact_free(&e);
	}
}

static void
test_mapped(void **state)
{
	static const struct bgp_nlri_form v6 = {BGP_AFI_IPV6, BGP_SAFI_UNICAST, false, false};
	struct exact e = exact_hex("60 00000000000000000000ffff", SIZE_MAX);
	struct cursor c = cursor_over(e.b, e.size);
	struct bgp_nlri nlri;

	(void)state;
	assert_true(bgp_nlri_next(&c, &v6, &nlri));
	assert_true(nlri.mapped);
	exact_free(&e);
}

static void
expect_guess(const char *hex, int plain, bool add_path)
{
	struct exact e = exact_hex(hex, SIZE_MAX);
	struct cursor c = cursor_over(e.b, e.size);

	assert_int_equal(bgp_nlri_count(c, &v4), plain);
	assert_int_equal(bgp_nlri_guess_add_path(c, &v4), add_path);
	exact_free(&e);
}

static void
test_guess(void **state)
{
	(void)state;
	expect_guess("18c00002 18c63364 00", 3, false);
	/* identifiers 1 and 2: three default routes and nonsense otherwise */
	expect_guess("00000001 18c00002 00000002 18c63364", -1, true);
	expect_guess("00000000 18c00002", 5, true);
	/* neither reading holds */
	expect_guess("ff", -1, false);
	expect_guess("", 0, false);
}

static void
test_known(void **state)
{
	(void)state;
	assert_true(bgp_nlri_known(2, 128));
	assert_string_equal(bgp_nlri_families[bgp_nlri_family(2, 128)].name, "ipv6-vpn");
	assert_false(bgp_nlri_known(1, 133)); /* flow specification */
	assert_false(bgp_nlri_known(16388, 71));
	assert_false(bgp_nlri_known(25, 70));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_mapped),
		cmocka_unit_test(test_guess),
		cmocka_unit_test(test_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
