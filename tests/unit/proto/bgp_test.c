#include "proto/bgp.h"
#include "unit/proto/exact.h"

#define MARKER "ffffffffffffffffffffffffffffffff"
#define KEEPALIVE MARKER "0013 04"
#define REFRESH MARKER "0017 05 0001 00 01"

static void
test_types(void **state)
{
	static const struct {
		const char *hex;
		enum reason reason;
		uint8_t type;
	} cases[] = {
		{KEEPALIVE, REASON_OK, BGP_KEEPALIVE},
		{REFRESH, REASON_OK, BGP_ROUTE_REFRESH},
		{MARKER "0017 80 0001 00 01", REASON_OK, BGP_ROUTE_REFRESH},
		{MARKER "0017 02 0000 0000", REASON_OK, BGP_UPDATE},
		{MARKER "0015 03 0604", REASON_OK, BGP_NOTIFICATION},
		/* RFC 4271 6.1: the least size of each type, and KEEPALIVE's only one */
		{MARKER "0014 04 00", REASON_BGP_LENGTH, BGP_KEEPALIVE},
		{MARKER "0013 02 0000 0000", REASON_BGP_LENGTH, BGP_UPDATE},
		/* less than the header has */
		{MARKER "0012 04", REASON_BGP_BAD, 0},
		{MARKER "001c 01 000000000000000000", REASON_BGP_LENGTH, BGP_OPEN},
		{MARKER "0016 02 000000", REASON_BGP_LENGTH, BGP_UPDATE},
		{MARKER "0014 03 00", REASON_BGP_LENGTH, BGP_NOTIFICATION},
		{MARKER "0016 05 000000", REASON_BGP_LENGTH, BGP_ROUTE_REFRESH},
		{MARKER "0013 06", REASON_BGP_BAD, 0},
		{MARKER "0013 00", REASON_BGP_BAD, 0},
		/* RFC 8654 section 4: an OPEN is never longer than 4096 */
		{MARKER "1001 01", REASON_BGP_LENGTH, BGP_OPEN},
		{MARKER "1001 02", REASON_BGP_SHORT, BGP_UPDATE},
		{"ffffffffffffffffffffffffffffff00 0013 04", REASON_BGP_BAD, 0},
		{"ffff00", REASON_BGP_BAD, 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct bgp bgp;
		size_t left, whole = hex_size(cases[i].hex);

		EXPECT_DECODE(bgp_decode, cases[i].hex, &bgp, cases[i].reason, &left);
		assert_int_equal(bgp.type, cases[i].type);
		assert_int_equal(left, cases[i].reason == REASON_OK ? 0 : whole);
	}
}

static void
test_truncations(void **state)
{
	struct bgp bgp;

	(void)state;
	EXPECT_TRUNCATIONS(bgp_decode, KEEPALIVE, &bgp, 19, REASON_BGP_SHORT);
	EXPECT_TRUNCATIONS(bgp_decode, REFRESH, &bgp, 23, REASON_BGP_SHORT);
}

static void
test_stream(void **state)
{
	struct exact e = exact_hex(KEEPALIVE REFRESH KEEPALIVE "ffff", SIZE_MAX);
	struct cursor c = cursor_over(e.b, e.size);
	struct bgp bgp;

	(void)state;
	assert_int_equal(bgp_decode(&c, &bgp), REASON_OK);
	assert_int_equal(bgp_decode(&c, &bgp), REASON_OK);
	assert_int_equal(bgp.type, BGP_ROUTE_REFRESH);
	assert_int_equal(cursor_left(&bgp.body), 4);
	assert_int_equal(bgp_decode(&c, &bgp), REASON_OK);
	assert_int_equal(bgp_decode(&c, &bgp), REASON_BGP_SHORT);
	assert_int_equal(cursor_left(&c), 2);
	exact_free(&e);
}

/* Where bgp_find() stops: how many bytes are left there, and whether it found. */
static void
expect_find(const char *hex, bool want, size_t want_left)
{
	struct exact e = exact_hex(hex, SIZE_MAX);
	struct cursor c = cursor_over(e.b, e.size);

	assert_int_equal(bgp_find(&c), want);
	assert_int_equal(cursor_left(&c), want_left);
	exact_free(&e);
}

static void
test_find(void **state)
{
	(void)state;
	expect_find(KEEPALIVE, true, 19);
	expect_find("0102ff00" KEEPALIVE, true, 19);
	/* one ff too many before the marker belongs to what came before */
	expect_find("ff" KEEPALIVE, true, 19);
	/* a marker inside a payload: the length behind it leads nowhere */
	expect_find(MARKER "0017 05 00000000 00" KEEPALIVE, true, 19);
	expect_find(MARKER "0017 05 00000000" KEEPALIVE, true, 42);
	expect_find("0102030405", false, 0);
	expect_find("010203ffff", false, 2);
	expect_find("", false, 0);
	expect_find(MARKER "0005 04"
	                   "aaaa",
	            false, 0);
}

/* RFC 4486, RFC 9003 section 2 ("[TICKET-1-1438367390] s" cut to its first nine bytes), RFC 8538 */
static void
test_notification(void **state)
{
	struct bgp_notification n;
	size_t left;

	(void)state;
	EXPECT_DECODE(bgp_notification_decode, "0602 09 5b5449434b45542d31", &n, REASON_OK, &left);
	assert_int_equal(n.code, BGP_ERROR_CEASE);
	assert_int_equal(n.text.size, 9);
	assert_false(n.hard);
	EXPECT_DECODE(bgp_notification_decode, "0609 0604 03 616263", &n, REASON_OK, &left);
	assert_true(n.hard);
	assert_int_equal(n.wrapped_subcode, BGP_CEASE_RESET);
	assert_int_equal(n.text.size, 3);
	EXPECT_DECODE(bgp_notification_decode, "0609", &n, REASON_OK, &left);
	assert_true(n.hard);
	assert_int_equal(n.wrapped_code, 0);
	/* a text longer than the message is none; other subcodes have none */
	EXPECT_DECODE(bgp_notification_decode, "0602 09 5b54", &n, REASON_OK, &left);
	assert_null(n.text.at);
	EXPECT_DECODE(bgp_notification_decode, "0601 02 5b54", &n, REASON_OK, &left);
	assert_null(n.text.at);
	assert_int_equal(cursor_left(&n.data), 3);
	EXPECT_TRUNCATIONS(bgp_notification_decode, "0400", &n, 2, REASON_BGP_SHORT);
	assert_string_equal(bgp_error_name(BGP_ERROR_HOLD), "hold timer expired");
	assert_string_equal(bgp_cease_name(10), "BFD down");
	assert_string_equal(bgp_cease_name(0), "unassigned");
	assert_string_equal(bgp_cease_name(255), "unassigned");
}

static void
test_refresh(void **state)
{
	struct bgp_refresh r;
	size_t left;

	(void)state;
	EXPECT_DECODE(bgp_refresh_decode, "0002 01 80", &r, REASON_OK, &left);
	assert_int_equal(r.afi, 2);
	assert_int_equal(r.subtype, BGP_REFRESH_BEGIN);
	assert_int_equal(r.safi, 128);
	EXPECT_TRUNCATIONS(bgp_refresh_decode, "0002 01 80", &r, 4, REASON_BGP_SHORT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_types),        cmocka_unit_test(test_truncations),
		cmocka_unit_test(test_stream),       cmocka_unit_test(test_find),
		cmocka_unit_test(test_notification), cmocka_unit_test(test_refresh),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
