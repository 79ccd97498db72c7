#include "inspect/bgp_session.h"

#include "unit/inspect/bgp_scene.h"

/* AS 64500, hold 90, 192.0.2.0, capabilities 1, 64 (restart 120 s), 65 */
#define OPEN_PEER \
	M "0031 01 04 fbf4 005a c0000200 14 0212 0104 0001 0001 4002 0078 4104 0000fbf4 0200 "
/* AS 8075, hold 180, 192.0.2.1, the same */
#define OPEN_CLOUD \
	M "0031 01 04 1f8b 00b4 c0000201 14 0212 0104 0001 0001 4002 0078 4104 00001f8b 0200 "
/* Both with capability 64 of 120 s that lists IPv4 unicast (RFC 4724 section 3): `head` 0078, or
 * 4078 with the N of RFC 8538; `flags` 80 when its routes are kept over the restart. */
#define RESTARTER(as, hold, id, head, flags)                                                      \
	M "0035 01 04 " as " " hold " " id " 18 0216 0104 0001 0001 4006 " head " 0001 01 " flags \
	  " 4104 0000" as " 0200 "
#define RESTARTER_PEER(head, flags) RESTARTER("fbf4", "005a", "c0000200", head, flags)
#define RESTARTER_CLOUD(head) RESTARTER("1f8b", "00b4", "c0000201", head, "80")
/* 198.51.100.0/24 over AS 64500 */
#define ANNOUNCE M "002f 02 0000 0014 400101 00 400206 0201 0000fbf4 400304 c0000200 18c63364 "

/* A session of a contract, its connection, and a clock in seconds. */
struct scene {
	struct bgp_contract contract;
	struct fact_queue facts;
	struct bgp_table table;
	struct bgp_session *s;
	struct bgp_connection *c;
	uint16_t port;
	struct lane_id lane; /* of what the first speaker sends */
};

static void
scene_open(struct scene *t, bool declared)
{
	*t = (struct scene){.port = 40000};
	bgp_contract_init(&t->contract, declared);
	fact_queue_init(&t->facts);
	bgp_table_init(&t->table);
	t->table.shared.facts = &t->facts;
	bgp_table_set_conf(&t->table, &t->contract.conf);
}

static void
scene_close(struct scene *t)
{
	bgp_table_fini(&t->table);
	fact_queue_fini(&t->facts);
}

/* A connection that `first` opens; SIDE_PEER has the port of its own. */
static void
connect_from(struct scene *t, enum side first, enum side hint)
{
	struct addr ip[2] = {t->contract.declared.peer, t->contract.declared.cloud};
	uint16_t port[2] = {t->port++, 179};

	bgp_table_connect(&t->table, &t->c, (struct addr[2]){ip[first], ip[!first]},
	                  (uint16_t[2]){port[first], port[!first]}, &t->lane, hint);
	t->s = t->c->session;
}

static void
say(struct scene *t, unsigned speaker, const char *hex, double seconds)
{
	bgp_say(t->c, speaker, hex, (uint64_t)(seconds * NS_PER_S));
}

static void
tick(struct scene *t, uint64_t seconds, bool heard)
{
	for (int dir = 0; heard && dir < DIR_COUNT; dir++)
		bgp_table_heard(&t->table, 0, dir, seconds * NS_PER_S);
	bgp_table_tick(&t->table, seconds * NS_PER_S);
}

static void
establish_with(struct scene *t, const char *peer, const char *cloud, double seconds)
{
	connect_from(t, SIDE_PEER, SIDE_UNKNOWN);
	say(t, 0, peer, seconds);
	say(t, 1, cloud, seconds);
	say(t, 1, KEEPALIVE, seconds);
	say(t, 0, KEEPALIVE, seconds);
}

static void
establish(struct scene *t, double seconds)
{
	establish_with(t, OPEN_PEER, OPEN_CLOUD, seconds);
}

static void
expect_fact(struct scene *t, const char *name, const char *cause, double seconds)
{
	struct fact f;

	assert_true(fact_take(&t->facts, &f));
	assert_string_equal(f.name, name);
	assert_string_equal(f.subject, "session:pni-a-v4");
	assert_string_equal(f.cause, cause);
	assert_int_equal(f.ts_us, (uint64_t)(seconds * US_PER_S));
}

/* M2: up with OPEN and KEEPALIVE both ways; each second judged, the NOTIFICATION ends it. */
static void
test_whole_life(void **state)
{
	struct scene t;
	bool known;

	(void)state;
	scene_open(&t, true);
	tick(&t, 1, true);
	assert_int_equal(t.table.sessions[0]->state, BGP_UNKNOWN);
	connect_from(&t, SIDE_PEER, SIDE_UNKNOWN);
	say(&t, 0, OPEN_PEER, 10);
	assert_int_equal(t.s->state, BGP_OPEN_SENT);
	say(&t, 1, OPEN_CLOUD KEEPALIVE, 10);
	assert_int_equal(t.s->state, BGP_OPEN_CONFIRM);
	assert_int_equal(t.s->up_ns, 0);
	say(&t, 0, KEEPALIVE, 11);
	assert_int_equal(t.s->state, BGP_ESTABLISHED);
	assert_int_equal(t.s->up_ns, 11 * NS_PER_S);
	assert_false(t.s->joined);
	assert_int_equal(bgp_session_hold_s(t.s, &known), 90);
	assert_true(known);
	expect_fact(&t, "bgp.session.up", "", 11);
	say(&t, 0, ANNOUNCE END_OF_RIB, 12);
	assert_int_equal(t.s->side[SIDE_PEER].rib.standing[0], 1);
	assert_int_equal(t.s->side[SIDE_PEER].completeness, BGP_COMPLETE);
	assert_int_equal(t.s->side[SIDE_PEER].completeness_ns, 12 * NS_PER_S);
	assert_int_equal(t.s->side[SIDE_PEER].updates_indirect, 1);
	assert_int_equal(t.s->side[SIDE_PEER].first_as, 64500);
	tick(&t, 41, true);
	assert_int_equal(t.s->up_time_ns, 30 * NS_PER_S);
	assert_int_equal(t.s->covered_ns, 31 * NS_PER_S); /* a second between the OPENs and up */
	/* cease, hard reset */
	say(&t, 1, M "0015 03 0609 ", 51);
	expect_fact(&t, "bgp.session.down", "Cease 9 hard reset by msft", 51);
	assert_int_equal(t.s->state, BGP_IDLE);
	assert_int_equal(t.s->flaps, 1);
	assert_int_equal(t.s->down_side, SIDE_MSFT);
	assert_false(t.s->graceful);
	assert_false(bgp_session_stands(t.s));
	tick(&t, 61, true);
	assert_int_equal(t.s->up_time_ns, 40 * NS_PER_S);
	assert_int_equal(t.s->covered_ns, 51 * NS_PER_S);
	/* the next connection is the same session */
	establish(&t, 71);
	assert_int_equal(t.table.session_count, 1);
	assert_int_equal(t.s->state, BGP_ESTABLISHED);
	assert_int_equal(t.s->flaps, 1);
	assert_int_equal(t.s->side[SIDE_PEER].counts.messages[BGP_OPEN], 2);
	assert_int_equal(t.s->side[SIDE_PEER].rib.standing[0], 0);
	scene_close(&t);
}

/* Joined in the middle: two messages each way prove it, and it was up since the first. */
static void
test_joined(void **state)
{
	struct scene t;
	bool known;

	(void)state;
	scene_open(&t, true);
	connect_from(&t, SIDE_MSFT, SIDE_UNKNOWN);
	say(&t, 0, KEEPALIVE, 20);
	say(&t, 1, KEEPALIVE, 21);
	say(&t, 0, KEEPALIVE, 50);
	assert_int_equal(t.s->state, BGP_UNKNOWN);
	assert_int_equal(t.s->covered_ns, 0);
	say(&t, 1, KEEPALIVE, 51);
	assert_int_equal(t.s->state, BGP_ESTABLISHED);
	assert_true(t.s->joined);
	assert_int_equal(t.s->up_ns, 20 * NS_PER_S);
	assert_int_equal(t.s->up_time_ns, 31 * NS_PER_S);
	assert_int_equal(bgp_session_hold_s(t.s, &known), BGP_HOLD_S);
	assert_false(known);
	assert_int_equal(t.s->side[SIDE_MSFT].port, 179);
	assert_int_equal(t.s->side[SIDE_PEER].completeness, BGP_INFERRED);
	scene_close(&t);
}

/* Silence beyond the hold time counts while the link speaks; a message after it, on the same
 * connection, says that the tap had missed some. */
static void
test_hold(void **state)
{
	struct scene t;

	(void)state;
	scene_open(&t, true);
	establish(&t, 10);
	expect_fact(&t, "bgp.session.up", "", 10);
	say(&t, 1, KEEPALIVE, 60);
	tick(&t, 100, true);
	assert_int_equal(t.s->state, BGP_ESTABLISHED);
	tick(&t, 101, true);
	assert_int_equal(t.s->state, BGP_IDLE);
	expect_fact(&t, "bgp.session.down", "hold timer: peer silent for 90 s", 100);
	assert_int_equal(t.s->flaps, 1);
	assert_int_equal(t.s->down_side, SIDE_PEER);
	assert_int_equal(t.s->outages.count, 1);
	say(&t, 0, KEEPALIVE, 110);
	assert_int_equal(t.s->state, BGP_ESTABLISHED);
	assert_int_equal(t.s->flaps, 0);
	assert_int_equal(t.s->outages.count, 0);
	scene_close(&t);
}

/* RFC 4271 section 4.2: a hold time of zero says that no KEEPALIVE will come. */
static void
test_no_hold(void **state)
{
	struct scene t;

	(void)state;
	scene_open(&t, true);
	connect_from(&t, SIDE_PEER, SIDE_UNKNOWN);
	say(&t, 0, M "001d 01 04 fbf4 0000 c0000200 00 ", 10);
	say(&t, 1, OPEN_CLOUD KEEPALIVE, 10);
	say(&t, 0, KEEPALIVE, 10);
	tick(&t, 10000, true);
	assert_int_equal(t.s->state, BGP_ESTABLISHED);
	assert_int_equal(t.s->flaps, 0);
	scene_close(&t);
}

/* RFC 4724 section 4.1, RFC 8538: routes stand over a hold timer, 120 s for the session to come
 * back, and then 360 s for the End-of-RIB; what was not announced again goes. */
static void
test_restart(void **state)
{
	struct scene t;

	(void)state;
	scene_open(&t, true);
	establish_with(&t, RESTARTER_PEER("4078", "80"), RESTARTER_CLOUD("4078"), 10);
	say(&t, 0, ANNOUNCE, 11);
	say(&t, 1, KEEPALIVE, 60);
	tick(&t, 102, true); /* the peer's hold time ended at 101 */
	assert_int_equal(t.s->state, BGP_IDLE);
	assert_true(t.s->graceful);
	assert_true(bgp_session_stands(t.s));
	tick(&t, 221, true);
	assert_true(t.s->graceful);
	establish_with(&t, RESTARTER_PEER("c078", "80"), RESTARTER_CLOUD("4078"), 221);
	/* another connection: what stood is stale */
	assert_false(t.s->graceful);
	assert_int_equal(t.s->side[SIDE_PEER].rib.standing[0], 1);
	say(&t, 0, KEEPALIVE, 290);
	say(&t, 1, KEEPALIVE, 290);
	tick(&t, 300, true);
	assert_int_equal(t.s->state, BGP_ESTABLISHED);
	assert_int_equal(t.s->side[SIDE_PEER].rib.standing[0], 1);
	for (unsigned s = 360; s <= 580; s += 60) {
		say(&t, 0, KEEPALIVE, s);
		say(&t, 1, KEEPALIVE, s);
		tick(&t, s, true);
	}
	tick(&t, 581, true); /* 101 + 120 + 360 */
	assert_int_equal(t.s->side[SIDE_PEER].rib.standing[0], 1);
	tick(&t, 582, true);
	assert_int_equal(t.s->side[SIDE_PEER].rib.standing[0], 0);
	scene_close(&t);
}

/* Nothing of the link is heard: no statement, and none of that time is judged. */
static void
test_deaf(void **state)
{
	struct scene t;

	(void)state;
	scene_open(&t, true);
	establish(&t, 10);
	tick(&t, 20, true);
	tick(&t, 101, false);
	assert_int_equal(t.s->state, BGP_UNKNOWN);
	assert_int_equal(t.s->flaps, 0);
	tick(&t, 201, false);
	assert_int_equal(t.s->covered_ns, 91 * NS_PER_S);
	/* both come back with new OPENs: it had been down; what was signed was the old connection
	 */
	t.s->segments.md5 = 3;
	establish(&t, 300);
	assert_int_equal(t.s->segments.md5, 0);
	assert_int_equal(t.s->flaps, 1);
	assert_int_equal(t.s->state, BGP_ESTABLISHED);
	scene_close(&t);
}

/* A table that was whole when its connection ended was so, whatever comes after; one whose end was
 * not seen is not known to be. */
static void
test_before(void **state)
{
	(void)state;
	for (unsigned ended = 0; ended < 2; ended++) {
		struct bgp_connection *before;
		struct scene t;

		scene_open(&t, true);
		establish(&t, 10);
		say(&t, 0, ANNOUNCE END_OF_RIB, 11);
		before = t.c;
		if (ended)
			say(&t, 1, M "0015 03 0602 ", 20);
		establish(&t, 30);
		assert_int_equal(bgp_connection_completeness(before, 0),
		                 ended ? BGP_COMPLETE : BGP_BROKEN);
		scene_close(&t);
	}
}

/* How a session with one route of the peer ends, and whether the route stands then. */
static const struct {
	const char *name, *peer, *cloud;
	const char *notification; /* of the cloud; NULL: its FIN; "": silence */
	bool stands;
} ends[] = {
	{"FIN, both list IPv4", RESTARTER_PEER("0078", "80"), RESTARTER_CLOUD("0078"), NULL, true},
	{"FIN, the peer lists no family", OPEN_PEER, RESTARTER_CLOUD("0078"), NULL, false},
	{"FIN, the cloud only helps", RESTARTER_PEER("0078", "80"), OPEN_CLOUD, NULL, true},
	{"FIN, no time to restart in", RESTARTER_PEER("0000", "80"), RESTARTER_CLOUD("0078"), NULL,
         false},
	{"silence without N", RESTARTER_PEER("0078", "80"), RESTARTER_CLOUD("4078"), "", false},
	{"silence with N", RESTARTER_PEER("4078", "80"), RESTARTER_CLOUD("4078"), "", true},
	{"Cease without N", RESTARTER_PEER("4078", "80"), RESTARTER_CLOUD("0078"),
         M "0015 03 0604 ", false},
	{"Cease with N", RESTARTER_PEER("4078", "80"), RESTARTER_CLOUD("4078"), M "0015 03 0604 ",
         true},
	{"Hard Reset", RESTARTER_PEER("4078", "80"), RESTARTER_CLOUD("4078"), M "0015 03 0609 ",
         false},
};

static void
test_ends(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
		struct scene t;

		print_message("%s\n", ends[i].name);
		scene_open(&t, true);
		establish_with(&t, ends[i].peer, ends[i].cloud, 10);
		say(&t, 0, ANNOUNCE, 11);
		if (!ends[i].notification)
			bgp_connection_end(t.c, 1, false, 20 * NS_PER_S);
		else if (*ends[i].notification)
			say(&t, 1, ends[i].notification, 20);
		tick(&t, 102, true);
		assert_int_equal(t.s->state, BGP_IDLE);
		assert_int_equal(bgp_session_stands(t.s), ends[i].stands);
		scene_close(&t);
	}
}

/* RFC 4724 section 4.2: a new OPEN without the family's F takes away at once what it kept before.
 */
static void
test_forgotten(void **state)
{
	const char *const opens[] = {RESTARTER_PEER("8078", "00"), OPEN_PEER,
	                             RESTARTER_PEER("8078", "80")};

	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		struct scene t;

		scene_open(&t, true);
		establish_with(&t, RESTARTER_PEER("0078", "80"), RESTARTER_CLOUD("0078"), 10);
		say(&t, 0, ANNOUNCE, 11);
		bgp_connection_end(t.c, 0, true, 20 * NS_PER_S);
		connect_from(&t, SIDE_PEER, SIDE_UNKNOWN);
		say(&t, 1, RESTARTER_CLOUD("0078"), 30);
		assert_int_equal(t.s->side[SIDE_PEER].rib.standing[0], 1);
		say(&t, 0, opens[i], 30);
		assert_int_equal(t.s->side[SIDE_PEER].rib.standing[0], i == 2);
		scene_close(&t);
	}
}

/* A reset that the next message belies; then one that stands, with both sides able to restart. */
static void
test_reset(void **state)
{
	struct scene t;

	(void)state;
	scene_open(&t, true);
	establish_with(&t, RESTARTER_PEER("0078", "80"), RESTARTER_CLOUD("0078"), 10);
	say(&t, 0, ANNOUNCE, 11);
	bgp_connection_end(t.c, 1, true, 20 * NS_PER_S);
	assert_int_equal(t.s->flaps, 1);
	assert_string_equal(t.s->down_cause, "TCP reset by msft");
	say(&t, 0, KEEPALIVE, 30);
	assert_int_equal(t.s->flaps, 0);
	assert_int_equal(t.s->side[SIDE_PEER].rib.standing[0], 1);
	bgp_connection_end(t.c, 0, false, 40 * NS_PER_S);
	assert_string_equal(t.s->down_cause, "TCP closed (FIN) by peer");
	assert_true(t.s->graceful);
	assert_true(bgp_session_stands(t.s));
	tick(&t, 161, true); /* 120 s of restart time */
	assert_false(t.s->graceful);
	assert_false(bgp_session_stands(t.s));
	scene_close(&t);
}

/* Nobody speaks BGP on a declared link: known only when the link itself was heard. */
static void
test_absence(void **state)
{
	struct scene t;

	(void)state;
	scene_open(&t, true);
	tick(&t, 1, false);
	tick(&t, 1000, false);
	assert_int_equal(t.table.sessions[0]->state, BGP_UNKNOWN);
	tick(&t, 1001, true);
	assert_int_equal(t.table.sessions[0]->state, BGP_IDLE);
	assert_int_equal(t.table.sessions[0]->flaps, 0);
	scene_close(&t);
	/* one direction of it says nothing about what the other would have told */
	scene_open(&t, true);
	tick(&t, 1, false);
	bgp_table_heard(&t.table, 0, DIR_PEER_TO_MSFT, 1001 * NS_PER_S);
	tick(&t, 1001, false);
	assert_int_equal(t.table.sessions[0]->state, BGP_UNKNOWN);
	scene_close(&t);
}

/* Not declared: the link's direction tells the sides apart, or the AS numbers where it can't. */
static void
test_sides(void **state)
{
	struct scene t;

	(void)state;
	scene_open(&t, false);
	connect_from(&t, SIDE_PEER, SIDE_UNKNOWN);
	assert_string_equal(t.s->name, "pni-a:192.0.2.0-192.0.2.1");
	scene_close(&t);

	scene_open(&t, false);
	t.contract.member.by = DIRECTION_BY_SUBNET;
	t.lane.dir = DIR_MSFT_TO_PEER; /* wrong: it is the peer who speaks */
	connect_from(&t, SIDE_PEER, SIDE_UNKNOWN);
	assert_string_equal(t.s->name, "pni-a:192.0.2.1-192.0.2.0");
	say(&t, 0, KEEPALIVE, 1);
	say(&t, 0, OPEN_PEER, 2);
	assert_string_equal(t.s->name, "pni-a:192.0.2.0-192.0.2.1");
	assert_int_equal(t.s->side[SIDE_PEER].open.asn, 64500);
	assert_int_equal(t.s->side[SIDE_PEER].counts.messages[BGP_KEEPALIVE], 1);
	scene_close(&t);
}

/* While a session is up a stranger sends from the same addresses: what he announces is nothing, he
 * ends nothing and keeps nothing alive. */
static void
test_stranger(void **state)
{
	struct scene t;
	struct bgp_connection *real, *stranger;

	(void)state;
	scene_open(&t, true);
	establish(&t, 10);
	real = t.c;
	connect_from(&t, SIDE_PEER, SIDE_UNKNOWN);
	stranger = t.c;
	say(&t, 0, OPEN_PEER ANNOUNCE KEEPALIVE ANNOUNCE, 20);
	assert_ptr_equal(t.s->current, real);
	assert_int_equal(t.s->side[SIDE_PEER].rib.standing[0], 0);
	assert_int_equal(t.s->flaps, 0);
	bgp_connection_end(stranger, 0, true, 21 * NS_PER_S);
	assert_int_equal(t.s->state, BGP_ESTABLISHED);
	for (unsigned s = 30; s < 100; s += 10)
		say(&t, 0, KEEPALIVE, s);
	t.c = real;
	say(&t, 1, KEEPALIVE, 60);
	tick(&t, 101, true);
	assert_int_equal(t.s->state, BGP_IDLE);
	assert_string_equal(t.s->down_cause, "hold timer: peer silent for 90 s");
	scene_close(&t);
}

/* Nor is what he says of himself the router's, nor his signature or his complaint. */
static void
test_stranger_says(void **state)
{
	static const struct bgp_segments signed_one = {
		.count = 1, .md5 = 1, .ttl_min = 60, .ttl_max = 60};
	struct bgp_connection *real;
	struct scene t;
	bool known;

	(void)state;
	scene_open(&t, true);
	establish(&t, 10);
	real = t.c;
	bgp_connection_segments(real,
	                        &(struct bgp_segments){.count = 5, .ttl_min = 1, .ttl_max = 1});
	connect_from(&t, SIDE_PEER, SIDE_UNKNOWN);
	bgp_connection_segments(t.c, &signed_one);
	/* AS 64512, hold 3, 192.0.2.9 */
	say(&t, 0, M "001d 01 04 fc00 0003 c0000209 00 " M "0015 03 0601 ", 20);
	assert_int_equal(t.s->side[SIDE_PEER].open.asn, 64500);
	assert_int_equal(t.s->side[SIDE_PEER].open.id[3], 0);
	assert_int_equal(bgp_session_hold_s(t.s, &known), 90);
	assert_int_equal(t.s->side[SIDE_PEER].max_prefix_ceases, 0);
	assert_int_equal(t.s->segments.md5, 0);
	assert_int_equal(t.s->segments.count, 5);
	assert_true(bgp_session_is_direct(t.s));
	/* but where nobody else speaks it is what is known */
	bgp_connection_end(real, 0, true, 30 * NS_PER_S);
	connect_from(&t, SIDE_PEER, SIDE_UNKNOWN);
	bgp_connection_segments(t.c, &signed_one);
	say(&t, 0, M "001d 01 04 fc00 0003 c0000209 00 ", 40);
	assert_int_equal(t.s->side[SIDE_PEER].open.asn, 64512);
	assert_int_equal(t.s->segments.md5, 1);
	assert_false(bgp_session_is_direct(t.s));
	scene_close(&t);
}

/* It was no stranger: joined in its middle while the end of the last was not seen. What it had
 * announced before that was proven is missing. */
static void
test_successor(void **state)
{
	struct scene t;

	(void)state;
	scene_open(&t, true);
	establish(&t, 10);
	connect_from(&t, SIDE_PEER, SIDE_UNKNOWN);
	say(&t, 0, KEEPALIVE ANNOUNCE, 20);
	say(&t, 1, KEEPALIVE KEEPALIVE, 21);
	assert_ptr_equal(t.s->current, t.c);
	assert_int_equal(t.s->state, BGP_ESTABLISHED);
	assert_int_equal(t.s->flaps, 1);
	assert_int_equal(t.s->side[SIDE_PEER].completeness, BGP_BROKEN);
	/* the OPENs were of the last connection, and of a router that may be gone */
	assert_int_equal(t.s->side[SIDE_PEER].basis, BGP_BASIS_NONE);
	assert_int_equal(t.s->side[SIDE_MSFT].basis, BGP_BASIS_NONE);
	scene_close(&t);
}

/* 10 000 pairs of addresses: bounded, counted, and the declared session is none of those that go.
 */
static void
test_spoofed(void **state)
{
	enum { PAIRS = 10000 };
	struct bgp_connection *owners[PAIRS];
	struct scene t;

	(void)state;
	scene_open(&t, true);
	establish(&t, 1);
	for (unsigned i = 0; i < PAIRS; i++) {
		struct addr ip[2] = {bgp_address("198.51.100.1"), bgp_address("203.0.113.1")};
		struct bgp_connection *declared = t.c;

		ip[0].b[14] = (uint8_t)(i >> 8);
		ip[0].b[15] = (uint8_t)i;
		bgp_table_connect(&t.table, &owners[i], ip, (uint16_t[2]){1000, 179}, &t.lane,
		                  SIDE_UNKNOWN);
		t.c = owners[i];
		say(&t, 0, ANNOUNCE, 2 + i);
		t.c = declared;
	}
	assert_int_equal(t.table.session_count, BGP_SESSIONS + 1);
	assert_int_equal(t.table.sessions_forgotten, PAIRS - BGP_SESSIONS);
	assert_int_equal(t.table.shared.pool.room, BGP_ROUTES - BGP_SESSIONS);
	assert_ptr_equal(t.table.sessions[0], t.s);
	assert_int_equal(t.s->state, BGP_ESTABLISHED);
	assert_null(owners[0]);
	assert_non_null(owners[PAIRS - 1]);
	scene_close(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_whole_life), cmocka_unit_test(test_joined),
		cmocka_unit_test(test_hold),       cmocka_unit_test(test_no_hold),
		cmocka_unit_test(test_before),     cmocka_unit_test(test_ends),
		cmocka_unit_test(test_forgotten),  cmocka_unit_test(test_restart),
		cmocka_unit_test(test_deaf),       cmocka_unit_test(test_reset),
		cmocka_unit_test(test_absence),    cmocka_unit_test(test_sides),
		cmocka_unit_test(test_spoofed),    cmocka_unit_test(test_stranger),
		cmocka_unit_test(test_successor),  cmocka_unit_test(test_stranger_says),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
