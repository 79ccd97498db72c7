/* R2, X6, R8, R10, X11, X16: connections and locations, each condition at its boundary. */
#include "unit/audit/peering_scene.h"

/* Both sessions of pni-b away for the last `seconds`. */
static void
away(struct audit_input *in, uint64_t seconds)
{
	for (size_t i = 2; i < 4; i++) {
		strcpy(in->sessions[i].rec.state, "idle");
		add_outage(&in->sessions[i].uptime, 0, seconds);
	}
}

static void
acked(struct audit_input *in)
{
	static const struct rec_finding finding = {.subject = "link:pni-b", .state = "acked"};
	static const struct rec_finding *const findings[] = {&finding};

	away(in, 86400);
	in->findings = findings;
	in->finding_count = 1;
}

/* Together for a second less than an hour of 25. */
static void
acked_all_but(struct audit_input *in)
{
	acked(in);
	in->sessions[2].uptime.up_us -= SCENE_SECOND;
	in->sessions[2].uptime.outages[0].from_us -= SCENE_SECOND;
	in->sessions[3].uptime = in->sessions[2].uptime;
}

static void
young(struct audit_input *in)
{
	for (size_t i = 0; i < in->session_count; i++)
		in->sessions[i].uptime.covered_us = in->sessions[i].uptime.up_us =
			3599 * SCENE_SECOND;
}

CHANGE(away_a_day, away(in, 86400))
CHANGE(away_less, away(in, 86399))
CHANGE(away_15_min, away(in, 900); in->min_time_us = 900 * SCENE_SECOND)
CHANGE(away_14_min, away(in, 899); in->min_time_us = 900 * SCENE_SECOND)
CHANGE(prefix_missing, in->sessions[2].routes[0] = (struct input_route){0})
CHANGE(prefix_missing_inferred, prefix_missing(in);
       strcpy(PEER_OF(in, 2)->completeness, "INFERRED"))
/* pni-b has no IPv6 session at all: its IPv4 one may carry IPv6 routes, or not. */
CHANGE(one_family, in->sessions[3].counts = in->sessions[3].seen = false)
CHANGE(one_family_inferred, one_family(in); strcpy(PEER_OF(in, 2)->completeness, "INFERRED"))
CHANGE(both_families_in_one, one_family(in); in->sessions[2].routes[1] = in->sessions[1].routes[1])
CHANGE(one_family_everywhere,
       for (size_t i = 1; i < 8; i += 2) in->sessions[i].counts = in->sessions[i].seen = false)
CHANGE(untapped, in->links[1].seen = false; in->sessions[2].seen = in->sessions[3].seen = false)
CHANGE(bfd_down, strcpy(in->bfds[2].rec.state, "down"))
CHANGE(no_member, for (size_t i = 0; i < 2; i++) strcpy(in->links[1].lacp[i].rec.state, "out"))

static const struct change redundancy[] = {
	{"both up", NULL, "PASS", NULL},
	{"one away for a day", away_a_day, "FAIL", NULL},
	{"one away for a second less", away_less, "PASS", NULL},
	{"one away for a day, acknowledged", acked, "PASS", NULL},
	{"an hour of 25 less a second together", acked_all_but, "INCONCLUSIVE", "too-little"},
	{"one away for 15 min of a capture", away_15_min, "FAIL", NULL},
	{"for a second less", away_14_min, "PASS", NULL},
	{"one lacks a registered prefix", prefix_missing, "FAIL", NULL},
	{"one lacks it, INFERRED", prefix_missing_inferred, "INCONCLUSIVE", "not-collected"},
	{"one without session of a registered prefix's family", one_family, "FAIL", NULL},
	{"INFERRED besides", one_family_inferred, "INCONCLUSIVE", "not-collected"},
	{"its IPv4 session carries it", both_families_in_one, "PASS", NULL},
	{"no IPv6 anywhere", one_family_everywhere, "PASS", NULL},
	{"one without probe", untapped, "INCONCLUSIVE", "not-observable"},
	{"less than an hour", young, "INCONCLUSIVE", "too-little"},
	{"BFD of one down", bfd_down, "INCONCLUSIVE", "too-little"},
	{"no member of one in its bundle", no_member, "INCONCLUSIVE", "too-little"},
};

static void
two_connections_stand_together(void **state)
{
	(void)state;
	CHECK_CHANGES(HEALTHY_CONTRACT, "R2", redundancy);
}

static void
a_repair_is_told_beside(void **state)
{
	struct conf *conf = scene_conf(HEALTHY_CONTRACT);
	struct audit_input in = healthy_input(conf);

	(void)state;
	away(&in, 3600);
	assert_non_null(strstr(scene_judge(&in, "R2")->reasons, "DEGRADED"));
	healthy_fini(&in);
	conf_destroy(conf);
}

/* Two links at 60 % of what one can carry: advice, no failure. */
static void
redundant_on_paper_is_advice(void **state)
{
	struct conf *conf = scene_conf(HEALTHY_CONTRACT);
	struct audit_input in = healthy_input(conf);

	(void)state;
	assert_null(strstr(scene_judge(&in, "R2")->reasons, "on paper"));
	in.links[0].rec.peak_1min_ratio[0] = in.links[1].rec.peak_1min_ratio[0] = 0.6;
	assert_verdicts(&in, "R2", "PASS");
	assert_non_null(strstr(scene_judge(&in, "R2")->reasons, "on paper"));
	healthy_fini(&in);
	conf_destroy(conf);
}

/* ---- X6 -------------------------------------------------------------------------------------- */

CHANGE(backup_idle, for (size_t i = 4; i < 8; i++) strcpy(in->sessions[i].rec.state, "idle"))
CHANGE(backup_one, backup_idle(in); strcpy(in->sessions[7].rec.state, "established"))
CHANGE(backup_routers,
       strcpy(in->links[3].tokens.side[0].bgp_ids, in->links[2].tokens.side[0].bgp_ids))
CHANGE(primary_router,
       strcpy(in->links[1].tokens.side[0].bgp_ids, in->links[0].tokens.side[0].bgp_ids))

static const struct change primaries[] = {
	{"all up", NULL, "PASS", NULL},
	{"one session at the backup", backup_one, "PASS", NULL},
	{"none at the backup", backup_idle, "INCONCLUSIVE", "too-little"},
	{"one router at the backup", backup_routers, "PASS", NULL},
	{"one router at the primary", primary_router, "FAIL", NULL},
	{"one of the primary away for a day", away_a_day, "FAIL", NULL},
};

static void
the_primary_has_two_and_the_backup_one(void **state)
{
	(void)state;
	CHECK_CHANGES(HEALTHY_CONTRACT, "X6", primaries);
}

/* ---- R10, X11, X16 --------------------------------------------------------------------------- */

CHANGE(shared_router,
       strcpy(in->links[2].tokens.side[0].bgp_ids, in->links[0].tokens.side[0].bgp_ids))
CHANGE(far_unseen, for (size_t i = 4; i < 8; i++) in->sessions[i].seen = false)

static const struct change locations[] = {
	{"two", NULL, "PASS", NULL},
	{"the other is idle", backup_idle, "INCONCLUSIVE", "not-collected"},
	{"the other was not seen", far_unseen, "INCONCLUSIVE", "not-collected"},
	{"one router at both", shared_router, "FAIL", NULL},
	{"a registered prefix missing at one", prefix_missing, "INCONCLUSIVE", "not-collected"},
};

CHANGE(no_v6, for (size_t i = 5; i < 8; i += 2) in->sessions[i].counts = false)
CHANGE(no_v6_unheard, no_v6(in); in->links[3].followed = false)
CHANGE(no_24, for (size_t i = 0; i < 8; i++) PEER_OF(in, i)->public_v4 = 0)

static const struct change families[] = {
	{"both", NULL, "PASS", NULL},
	{"no IPv6 at one location", no_v6, "FAIL", NULL},
	{"no IPv6, a link not followed", no_v6_unheard, "INCONCLUSIVE", "not-collected"},
	{"no public /24", no_24, "FAIL", NULL},
};

CHANGE(far_idles, in->links[2].bytes[0] = in->links[3].bytes[0] = 9000000) /* 0.9 % */
CHANGE(far_5_percent, in->links[2].bytes[0] = in->links[3].bytes[0] = 52000000)
CHANGE(far_10_percent, in->links[2].bytes[0] = in->links[3].bytes[0] = 112000000)

/* What the peer sends over each of the first `count` links, over the others the rest. */
static void
sent(struct audit_input *in, size_t count, uint64_t packets, uint64_t rest)
{
	for (size_t i = 0; i < in->link_count; i++) {
		in->links[i].packets[0] = i < count ? packets : rest;
		in->links[i].bytes[0] = 1000 * in->links[i].packets[0];
	}
}

CHANGE(far_four_packets, sent(in, 4, 1, 1))
CHANGE(far_nothing_of_998, sent(in, 2, 499, 0))
CHANGE(far_nothing_of_1000, sent(in, 2, 500, 0))
CHANGE(far_idles_short, far_idles(in); in->from_us = SCENE_NOW - 3600 * SCENE_SECOND)
CHANGE(far_idles_known_short, far_idles(in); in->known_us = SCENE_NOW - 3600 * SCENE_SECOND)

static const struct change active[] = {
	{"equal shares", NULL, "PASS", NULL},
	{"equal shares of four packets", far_four_packets, "INCONCLUSIVE", "too-little"},
	{"nothing of 998 packets", far_nothing_of_998, "INCONCLUSIVE", "too-little"},
	{"nothing of 1000 packets", far_nothing_of_1000, "FAIL", NULL},
	{"below 1 % of an hour", far_idles_short, "INCONCLUSIVE", "too-little"},
	{"below 1 %, counted for an hour", far_idles_known_short, "INCONCLUSIVE", "too-little"},
	{"below 1 %", far_idles, "FAIL", NULL},
	{"5 %", far_5_percent, "INCONCLUSIVE", "too-little"},
	{"10 %", far_10_percent, "PASS", NULL},
};

static void
locations_are_several_and_alive(void **state)
{
	(void)state;
	CHECK_CHANGES(HEALTHY_CONTRACT, "R10", locations);
	CHECK_CHANGES(HEALTHY_CONTRACT, "X11", families);
	CHECK_CHANGES(HEALTHY_HEAD("voice", "strict_voice = true;")
	                      HEALTHY_LINKS HEALTHY_REGISTERED HEALTHY_SUBNETS,
	              "X16", active);
}

/* ---- R8 -------------------------------------------------------------------------------------- */

static void
shut_down(struct audit_input *in, uint64_t hours)
{
	in->sessions[2].routes[0].shutdown = true;
	in->sessions[2].routes[0].since_us = SCENE_NOW - hours * 3600 * SCENE_SECOND;
}

static void
share(struct audit_input *in, uint64_t bytes)
{
	in->links[0].bytes[0] = 1000000000;
	in->links[1].bytes[0] = bytes;
}

CHANGE(longer, in->sessions[2].routes[0].path_length = 2)
CHANGE(halves, in->sessions[0].routes[0].inside = 1)
CHANGE(half, in->sessions[0].routes[0].inside = 0.5)
CHANGE(less_than_half, in->sessions[0].routes[0].inside = 0.4999)
CHANGE(halves_on_both, halves(in); in->sessions[2].routes[0].inside = 1)
CHANGE(halves_unknown, halves(in); in->sessions[2].routes[0].inside = NAN)
CHANGE(shut_23, shut_down(in, 23))
CHANGE(shut_24, shut_down(in, 24))
CHANGE(covered_only, in->sessions[2].routes[0] = (struct input_route){.covered = true})
CHANGE(other_med, in->sessions[2].routes[0].has_med = true; in->sessions[2].routes[0].med = 50)
CHANGE(tenth, share(in, 111200000))
CHANGE(twentieth, share(in, 52000000))
CHANGE(hundredth_less, share(in, 9000000))
CHANGE(few, sent(in, 2, 499, 2000000))
CHANGE(enough, sent(in, 2, 500, 2000000))
CHANGE(idle_small_twin, hundredth_less(in);
       for (size_t i = 0; i < 2; i++) in->links[i].rec.p95_5min_ratio[0] = 0.004)
CHANGE(idle_short, hundredth_less(in); in->from_us = SCENE_NOW - 3600 * SCENE_SECOND)
CHANGE(idle_down, hundredth_less(in); strcpy(in->sessions[2].rec.state, "idle");
       strcpy(in->sessions[3].rec.state, "idle"))
CHANGE(backup_at_the_same_router, strcpy(in->links[2].tokens.side[0].hostnames, "edge1");
       strcpy(in->links[0].tokens.side[0].hostnames, "edge1"))

static const struct change backups[] = {
	{"alike", NULL, "PASS", NULL},
	{"prepended on one", longer, "FAIL", NULL},
	{"both halves on one alone", halves, "FAIL", NULL},
	{"a half on one alone", half, "FAIL", NULL},
	{"less than a half: a note", less_than_half, "PASS", NULL},
	{"halves on both", halves_on_both, "PASS", NULL},
	{"halves, the other's not read", halves_unknown, "PASS", NULL},
	{"one without session of a registered prefix's family", one_family, "FAIL", NULL},
	{"INFERRED besides", one_family_inferred, "INCONCLUSIVE", "not-collected"},
	{"its IPv4 session carries it", both_families_in_one, "PASS", NULL},
	{"graceful shutdown for 23 h", shut_23, "PASS", NULL},
	{"for 24 h", shut_24, "FAIL", NULL},
	{"absent on one", prefix_missing, "FAIL", NULL},
	{"only a shorter one there", covered_only, "FAIL", NULL},
	{"another MED, which Microsoft overwrites", other_med, "PASS", NULL},
	{"routes INFERRED", prefix_missing_inferred, "INCONCLUSIVE", "not-collected"},
	{"10 % of the traffic", tenth, "PASS", NULL},
	{"a half of 998 packets", few, "INCONCLUSIVE", "too-little"},
	{"a half of 1000 packets", enough, "PASS", NULL},
	{"5 %: advice", twentieth, "INCONCLUSIVE", "too-little"},
	{"below 1 % in a day", hundredth_less, "FAIL", NULL},
	{"below 1 %, the twin below 1 Gb/s", idle_small_twin, "INCONCLUSIVE", "too-little"},
	{"below 1 % of an hour", idle_short, "INCONCLUSIVE", "too-little"},
	{"below 1 %, but down", idle_down, "INCONCLUSIVE", "too-little"},
	{"the backup ends at the primary's router", backup_at_the_same_router, "FAIL", NULL},
};

static void
redundant_is_no_backup(void **state)
{
	(void)state;
	CHECK_CHANGES(HEALTHY_CONTRACT, "R8", backups);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(two_connections_stand_together),
		cmocka_unit_test(a_repair_is_told_beside),
		cmocka_unit_test(redundant_on_paper_is_advice),
		cmocka_unit_test(the_primary_has_two_and_the_backup_one),
		cmocka_unit_test(locations_are_several_and_alive),
		cmocka_unit_test(redundant_is_no_backup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
