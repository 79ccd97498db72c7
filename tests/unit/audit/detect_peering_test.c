/* Findings of members, BFD and BGP sessions, and which of them caused which. */
#include "audit/finding.h"
#include "unit/audit/scene.h"

static const struct rec_finding *
find(const struct sightings *s, const char *kind)
{
	const struct rec_finding *found = NULL;

	for (size_t i = 0; i < s->count; i++) {
		if (strcmp(s->at[i].kind, kind) != 0)
			continue;
		assert_null(found);
		found = &s->at[i];
	}
	return found;
}

static struct sightings
detect(const struct audit_input *in)
{
	struct sightings s = {0};

	detect_findings(in, &s);
	return s;
}

static struct rec_lacp
member(uint64_t index, const char *state, const char *blamed, const char *why)
{
	struct rec_lacp m = {.index = index, .state_since_us = SCENE_NOW - 60 * SCENE_SECOND};

	strcpy(m.link, "pni-a");
	strcpy(m.state, state);
	strcpy(m.blamed, blamed);
	strcpy(m.why, why);
	return m;
}

static void
a_member_out_degrades_its_link(void **state)
{
	struct conf *conf = scene_conf(SCENE_CONTRACT);
	struct audit_input in = scene_input(conf);
	struct input_link *link = &in.links[0];
	const struct rec_finding *f, *degraded;
	struct input_member members[2];
	struct sightings s;

	(void)state;
	link->lacp = members;
	link->lacp_count = 2;
	members[0].rec = member(0, "distributing", "", "");
	members[1].rec = member(1, "out", "peer", "no LACPDU from peer for 3 s (due every 1 s)");
	strcpy(link->rec.state, "degraded");
	strcpy(link->rec.why, "member 1: no LACPDU from peer for 3 s (due every 1 s)");
	s = detect(&in);
	f = find(&s, "lacp.member.down");
	degraded = find(&s, "link.degraded");
	assert_string_equal(f->subject, "member:pni-a:1");
	assert_string_equal(f->side, "peer");
	assert_true(f->since_us == SCENE_NOW - 60 * SCENE_SECOND);
	assert_string_equal(f->caused_by, "");
	assert_string_equal(degraded->side, "peer");
	assert_string_equal(degraded->caused_by, f->id);
	sightings_fini(&s);
	/* a silent link is the cause of all that is wrong on it */
	strcpy(link->rec.state, "silent");
	s = detect(&in);
	assert_string_equal(find(&s, "lacp.member.down")->caused_by, find(&s, "link.silent")->id);
	assert_null(find(&s, "link.degraded"));
	sightings_fini(&s);
	/* states that prove nothing are no finding */
	strcpy(link->rec.state, "up");
	strcpy(members[1].rec.state, "one-sided");
	s = detect(&in);
	assert_int_equal(s.count, 0);
	sightings_fini(&s);
	link->lacp = NULL;
	scene_input_fini(&in);
	conf_destroy(conf);
}

static void
bgp_follows_bfd(void **state)
{
	struct conf *conf = scene_conf(SCENE_CONTRACT);
	struct audit_input in = scene_input(conf);
	struct input_session session = {.link = &in.links[0], .seen = true, .counts = true};
	struct input_bfd bfd = {.link = &in.links[0], .session = &session};
	struct sightings s;

	(void)state;
	in.sessions = &session;
	in.session_count = 1;
	in.bfds = &bfd;
	in.bfd_count = 1;
	strcpy(session.rec.name, "pni-a-v4");
	strcpy(session.rec.state, "established");
	strcpy(bfd.rec.name, "pni-a-v4");
	strcpy(bfd.rec.state, "up");
	s = detect(&in);
	assert_int_equal(s.count, 0);
	sightings_fini(&s);
	strcpy(bfd.rec.state, "down");
	strcpy(bfd.rec.down_side, "peer");
	bfd.rec.down_us = SCENE_NOW - 5 * SCENE_SECOND;
	strcpy(session.rec.state, "idle");
	strcpy(session.rec.down_cause, "Cease 10 BFD down by msft");
	strcpy(session.rec.down_side, "msft");
	session.rec.down_us = bfd.rec.down_us + 20000;
	s = detect(&in);
	assert_string_equal(find(&s, "bfd.down")->side, "peer");
	assert_string_equal(find(&s, "bgp.session.down")->caused_by, find(&s, "bfd.down")->id);
	sightings_fini(&s);
	/* a minute apart they are two matters */
	session.rec.down_us = bfd.rec.down_us - 60 * SCENE_SECOND;
	s = detect(&in);
	assert_string_equal(find(&s, "bgp.session.down")->caused_by, "");
	sightings_fini(&s);
	/* what was never up is nobody's outage; a stranger's BFD neither */
	session.rec.down_us = 0;
	bfd.session = NULL;
	s = detect(&in);
	assert_int_equal(s.count, 0);
	sightings_fini(&s);
	in.sessions = NULL;
	in.bfds = NULL;
	in.session_count = in.bfd_count = 0;
	scene_input_fini(&in);
	conf_destroy(conf);
}

static void
bfd_of_one_side_blames_the_other(void **state)
{
	struct conf *conf = scene_conf(SCENE_CONTRACT);
	struct audit_input in = scene_input(conf);
	struct input_session session = {.link = &in.links[0], .seen = true, .counts = true};
	struct input_bfd bfd = {.link = &in.links[0], .session = &session};
	struct sightings s;

	(void)state;
	in.bfds = &bfd;
	in.bfd_count = 1;
	strcpy(bfd.rec.name, "pni-a-v4");
	strcpy(bfd.rec.state, "one-sided");
	bfd.rec.side[SIDE_MSFT].packets = 10;
	s = detect(&in);
	assert_string_equal(find(&s, "bfd.down")->side, "peer");
	sightings_fini(&s);
	in.bfds = NULL;
	in.bfd_count = 0;
	scene_input_fini(&in);
	conf_destroy(conf);
}

static void
repairs_are_no_findings(void **state)
{
	struct conf *conf = scene_conf(SCENE_CONTRACT);
	struct audit_input in = scene_input(conf);
	struct rec_maintenance m = {.from_us = SCENE_NOW - SCENE_SECOND,
	                            .to_us = SCENE_NOW + SCENE_SECOND};
	struct input_member out;
	struct sightings s;

	(void)state;
	strcpy(m.id, "CHG-1");
	strcpy(m.scope, "link:pni-a");
	in.maintenance = &m;
	in.maintenance_count = 1;
	out.rec = member(0, "out", "peer", "peer is not collecting");
	in.links[0].lacp = &out;
	in.links[0].lacp_count = 1;
	s = detect(&in);
	assert_null(find(&s, "lacp.member.down"));
	sightings_fini(&s);
	in.maintenance = NULL;
	in.links[0].lacp = NULL;
	scene_input_fini(&in);
	conf_destroy(conf);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_member_out_degrades_its_link),
		cmocka_unit_test(bgp_follows_bfd),
		cmocka_unit_test(bfd_of_one_side_blames_the_other),
		cmocka_unit_test(repairs_are_no_findings),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
