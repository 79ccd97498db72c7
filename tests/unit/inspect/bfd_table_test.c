/* BFD packets on lanes of a contract to named sessions: who is who, and how many there can be. */
#include "inspect/bfd_table.h"

#include "unit/inspect/links.h"

enum { NO_LANE = 99 };

/* A control packet from `src` to `dst`. */
static void
packet(struct links *l, uint16_t lane, uint64_t ms, const char *src, const char *dst, uint16_t port,
       uint8_t state)
{
	uint8_t body[BFD_SIZE] = {0x20, (uint8_t)(state << 6), 3, BFD_SIZE, 0, 0, 0, 1, 0, 0, 0, 1};
	struct frame_spec spec = {.proto = 17,
	                          .ttl = 255,
	                          .sport = 50000,
	                          .dport = port,
	                          .payload = body,
	                          .payload_size = port == BFD_PORT_ECHO ? 8 : sizeof body};
	uint8_t frame[FRAME_MAX];
	size_t size;

	store_be32(body + 12, 300000);
	store_be32(body + 16, 300000);
	assert_true(addr_parse(src, &spec.src) && addr_parse(dst, &spec.dst));
	size = frame_make(frame, &spec);
	links_frame(l, lane, CLASS_BFD, links_ns(ms), frame, size);
}

static void
sessions_are_named_by_the_contract(void **state)
{
	const struct bfd_table *t;
	struct links l;
	struct fact f;

	(void)state;
	links_open(&l);
	t = &l.peering->sessions;
	packet(&l, 0, 0, "192.0.2.0", "192.0.2.1", 3784, BFD_UP);
	packet(&l, 3, 10, "192.0.2.1", "192.0.2.0", 3784, BFD_UP);
	assert_int_equal(t->count, 1);
	assert_string_equal(t->at[0].name, "a-v4");
	assert_string_equal(t->at[0].guards, "a-v4");
	assert_true(t->at[0].declared);
	assert_int_equal(t->at[0].state, BFD_SESSION_UP);
	/* a port without known directions: the contract tells the sides */
	packet(&l, NO_LANE, 20, "192.0.2.3", "192.0.2.2", 3784, BFD_UP);
	packet(&l, NO_LANE, 30, "192.0.2.2", "192.0.2.3", 3784, BFD_DOWN);
	assert_int_equal(t->count, 2);
	assert_string_equal(t->at[1].name, "b-v4");
	assert_int_equal(t->at[1].half[SIDE_MSFT].newest.state, BFD_UP);
	assert_int_equal(t->at[1].half[SIDE_PEER].newest.state, BFD_DOWN);
	/* neither lane nor contract */
	packet(&l, NO_LANE, 40, "192.0.2.9", "192.0.2.8", 3784, BFD_UP);
	assert_int_equal(t->count, 2);
	packet(&l, 5, 50, "192.0.2.9", "192.0.2.8", 4784, BFD_UP);
	assert_string_equal(t->at[2].name, "b:192.0.2.8-192.0.2.9");
	assert_false(t->at[2].declared);
	/* going down is told */
	packet(&l, 1, 60, "192.0.2.1", "192.0.2.0", 3784, BFD_DOWN);
	f = links_fact(&l);
	assert_string_equal(f.name, "bfd.down");
	assert_string_equal(f.subject, "bfd:a-v4");
	assert_int_equal(f.link, 0);
	links_close(&l);
}

static void
micro_sessions_are_of_a_member(void **state)
{
	const struct bfd_table *t;
	struct links l;

	(void)state;
	links_open(&l);
	t = &l.peering->sessions;
	packet(&l, 0, 0, "192.0.2.0", "192.0.2.1", 6784, BFD_UP);
	packet(&l, 1, 1, "192.0.2.1", "192.0.2.0", 6784, BFD_UP);
	packet(&l, 2, 2, "192.0.2.0", "192.0.2.1", 6784, BFD_DOWN);
	assert_int_equal(t->count, 2);
	assert_string_equal(t->at[0].name, "a:0");
	assert_int_equal(t->at[0].state, BFD_SESSION_UP);
	assert_string_equal(t->at[1].name, "a:1");
	assert_int_equal(t->at[1].state, BFD_SESSION_ONE_SIDED);
	links_close(&l);
}

/* RFC 5883: the directions of a multihop session may come over different links. */
static void
multihop_is_of_no_link(void **state)
{
	const struct bfd_table *t;
	struct links l;

	(void)state;
	links_open(&l);
	t = &l.peering->sessions;
	packet(&l, 4, 0, "198.51.100.1", "198.51.100.9", 4784, BFD_UP);
	packet(&l, 1, 1, "198.51.100.9", "198.51.100.1", 4784, BFD_UP);
	assert_int_equal(t->count, 1);
	assert_int_equal(t->at[0].state, BFD_SESSION_UP);
	/* single-hop is of its link */
	packet(&l, 4, 2, "198.51.100.1", "198.51.100.9", 3784, BFD_UP);
	packet(&l, 1, 3, "198.51.100.9", "198.51.100.1", 3784, BFD_UP);
	assert_int_equal(t->count, 3);
	links_close(&l);
}

static void
an_echo_is_its_senders(void **state)
{
	struct links l;

	(void)state;
	links_open(&l);
	packet(&l, 0, 0, "192.0.2.0", "192.0.2.1", 3784, BFD_UP);
	packet(&l, 0, 1, "192.0.2.0", "192.0.2.0", 3785, 0);
	packet(&l, 4, 1, "192.0.2.0", "192.0.2.0", 3785, 0);
	assert_int_equal(l.peering->sessions.at[0].echoes, 1);
	assert_int_equal(l.peering->bfd_echoes, 2);
	links_close(&l);
}

/* Ten thousand spoofed neighbours: the declared session and one that is answered stay. */
static void
a_flood_is_bounded(void **state)
{
	const struct bfd_table *t;
	char ip[16];
	struct links l;

	(void)state;
	links_open(&l);
	t = &l.peering->sessions;
	packet(&l, 0, 0, "192.0.2.0", "192.0.2.1", 3784, BFD_UP);
	packet(&l, 0, 0, "192.0.2.8", "192.0.2.9", 3784, BFD_UP);
	packet(&l, 1, 0, "192.0.2.9", "192.0.2.8", 3784, BFD_UP);
	for (unsigned i = 0; i < 10000; i++) {
		snprintf(ip, sizeof ip, "10.0.%u.%u", i >> 8, i & 255);
		packet(&l, 0, 1, ip, "192.0.2.1", 3784, BFD_DOWN);
	}
	assert_int_equal(t->count, BFD_SESSIONS);
	assert_int_equal(t->forgotten + t->refused, 10002 - BFD_SESSIONS);
	assert_string_equal(t->at[0].name, "a-v4");
	assert_string_equal(t->at[1].name, "a:192.0.2.8-192.0.2.9");
	/* each stays to be found */
	packet(&l, 1, 2, "192.0.2.9", "192.0.2.8", 3784, BFD_UP);
	assert_int_equal(t->at[1].half[SIDE_MSFT].packets, 2);
	links_close(&l);
}

static void
a_reload_keeps_sessions_of_links_that_stay(void **state)
{
	const struct bfd_table *t;
	struct conf_link only_b;
	struct conf other;
	struct links l;

	(void)state;
	links_open(&l);
	t = &l.peering->sessions;
	packet(&l, 0, 0, "192.0.2.0", "192.0.2.1", 3784, BFD_UP);
	packet(&l, 4, 0, "192.0.2.2", "192.0.2.3", 3784, BFD_UP);
	other = *l.conf;
	only_b = l.conf->links[1];
	other.links = &only_b;
	other.link_count = 1;
	inspector_set_conf(l.inspector, &other, links_lanes, 0);
	assert_int_equal(t->count, 1);
	assert_string_equal(t->at[0].name, "b-v4");
	assert_int_equal(t->at[0].link, 0);
	packet(&l, NO_LANE, 1, "192.0.2.2", "192.0.2.3", 3784, BFD_UP);
	assert_int_equal(t->at[0].half[SIDE_PEER].packets, 2);
	links_close(&l);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sessions_are_named_by_the_contract),
		cmocka_unit_test(micro_sessions_are_of_a_member),
		cmocka_unit_test(multihop_is_of_no_link),
		cmocka_unit_test(an_echo_is_its_senders),
		cmocka_unit_test(a_flood_is_bounded),
		cmocka_unit_test(a_reload_keeps_sessions_of_links_that_stay),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
