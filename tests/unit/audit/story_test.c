/* Events of a link cut into failures, and each told: what broke first, what followed when. */
#include "audit/story.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "unit/near.h"

#define T0 UINT64_C(1768471200000000)

static struct event
event(uint64_t ms, const char *name, const char *subject, const char *side, const char *text)
{
	struct event e = {.ts_us = T0 + ms * 1000};

	snprintf(e.name, sizeof e.name, "%s", name);
	snprintf(e.subject, sizeof e.subject, "%s", subject);
	snprintf(e.side, sizeof e.side, "%s", side);
	snprintf(e.text, sizeof e.text, "%s", text);
	strcpy(e.link, "pni-a");
	return e;
}

/* A link that stops forwarding, as it is found: not in order of time. */
static size_t
blackhole(struct event *e)
{
	size_t n = 0;

	e[n++] = event(905, "bfd.down", "bfd:pni-a-v4", "peer", "msft says Down");
	e[n++] = event(925, "bgp.session.down", "session:pni-a-v4", "msft", "Cease 10 BFD down");
	e[n++] = event(926, "bgp.prefix.withdrawn", "session:pni-a-v4", "peer", "a withdrawn");
	e[n++] = event(926, "bgp.prefix.withdrawn", "session:pni-a-v4", "peer", "b withdrawn");
	e[n++] = event(3000, "lacp.member.down", "member:pni-a:1", "peer", "no LACPDU from peer");
	e[n++] = event(3000, "link.capacity.changed", "link:pni-a", "peer",
	               "1 of 2 members in the bundle: 10 Gb/s");
	e[n++] = event(0, "link.silent", "link:pni-a", "peer", "no packet peer_to_msft");
	e[n++] = event(20000, "link.up", "link:pni-a", "unknown", "");
	e[n++] = event(21000, "lacp.member.up", "member:pni-a:1", "unknown", "");
	e[n++] = event(21000, "link.capacity.changed", "link:pni-a", "unknown",
	               "2 of 2 members in the bundle: 20 Gb/s");
	e[n++] = event(21500, "bfd.up", "bfd:pni-a-v4", "both", "");
	e[n++] = event(23000, "bgp.session.up", "session:pni-a-v4", "both", "");
	return n;
}

static void
one_failure_is_one_story(void **state)
{
	struct event e[16];
	size_t n = blackhole(e);
	struct stories s;

	(void)state;
	stories_tell(&s, e, n, "pni-a");
	assert_int_equal(s.count, 1);
	assert_int_equal(s.at[0].count, n);
	assert_string_equal(s.at[0].events[s.at[0].first].name, "link.silent");
	assert_true(s.at[0].began_us == T0);
	assert_true(s.at[0].ended_us == T0 + 23000000);
	assert_near(story_offset_s(&s.at[0], 1), 0.905, 1e-9);
	assert_string_equal(s.at[0].summary,
	                    "First traffic of pni-a stopped (no packet peer_to_msft), side peer. "
	                    "0.905 s later BFD pni-a-v4 went down (msft says Down). "
	                    "0.925 s later BGP pni-a-v4 went down (Cease 10 BFD down). "
	                    "3.000 s later member pni-a:1 left the LAG (no LACPDU from peer). "
	                    "2 registered prefixes withdrawn, the first 0.926 s later. "
	                    "Left meanwhile: 1 of 2 members in the bundle: 10 Gb/s. "
	                    "Whole again after 23.000 s.");
	stories_fini(&s);
}

/* The router tells BGP 2 ms before it says Down by BFD: the lower layer is the cause. */
static void
a_close_call_goes_to_the_lower_layer(void **state)
{
	const struct event e[] = {
		event(1000, "bgp.session.down", "session:pni-a-v4", "msft", "Cease 10"),
		event(1002, "bfd.down", "bfd:pni-a-v4", "peer", "msft says Down"),
	};
	struct stories s;

	(void)state;
	stories_tell(&s, e, 2, "pni-a");
	assert_int_equal(s.at[0].first, 1);
	assert_near(story_offset_s(&s.at[0], 0), -0.002, 1e-9);
	assert_string_equal(s.at[0].summary,
	                    "First BFD pni-a-v4 went down (msft says Down), side peer. "
	                    "0.002 s earlier BGP pni-a-v4 went down (Cease 10). It lasts.");
	stories_fini(&s);
}

/* Voice stops before the routers know why: part of the story, never its first cause; a gap long
 * before is another matter. */
static void
a_sign_comes_before_its_cause(void **state)
{
	const struct event e[] = {
		event(0, "voice.gap", "link:pni-a", "unknown", "an older one"),
		event(10100, "voice.gap", "link:pni-a", "unknown", "4 of 8 media streams away"),
		event(11000, "bfd.down", "bfd:pni-a-v4", "peer", "msft says Down"),
		event(15000, "bfd.up", "bfd:pni-a-v4", "both", ""),
	};
	struct stories s;

	(void)state;
	stories_tell(&s, e, 4, "pni-a");
	assert_int_equal(s.count, 1);
	assert_int_equal(s.at[0].count, 3);
	assert_int_equal(s.at[0].first, 1);
	assert_true(s.at[0].began_us == T0 + 11000000);
	assert_true(s.at[0].ended_us == T0 + 15000000);
	assert_string_equal(s.at[0].summary,
	                    "First BFD pni-a-v4 went down (msft says Down), side peer. "
	                    "0.900 s earlier voice on pni-a had a gap (4 of 8 media streams away). "
	                    "Whole again after 4.000 s.");
	stories_fini(&s);
	stories_tell(&s, e, 2, "pni-a");
	assert_int_equal(s.count, 0);
}

static void
what_is_whole_between_are_two_stories(void **state)
{
	const struct event e[] = {
		event(0, "bfd.down", "bfd:pni-a-v4", "peer", "x"),
		event(1000, "bfd.up", "bfd:pni-a-v4", "both", ""),
		event(5000, "bfd.down", "bfd:pni-a-v4", "peer", "within ten seconds"),
		event(6000, "bfd.up", "bfd:pni-a-v4", "both", ""),
		event(20000, "bfd.down", "bfd:pni-a-v4", "msft", "another"),
		/* never healed, and long after that: a third */
		event(400000, "lacp.member.down", "member:pni-a:0", "peer", "y"),
	};
	struct stories s;

	(void)state;
	stories_tell(&s, e, 6, "pni-a");
	assert_int_equal(s.count, 3);
	assert_int_equal(s.at[0].count, 4);
	assert_true(s.at[0].ended_us == T0 + 6000000);
	assert_true(s.at[1].ended_us == 0);
	/* which one */
	assert_ptr_equal(stories_find(&s, NULL, 0), &s.at[2]);
	assert_ptr_equal(stories_find(&s, "bfd:pni-a-v4", 0), &s.at[1]);
	assert_ptr_equal(stories_find(&s, "pni-a-v4", T0 + 3000000), &s.at[0]);
	assert_ptr_equal(stories_find(&s, "link:pni-a", T0 + 60000000), &s.at[1]);
	assert_ptr_equal(stories_find(&s, "pni-a", T0 - 60000000), &s.at[0]);
	assert_null(stories_find(&s, "session:pni-a-v4", 0));
	stories_fini(&s);
}

/* A member is out for an hour: its return is the end of the same story. */
static void
what_heals_late_ends_it(void **state)
{
	const struct event e[] = {
		event(0, "lacp.member.down", "member:pni-a:0", "peer", "y"),
		event(3600000, "lacp.member.up", "member:pni-a:0", "peer", ""),
		event(3700000, "bfd.up", "bfd:pni-a-v4", "both", "of nothing that broke"),
	};
	struct stories s;

	(void)state;
	stories_tell(&s, e, 3, "pni-a");
	assert_int_equal(s.count, 1);
	assert_int_equal(s.at[0].count, 2);
	assert_true(s.at[0].ended_us == T0 + 3600000000);
	stories_fini(&s);
}

static void
what_is_no_part_of_it_is_left_out(void **state)
{
	struct event e[] = {
		event(0, "bfd.up", "bfd:pni-a-v4", "both", "before anything broke"),
		event(1000, "bfd.down", "bfd:pni-b-v4", "peer", "another link"),
		event(2000, "verdict.changed", "requirement:X1", "peer", "no event of the wire"),
		event(3000, "bfd.down", "bfd:pni-a-v4", "peer", "this"),
	};
	struct stories s;

	(void)state;
	strcpy(e[1].link, "pni-b");
	stories_tell(&s, e, 4, "pni-a");
	assert_int_equal(s.count, 1);
	assert_int_equal(s.at[0].count, 1);
	stories_fini(&s);
	stories_tell(&s, e, 0, "pni-a");
	assert_int_equal(s.count, 0);
	assert_null(stories_find(&s, NULL, 0));
	stories_fini(&s);
}

static void
a_subjects_link_is_found(void **state)
{
	const struct event e[] = {event(0, "bfd.down", "bfd:pni-a-v4", "peer", "x")};
	char link[64];

	(void)state;
	story_link(link, "link:pni-b", e, 1);
	assert_string_equal(link, "pni-b");
	story_link(link, "member:pni-b:1", e, 1);
	assert_string_equal(link, "pni-b");
	story_link(link, "bfd:pni-a-v4", e, 1);
	assert_string_equal(link, "pni-a");
	story_link(link, "pni-a-v4", e, 1);
	assert_string_equal(link, "pni-a");
	story_link(link, "pni-a", e, 1);
	assert_string_equal(link, "pni-a");
	story_link(link, "nobody", e, 1);
	assert_string_equal(link, "");
}

/* A summary that finds no room ends; nothing is written past it. */
static void
many_breaks_end_the_summary(void **state)
{
	static struct event e[200];
	struct stories s;

	(void)state;
	for (unsigned i = 0; i < 200; i++) {
		char subject[64];

		snprintf(subject, sizeof subject, "member:pni-a:%u", i);
		e[i] = event(i, "lacp.member.down", subject, "peer", "no LACPDU from either side");
	}
	stories_tell(&s, e, 200, "pni-a");
	assert_int_equal(s.count, 1);
	assert_int_equal(s.at[0].count, 200);
	assert_true(strlen(s.at[0].summary) < STORY_SUMMARY);
	stories_fini(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_failure_is_one_story),
		cmocka_unit_test(a_close_call_goes_to_the_lower_layer),
		cmocka_unit_test(a_sign_comes_before_its_cause),
		cmocka_unit_test(what_is_whole_between_are_two_stories),
		cmocka_unit_test(what_heals_late_ends_it),
		cmocka_unit_test(what_is_no_part_of_it_is_left_out),
		cmocka_unit_test(a_subjects_link_is_found),
		cmocka_unit_test(many_breaks_end_the_summary),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
