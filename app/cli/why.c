/* `why SUBJECT [--at TIME]`: the failure that a link, member or session had then, as one story. */
#include <stdlib.h>
#include <string.h>

#include "audit/story.h"
#include "base/clock.h"
#include "base/mem.h"
#include "commands.h"
#include "diary.h"
#include "known.h"
#include "tell_story.h"
#include "ui/format.h"

enum { DAY_US = 86400u };

/* What is asked. */
struct question {
	const char *subject;
	uint64_t at_us; /* 0: the newest */
	uint64_t since_us, until_us;
	char link[64];
	struct rec_finding finding; /* id empty: none was asked for */
};

/* A finding is asked for by its id: then its subject at its time. */
static void
read_question(struct reader *r, const struct options *o, struct question *q)
{
	const uint64_t day_us = DAY_US * US_PER_S;
	uint64_t now_us = clock_utc_us();

	*q = (struct question){.subject = o->words[1], .at_us = o->at_us};
	if (store_get(r->store, RECORD_FINDING, q->subject, &q->finding)) {
		q->subject = q->finding.subject;
		q->at_us = q->at_us ? q->at_us : q->finding.since_us;
	}
	q->until_us = o->until_us ? o->until_us : q->at_us ? q->at_us + day_us : 0;
	q->since_us = o->since_us ? o->since_us : (q->at_us ? q->at_us : now_us) - day_us;
}

/* Where no event names the subject, its record does. */
static void
link_of_record(struct reader *r, struct question *q)
{
	const char *bare = strchr(q->subject, ':') ? strchr(q->subject, ':') + 1 : q->subject;
	struct rec_session session;
	struct rec_link link;
	struct rec_bfd bfd;

	for (size_t s = 0; !q->link[0] && s < r->site_count; s++) {
		reader_select(r, s);
		if (store_get(r->store, RECORD_LINK, q->subject, &link))
			snprintf(q->link, sizeof q->link, "%s", link.name);
		else if (store_get(r->store, RECORD_SESSION, bare, &session))
			snprintf(q->link, sizeof q->link, "%s", session.link);
		else if (store_get(r->store, RECORD_BFD, bare, &bfd))
			snprintf(q->link, sizeof q->link, "%s", bfd.link);
	}
}

/* Findings about what the story tells of, that were open in its time. */
static void
read_findings(struct reader *r, const struct story *story, struct rows *out)
{
	struct rec_finding *f = mem_alloc(1, sizeof *f);
	size_t count;
	char **ids = store_ids(r->store, RECORD_FINDING, NULL, &count);
	struct stories one = {.at = (struct story *)story, .count = 1};

	rows_init(out, model_schema(RECORD_FINDING));
	for (size_t i = 0; i < count; i++) {
		if (!store_get(r->store, RECORD_FINDING, ids[i], f) ||
		    f->since_us + STORY_APART_US < story->began_us ||
		    (story->ended_us && f->since_us > story->ended_us + STORY_APART_US) ||
		    !stories_find(&one, f->subject, 0))
			continue;
		rows_add(out, f);
	}
	store_ids_free(ids, count);
	free(f);
}

static int
print_json(struct reader *r, const struct story *story, const struct rows *findings)
{
	json_t *o = reader_envelope(r, "pniscope.why/1");

	json_put(o, "story", story ? story_json(story) : json_null());
	json_put(o, "findings", rows_json(findings));
	return json_print(o, stdout, true) ? EXIT_FINE : EXIT_ERROR;
}

static void
print_findings(const struct reader *r, const struct rows *findings)
{
	for (size_t i = 0; i < findings->count; i++) {
		const struct rec_finding *f =
			(const struct rec_finding *)(const void *)findings->records + i;
		struct text text = {0};
		char word[64];

		format_clean(&text, f->text);
		printf("%s%s  %s  %s  %s\n", i ? "" : "\nfindings\n",
		       table_paint(f->severity, r->colour, word), f->id, f->state,
		       text.at ? text.at : "");
		text_fini(&text);
	}
}

static int
print_text(struct reader *r, const struct question *q, const struct story *story,
           const struct rows *findings)
{
	char since[CLOCK_TEXT_SIZE];
	const char *zone = r->zone[0] ? r->zone : NULL;

	if (!story) {
		printf("%s: nothing broke since %s\n", q->subject,
		       clock_format_zone(q->since_us, 0, zone, since));
	} else {
		story_print(story, zone, r->colour, stdout);
		print_findings(r, findings);
	}
	fputc('\n', stdout);
	reader_print_probes(r, stdout);
	return EXIT_FINE;
}

static int
answer(struct reader *r, const struct question *q, const struct stories *stories)
{
	const struct story *story = stories_find(stories, q->subject, q->at_us);
	struct rows findings;
	int code;

	if (story)
		read_findings(r, story, &findings);
	else
		rows_init(&findings, model_schema(RECORD_FINDING));
	code = r->options->json ? print_json(r, story, &findings)
	                        : print_text(r, q, story, &findings);
	rows_fini(&findings);
	return code;
}

int
run_why(const struct options *o)
{
	struct question *q = mem_alloc(1, sizeof *q);
	struct reader r;
	struct diary diary;
	struct rows rows;
	struct stories stories;
	const struct event *events;
	int code = EXIT_ERROR;

	if (!reader_open(&r, o)) {
		free(q);
		return EXIT_ERROR;
	}
	read_question(&r, o, q);
	diary_open(&diary, &r, q->since_us);
	diary_read(&diary, &r, q->since_us, q->until_us, &rows);
	events = (const struct event *)(const void *)rows.records;
	story_link(q->link, q->subject, events, rows.count);
	link_of_record(&r, q);
	stories_tell(&stories, events, rows.count, q->link);
	/* a link that is no more has its stories */
	if (q->link[0] &&
	    (stories_find(&stories, q->subject, q->at_us) || known_link(&r, "why", q->link)))
		code = answer(&r, q, &stories);
	else if (!q->link[0])
		fprintf(stderr,
		        "pniscope: %s: no such link, member, session or finding; pniscope links "
		        "lists links\n",
		        q->subject);
	stories_fini(&stories);
	rows_fini(&rows);
	diary_close(&diary);
	reader_close(&r);
	free(q);
	return code;
}
