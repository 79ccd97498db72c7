/* R3, X8, X9, X19: space that is announced and used, each condition at its boundary. */
#include "unit/audit/peering_scene.h"

#define WRONG(in, rule)                                  \
	PEER_OF(in, 0)->rule = (struct rec_routes_wrong) \
	{                                                \
		1, "PREFIX why"                          \
	}

static struct input_source *
source(struct audit_input *in, uint64_t packets, uint64_t flows)
{
	in->sources = mem_alloc(1, sizeof *in->sources);
	in->source_count = 1;
	in->sources[0] = (struct input_source){.ip = "10.0.0.1",
	                                       .side = SIDE_PEER,
	                                       .packets = {packets, packets},
	                                       .flows = flows,
	                                       .first_us = SCENE_NOW - 3600 * SCENE_SECOND,
	                                       .last_us = SCENE_NOW,
	                                       .bogon = "private use, RFC 1918"};
	return in->sources;
}

static void
unannounced(struct audit_input *in)
{
	struct input_source *s = source(in, 1000, 10);

	s->bogon = NULL;
	s->announced = ANNOUNCED_NO;
}

static void
traffic(struct audit_input *in, uint64_t packets, uint64_t uncovered)
{
	for (size_t i = 0; i < in->link_count; i++)
		in->links[i].packets[0] = 0;
	in->links[0].packets[0] = packets;
	in->links[0].undeclared[SIDE_PEER].traffic.packets[0] = uncovered;
}

CHANGE(bogon, WRONG(in, bogon))
CHANGE(bogon_inferred, bogon(in); strcpy(PEER_OF(in, 0)->completeness, "INFERRED"))
CHANGE(bogon_broken, bogon(in); strcpy(PEER_OF(in, 0)->completeness, "BROKEN"))
CHANGE(clouds, WRONG(in, cloud_space))
CHANGE(foreign, WRONG(in, foreign_origin))
CHANGE(inferred, strcpy(PEER_OF(in, 0)->completeness, "INFERRED"))
CHANGE(not_covered, in->subnets[0].announced = ANNOUNCED_NO)
CHANGE(not_known, in->subnets[0].announced = ANNOUNCED_UNKNOWN)
CHANGE(strays_100, source(in, 100, 3))
CHANGE(strays_99, source(in, 99, 3))
CHANGE(strays_2_flows, source(in, 100, 2))
CHANGE(strays_few, source(in, 100, 3); traffic(in, 10000001, 0)) /* 1e-5 less */
CHANGE(strays_one_way, source(in, 1000, 9)->packets[1] = 0)
CHANGE(strays_icmp, source(in, 1000, 9)->icmp_only = true)
CHANGE(strays_router, source(in, 1000, 9)->router = true)
CHANGE(strays_old, source(in, 1000, 9)->last_us = SCENE_NOW - 25 * 3600 * SCENE_SECOND)
CHANGE(endpoint, source(in, 1, 1)->declared = true)
CHANGE(unannounced_now, unannounced(in))
CHANGE(withdrawn_since, unannounced(in);
       PEER_OF(in, 0)->withdraw_us = SCENE_NOW - 1800 * SCENE_SECOND)
CHANGE(completed_since, unannounced(in); PEER_OF(in, 0)->completeness_us = SCENE_NOW)
CHANGE(uncovered, traffic(in, 1000000, 10))
CHANGE(covered_enough, traffic(in, 1000000, 9))
/* 10 packets of announced addresses: taken off the rest, unless the probe told them apart */
static void
announced_10(struct audit_input *in, uint64_t known)
{
	struct input_source *s = source(in, 10, 3);

	traffic(in, 1000000, 10);
	s->bogon = NULL;
	s->announced = ANNOUNCED_YES;
	in->links[0].announced[SIDE_PEER].traffic.packets[0] = known;
}

CHANGE(announced_in_the_rest, announced_10(in, 0))
CHANGE(announced_apart, announced_10(in, 10))
CHANGE(announced_half_apart, announced_10(in, 5))
CHANGE(few_packets, traffic(in, 999999, 0); in->from_us = SCENE_NOW - 3600 * SCENE_SECOND)
CHANGE(few_packets_a_day, traffic(in, 999999, 0))
CHANGE(frames_of_the_link, traffic(in, 1000000, 500); in->links[0].frames[0] = 500)

static const struct change own[] = {
	{"own and announced", NULL, "PASS", NULL},
	{"bogon announced", bogon, "FAIL", NULL},
	{"bogon announced, INFERRED", bogon_inferred, "FAIL", NULL},
	{"bogon announced, BROKEN", bogon_broken, "INCONCLUSIVE", "not-collected"},
	{"the cloud's space announced", clouds, "FAIL", NULL},
	{"origin undeclared", foreign, "FAIL", NULL},
	{"INFERRED", inferred, "INCONCLUSIVE", "not-collected"},
	{"a subnet that no announcement covers", not_covered, "INCONCLUSIVE", "not-collected"},
	{"a subnet, routes not known", not_known, "INCONCLUSIVE", "not-collected"},
	{"bogon sources: 100 packets, 3 flows", strays_100, "FAIL", NULL},
	{"99 packets", strays_99, "PASS", NULL},
	{"2 flows", strays_2_flows, "PASS", NULL},
	{"less than 1e-5", strays_few, "PASS", NULL},
	{"never answered", strays_one_way, "PASS", NULL},
	{"ICMP only: a leak", strays_icmp, "PASS", NULL},
	{"a router's own", strays_router, "PASS", NULL},
	{"last seen yesterday", strays_old, "PASS", NULL},
	{"a declared endpoint, one packet", endpoint, "FAIL", NULL},
	{"announced nowhere", unannounced_now, "FAIL", NULL},
	{"withdrawn since it was first seen", withdrawn_since, "PASS", NULL},
	{"routes completed since", completed_since, "PASS", NULL},
	{"1e-5 not proven covered", uncovered, "INCONCLUSIVE", "not-collected"},
	{"less not proven", covered_enough, "PASS", NULL},
	{"announced, in the rest", announced_in_the_rest, "PASS", NULL},
	{"announced, told apart: the rest is others", announced_apart, "INCONCLUSIVE",
         "not-collected"},
	{"announced, told apart since half of it", announced_half_apart, "PASS", NULL},
	{"frames without addresses", frames_of_the_link, "PASS", NULL},
	{"less than 1e6 packets in an hour", few_packets, "INCONCLUSIVE", "too-little"},
	{"in a day", few_packets_a_day, "PASS", NULL},
};

static void
own_space_is_used_and_announced(void **state)
{
	(void)state;
	CHECK_CHANGES(HEALTHY_CONTRACT, "R3", own);
}

/* What a subnet that is not covered sends is not covered: each sub-check by itself. */
static void
traffic_of_uncovered_subnets_counts(void **state)
{
	static const enum announced kinds[] = {ANNOUNCED_NO, ANNOUNCED_UNKNOWN};
	struct conf *conf = scene_conf(HEALTHY_CONTRACT);
	struct audit_input in = healthy_input(conf);

	(void)state;
	assert_string_equal(check_verdict(scene_judge(&in, "R3"), "sources", "peering"), "PASS");
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
		in.subnets[0].announced = kinds[i];
		assert_string_equal(check_verdict(scene_judge(&in, "R3"), "sources", "peering"),
		                    "INCONCLUSIVE");
	}
	in.subnets[0].packets[DIR_PEER_TO_MSFT] = 0; /* none of its own is nothing to cover */
	assert_string_equal(check_verdict(scene_judge(&in, "R3"), "sources", "peering"), "PASS");
	healthy_fini(&in);
	conf_destroy(conf);
}

/* ICMP of addresses that nobody announces is told, and fails nothing; of announced ones it is
 * nobody's matter. */
static void
leaks_are_told(void **state)
{
	struct conf *conf = scene_conf(HEALTHY_HEAD("voice", "") "links = ( " HEALTHY_LINK(
		"pni-a", "ams1", "primary", "1", "") " );\n" HEALTHY_SUBNETS);
	struct audit_input in = healthy_input(conf);
	struct input_source *s;

	(void)state;
	strays_icmp(&in);
	s = in.sources;
	assert_non_null(strstr(scene_judge(&in, "R3")->reasons,
	                       "leak: ICMP from 10.0.0.1 (private use, RFC 1918)"));
	s->bogon = NULL;
	s->announced = ANNOUNCED_NO;
	assert_non_null(strstr(scene_judge(&in, "R3")->reasons, "10.0.0.1 (not announced)"));
	s->announced = ANNOUNCED_YES;
	assert_null(strstr(scene_judge(&in, "R3")->reasons, "leak"));
	healthy_fini(&in);
	conf_destroy(conf);
}

CHANGE(expressroute, WRONG(in, expressroute))
CHANGE(cloud_number, WRONG(in, cloud_as))

static const struct change expressroutes[] = {
	{"none", NULL, "PASS", NULL},
	{"AS 12076", expressroute, "FAIL", NULL},
	{"another number of the cloud", cloud_number, "PASS", NULL},
	{"INFERRED", inferred, "INCONCLUSIVE", "not-collected"},
};

static const struct change leaks[] = {
	{"none", NULL, "PASS", NULL},
	{"the cloud's AS", cloud_number, "FAIL", NULL},
	{"AS 12076", expressroute, "FAIL", NULL},
	{"the cloud's space", clouds, "FAIL", NULL},
	{"INFERRED", inferred, "INCONCLUSIVE", "not-collected"},
};

static void
the_clouds_routes_do_not_come_back(void **state)
{
	(void)state;
	CHECK_CHANGES(HEALTHY_CONTRACT, "X8", expressroutes);
	CHECK_CHANGES(HEALTHY_CONTRACT, "X19", leaks);
}

/* ---- X9 -------------------------------------------------------------------------------------- */

static void
towards(struct audit_input *in, enum side side, uint64_t packets, uint64_t flows)
{
	struct input_source *s = source(in, 0, flows);

	strcpy(s->ip, "192.88.1.1");
	s->side = side;
	s->bogon = NULL;
	s->announced = ANNOUNCED_NO;
	s->packets[side == SIDE_MSFT ? DIR_PEER_TO_MSFT : DIR_MSFT_TO_PEER] = packets;
}

CHANGE(to_cloud, towards(in, SIDE_MSFT, 100, 3))
CHANGE(to_cloud_99, towards(in, SIDE_MSFT, 99, 3))
CHANGE(to_cloud_2_flows, towards(in, SIDE_MSFT, 100, 2))
CHANGE(to_peer, towards(in, SIDE_PEER, 100, 3))
CHANGE(to_withdrawn, to_cloud(in); MSFT_OF(in, 0)->withdraw_us = in->sources[0].first_us)
CHANGE(to_unknown, to_cloud(in); in->sources[0].announced = ANNOUNCED_UNKNOWN;
       in->links[0].undeclared[SIDE_MSFT].traffic.packets[0] = 100)
CHANGE(to_router, to_cloud(in); in->sources[0].router = true)
CHANGE(to_old, to_cloud(in); in->sources[0].last_us = SCENE_NOW - 25 * 3600 * SCENE_SECOND)
CHANGE(an_hour, in->from_us = SCENE_NOW - 3600 * SCENE_SECOND)

static const struct change destinations[] = {
	{"all announced", NULL, "PASS", NULL},
	{"100 packets, 3 flows", to_cloud, "FAIL", NULL},
	{"99 packets", to_cloud_99, "PASS", NULL},
	{"2 flows", to_cloud_2_flows, "PASS", NULL},
	{"the cloud sends", to_peer, "FAIL", NULL},
	{"withdrawn since it was first seen", to_withdrawn, "PASS", NULL},
	{"a router's own", to_router, "PASS", NULL},
	{"last seen yesterday", to_old, "PASS", NULL},
	{"routes not known whole", to_unknown, "INCONCLUSIVE", "not-collected"},
	{"an hour", an_hour, "INCONCLUSIVE", "too-little"},
};

static void
traffic_follows_routes(void **state)
{
	struct conf *conf = scene_conf(HEALTHY_CONTRACT);
	struct audit_input in = healthy_input(conf);

	(void)state;
	CHECK_CHANGES(HEALTHY_CONTRACT, "X9", destinations);
	to_peer(&in);
	assert_string_equal(scene_judge(&in, "X9")->side, "msft");
	healthy_fini(&in);
	conf_destroy(conf);
}

/* Control looks for an hour at probes that run for days: a day is not whole yet, unless all since
 * their start is within what a day may have. */
static void
a_late_look_takes_the_whole_for_a_bound(void **state)
{
	struct conf *conf = scene_conf(HEALTHY_CONTRACT);
	struct audit_input in = healthy_input(conf);
	uint64_t hour = 3600 * SCENE_SECOND;

	(void)state;
	for (size_t i = 0; i < in.probe_count; i++)
		in.probes[i].rec.head.started_us = SCENE_NOW - 100 * hour;
	in.placed_us = in.known_us = SCENE_NOW - hour;
	assert_string_equal(scene_judge(&in, "X9")->verdict, "PASS");
	in.links[0].whole.undeclared[SIDE_MSFT][DIR_PEER_TO_MSFT] = 99;
	assert_string_equal(scene_judge(&in, "X9")->verdict, "PASS");
	in.links[0].whole.undeclared[SIDE_MSFT][DIR_PEER_TO_MSFT] = 100; /* when was that? */
	assert_string_equal(scene_judge(&in, "X9")->verdict, "INCONCLUSIVE");
	in.links[0].whole.frames[DIR_PEER_TO_MSFT] = 1;
	assert_string_equal(scene_judge(&in, "X9")->verdict, "PASS");
	in.terms_us = SCENE_NOW - 2 * hour; /* counted by other terms */
	assert_string_equal(scene_judge(&in, "X9")->verdict, "INCONCLUSIVE");
	in.terms_us = 0;
	in.probes[0].rec.head.started_us = SCENE_NOW - 23 * hour;
	assert_string_equal(scene_judge(&in, "X9")->verdict, "INCONCLUSIVE");
	healthy_fini(&in);
	conf_destroy(conf);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(own_space_is_used_and_announced),
		cmocka_unit_test(traffic_of_uncovered_subnets_counts),
		cmocka_unit_test(leaks_are_told),
		cmocka_unit_test(the_clouds_routes_do_not_come_back),
		cmocka_unit_test(traffic_follows_routes),
		cmocka_unit_test(a_late_look_takes_the_whole_for_a_bound),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
