/* What declarations alone decide, and that they never pass: R2, R8, R9, R10, X6, X14, X16, X17. */
#include "audit/judge_speed.h"
#include "unit/audit/scene.h"

#define LINKS(...) "links = ( " __VA_ARGS__ " );\n"
#define TWO_AT_AMS \
	SCENE_LINK("pni-a", "ams1", "primary", "") ", " SCENE_LINK("pni-b", "ams2", "redundant", "")
#define TWO_AT_FRA \
	SCENE_LINK("pni-c", "fra1", "backup", "") ", " SCENE_LINK("pni-d", "fra1", "backup", "")
#define SMALL(name, site, role)                                                                   \
	"{ name = \"" name "\"; site = \"" site "\"; role = \"" role "\"; bandwidth = \"10G\"; "  \
	"members = ( { speed = \"10G\"; peer_to_msft = \"pcap:s0\"; msft_to_peer = \"pcap:s1\"; " \
	"} ); }"
#define TINY(name, site, role)                                                                     \
	"{ name = \"" name "\"; site = \"" site "\"; role = \"" role "\"; bandwidth = \"9999M\"; " \
	"members = ( { speed = \"9999M\"; peer_to_msft = \"pcap:s0\"; msft_to_peer = "             \
	"\"pcap:s1\"; } ); }"

/* As much provisioned as SCENE_LINK, on twice as many members. */
#define WIDE(name, site, role)                                                                    \
	"{ name = \"" name "\"; site = \"" site "\"; role = \"" role "\"; bandwidth = \"100G\"; " \
	"members = ( " SCENE_MEMBER(name "0") ", " SCENE_MEMBER(name "1") " ); }"

struct scenario {
	const char *name, *requirement, *links, *more;
	const char *verdict, *scope;
};

static const struct scenario scenarios[] = {
	{"two at each location", "R2", LINKS(TWO_AT_AMS ", " TWO_AT_FRA), "", "INCONCLUSIVE",
         "peering"},
	{"one at a location", "R2",
         LINKS(TWO_AT_AMS ", " SCENE_LINK("pni-c", "fra1", "backup", "")), "", "FAIL",
         "location:Frankfurt"},
	{"one, where one is agreed", "R2",
         LINKS(TWO_AT_AMS
               ", " SCENE_LINK("pni-c", "fra1", "backup", "thresholds = { r2_connections = 1; };")),
         "", "INCONCLUSIVE", "peering"},
	{"two sites of one metro are one location", "R2", LINKS(TWO_AT_AMS), "", "INCONCLUSIVE",
         "peering"},

	{"backup elsewhere", "R8", LINKS(TWO_AT_AMS ", " TWO_AT_FRA), "", "INCONCLUSIVE",
         "peering"},
	{"backup in another facility of the metro", "R8",
         LINKS(SCENE_LINK("pni-a", "ams1", "primary", "") ", " SCENE_LINK("pni-b", "ams2", "backup",
                                                                          "")),
         "", "FAIL", "link:pni-b"},
	{"prefix with its backup in another metro", "R8", LINKS(TWO_AT_AMS ", " TWO_AT_FRA),
         "registered = ( { prefix = \"203.0.113.0/24\"; primary = \"ams1\"; backup = \"fra1\"; } "
         ");",
         "INCONCLUSIVE", "peering"},
	{"prefix with its backup in the same metro", "R8", LINKS(TWO_AT_AMS ", " TWO_AT_FRA),
         "registered = ( { prefix = \"203.0.113.0/24\"; primary = \"ams1\"; backup = \"ams2\"; } "
         ");",
         "FAIL", "prefix:203.0.113.0/24"},

	{"equal bandwidth", "R9", LINKS(TWO_AT_AMS ", " TWO_AT_FRA), "", "INCONCLUSIVE", "peering"},
	{"a smaller backup", "R9", LINKS(TWO_AT_AMS ", " SMALL("pni-c", "fra1", "backup")), "",
         "FAIL", "link:pni-c"},

	{"a backup of more members", "R9", LINKS(TWO_AT_AMS ", " WIDE("pni-c", "fra1", "backup")),
         "", "FAIL", "link:pni-c"},

	{"two metros", "R10", LINKS(TWO_AT_AMS ", " TWO_AT_FRA), "", "INCONCLUSIVE", "peering"},
	{"two sites of one metro", "R10", LINKS(TWO_AT_AMS), "", "FAIL", "peering"},

	{"10 Gb/s declared", "X14", LINKS(SMALL("pni-a", "ams1", "primary")), "", "INCONCLUSIVE",
         "peering"},
	{"9.999 Gb/s declared", "X14", LINKS(TINY("pni-a", "ams1", "primary")), "", "FAIL",
         "member:pni-a:0"},
};

static const struct scenario strict_scenarios[] = {
	{"one location", "X16", LINKS(TWO_AT_AMS), "", "FAIL", "peering"},
	{"one location", "X17", LINKS(TWO_AT_AMS), "", "FAIL", "peering"},
};

static void
check_scenario(const struct scenario *s, const char *head)
{
	char *text = mem_printf("%s%s%s", head, s->links, s->more);
	struct conf *conf = scene_conf(text);
	struct audit_input in = scene_input(conf);
	const struct rec_verdict *row = scene_judge(&in, s->requirement);

	print_message("%s: %s\n", s->requirement, s->name);
	assert_string_equal(row->verdict, s->verdict);
	assert_string_equal(row->scope, s->scope);
	assert_string_equal(row->basis, "DECLARED");
	/* the one says what to do, the other what would prove it */
	assert_int_equal(row->next[0] != '\0', strcmp(s->verdict, "FAIL") == 0);
	assert_int_equal(row->need_count > 0, strcmp(s->verdict, "FAIL") != 0);
	scene_input_fini(&in);
	conf_destroy(conf);
	free(text);
}

/* dot3MauType of IANA-MAU-MIB: 42 is 2BASE-TL, a few megabits over telephone wire. */
static void
types_of_mau_name_speeds(void **state)
{
	static const struct {
		uint16_t type, gigabits;
	} rows[] = {
		{16, 0},    {30, 0},    {31, 10},   {36, 10},   {41, 10}, {42, 0},
		{53, 0},    {54, 10},   {56, 0},    {58, 10},   {59, 0},  {72, 40},
		{76, 100},  {79, 0},    {101, 100}, {102, 100}, {103, 0}, {125, 100},
		{130, 200}, {136, 400}, {141, 0},   {146, 100}, {0, 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		assert_int_equal(speed_of_mau(rows[i].type),
		                 rows[i].gigabits * UINT64_C(1000000000));
}

/* Every location with a primary link wants two, not the first alone. */
static void
each_primary_location_has_two(void **state)
{
	static const struct {
		const char *role, *verdict;
	} rows[] = {{"primary", "FAIL"}, {"backup", "INCONCLUSIVE"}};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		char *text =
			mem_printf("%slinks = ( %s, { name = \"pni-c\"; site = \"fra1\"; role = "
		                   "\"%s\"; bandwidth = \"100G\"; members = ( %s ); } );\n",
		                   SCENE_HEAD, TWO_AT_AMS, rows[i].role, SCENE_MEMBER("c"));
		struct conf *conf = scene_conf(text);
		struct audit_input in = scene_input(conf);

		assert_string_equal(scene_judge(&in, "X6")->verdict, rows[i].verdict);
		scene_input_fini(&in);
		conf_destroy(conf);
		free(text);
	}
}

static void
declarations_contradict_or_stay_open(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof scenarios / sizeof scenarios[0]; i++)
		check_scenario(&scenarios[i], SCENE_HEAD);
	for (size_t i = 0; i < sizeof strict_scenarios / sizeof strict_scenarios[0]; i++)
		check_scenario(&strict_scenarios[i], SCENE_STRICT_HEAD);
}

/* A declared contradiction needs no second look. */
static void
a_contradiction_is_a_hard_fact(void **state)
{
	struct conf *conf =
		scene_conf(SCENE_HEAD LINKS(SCENE_LINK("pni-a", "ams1", "primary", "")));
	struct audit_input in = scene_input(conf);
	struct verdict_draft d;

	(void)state;
	judge(requirement_find("R2"), &in, &d);
	assert_true(d.hard);
	scene_input_fini(&in);
	conf_destroy(conf);
}

static void
a_route_server_needs_one_connection(void **state)
{
	struct conf *conf = scene_conf("peering = { name = \"ix\"; type = \"route-server\"; };\n"
	                               "peer = { asn = 64496; };\n"
	                               "sites = ( { name = \"ams1\"; } );\n" LINKS(
					       SCENE_LINK("pni-a", "ams1", "primary", "")));
	struct audit_input in = scene_input(conf);

	(void)state;
	assert_string_equal(scene_judge(&in, "R2")->verdict, "INCONCLUSIVE");
	scene_input_fini(&in);
	conf_destroy(conf);
}

#define ON_PORTS(a, b)                                                                  \
	"links = ( { name = \"pni-a\"; site = \"ams1\"; tap = { kind = \"optical\"; };" \
	"members = ( { speed = \"100G\"; peer_to_msft = \"" a "\"; msft_to_peer = \"" b \
	"\"; } ); } );"

/* The card of an optical tap runs at the link's speed; a capture or virtual device says nothing. */
static void
a_ports_speed_proves_a_links(void **state)
{
	struct conf *conf = scene_conf(SCENE_HEAD ON_PORTS("0000:3b:00.0", "0000:3b:00.1"));
	struct audit_input in = scene_input(conf);
	struct rec_member *m = in.links[0].members = mem_alloc(1, sizeof *m);

	(void)state;
	in.links[0].member_count = 1;
	m->port_speed_bps = UINT64_C(10000000000);
	assert_string_equal(scene_judge(&in, "X14")->verdict, "PASS");
	assert_string_equal(scene_judge(&in, "X14")->basis, "OBSERVED");
	m->port_speed_bps = UINT64_C(9999999999);
	assert_string_equal(scene_judge(&in, "X14")->verdict, "FAIL");
	in.capture = true;
	assert_string_equal(scene_judge(&in, "X14")->verdict, "INCONCLUSIVE");
	assert_string_equal(scene_judge(&in, "X14")->reason, "not-observable");
	scene_input_fini(&in);
	conf_destroy(conf);
}

static void
a_virtual_devices_speed_proves_nothing(void **state)
{
	struct conf *conf =
		scene_conf(SCENE_HEAD ON_PORTS("net_af_packet0,iface=a", "net_af_packet1,iface=b"));
	struct audit_input in = scene_input(conf);

	(void)state;
	in.links[0].members = mem_alloc(1, sizeof *in.links[0].members);
	in.links[0].member_count = 1;
	in.links[0].members[0].port_speed_bps = UINT64_C(10000000000);
	assert_string_equal(scene_judge(&in, "X14")->reason, "not-observable");
	scene_input_fini(&in);
	conf_destroy(conf);
}

/* Every row is there from the first day: open, with one reason of four, a need and a side. */
static void
rows_without_evidence_say_so(void **state)
{
	struct conf *conf = scene_conf(SCENE_CONTRACT);
	struct audit_input in = scene_input(conf);

	(void)state;
	for (size_t i = 0; i < requirement_count(); i++) {
		const struct rec_verdict *row = scene_judge(&in, requirement_at(i)->id);

		if (!requirement_applies(requirement_at(i), conf))
			continue;
		assert_string_equal(row->verdict, "INCONCLUSIVE");
		assert_string_not_equal(lack_text(row->reason), "");
		assert_true(row->need_count > 0 && row->need[0].what[0] && row->need[0].how[0]);
		assert_string_not_equal(row->side, "");
		assert_string_equal(row->profile, "maps-2024-10");
	}
	assert_string_equal(scene_judge(&in, "R1")->reason, "not-collected");
	scene_input_fini(&in);
	conf_destroy(conf);
}

static void
a_span_port_can_not_show_lacp(void **state)
{
	struct conf *conf = scene_conf(
		SCENE_HEAD
		"links = ( { name = \"pni-a\"; site = \"ams1\"; tap = { kind = \"span\"; };"
		"members = ( { speed = \"10G\"; peer_to_msft = \"pcap:a\"; msft_to_peer = "
		"\"pcap:b\"; } ); } );\n");
	struct audit_input in = scene_input(conf);

	(void)state;
	assert_string_equal(scene_judge(&in, "R11")->reason, "not-observable");
	assert_string_equal(scene_judge(&in, "R1")->reason, "not-collected");
	scene_input_fini(&in);
	conf_destroy(conf);
}

static void
a_stale_or_unfit_probe_proves_nothing(void **state)
{
	struct conf *conf = scene_conf(SCENE_CONTRACT);
	struct audit_input in = scene_input(conf);

	(void)state;
	scene_traffic(&in, 0, "srtp", 500000, 99000000, 10000, 3600);
	assert_string_equal(scene_judge(&in, "R4")->verdict, "PASS");
	in.probes[0].stale = true;
	assert_string_equal(scene_judge(&in, "R4")->reason, "probe-unfit");
	in.probes[0].stale = false;
	in.probes[0].rec.fit = false;
	strcpy(in.probes[0].rec.unfit_reason, "clock jumps");
	assert_string_equal(scene_judge(&in, "R4")->reason, "probe-unfit");
	assert_non_null(strstr(scene_judge(&in, "R4")->reasons, "clock jumps"));
	scene_input_fini(&in);
	conf_destroy(conf);
}

/* One of two probes: it matters when it taps a declared link, not when it is out of the contract.
 */
static void
every_declared_link_needs_its_probe(void **state)
{
	struct conf *conf = scene_conf(SCENE_CONTRACT);
	struct audit_input in = scene_input(conf);

	(void)state;
	scene_traffic(&in, 0, "srtp", 500000, 99000000, 10000, 3600);
	in.probes = mem_resize(in.probes, 2, sizeof *in.probes);
	in.probe_count = 2;
	in.probes[1] = (struct input_probe){.rec.id = "fra1-p", .stale = true};
	assert_string_equal(scene_judge(&in, "R4")->verdict, "PASS");
	in.links[2].probe = &in.probes[1];
	assert_string_equal(scene_judge(&in, "R4")->reason, "probe-unfit");
	assert_non_null(strstr(scene_judge(&in, "R4")->reasons, "fra1-p wrote nothing for"));
	scene_input_fini(&in);
	conf_destroy(conf);
}

static void
rows_that_do_not_apply_say_so(void **state)
{
	struct conf *conf = scene_conf("peering = { name = \"lab\"; type = \"isp\"; };\n"
	                               "peer = { asn = 64496; };\n"
	                               "sites = ( { name = \"ams1\"; } );\n" LINKS(
					       SCENE_LINK("pni-a", "ams1", "primary", "")));
	struct audit_input in = scene_input(conf);
	const struct rec_verdict *row = scene_judge(&in, "X1");

	(void)state;
	assert_string_equal(row->applies, "no");
	assert_int_equal(verdict_exit_code(row, 1, true, false), 0);
	scene_input_fini(&in);
	conf_destroy(conf);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(declarations_contradict_or_stay_open),
		cmocka_unit_test(each_primary_location_has_two),
		cmocka_unit_test(types_of_mau_name_speeds),
		cmocka_unit_test(a_contradiction_is_a_hard_fact),
		cmocka_unit_test(a_route_server_needs_one_connection),
		cmocka_unit_test(a_ports_speed_proves_a_links),
		cmocka_unit_test(a_virtual_devices_speed_proves_nothing),
		cmocka_unit_test(rows_without_evidence_say_so),
		cmocka_unit_test(a_span_port_can_not_show_lacp),
		cmocka_unit_test(a_stale_or_unfit_probe_proves_nothing),
		cmocka_unit_test(every_declared_link_needs_its_probe),
		cmocka_unit_test(rows_that_do_not_apply_say_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
