/* From messages of a BGP session to what a reader of the store gets: the session's record, its
 * routes, the log of their changes. Messages are written down by hand from the RFCs. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "inspect/inspector.h"
#include "store/export.h"
#include "store/route.h"
#include "support/hex.h"

#define M "ffffffffffffffffffffffffffffffff"
#define KEEPALIVE M "0013 04 "
/* AS 64500 and AS 8075, hold 90, capabilities 1 and 65 */
#define OPEN_PEER M "002d 01 04 fbf4 005a c0000200 10 020e 0104 0001 0001 4104 0000fbf4 0200 "
#define OPEN_CLOUD M "002d 01 04 1f8b 005a c0000201 10 020e 0104 0001 0001 4104 00001f8b 0200 "
/* IGP, AS 64500, next hop 192.0.2.0, MED 5, 8075:8007 */
#define ATTRIBUTES "400101 00 400206 0201 0000fbf4 400304 c0000200 800404 00000005 c00804 1f8b1f47 "
/* 203.0.113.0/24 (registered), 198.51.100.0/24, 10.0.0.0/8 */
#define ANNOUNCE M "0043 02 0000 0022 " ATTRIBUTES "18cb0071 18c63364 080a "
#define WITHDRAW M "001b 02 0004 18c63364 0000 "

static const char contract[] =
	"probe = { id = \"p1\"; site = \"s\"; };\n"
	"peering = { name = \"t\"; type = \"voice\"; };\n"
	"peer = { asn = 64500; };\n"
	"data = { special = \"data/lab-registries.txt\"; };\n"
	"sites = ( { name = \"s\"; } );\n"
	"links = ( { name = \"a\"; site = \"s\"; members = ( { speed = \"10G\"; peer_to_msft = "
	"\"pcap:a0\"; msft_to_peer = \"pcap:a1\"; } );\n"
	"  sessions = ( { name = \"a-v4\"; peer = \"192.0.2.0\"; cloud = \"192.0.2.1\"; } ); } );\n"
	"registered = ( { prefix = \"203.0.113.0/24\"; } );\n"
	"redis = { max_routes = %u; };\n";

static const struct lane_id lanes[] = {{0, 0, 0}, {0, 0, 1}};
static const struct export_self self = {
	.id = "p1", .site = "s", .host = "h", .clock_source = "capture"};

struct scene {
	struct conf *conf;
	struct aggregate *a;
	struct store *store;
	struct exporter *exporter;
	struct inspector *inspector;
	struct bgp_table *table;
	struct bgp_connection *c;
};

static void
scene_open(struct scene *t, unsigned max_routes)
{
	struct store_params params = {.site = "s", .peering = "t", .writer = "p1", .boot_us = 1};
	char text[2048], *error = NULL;

	snprintf(text, sizeof text, contract, max_routes);
	if (conf_load_text(text, "t.conf", &t->conf, &error) != 0)
		fail_msg("%s", error);
	t->a = aggregate_create(t->conf, lanes, 2, 16);
	t->store = store_memory_create(&params);
	t->exporter = exporter_create(t->conf, t->store);
	t->inspector = inspector_create(
		&(struct inspector_params){.conf = t->conf, .lanes = lanes, .lane_count = 2});
	t->table = (struct bgp_table *)(uintptr_t)&inspector_census(t->inspector)->peering.bgp;
	bgp_table_connect(t->table, &t->c,
	                  (struct addr[2]){t->conf->links[0].sessions[0].peer,
	                                   t->conf->links[0].sessions[0].cloud},
	                  (uint16_t[2]){40000, 179}, &lanes[0], SIDE_UNKNOWN);
	t->a->end_us = 10 * US_PER_S;
}

static void
scene_close(struct scene *t)
{
	exporter_destroy(t->exporter);
	inspector_destroy(t->inspector);
	store_close(t->store, 0);
	aggregate_destroy(t->a);
	conf_destroy(t->conf);
}

static void
say(struct scene *t, unsigned speaker, const char *hex)
{
	struct hex m = hex_bytes(hex);

	assert_int_equal(bgp_connection_read(t->c, speaker, cursor_over(m.at, m.size), false,
	                                     t->a->end_us * NS_PER_US),
	                 m.size);
}

static struct rec_session
epoch(struct scene *t)
{
	struct rec_session r;

	t->a->seq++;
	t->a->start_us = t->a->end_us;
	t->a->end_us += US_PER_S;
	for (int dir = 0; dir < DIR_COUNT; dir++)
		t->a->links[0].last_packet_us[dir] = t->a->end_us;
	exporter_begin(t->exporter, t->a, &self);
	exporter_inspect(t->exporter, t->inspector);
	exporter_end(t->exporter);
	assert_true(store_get(t->store, RECORD_SESSION, "a-v4", &r));
	return r;
}

static size_t
peer_routes(struct scene *t)
{
	return store_map_count(t->store, "rib:a-v4:peer");
}

/* The same OPENs with capability 69 of IPv4 unicast: 01 receives, 02 sends (RFC 7911 section 4). */
#define ADDS(as, id, how)                                                                          \
	M "0033 01 04 " as " 005a " id " 16 0214 0104 0001 0001 4104 0000" as " 4504 0001 01 " how \
	  " 0200 "

/* Path identifiers are those of who offers to send them to who offers to take them. */
static void
test_add_path(void **state)
{
	static const struct {
		const char *peer, *cloud;
		bool expected;
	} cases[] = {
		{ADDS("fbf4", "c0000200", "01"), ADDS("1f8b", "c0000201", "01"), false},
		{ADDS("fbf4", "c0000200", "02"), ADDS("1f8b", "c0000201", "01"), true},
		{ADDS("fbf4", "c0000200", "02"), ADDS("1f8b", "c0000201", "02"), false},
		{ADDS("fbf4", "c0000200", "03"), OPEN_CLOUD, false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct rec_session r;
		struct scene t;

		scene_open(&t, 100);
		say(&t, 0, cases[i].peer);
		say(&t, 1, cases[i].cloud);
		say(&t, 1, KEEPALIVE);
		say(&t, 0, KEEPALIVE);
		r = epoch(&t);
		assert_string_equal(r.state, "established");
		assert_int_equal(r.side[SIDE_PEER].add_path, cases[i].expected);
		assert_false(r.side[SIDE_MSFT].add_path);
		scene_close(&t);
	}
}

struct logged {
	unsigned count;
	char last[200];
};

static void
note_entry(void *context, uint64_t ts_us, const char *const *names, const char *const *values,
           unsigned count)
{
	struct logged *l = context;

	assert_int_equal(count, 4);
	assert_string_equal(names[1], "change");
	if (!l->count++)
		snprintf(l->last, sizeof l->last, "%llu %s %s %s",
		         (unsigned long long)(ts_us / US_PER_S), values[0], values[1], values[2]);
}

static void
test_routes_follow_the_session(void **state)
{
	struct logged logged = {0};
	struct rec_session r;
	struct rec_route route;
	struct scene t;

	(void)state;
	scene_open(&t, 100);
	r = epoch(&t);
	assert_string_equal(r.state, "unknown");
	assert_true(r.declared);
	say(&t, 0, OPEN_PEER);
	say(&t, 1, OPEN_CLOUD KEEPALIVE);
	say(&t, 0, KEEPALIVE ANNOUNCE);
	r = epoch(&t);
	assert_string_equal(r.state, "established");
	assert_string_equal(r.link, "a");
	assert_int_equal(r.side[SIDE_PEER].asn, 64500);
	assert_string_equal(r.side[SIDE_MSFT].bgp_id, "192.0.2.1");
	assert_string_equal(r.side[SIDE_PEER].capabilities, "1,2,65");
	assert_int_equal(r.side[SIDE_PEER].routes_v4, 3);
	assert_int_equal(r.side[SIDE_PEER].registered, 1);
	assert_int_equal(r.side[SIDE_PEER].bogon.count, 1);
	assert_string_equal(r.side[SIDE_PEER].bogon.first, "10.0.0.0/8 bogon");
	assert_int_equal(r.side[SIDE_PEER].tagged_unregistered.count, 2);
	assert_int_equal(r.hold_s, 90);
	assert_int_equal(peer_routes(&t), 3);
	assert_true(route_get(t.store, "a-v4", SIDE_PEER, "203.0.113.0/24", &route));
	assert_string_equal(route.as_path, "64500");
	assert_int_equal(route.path_length, 1);
	assert_string_equal(route.next_hop, "192.0.2.0");
	assert_string_equal(route.communities, "8075:8007");
	assert_true(route.med == 5);
	assert_true(isnan(route.local_pref));
	assert_int_equal(route.received_us, 11 * US_PER_S);
	assert_string_equal(route.wrong, "");
	assert_true(route_get(t.store, "a-v4", SIDE_PEER, "10.0.0.0/8", &route));
	assert_string_equal(route.wrong, "bogon,8075:8007 unregistered");

	say(&t, 0, WITHDRAW);
	r = epoch(&t);
	assert_int_equal(peer_routes(&t), 2);
	assert_false(route_get(t.store, "a-v4", SIDE_PEER, "198.51.100.0/24", &route));
	assert_int_equal(r.side[SIDE_PEER].tagged_unregistered.count, 1);
	store_log_each(t.store, "riblog:a-v4", 0, note_entry, &logged);
	assert_int_equal(logged.count, 1); /* what stood at the first look is no change */
	assert_string_equal(logged.last, "12 peer withdraw 198.51.100.0/24");

	say(&t, 1, M "0015 03 0602 ");
	r = epoch(&t);
	assert_string_equal(r.state, "idle");
	assert_string_equal(r.down_cause, "Cease 2 administrative shutdown by msft");
	assert_int_equal(r.side[SIDE_PEER].routes_v4, 0);
	assert_int_equal(peer_routes(&t), 0);
	scene_close(&t);
}

/* More routes than may be written: the rest is counted, a registered one finds room all the same.
 */
static void
test_cap(void **state)
{
	struct rec_session r;
	struct rec_route route;
	struct scene t;

	(void)state;
	scene_open(&t, 1);
	say(&t, 0, OPEN_PEER);
	say(&t, 1, OPEN_CLOUD KEEPALIVE);
	say(&t, 0, KEEPALIVE ANNOUNCE);
	r = epoch(&t);
	assert_true(route_get(t.store, "a-v4", SIDE_PEER, "203.0.113.0/24", &route));
	assert_in_range(peer_routes(&t), 1, 2);
	assert_int_equal(r.side[SIDE_PEER].routes_unwritten, 3 - peer_routes(&t));
	scene_close(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_add_path),
		cmocka_unit_test(test_routes_follow_the_session),
		cmocka_unit_test(test_cap),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
