/* R11 and R9: members of LAGs, each condition at its boundary. */
#include "unit/audit/peering_scene.h"

#define MEMBER(in) (&(in)->links[0].lacp[1].rec)
#define PEER_PORT(in) (&MEMBER(in)->side[SIDE_PEER])

/* The peer's last LACPDU so long ago; data frames go on. */
static void
silence(struct audit_input *in, uint64_t seconds)
{
	PEER_PORT(in)->last_us = SCENE_NOW - seconds * SCENE_SECOND;
	strcpy(MEMBER(in)->state, "static");
}

CHANGE(silent_91, silence(in, 91))
CHANGE(silent_90, silence(in, 90); PEER_PORT(in)->actor_state = 0x3d)
CHANGE(never_spoke, *PEER_PORT(in) = (struct rec_lacp_side){0})
CHANGE(dark, silence(in, 600);
       in->links[0].members[1].last_packet_us[0] = PEER_PORT(in)->last_us + 80 * SCENE_SECOND)
CHANGE(dark_a_day, silence(in, 86400);
       in->links[0].members[1].last_packet_us[0] = PEER_PORT(in)->last_us)
CHANGE(dark_longer, dark_a_day(in); PEER_PORT(in)->last_us -= SCENE_SECOND)
CHANGE(not_followed, never_spoke(in); in->links[0].followed = false)
CHANGE(drops, never_spoke(in); in->probes[0].control_drops = 1)
CHANGE(unfit, never_spoke(in); in->probes[0].rec.fit = false)
CHANGE(cloud_silent, MEMBER(in)->side[SIDE_MSFT] = (struct rec_lacp_side){0})
CHANGE(two_pdus, PEER_PORT(in)->consecutive = 2)
CHANGE(three_pdus, PEER_PORT(in)->consecutive = 3)
CHANGE(no_echo, PEER_PORT(in)->echoes = false)
CHANGE(individual, PEER_PORT(in)->actor_state = 0x39)
CHANGE(individual_cloud, MEMBER(in)->side[SIDE_MSFT].actor_state = 0x39)
CHANGE(defaulted_90, PEER_PORT(in)->actor_state = 0x45; strcpy(MEMBER(in)->state, "defaulted");
       MEMBER(in)->state_since_us = SCENE_NOW - 90 * SCENE_SECOND)
CHANGE(defaulted_89, defaulted_90(in); MEMBER(in)->state_since_us = SCENE_NOW - 89 * SCENE_SECOND)
/* Microsoft's last LACPDU so long before the peer's: its port is shut. */
CHANGE(defaulted_alone, defaulted_90(in);
       MEMBER(in)->side[SIDE_MSFT].last_us = PEER_PORT(in)->last_us - 91 * SCENE_SECOND)
CHANGE(defaulted_heard, defaulted_90(in);
       MEMBER(in)->side[SIDE_MSFT].last_us = PEER_PORT(in)->last_us - 90 * SCENE_SECOND)
CHANGE(
	all_defaulted_alone, for (size_t i = 0; i < 2; i++) {
		struct rec_lacp *r = &in->links[0].lacp[i].rec;

		r->side[SIDE_PEER].actor_state = 0x45;
		strcpy(r->state, "defaulted");
		r->state_since_us = SCENE_NOW - 90 * SCENE_SECOND;
		r->side[SIDE_MSFT].last_us = r->side[SIDE_PEER].last_us - 91 * SCENE_SECOND;
	})
/* Another system before the member went dark, and the others were moved meanwhile. */
CHANGE(other_system_before, strcpy(PEER_PORT(in)->system, "02:00:00:00:cc:00");
       PEER_PORT(in)->last_us -= 91 * SCENE_SECOND;
       in->links[0].members[1].last_packet_us[0] = PEER_PORT(in)->last_us)
CHANGE(other_system, strcpy(PEER_PORT(in)->system, "02:00:00:00:cc:00"))
CHANGE(other_key, PEER_PORT(in)->key = 11)
CHANGE(member_unseen, in->links[0].lacp_count = 1)
CHANGE(link_unseen, in->links[0].seen = false)
CHANGE(out_for_repair, PEER_PORT(in)->actor_state = 0x07; strcpy(MEMBER(in)->state, "out");
       add_outage(&in->links[0].lacp[1].uptime, 0, 600))
CHANGE(
	all_out, for (size_t i = 0; i < 2; i++) {
		in->links[0].lacp[i].rec.side[SIDE_PEER].actor_state = 0x07;
		strcpy(in->links[0].lacp[i].rec.state, "out");
	})

static const struct change lacps[] = {
	{"healthy", NULL, "PASS", NULL},
	{"no LACPDU of the peer for 91 s", silent_91, "FAIL", NULL},
	{"for 90 s", silent_90, "PASS", NULL},
	{"never one", never_spoke, "FAIL", NULL},
	{"its frames stopped too", dark, "PASS", NULL},
	{"the member dark for a day", dark_a_day, "PASS", NULL},
	{"for a second more", dark_longer, "INCONCLUSIVE", "too-little"},
	{"never one, where nobody follows LACP", not_followed, "INCONCLUSIVE", "not-observable"},
	{"never one, control frames dropped", drops, "INCONCLUSIVE", "probe-unfit"},
	{"never one, the probe unfit", unfit, "INCONCLUSIVE", "probe-unfit"},
	{"none of Microsoft", cloud_silent, "INCONCLUSIVE", "not-observable"},
	{"2 in a row", two_pdus, "INCONCLUSIVE", "too-little"},
	{"3 in a row", three_pdus, "PASS", NULL},
	{"partner is not Microsoft's actor", no_echo, "INCONCLUSIVE", "too-little"},
	{"peer individual", individual, "FAIL", NULL},
	{"Microsoft individual", individual_cloud, "FAIL", NULL},
	{"defaulted for 90 s", defaulted_90, "FAIL", NULL},
	{"defaulted for 89 s", defaulted_89, "INCONCLUSIVE", "too-little"},
	{"defaulted, the other silent for 90 s", defaulted_heard, "FAIL", NULL},
	{"for 91 s: the member is out, its neighbour in", defaulted_alone, "PASS", NULL},
	{"both members so", all_defaulted_alone, "INCONCLUSIVE", "too-little"},
	{"members at two systems", other_system, "FAIL", NULL},
	{"one that was at another before it went dark", other_system_before, "PASS", NULL},
	{"members with two keys", other_key, "INCONCLUSIVE", "too-little"},
	{"a member without LACP", member_unseen, "INCONCLUSIVE", "not-collected"},
	{"a link without probe", link_unseen, "INCONCLUSIVE", "not-observable"},
	{"a member out, its neighbour in", out_for_repair, "PASS", NULL},
	{"all members out", all_out, "INCONCLUSIVE", "too-little"},
};

static void
every_interconnect_is_a_lag(void **state)
{
	(void)state;
	CHECK_CHANGES(HEALTHY_CONTRACT, "R11", lacps);
}

static void
the_side_is_the_one_that_lacks(void **state)
{
	struct conf *conf = scene_conf(HEALTHY_CONTRACT);
	struct audit_input in = healthy_input(conf);

	(void)state;
	individual_cloud(&in);
	assert_string_equal(scene_judge(&in, "R11")->side, "msft");
	assert_string_equal(scene_judge(&in, "R11")->scope, "member:pni-a:1");
	healthy_fini(&in);
	in = healthy_input(conf);
	never_spoke(&in);
	assert_string_equal(scene_judge(&in, "R11")->side, "peer");
	healthy_fini(&in);
	conf_destroy(conf);
}

/* ---- R9 -------------------------------------------------------------------------------------- */

static void
out_hours(struct audit_input *in, uint64_t minutes)
{
	strcpy(MEMBER(in)->state, "out");
	add_outage(&in->links[0].lacp[1].uptime, 0, minutes * 60);
}

static void
acked(struct audit_input *in)
{
	static const struct rec_finding finding = {.subject = "member:pni-a:1", .state = "acked"};
	static const struct rec_finding *const findings[] = {&finding};

	out_hours(in, 24 * 60);
	in->findings = findings;
	in->finding_count = 1;
}

CHANGE(out_a_day, out_hours(in, 24 * 60))
CHANGE(out_less_than_a_day, out_hours(in, 24 * 60 - 1))
CHANGE(out_15_min_in_a_capture, out_hours(in, 15); in->min_time_us = 900 * SCENE_SECOND)
CHANGE(out_14_min_in_a_capture, out_hours(in, 14); in->min_time_us = 900 * SCENE_SECOND)
CHANGE(in_maintenance, strcpy(MEMBER(in)->state, "distributing");
       in->links[0].lacp[1].uptime.maintained_us = 86400 * SCENE_SECOND;
       in->links[0].lacp[1].uptime.up_us -= 86400 * SCENE_SECOND)
CHANGE(out_since_unknown, strcpy(MEMBER(in)->state, "out"))

/* dot3MauType as LLDP tells it: 100GBASE-LR4, 10GBASE-LR and one of 400 Gb/s */
enum { MAU_100G = 77, MAU_10G = 35, MAU_400G = 137 };

static void
speeds(struct audit_input *in)
{
	for (size_t i = 0; i < in->link_count; i++)
		for (size_t m = 0; m < in->links[i].lacp_count; m++)
			in->links[i].lacp[m].rec.side[m].mau_type = MAU_100G;
}

CHANGE(as_fast_as_declared, speeds(in))
CHANGE(one_slower, speeds(in); in->links[3].lacp[1].rec.side[SIDE_MSFT].mau_type = MAU_10G)
CHANGE(one_faster, speeds(in); in->links[3].lacp[1].rec.side[SIDE_MSFT].mau_type = MAU_400G)
CHANGE(peer_says_nothing, in->links[0].lacp[1].rec.side[SIDE_PEER].pdus = 0)
CHANGE(cloud_says_nothing, in->links[0].lacp[1].rec.side[SIDE_MSFT].pdus = 0)

static const struct change bandwidths[] = {
	{"ports as fast as declared", as_fast_as_declared, "PASS", NULL},
	{"one is slower", one_slower, "FAIL", NULL},
	{"one is faster", one_faster, "FAIL", NULL},
	{"a member on which the peer says nothing", peer_says_nothing, "INCONCLUSIVE",
         "not-collected"},
	{"a member on which the cloud says nothing", cloud_says_nothing, "INCONCLUSIVE",
         "not-collected"},
	{"equal", NULL, "PASS", NULL},
	{"a member out for a day", out_a_day, "FAIL", NULL},
	{"for a minute less", out_less_than_a_day, "PASS", NULL},
	{"for a day, acknowledged", acked, "PASS", NULL},
	{"for a day in maintenance", in_maintenance, "PASS", NULL},
	{"for 15 minutes of a capture", out_15_min_in_a_capture, "FAIL", NULL},
	{"for 14", out_14_min_in_a_capture, "PASS", NULL},
	{"out, nobody knows since when", out_since_unknown, "INCONCLUSIVE", "too-little"},
	{"a member without LACP", member_unseen, "INCONCLUSIVE", "not-collected"},
	{"a link without probe", link_unseen, "INCONCLUSIVE", "not-observable"},
};

static void
capacity_is_equal_and_whole(void **state)
{
	(void)state;
	CHECK_CHANGES(HEALTHY_CONTRACT, "R9", bandwidths);
}

static void
a_degraded_lag_is_told_beside(void **state)
{
	struct conf *conf = scene_conf(HEALTHY_CONTRACT);
	struct audit_input in = healthy_input(conf);

	(void)state;
	assert_null(strstr(scene_judge(&in, "R9")->reasons, "DEGRADED"));
	assert_non_null(strstr(scene_judge(&in, "R9")->reasons, "(speed as declared)"));
	assert_string_equal(scene_judge(&in, "R9")->basis, "MIXED");
	speeds(&in);
	assert_null(strstr(scene_judge(&in, "R9")->reasons, "(speed as declared)"));
	out_hours(&in, 60);
	assert_non_null(strstr(scene_judge(&in, "R9")->reasons, "DEGRADED: pni-a has 1 of 2"));
	healthy_fini(&in);
	conf_destroy(conf);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_interconnect_is_a_lag),
		cmocka_unit_test(the_side_is_the_one_that_lacks),
		cmocka_unit_test(capacity_is_equal_and_whole),
		cmocka_unit_test(a_degraded_lag_is_told_beside),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
