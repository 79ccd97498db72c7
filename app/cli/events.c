/* `events`: the merged diary of a peering; without control, the probes' own streams. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "commands.h"
#include "diary.h"
#include "reader.h"
#include "store/fields.h"

static const struct rows_column columns[] = {
	{"ts_us", "time", ROWS_ALWAYS},    {"severity", "severity", ROWS_ALWAYS},
	{"name", "event", ROWS_ALWAYS},    {"subject", "subject", ROWS_ALWAYS},
	{"side", "side", ROWS_ALWAYS},     {"text", "what", ROWS_ALWAYS},
	{"probe", "probe", ROWS_WIDE},     {"cause", "cause", ROWS_WIDE},
	{"finding", "finding", ROWS_WIDE}, {"detected_us", "found", ROWS_WIDE},
	{NULL, NULL, ROWS_ALWAYS},
};

static void
print_line(const struct reader *r, const struct event *e)
{
	char when[CLOCK_TEXT_SIZE], word[64];

	if (r->options->json) {
		json_print(json_record(fields_event, e), stdout, false);
		return;
	}
	printf("%s  %s  %s  %s  %s\n",
	       clock_format_zone(e->ts_us, 3, r->zone[0] ? r->zone : NULL, when),
	       table_paint(e->severity, r->colour, word), e->name, e->subject, e->text);
	fflush(stdout);
}

/* Looks again twice a second until the reader is interrupted or Redis goes. */
static int
follow(struct reader *r, struct diary *d)
{
	const struct timespec pause = {.tv_nsec = 500000000};

	for (;;) {
		struct rows rows;

		diary_read(d, r, r->options->since_us, r->options->until_us, &rows);
		if (!reader_choose(r->options, &rows, NULL)) {
			rows_fini(&rows);
			return EXIT_ERROR;
		}
		for (size_t i = 0; i < rows.count; i++)
			print_line(r, (const struct event *)(const void *)rows.records + i);
		rows_fini(&rows);
		if (store_error(r->store)) {
			fprintf(stderr, "pniscope: %s\n", store_error(r->store));
			return EXIT_ERROR;
		}
		nanosleep(&pause, NULL);
	}
}

/* --limit of a diary means its end. */
static void
keep_newest(struct rows *rows, const struct options *o)
{
	if (!o->limit || o->sort)
		return;
	rows_sort(rows, "ts_us");
	rows_limit(rows, o->limit);
	rows_sort(rows, "-ts_us");
}

int
run_events(const struct options *o)
{
	struct reader r;
	struct rows rows;
	struct diary diary;
	int code = EXIT_ERROR;

	if (!reader_open(&r, o))
		return EXIT_ERROR;
	diary_open(&diary, &r, o->since_us);
	if (o->follow) {
		code = follow(&r, &diary);
	} else {
		diary_read(&diary, &r, o->since_us, o->until_us, &rows);
		keep_newest(&rows, o);
		if (reader_choose(o, &rows, NULL))
			code = reader_print(&r, &rows, "events", columns);
		rows_fini(&rows);
	}
	diary_close(&diary);
	reader_close(&r);
	return code;
}
