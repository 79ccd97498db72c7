/* What only the whole file can tell, as bad text and exact error. Lines 4 to 6 are the link. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/mem.h"
#include "load.h"

#define PORTS "peer_to_msft = \"pcap:a\"; msft_to_peer = \"pcap:b\";"

static void
sites_and_roles(void **state)
{
	static const struct bad_line cases[] = {
		{3, "sites = ( );", "3: sites is empty; write at least one site"},
		{3, "sites = ( { name = \"a\"; },\n{ name = \"a\"; } );",
	         "4: site \"a\" stands at t.conf:3 already; a name of its own would be right"},
		{6, "); role = \"primary\"; } );",
	         "6: link \"l\" has a role without a site; write site = \"a\""},
		{3, "sites = ( { name = \"a\"; }, { name = \"b\"; } );",
	         "4: link \"l\" has no site; write site = \"a\""},
		{6, "); site = \"c\"; } );", "6: site \"c\" is not in sites; known: \"a\""},
		{7, "probe = { id = \"p1\"; site = \"c\"; };",
	         "7: site \"c\" is not in sites; known: \"a\""},
		{7, "registered = ( { prefix = \"203.0.113.0/24\"; primary = \"c\"; } );",
	         "7: site \"c\" is not in sites; known: \"a\""},
		{7, "registered = ( { prefix = \"203.0.113.0/24\"; backup = \"a\"; } );",
	         "7: backup without a primary; write primary = \"a\""},
	};

	(void)state;
	expect_errors(cases, sizeof cases / sizeof cases[0]);
}

static void
a_probe_among_several_sites_names_its_own(void **state)
{
	struct text t = {0};
	struct conf *c;
	char *error;

	(void)state;
	text_add(&t, "probe = { id = \"p1\"; };\n%s%s", least[0], least[1]);
	text_add(&t, "sites = ( { name = \"a\"; }, { name = \"b\"; } );");
	text_add(&t, "%s%s); site = \"a\"; } );", least[3], least[4]);
	assert_int_not_equal(conf_load_text(t.at, "t.conf", &c, &error), 0);
	assert_string_equal(error, "t.conf:1: probe \"p1\" has no site; write site = \"a\"");
	free(error);
	text_fini(&t);
}

#define VLANS(there, back)                                                                \
	"both = \"pcap:a\"; direction = { by = \"vlan\"; vlans = { peer_to_msft = " there \
	"; msft_to_peer = " back "; }; };"

static void
members_and_ports(void **state)
{
	static const struct bad_line cases[] = {
		{5, "",
	         "4: link \"l\" has no members; write members = ( { speed = \"100G\"; … } )"},
		{5, "{ speed = \"10G\"; peer_to_msft = \"pcap:a\"; }",
	         "5: a member of link \"l\" has no port msft_to_peer; write msft_to_peer = "
	         "\"0000:3b:00.0\", or both = \"PORT\" for a mirror port"},
		{5, "{ speed = \"10G\"; }",
	         "5: a member of link \"l\" has no port peer_to_msft; write peer_to_msft = "
	         "\"0000:3b:00.0\", or both = \"PORT\" for a mirror port"},
		{5, "{ speed = \"10G\"; both = \"pcap:c\"; " PORTS " }",
	         "5: a member of link \"l\" has both and a port per direction; one of the two ways "
	         "would be right"},
		{5,
	         "{ speed = \"10G\"; peer_to_msft = \"3b:00.0\"; msft_to_peer = \"0000:3B:00.0\"; "
	         "}",
	         "5: port \"0000:3b:00.0\" is used at t.conf:5 already; each port once would be "
	         "right"},
		{5, "{ speed = \"10G\"; " PORTS " },\n{ speed = \"10G\"; both = \"pcap:b\"; }",
	         "6: port \"pcap:b\" is used at t.conf:5 already; each port once would be right"},
		{5,
	         "{ speed = \"10G\"; both = \"pcap:a\"; },\n{ speed = \"10G\"; both = \"pcap:a\"; "
	         "}",
	         "6: port \"pcap:a\" is used at t.conf:5 already; VLANs or MAC addresses of its "
	         "own "
	         "would be right"},
		{5,
	         "{ speed = \"10G\"; " VLANS("1", "2") " },\n{ speed = \"10G\"; " VLANS("3",
	                                                                                "2") " }",
	         "6: port \"pcap:a\" is used at t.conf:5 already; VLANs or MAC addresses of its "
	         "own "
	         "would be right"},
		{6, "); tap = { kind = \"none\"; }; } );",
	         "5: link \"l\" is not tapped (tap kind \"none\"), but a member has ports; leave "
	         "one "
	         "of both out"},
		{5, "{ speed = \"10G\"; } ); tap = { kind = \"none\"; }; x = (",
	         "5: unknown key \"x\" in links[]; known there: name, site, facility, role, "
	         "router, "
	         "bandwidth, azure, tap, members, sessions, thresholds"},
		{6,
	         "); }, { name = \"l\"; members = ( { speed = \"1G\"; both = \"pcap:c\"; } ); } );",
	         "6: link \"l\" stands at t.conf:4 already; a name of its own would be right"},
	};

	(void)state;
	expect_errors(cases, sizeof cases / sizeof cases[0]);
}

static void
members_that_share_a_broker_port(void **state)
{
	static const char *const fine[] = {
		"{ speed = \"10G\"; " VLANS("1", "2") " }, { speed = \"10G\"; " VLANS("3",
	                                                                              "4") " }",
		"{ speed = \"10G\"; both = \"pcap:a\"; direction = { by = \"mac\"; macs = [ "
		"\"02:00:00:00:00:01\" ]; }; }, { speed = \"10G\"; both = \"pcap:a\"; direction = "
		"{ "
		"by = \"mac\"; macs = [ \"02:00:00:00:00:02\" ]; }; }",
	};

	(void)state;
	for (size_t i = 0; i < sizeof fine / sizeof fine[0]; i++) {
		struct conf *c = load_least_with(5, fine[i]);

		assert_int_equal(c->links[0].member_count, 2);
		conf_destroy(c);
	}
}

/* The same PCI address in two hosts is two ports. */
static void
ports_are_of_a_host(void **state)
{
	static const char second[] = "); tap = { probe = \"p1\"; }; }, { name = \"m\"; tap = { "
				     "probe = \"%s\"; }; members = "
				     "( { speed = \"1G\"; peer_to_msft = \"pcap:a\"; msft_to_peer "
				     "= \"pcap:b\"; } ); } );";
	struct text t = {0};
	struct bad_line same = {
		6, NULL,
		"6: port \"pcap:a\" is used at t.conf:5 already; each port once would be right"};

	(void)state;
	text_add(&t, second, "p2");
	conf_destroy(load_least_with(6, t.at));
	text_clear(&t);
	text_add(&t, second, "p1");
	same.text = t.at;
	expect_errors(&same, 1);
	text_fini(&t);
}

static void
directions_of_a_mirror_port(void **state)
{
	static const struct bad_line cases[] = {
		{5, "{ speed = \"10G\"; " PORTS " direction = { by = \"mac\"; }; }",
	         "5: a member of link \"l\" has a direction but no port for both; write both = "
	         "\"PORT\", or leave direction out"},
		{5, "{ speed = \"10G\"; both = \"pcap:a\"; direction = { by = \"port\"; }; }",
	         "5: direction by port needs two ports; by = \"mac\", \"subnet\" or \"vlan\" would "
	         "be "
	         "right"},
		{5, "{ speed = \"10G\"; both = \"pcap:a\"; direction = { by = \"mac\"; }; }",
	         "5: direction by mac has no addresses; write macs = [ \"02:00:00:00:00:01\" ], "
	         "those "
	         "of the peer's side"},
		{5,
	         "{ speed = \"10G\"; both = \"pcap:a\"; direction = { by = \"vlan\"; vlans = { "
	         "peer_to_msft = 5; msft_to_peer = 5; }; }; }",
	         "5: direction by vlan has one VLAN for both directions; write vlans = { "
	         "peer_to_msft "
	         "= 101; msft_to_peer = 102; }"},
	};

	(void)state;
	expect_errors(cases, sizeof cases / sizeof cases[0]);
}

static void
bandwidth(void **state)
{
	static const struct bad_line cases[] = {
		{6, "); bandwidth = 0; } );",
	         "6: bandwidth = 0 is out of range; 1M to 100T bps would be right"},
		{6, "); bandwidth = \"20G\"; } );",
	         "6: bandwidth of link \"l\" is 20G, its members carry 10G; their sum would be "
	         "right"},
		{6, "); bandwidth = \"200g\"; } );",
	         "6: bandwidth is \"200g\"; write a number of bps, such as \"10G\""},
	};
	struct conf *c;

	(void)state;
	expect_errors(cases, sizeof cases / sizeof cases[0]);
	/* less than the members can carry is a product that exists */
	c = load_least_with(6, "); bandwidth = \"5G\"; } );");
	assert_true(c->links[0].bandwidth_bps == 5000000000);
	conf_destroy(c);
}

static void
sessions(void **state)
{
	static const struct bad_line cases[] = {
		{6,
	         "); sessions = ( { name = \"s\"; peer = \"192.0.2.0\"; cloud = \"2001:db8::1\"; } "
	         "); } );",
	         "6: session \"s\" of link \"l\" mixes IPv4 and IPv6; two addresses of one family "
	         "would "
	         "be right"},
		{6,
	         "); sessions = ( { name = \"s\"; peer = \"192.0.2.0\"; cloud = \"192.0.2.0\"; } "
	         "); } );",
	         "6: session \"s\" of link \"l\" has one address for both sides; the cloud's own "
	         "would "
	         "be right"},
		{6,
	         "); sessions = ( { name = \"s\"; peer = \"192.0.2.0\"; cloud = \"192.0.2.1\"; },\n"
	         "{ name = \"s\"; peer = \"192.0.2.2\"; cloud = \"192.0.2.3\"; } ); } );",
	         "7: session \"s\" is used at t.conf:6 already; each session once would be right"},
		{6,
	         "); sessions = ( { name = \"s\"; peer = \"192.0.2.0\"; cloud = \"192.0.2.1\"; bfd "
	         "= "
	         "\"maybe\"; } ); } );",
	         "6: bfd \"maybe\" is not known; \"optional\", \"required\" or \"none\" would be "
	         "right"},
	};

	(void)state;
	expect_errors(cases, sizeof cases / sizeof cases[0]);
}

static void
prefixes(void **state)
{
	static const struct bad_line cases[] = {
		{7,
	         "subnets = ( { prefix = \"203.0.113.0/24\"; },\n{ prefix = \"198.51.100.0/24\"; "
	         "},\n"
	         "{ prefix = \"203.0.113.0/24\"; side = \"msft\"; } );",
	         "9: subnet 203.0.113.0/24 stands at t.conf:7 already; each prefix once would be "
	         "right"},
		/* the same prefix in two spellings */
		{7,
	         "subnets = ( { prefix = \"2001:db8::/32\"; },\n{ prefix = \"2001:0DB8:0::/32\"; } "
	         ");",
	         "8: subnet 2001:db8::/32 stands at t.conf:7 already; each prefix once would be "
	         "right"},
		{7,
	         "registered = ( { prefix = \"203.0.113.0/24\"; },\n{ prefix = \"203.0.113.0/24\"; "
	         "} );",
	         "8: registered prefix 203.0.113.0/24 stands at t.conf:7 already; each prefix once "
	         "would be right"},
		{7,
	         "subnets = ( { prefix = \"203.0.113.0/24\"; endpoints = [ \"203.0.114.1\" ]; } );",
	         "7: endpoint 203.0.114.1 is outside 203.0.113.0/24; an address of the subnet "
	         "would be "
	         "right"},
	};
	struct conf *c;

	(void)state;
	expect_errors(cases, sizeof cases / sizeof cases[0]);
	/* nested is legal, and so is 0/0 beside ::/0 */
	c = load_least_with(7, "subnets = ( { prefix = \"203.0.113.0/24\"; }, { prefix = "
	                       "\"203.0.113.0/25\"; }, { prefix = \"0.0.0.0/0\"; }, { prefix = "
	                       "\"::/0\"; side = \"msft\"; } );");
	assert_int_equal(c->subnet_count, 4);
	conf_destroy(c);
}

/* What loading `text` says on stderr; to be freed. */
static char *
warnings_of(const char *line)
{
	FILE *to = tmpfile();
	int kept = dup(STDERR_FILENO);
	struct text said = {0};
	char buf[512];

	assert_non_null(to);
	dup2(fileno(to), STDERR_FILENO);
	conf_destroy(load_least_with(7, line));
	dup2(kept, STDERR_FILENO);
	close(kept);
	rewind(to);
	while (fgets(buf, sizeof buf, to))
		text_add(&said, "%s", buf);
	fclose(to);
	return said.at ? said.at : mem_strdup("");
}

/* Legal, and most often a slip: the nearest prefix around it is of the other side. */
static void
a_subnet_inside_the_other_side_is_warned_of(void **state)
{
	char *said =
		warnings_of("subnets = ( { prefix = \"10.0.0.0/8\"; side = \"msft\"; }, { prefix "
	                    "= \"10.1.0.0/16\"; }, { prefix = \"10.1.2.0/24\"; } );");

	(void)state;
	assert_non_null(strstr(said, "t.conf:7: subnet 10.1.0.0/16 of side peer lies inside "
	                             "10.0.0.0/8 of side msft"));
	assert_null(strstr(said, "10.1.2.0/24"));
	free(said);
}

#define WINDOW(id, scope, from, to)                                                           \
	"{ id = \"" id "\"; scope = [ " scope " ]; from = \"2026-11-24T" from ":00Z\"; to = " \
	"\"2026-11-24T" to ":00Z\"; }"

static void
maintenance(void **state)
{
	static const struct bad_line cases[] = {
		{7, "maintenance = ( " WINDOW("C", "\"peering\"", "04:00", "01:00") " );",
	         "7: C ends before it begins; a time after from would be right"},
		{7, "maintenance = ( " WINDOW("C", "\"peering\"", "04:00", "04:00") " );",
	         "7: C ends before it begins; a time after from would be right"},
		{7, "maintenance = ( " WINDOW("C", "\"link:x\"", "01:00", "04:00") " );",
	         "7: scope \"link:x\" of C does not exist; a declared link or site would be right"},
		{7, "maintenance = ( " WINDOW("C", "\"site:x\"", "01:00", "04:00") " );",
	         "7: scope \"site:x\" of C does not exist; a declared link or site would be right"},
		{7, "maintenance = ( " WINDOW("C", "", "01:00", "04:00") " );",
	         "7: C has no scope; write scope = [ \"link:l\" ]"},
		{7,
	         "maintenance = ( " WINDOW("C", "\"peering\"", "01:00", "04:00") ",\n" WINDOW(
			 "C", "\"peering\"", "05:00", "06:00") " );",
	         "8: maintenance \"C\" stands at t.conf:7 already; a name of its own would be "
	         "right"},
	};

	(void)state;
	expect_errors(cases, sizeof cases / sizeof cases[0]);
}

static void
files_that_are_not_there(void **state)
{
	static const struct bad_line cases[] = {
		{7, "data = { rpki = \"no-such-file\"; };",
	         "7: cannot read \"no-such-file\"; name a readable file, relative to this one, or "
	         "leave "
	         "it out"},
		{7, "cloud = { ranges = \"no-such-file\"; };",
	         "7: cannot read \"no-such-file\": No such file or directory; name a file of "
	         "prefixes, "
	         "relative to this one, or leave ranges out"},
	};

	(void)state;
	expect_errors(cases, sizeof cases / sizeof cases[0]);
}

/* It would leave the cloud without an address, in silence. */
static void
ranges_without_a_prefix(void **state)
{
	char file[] = "/tmp/check_test.XXXXXX", line[128], expected[256];
	int fd = mkstemp(file);
	const struct bad_line wrong = {7, line, expected};

	(void)state;
	assert_true(fd >= 0 && write(fd, "# to come\n\n", 11) == 11);
	close(fd);
	snprintf(line, sizeof line, "cloud = { ranges = \"%s\"; };", file);
	snprintf(expected, sizeof expected,
	         "7: no prefix stands in \"%s\"; write one a line, such as 52.112.0.0/14, or leave "
	         "ranges out",
	         file);
	expect_errors(&wrong, 1);
	unlink(file);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sites_and_roles),
		cmocka_unit_test(a_probe_among_several_sites_names_its_own),
		cmocka_unit_test(members_and_ports),
		cmocka_unit_test(a_subnet_inside_the_other_side_is_warned_of),
		cmocka_unit_test(members_that_share_a_broker_port),
		cmocka_unit_test(ports_are_of_a_host),
		cmocka_unit_test(directions_of_a_mirror_port),
		cmocka_unit_test(bandwidth),
		cmocka_unit_test(sessions),
		cmocka_unit_test(prefixes),
		cmocka_unit_test(maintenance),
		cmocka_unit_test(files_that_are_not_there),
		cmocka_unit_test(ranges_without_a_prefix),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
