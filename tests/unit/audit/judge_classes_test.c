/* R4: declared against observed classes, at the edges of every limit of requirements 6 and 13. */
#include "unit/audit/scene.h"

/* Declared traffic that alone passes: 99 million bytes in 10 000 flows of an hour. */
#define BASE_BYTES UINT64_C(99000000)

struct scenario {
	const char *name;
	const char *class; /* beside the declared one; NULL: none */
	uint64_t bytes, flows, seconds;
	uint64_t two_way, peer; /* of the flows */
	bool from_msft_only;    /* all of its bytes go to the peer */
	uint64_t min_time_s;
	const char *verdict, *reason;
};

static const struct scenario scenarios[] = {
	{"declared traffic alone", NULL, 0, 0, 0, 0, 0, false, 0, "PASS", ""},
	{"a web server in an SBC subnet", "tls", 5000000, 500, 3600, 500, 0, false, 0, "FAIL", ""},
	/* 0.1 % of all bytes: 99.1 MB holds 99 100 */
	{"share just over 0.1 %", "tls", 99200, 100, 900, 100, 0, false, 0, "FAIL", ""},
	{"share just under 0.1 %", "tls", 99000, 100, 900, 100, 0, false, 0, "PASS", ""},
	{"99 flows are not 100, and 99 % still match", "tls", 200000, 99, 900, 99, 0, false, 0,
         "PASS", ""},
	{"a second short of 15 min", "tls", 200000, 100, 899, 100, 0, false, 0, "PASS", ""},
	{"much, but in too few flows", "tls", 5000000, 99, 3600, 99, 0, false, 0, "INCONCLUSIVE",
         "too-little"},
	{"much, but not lasting yet", "tls", 5000000, 500, 300, 500, 0, false, 0, "INCONCLUSIVE",
         "too-little"},
	{"--window stands for the 15 min", "tls", 5000000, 500, 300, 500, 0, false, 300, "FAIL",
         ""},
	{"one-way flows from the cloud do not count", "tls", 5000000, 500, 3600, 0, 0, true, 0,
         "PASS", ""},
	{"one-way flows that the peer sends do", "tls", 5000000, 500, 3600, 0, 500, false, 0,
         "FAIL", ""},
	/* tolerated up to 1 % of 99 MB + itself: exactly 1 000 000 */
	{"ping at the tolerated 1 %", "icmp", 1000000, 500, 3600, 500, 0, false, 0, "PASS", ""},
	/* 99 000 000 of 100 000 300 declared: 98.9997 % */
	{"ping above it, too few to fail", "icmp", 1000300, 99, 3600, 99, 0, false, 0,
         "INCONCLUSIVE", "too-little"},
	{"ping above it counts", "icmp", 1000300, 500, 3600, 500, 0, false, 0, "FAIL", ""},
	/* 20 % without a class: 24.75 MB of 123.75 */
	{"unclassified just below 20 %", "unknown-udp", 24740000, 10, 3600, 10, 0, false, 0, "PASS",
         ""},
	{"unclassified at 20 %", "unknown-udp", 24750000, 10, 3600, 10, 0, false, 0, "INCONCLUSIVE",
         "not-observable"},
	{"what a declared class brings along", "rtcp", 5000000, 500, 3600, 500, 0, false, 0, "PASS",
         ""},
};

static void
put_scenario(struct audit_input *in, const struct scenario *s)
{
	struct input_class *c;

	scene_traffic(in, 0, "srtp", 500000, BASE_BYTES, 10000, 3600);
	in->min_time_us = s->min_time_s * SCENE_SECOND;
	if (!s->class)
		return;
	c = scene_traffic(in, 0, s->class, s->bytes / 500, s->bytes, s->flows, s->seconds);
	c->flows_two_way = s->two_way;
	c->flows_peer = s->peer;
	if (!s->from_msft_only && s->two_way > 0)
		return;
	/* one-way: all bytes in one direction */
	c->bytes[DIR_PEER_TO_MSFT] = s->from_msft_only ? 0 : s->bytes;
	c->bytes[DIR_MSFT_TO_PEER] = s->from_msft_only ? s->bytes : 0;
}

static void
classes_against_the_manifest(void **state)
{
	struct conf *conf = scene_conf(SCENE_CONTRACT);

	(void)state;
	for (size_t i = 0; i < sizeof scenarios / sizeof scenarios[0]; i++) {
		const struct scenario *s = &scenarios[i];
		struct audit_input in = scene_input(conf);
		const struct rec_verdict *row;

		print_message("%s\n", s->name);
		put_scenario(&in, s);
		row = scene_judge(&in, "R4");
		assert_string_equal(row->verdict, s->verdict);
		assert_string_equal(row->reason, s->reason);
		assert_string_equal(row->side, "peer");
		if (strcmp(s->verdict, "FAIL") == 0) {
			assert_string_equal(row->scope, "subnet:203.0.113.0/24");
			assert_true(row->evidence_count > 0);
			assert_non_null(strstr(row->reasons, s->class));
		}
		scene_input_fini(&in);
	}
	conf_destroy(conf);
}

/* What is there, and how far it is from deciding. */
static void
an_open_row_names_the_worst_class(void **state)
{
	struct conf *conf = scene_conf(SCENE_CONTRACT);
	struct audit_input in = scene_input(conf);
	const struct rec_verdict *row;

	(void)state;
	scene_traffic(&in, 0, "srtp", 500000, 94000000, 10000, 3600);
	scene_traffic(&in, 0, "dns", 2000, 1000000, 10, 60);
	scene_traffic(&in, 0, "tls", 10000, 5000000, 500, 300);
	row = scene_judge(&in, "R4");
	assert_string_equal(row->verdict, "INCONCLUSIVE");
	assert_string_equal(row->need[0].have, "tls 5.0 %, 500 flows, 300 s");
	assert_string_equal(row->need[0].want, "100 flows over 900 s, or 99 % match");
	assert_int_equal(row->need[0].eta_us, 900 * SCENE_SECOND);
	scene_input_fini(&in);
	conf_destroy(conf);
}

static void
too_small_a_sample_decides_nothing(void **state)
{
	static const struct {
		uint64_t packets, flows;
		const char *verdict;
	} cases[] = {{1000, 20, "PASS"}, {999, 20, "INCONCLUSIVE"}, {1000, 19, "INCONCLUSIVE"}};
	struct conf *conf = scene_conf(SCENE_CONTRACT);

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct audit_input in = scene_input(conf);
		const struct rec_verdict *row;

		scene_traffic(&in, 0, "srtp", cases[i].packets, cases[i].packets * 200,
		              cases[i].flows, 3600);
		row = scene_judge(&in, "R4");
		assert_string_equal(row->verdict, cases[i].verdict);
		assert_int_equal(row->samples, cases[i].packets);
		if (i > 0) {
			assert_string_equal(row->reason, "too-little");
			assert_string_equal(row->need[0].what, "subnet:203.0.113.0/24");
			assert_string_equal(row->need[0].want, "1000 packets, 20 flows");
		}
		scene_input_fini(&in);
	}
	conf_destroy(conf);
}

/* A second subnet with nothing in it: open, unless it is on standby. */
static void
a_silent_subnet_is_open_unless_standby(void **state)
{
	static const char *const standby[] = {"", " standby = true;"};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		char *text = mem_printf(
			"%s%ssubnets = ( { prefix = \"203.0.113.0/24\"; side = \"peer\"; classes = "
			"[\"srtp\"]; },"
			" { prefix = \"198.51.100.0/24\"; side = \"peer\"; classes = [\"tls\"];%s "
			"} );\n",
			SCENE_HEAD, SCENE_LINKS, standby[i]);
		struct conf *conf = scene_conf(text);
		struct audit_input in = scene_input(conf);

		scene_traffic(&in, 0, "srtp", 500000, BASE_BYTES, 10000, 3600);
		assert_string_equal(scene_judge(&in, "R4")->verdict, i ? "PASS" : "INCONCLUSIVE");
		scene_input_fini(&in);
		conf_destroy(conf);
		free(text);
	}
}

static void
a_registered_prefix_without_entry_fails(void **state)
{
	static const struct {
		const char *prefix, *more;
		const char *verdict;
	} cases[] = {
		{"203.0.113.0/24", "", "PASS"},  /* its own entry */
		{"203.0.113.64/26", "", "PASS"}, /* inside an entry */
		{"203.0.112.0/23", "", "PASS"},  /* finer entries inside it */
		{"198.51.100.0/24", "", "FAIL"},
		{"198.51.100.0/24", "default_subnet = { classes = [\"tls\"]; };", "PASS"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char *text = mem_printf(
			"%sregistered = ( { prefix = \"%s\"; primary = \"ams1\"; } );%s\n",
			SCENE_CONTRACT, cases[i].prefix, cases[i].more);
		struct conf *conf = scene_conf(text);
		struct audit_input in = scene_input(conf);
		const struct rec_verdict *row;

		scene_traffic(&in, 0, "srtp", 500000, BASE_BYTES, 10000, 3600);
		row = scene_judge(&in, "R4");
		assert_string_equal(row->verdict, cases[i].verdict);
		if (strcmp(row->verdict, "FAIL") == 0)
			assert_string_equal(row->scope, "subnet:198.51.100.0/24");
		scene_input_fini(&in);
		conf_destroy(conf);
		free(text);
	}
}

static void
lasting_sources_without_entry_fail(void **state)
{
	static const struct {
		uint64_t bytes, flows, seconds;
		const char *verdict;
	} cases[] = {{1000, 100, 900, "FAIL"},
	             {999, 100, 900, "PASS"},
	             {1000, 99, 900, "PASS"},
	             {1000, 100, 899, "INCONCLUSIVE"}};
	struct conf *conf = scene_conf(SCENE_CONTRACT);

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct audit_input in = scene_input(conf);
		struct input_link *link = &in.links[1];

		scene_traffic(&in, 0, "srtp", 500000, BASE_BYTES, 10000, 3600);
		link->bytes[DIR_PEER_TO_MSFT] = 1000000;
		link->rest_first_us = SCENE_NOW - cases[i].seconds * SCENE_SECOND;
		link->rest_last_us = SCENE_NOW;
		link->undeclared[SIDE_PEER].traffic.bytes[DIR_PEER_TO_MSFT] = cases[i].bytes;
		link->undeclared[SIDE_PEER].flows = cases[i].flows;
		assert_string_equal(scene_judge(&in, "R4")->verdict, cases[i].verdict);
		scene_input_fini(&in);
	}
	conf_destroy(conf);
}

static void
declared_roles_must_be_seen(void **state)
{
	struct conf *conf = scene_conf(
		SCENE_HEAD SCENE_LINKS
		"subnets = ( { prefix = \"203.0.113.0/24\"; side = \"peer\"; classes = [\"srtp\"]; "
		"roles = [\"sbc\"]; } );\n");
	struct audit_input in = scene_input(conf);
	const struct rec_verdict *row;

	(void)state;
	scene_traffic(&in, 0, "srtp", 500000, BASE_BYTES, 10000, 3600);
	row = scene_judge(&in, "R4");
	assert_string_equal(row->verdict, "INCONCLUSIVE");
	assert_string_equal(row->reason, "not-collected");
	in.roles_collected = true;
	assert_string_equal(scene_judge(&in, "R4")->reason, "too-little");
	in.subnets[0].roles[ENDPOINT_MEDIA_RELAY] =
		(struct input_role){.endpoints = 1, .confidence = 0.95};
	assert_string_equal(scene_judge(&in, "R4")->verdict, "INCONCLUSIVE");
	in.subnets[0].roles[ENDPOINT_SBC] =
		(struct input_role){.endpoints = 1, .confidence = 0.6, .ip = "203.0.113.10"};
	assert_string_equal(scene_judge(&in, "R4")->verdict, "PASS");
	/* a resolver in an SBC's subnet, once it is sure; a router is nobody's business */
	in.subnets[0].roles[ENDPOINT_ROUTER] =
		(struct input_role){.endpoints = 1, .confidence = 0.95};
	in.subnets[0].roles[ENDPOINT_DNS_RESOLVER] =
		(struct input_role){.endpoints = 2, .confidence = 0.89, .ip = "203.0.113.99"};
	assert_string_equal(scene_judge(&in, "R4")->verdict, "PASS");
	in.subnets[0].roles[ENDPOINT_DNS_RESOLVER].confidence = 0.9;
	row = scene_judge(&in, "R4");
	assert_string_equal(row->verdict, "FAIL");
	assert_string_equal(row->evidence[0].field, "endpoint:203.0.113.99");
	assert_non_null(strstr(row->next, "dns-resolver"));
	scene_input_fini(&in);
	conf_destroy(conf);
}

/* A class of 0.1 % could hide when the probe lost more than a tenth of that; a class that was seen
 * was seen. */
static void
the_probes_loss_voids_pass_but_not_presence(void **state)
{
	struct conf *conf = scene_conf(SCENE_CONTRACT);
	struct audit_input in = scene_input(conf);

	(void)state;
	scene_traffic(&in, 0, "srtp", 500000, BASE_BYTES, 10000, 3600);
	in.probes[0].lost = in.probes[0].offered / 10000;
	assert_string_equal(scene_judge(&in, "R4")->verdict, "PASS");
	in.probes[0].lost += 1;
	assert_string_equal(scene_judge(&in, "R4")->verdict, "INCONCLUSIVE");
	assert_string_equal(scene_judge(&in, "R4")->reason, "probe-unfit");
	scene_traffic(&in, 0, "tls", 10000, 5000000, 500, 3600);
	assert_string_equal(scene_judge(&in, "R4")->verdict, "FAIL");
	scene_input_fini(&in);
	conf_destroy(conf);
}

static void
without_a_manifest_nothing_is_judged(void **state)
{
	struct conf *conf = scene_conf(SCENE_HEAD SCENE_LINKS);
	struct audit_input in = scene_input(conf);
	const struct rec_verdict *row = scene_judge(&in, "R4");

	(void)state;
	assert_string_equal(row->verdict, "INCONCLUSIVE");
	assert_string_equal(row->reason, "not-collected");
	assert_non_null(strstr(row->need[0].how, "subnets"));
	scene_input_fini(&in);
	conf_destroy(conf);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(classes_against_the_manifest),
		cmocka_unit_test(an_open_row_names_the_worst_class),
		cmocka_unit_test(too_small_a_sample_decides_nothing),
		cmocka_unit_test(a_silent_subnet_is_open_unless_standby),
		cmocka_unit_test(a_registered_prefix_without_entry_fails),
		cmocka_unit_test(lasting_sources_without_entry_fail),
		cmocka_unit_test(declared_roles_must_be_seen),
		cmocka_unit_test(the_probes_loss_voids_pass_but_not_presence),
		cmocka_unit_test(without_a_manifest_nothing_is_judged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
