/* R1 and X7: every condition of the text, each at its boundary. */
#include "unit/audit/peering_scene.h"

/* joined mid-session: only what UPDATEs say */
static void
no_open(struct audit_input *in, uint64_t first_as, uint64_t updates)
{
	for (size_t i = 0; i < in->session_count; i++) {
		PEER_OF(in, i)->asn = PEER_OF(in, i)->opens = 0;
		PEER_OF(in, i)->open_basis[0] = '\0';
		PEER_OF(in, i)->first_as = first_as;
		PEER_OF(in, i)->updates_indirect = updates;
	}
}

static void
open_as(struct audit_input *in, uint64_t asn)
{
	for (size_t i = 0; i < in->session_count; i++)
		PEER_OF(in, i)->asn = asn;
}

CHANGE(ten_updates, no_open(in, HEALTHY_ASN, 10))
CHANGE(nine_updates, no_open(in, HEALTHY_ASN, 9))
CHANGE(ten_of_another, no_open(in, HEALTHY_ASN + 1, 10))
CHANGE(no_updates, no_open(in, 0, 0))
CHANGE(another_as, open_as(in, HEALTHY_ASN + 1))
CHANGE(as_zero_to_last_private, open_as(in, 65534))
CHANGE(reserved_as, open_as(in, 65535))
CHANGE(documentation_32, open_as(in, 65551))
CHANGE(private_32, open_as(in, 4294967294))
CHANGE(two_numbers, PEER_OF(in, 3)->asn = HEALTHY_ASN + 1)
CHANGE(no_keepalive_of_peer, PEER_OF(in, 0)->keepalives = 0)
CHANGE(no_keepalive_of_cloud, MSFT_OF(in, 0)->keepalives = 0)
CHANGE(out_of_sight, strcpy(in->sessions[0].rec.state, "unknown"))
CHANGE(not_the_cloud, MSFT_OF(in, 0)->asn = 64500)
CHANGE(second_cloud_as, MSFT_OF(in, 0)->asn = 8068)
CHANGE(one_unseen, in->sessions[0].seen = false)
CHANGE(carried, strcpy(PEER_OF(in, 0)->open_basis, "carried"))

static void
ended(struct audit_input *in, uint64_t days)
{
	strcpy(in->sessions[0].rec.state, "idle");
	PEER_OF(in, 0)->last_us = MSFT_OF(in, 0)->last_us = SCENE_NOW - days * 86400 * SCENE_SECOND;
	in->sessions[0].rec.down_us = PEER_OF(in, 0)->last_us;
	PEER_OF(in, 0)->open_us = PEER_OF(in, 0)->last_us - SCENE_SECOND;
}

/* it has been down since before this OPEN, which nobody answered */
static void
refused(struct audit_input *in)
{
	strcpy(in->sessions[0].rec.state, "open-sent");
	in->sessions[0].rec.down_us = PEER_OF(in, 0)->open_us - SCENE_SECOND;
}

CHANGE(ended_a_week, ended(in, 7))
CHANGE(ended_longer, ended(in, 8))
CHANGE(quiet_but_up, ended(in, 8); strcpy(in->sessions[0].rec.state, "established"))

static const struct change asns[] = {
	{"as declared", NULL, "PASS", NULL},
	{"OPEN carried over a restart", carried, "PASS", NULL},
	{"10 UPDATEs begin with it", ten_updates, "PASS", NULL},
	{"9 UPDATEs", nine_updates, "INCONCLUSIVE", "not-collected"},
	{"10 UPDATEs of another AS, no OPEN", ten_of_another, "INCONCLUSIVE", "not-collected"},
	{"no UPDATE", no_updates, "INCONCLUSIVE", "not-collected"},
	{"another AS", another_as, "FAIL", NULL},
	{"private", as_zero_to_last_private, "FAIL", NULL},
	{"reserved", reserved_as, "FAIL", NULL},
	{"documentation, 32 bits", documentation_32, "FAIL", NULL},
	{"private, 32 bits", private_32, "FAIL", NULL},
	{"two numbers", two_numbers, "FAIL", NULL},
	{"no KEEPALIVE of the peer", no_keepalive_of_peer, "INCONCLUSIVE", "too-little"},
	{"no KEEPALIVE of the cloud", no_keepalive_of_cloud, "INCONCLUSIVE", "too-little"},
	{"the other side is not the cloud", not_the_cloud, "FAIL", NULL},
	{"another number of the cloud", second_cloud_as, "PASS", NULL},
	{"ended a week ago", ended_a_week, "PASS", NULL},
	{"ended before", ended_longer, "INCONCLUSIVE", "too-little"},
	{"up", quiet_but_up, "PASS", NULL},
	{"a declared session was not seen", one_unseen, "INCONCLUSIVE", "not-collected"},
	{"an OPEN that was refused", refused, "INCONCLUSIVE", "too-little"},
	{"lost from sight", out_of_sight, "PASS", NULL},
};

static void
an_as_is_public_and_declared(void **state)
{
	(void)state;
	CHECK_CHANGES(HEALTHY_CONTRACT, "R1", asns);
}

/* A route server need not begin paths with its own AS (RFC 7947 section 2.2). */
static const struct change servers[] = {
	{"OPEN", NULL, "PASS", NULL},
	{"10 UPDATEs", ten_updates, "INCONCLUSIVE", "not-collected"},
};

static void
a_route_server_needs_its_open(void **state)
{
	(void)state;
	CHECK_CHANGES(HEALTHY_HEAD("route-server", "") HEALTHY_LINKS, "R1", servers);
}

/* Who fails is named: the cloud's side, and its evidence has time, link and field. */
static void
the_failing_side_is_named(void **state)
{
	struct conf *conf = scene_conf(HEALTHY_CONTRACT);
	struct audit_input in = healthy_input(conf);
	const struct rec_verdict *row;
	struct verdict_draft d;

	(void)state;
	not_the_cloud(&in);
	row = scene_judge(&in, "R1");
	assert_string_equal(row->side, "msft");
	assert_string_equal(row->scope, "session:pni-a-v4");
	assert_true(row->evidence_count > 0);
	another_as(&in);
	row = scene_judge(&in, "R1");
	assert_string_equal(row->side, "peer");
	assert_int_equal(row->evidence[0].ts_us, HEALTHY_FROM);
	assert_string_equal(row->evidence[0].link, "pni-a");
	assert_string_equal(row->evidence[0].direction, "peer_to_msft");
	assert_string_equal(row->evidence[0].value, "1000001");
	assert_int_equal(row->first_us, HEALTHY_FROM);
	judge(requirement_find("R1"), &in, &d);
	assert_true(d.hard);
	healthy_fini(&in);
	conf_destroy(conf);
}

static void
what_is_not_declared_is_not_proven(void **state)
{
	struct conf *conf = scene_conf("peering = { name = \"lab\"; type = \"voice\"; };\n"
	                               "peer = { };\n" HEALTHY_SITES HEALTHY_LINKS);
	struct audit_input in = healthy_input(conf);

	(void)state;
	assert_verdicts(&in, "R1", "INCONCLUSIVE");
	healthy_fini(&in);
	conf_destroy(conf);
}

CHANGE(one_md5, in->sessions[1].rec.md5_segments = 1)
CHANGE(hundred_segments, in->sessions[0].rec.segments = 100)
CHANGE(few_segments, in->sessions[0].rec.segments = 99)

static const struct change md5s[] = {
	{"none", NULL, "PASS", NULL},
	{"one segment with option 19", one_md5, "FAIL", NULL},
	{"100 segments", hundred_segments, "PASS", NULL},
	{"99 segments", few_segments, "INCONCLUSIVE", "too-little"},
};

static void
md5_fails(void **state)
{
	(void)state;
	CHECK_CHANGES(HEALTHY_CONTRACT, "X7", md5s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_as_is_public_and_declared),
		cmocka_unit_test(a_route_server_needs_its_open),
		cmocka_unit_test(the_failing_side_is_named),
		cmocka_unit_test(what_is_not_declared_is_not_proven),
		cmocka_unit_test(md5_fails),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
