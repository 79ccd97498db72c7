/* R6: tokens of two routers, each combination of the text. */
#include <inttypes.h>

#include "unit/audit/peering_scene.h"

#define TOKENS(in, i) (&(in)->links[i].tokens.side[SIDE_PEER])

#define SAME(in, token) strcpy(TOKENS(in, 1)->token, TOKENS(in, 0)->token)

static void
clocks(struct audit_input *in, double a, double b)
{
	TOKENS(in, 0)->tcp_clock_hz = TOKENS(in, 1)->tcp_clock_hz = 1000;
	TOKENS(in, 0)->tcp_clock_offset_s = a;
	TOKENS(in, 1)->tcp_clock_offset_s = b;
	TOKENS(in, 0)->tcp_clock_error_s = TOKENS(in, 1)->tcp_clock_error_s = 0.5;
}

/* Only one strong token left: the LACP systems. */
static void
weaken(struct audit_input *in)
{
	for (size_t i = 0; i < in->link_count; i++)
		TOKENS(in, i)->bgp_ids[0] = '\0';
}

CHANGE(bgp_id, SAME(in, bgp_ids))
CHANGE(bgp_id_among_two, strcpy(TOKENS(in, 1)->bgp_ids, "10.0.0.0,10.0.0.9"))
CHANGE(bgp_id_nobody, strcpy(TOKENS(in, 0)->bgp_ids, "0.0.0.0"); SAME(in, bgp_ids))
CHANGE(host_name, strcpy(TOKENS(in, 0)->hostnames, "edge1"); SAME(in, hostnames))
CHANGE(localhost, strcpy(TOKENS(in, 0)->hostnames, "localhost"); SAME(in, hostnames))
CHANGE(shipped, strcpy(TOKENS(in, 0)->hostnames, "Router"); SAME(in, hostnames))
CHANGE(chassis, strcpy(TOKENS(in, 0)->lldp_chassis, "02:00:00:00:00:01"); SAME(in, lldp_chassis))
CHANGE(cdp, strcpy(TOKENS(in, 0)->cdp_devices, "edge1"); SAME(in, cdp_devices))
CHANGE(system_alone, SAME(in, lacp_systems))
CHANGE(system_and_mac, SAME(in, lacp_systems); SAME(in, macs))
CHANGE(system_and_clock, SAME(in, lacp_systems); clocks(in, 100, 101))
CHANGE(system_and_other_clock, SAME(in, lacp_systems); clocks(in, 100, 101.1))
CHANGE(system_and_one_outage, SAME(in, lacp_systems); strcpy(TOKENS(in, 0)->outages, "1000000000");
       SAME(in, outages))
CHANGE(system_and_two_outages, SAME(in, lacp_systems);
       strcpy(TOKENS(in, 0)->outages, "1000000000,9000000000");
       strcpy(TOKENS(in, 1)->outages, "1001000000,9000500000"))
CHANGE(system_and_outages_apart, SAME(in, lacp_systems);
       strcpy(TOKENS(in, 0)->outages, "1000000000,9000000000");
       strcpy(TOKENS(in, 1)->outages, "1001000001,9000500000"))
CHANGE(adjacent_macs, strcpy(TOKENS(in, 0)->macs, "02:00:00:00:00:10");
       strcpy(TOKENS(in, 1)->macs, "02:00:00:00:00:11"))
CHANGE(vrrp_macs, strcpy(TOKENS(in, 0)->macs, "00:00:5e:00:01:01"); SAME(in, macs))
CHANGE(one_strong, weaken(in))
CHANGE(one_strong_one_weak, weaken(in))
static void
numbers(struct audit_input *in, uint64_t apart)
{
	size_t used[2] = {0};

	for (unsigned i = 0; i < 8; i++)
		for (unsigned k = 0; k < 2; k++) {
			uint64_t ms = 1000 * i + 400 * k;

			used[k] += (size_t)snprintf(
				TOKENS(in, k)->ip_ids + used[k],
				sizeof TOKENS(in, k)->ip_ids - used[k], "%s%" PRIu64 ":%u",
				i ? "," : "", SCENE_NOW + ms * 1000,
				(unsigned)((65000 + ms / 5 + apart * k) & 0xffff));
		}
}

CHANGE(one_counter, numbers(in, 0))
CHANGE(system_and_counter, SAME(in, lacp_systems); numbers(in, 0))
CHANGE(system_and_other_counter, SAME(in, lacp_systems); numbers(in, 20000))
CHANGE(one_strong_clocks_of_connections, weaken(in); clocks(in, 100, 200))
CHANGE(
	one_strong_two_weak, weaken(in); for (size_t i = 0; i < 4; i += 2) {
		struct rec_tokens_side *a = TOKENS(in, i), *b = TOKENS(in, i + 1);

		a->tcp_clock_hz = b->tcp_clock_hz = 1000;
		a->tcp_clock_offset_s = 100;
		b->tcp_clock_offset_s = 200;
		a->tcp_clock_error_s = b->tcp_clock_error_s = 0.5;
		a->tcp_clock_shared = b->tcp_clock_shared = true;
	})
CHANGE(one_clock_known, one_strong_two_weak(in); TOKENS(in, 1)->tcp_clock_hz = NAN;
       TOKENS(in, 3)->tcp_clock_hz = NAN)
CHANGE(one_clock_of_connections, one_strong_two_weak(in);
       TOKENS(in, 0)->tcp_clock_shared = TOKENS(in, 2)->tcp_clock_shared = false)
static void
macs_apart(struct audit_input *in, unsigned ports)
{
	strcpy(TOKENS(in, 0)->macs, "02:00:00:00:00:10");
	snprintf(TOKENS(in, 1)->macs, sizeof TOKENS(in, 1)->macs, "02:00:00:00:00:%02x",
	         0x10 + ports);
}

CHANGE(system_and_macs_16_apart, SAME(in, lacp_systems); macs_apart(in, 16))
CHANGE(system_and_macs_17_apart, SAME(in, lacp_systems); macs_apart(in, 17))
CHANGE(no_tokens, memset(&in->links[0].tokens, 0, sizeof in->links[0].tokens);
       TOKENS(in, 0)->tcp_clock_hz = NAN)
CHANGE(fate_shared, strcpy(TOKENS(in, 0)->outages, "1000000000,9000000000"); SAME(in, outages))
CHANGE(unseen, in->links[1].seen = false)
CHANGE(lossy, in->probes[0].lost = in->probes[0].offered / 2; in->probes[0].control_drops = 9)

static const struct change routers[] = {
	{"two strong tokens differ", NULL, "PASS", NULL},
	{"a probe that loses packets", lossy, "PASS", NULL},
	{"BGP identifier", bgp_id, "FAIL", NULL},
	{"BGP identifier, one of two", bgp_id_among_two, "FAIL", NULL},
	{"identifier that names nobody", bgp_id_nobody, "INCONCLUSIVE", "not-collected"},
	{"host name", host_name, "FAIL", NULL},
	{"host name that names nobody", localhost, "PASS", NULL},
	{"host name as shipped", shipped, "PASS", NULL},
	{"LLDP chassis", chassis, "FAIL", NULL},
	{"CDP device", cdp, "FAIL", NULL},
	{"LACP system alone", system_alone, "INCONCLUSIVE", "not-collected"},
	{"LACP system and a MAC", system_and_mac, "FAIL", NULL},
	{"LACP system and a clock", system_and_clock, "FAIL", NULL},
	{"LACP system, clocks 1.1 s apart", system_and_other_clock, "INCONCLUSIVE", NULL},
	{"LACP system and an IP-ID counter", system_and_counter, "FAIL", NULL},
	{"LACP system, other counters", system_and_other_counter, "INCONCLUSIVE", NULL},
	{"an IP-ID counter alone", one_counter, "INCONCLUSIVE", "not-collected"},
	{"LACP system and one outage", system_and_one_outage, "INCONCLUSIVE", NULL},
	{"LACP system and two outages within 1 s", system_and_two_outages, "FAIL", NULL},
	{"LACP system, one of two outages 1 us later", system_and_outages_apart, "INCONCLUSIVE",
         NULL},
	{"adjacent MACs only", adjacent_macs, "INCONCLUSIVE", "not-collected"},
	{"a shared VRRP address", vrrp_macs, "PASS", NULL},
	{"one strong token", one_strong, "INCONCLUSIVE", "not-collected"},
	{"one strong and one weak", one_strong_one_weak, "INCONCLUSIVE", "not-collected"},
	{"one strong and two weak", one_strong_two_weak, "PASS", NULL},
	{"one strong, one weak, one clock not known", one_clock_known, "INCONCLUSIVE",
         "not-collected"},
	{"one clock that connections draw", one_clock_of_connections, "INCONCLUSIVE",
         "not-collected"},
	{"LACP system, MACs of one line card", system_and_macs_16_apart, "FAIL", NULL},
	{"LACP system, MACs further apart", system_and_macs_17_apart, "INCONCLUSIVE", NULL},
	{"clocks that connections draw", one_strong_clocks_of_connections, "INCONCLUSIVE",
         "not-collected"},
	{"no tokens", no_tokens, "INCONCLUSIVE", "not-collected"},
	{"outages at the same moments", fate_shared, "INCONCLUSIVE", "not-collected"},
	{"one link without probe", unseen, "INCONCLUSIVE", "not-observable"},
};

static void
routers_are_told_apart(void **state)
{
	(void)state;
	CHECK_CHANGES(HEALTHY_CONTRACT, "R6", routers);
}

static void
strong_and_weak_are_a_mixed_basis(void **state)
{
	struct conf *conf = scene_conf(HEALTHY_CONTRACT);
	struct audit_input in = healthy_input(conf);

	(void)state;
	assert_string_equal(scene_judge(&in, "R6")->basis, "OBSERVED");
	one_strong_two_weak(&in);
	assert_string_equal(scene_judge(&in, "R6")->basis, "MIXED");
	healthy_fini(&in);
	conf_destroy(conf);
}

static void
one_router_declared_for_both_fails(void **state)
{
	struct conf *conf = scene_conf(HEALTHY_HEAD("voice", "") "links = ( " HEALTHY_LINK(
		"pni-a", "ams1", "primary", "1",
		"router = \"edge1\";") ", " HEALTHY_LINK("pni-b", "ams1", "redundant", "2",
	                                                 "router = \"edge1\";") " );\n");
	struct audit_input in = healthy_input(conf);

	(void)state;
	assert_verdicts(&in, "R6", "FAIL");
	assert_string_equal(scene_judge(&in, "R6")->basis, "DECLARED");
	healthy_fini(&in);
	conf_destroy(conf);
}

/* Nothing to compare proves nothing. */
static void
one_connection_is_open(void **state)
{
	struct conf *conf = scene_conf(HEALTHY_HEAD("voice", "") "links = ( " HEALTHY_LINK(
		"pni-a", "ams1", "primary", "1", "") " );\n");
	struct audit_input in = healthy_input(conf);

	(void)state;
	assert_verdicts(&in, "R6", "INCONCLUSIVE");
	healthy_fini(&in);
	conf_destroy(conf);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(routers_are_told_apart),
		cmocka_unit_test(strong_and_weak_are_a_mixed_basis),
		cmocka_unit_test(one_router_declared_for_both_fails),
		cmocka_unit_test(one_connection_is_open),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
