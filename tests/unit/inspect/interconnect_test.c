/* Frames of known lanes to what is known of links, their members and the routers at their ends. */
#include "inspect/interconnect.h"

#include "unit/inspect/links.h"

/* A LACPDU of system 02:00:00:00:00:0S, key 13, about the other one. */
static void
lacpdu_of(struct links *l, uint16_t lane, uint64_t ms, uint8_t state, unsigned port, unsigned other)
{
	unsigned side = lane & 1;
	char hex[300];

	snprintf(
		hex, sizeof hex,
		"0180c2000002 02aa0000000%u 8809 01 01 0114 8000 02000000000%u 000d 8000 %04x %02x "
		"000000 0214 8000 02000000000%u 000d 8000 %04x 3f 000000 0310 8000 "
		"000000000000000000000000 0000",
		side, side, port, state, !side, other);
	links_hex(l, lane, CLASS_LACP, ms, hex);
}

static void
lacpdu(struct links *l, uint16_t lane, uint64_t ms, uint8_t state)
{
	lacpdu_of(l, lane, ms, state, 1u + lane / 2, 1u + lane / 2);
}

static void
speak(struct links *l, uint64_t from_ms, uint64_t to_ms, unsigned lanes)
{
	for (uint64_t ms = from_ms; ms <= to_ms; ms += 1000)
		for (uint16_t lane = 0; lane < lanes; lane++)
			lacpdu(l, lane, ms, 0x3f);
}

static void
a_member_that_falls_silent_leaves_a_fact(void **state)
{
	const struct link_watch *link;
	struct links l;
	struct fact f;
	bool spoken;

	(void)state;
	links_open(&l);
	speak(&l, 0, 10000, 4);
	link = &l.peering->links.links[0];
	assert_int_equal(link_watch_distributing(link, &spoken), 2);
	assert_true(spoken);
	assert_false(fact_take(inspector_facts(l.inspector), &f));
	/* member 1 loses the peer's end; the tick runs behind what may still wait in rings */
	for (uint64_t ms = 11000; ms <= 13000; ms += 1000) {
		lacpdu(&l, 0, ms, 0x3f);
		lacpdu(&l, 1, ms, 0x3f);
		lacpdu(&l, 3, ms, 0x3f);
	}
	inspector_tick(l.inspector, links_ns(13050));
	assert_int_equal(link_watch_distributing(link, &spoken), 2);
	inspector_tick(l.inspector, links_ns(13150));
	assert_int_equal(link_watch_distributing(link, &spoken), 1);
	f = links_fact(&l);
	assert_string_equal(f.name, "lacp.member.down");
	assert_string_equal(f.subject, "member:a:1");
	assert_int_equal(f.link, 0);
	assert_int_equal(f.side, SIDE_PEER);
	assert_true(f.ts_us == links_ns(13000) / NS_PER_US);
	f = links_fact(&l);
	assert_string_equal(f.name, "link.capacity.changed");
	assert_string_equal(f.subject, "link:a");
	assert_string_equal(f.text, "1 of 2 members in the bundle: 10 Gb/s");
	assert_int_equal(link->tokens[SIDE_PEER].outage_count, 1);
	speak(&l, 14000, 14000, 4);
	f = links_fact(&l);
	assert_string_equal(f.name, "lacp.member.up");
	f = links_fact(&l);
	assert_string_equal(f.text, "2 of 2 members in the bundle: 20 Gb/s");
	links_close(&l);
}

/* A port that mirrors both members: one lane each way, ports 1 and 2 in turn. */
static void
a_mirror_port_brings_members_by_their_ports(void **state)
{
	const struct link_watch *link;
	struct links l;
	bool spoken;

	(void)state;
	links_open(&l);
	link = &l.peering->links.links[0];
	for (uint64_t ms = 0; ms < 5000; ms += 1000)
		for (uint16_t lane = 0; lane < 2; lane++)
			for (unsigned port = 1; port <= 2; port++) {
				/* the cloud's ports are 11 and 12 */
				unsigned own = port + 10u * lane, other = port + 10u * !lane;

				lacpdu_of(&l, lane, ms + port, 0x3f, own, other);
			}
	assert_int_equal(link_watch_distributing(link, &spoken), 2);
	for (unsigned i = 0; i < 2; i++) {
		assert_int_equal(link->members[i].lacp.side[SIDE_PEER].pdus, 5);
		assert_int_equal(link->members[i].lacp.side[SIDE_PEER].newest.actor.port, i + 1);
		assert_int_equal(link->members[i].lacp.side[SIDE_MSFT].newest.actor.port, i + 11);
		assert_true(lacp_member_echoes(&link->members[i].lacp, SIDE_PEER));
	}
	links_close(&l);
}

/* Members on lanes of their own keep them when a router numbers its ports anew. */
static void
a_renumbered_port_stays_where_it_is(void **state)
{
	const struct link_watch *link;
	struct links l;

	(void)state;
	links_open(&l);
	link = &l.peering->links.links[0];
	for (uint16_t lane = 0; lane < 4; lane++)
		lacpdu_of(&l, lane, lane, 0x3f, 1 + lane / 2, 1 + lane / 2);
	lacpdu_of(&l, 2, 1000, 0x3f, 7, 2);
	assert_int_equal(link->members[1].lacp.side[SIDE_PEER].newest.actor.port, 7);
	assert_int_equal(link->members[0].lacp.side[SIDE_PEER].newest.actor.port, 1);
	/* even when both take the other's number */
	lacpdu_of(&l, 0, 2000, 0x3f, 7, 1);
	lacpdu_of(&l, 2, 2000, 0x3f, 1, 2);
	assert_int_equal(link->members[0].lacp.side[SIDE_PEER].newest.actor.port, 7);
	assert_int_equal(link->members[1].lacp.side[SIDE_PEER].newest.actor.port, 1);
	links_close(&l);
}

/* Nothing at all for a minute, then member 0 is back a tenth of a second before member 1. */
static void
the_first_word_after_a_silence_is_no_witness(void **state)
{
	struct links l;
	struct fact f;
	bool spoken;

	(void)state;
	links_open(&l);
	speak(&l, 0, 10000, 4);
	inspector_tick(l.inspector, links_ns(60000));
	lacpdu(&l, 0, 61000, 0x3f);
	lacpdu(&l, 1, 61000, 0x3f);
	inspector_tick(l.inspector, links_ns(61150));
	lacpdu(&l, 2, 61200, 0x3f);
	lacpdu(&l, 3, 61200, 0x3f);
	inspector_tick(l.inspector, links_ns(62000));
	assert_int_equal(link_watch_distributing(&l.peering->links.links[0], &spoken), 2);
	assert_false(fact_take(inspector_facts(l.inspector), &f));
	/* member 0 goes on alone: what was a common silence has become member 1's */
	for (uint64_t ms = 62000; ms < 70000; ms += 1000) {
		lacpdu(&l, 0, ms, 0x3f);
		lacpdu(&l, 1, ms, 0x3f);
		inspector_tick(l.inspector, links_ns(ms + 500));
	}
	assert_int_equal(link_watch_distributing(&l.peering->links.links[0], &spoken), 1);
	links_close(&l);
}

static void
a_side_tells_its_names(void **state)
{
	const struct link_watch *link;
	const struct neighbour *n;
	char text[200];
	struct links l;

	(void)state;
	links_open(&l);
	speak(&l, 0, 0, 2);
	links_hex(&l, 0, CLASS_LLDP, 1,
	          "0180c200000e 02aa00000000 88cc 0207 04 020000000000 0404 05 312f31 0602 0078 "
	          "0a02 7231 0c03 4f5331 fe09 00120f 01 03 6c00 0010 0000");
	/* 802.3, LLC, SNAP 00000c 2000: device "R1" */
	links_hex(&l, 1, CLASS_CDP, 2,
	          "01000ccccccc 02aa00000001 0012 aaaa03 00000c 2000 02 b4 0000 0001 0006 5231");
	/* ARP of the peer's router, a neighbour solicitation of the cloud's */
	links_hex(&l, 0, CLASS_ARP, 3,
	          "ffffffffffff 02bb00000000 0806 0001 0800 06 04 0001 02bb00000000 c0000200 "
	          "000000000000 c0000201");
	links_hex(&l, 1, CLASS_ND, 4,
	          "333300000001 02bb00000001 86dd 60000000 0020 3a ff "
	          "fe8000000000000000bb00fffe000001 ff020000000000000000000000000001 "
	          "88 00 0000 00000000 fe8000000000000000bb00fffe000001 0201 02bb00000001");
	inspector_tick(l.inspector, links_ns(10));
	link = &l.peering->links.links[0];
	n = &link->members[0].neighbour[SIDE_PEER];
	assert_string_equal(n->lldp_chassis, "02:00:00:00:00:00");
	assert_string_equal(n->lldp_port, "1/1");
	assert_string_equal(n->lldp_name, "r1");
	assert_string_equal(n->lldp_description, "OS1");
	assert_int_equal(n->mau_type, 16);
	assert_string_equal(link->members[0].neighbour[SIDE_MSFT].cdp_device, "R1");
	token_join(&link->tokens[SIDE_PEER].macs, text, sizeof text);
	assert_string_equal(text, "02:bb:00:00:00:00");
	token_join(&link->tokens[SIDE_MSFT].link_locals, text, sizeof text);
	assert_string_equal(text, "fe80::bb:ff:fe00:1");
	token_join(&link->tokens[SIDE_PEER].lldp_names, text, sizeof text);
	assert_string_equal(text, "r1");
	token_join(&link->tokens[SIDE_MSFT].cdp_devices, text, sizeof text);
	assert_string_equal(text, "R1");
	token_join(&link->tokens[SIDE_MSFT].lacp_systems, text, sizeof text);
	assert_string_equal(text, "02:00:00:00:00:01");
	assert_int_equal(l.peering->cdp, 1);
	assert_int_equal(l.peering->cdp_malformed, 0);
	/* nothing of the other link */
	assert_int_equal(l.peering->links.links[1].tokens[SIDE_PEER].macs.count, 0);
	links_close(&l);
}

static void
a_reload_keeps_links_by_name(void **state)
{
	struct links l;
	struct conf other;
	struct conf_link swapped[2];
	bool spoken;

	(void)state;
	links_open(&l);
	speak(&l, 0, 2000, 4);
	other = *l.conf;
	swapped[0] = l.conf->links[1];
	swapped[1] = l.conf->links[0];
	other.links = swapped;
	inspector_set_conf(l.inspector, &other, links_lanes, 6);
	assert_int_equal(link_watch_distributing(&l.peering->links.links[0], &spoken), 0);
	assert_false(spoken);
	assert_int_equal(link_watch_distributing(&l.peering->links.links[1], &spoken), 2);
	assert_string_equal(l.peering->links.links[1].name, "a");
	inspector_set_conf(l.inspector, NULL, NULL, 0);
	assert_int_equal(l.peering->links.link_count, 0);
	lacpdu(&l, 0, 3000, 0x3f);
	links_close(&l);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_member_that_falls_silent_leaves_a_fact),
		cmocka_unit_test(a_mirror_port_brings_members_by_their_ports),
		cmocka_unit_test(a_renumbered_port_stays_where_it_is),
		cmocka_unit_test(the_first_word_after_a_silence_is_no_witness),
		cmocka_unit_test(a_side_tells_its_names),
		cmocka_unit_test(a_reload_keeps_links_by_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
