#include "proto/bgp_open.h"
#include "unit/proto/exact.h"

/* ExaBGP's own decoding sample: AS 65533, hold 180, 10.0.0.2, MP IPv4 unicast, four-octet AS, and
 * its software version */
#define EXABGP                                                                  \
	"04 fffd 00b4 0a000002 34 0206 0104 0001 0001 0206 4104 0000fffd 0222 " \
	"4b20 1f 4578614247502f6d61696e2d633261326561386562642d3230323430373135"

static void
test_exabgp(void **state)
{
	struct exact e = exact_hex(EXABGP, SIZE_MAX);
	struct cursor c = cursor_over(e.b, e.size);
	struct bgp_open o;

	(void)state;
	assert_int_equal(bgp_open_decode(&c, &o), REASON_OK);
	assert_int_equal(o.asn, 65533);
	assert_int_equal(o.hold_s, 180);
	assert_memory_equal(o.id, ((uint8_t[]){10, 0, 0, 2}), 4);
	assert_int_equal(o.capability_count, 3);
	assert_true(bgp_open_has(&o, BGP_CAP_MULTIPROTOCOL));
	assert_true(bgp_open_has(&o, BGP_CAP_AS4));
	assert_false(bgp_open_has(&o, BGP_CAP_REFRESH));
	assert_true(slice_equal(o.software, "ExaBGP/main-c2a2ea8ebd-20240715"));
	assert_true(bgp_open_family(&o, BGP_AFI_IPV4, BGP_SAFI_UNICAST)->multiprotocol);
	assert_null(bgp_open_family(&o, BGP_AFI_IPV6, BGP_SAFI_UNICAST));
	assert_false(o.extended);
	exact_free(&e);
}

/* RFC 6793: AS 4200000001 behind AS_TRANS; RFC 7911: send and receive of IPv6 unicast, 4 is no
 * value; RFC 4724: restart time in 12 bits, RFC 8538: N; RFC 9234: customer; FQDN of
 * draft-walton-bgp-hostname
 */
#define CAPABILITIES                                                            \
	"4104 fa56ea01 4508 0002 01 03 0001 01 04 4006 c078 0001 01 80 0901 03" \
	"4907 03 726572 02 6578 0600"

static void
expect_capabilities(const char *hex, bool extended)
{
	struct exact e = exact_hex(hex, SIZE_MAX);
	struct cursor c = cursor_over(e.b, e.size);
	struct bgp_open o;

	assert_int_equal(bgp_open_decode(&c, &o), REASON_OK);
	assert_int_equal(o.extended, extended);
	assert_int_equal(o.as2, BGP_AS_TRANS);
	assert_int_equal(o.asn, 4200000001u);
	assert_int_equal(bgp_open_family(&o, 2, 1)->add_path, 3);
	assert_false(bgp_open_family(&o, 2, 1)->multiprotocol);
	assert_int_equal(bgp_open_family(&o, 1, 1)->add_path, 0);
	assert_int_equal(o.restart_s, 120);
	assert_true(o.notifies);
	assert_true(bgp_open_family(&o, 1, 1)->restarts);
	assert_true(bgp_open_family(&o, 1, 1)->forwarded);
	assert_false(bgp_open_family(&o, 2, 1)->restarts);
	assert_int_equal(o.role, 3);
	assert_true(bgp_open_has(&o, BGP_CAP_EXTENDED_MESSAGE));
	assert_true(slice_equal(o.hostname, "rer"));
	assert_true(slice_equal(o.domain, "ex"));
	exact_free(&e);
}

static void
test_forms(void **state)
{
	(void)state;
	expect_capabilities("04 5ba0 00b4 c0000201 28 0226" CAPABILITIES, false);
	/* RFC 9072 section 2: 255, type 255, then lengths of 16 bits */
	expect_capabilities("04 5ba0 00b4 c0000201 ff ff 0029 02 0026" CAPABILITIES, true);
	/* the first length may be another */
	expect_capabilities("04 5ba0 00b4 c0000201 05 ff 0029 02 0026" CAPABILITIES, true);
}

#define HEAD "04 fde8 00b4 c0000201"

static const struct {
	const char *name, *hex;
	enum reason reason;
} cases[] = {
	{"no parameters", HEAD "00", REASON_OK},
	{"version 3", "03 fde8 00b4 c0000201 00", REASON_BGP_BAD},
	{"parameters past the end", HEAD "04 0202 01", REASON_BGP_BAD},
	{"parameter past the parameters", HEAD "04 0203 0100", REASON_BGP_BAD},
	{"capability past the parameter", HEAD "04 0202 0104", REASON_BGP_BAD},
	{"half a parameter", HEAD "01 02", REASON_BGP_BAD},
	{"RFC 9072 past the end", HEAD "ff ff 0004 02 0002", REASON_BGP_BAD},
	{"unknown parameter", HEAD "04 0102 ffff", REASON_OK},
	{"capability 65 too short", HEAD "05 0203 4101 07", REASON_OK},
	{"multiprotocol too short", HEAD "05 0203 0101 07", REASON_OK},
};

static void
test_cases(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct bgp_open o;
		size_t left;

		print_message("%s\n", cases[i].name);
		EXPECT_DECODE(bgp_open_decode, cases[i].hex, &o, cases[i].reason, &left);
		assert_int_equal(o.asn, 65000);
		assert_false(o.family_count && o.families[0].multiprotocol);
	}
}

/* More families and capabilities than are kept: no harm. */
static void
test_limits(void **state)
{
	char hex[1024] = HEAD "ff ff 0123 02 0120";
	struct bgp_open o;
	size_t left;

	(void)state;
	for (unsigned i = 0; i < 36; i++)
		sprintf(hex + strlen(hex), "%02x06 00%02x 00 01 0000", i < 4 ? 1 : i + 100, i);
	EXPECT_DECODE(bgp_open_decode, hex, &o, REASON_OK, &left);
	assert_int_equal(o.capability_count, BGP_CAPABILITIES_MAX);
	assert_true(bgp_open_has(&o, 135));
	assert_int_equal(o.family_count, 4);
	strcpy(hex, HEAD "ff ff 0123 02 0120");
	for (unsigned i = 0; i < 36; i++)
		sprintf(hex + strlen(hex), "0106 00%02x 00 01 0000", i);
	EXPECT_DECODE(bgp_open_decode, hex, &o, REASON_OK, &left);
	assert_int_equal(o.family_count, BGP_FAMILIES_MAX);
}

/* What a snap length leaves is told: here up to capability 65, with the parameter that it stands
 * in.
 */
static void
test_cut(void **state)
{
	struct exact e = exact_hex("04 5ba0 00b4 c0000201 28 0226 4104 fa56ea01 4508", SIZE_MAX);
	struct cursor c = cursor_over(e.b, e.size);
	struct bgp_open o;

	(void)state;
	assert_int_equal(bgp_open_decode(&c, &o), REASON_BGP_BAD);
	assert_int_equal(o.asn, 4200000001u);
	assert_int_equal(o.capability_count, 1);
	exact_free(&e);
}

static void
test_truncations(void **state)
{
	(void)state;
	for (size_t cut = 0; cut < hex_size(EXABGP); cut++) {
		struct exact e = exact_hex(EXABGP, cut);
		struct cursor c = cursor_over(e.b, e.size);
		struct bgp_open o;

		assert_int_equal(bgp_open_decode(&c, &o),
		                 cut < 10 ? REASON_BGP_SHORT : REASON_BGP_BAD);
		exact_free(&e);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_exabgp), cmocka_unit_test(test_forms),
		cmocka_unit_test(test_cases),  cmocka_unit_test(test_limits),
		cmocka_unit_test(test_cut),    cmocka_unit_test(test_truncations),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
