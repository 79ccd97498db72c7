/* LACP and BFD as the inspector has them, in the records that a reader gets back. */
#include "store/export.h"

#include "unit/inspect/links.h"

static const struct export_self self = {.id = "p1", .site = "s", .host = "h"};

struct scene {
	struct links links;
	struct aggregate *a;
	struct store *store;
	struct exporter *exporter;
};

static void
begin(struct scene *s)
{
	struct store_params params = {.site = "s", .peering = "t", .writer = "p1"};

	links_open(&s->links);
	s->a = aggregate_create(s->links.conf, links_lanes, 6, 16);
	s->store = store_memory_create(&params);
	s->exporter = exporter_create(s->links.conf, s->store);
}

static void
finish(struct scene *s)
{
	exporter_destroy(s->exporter);
	store_close(s->store, 0);
	aggregate_destroy(s->a);
	links_close(&s->links);
}

/* An epoch that ends at `ms`; both directions of both links are alive. */
static void
epoch(struct scene *s, uint64_t ms)
{
	struct aggregate *a = s->a;

	a->seq++;
	a->end_us = links_ns(ms) / NS_PER_US;
	a->start_us = a->end_us - US_PER_S;
	for (unsigned i = 0; i < 4; i++)
		a->links[i / 2].last_packet_us[i % 2] = a->end_us - 1;
	exporter_begin(s->exporter, a, &self);
	exporter_inspect(s->exporter, s->links.inspector);
	exporter_end(s->exporter);
}

/* Of member `lane / 2`: system 02:00:00:00:00:0S, key 13, port 1 or 2. */
static void
lacpdu(struct scene *s, uint16_t lane, uint64_t ms, unsigned state)
{
	unsigned side = lane & 1, port = 1 + lane / 2;
	char hex[300];

	snprintf(
		hex, sizeof hex,
		"0180c2000002 02aa0000000%u 8809 01 01 0114 8000 02000000000%u 000d 8000 %04x %02x "
		"000000 0214 8000 02000000000%u 000d 8000 %04x 3f 000000 0310 8000 "
		"000000000000000000000000 0000",
		side, side, port, state, !side, port);
	links_hex(&s->links, lane, CLASS_LACP, ms, hex);
}

static void
a_member_out_leaves_the_capacity(void **state)
{
	struct rec_member member;
	struct rec_lacp lacp;
	struct rec_link link;
	struct scene s;

	(void)state;
	begin(&s);
	for (uint16_t lane = 0; lane < 4; lane++)
		lacpdu(&s, lane, 0, 0x3f);
	epoch(&s, 1000);
	assert_true(store_get(s.store, RECORD_LINK, "a", &link));
	assert_string_equal(link.lacp, "2 of 2 distributing");
	assert_int_equal(link.members_distributing, 2);
	assert_int_equal(link.capacity_bps, 20000000000);
	assert_string_equal(link.state, "up");
	/* without a word of LACP nothing is taken away */
	assert_true(store_get(s.store, RECORD_LINK, "b", &link));
	assert_string_equal(link.lacp, "");
	assert_int_equal(link.capacity_bps, 10000000000);
	/* the peer leaves member 1: in sync no more, neither collecting nor distributing */
	lacpdu(&s, 2, 1500, 0x07);
	epoch(&s, 2000);
	assert_true(store_get(s.store, RECORD_LINK, "a", &link));
	assert_int_equal(link.capacity_bps, 10000000000);
	assert_string_equal(link.state, "degraded");
	assert_string_equal(link.why, "member 1: peer is not in sync, collecting, distributing");
	assert_true(store_get(s.store, RECORD_MEMBER, "a:1", &member));
	assert_string_equal(member.lacp_state, "out");
	assert_string_equal(member.lacp_peer, "02:00:00:00:00:00 key 13 port 2 fast ASG.....");
	assert_true(store_get(s.store, RECORD_LACP, "a:1", &lacp));
	assert_string_equal(lacp.blamed, "peer");
	assert_int_equal(lacp.side[SIDE_PEER].actor_state, 0x07);
	assert_int_equal(lacp.side[SIDE_MSFT].port, 2);
	assert_int_equal(lacp.side[SIDE_MSFT].expected_us, 1000000);
	assert_true(lacp.side[SIDE_PEER].echoes);
	assert_int_equal(lacp.flaps, 1);
	finish(&s);
}

/* Control frames that the probe itself lost prove nothing: the second epoch's loss moves the peer's
 * timeout, which would have run out at 3 s, to 5 s. */
static void
own_loss_takes_no_member_out(void **state)
{
	struct rec_lacp lacp;
	struct scene s;

	(void)state;
	begin(&s);
	for (uint64_t ms = 0; ms <= 6000; ms += 1000) {
		for (uint16_t lane = 0; lane < 4; lane++)
			if (lane != 2 || ms == 0)
				lacpdu(&s, lane, ms, 0x3f);
		s.a->probe.punt_dropped[PUNT_CONTROL] += ms == 2000;
		epoch(&s, ms);
		assert_true(store_get(s.store, RECORD_LACP, "a:1", &lacp));
		assert_string_equal(lacp.state, ms <= 5000 ? "distributing" : "out");
	}
	assert_int_equal(lacp.down_us, links_ns(5000) / NS_PER_US);
	finish(&s);
}

static void
bfd_packet(struct scene *s, uint16_t lane, uint64_t ms, uint8_t state, uint8_t diag)
{
	static const char *const ips[2] = {"192.0.2.0", "192.0.2.1"};
	uint8_t body[BFD_SIZE] = {0x20 | diag, (uint8_t)(state << 6), 3, BFD_SIZE};
	struct frame_spec spec = {.proto = 17,
	                          .ttl = 255,
	                          .sport = 50000,
	                          .dport = 3784,
	                          .payload = body,
	                          .payload_size = sizeof body};
	uint8_t frame[FRAME_MAX];
	size_t size;

	store_be32(body + 4, 100u + (lane & 1));
	store_be32(body + 8, 100u + !(lane & 1));
	store_be32(body + 12, 300000);
	store_be32(body + 16, 300000);
	assert_true(addr_parse(ips[lane & 1], &spec.src) &&
	            addr_parse(ips[!(lane & 1)], &spec.dst));
	size = frame_make(frame, &spec);
	links_frame(&s->links, lane, CLASS_BFD, links_ns(ms), frame, size);
}

static void
a_bfd_session_is_told_whole(void **state)
{
	struct rec_bfd b;
	struct scene s;

	(void)state;
	begin(&s);
	bfd_packet(&s, 0, 0, BFD_UP, 0);
	bfd_packet(&s, 1, 100, BFD_UP, 0);
	bfd_packet(&s, 0, 250, BFD_UP, 0);
	epoch(&s, 500);
	assert_true(store_get(s.store, RECORD_BFD, "a-v4", &b));
	assert_string_equal(b.state, "up");
	assert_string_equal(b.kind, "single-hop");
	assert_string_equal(b.session, "a-v4");
	assert_true(b.discriminators_match);
	assert_int_equal(b.side[SIDE_MSFT].detection_us, 900000);
	assert_int_equal(b.side[SIDE_PEER].gap_max_us, 250000);
	assert_int_equal(b.side[SIDE_PEER].margin_min_us, 650000);
	/* no gap of the cloud's yet: all of the time is left */
	assert_int_equal(b.side[SIDE_MSFT].margin_min_us, 900000);
	bfd_packet(&s, 1, 1160, BFD_DOWN, 1);
	epoch(&s, 2000);
	assert_true(store_get(s.store, RECORD_BFD, "a-v4", &b));
	assert_string_equal(b.state, "down");
	assert_string_equal(b.down_side, "peer");
	assert_string_equal(b.down_first, "msft");
	assert_int_equal(b.down_diag, 1);
	assert_int_equal(b.down_us, links_ns(1160) / NS_PER_US);
	finish(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_member_out_leaves_the_capacity),
		cmocka_unit_test(own_loss_takes_no_member_out),
		cmocka_unit_test(a_bfd_session_is_told_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
