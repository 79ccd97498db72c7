/*
 * The scenarios of the requirements (section 12) that the interconnect's own protocols decide, each
 * as one change to a healthy peering, with the verdicts that it must move and those that it must
 * not.
 */
#include "unit/audit/peering_scene.h"

struct scenario {
	const char *name;
	void (*change)(struct audit_input *in);
	const char *pass, *fail, *open;
	const char *side; /* of the first that fails; NULL: any */
};

static void
nothing(struct audit_input *in)
{
	(void)in;
}

/* No OPEN, no End-of-RIB: what UPDATEs and keepalives say. */
static void
join_mid_session(struct audit_input *in)
{
	for (size_t i = 0; i < in->session_count; i++) {
		struct rec_session *r = &in->sessions[i].rec;

		r->joined = true;
		for (int side = 0; side < REC_SIDES; side++) {
			r->side[side].asn = r->side[side].opens = r->side[side].open_us = 0;
			r->side[side].open_basis[0] = '\0';
			strcpy(r->side[side].completeness, "INFERRED");
		}
	}
	for (size_t i = 0; i < in->link_count; i++)
		in->links[i].tokens.side[SIDE_PEER].bgp_ids[0] = '\0';
}

static void
private_as(struct audit_input *in)
{
	for (size_t i = 0; i < in->session_count; i++)
		in->sessions[i].rec.side[SIDE_PEER].asn = 64512;
}

static void
as_trans(struct audit_input *in)
{
	in->sessions[0].rec.side[SIDE_PEER].asn = 23456;
	in->sessions[0].rec.side[SIDE_PEER].as_trans = true;
}

static void
documentation_as(struct audit_input *in)
{
	for (size_t i = 0; i < in->session_count; i++)
		in->sessions[i].rec.side[SIDE_PEER].asn = 64496;
}

static void
private_as_in_path(struct audit_input *in)
{
	struct input_route *r = &in->sessions[0].routes[0];

	r->path[r->path_count++] = 64512;
	r->path_length++;
}

static void
same_bgp_id(struct audit_input *in)
{
	strcpy(in->links[1].tokens.side[SIDE_PEER].bgp_ids,
	       in->links[0].tokens.side[SIDE_PEER].bgp_ids);
}

static void
same_lacp_system(struct audit_input *in)
{
	strcpy(in->links[1].tokens.side[SIDE_PEER].lacp_systems,
	       in->links[0].tokens.side[SIDE_PEER].lacp_systems);
}

static void
same_both(struct audit_input *in)
{
	same_bgp_id(in);
	same_lacp_system(in);
}

/* Microsoft sends LACPDUs, the peer's frames are data only. */
static void
static_lag(struct audit_input *in)
{
	struct rec_lacp *r = &in->links[0].lacp[0].rec;

	r->side[SIDE_PEER] = (struct rec_lacp_side){0};
	strcpy(r->state, "static");
}

static void
defaulted_partner(struct audit_input *in)
{
	struct rec_lacp *r = &in->links[0].lacp[0].rec;

	strcpy(r->state, "defaulted");
	r->state_since_us = SCENE_NOW - 91 * SCENE_SECOND;
	r->side[SIDE_PEER].actor_state = 0x45; /* active, aggregation, defaulted */
}

static void
no_slow_protocols(struct audit_input *in)
{
	for (size_t i = 0; i < in->link_count; i++)
		in->links[i].lacp_count = 0;
}

static void
prepended_twin(struct audit_input *in)
{
	struct input_route *r = &in->sessions[2].routes[0]; /* pni-b-v4 */

	r->path[1] = HEALTHY_ASN;
	r->path_count = r->path_length = 2;
}

static void
idle_twin(struct audit_input *in)
{
	in->links[1].bytes[DIR_PEER_TO_MSFT] = 1000000; /* 0.1 % */
}

static void
member_out(struct audit_input *in, uint64_t minutes)
{
	add_outage(&in->links[0].lacp[1].uptime, 3600, minutes * 60);
	in->min_time_us = 900 * SCENE_SECOND; /* --window 15m */
}

static void
member_out_10_min(struct audit_input *in)
{
	member_out(in, 10);
}

static void
member_out_20_min(struct audit_input *in)
{
	member_out(in, 20);
}

static void
untagged_on_one(struct audit_input *in)
{
	in->sessions[2].routes[0].tagged = false;
}

static void
path_of_four(struct audit_input *in)
{
	struct input_route *r = &in->sessions[0].routes[0];

	*r = (struct input_route){.present = true,
	                          .tagged = true,
	                          .path = {HEALTHY_ASN, 3, 2, 1},
	                          .path_count = 4,
	                          .path_length = 4,
	                          .origin = 1,
	                          .since_us = SCENE_NOW};
}

static void
withdrawn_on_one(struct audit_input *in)
{
	in->sessions[2].routes[0] = (struct input_route){0};
	in->sessions[2].rec.side[SIDE_PEER].withdraw_us = SCENE_NOW - SCENE_SECOND;
}

static void
no_bfd_answer(struct audit_input *in)
{
	for (size_t i = 0; i < in->bfd_count; i++) {
		in->bfds[i].rec.side[SIDE_PEER] = (struct rec_bfd_side){0};
		strcpy(in->bfds[i].rec.state, "one-sided");
	}
}

static void
slow_bfd(struct audit_input *in)
{
	struct rec_bfd_side *peer = &in->bfds[0].rec.side[SIDE_PEER];

	peer->desired_min_tx_us = peer->required_min_rx_us = 1000000;
	for (int side = 0; side < REC_SIDES; side++)
		in->bfds[0].rec.side[side].detection_us = 3000000;
}

static void
uncoupled_bfd(struct audit_input *in)
{
	in->bfds[0].stayed = 1;
}

static void
add_source(struct audit_input *in, struct input_source s)
{
	in->sources = mem_resize(in->sources, in->source_count + 1, sizeof s);
	in->sources[in->source_count++] = s;
}

static void
bogon_source(struct audit_input *in)
{
	add_source(in, (struct input_source){.ip = "10.1.2.3",
	                                     .packets = {100, 90},
	                                     .flows = 3,
	                                     .first_us = SCENE_NOW,
	                                     .last_us = SCENE_NOW,
	                                     .bogon = "private use, RFC 1918"});
}

static void
unannounced_source(struct audit_input *in)
{
	add_source(in, (struct input_source){.ip = "192.31.196.10",
	                                     .packets = {1, 0},
	                                     .flows = 1,
	                                     .first_us = SCENE_NOW,
	                                     .last_us = SCENE_NOW,
	                                     .declared = true,
	                                     .in_subnet = true,
	                                     .announced = ANNOUNCED_NO});
}

static void
overloaded(struct audit_input *in)
{
	in->probes[0].control_drops = 1;
	in->probes[0].lost = in->probes[0].offered / 10;
	static_lag(in);
	for (size_t i = 0; i < in->bfd_count; i++)
		in->bfds[i].rec.side[SIDE_PEER].packets = 0;
}

/* More than the rule asks for, on each link: it takes what speaks against to be looked for, too. */
static void
asymmetric_flows(struct audit_input *in)
{
	static struct rec_asymmetry at[8];

	for (size_t i = 0; i < in->link_count; i++) {
		at[i] = (struct rec_asymmetry){.until_us = in->to_us, .window_us = 10000000};
		strcpy(at[i].link, in->links[i].rec.name);
		for (int dir = 0; dir < DIR_COUNT; dir++) {
			at[i].kind[0].flows[dir] = 5000;
			at[i].kind[0].samples[dir] = 128;
			at[i].kind[0].found_ratio[dir] = 1;
			at[i].kind[0].error_ratio[dir] = 0.03;
		}
	}
	in->asymmetries = at;
	in->asymmetry_count = in->link_count;
}

#define HEALTHY_ROWS "R1 R2 R3 R4 R6 R8 R9 R11 X1 X2 X3 X4 M2 M4 M6"

static const struct scenario scenarios[] = {
	{"full voice profile", nothing, HEALTHY_ROWS " R10 X6 X7 X8 X10 X11 X13 X19", "", "", NULL},
	{"asymmetric flows, surviving", asymmetric_flows, HEALTHY_ROWS, "", "R5 R7", NULL},
	{"join mid-session", join_mid_session, "R1 R11 X1", "", "R3 R6 R8 X2 X3 X4 X5 M6", NULL},
	{"private AS in OPEN", private_as, "R2 R11", "R1", "", "peer"},
	{"AS_TRANS in OPEN", as_trans, "R2 R11", "R1", "", "peer"},
	{"documentation AS in OPEN", documentation_as, "R2 R11", "R1", "", "peer"},
	{"private AS in a path", private_as_in_path, "R1 X2 X3", "X4 M6", "", "peer"},
	{"one BGP identifier", same_bgp_id, "R1 R2 R11", "R6 X6", "", "peer"},
	{"one LACP system", same_lacp_system, "R1 R2 R11", "", "R6 X6", NULL},
	{"one router", same_both, "R1 R2 R11", "R6 X6", "", "peer"},
	{"static LAG", static_lag, "R1 X1", "R11", "R9", "peer"},
	{"defaulted partner", defaulted_partner, "R1 X1", "R11", "R9", "peer"},
	{"no slow protocols", no_slow_protocols, "R1 X1 R2", "", "R9 R11", NULL},
	{"prepended twin", prepended_twin, "R1 R6 X3", "R8 X4", "", "peer"},
	{"idle twin", idle_twin, "R1 R2 R6", "R8", "", "peer"},
	{"member out 10 min", member_out_10_min, "R1 R2 R9 R11", "", "M4", NULL},
	{"member out 20 min", member_out_20_min, "R1 R2 R11", "R9", "M4", NULL},
	{"8075:8007 missing on one session", untagged_on_one, "R1 X3 X4", "X2 M6", "", "peer"},
	{"path of four", path_of_four, "R1 X2 X3", "X4 M6", "", "peer"},
	{"withdrawn on one session", withdrawn_on_one, "R1 X2 X4", "X3 M6 R2 R8", "", "peer"},
	{"no BFD answer", no_bfd_answer, "R1 R11", "X1", "", "peer"},
	{"BFD of 1 s x 3", slow_bfd, "R1 R2 R11", "X1", "", "peer"},
	{"BGP stays without BFD", uncoupled_bfd, "R1 R2 R11", "X1", "", "peer"},
	{"bogon source", bogon_source, "R1 R4", "R3", "", "peer"},
	{"unannounced endpoint", unannounced_source, "R1 R4", "R3", "", "peer"},
	{"probe overloaded", overloaded, "R1 R6", "", "R11 X1", NULL},
};

static void
check_scenario(const struct scenario *s, const struct conf *conf)
{
	struct audit_input in = healthy_input(conf);

	print_message("%s\n", s->name);
	s->change(&in);
	assert_verdicts(&in, s->pass, "PASS");
	assert_verdicts(&in, s->fail, "FAIL");
	assert_verdicts(&in, s->open, "INCONCLUSIVE");
	for (size_t i = 0; i < requirement_count(); i++)
		if (requirement_applies(requirement_at(i), conf))
			assert_form(scene_judge(&in, requirement_at(i)->id));
	if (s->side && s->fail[0] != '\0') {
		char id[8] = "";

		memcpy(id, s->fail, strcspn(s->fail, " "));
		assert_string_equal(scene_judge(&in, id)->side, s->side);
	}
	healthy_fini(&in);
}

static void
scenarios_move_their_verdicts(void **state)
{
	struct conf *conf = scene_conf(HEALTHY_CONTRACT);

	(void)state;
	for (size_t i = 0; i < sizeof scenarios / sizeof scenarios[0]; i++)
		check_scenario(&scenarios[i], conf);
	conf_destroy(conf);
}

static void
a_backup_in_the_same_metro_fails(void **state)
{
	struct conf *conf = scene_conf(HEALTHY_HEAD("voice", "") "links = ( " HEALTHY_LINK(
		"pni-a", "ams1", "primary", "1",
		"") ", " HEALTHY_LINK("pni-b", "ams1", "backup", "2",
	                              "") " );\n" HEALTHY_REGISTERED);
	struct audit_input in = healthy_input(conf);

	(void)state;
	assert_verdicts(&in, "R8", "FAIL");
	healthy_fini(&in);
	conf_destroy(conf);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(scenarios_move_their_verdicts),
		cmocka_unit_test(a_backup_in_the_same_metro_fails),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
