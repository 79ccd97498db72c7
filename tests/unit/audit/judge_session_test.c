/* M2, M4: up-time and flaps, each condition at its boundary. 0.1 % of a day is 86.4 s. */
#include "unit/audit/peering_scene.h"

#define UP(in) (&(in)->sessions[0].uptime)

static void
seen_hours(struct audit_input *in, double hours)
{
	for (size_t i = 0; i < in->session_count; i++)
		in->sessions[i].uptime.covered_us = in->sessions[i].uptime.up_us =
			(uint64_t)(hours * 3600e6);
}

static void
unlisted(struct audit_input *in)
{
	UP(in)->up_us -= 600 * SCENE_SECOND;
}

static void
one_direction(struct audit_input *in)
{
	MSFT_OF(in, 0)->opens = MSFT_OF(in, 0)->updates = MSFT_OF(in, 0)->keepalives = 0;
}

CHANGE(down_86, add_outage(UP(in), 3600, 86))
CHANGE(down_87, add_outage(UP(in), 3600, 87))
CHANGE(down_twice, add_outage(UP(in), 3600, 50); add_outage(UP(in), 7200, 50))
CHANGE(maintained, UP(in)->up_us -= 3600 * SCENE_SECOND;
       UP(in)->maintained_us = 3600 * SCENE_SECOND; UP(in)->maintenance = "CHG-1";
       UP(in)->flaps = UP(in)->maintained_flaps = 1)
CHANGE(hours_22_8, seen_hours(in, 22.8)) /* 95 % of a day */
CHANGE(hours_22_7, seen_hours(in, 22.7))
CHANGE(early_87, seen_hours(in, 2); add_outage(UP(in), 60, 87))
CHANGE(window_1h, seen_hours(in, 1); in->min_time_us = 3600 * SCENE_SECOND)

static const struct change availability[] = {
	{"up", NULL, "PASS", NULL},
	{"down 86 s of 25 h", down_86, "PASS", NULL},
	{"down 87 s", down_87, "FAIL", NULL},
	{"down 100 s in two", down_twice, "FAIL", NULL},
	{"down an hour in maintenance", maintained, "PASS", NULL},
	{"counted as down, no times", unlisted, "INCONCLUSIVE", "too-little"},
	{"95 % of a day seen", hours_22_8, "PASS", NULL},
	{"less", hours_22_7, "INCONCLUSIVE", "too-little"},
	{"two hours seen, the day's budget spent", early_87, "FAIL", NULL},
	{"an hour with --window 1h", window_1h, "PASS", NULL},
	{"one direction", one_direction, "INCONCLUSIVE", "not-observable"},
};

CHANGE(one_flap, add_outage(UP(in), 3600, 1))
CHANGE(three_flaps, add_outage(UP(in), 3600, 1); add_outage(UP(in), 10000, 1);
       add_outage(UP(in), 20000, 1))
CHANGE(two_apart, add_outage(UP(in), 3600, 1); add_outage(UP(in), 3600 + 601, 1))
CHANGE(two_in_ten_minutes, add_outage(UP(in), 3600, 1); add_outage(UP(in), 3600 + 600, 1))
CHANGE(three_in_maintenance, UP(in)->flaps = UP(in)->maintained_flaps = 3)
CHANGE(two_of_bfd, add_outage(&in->bfds[0].uptime, 3600, 1);
       add_outage(&in->bfds[0].uptime, 3601, 1))
CHANGE(three_of_bfd, two_of_bfd(in); add_outage(&in->bfds[0].uptime, 9000, 1))
CHANGE(three_of_a_member,
       for (uint64_t i = 1; i < 4; i++) add_outage(&in->links[0].lacp[0].uptime, 3600 * i, 1))
/* whether LACP runs at all is R11's matter */
CHANGE(three_of_a_silent_peers, three_of_a_member(in);
       in->links[0].lacp[0].rec.side[SIDE_PEER].pdus = 0)
CHANGE(three_of_a_silent_clouds, three_of_a_member(in);
       in->links[0].lacp[0].rec.side[SIDE_MSFT].pdus = 0)
CHANGE(counted_only, UP(in)->flaps = 1)

static const struct change flaps[] = {
	{"none", NULL, "PASS", NULL},
	{"one", one_flap, "INCONCLUSIVE", "too-little"},
	{"three", three_flaps, "FAIL", NULL},
	{"two, 10 min and 1 s apart", two_apart, "INCONCLUSIVE", "too-little"},
	{"two in 10 min", two_in_ten_minutes, "FAIL", NULL},
	{"three in maintenance", three_in_maintenance, "PASS", NULL},
	{"two of BFD at once", two_of_bfd, "INCONCLUSIVE", "too-little"},
	{"three of BFD", three_of_bfd, "FAIL", NULL},
	{"three of a member", three_of_a_member, "FAIL", NULL},
	{"three of a member whose peer is silent", three_of_a_silent_peers, "PASS", NULL},
	{"three of a member whose cloud is silent", three_of_a_silent_clouds, "PASS", NULL},
	{"one counted, its time not known", counted_only, "INCONCLUSIVE", "too-little"},
	{"less than a day seen", hours_22_7, "INCONCLUSIVE", "too-little"},
};

static void
sessions_are_up_and_stay_so(void **state)
{
	(void)state;
	CHECK_CHANGES(HEALTHY_CONTRACT, "M2", availability);
	CHECK_CHANGES(HEALTHY_CONTRACT, "M4", flaps);
}

static void
outages_are_listed_with_their_side(void **state)
{
	struct conf *conf = scene_conf(HEALTHY_CONTRACT);
	struct audit_input in = healthy_input(conf);
	const struct rec_verdict *row;

	(void)state;
	down_87(&in);
	strcpy(in.sessions[0].rec.down_side, "msft");
	strcpy(in.sessions[0].rec.down_cause, "Cease 4 admin reset by msft");
	row = scene_judge(&in, "M2");
	assert_string_equal(row->side, "msft");
	assert_int_equal(row->first_us, SCENE_NOW - 3687 * SCENE_SECOND);
	assert_int_equal(row->evidence[0].ts_us, row->first_us);
	assert_non_null(strstr(row->reasons, "admin reset"));
	strcpy(in.sessions[0].rec.down_side, "peer");
	assert_string_equal(scene_judge(&in, "M2")->side, "peer");
	healthy_fini(&in);
	conf_destroy(conf);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sessions_are_up_and_stay_so),
		cmocka_unit_test(outages_are_listed_with_their_side),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
