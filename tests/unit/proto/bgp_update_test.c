#include "proto/bgp_update.h"

#include <dirent.h>

#include "proto/bgp.h"
#include "proto/bgp_nlri.h"
#include "proto/bgp_open.h"
#include "proto/bgp_path.h"
#include "unit/proto/exact.h"

/* RFC 4271's drawing by hand: 192.0.2.0/25 goes, 198.51.100.0/24 and 203.0.113.0/24 come from AS
 * 65001 over 192.0.2.254 with MED 50, preference 200, communities 8075:8007 and no-export, a large
 * one of RFC 8092 and an extended one */
#define ATTRIBUTES                                                                    \
	"400101 00 400206 0201 0000fde9 400304 c00002fe 800404 00000032 "             \
	"400504 000000c8 c00808 1f8b1f47 ffffff01 c0200c 00000001 00000002 00000003 " \
	"c01008 0002fde900000064 c02304 0000fde9"
#define FULL "0005 19c0000200 004e" ATTRIBUTES "18c63364 18cb0071"

static void
test_full(void **state)
{
	struct exact e = exact_hex(FULL, SIZE_MAX);
	struct cursor c = cursor_over(e.b, e.size);
	struct bgp_update u;
	struct bgp_path path;
	uint16_t afi;
	uint8_t safi;

	(void)state;
	assert_int_equal(bgp_update_decode(&c, &u), REASON_OK);
	assert_int_equal(u.notes, 0);
	assert_int_equal(u.treatment, BGP_TREAT_AS_IS);
	assert_int_equal(u.attribute_count, 9);
	assert_int_equal(cursor_left(&u.withdrawn), 5);
	assert_int_equal(cursor_left(&u.nlri), 8);
	assert_int_equal(u.origin, 0);
	assert_true(bgp_path_read(u.as_path, 4, &path));
	assert_int_equal(path.first, 65001);
	assert_memory_equal(u.next_hop, ((uint8_t[]){192, 0, 2, 254}), 4);
	assert_int_equal(u.med, 50);
	assert_int_equal(u.local_pref, 200);
	assert_int_equal(cursor_be32(&u.communities), 0x1f8b1f47);
	assert_int_equal(cursor_be32(&u.communities), 0xffffff01);
	assert_int_equal(cursor_left(&u.communities), 0);
	assert_int_equal(cursor_left(&u.large), 12);
	assert_int_equal(cursor_be64(&u.extended), 0x0002fde900000064);
	assert_int_equal(u.only_to_customer, 65001);
	assert_true(bgp_update_has(&u, BGP_ONLY_TO_CUSTOMER));
	assert_false(bgp_update_ends_rib(&u, &afi, &safi));
	exact_free(&e);
}

/* RFC 4271 section 4.3 g): AS 65001 and 192.0.2.1. */
static void
test_aggregator(void **state)
{
	struct exact e = exact_hex("0000 0009 c00706 fde9 c0000201", SIZE_MAX);
	struct cursor c = cursor_over(e.b, e.size);
	struct bgp_update u;

	(void)state;
	assert_int_equal(bgp_update_decode(&c, &u), REASON_OK);
	assert_int_equal(cursor_left(&u.aggregator), 6);
	assert_int_equal(cursor_be16(&u.aggregator), 65001);
	exact_free(&e);
}

/* With the two sizes whole, a cut shows in the attributes only (section 4) or in the prefixes. */
static void
test_truncations(void **state)
{
	(void)state;
	for (size_t cut = 0; cut <= hex_size(FULL); cut++) {
		struct exact e = exact_hex(FULL, cut);
		struct cursor c = cursor_over(e.b, e.size);
		struct bgp_update u;
		bool whole = cut >= 2 + 5 + 2 + 0x4e;

		assert_int_equal(bgp_update_decode(&c, &u), whole ? REASON_OK : REASON_BGP_BAD);
		assert_int_equal(u.treatment, whole ? BGP_TREAT_AS_IS : BGP_TREAT_RESET);
		exact_free(&e);
	}
}

#define ORIGIN "400101 00"
#define PATH "400200"
#define HOP "400304 c0000201"
#define NLRI "18c63364"

/* RFC 7606: sections in the names */
static const struct {
	const char *name, *hex;
	unsigned notes, treatment;
} cases[] = {
	{"fine", "0000 000e" ORIGIN PATH HOP NLRI, 0, BGP_TREAT_AS_IS},
	{"3 c) flags of ORIGIN", "0000 000e c00101 00" PATH HOP NLRI, BGP_NOTE_FLAGS,
         BGP_TREAT_WITHDRAW},
	{"3 c) the partial bit is nobody's business", "0000 0015 e00804 1f8b1f47" ORIGIN PATH HOP,
         0, BGP_TREAT_AS_IS},
	{"3 d) no AS_PATH", "0000 000b" ORIGIN HOP NLRI, BGP_NOTE_MISSING, BGP_TREAT_WITHDRAW},
	{"3 d) no NEXT_HOP", "0000 0007" ORIGIN PATH NLRI, BGP_NOTE_MISSING, BGP_TREAT_WITHDRAW},
	{"3 d) no ORIGIN", "0000 000a" PATH HOP NLRI, BGP_NOTE_MISSING, BGP_TREAT_WITHDRAW},
	{"3 g) ORIGIN twice", "0000 0012" ORIGIN ORIGIN PATH HOP NLRI, BGP_NOTE_DUPLICATE,
         BGP_TREAT_DISCARD},
	{"3 g) MP_UNREACH twice", "0000 000c 800f03 000201 800f03 000201", BGP_NOTE_MP,
         BGP_TREAT_RESET},
	{"4 an attribute past the end", "0000 0012" ORIGIN PATH HOP "400506 01" NLRI,
         BGP_NOTE_OVERRUN, BGP_TREAT_WITHDRAW},
	{"4 an attribute's header cut", "0000 0010" ORIGIN PATH HOP "4005" NLRI, BGP_NOTE_OVERRUN,
         BGP_TREAT_WITHDRAW},
	{"7.1 ORIGIN of two bytes", "0000 000f 400102 0000" PATH HOP NLRI, BGP_NOTE_LENGTH,
         BGP_TREAT_WITHDRAW},
	{"7.1 ORIGIN 3", "0000 000e 400101 03" PATH HOP NLRI, BGP_NOTE_VALUE, BGP_TREAT_WITHDRAW},
	{"7.3 NEXT_HOP of five bytes", "0000 000f" ORIGIN PATH "400305 c000020100" NLRI,
         BGP_NOTE_LENGTH, BGP_TREAT_WITHDRAW},
	{"7.4 MED of three bytes", "0000 0014" ORIGIN PATH HOP "800403 000001" NLRI,
         BGP_NOTE_LENGTH, BGP_TREAT_WITHDRAW},
	{"7.6 ATOMIC_AGGREGATE of one byte", "0000 0012" ORIGIN PATH HOP "400601 00" NLRI,
         BGP_NOTE_LENGTH, BGP_TREAT_DISCARD},
	{"7.8 communities of six bytes", "0000 0017" ORIGIN PATH HOP "c00806 1f8b1f471f8b" NLRI,
         BGP_NOTE_LENGTH, BGP_TREAT_WITHDRAW},
	{"7.8 communities of none", "0000 0011" ORIGIN PATH HOP "c00800" NLRI, BGP_NOTE_LENGTH,
         BGP_TREAT_WITHDRAW},
	{"5.3 MP_REACH whose next hop passes its end", "0000 0008 800e05 0002 01 10 00",
         BGP_NOTE_MP, BGP_TREAT_RESET},
	{"5.3 MP_UNREACH of two bytes", "0000 0005 800f02 0002", BGP_NOTE_MP, BGP_TREAT_RESET},
	{"an unknown attribute", "0000 0013" ORIGIN PATH HOP "c0ff02 0102" NLRI, 0,
         BGP_TREAT_AS_IS},
	{"RFC 8205: BGPsec_PATH in AS_PATH's place",
         "0000 0016" ORIGIN "802100 800e0c 0001 01 04 c0000201 00 18c633", 0, BGP_TREAT_AS_IS},
};

static void
test_notes(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct bgp_update u;
		size_t left;

		print_message("%s\n", cases[i].name);
		EXPECT_DECODE(bgp_update_decode, cases[i].hex, &u, REASON_OK, &left);
		assert_int_equal(left, 0);
		assert_int_equal(u.notes, cases[i].notes);
		assert_int_equal(u.treatment, cases[i].treatment);
	}
}

/* The first of two counts (3 g). */
static void
test_first_counts(void **state)
{
	struct bgp_update u;
	size_t left;

	(void)state;
	EXPECT_DECODE(bgp_update_decode, "0000 000e 800404 00000001 800404 00000002", &u, REASON_OK,
	              &left);
	assert_int_equal(u.med, 1);
	/* extended length, RFC 4271 4.3 */
	EXPECT_DECODE(bgp_update_decode, "0000 0008 9004 0004 00000007", &u, REASON_OK, &left);
	assert_int_equal(u.med, 7);
}

/* RFC 4724 section 2 */
static void
expect_end(const char *hex, bool want, uint16_t want_afi, uint8_t want_safi)
{
	struct exact e = exact_hex(hex, SIZE_MAX);
	struct cursor c = cursor_over(e.b, e.size);
	struct bgp_update u;
	uint16_t afi = 0;
	uint8_t safi = 0;

	assert_int_equal(bgp_update_decode(&c, &u), REASON_OK);
	assert_int_equal(bgp_update_ends_rib(&u, &afi, &safi), want);
	if (want) {
		assert_int_equal(afi, want_afi);
		assert_int_equal(safi, want_safi);
	}
	exact_free(&e);
}

static void
test_ends(void **state)
{
	(void)state;
	expect_end("0000 0000", true, 1, 1);
	expect_end("0000 0006 800f03 0002 01", true, 2, 1);
	expect_end("0000 0007 900f0003 0001 80", true, 1, 128);
	expect_end("0000 0008 800f05 0002 01 0800", false, 0, 0);
	expect_end("0001 00 0000", false, 0, 0);
	expect_end("0000 0004" ORIGIN, false, 0, 0);
	expect_end("0000 000a 800f03 0002 01" ORIGIN, false, 0, 0);
}

static void
expect_hop(const char *reach, bool want, const char *text)
{
	char hex[256], got[ADDR_TEXT_SIZE];
	struct bgp_update u;
	struct addr hop;
	struct exact e;
	struct cursor c;

	snprintf(hex, sizeof hex, "0000 %04zx 800e %02zx %s", 3 + hex_size(reach), hex_size(reach),
	         reach);
	e = exact_hex(hex, SIZE_MAX);
	c = cursor_over(e.b, e.size);
	assert_int_equal(bgp_update_decode(&c, &u), REASON_OK);
	assert_int_equal(bgp_reach_next_hop(&u.reach, &hop), want);
	if (want)
		assert_string_equal(addr_format(&hop, got), text);
	exact_free(&e);
}

#define GLOBAL "20010db8000000000000000000000001"
#define LOCAL "fe800000000000000000000000000001"
#define RD "0000000400000064"

static void
test_next_hops(void **state)
{
	(void)state;
	expect_hop("0002 01 10" GLOBAL "00", true, "2001:db8::1");
	expect_hop("0002 01 20" GLOBAL LOCAL "00", true, "2001:db8::1"); /* RFC 2545 section 3 */
	expect_hop("0001 01 10" GLOBAL "00", true, "2001:db8::1");       /* RFC 8950 */
	expect_hop("0001 01 04 c0000201 00", true, "192.0.2.1");
	expect_hop("0001 80 0c" RD "c0000201 00", true, "192.0.2.1");
	expect_hop("0001 80 18" RD GLOBAL "00", true, "2001:db8::1");
	expect_hop("0002 80 30" RD GLOBAL RD LOCAL "00", true, "2001:db8::1");
	expect_hop("0002 01 00 00", false, NULL);
	expect_hop("0002 01 05 c000020100 00", false, NULL);
	expect_hop("0001 80 04 c0000201 00", false, NULL);
}

/* ---- messages with the decode that ExaBGP's authors wrote beside them ------------------------ */

/* The number behind `"name": ` in the JSON; -1: not there. */
static long long
number_of(const char *json, const char *name)
{
	const char *at = strstr(json, name);

	if (!at)
		return -1;
	at += strlen(name);
	return (long long)strtoull(at + strspn(at, "\": [{"), NULL, 10);
}

static void
check_open(struct cursor *body, const char *json)
{
	struct bgp_open o;

	json = strstr(json, "\"open\": {");
	assert_non_null(json);
	assert_int_equal(bgp_open_decode(body, &o), REASON_OK);
	assert_int_equal(o.asn, number_of(json, "\"asn\""));
	assert_int_equal(o.hold_s, number_of(json, "\"hold_time\""));
	assert_int_equal(bgp_open_has(&o, BGP_CAP_AS4), strstr(json, "asn4") != NULL);
}

static void
check_attributes(const struct bgp_update *u, const char *json)
{
	struct bgp_path path;

	assert_int_equal(strstr(json, "\"origin\": \"igp\"") != NULL, u->origin == 0);
	if (bgp_update_has(u, BGP_LOCAL_PREF))
		assert_int_equal(u->local_pref, number_of(json, "\"local-preference\""));
	if (bgp_update_has(u, BGP_MED))
		assert_int_equal(u->med, number_of(json, "\"med\""));
	assert_true(bgp_path_read(u->as_path, 4, &path));
	if (path.length)
		assert_int_equal(path.first, number_of(json, "\"as-sequence\", \"value\""));
	else
		assert_null(strstr(json, "as-path"));
	assert_int_equal(bgp_update_has(u, BGP_EXTENDED_COMMUNITIES),
	                 strstr(json, "extended-community") != NULL);
	if (bgp_update_has(u, BGP_EXTENDED_COMMUNITIES)) {
		struct cursor c = u->extended;

		assert_int_equal((long long)cursor_be64(&c),
		                 number_of(strstr(json, "extended-community"), "\"value\""));
	}
}

/* The family's name as ExaBGP writes it, its next hop, and the prefix of families that are read. */
static void
check_reach(const struct bgp_update *u, const char *json)
{
	static const struct {
		const char *name;
		uint16_t afi;
		uint8_t safi;
	} families[] = {
		{"\"ipv4 flow\"", 1, 133},        {"\"ipv6 flow\"", 2, 133},
		{"\"bgp-ls bgp-ls\"", 16388, 71}, {"\"ipv4 mpls-vpn\"", 1, 128},
		{"\"ipv4 sr-policy\"", 1, 73},
	};
	char text[PREFIX_TEXT_SIZE];
	struct addr hop;

	for (size_t i = 0; i < sizeof families / sizeof *families; i++) {
		if (strstr(json, families[i].name)) {
			assert_int_equal(u->reach.afi, families[i].afi);
			assert_int_equal(u->reach.safi, families[i].safi);
		}
	}
	if (bgp_reach_next_hop(&u->reach, &hop))
		assert_non_null(strstr(json, addr_format(&hop, text)));
	else
		assert_non_null(strstr(json, "no-nexthop"));
	if (bgp_nlri_known(u->reach.afi, u->reach.safi)) {
		struct bgp_nlri_form form = {u->reach.afi, u->reach.safi, false, false};
		struct cursor c = u->reach.nlri;
		struct bgp_nlri nlri;

		assert_true(bgp_nlri_next(&c, &form, &nlri));
		assert_non_null(strstr(json, prefix_format(&nlri.prefix, text)));
		assert_int_equal(cursor_left(&c), 0);
	}
}

static void
check_update(struct cursor *body, const char *json)
{
	struct bgp_update u;

	assert_int_equal(bgp_update_decode(body, &u), REASON_OK);
	assert_int_equal(u.notes, 0);
	check_attributes(&u, json);
	check_reach(&u, json);
}

/* First line: what it is; second: the message as hex, colons in it; third: JSON. */
static void
check_file(const char *path)
{
	static char lines[3][16384];
	FILE *f = fopen(path, "r");
	struct bgp bgp;
	struct exact e;
	struct cursor c;

	assert_non_null(f);
	for (int i = 0; i < 3; i++)
		assert_non_null(fgets(lines[i], sizeof lines[i], f));
	fclose(f);
	e = exact_hex(lines[1], SIZE_MAX);
	c = cursor_over(e.b, e.size);
	if (e.size && e.b[0] == 0xff) {
		assert_int_equal(bgp_decode(&c, &bgp), REASON_OK);
		assert_int_equal(cursor_left(&c), 0);
	} else {
		bgp.body = c; /* one sample is an UPDATE's body alone */
	}
	if (strncmp(lines[0], "open", 4) == 0)
		check_open(&bgp.body, lines[2]);
	else
		check_update(&bgp.body, lines[2]);
	exact_free(&e);
}

static void
test_exabgp(void **state)
{
	const char *captures = getenv("PNISCOPE_CAPTURES");
	char folder[4096], path[8192];
	struct dirent *entry;
	unsigned count = 0;
	DIR *dir;

	(void)state;
	snprintf(folder, sizeof folder, "%s/messages/exabgp-decoding",
	         captures ? captures : "../shared/captures");
	dir = opendir(folder);
	if (!dir) {
		print_message("skipped: no messages at %s\n", folder);
		skip();
	}
	while ((entry = readdir(dir))) {
		if (entry->d_name[0] == '.')
			continue;
		print_message("%s\n", entry->d_name);
		snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
		check_file(path);
		count++;
	}
	closedir(dir);
	assert_int_equal(count, 14);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_full),         cmocka_unit_test(test_aggregator),
		cmocka_unit_test(test_truncations),  cmocka_unit_test(test_notes),
		cmocka_unit_test(test_first_counts), cmocka_unit_test(test_ends),
		cmocka_unit_test(test_next_hops),    cmocka_unit_test(test_exabgp),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
