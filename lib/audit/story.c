#include "audit/story.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit/field.h"
#include "base/clock.h"
#include "base/mem.h"

/* SHOWS: follows what broke, and may be seen before the routers have found that. */
enum part { BREAKS, HEALS, FOLLOWS, SHOWS };

/* What an event means in a story; layers from the fibre up. The sentence is `before`, the subject
 * without its kind, `after`; none: not worth one. */
static const struct role {
	const char *name;
	enum part part;
	unsigned layer;
	const char *before, *after;
} roles[] = {
	{"link.silent", BREAKS, 0, "traffic of ", " stopped"},
	{"link.up", HEALS, 0, NULL, NULL},
	{"lacp.member.down", BREAKS, 1, "member ", " left the LAG"},
	{"lacp.member.up", HEALS, 1, NULL, NULL},
	{"link.capacity.changed", FOLLOWS, 1, NULL, NULL},
	{"link.degraded", FOLLOWS, 1, NULL, NULL},
	{"bfd.down", BREAKS, 2, "BFD ", " went down"},
	{"bfd.up", HEALS, 2, NULL, NULL},
	{"bgp.session.down", BREAKS, 3, "BGP ", " went down"},
	{"bgp.session.up", HEALS, 3, NULL, NULL},
	{"bgp.prefix.withdrawn", FOLLOWS, 4, NULL, NULL},
	{"bgp.prefix.announced", FOLLOWS, 4, NULL, NULL},
	{"route.origin.changed", FOLLOWS, 4, NULL, NULL},
	{"voice.gap", SHOWS, 5, "voice on ", " had a gap"},
	{"voice.oneway", FOLLOWS, 5, "voice on ", " went one way only"},
};

static const struct role *
role_of(const struct event *e)
{
	for (size_t i = 0; i < sizeof roles / sizeof *roles; i++)
		if (strcmp(roles[i].name, e->name) == 0)
			return &roles[i];
	return NULL;
}

double
story_offset_s(const struct story *s, size_t i)
{
	return ((double)s->events[i].ts_us - (double)s->events[s->first].ts_us) / (double)US_PER_S;
}

/* ---- subjects ------------------------------------------------------------------------------ */

/* "pni-a-v4" of "session:pni-a-v4". */
static const char *
bare(const char *subject)
{
	const char *colon = strchr(subject, ':');

	return colon ? colon + 1 : subject;
}

void
story_link(char link[64], const char *subject, const struct event *events, size_t count)
{
	link[0] = '\0';
	if (strncmp(subject, "link:", 5) == 0)
		snprintf(link, 64, "%s", subject + 5);
	if (strncmp(subject, "member:", 7) == 0)
		snprintf(link, 64, "%.*s", (int)strcspn(subject + 7, ":"), subject + 7);
	for (size_t i = 0; !link[0] && i < count; i++)
		if (events[i].link[0] && (strcmp(events[i].subject, subject) == 0 ||
		                          strcmp(bare(events[i].subject), subject) == 0 ||
		                          strcmp(events[i].link, subject) == 0))
			snprintf(link, 64, "%s", events[i].link);
}

/* ---- cutting into episodes ----------------------------------------------------------------- */

/* What is broken: by subject, as one thing is up or down whatever says so. */
struct broken {
	const char **subjects;
	size_t count;
};

static bool
is_broken(const struct broken *b, const char *subject)
{
	for (size_t i = 0; i < b->count; i++)
		if (strcmp(b->subjects[i], subject) == 0)
			return true;
	return false;
}

static void
break_subject(struct broken *b, const char *subject)
{
	if (!is_broken(b, subject))
		b->subjects[b->count++] = subject;
}

static void
heal_subject(struct broken *b, const char *subject)
{
	for (size_t i = 0; i < b->count; i++)
		if (strcmp(b->subjects[i], subject) == 0) {
			b->subjects[i] = b->subjects[--b->count];
			return;
		}
}

static int
by_time(const void *a, const void *b)
{
	const struct event *x = a, *y = b;

	if (x->ts_us != y->ts_us)
		return x->ts_us < y->ts_us ? -1 : 1;
	return (int)role_of(x)->layer - (int)role_of(y)->layer;
}

/* Copies of the link's events that tell something, in order. */
static struct event *
choose(const struct event *events, size_t count, const char *link, size_t *chosen)
{
	struct event *out = mem_alloc(count + 1, sizeof *out);

	*chosen = 0;
	for (size_t i = 0; i < count; i++)
		if (role_of(&events[i]) && strcmp(events[i].link, link) == 0)
			out[(*chosen)++] = events[i];
	qsort(out, *chosen, sizeof *out, by_time);
	return out;
}

static struct story *
begin_story(struct stories *s, const char *link)
{
	struct story *story;

	s->at = mem_resize(s->at, s->count + 1, sizeof *s->at);
	story = &s->at[s->count++];
	*story = (struct story){0};
	FIELD_COPY(story->link, link);
	return story;
}

static void
add_event(struct story *s, const struct event *e)
{
	s->events = mem_resize(s->events, s->count + 1, sizeof *s->events);
	s->events[s->count++] = *e;
}

/* Whether an event goes on with the story that is told: what heals something of it does, however
 * late. */
static bool
goes_on(const struct story *s, const struct broken *broken, const struct event *e)
{
	uint64_t last_us = s ? s->events[s->count - 1].ts_us : 0;

	if (s && role_of(e)->part == HEALS && is_broken(broken, e->subject))
		return true;
	if (!s || e->ts_us > last_us + STORY_LONG_US)
		return false;
	return broken->count > 0 || e->ts_us <= last_us + STORY_APART_US;
}

/* The signs right before event `at`, which begins the story. */
static void
add_signs(struct story *s, const struct event *events, size_t at)
{
	size_t from = at;

	while (from && role_of(&events[from - 1])->part == SHOWS &&
	       events[from - 1].ts_us + STORY_APART_US >= events[at].ts_us)
		from--;
	for (; from < at; from++)
		add_event(s, &events[from]);
}

static void
cut(struct stories *out, const struct event *events, size_t count, const char *link)
{
	struct broken broken = {.subjects = mem_alloc(count + 1, sizeof *broken.subjects)};
	struct story *story = NULL;

	for (size_t i = 0; i < count; i++) {
		const struct event *e = &events[i];
		enum part part = role_of(e)->part;

		if (!goes_on(story, &broken, e)) {
			broken.count = 0;
			story = part == BREAKS ? begin_story(out, link) : NULL;
			if (story)
				add_signs(story, events, i);
		}
		if (!story)
			continue;
		add_event(story, e);
		if (part == BREAKS)
			break_subject(&broken, e->subject);
		else if (part == HEALS)
			heal_subject(&broken, e->subject);
		if (broken.count)
			story->ended_us = 0;
		else if (part == BREAKS || part == HEALS)
			story->ended_us = e->ts_us;
	}
	free(broken.subjects);
}

/* ---- telling ------------------------------------------------------------------------------- */

static void
find_first(struct story *s)
{
	uint64_t until_us;

	while (role_of(&s->events[s->first])->part != BREAKS)
		s->first++; /* a story has one */
	until_us = s->events[s->first].ts_us + STORY_TOGETHER_US;
	for (size_t i = s->first + 1; i < s->count && s->events[i].ts_us <= until_us; i++) {
		const struct role *role = role_of(&s->events[i]);

		if (role->part == BREAKS && role->layer < role_of(&s->events[s->first])->layer)
			s->first = i;
	}
	s->began_us = s->events[s->first].ts_us;
}

static void __attribute__((format(printf, 2, 3))) say(struct story *s, const char *format, ...)
{
	char sentence[600];
	va_list args;

	va_start(args, format);
	vsnprintf(sentence, sizeof sentence, format, args);
	va_end(args);
	field_append(s->summary, sizeof s->summary, " ", sentence);
}

static const char *
later(double seconds, char buf[32])
{
	snprintf(buf, 32, "%.3f s %s", seconds < 0 ? -seconds : seconds,
	         seconds < 0 ? "earlier" : "later");
	return buf;
}

/* "BFD pni-a-v4 went down (what it was told by)". */
static void
describe(const struct event *e, char to[500])
{
	const struct role *role = role_of(e);

	snprintf(to, 500, "%s%s%s (%s)", role->before, bare(e->subject), role->after,
	         e->cause[0] ? e->cause : e->text);
}

static void
say_breaks(struct story *s)
{
	char what[500], when[32];

	describe(&s->events[s->first], what);
	say(s, "First %s, side %s.", what, s->events[s->first].side);
	for (size_t i = 0; i < s->count; i++) {
		if (i == s->first || !role_of(&s->events[i])->before)
			continue;
		describe(&s->events[i], what);
		say(s, "%s %s.", later(story_offset_s(s, i), when), what);
	}
}

static void
say_routes(struct story *s)
{
	char when[32];
	size_t count = 0, at = 0;

	for (size_t i = 0; i < s->count; i++)
		if (strcmp(s->events[i].name, "bgp.prefix.withdrawn") == 0 && !count++)
			at = i;
	if (count)
		say(s, "%zu registered prefix%s withdrawn, the first %s.", count,
		    count > 1 ? "es" : "", later(story_offset_s(s, at), when));
}

/* The least that was left of the LAG. */
static void
say_capacity(struct story *s)
{
	const struct event *least = NULL;

	for (size_t i = 0; i < s->count; i++) {
		const struct event *e = &s->events[i];

		if (strcmp(e->name, "link.capacity.changed") == 0 &&
		    (!least || atoi(e->text) < atoi(least->text)))
			least = e;
	}
	if (least)
		say(s, "Left meanwhile: %s.", least->text);
}

static void
tell(struct story *s)
{
	find_first(s);
	say_breaks(s);
	say_routes(s);
	say_capacity(s);
	if (s->ended_us)
		say(s, "Whole again after %.3f s.",
		    (double)(s->ended_us - s->began_us) / (double)US_PER_S);
	else
		say(s, "It lasts.");
}

void
stories_tell(struct stories *out, const struct event *events, size_t count, const char *link)
{
	size_t chosen;
	struct event *sorted = choose(events, count, link, &chosen);

	*out = (struct stories){0};
	cut(out, sorted, chosen, link);
	for (size_t i = 0; i < out->count; i++)
		tell(&out->at[i]);
	free(sorted);
}

void
stories_fini(struct stories *s)
{
	for (size_t i = 0; i < s->count; i++)
		free(s->at[i].events);
	free(s->at);
}

/* ---- finding ------------------------------------------------------------------------------- */

static bool
is_about(const struct story *s, const char *subject)
{
	if (!subject || strcmp(subject, s->link) == 0 ||
	    (strncmp(subject, "link:", 5) == 0 && strcmp(subject + 5, s->link) == 0))
		return true;
	for (size_t i = 0; i < s->count; i++)
		if (strcmp(s->events[i].subject, subject) == 0 ||
		    strcmp(bare(s->events[i].subject), subject) == 0)
			return true;
	return false;
}

const struct story *
stories_find(const struct stories *s, const char *subject, uint64_t at_us)
{
	const struct story *found = NULL;

	for (size_t i = 0; i < s->count; i++) {
		const struct story *story = &s->at[i];

		if (!is_about(story, subject))
			continue;
		if (!found || !at_us || story->began_us <= at_us + STORY_APART_US)
			found = story;
	}
	return found;
}
