/* What the protocols say, from a memory store as a probe would write it. */
#include "audit/announcements.h"
#include "audit/gather.h"
#include "store/route.h"

#include "unit/audit/peering_scene.h"
#include "unit/audit/store_scene.h"

#define ONE_LINK                                                                          \
	"links = ( " HEALTHY_LINK("pni-a", "ams1", "primary", "1", "") ", " HEALTHY_LINK( \
		"pni-b", "ams1", "redundant", "2", "") " );\n"
#define CONTRACT HEALTHY_HEAD("voice", "") ONE_LINK HEALTHY_REGISTERED HEALTHY_SUBNETS

static struct rec_session
session(const char *name, const char *link)
{
	struct rec_session r = {.up_us = 90 * SCENE_SECOND, .covered_us = 100 * SCENE_SECOND};

	snprintf(r.name, sizeof r.name, "%s", name);
	snprintf(r.link, sizeof r.link, "%s", link);
	strcpy(r.state, "established");
	strcpy(r.side[SIDE_PEER].ip, "192.0.2.10");
	strcpy(r.side[SIDE_PEER].completeness, "COMPLETE");
	strcpy(r.side[SIDE_MSFT].completeness, "COMPLETE");
	r.side[SIDE_MSFT].asn = 8075;
	return r;
}

static void
put_route(struct store *s, const char *name, const char *prefix, const char *path,
          const char *communities)
{
	struct rec_route r = {.med = NAN, .local_pref = NAN, .otc = NAN, .path_length = 2};
	char key[KEY_SIZE];
	struct text json = {0};

	snprintf(r.prefix, sizeof r.prefix, "%s", prefix);
	snprintf(r.as_path, sizeof r.as_path, "%s", path);
	snprintf(r.communities, sizeof r.communities, "%s", communities);
	r.origin_as = 7;
	r.received_us = 42;
	route_encode(&r, &json);
	route_map_key(key, name, SIDE_PEER);
	store_map_set(s, key, prefix, json.at, 1000);
	text_fini(&json);
}

static void
gather(struct conf *conf, struct store *s, struct announcements *a, struct audit_input *in)
{
	put_probe(s, conf, SCENE_NOW);
	put_links(s, conf);
	assert_true(audit_gather(
		&(struct gather_params){
			.conf = conf, .store = s, .announcements = a, .capture = true},
		in));
}

static const struct input_session *
find(const struct audit_input *in, const char *name)
{
	for (size_t i = 0; i < in->session_count; i++)
		if (strcmp(in->sessions[i].rec.name, name) == 0)
			return &in->sessions[i];
	return NULL;
}

static void
sessions_meet_their_declarations(void **state)
{
	struct conf *conf = scene_conf(CONTRACT);
	struct store *s = scene_store();
	struct rec_session declared = session("pni-a-v4", "pni-a"), stranger;
	struct audit_input in;

	(void)state;
	snprintf(declared.outages, sizeof declared.outages, "%llu-%llu",
	         (unsigned long long)(SCENE_NOW - 50 * SCENE_SECOND),
	         (unsigned long long)(SCENE_NOW - 40 * SCENE_SECOND));
	stranger = session("pni-a:10.0.0.1-10.0.0.2", "pni-a");
	store_select(s, "ams1", "lab");
	store_put(s, RECORD_SESSION, declared.name, &declared);
	store_put(s, RECORD_SESSION, stranger.name, &stranger);
	gather(conf, s, NULL, &in);
	assert_int_equal(in.session_count, 5); /* four declared ones, and the stranger */
	assert_true(find(&in, "pni-a-v4")->seen && find(&in, "pni-a-v4")->counts);
	assert_ptr_equal(find(&in, "pni-a-v4")->link, &in.links[0]);
	assert_int_equal(find(&in, "pni-a-v4")->uptime.outage_count, 1);
	assert_int_equal(uptime_listed_us(&find(&in, "pni-a-v4")->uptime), 10 * SCENE_SECOND);
	assert_false(find(&in, "pni-b-v4")->seen);
	assert_true(find(&in, "pni-b-v4")->counts);
	/* its link declares others: a customer's session that crosses */
	assert_false(find(&in, stranger.name)->counts);
	audit_input_fini(&in);
	store_close(s, 0);
	conf_destroy(conf);
}

#define BARE_LINK                                                                                \
	"links = ( { name = \"pni-a\"; site = \"ams1\"; members = ( " SCENE_MEMBER("a") " ); } " \
											");\n"

static void
elsewhere(struct rec_session *s)
{
	s->side[SIDE_MSFT].asn = 64500;
}

/* A customer's with a machine in the cloud: no OPEN seen, and one end is routers away. */
static void
crossing(struct rec_session *s)
{
	s->side[SIDE_MSFT].asn = 0;
	s->ttl_min = 61;
	s->ttl_max = 64;
}

static void
neighbours(struct rec_session *s)
{
	s->ttl_min = 1;
	s->ttl_max = 255;
}

static void
over(struct rec_session *s)
{
	strcpy(s->state, "idle");
	s->side[SIDE_PEER].last_us = SCENE_NOW - 24 * 3601 * SCENE_SECOND;
}

static void
just_over(struct rec_session *s)
{
	strcpy(s->state, "idle");
	s->side[SIDE_PEER].last_us = SCENE_NOW - 23 * 3600 * SCENE_SECOND;
}

/* Without declared sessions those that end at the cloud and at attached routers count. */
static void
sessions_of_the_wire_count_where_none_is_declared(void **state)
{
	static const struct {
		const char *name;
		void (*change)(struct rec_session *);
		bool counts;
	} rows[] = {
		{"pni-a:a-b", NULL, true},      {"pni-a:c-d", elsewhere, false},
		{"pni-a:e-f", crossing, false}, {"pni-a:g-h", neighbours, true},
		{"pni-a:i-j", over, false},     {"pni-a:k-l", just_over, true},
	};
	struct conf *conf = scene_conf(HEALTHY_HEAD("voice", "") BARE_LINK);
	struct store *s = scene_store();
	struct audit_input in;

	(void)state;
	store_select(s, "ams1", "lab");
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct rec_session r = session(rows[i].name, "pni-a");

		if (rows[i].change)
			rows[i].change(&r);
		store_put(s, RECORD_SESSION, r.name, &r);
	}
	gather(conf, s, NULL, &in);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		print_message("%s\n", rows[i].name);
		assert_int_equal(find(&in, rows[i].name)->counts, rows[i].counts);
	}
	audit_input_fini(&in);
	store_close(s, 0);
	conf_destroy(conf);
}

static void
maintenance_takes_outages_out(void **state)
{
	struct conf *conf = scene_conf(CONTRACT);
	struct store *s = scene_store();
	struct rec_session r = session("pni-a-v4", "pni-a");
	struct rec_maintenance m = {.from_us = SCENE_NOW - 60 * SCENE_SECOND,
	                            .to_us = SCENE_NOW - 45 * SCENE_SECOND};
	struct audit_input in;

	(void)state;
	strcpy(m.id, "CHG-1");
	strcpy(m.scope, "link:pni-z,site:ams1");
	snprintf(r.outages, sizeof r.outages, "%llu-%llu",
	         (unsigned long long)(SCENE_NOW - 50 * SCENE_SECOND),
	         (unsigned long long)(SCENE_NOW - 40 * SCENE_SECOND));
	store_select(s, "ams1", "lab");
	store_put(s, RECORD_SESSION, r.name, &r);
	store_put(s, RECORD_MAINTENANCE, m.id, &m);
	gather(conf, s, NULL, &in);
	assert_int_equal(find(&in, "pni-a-v4")->uptime.maintained_us, 5 * SCENE_SECOND);
	assert_int_equal(uptime_listed_us(&find(&in, "pni-a-v4")->uptime), 5 * SCENE_SECOND);
	assert_int_equal(uptime_flaps(&find(&in, "pni-a-v4")->uptime), 0);
	assert_null(input_maintenance(&in, "link:pni-a")); /* it is over */
	audit_input_fini(&in);
	store_close(s, 0);
	conf_destroy(conf);
}

static void
registered_prefixes_are_read(void **state)
{
	struct conf *conf = scene_conf(CONTRACT);
	struct store *s = scene_store();
	struct announcements *a = announcements_create();
	struct rec_session r = session("pni-a-v4", "pni-a");
	const struct input_route *route;
	struct audit_input in;

	(void)state;
	r.side[SIDE_PEER].registered = 1;
	r.side[SIDE_PEER].routes_v4 = 4;
	store_select(s, "ams1", "lab");
	store_put(s, RECORD_SESSION, r.name, &r);
	put_route(s, "pni-a-v4", "192.31.196.0/24", "1000000 {7,8}", "1:1 8075:8007 65535:0");
	put_route(s, "pni-a-v4", "192.31.0.0/16", "1000000", "8075:80070");
	put_route(s, "pni-a-v4", "192.31.196.64/26", "1000000", "");
	put_route(s, "pni-a-v4", "192.31.196.128/27", "1000000", "");
	gather(conf, s, a, &in);
	route = &find(&in, "pni-a-v4")->routes[0];
	assert_true(route->present && route->tagged && route->shutdown && !route->has_med);
	assert_int_equal(route->path_count, 3);
	assert_int_equal(route->path[2], 8);
	assert_int_equal(route->path_length, 2);
	assert_int_equal(route->since_us, 42);
	assert_true(route->inside == 0.25 + 0.125);
	assert_int_equal(in.subnets[0].announced, ANNOUNCED_YES);
	/* 192.31.0.0/16 holds the entry, and all were announced long ago */
	assert_int_equal(in.unlisted.announced, 4);
	assert_int_equal(in.unlisted.count, 0);
	assert_false(in.unlisted.whole);
	/* a session that was not seen may announce it: not known, but not "no" */
	assert_int_equal(in.subnets[1].announced, ANNOUNCED_UNKNOWN);
	audit_input_fini(&in);

	/* withdrawn: only the prefix around it is left */
	store_select(s, "ams1", "lab");
	store_map_unset(s, "rib:pni-a-v4:peer", "192.31.196.0/24");
	r.side[SIDE_PEER].registered = 0;
	strcpy(r.side[SIDE_PEER].routes_digest, "other");
	store_put(s, RECORD_SESSION, r.name, &r);
	gather(conf, s, a, &in);
	route = &find(&in, "pni-a-v4")->routes[0];
	assert_true(!route->present && route->covered);
	assert_int_equal(in.subnets[0].announced, ANNOUNCED_YES);
	audit_input_fini(&in);

	/* with path identifiers a prefix is more than one route */
	r.side[SIDE_PEER].add_path = true;
	store_select(s, "ams1", "lab");
	store_put(s, RECORD_SESSION, r.name, &r);
	gather(conf, s, a, &in);
	assert_null(find(&in, "pni-a-v4")->routes);
	audit_input_fini(&in);
	r.side[SIDE_PEER].add_path = false;

	/* a map that lags behind its session proves no absence */
	r.side[SIDE_PEER].registered = 1;
	store_select(s, "ams1", "lab");
	store_put(s, RECORD_SESSION, r.name, &r);
	gather(conf, s, a, &in);
	assert_null(find(&in, "pni-a-v4")->routes);
	audit_input_fini(&in);
	announcements_destroy(a);
	store_close(s, 0);
	conf_destroy(conf);
}

/* Addresses that are of the link alone are nobody's leak. */
static void
local_sources_are_the_links(void **state)
{
	static const struct {
		const char *ip;
		bool local;
	} rows[] = {
		{"::", true},        {"0.0.0.0", true},      {"fe80::1", true},
		{"ff02::16", true},  {"169.254.1.1", true},  {"224.0.0.5", true},
		{"10.0.0.1", false}, {"2001:db8::1", false}, {"::1", false},
		{"0.0.0.1", false},
	};
	struct conf *conf = scene_conf(CONTRACT);
	struct store *s = scene_store();
	struct announcements *a = announcements_create();
	struct audit_input in;
	size_t found = 0;

	(void)state;
	store_select(s, "ams1", "lab");
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct rec_endpoint e = {.flows = 1};

		strcpy(e.ip, rows[i].ip);
		strcpy(e.side, "peer");
		store_put(s, RECORD_ENDPOINT, e.ip, &e);
		store_rank(s, SCOPE_SITE, "endpoints", e.ip, (double)i);
	}
	gather(conf, s, a, &in);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		for (size_t k = 0; k < in.source_count; k++)
			if (strcmp(in.sources[k].ip, rows[i].ip) == 0) {
				assert_int_equal(in.sources[k].router, rows[i].local);
				found++;
			}
	assert_int_equal(found, sizeof rows / sizeof *rows);
	audit_input_fini(&in);
	announcements_destroy(a);
	store_close(s, 0);
	conf_destroy(conf);
}

static void
announced_prefixes_want_an_entry(void **state)
{
	struct conf *conf = scene_conf(CONTRACT);
	struct store *s = scene_store();
	struct announcements *a = announcements_create();
	struct rec_session r = session("pni-a-v4", "pni-a");
	struct audit_input in;

	(void)state;
	r.side[SIDE_PEER].routes_v4 = 2;
	store_select(s, "ams1", "lab");
	store_put(s, RECORD_SESSION, r.name, &r);
	put_route(s, "pni-a-v4", "192.31.196.0/24", "1000000", "");
	put_route(s, "pni-a-v4", "192.88.0.0/24", "1000000", "");
	gather(conf, s, a, &in);
	assert_int_equal(in.unlisted.count, 1);
	assert_string_equal(in.unlisted.first, "192.88.0.0/24");
	assert_int_equal(in.unlisted.first_us, 42);
	assert_verdicts(&in, "R4", "FAIL");
	/* within the hour's grace nothing is missing yet */
	assert_int_equal(announcements_unlisted(a, conf, 42).count, 0);
	assert_int_equal(announcements_unlisted(a, conf, 43).count, 1);
	audit_input_fini(&in);
	announcements_destroy(a);
	store_close(s, 0);
	conf_destroy(conf);
}

/* All sessions seen and whole: what is not announced is known not to be. */
static void
absence_needs_every_session_whole(void **state)
{
	struct conf *conf = scene_conf(CONTRACT);
	struct store *s = scene_store();
	struct announcements *a = announcements_create();
	static const char *const names[] = {"pni-a-v4", "pni-a-v6", "pni-b-v4", "pni-b-v6"};
	struct audit_input in;

	(void)state;
	store_select(s, "ams1", "lab");
	for (unsigned i = 0; i < 4; i++) {
		struct rec_session r = session(names[i], i < 2 ? "pni-a" : "pni-b");

		store_put(s, RECORD_SESSION, r.name, &r);
	}
	gather(conf, s, a, &in);
	assert_int_equal(in.subnets[0].announced, ANNOUNCED_NO);
	audit_input_fini(&in);
	store_select(s, "ams1", "lab");
	struct rec_session inferred = session("pni-b-v6", "pni-b");

	strcpy(inferred.side[SIDE_PEER].completeness, "INFERRED");
	store_put(s, RECORD_SESSION, inferred.name, &inferred);
	gather(conf, s, a, &in);
	assert_int_equal(in.subnets[0].announced, ANNOUNCED_UNKNOWN);
	audit_input_fini(&in);
	announcements_destroy(a);
	store_close(s, 0);
	conf_destroy(conf);
}

static void
members_and_tokens_belong_to_their_link(void **state)
{
	struct conf *conf = scene_conf(CONTRACT);
	struct store *s = scene_store();
	struct rec_lacp lacp = {.index = 1, .up_us = 5, .covered_us = 7};
	struct rec_tokens tokens = {.link = "pni-b"};
	struct rec_link link = {.name = "pni-a"};
	struct rec_bfd bfd = {.name = "pni-a-v4", .link = "pni-a", .session = "pni-a-v4"};
	struct audit_input in;

	(void)state;
	strcpy(lacp.link, "pni-a");
	store_select(s, "ams1", "lab");
	store_put(s, RECORD_LINK, "pni-a", &link);
	store_put(s, RECORD_LACP, "pni-a:1", &lacp);
	store_put(s, RECORD_TOKENS, "pni-b", &tokens);
	store_put(s, RECORD_BFD, "pni-a-v4", &bfd);
	gather(conf, s, NULL, &in);
	assert_int_equal(in.links[0].lacp_count, 1);
	assert_int_equal(in.links[0].lacp[0].uptime.covered_us, 7);
	assert_true(in.links[0].followed && in.links[1].followed);
	assert_int_equal(in.bfd_count, 1);
	assert_ptr_equal(in.bfds[0].session, find(&in, "pni-a-v4"));
	audit_input_fini(&in);
	store_close(s, 0);
	conf_destroy(conf);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sessions_meet_their_declarations),
		cmocka_unit_test(sessions_of_the_wire_count_where_none_is_declared),
		cmocka_unit_test(maintenance_takes_outages_out),
		cmocka_unit_test(registered_prefixes_are_read),
		cmocka_unit_test(announced_prefixes_want_an_entry),
		cmocka_unit_test(local_sources_are_the_links),
		cmocka_unit_test(absence_needs_every_session_whole),
		cmocka_unit_test(members_and_tokens_belong_to_their_link),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
