/* X2, X3, X4, X5, X12, M6, X10, X13: what the peer announces, each condition at its boundary. */
#include <inttypes.h>
#include <unistd.h>

#include "unit/audit/peering_scene.h"

#define ROUTE(in) (&(in)->sessions[0].routes[0])

static void
path(struct audit_input *in, const uint32_t *asns, unsigned count)
{
	memcpy(ROUTE(in)->path, asns, count * sizeof *asns);
	ROUTE(in)->path_count = ROUTE(in)->path_length = count;
	ROUTE(in)->origin = asns[count - 1];
}

static void
completeness(struct audit_input *in, const char *word)
{
	strcpy(PEER_OF(in, 0)->completeness, word);
}

#define PATH(...) path(in, (uint32_t[]){__VA_ARGS__}, sizeof((uint32_t[]){__VA_ARGS__}) / 4)

CHANGE(untagged, ROUTE(in)->tagged = false)
CHANGE(untagged_inferred, ROUTE(in)->tagged = false; completeness(in, "INFERRED"))
CHANGE(absent, *ROUTE(in) = (struct input_route){0})
CHANGE(absent_covered, absent(in); ROUTE(in)->covered = true)
CHANGE(absent_inferred, absent(in); completeness(in, "INFERRED"))
CHANGE(absent_broken, absent(in); completeness(in, "BROKEN"))
CHANGE(absent_idle, absent(in); strcpy(in->sessions[0].rec.state, "idle"))
CHANGE(absent_seeded, absent(in); completeness(in, "SEEDED"))
CHANGE(seeded, completeness(in, "SEEDED"))
CHANGE(seed_wrong, completeness(in, "SEEDED"); PEER_OF(in, 0)->seed_disagreed = 1)
CHANGE(not_read, free(in->sessions[0].routes); in->sessions[0].routes = NULL)
CHANGE(three, PATH(HEALTHY_ASN, 3, 2))
CHANGE(four, PATH(HEALTHY_ASN, 3, 2, 1))
CHANGE(set_counts_one, PATH(HEALTHY_ASN, 3, 2, 1); ROUTE(in)->path_length = 3)
CHANGE(repeated, PATH(HEALTHY_ASN, HEALTHY_ASN))
CHANGE(private_as, PATH(HEALTHY_ASN, 65000))
CHANGE(path_unread, ROUTE(in)->path_count = ROUTE(in)->path_length = 0)
CHANGE(other_origin, PATH(HEALTHY_ASN, 7))
CHANGE(no_session, in->sessions[0].seen = false)
CHANGE(extra_tagged, PEER_OF(in, 0)->tagged_unregistered = (struct rec_routes_wrong){
			     1, "192.88.0.0/24 8075:8007 unregistered"})

CHANGE(other_family_51, PEER_OF(in, 0)->routes_v6 = 51)
CHANGE(other_family_50, PEER_OF(in, 0)->routes_v6 = 50)

static const struct change communities[] = {
	{"tagged", NULL, "PASS", NULL},
	{"not tagged", untagged, "FAIL", NULL},
	{"not tagged, INFERRED", untagged_inferred, "INCONCLUSIVE", "not-collected"},
	{"seeded and never contradicted", seeded, "PASS", NULL},
	{"seed contradicted", seed_wrong, "INCONCLUSIVE", "not-collected"},
	{"an unregistered prefix too", extra_tagged, "PASS", NULL},
	{"session not seen", no_session, "INCONCLUSIVE", "not-collected"},
};

static const struct change presences[] = {
	{"announced", NULL, "PASS", NULL},
	{"absent", absent, "FAIL", NULL},
	{"absent, a shorter one there", absent_covered, "FAIL", NULL},
	{"absent, SEEDED", absent_seeded, "FAIL", NULL},
	{"absent, INFERRED", absent_inferred, "INCONCLUSIVE", "not-collected"},
	{"absent, BROKEN", absent_broken, "INCONCLUSIVE", "not-collected"},
	{"absent, session idle", absent_idle, "INCONCLUSIVE", "too-little"},
	{"routes not read", not_read, "INCONCLUSIVE", "not-collected"},
};

static const struct change paths[] = {
	{"one AS", NULL, "PASS", NULL},
	{"three", three, "PASS", NULL},
	{"four", four, "FAIL", NULL},
	{"four numbers, two in a set", set_counts_one, "PASS", NULL},
	{"prepended", repeated, "FAIL", NULL},
	{"a private AS", private_as, "FAIL", NULL},
	{"a path that could not be read", path_unread, "INCONCLUSIVE", "not-collected"},
	{"absent", absent, "PASS", NULL},
};

static const struct change received[] = {
	{"too many of the other family", other_family_51, "FAIL", NULL},
	{"all", NULL, "PASS", NULL},
	{"absent", absent, "FAIL", NULL},
	{"not tagged", untagged, "FAIL", NULL},
	{"four ASNs", four, "FAIL", NULL},
	{"another origin", other_origin, "FAIL", NULL},
	{"an unregistered prefix with 8075:8007", extra_tagged, "FAIL", NULL},
	{"INFERRED", absent_inferred, "INCONCLUSIVE", "not-collected"},
	{"BROKEN", absent_broken, "INCONCLUSIVE", "not-collected"},
};

static void
registered_prefixes_are_announced_right(void **state)
{
	(void)state;
	CHECK_CHANGES(HEALTHY_CONTRACT, "X2", communities);
	CHECK_CHANGES(HEALTHY_CONTRACT, "X3", presences);
	CHECK_CHANGES(HEALTHY_CONTRACT, "X4", paths);
	CHECK_CHANGES(HEALTHY_CONTRACT, "M6", received);
}

static void
an_absent_prefix_names_the_session(void **state)
{
	struct conf *conf = scene_conf(HEALTHY_CONTRACT);
	struct audit_input in = healthy_input(conf);
	const struct rec_verdict *row;

	(void)state;
	absent(&in);
	PEER_OF(&in, 0)->withdraw_us = SCENE_NOW - 5 * SCENE_SECOND;
	row = scene_judge(&in, "X3");
	assert_string_equal(row->scope, "prefix:192.31.196.0/24 session:pni-a-v4");
	assert_non_null(strstr(row->reasons, "192.0.2.10 to 192.0.2.11"));
	assert_int_equal(row->first_us, SCENE_NOW - 5 * SCENE_SECOND);
	healthy_fini(&in);
	conf_destroy(conf);
}

/* A prefix with a primary location belongs to that one and its backup, not to every other. */
static void
a_prefix_is_wanted_at_its_locations(void **state)
{
	struct conf *conf = scene_conf(HEALTHY_HEAD("voice", "") HEALTHY_LINKS
	                               "registered = ( { prefix = \"192.31.196.0/24\"; activated = "
	                               "true; primary = \"ams1\"; } );\n" HEALTHY_SUBNETS);
	struct audit_input in = healthy_input(conf);

	(void)state;
	in.sessions[4].routes[0] = (struct input_route){0}; /* pni-c-v4 in Frankfurt */
	assert_verdicts(&in, "X3", "PASS");
	in.sessions[2].routes[0] = (struct input_route){0}; /* pni-b-v4 in Amsterdam */
	assert_verdicts(&in, "X3", "FAIL");
	healthy_fini(&in);
	conf_destroy(conf);
}

static void
nothing_registered_is_open(void **state)
{
	struct conf *conf = scene_conf(HEALTHY_HEAD("voice", "") HEALTHY_LINKS HEALTHY_SUBNETS);
	struct audit_input in = healthy_input(conf);

	(void)state;
	assert_verdicts(&in, "X2 X3 X4 R8 M6", "INCONCLUSIVE");
	healthy_fini(&in);
	conf_destroy(conf);
}

/* ---- X5 -------------------------------------------------------------------------------------- */

static const struct change valid[] = {
	{"right, no registry", NULL, "INCONCLUSIVE", "not-collected"},
	{"another origin", other_origin, "FAIL", NULL},
	{"another origin, INFERRED", absent_inferred, "INCONCLUSIVE", "not-collected"},
};

/* Snapshots with dates of their own: AS 1000000 holds both registered prefixes. */
static struct registry *
snapshots(uint64_t rpki_age_s, uint64_t irr_age_s, uint32_t asn)
{
	struct registry *r = registry_create();
	char folder[] = "/tmp/pniscope-judge.XXXXXX", rpki[64], irr[64];
	FILE *f;

	assert_non_null(mkdtemp(folder));
	snprintf(rpki, sizeof rpki, "%s/vrps.csv", folder);
	snprintf(irr, sizeof irr, "%s/irr.txt", folder);
	f = fopen(rpki, "w");
	fprintf(f, "# date %" PRIu64 "\nASN,IP Prefix,Max Length\nAS%u,192.31.196.0/24,24\n",
	        SCENE_NOW / SCENE_SECOND - rpki_age_s, asn);
	fclose(f);
	f = fopen(irr, "w");
	fprintf(f, "%% date %" PRIu64 "\n\nroute: 192.31.196.0/24\norigin: AS%u\n",
	        SCENE_NOW / SCENE_SECOND - irr_age_s, asn);
	fclose(f);
	registry_refresh(r, rpki, irr);
	unlink(rpki);
	unlink(irr);
	rmdir(folder);
	return r;
}

enum { HOUR = 3600, DAY = 24 * HOUR };

static void
registries_decide_while_fresh(void **state)
{
	static const struct {
		uint64_t rpki_age_s, irr_age_s;
		uint32_t asn;
		const char *x5, *x12;
	} rows[] = {
		{DAY, DAY, HEALTHY_ASN, "PASS", "PASS"},
		{2 * DAY, 14 * DAY, HEALTHY_ASN, "PASS", "PASS"},
		{2 * DAY + 1, DAY, HEALTHY_ASN, "PASS", "INCONCLUSIVE"},
		{DAY, 14 * DAY + 1, HEALTHY_ASN, "INCONCLUSIVE", "INCONCLUSIVE"},
		{-(uint64_t)3 * DAY, DAY, HEALTHY_ASN, "PASS", "INCONCLUSIVE"}, /* of later */
		{DAY, DAY, 7, "FAIL", "PASS"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct conf *conf = scene_conf(HEALTHY_CONTRACT);
		struct audit_input in = healthy_input(conf);
		struct registry *r = snapshots(rows[i].rpki_age_s, rows[i].irr_age_s, rows[i].asn);

		for (size_t s = 0; s < in.session_count; s++)
			in.sessions[s].registry = (struct input_registry){.whole = true,
			                                                  .routes = 3,
			                                                  .valid = 1,
			                                                  .not_found = 2,
			                                                  .registered = 3};
		in.registry = r;
		assert_string_equal(scene_judge(&in, "X5")->verdict, rows[i].x5);
		assert_string_equal(scene_judge(&in, "X12")->verdict, rows[i].x12);
		registry_destroy(r);
		healthy_fini(&in);
		conf_destroy(conf);
	}
}

static void
invalid_announcements(void **state)
{
	static const struct {
		struct input_registry found;
		const char *completeness, *x12, *r3;
	} rows[] = {
		{{true, 3, 3, 0, 0, 0, 3, 0, 0, "", "", ""}, "COMPLETE", "PASS", "PASS"},
		{{true, 3, 0, 3, 0, 0, 3, 0, 0, "", "", ""}, "SEEDED", "PASS", "PASS"},
		{{true, 3, 2, 0, 1, 0, 3, 0, 0, "P", "", ""}, "COMPLETE", "FAIL", "FAIL"},
		{{true, 3, 2, 0, 1, 0, 3, 0, 0, "P", "", ""}, "INFERRED", "FAIL", "FAIL"},
		{{true, 3, 2, 0, 1, 0, 3, 0, 0, "P", "", ""},
	         "BROKEN",
	         "INCONCLUSIVE",
	         "INCONCLUSIVE"},
		{{true, 3, 2, 0, 0, 1, 3, 0, 0, "", "P", ""}, "COMPLETE", "FAIL", "INCONCLUSIVE"},
		{{true, 3, 3, 0, 0, 0, 2, 1, 0, "", "", "P"}, "COMPLETE", "FAIL", "PASS"},
		{{true, 3, 3, 0, 0, 0, 2, 0, 1, "", "", "P"}, "COMPLETE", "FAIL", "PASS"},
		{{false, 2, 2, 0, 0, 0, 2, 0, 0, "", "", ""}, "COMPLETE", "INCONCLUSIVE", "PASS"},
		{{true, 3, 3, 0, 0, 0, 3, 0, 0, "", "", ""},
	         "INFERRED",
	         "INCONCLUSIVE",
	         "INCONCLUSIVE"},
	};
	struct registry *r = snapshots(HOUR, HOUR, HEALTHY_ASN);

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct conf *conf = scene_conf(HEALTHY_CONTRACT);
		struct audit_input in = healthy_input(conf);

		for (size_t s = 0; s < in.session_count; s++)
			in.sessions[s].registry = (struct input_registry){
				.whole = true, .routes = 3, .valid = 3, .registered = 3};
		in.sessions[0].registry = rows[i].found;
		strcpy(PEER_OF(&in, 0)->completeness, rows[i].completeness);
		in.registry = r;
		if (strcmp(scene_judge(&in, "X12")->verdict, rows[i].x12) != 0 ||
		    strcmp(scene_judge(&in, "R3")->verdict, rows[i].r3) != 0)
			fail_msg("row %zu: X12 %s, R3 %s", i, scene_judge(&in, "X12")->verdict,
			         scene_judge(&in, "R3")->verdict);
		healthy_fini(&in);
		conf_destroy(conf);
	}
	registry_destroy(r);
}

static void
registered_prefixes_are_public_and_the_peers(void **state)
{
	struct conf *conf = scene_conf(HEALTHY_HEAD("voice", "") HEALTHY_LINKS
	                               "registered = ( { prefix = \"10.1.0.0/16\"; } );\n");
	struct audit_input in = healthy_input(conf);

	(void)state;
	CHECK_CHANGES(HEALTHY_CONTRACT, "X5", valid);
	assert_verdicts(&in, "X5", "FAIL");
	assert_string_equal(scene_judge(&in, "X5")->scope, "prefix:10.1.0.0/16");
	healthy_fini(&in);
	conf_destroy(conf);
}

/* ---- X10, X13 -------------------------------------------------------------------------------- */

CHANGE(differs, strcpy(PEER_OF(in, 4)->routes_digest, "00");
       strcpy(PEER_OF(in, 6)->routes_digest, "00"))
CHANGE(differs_in_ipv6, strcpy(PEER_OF(in, 5)->routes_digest, "00");
       strcpy(PEER_OF(in, 7)->routes_digest, "00"))
CHANGE(mixed_here, strcpy(PEER_OF(in, 0)->routes_digest, "00"))
CHANGE(mixed, strcpy(PEER_OF(in, 4)->routes_digest, "00"))
CHANGE(far_idle, strcpy(in->sessions[4].rec.state, "idle"))
CHANGE(no_digest, PEER_OF(in, 4)->routes_digest[0] = '\0')

static const struct change everywhere[] = {
	{"equal", NULL, "PASS", NULL},
	{"a location differs", differs, "FAIL", NULL},
	{"it differs in IPv6", differs_in_ipv6, "FAIL", NULL},
	{"one session of the first location differs", mixed_here, "INCONCLUSIVE", "not-collected"},
	{"one session of a location differs", mixed, "INCONCLUSIVE", "not-collected"},
	{"a session is idle", far_idle, "INCONCLUSIVE", "not-collected"},
	{"no digest", no_digest, "INCONCLUSIVE", "not-collected"},
};

CHANGE(at_maximum, PEER_OF(in, 0)->routes_v4 = 100)
CHANGE(above_maximum, PEER_OF(in, 0)->routes_v4 = 101)
CHANGE(above_inferred, above_maximum(in); completeness(in, "INFERRED"))
CHANGE(below_inferred, completeness(in, "INFERRED"))
CHANGE(cease, in->sessions[0].max_prefix_ceases = 1; PEER_OF(in, 0)->max_prefix_ceases = 1)
CHANGE(policy, MSFT_OF(in, 0)->routes_v4 = 2000)
CHANGE(above_policy, MSFT_OF(in, 0)->routes_v4 = 2001)
/* each family against its own limit, in sessions of the other family too (RFC 4760) */
CHANGE(policy_v6, MSFT_OF(in, 1)->routes_v6 = 500)
CHANGE(above_policy_v6, MSFT_OF(in, 1)->routes_v6 = 501)
CHANGE(above_policy_in_v6, MSFT_OF(in, 1)->routes_v4 = 2001)
CHANGE(above_policy_v6_in_v4, MSFT_OF(in, 0)->routes_v6 = 501)
CHANGE(clouds_inferred, strcpy(MSFT_OF(in, 1)->completeness, "INFERRED"))
CHANGE(idle, strcpy(in->sessions[0].rec.state, "idle"))

static const struct change limits[] = {
	{"51 IPv6 prefixes in an IPv4 session", other_family_51, "FAIL", NULL},
	{"50", other_family_50, "PASS", NULL},
	{"below", NULL, "PASS", NULL},
	{"at the maximum", at_maximum, "PASS", NULL},
	{"above it", above_maximum, "FAIL", NULL},
	{"above it, INFERRED: those seen are enough", above_inferred, "FAIL", NULL},
	{"below it, INFERRED", below_inferred, "INCONCLUSIVE", "not-collected"},
	{"Cease/1", cease, "FAIL", NULL},
	{"Microsoft's at the policy's limit", policy, "PASS", NULL},
	{"above it", above_policy, "FAIL", NULL},
	{"Microsoft's IPv6 at its limit", policy_v6, "PASS", NULL},
	{"above it", above_policy_v6, "FAIL", NULL},
	{"its IPv4 in an IPv6 session", above_policy_in_v6, "FAIL", NULL},
	{"its IPv6 in an IPv4 session", above_policy_v6_in_v4, "FAIL", NULL},
	{"Microsoft's, INFERRED", clouds_inferred, "INCONCLUSIVE", "not-collected"},
	{"idle", idle, "INCONCLUSIVE", "too-little"},
};

static void
announcements_are_consistent_and_few(void **state)
{
	(void)state;
	CHECK_CHANGES(HEALTHY_CONTRACT, "X10", everywhere);
	CHECK_CHANGES(HEALTHY_CONTRACT, "X13", limits);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(registered_prefixes_are_announced_right),
		cmocka_unit_test(an_absent_prefix_names_the_session),
		cmocka_unit_test(a_prefix_is_wanted_at_its_locations),
		cmocka_unit_test(nothing_registered_is_open),
		cmocka_unit_test(registered_prefixes_are_public_and_the_peers),
		cmocka_unit_test(registries_decide_while_fresh),
		cmocka_unit_test(invalid_announcements),
		cmocka_unit_test(announcements_are_consistent_and_few),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
