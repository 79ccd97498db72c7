/* The example in docs/examples as a whole, the digest, reload, and what others ask a conf. */
#include "load.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"

static struct conf *
load_example(void)
{
	struct conf *c;
	char *error;

	if (conf_load("docs/examples/probe.conf", &c, &error) != 0)
		fail_msg("%s", error);
	return c;
}

static void
example_loads_as_written(void **state)
{
	struct conf *c = load_example();
	const struct conf_link *a = &c->links[0], *b = &c->links[1], *f = &c->links[2];

	(void)state;
	assert_string_equal(c->probe.id, "ams1-p1");
	assert_string_equal(c->probe.lcores, "2-9");
	assert_int_equal(c->probe.flows, 4000000);
	assert_int_equal(c->peering.type, PEERING_VOICE);
	assert_int_equal(c->peer.customer_asns.at[1], 4200000001);
	assert_string_equal(c->cloud.ranges, "docs/examples/microsoft-ranges.txt");
	assert_int_equal(c->cloud.range_prefixes.count, 6);
	assert_null(c->data.rpki);
	assert_int_equal(c->site_count, 2);
	assert_int_equal(c->link_count, 3);
	assert_true(a->bandwidth_bps == 200000000000);
	assert_int_equal(a->member_count, 2);
	assert_string_equal(a->members[1].port[DIR_PEER_TO_MSFT], "0000:5e:00.0");
	assert_string_equal(a->azure_connection_id, "1f0c-a");
	assert_int_equal(a->sessions[0].bfd, BFD_REQUIRED);
	assert_true(conf_threshold(c, a, "r7_required_rate") == 8e9);
	assert_true(conf_threshold(c, b, "r7_required_rate") == 0);
	assert_int_equal(b->role, ROLE_REDUNDANT);
	assert_int_equal(b->members[0].by, DIRECTION_BY_MAC);
	assert_memory_equal(b->members[0].macs[0], "\x02\x00\x00\x00\x02\x01", 6);
	assert_int_equal(f->site, 1);
	assert_int_equal(f->tap, TAP_SPAN);
	assert_int_equal(f->members[0].vlan[DIR_MSFT_TO_PEER], 102);
	assert_int_equal(f->members[1].by, DIRECTION_BY_SUBNET);
	assert_int_equal(c->registered[0].origin, 64496);
	assert_string_equal(c->registered[0].backup, "fra1");
	assert_string_equal(c->registered[1].communities.at[0], "8075:8007");
	assert_int_equal(c->subnets[3].side, SIDE_MSFT);
	assert_string_equal(c->subnets[0].classes.at[2], "stun");
	assert_int_equal(c->sbcs[0].media.at[0].len, 26);
	assert_string_equal(c->redis.password_file, "docs/examples/redis.pw");
	conf_destroy(c);
}

static void
links_that_this_probe_taps(void **state)
{
	struct conf *c = load_example();

	(void)state;
	assert_true(conf_link_tapped(c, conf_link_find(c, "pni-a")));
	assert_true(conf_link_tapped(c, conf_link_find(c, "pni-b")));
	assert_false(conf_link_tapped(c, conf_link_find(c, "pni-f")));
	assert_null(conf_link_find(c, "pni-x"));
	conf_destroy(c);
	/* without a probe in the file every link with ports counts */
	c = load_least_with(6, "); }, { name = \"far\"; tap = { kind = \"none\"; }; members = ( { "
	                       "speed = \"10G\"; } ); } );");
	assert_true(conf_link_tapped(c, &c->links[0]));
	assert_false(conf_link_tapped(c, &c->links[1]));
	conf_destroy(c);
	/* with one, and no tap that names it, those of its site */
	c = load_or_fail(
		"probe = { id = \"p1\"; site = \"near\"; };\n"
		"peering = { name = \"p\"; }; peer = { asn = 64496; };\n"
		"sites = ( { name = \"near\"; }, { name = \"far\"; } );\n"
		"links = ( { name = \"a\"; site = \"near\"; members = ( { speed = \"10G\"; "
		"peer_to_msft = \"pcap:a\"; msft_to_peer = \"pcap:b\"; } ); },\n"
		"{ name = \"b\"; site = \"far\"; members = ( { speed = \"10G\"; "
		"peer_to_msft = \"pcap:c\"; msft_to_peer = \"pcap:d\"; } ); } );\n");
	assert_true(conf_link_tapped(c, &c->links[0]));
	assert_false(conf_link_tapped(c, &c->links[1]));
	conf_destroy(c);
}

static void
maintenance_covers_what_is_under_it(void **state)
{
	struct conf *c = load_example();

	(void)state;
	assert_true(conf_scope_covers(c, "peering", "link:pni-a"));
	assert_true(conf_scope_covers(c, "link:pni-b", "link:pni-b"));
	assert_false(conf_scope_covers(c, "link:pni-b", "link:pni-a"));
	assert_true(conf_scope_covers(c, "site:ams1", "link:pni-a"));
	assert_false(conf_scope_covers(c, "site:fra1", "link:pni-a"));
	assert_true(conf_scope_covers(c, "link:pni-a", "session:pni-a-v4"));
	assert_false(conf_scope_covers(c, "link:pni-b", "session:pni-a-v4"));
	assert_true(conf_scope_covers(c, "site:ams1", "session:pni-a-v4"));
	assert_false(conf_scope_covers(c, "session:pni-a-v4", "link:pni-a"));
	assert_true(conf_scope_covers(c, "site:ams1", "site:ams1"));
	assert_false(conf_scope_covers(c, "site:ams1", "peering"));
	assert_false(conf_scope_covers(c, "site:ams1", "link:nobody"));
	conf_destroy(c);
}

static void
digest_of(unsigned line, const char *text, char out[65])
{
	struct conf *c = load_least_with(line, text);

	memcpy(out, c->sha256, 65);
	conf_destroy(c);
}

static void
digest_is_of_the_contract_alone(void **state)
{
	char base[65], other[65];

	(void)state;
	digest_of(0, NULL, base);
	/* what differs from probe to probe, or only looks different */
	digest_of(7, "probe = { id = \"x\"; flows = 5000; };", other);
	assert_string_equal(base, other);
	digest_of(7, "redis = { server = \"127.0.0.1:6379\"; user = \"control\"; };", other);
	assert_string_equal(base, other);
	digest_of(2, "# the peer\n\n  peer={asn=64496;} ;", other);
	assert_string_equal(base, other);
	digest_of(6, "); } ); /* and no more */", other);
	assert_string_equal(base, other);
	/* what does not */
	digest_of(2, "peer = { asn = 64497; };", other);
	assert_string_not_equal(base, other);
	digest_of(7, "tolerate = { up_to = 0.02; };", other);
	assert_string_not_equal(base, other);
	digest_of(6, "); } ); subnets = ( { prefix = \"10.0.0.0/8\"; } );", base);
	digest_of(6, "); } ); subnets = ( { prefix = \"10.0.0.0/9\"; } );", other);
	assert_string_not_equal(base, other);
	/* the order of keys is layout, that of lists is not */
	digest_of(7, "decode = { inner = true; sip_ports = [ 1, 2 ]; };", base);
	digest_of(7, "decode = { sip_ports = ( 1, 2 ); inner = true; };", other);
	assert_string_equal(base, other);
	digest_of(7, "decode = { sip_ports = ( 2, 1 ); inner = true; };", other);
	assert_string_not_equal(base, other);
}

static void
terms_of(unsigned line, const char *text, char out[65])
{
	struct conf *c = load_least_with(line, text);

	memcpy(out, c->terms, 65);
	conf_destroy(c);
}

/* Other subnets or ways to tell traffic apart are other terms; who watches, when work is announced
 * and what is enough for a verdict are not. */
static void
terms_are_what_traffic_is_judged_by(void **state)
{
	static const char *const same[] = {
		"maintenance = ( { id = \"C\"; scope = [\"peering\"]; from = "
		"\"2026-09-21T14:00:00Z\"; to = \"2026-09-21T18:00:00Z\"; } );",
		"thresholds = { r4_flows = 21; };", "targets = { latency_us = 60000; };",
		"probe = { id = \"x\"; flows = 5000; };"};
	static const char *const other[] = {"tolerate = { up_to = 0.02; };",
	                                    "decode = { inner = false; };",
	                                    "subnets = ( { prefix = \"10.0.0.0/8\"; } );",
	                                    "default_subnet = { classes = [\"tls\"]; };"};
	char base[65], with[65];

	(void)state;
	terms_of(0, NULL, base);
	assert_int_equal(strlen(base), 64);
	for (size_t i = 0; i < sizeof same / sizeof same[0]; i++) {
		terms_of(7, same[i], with);
		assert_string_equal(base, with);
	}
	for (size_t i = 0; i < sizeof other / sizeof other[0]; i++) {
		terms_of(7, other[i], with);
		assert_string_not_equal(base, with);
	}
}

static void
names_of_others_are_checked(void **state)
{
	static const char *const classes[] = {"icmp",    "scan", "traceroute", "fragment",
	                                      "sip-tls", "srtp", "stun"};
	static const char *const roles[] = {"sbc"};
	struct conf *c = load_least_with(
		7, "subnets = ( { prefix = \"10.0.0.0/8\";\nclasses = [ \"srtp\", \"sip-tsl\" ];\n"
		   "roles = [ \"toaster\" ]; } );");
	char *error;

	(void)state;
	assert_int_equal(conf_check_names(c, CONF_NAME_CLASS, classes, 7, &error), -EINVAL);
	assert_string_equal(error, "t.conf:8: class \"sip-tsl\" is not known; \"sip-tls\" would be "
	                           "right");
	free(error);
	assert_int_equal(conf_check_names(c, CONF_NAME_ROLE, roles, 1, &error), -EINVAL);
	assert_string_equal(error, "t.conf:9: role \"toaster\" is not known; a role that the "
	                           "documents list would be right");
	free(error);
	conf_destroy(c);
}

static void
files_that_fail_say_so(void **state)
{
	struct conf *c;
	char *error;

	(void)state;
	assert_int_equal(conf_load("no/such.conf", &c, &error), -ENOENT);
	assert_string_equal(error,
	                    "no/such.conf: cannot be read: No such file or directory; name a "
	                    "readable configuration file");
	assert_null(c);
	free(error);
	conf_destroy(NULL);
}

/* SIGHUP: two live side by side, a bad one leaves the first as it was. */
static void
reload_is_a_new_one(void **state)
{
	struct conf *old = load_least_with(0, NULL), *new, *bad;
	char *error;

	(void)state;
	new = load_least_with(2, "peer = { asn = 64500; };");
	assert_int_not_equal(conf_load_text("peering = ", "t.conf", &bad, &error), 0);
	assert_null(bad);
	free(error);
	assert_int_equal(old->peer.asn, 64496);
	assert_int_equal(new->peer.asn, 64500);
	conf_destroy(old);
	assert_string_equal(new->peering.name, "p");
	conf_destroy(new);
}

/* 10 000 subnets, the size the export is built for. */
static void
many_subnets(void **state)
{
	struct text t = {0};
	struct conf *c;

	(void)state;
	text_add(&t, "subnets = (");
	for (unsigned i = 0; i < 10000; i++)
		text_add(&t, "%s\n{ prefix = \"10.%u.%u.0/24\"; classes = [ \"tls\" ]; }",
		         i ? "," : "", i >> 8, i & 255);
	text_add(&t, ");");
	c = load_least_with(7, t.at);
	assert_int_equal(c->subnet_count, 10000);
	assert_int_equal(c->subnets[9999].prefix.addr.b[13], 39);
	conf_destroy(c);
	text_fini(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(example_loads_as_written),
		cmocka_unit_test(links_that_this_probe_taps),
		cmocka_unit_test(maintenance_covers_what_is_under_it),
		cmocka_unit_test(digest_is_of_the_contract_alone),
		cmocka_unit_test(terms_are_what_traffic_is_judged_by),
		cmocka_unit_test(names_of_others_are_checked),
		cmocka_unit_test(files_that_fail_say_so),
		cmocka_unit_test(reload_is_a_new_one),
		cmocka_unit_test(many_subnets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
