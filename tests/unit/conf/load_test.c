/* Single values: each type of the schema right and wrong, required and unknown keys. */
#include "load.h"

static void
least_file_gets_defaults(void **state)
{
	char *text = least_with(0, "");
	struct conf *c = load_or_fail(text);

	(void)state;
	assert_null(c->probe.id);
	assert_string_equal(c->peering.name, "p");
	assert_int_equal(c->peering.type, PEERING_ISP);
	assert_string_equal(c->peering.profile, "maps-2024-10");
	assert_int_equal(c->cloud.asns.count, 3);
	assert_int_equal(c->cloud.asns.at[0], 8075);
	assert_int_equal(c->cloud.asns.at[2], 8069);
	assert_true(c->cloud.range_prefixes.count > 0);
	assert_true(c->decode.inner);
	assert_string_equal(c->sites[0].timezone, "UTC");
	assert_string_equal(c->sites[0].metro, "a");
	assert_int_equal(c->links[0].site, 0);
	assert_int_equal(c->links[0].bandwidth_bps, 0);
	assert_true(c->links[0].members[0].speed_bps == 10000000000);
	assert_string_equal(c->links[0].members[0].port[DIR_MSFT_TO_PEER], "pcap:b");
	assert_int_equal(c->links[0].members[0].by, DIRECTION_BY_PORT);
	assert_false(c->default_subnet.present);
	assert_int_equal(c->tolerate.classes.count, 4);
	assert_string_equal(c->tolerate.classes.at[3], "fragment");
	assert_true(c->tolerate.up_to == 0.01);
	assert_true(c->targets.availability == 0.999);
	assert_int_equal(c->privacy.retention_endpoints_s, 7 * 86400);
	assert_string_equal(c->redis.server, "unix:/run/pniscope/redis.sock");
	assert_true(c->redis.memory_max_bytes == 2147483648);
	assert_int_equal(strlen(c->sha256), 64);
	conf_destroy(c);
	free(text);
}

/* Integers of every width, in arrays and lists; libconfig 1.5 alone reads 2147483648 as negative.
 */
static void
numbers_beyond_31_bits(void **state)
{
	static const uint32_t expected[] = {1,          2147483647, 2147483648,
	                                    4200000000, 4294967295, 529211207};
	static const char *const texts[] = {
		"peer = { customer_asns = [ 1, 2147483647, 2147483648, 4200000000, 4294967295, "
		"0x1F8B1F47 ]; };",
		"peer = { customer_asns = ( 1, 2147483647, 2147483648L, 4200000000, 4294967295, "
		"0x1F8B1F47 ); };",
	};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct conf *c = load_least_with(2, texts[i]);

		assert_int_equal(c->peer.customer_asns.count, 6);
		assert_memory_equal(c->peer.customer_asns.at, expected, sizeof expected);
		conf_destroy(c);
	}
}

static void
quantities_as_people_write_them(void **state)
{
	struct conf *c = load_least_with(
		7, "probe = { id = \"x\"; spool_max = \"1.5M\"; };"
		   "privacy = { retention = { calls = \"36h\"; endpoints = 3600; }; };"
		   "targets = { latency_us = \"1.5ms\"; };"
		   "thresholds = { r7_required_rate = \"8G\"; evidence_window_us = \"2d\"; };");

	(void)state;
	assert_int_equal(c->probe.spool_max_bytes, 1536 * 1024);
	assert_int_equal(c->privacy.retention_calls_s, 129600);
	assert_int_equal(c->privacy.retention_endpoints_s, 3600);
	assert_true(c->targets.latency_us == 1500);
	assert_true(conf_threshold(c, NULL, "r7_required_rate") == 8e9);
	assert_true(conf_threshold(c, NULL, "evidence_window_us") == 172800e6);
	conf_destroy(c);
}

static void
times_with_zones(void **state)
{
	struct conf *c = load_least_with(
		7, "maintenance = ( { id = \"C\"; scope = [\"peering\"]; drill = true;"
		   "from = \"2026-11-24T01:00:00+01:00\"; to = \"2026-11-24T04:00:00Z\"; } );");

	(void)state;
	/* date -u -d 2026-11-24T00:00:00Z +%s */
	assert_true(c->maintenance[0].from_us == 1795478400000000);
	assert_true(c->maintenance[0].to_us == 1795478400000000 + 4 * 3600000000ull);
	assert_true(c->maintenance[0].drill);
	conf_destroy(c);
}

static void
ports_of_every_kind(void **state)
{
	static const struct {
		const char *written, *held;
	} ports[] = {
		{"0000:3b:00.0", "0000:3b:00.0"},
		{"3B:00.1", "0000:3b:00.1"},
		{"net_af_packet0,iface=tap0", "net_af_packet0,iface=tap0"},
		{"net_memif0,role=client,id=3", "net_memif0,role=client,id=3"},
		{"virtio_user0,path=/dev/vhost-net", "virtio_user0,path=/dev/vhost-net"},
		{"pcap:/tmp/x.pcap", "pcap:/tmp/x.pcap"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof ports / sizeof ports[0]; i++) {
		struct text t = {0};
		struct conf *c;

		text_add(&t, "{ speed = \"1G\"; both = \"%s\"; }", ports[i].written);
		c = load_least_with(5, t.at);
		assert_string_equal(c->links[0].members[0].both, ports[i].held);
		assert_int_equal(c->links[0].members[0].by, DIRECTION_BY_SUBNET);
		conf_destroy(c);
		text_fini(&t);
	}
}

static void
order_in_the_file_is_free(void **state)
{
	struct text t = {0};
	struct conf *c;

	(void)state;
	/* links before the sites and thresholds they refer to */
	text_add(&t, "%s%s%s", least[3], least[4], "); site = \"a\"; } );");
	text_add(&t, "thresholds = { r4_flows = 7; }; %s %s %s", least[2], least[1], least[0]);
	c = load_or_fail(t.at);
	assert_true(conf_threshold(c, &c->links[0], "r4_flows") == 7);
	conf_destroy(c);
	text_fini(&t);
}

static void
a_link_has_its_own_thresholds(void **state)
{
	struct conf *c = load_least_with(6, "); thresholds = { r4_flows = 9; }; } );\n"
	                                    "thresholds = { r4_flows = 7; x15_days = 5; };");
	const struct conf_threshold *t = conf_threshold_get(c, &c->links[0], "r4_flows");

	(void)state;
	assert_true(conf_threshold(c, NULL, "r4_flows") == 7);
	assert_true(t->value == 9);
	assert_true(t->set);
	assert_string_equal(t->source, "t.conf:6");
	assert_string_equal(t->unit, "flows");
	/* what the link does not set is the global one, with its source */
	t = conf_threshold_get(c, &c->links[0], "x15_days");
	assert_true(t->value == 5);
	assert_true(t->set);
	assert_string_equal(t->source, "t.conf:7");
	t = conf_threshold_get(c, &c->links[0], "r4_packets");
	assert_true(t->value == 1000);
	assert_false(t->set);
	assert_string_equal(t->source, "engineering");
	conf_destroy(c);
}

static void
unknown_keys(void **state)
{
	static const struct bad_line cases[] = {
		{7, "peerings = { };",
	         "7: unknown key \"peerings\" in the file; \"peering\" would be right"},
		{1, "peering = { name = \"p\";\nTyp = \"isp\"; };",
	         "2: unknown key \"Typ\" in peering; \"type\" would be right"},
		{5, "{ speed = \"10G\"; peer_to_msf = \"pcap:a\"; }",
	         "5: unknown key \"peer_to_msf\" in links[].members[]; \"peer_to_msft\" would be "
	         "right"},
		{7, "decode = { colour = 1; };",
	         "7: unknown key \"colour\" in decode; known there: inner, sip_ports, sips_ports"},
		{7, "thresholds = { x15_augment = 0.4; };",
	         "7: unknown threshold \"x15_augment\"; \"x15_augment_ratio\" would be right"},
		{7, "thresholds = { zzz = 0.4; };",
	         "7: unknown threshold \"zzz\"; docs/configuration.md lists them"},
	};

	(void)state;
	expect_errors(cases, sizeof cases / sizeof cases[0]);
}

static void
wrong_types(void **state)
{
	static const struct bad_line cases[] = {
		{1, "peering = \"p\";", "1: peering is text; write a group { … }"},
		{1, "peering = { name = 5; };",
	         "1: name is a whole number; write a name of letters, digits, '.', '_' and '-', "
	         "such "
	         "as \"acme-voice\""},
		{1, "peering = { name = \"p\"; strict_voice = \"yes\"; };",
	         "1: strict_voice is text; write true or false, such as true"},
		{2, "peer = { asn = \"AS64496\"; };",
	         "2: asn is text; write a whole number, such as 64496"},
		{2, "peer = { asn = 64496.0; };",
	         "2: asn is a number with fraction; write a whole number, such as 64496"},
		{2, "peer = { customer_asns = 64501; };",
	         "2: customer_asns is a whole number; write a list, such as ( 64501, 4200000001 )"},
		{3, "sites = { name = \"a\"; };",
	         "3: sites is a group { }; write a list ( { … }, { … } )"},
		{3, "sites = ( \"a\" );", "3: sites is text; write a list ( { … }, { … } )"},
		{7, "decode = { sip_ports = [ \"5080\" ]; };",
	         "7: sip_ports is text; write a whole number, such as [ 5080 ]"},
		{7, "targets = { availability = \"high\"; };",
	         "7: availability is \"high\"; write a number"},
		{7, "targets = { latency_us = \"fast\"; };",
	         "7: latency_us is \"fast\"; write a number of us, such as \"30ms\""},
		{7, "thresholds = { r4_flows = true; };",
	         "7: r4_flows is true or false; write a number of flows"},
		{7, "thresholds = ( 1 );", "7: thresholds is a list; write a group { … }"},
		{5, "{ speed = \"fast\"; both = \"pcap:a\"; }",
	         "5: speed is \"fast\"; write a number of bps, such as \"10G\""},
	};

	(void)state;
	expect_errors(cases, sizeof cases / sizeof cases[0]);
}

static void
values_out_of_range(void **state)
{
	static const struct bad_line cases[] = {
		{2, "peer = { asn = 4294967296; };",
	         "2: asn = 4294967296 is out of range; 0 to 4294967295 would be right"},
		{2, "peer = { asn = -1; };",
	         "2: asn = -1 is out of range; 0 to 4294967295 would be right"},
		{2, "peer = { customer_asns = (0); };",
	         "2: customer_asns = 0 is out of range; 1 to 4294967295 would be right"},
		{7, "redis = { interval_ms = 5; };",
	         "7: interval_ms = 5 is out of range; 100 to 60000 ms would be right"},
		{7, "tolerate = { up_to = 1.5; };",
	         "7: up_to = 1.5 is out of range; 0 to 1 would be right"},
		{7, "decode = { sip_ports = [ 65536 ]; };",
	         "7: sip_ports = 65536 is out of range; 1 to 65535 would be right"},
		{5, "{ speed = \"0G\"; both = \"pcap:a\"; }",
	         "5: speed = 0 is out of range; 1M to 10T bps would be right"},
		{7, "privacy = { client_prefix_v4 = 33; };",
	         "7: client_prefix_v4 = 33 is out of range; 8 to 32 bits would be right"},
		{7, "privacy = { retention = { calls = \"5s\"; }; };",
	         "7: calls = 5s is out of range; 1m to 3650d would be right"},
		{7, "thresholds = { x15_augment_ratio = 40; };",
	         "7: x15_augment_ratio = 40 is out of range; 0 to 1 would be right"},
		{7, "probe = { id = \"x\"; flows = 99999999999999999999; };",
	         "7: flows = 9.22337203685478e+18 is out of range; 1024 to 1000000000 flows would "
	         "be "
	         "right"},
	};

	(void)state;
	expect_errors(cases, sizeof cases / sizeof cases[0]);
}

static void
texts_that_mean_nothing(void **state)
{
	static const struct bad_line cases[] = {
		{1, "peering = { name = \"a b\"; };",
	         "1: name \"a b\" is not valid; write a name of letters, digits, '.', '_' and '-', "
	         "such as \"acme-voice\""},
		{1, "peering = { name = \"p\"; profile = \"maps-1999\"; };",
	         "1: profile \"maps-1999\" is not known; \"maps-2024-10\" would be right"},
		{1, "peering = { name = \"p\"; type = \"carrier\"; };",
	         "1: type \"carrier\" is not known; \"isp\", \"voice\" or \"route-server\" would "
	         "be "
	         "right"},
		{1, "peering = { name = \"p\"; type = \"a\\nb\\x1b\"; };",
	         "1: type \"a?b?\" is not known; \"isp\", \"voice\" or \"route-server\" would be "
	         "right"},
		{3, "sites = ( { name = \"a\"; timezone = \"Europe/Atlantis\"; } );",
	         "3: time zone \"Europe/Atlantis\" does not exist; an IANA name would be right, "
	         "such "
	         "as \"Europe/Amsterdam\""},
		{7, "subnets = ( { prefix = \"203.0.113.9/24\"; } );",
	         "7: prefix \"203.0.113.9/24\" has host bits set; \"203.0.113.0/24\" would be "
	         "right"},
		{7, "subnets = ( { prefix = \"203.0.113.0/33\"; } );",
	         "7: prefix \"203.0.113.0/33\" is not valid; write a prefix, such as "
	         "\"203.0.113.0/24\""},
		{7, "subnets = ( { prefix = \"203.0.113.0/24\"; side = \"both\"; } );",
	         "7: side \"both\" is not known; \"peer\" or \"msft\" would be right"},
		{7, "subnets = ( { prefix = \"203.0.113.0/24\"; endpoints = [ \"sbc1\" ]; } );",
	         "7: endpoints \"sbc1\" is not valid; write an IPv4 or IPv6 address, such as [ "
	         "\"203.0.113.10\" ]"},
		{7,
	         "registered = ( { prefix = \"203.0.113.0/24\"; communities = [ \"8075\" ]; } );",
	         "7: communities \"8075\" is not valid; write a community, such as [ \"8075:8007\" "
	         "]"},
		{7,
	         "maintenance = ( { id = \"C\"; scope = [ \"pni-a\" ]; from = "
	         "\"2026-11-24T01:00:00Z\"; "
	         "to = \"2026-11-24T04:00:00Z\"; } );",
	         "7: scope \"pni-a\" is not valid; write \"link:NAME\", \"site:NAME\", "
	         "\"session:NAME\" or \"peering\", such as [ \"link:pni-b\" ]"},
		{7,
	         "maintenance = ( { id = \"C\"; scope = [ \"peering\" ]; from = \"tomorrow\"; "
	         "to = \"2026-11-24T04:00:00Z\"; } );",
	         "7: from \"tomorrow\" is not valid; write a time as in RFC 3339, such as "
	         "\"2026-11-24T01:00:00Z\""},
		{7, "redis = { server = \"localhost\"; };",
	         "7: server \"localhost\" is not valid; write where Redis listens, such as "
	         "\"unix:/run/pniscope/redis.sock\""},
		{7, "probe = { id = \"x\"; lcores = \"all\"; };",
	         "7: lcores \"all\" is not valid; write a list of cores, such as \"2-9\""},
		{5, "{ speed = \"10G\"; both = \"eth0\"; }",
	         "5: both \"eth0\" is not a port; a PCI address (\"0000:3b:00.0\"), an EAL vdev "
	         "(\"net_af_packet0,iface=tap0\") or \"pcap:FILE\" would be right"},
		{5,
	         "{ speed = \"10G\"; both = \"pcap:a\"; direction = { by = \"mac\"; macs = [ \"x\" "
	         "]; }; }",
	         "5: macs \"x\" is not valid; write a MAC address, such as [ \"02:00:00:00:00:01\" "
	         "]"},
	};

	(void)state;
	expect_errors(cases, sizeof cases / sizeof cases[0]);
}

static void
required_keys(void **state)
{
	static const struct bad_line cases[] = {
		{1, "", "1: the file has no peering; write a group { … }"},
		{2, "", "1: the file has no peer; write a group { … }"},
		{3, "", "1: the file has no sites; write a list ( { … }, { … } )"},
		{1, "peering = { };",
	         "1: peering has no name; write a name of letters, digits, '.', '_' and '-', such "
	         "as "
	         "\"acme-voice\""},
		{7, "probe = { };",
	         "7: probe has no id; write a name of letters, digits, '.', '_' and '-', such as "
	         "\"ams1-p1\""},
		{5, "{ both = \"pcap:a\"; }",
	         "5: links[].members[] has no speed; write a number or text with a unit, such as "
	         "\"100G\""},
		{7, "subnets = ( { classes = [ \"sip\" ]; } );",
	         "7: subnets[] has no prefix; write a prefix, such as \"203.0.113.0/24\""},
	};

	(void)state;
	expect_errors(cases, sizeof cases / sizeof cases[0]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(least_file_gets_defaults),
		cmocka_unit_test(numbers_beyond_31_bits),
		cmocka_unit_test(quantities_as_people_write_them),
		cmocka_unit_test(times_with_zones),
		cmocka_unit_test(ports_of_every_kind),
		cmocka_unit_test(order_in_the_file_is_free),
		cmocka_unit_test(a_link_has_its_own_thresholds),
		cmocka_unit_test(unknown_keys),
		cmocka_unit_test(wrong_types),
		cmocka_unit_test(values_out_of_range),
		cmocka_unit_test(texts_that_mean_nothing),
		cmocka_unit_test(required_keys),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
