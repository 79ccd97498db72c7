/* A router's reports beside a session that was joined in its middle. */
#include "inspect/bmp_feed.h"

#include "inspect/bgp_text.h"
#include "unit/inspect/bgp_scene.h"

#define OPEN_PEER M "002d 01 04 fbf4 005a c0000200 10 020e 0104 0001 0001 4104 0000fbf4 0200 "
#define OPEN_CLOUD M "002d 01 04 1f8b 005a c0000201 10 020e 0104 0001 0001 4104 00001f8b 0200 "
#define ATTRIBUTES "400101 00 400206 0201 0000fbf4 400304 c0000200 "
/* 198.51.100.0/24, 203.0.113.0/24 */
#define ANNOUNCE M "0033 02 0000 0014 " ATTRIBUTES "18c63364 18cb0071 "
#define WITHDRAW M "001b 02 0004 18c63364 0000 "

struct scene {
	struct bgp_contract contract;
	struct bgp_table table;
	struct bgp_session *s;
	struct bgp_connection *c;
	struct bmp_feed *feed;
};

static void
say(struct scene *t, unsigned speaker, const char *hex, unsigned seconds)
{
	bgp_say(t->c, speaker, hex, seconds * NS_PER_S);
}

/* A message about a session with `far` (address, AS, id), one byte at a time. */
static bool
report_of(struct scene *t, unsigned type, const char *flags, const char *far, const char *hex,
          unsigned seconds)
{
	uint8_t bytes[1024];
	char head[256];
	size_t size;

	snprintf(head, sizeof head,
	         "03 00000000 %02x 00 %s 0000000000000000 000000000000000000000000%s %08x 00000000",
	         type, flags, far, seconds);
	size = hex_read(head, bytes, sizeof bytes);
	size += hex_read(hex, bytes + size, sizeof bytes - size);
	store_be32(bytes + 1, (uint32_t)size);
	for (size_t i = 0; i < size; i++)
		if (!bmp_feed_read(t->feed, bytes + i, 1, seconds * NS_PER_S))
			return false;
	return true;
}

#define FAR_CLOUD "c0000201 00001f8b c0000201"
#define FAR_PEER "c0000200 0000fbf4 c0000200"

/* Of the peer's router 192.0.2.0. */
static bool
report(struct scene *t, unsigned type, const char *flags, const char *hex, unsigned seconds)
{
	return report_of(t, type, flags, FAR_CLOUD, hex, seconds);
}

/* Of the cloud's router 192.0.2.1. */
static bool
report_cloud(struct scene *t, unsigned type, const char *flags, const char *hex, unsigned seconds)
{
	return report_of(t, type, flags, FAR_PEER, hex, seconds);
}

static void
scene_open(struct scene *t)
{
	*t = (struct scene){0};
	bgp_contract_init(&t->contract, true);
	bgp_table_init(&t->table);
	bgp_table_set_conf(&t->table, &t->contract.conf);
	t->s = t->table.sessions[0];
	bgp_contract_connect(&t->contract, &t->table, &t->c, 40000);
	for (unsigned i = 0; i < 4; i++)
		say(t, i % 2, KEEPALIVE, 100 + i);
	t->feed = bmp_feed_create(&t->table, &t->contract.declared.peer);
}

static void
scene_close(struct scene *t)
{
	struct bgp_attrs_use use;

	bmp_feed_destroy(t->feed);
	bgp_rib_clear(&t->s->side[0].rib);
	bgp_rib_clear(&t->s->side[1].rib);
	bgp_attrs_usage(t->table.shared.pool.attrs, &use);
	assert_int_equal(use.count, 0);
	bgp_table_fini(&t->table);
}

#define UP "000000000000000000000000c0000200 9c40 00b3 "
enum { MONITORING = 0, DOWN = 2, PEER_UP = 3 };
/* flags: what came in before policy, what went out after it */
#define IN "00"
#define OUT "50"

static void
test_fills_up(void **state)
{
	struct bmp_feed_state feed;
	struct scene t;

	(void)state;
	scene_open(&t);
	assert_int_equal(t.s->side[SIDE_PEER].completeness, BGP_INFERRED);
	/* the O flag of a Peer Up says nothing (RFC 8671 section 5.3) */
	assert_true(report(&t, PEER_UP, OUT, UP OPEN_PEER OPEN_CLOUD, 110));
	assert_int_equal(t.s->side[SIDE_PEER].basis, BGP_BASIS_SEEDED);
	assert_int_equal(t.s->side[SIDE_PEER].open.asn, 64500);
	assert_int_equal(t.s->side[SIDE_MSFT].open.asn, 8075);
	assert_true(t.c->side[0].opened);
	report(&t, MONITORING, OUT, ANNOUNCE, 110);
	report(&t, MONITORING, IN, END_OF_RIB, 110);
	bmp_feed_tick(t.feed, 111 * NS_PER_S);
	assert_int_equal(t.s->side[SIDE_MSFT].completeness, BGP_SEEDED);
	/* not whole yet: nothing is told */
	assert_int_equal(t.s->side[SIDE_PEER].completeness, BGP_INFERRED);
	assert_int_equal(t.s->side[SIDE_PEER].rib.standing[0], 0);
	report(&t, MONITORING, OUT, END_OF_RIB, 112);
	bmp_feed_tick(t.feed, 120 * NS_PER_S);
	assert_int_equal(t.s->side[SIDE_PEER].completeness, BGP_SEEDED);
	assert_int_equal(t.s->side[SIDE_PEER].rib.standing[0], 2);
	assert_string_equal(t.s->side[SIDE_PEER].source, "BMP of 192.0.2.0: Adj-RIB-Out");
	assert_string_equal(t.s->side[SIDE_MSFT].source, "BMP of 192.0.2.0: Adj-RIB-In");
	/* the wire goes on, and the report of the same withdrawal comes later */
	say(&t, 0, WITHDRAW, 121);
	report(&t, MONITORING, OUT, WITHDRAW, 122);
	bmp_feed_tick(t.feed, 160 * NS_PER_S);
	assert_int_equal(t.s->side[SIDE_PEER].completeness, BGP_SEEDED);
	assert_int_equal(t.s->side[SIDE_PEER].rib.standing[0], 1);
	bmp_feed_state(t.feed, &feed);
	assert_int_equal(feed.matched, 1);
	assert_int_equal(feed.seeded, 2);
	assert_int_equal(feed.passed_over, 0);
	scene_close(&t);
}

/* Bytes are missed on the wire: the reports make the table whole again. */
static void
test_heals(void **state)
{
	struct scene t;

	(void)state;
	scene_open(&t);
	report(&t, PEER_UP, IN, UP OPEN_PEER OPEN_CLOUD, 110);
	report(&t, MONITORING, OUT, ANNOUNCE, 110);
	report(&t, MONITORING, OUT, END_OF_RIB, 110);
	bmp_feed_tick(t.feed, 120 * NS_PER_S);
	assert_int_equal(t.s->side[SIDE_PEER].completeness, BGP_SEEDED);
	bgp_connection_read(t.c, 0, cursor_none(), true, 130 * NS_PER_S);
	assert_int_equal(t.s->side[SIDE_PEER].completeness, BGP_BROKEN);
	bmp_feed_tick(t.feed, 135 * NS_PER_S);
	assert_int_equal(t.s->side[SIDE_PEER].completeness, BGP_BROKEN);
	bmp_feed_tick(t.feed, 155 * NS_PER_S);
	assert_int_equal(t.s->side[SIDE_PEER].completeness, BGP_SEEDED);
	scene_close(&t);
}

/* Other views, other sessions, what is no BMP; an OPEN that the wire has shown stands. */
static void
test_passed_over(void **state)
{
	struct bmp_feed_state feed;
	struct scene t;

	(void)state;
	scene_open(&t);
	say(&t, 0, OPEN_PEER, 105);
	report(&t, MONITORING, OUT, ANNOUNCE, 110); /* before its Peer Up */
	report(&t, PEER_UP, IN, UP OPEN_CLOUD OPEN_CLOUD, 110);
	assert_int_equal(t.s->side[SIDE_PEER].open.asn, 64500);
	report(&t, MONITORING, "40", ANNOUNCE, 110); /* came in, after policy */
	report(&t, MONITORING, "10", ANNOUNCE, 110); /* to go out, before policy */
	bmp_feed_state(t.feed, &feed);
	assert_int_equal(feed.passed_over, 3);
	assert_int_equal(feed.peers, 1);
	report(&t, DOWN, IN, "03", 111);
	bmp_feed_state(t.feed, &feed);
	assert_int_equal(feed.peers, 0);
	assert_false(bmp_feed_read(t.feed, "GET / HTTP/1.1\r\n", 16, 112 * NS_PER_S));
	scene_close(&t);
}

#define UP_CLOUD "000000000000000000000000c0000201 00b3 9c40 "
#define PATH(size, path) "400101 00 4002 " size path " 400304 c0000200 "

static const struct bgp_attrs *
attrs_of(const struct scene *t, const char *prefix)
{
	const struct bgp_route *r;
	struct prefix p;

	assert_true(prefix_parse(prefix, &p, NULL));
	r = bgp_rib_find(&t->s->side[SIDE_PEER].rib, &p);
	assert_non_null(r);
	return bgp_attrs_get(t->table.shared.pool.attrs, r->attrs);
}

static void
expect_path(const struct scene *t, const char *prefix, const char *want)
{
	struct text path = {0};

	bgp_text_path(attrs_of(t, prefix), &path);
	text_add(&path, "%s", "");
	assert_string_equal(path.at, want);
	text_fini(&path);
}

/* What the other end received is what this one announced. FRR reports it with its own number in
 * front, other routers as it came. */
static void
test_other_end(void **state)
{
	struct bmp_feed_state feed;
	struct scene t;

	(void)state;
	scene_open(&t);
	assert_true(report_cloud(&t, PEER_UP, IN, UP_CLOUD OPEN_CLOUD OPEN_PEER, 110));
	assert_int_equal(t.s->side[SIDE_PEER].open.asn, 64500);
	assert_int_equal(t.s->side[SIDE_MSFT].open.asn, 8075);
	report_cloud(&t, MONITORING, IN,
	             M "0033 02 0000 0018 " PATH("0a", "0202 00001f8b 0000fbf4") "18c63364", 110);
	report_cloud(&t, MONITORING, IN, M "002f 02 0000 0014 " ATTRIBUTES "18cb0071", 110);
	report_cloud(&t, MONITORING, IN,
	             M "0033 02 0000 0018 " PATH("0a", "0202 0000fbf4 00001f8b") "18c00002", 110);
	report_cloud(&t, MONITORING, IN, END_OF_RIB, 110);
	bmp_feed_tick(t.feed, 120 * NS_PER_S);
	assert_int_equal(t.s->side[SIDE_PEER].completeness, BGP_SEEDED);
	assert_int_equal(t.s->side[SIDE_PEER].rib.standing[0], 3);
	assert_int_equal(t.s->side[SIDE_MSFT].completeness, BGP_INFERRED);
	assert_int_equal(t.s->side[SIDE_MSFT].rib.standing[0], 0);
	expect_path(&t, "198.51.100.0/24", "64500");
	expect_path(&t, "203.0.113.0/24", "64500");
	expect_path(&t, "192.0.2.0/24", "64500 8075"); /* a leak stays one */
	bmp_feed_state(t.feed, &feed);
	assert_int_equal(feed.seeded, 1);
	/* the peer's own router adds the other direction */
	assert_true(report(&t, PEER_UP, IN, UP OPEN_PEER OPEN_CLOUD, 121));
	report(&t, MONITORING, IN,
	       M "002f 02 0000 0014 40010100 400206 0201 00001f8b 400304 c0000201 18c61200", 121);
	report(&t, MONITORING, IN, END_OF_RIB, 121);
	bmp_feed_tick(t.feed, 122 * NS_PER_S);
	assert_int_equal(t.s->side[SIDE_MSFT].completeness, BGP_SEEDED);
	assert_int_equal(t.s->side[SIDE_MSFT].rib.standing[0], 1);
	assert_int_equal(t.s->side[SIDE_PEER].rib.standing[0], 3);
	scene_close(&t);
}

/* The session was reset and the feed has not said so yet: what it has is of the connection before.
 */
static void
test_before_the_reset(void **state)
{
#define UP_BEFORE "000000000000000000000000c0000200 9c41 00b3 "
	struct scene t;

	(void)state;
	scene_open(&t);
	report(&t, PEER_UP, IN, UP_BEFORE OPEN_PEER OPEN_CLOUD, 90);
	report(&t, MONITORING, OUT, ANNOUNCE, 90);
	report(&t, MONITORING, OUT, END_OF_RIB, 90);
	bmp_feed_tick(t.feed, 110 * NS_PER_S);
	assert_int_equal(t.s->side[SIDE_PEER].basis, BGP_BASIS_NONE);
	assert_int_equal(t.s->side[SIDE_PEER].completeness, BGP_INFERRED);
	assert_int_equal(t.s->side[SIDE_PEER].rib.standing[0], 0);
	/* and then it does */
	report(&t, DOWN, IN, "01", 111);
	report(&t, PEER_UP, IN, UP OPEN_PEER OPEN_CLOUD, 111);
	report(&t, MONITORING, OUT, END_OF_RIB, 111);
	bmp_feed_tick(t.feed, 112 * NS_PER_S);
	assert_int_equal(t.s->side[SIDE_PEER].completeness, BGP_SEEDED);
	assert_int_equal(t.s->side[SIDE_PEER].rib.standing[0], 0);
	scene_close(&t);
}

/* A table from before the connection whose begin was seen is not of it, whatever its ports. */
static void
test_before_the_begin(void **state)
{
	static const struct lane_id lane = {0, 0, DIR_PEER_TO_MSFT};
	struct bgp_connection *c = NULL;
	struct scene t;

	(void)state;
	scene_open(&t);
	bgp_table_connect(&t.table, &c,
	                  (struct addr[2]){t.contract.declared.peer, t.contract.declared.cloud},
	                  (uint16_t[2]){40001, 179}, &lane, SIDE_UNKNOWN);
	t.c = c;
	say(&t, 0, OPEN_PEER, 108);
	say(&t, 1, OPEN_CLOUD KEEPALIVE, 108);
	say(&t, 0, KEEPALIVE, 108);
	report(&t, PEER_UP, IN, UP_BEFORE OPEN_PEER OPEN_CLOUD, 90);
	report(&t, MONITORING, OUT, ANNOUNCE, 90);
	report(&t, MONITORING, OUT, END_OF_RIB, 90);
	bmp_feed_tick(t.feed, 112 * NS_PER_S);
	assert_int_equal(t.s->side[SIDE_PEER].completeness, BGP_INFERRED);
	assert_int_equal(t.s->side[SIDE_PEER].rib.standing[0], 0);
	scene_close(&t);
}

/* RFC 7854 section 4.2: the A flag. Without it numbers have four bytes, whatever the OPENs say. */
static void
test_as_width(void **state)
{
#define OPEN_OLD M "001d 01 04 fbf4 005a c0000200 00 "
	struct scene t;

	(void)state;
	scene_open(&t);
	report_cloud(&t, PEER_UP, IN, UP_CLOUD OPEN_CLOUD OPEN_OLD, 110);
	report_cloud(&t, MONITORING, "20",
	             M "002d 02 0000 0012 400101 00 400204 0201 fbf4 400304 c0000200 18c63364",
	             110);
	report_cloud(&t, MONITORING, IN, M "002f 02 0000 0014 " ATTRIBUTES "18cb0071", 110);
	report_cloud(&t, MONITORING, IN, END_OF_RIB, 110);
	/* no graceful restart offered: whole by its End-of-RIB all the same */
	bmp_feed_tick(t.feed, 120 * NS_PER_S);
	assert_int_equal(t.s->side[SIDE_PEER].completeness, BGP_SEEDED);
	expect_path(&t, "198.51.100.0/24", "64500");
	expect_path(&t, "203.0.113.0/24", "64500");
	scene_close(&t);
}

/* Rules hold for what a report brings as for what the wire does. */
static void
test_rules(void **state)
{
	struct scene t;

	(void)state;
	scene_open(&t);
	t.contract.conf.cloud.asns.at = (uint32_t[]){8075};
	t.contract.conf.cloud.asns.count = 1;
	bgp_table_set_conf(&t.table, &t.contract.conf);
	report_cloud(&t, PEER_UP, IN, UP_CLOUD OPEN_CLOUD OPEN_PEER, 110);
	report_cloud(&t, MONITORING, IN,
	             M "0033 02 0000 0018 " PATH("0a", "0202 0000fbf4 00001f8b") "180a0000", 110);
	report_cloud(&t, MONITORING, IN, END_OF_RIB, 110);
	bmp_feed_tick(t.feed, 120 * NS_PER_S);
	assert_int_equal(t.s->side[SIDE_PEER].rib.standing[0], 1);
	assert_int_equal(t.s->side[SIDE_PEER].rib.wrong[BGP_WRONG_CLOUD_AS].count, 1);
	scene_close(&t);
}

/* A session that the contract does not name, reported before the wire shows it: the far end's
 * number says which side it is. */
static void
test_undeclared(void **state)
{
	static const char peer6[] = "c6120001 0000fbf4 c0000200";
	struct bgp_connection *c = NULL;
	struct bgp_session *s;
	struct addr ip[2];
	struct scene t;

	(void)state;
	scene_open(&t);
	t.contract.conf.cloud.asns.at = (uint32_t[]){8075};
	t.contract.conf.cloud.asns.count = 1;
	assert_true(addr_parse("198.18.0.0", &ip[0]));
	assert_true(addr_parse("198.18.0.1", &ip[1]));
	report_of(&t, PEER_UP, IN, peer6,
	          "000000000000000000000000c6120000 00b3 9c40 " OPEN_CLOUD OPEN_PEER, 110);
	report_of(&t, MONITORING, IN, peer6, ANNOUNCE, 110);
	report_of(&t, MONITORING, IN, peer6, END_OF_RIB, 110);
	bmp_feed_tick(t.feed, 111 * NS_PER_S);
	/* the cloud's address, .0, speaks first and is taken for the peer's */
	bgp_table_connect(&t.table, &c, ip, (uint16_t[2]){179, 40000}, NULL, SIDE_UNKNOWN);
	s = bgp_table_find(&t.table, ip);
	assert_true(addr_equal(&s->side[SIDE_PEER].ip, &ip[0]));
	bmp_feed_tick(t.feed, 120 * NS_PER_S);
	assert_true(s->settled);
	assert_true(addr_equal(&s->side[SIDE_PEER].ip, &ip[1]));
	assert_int_equal(s->side[SIDE_PEER].open.asn, 64500);
	assert_int_equal(s->side[SIDE_PEER].rib.standing[0], 2);
	assert_int_equal(s->side[SIDE_MSFT].rib.standing[0], 0);
	bgp_rib_clear(&s->side[SIDE_PEER].rib);
	scene_close(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fills_up),         cmocka_unit_test(test_heals),
		cmocka_unit_test(test_passed_over),      cmocka_unit_test(test_other_end),
		cmocka_unit_test(test_as_width),         cmocka_unit_test(test_before_the_reset),
		cmocka_unit_test(test_before_the_begin), cmocka_unit_test(test_rules),
		cmocka_unit_test(test_undeclared),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
