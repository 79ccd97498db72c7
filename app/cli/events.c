/* `events`: the merged diary of a peering; without control, the probes' own streams. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/mem.h"
#include "commands.h"
#include "reader.h"
#include "store/fields.h"

enum { LAST_SIZE = 48, BATCH = 1000 };

static const struct rows_column columns[] = {
	{"ts_us", "time", false},     {"severity", "severity", false},
	{"name", "event", false},     {"subject", "subject", false},
	{"side", "side", false},      {"text", "what", false},
	{"probe", "probe", true},     {"cause", "cause", true},
	{"finding", "finding", true}, {"detected_us", "found", true},
	{NULL, NULL, false},
};

static const struct key_schema schema = {.fields = fields_event,
                                         .record_size = sizeof(struct event)};

struct collector {
	const struct options *options;
	struct rows *rows;
};

static void
take(void *context, const struct event *e)
{
	struct collector *c = context;
	const struct options *o = c->options;

	if ((!o->since_us || e->ts_us >= o->since_us) && (!o->until_us || e->ts_us <= o->until_us))
		rows_add(c->rows, e);
}

/* One stream from `last` on; moves `last`. */
static void
read_stream(struct reader *r, const char *writer, char last[LAST_SIZE], struct rows *rows)
{
	struct collector c = {.options = r->options, .rows = rows};

	while (store_events(r->store, writer, last, BATCH, take, &c, last) == BATCH)
		;
}

/* Where to read from: the peering's stream, or each probe's own where nobody merges them. */
struct streams {
	size_t count;
	const char **writers; /* NULL entry: the merged one */
	char (*last)[LAST_SIZE];
};

static void
add_stream(struct streams *s, const char *writer, uint64_t since_us)
{
	s->writers = mem_resize(s->writers, s->count + 1, sizeof *s->writers);
	s->last = mem_resize(s->last, s->count + 1, sizeof *s->last);
	s->writers[s->count] = writer;
	/* an entry's id begins with its milliseconds */
	snprintf(s->last[s->count++], LAST_SIZE, "%llu-0",
	         since_us >= US_PER_MS ? (unsigned long long)(since_us / US_PER_MS - 1) : 0ull);
}

static void
choose_streams(struct reader *r, struct streams *s)
{
	struct rows probe;
	char last[LAST_SIZE] = "0-0";
	struct collector c = {.options = &(struct options){0}, .rows = &probe};

	rows_init(&probe, &schema);
	if (!r->options->site && store_events(r->store, NULL, last, 1, take, &c, last) > 0)
		add_stream(s, NULL, r->options->since_us);
	for (size_t i = 0; s->count == 0 && i < r->probe_count; i++)
		add_stream(s, r->probes[i].id, r->options->since_us);
	for (size_t i = 1; s->count && s->writers[0] && i < r->probe_count; i++)
		add_stream(s, r->probes[i].id, r->options->since_us);
	rows_fini(&probe);
}

/* A probe's stream is of its site. */
static void
read_streams(struct reader *r, struct streams *s, struct rows *rows)
{
	for (size_t i = 0; i < s->count; i++) {
		for (size_t p = 0; s->writers[i] && p < r->probe_count; p++) {
			if (r->probes[p].id == s->writers[i])
				store_select(r->store, r->probes[p].site, r->peering);
		}
		read_stream(r, s->writers[i], s->last[i], rows);
	}
	rows_sort(rows, "-ts_us");
}

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
follow(struct reader *r, struct streams *s)
{
	const struct timespec pause = {.tv_nsec = 500000000};

	for (;;) {
		struct rows rows;

		rows_init(&rows, &schema);
		read_streams(r, s, &rows);
		reader_choose(r->options, &rows, NULL);
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
	struct streams streams = {0};
	int code = EXIT_ERROR;

	if (!reader_open(&r, o))
		return EXIT_ERROR;
	choose_streams(&r, &streams);
	if (o->follow) {
		code = follow(&r, &streams);
	} else {
		rows_init(&rows, &schema);
		read_streams(&r, &streams, &rows);
		keep_newest(&rows, o);
		if (reader_choose(o, &rows, NULL))
			code = reader_print(&r, &rows, "events", columns);
		rows_fini(&rows);
	}
	free(streams.writers);
	free(streams.last);
	reader_close(&r);
	return code;
}
