/* `findings` and `ack`. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "commands.h"
#include "reader.h"
#include "show.h"

static const struct rows_column finding_columns[] = {
	{"severity", "severity", ROWS_ALWAYS},
	{"state", "state", ROWS_ALWAYS},
	{"side", "side", ROWS_ALWAYS},
	{"subject", "subject", ROWS_ALWAYS},
	{"since_us", "since", ROWS_ALWAYS},
	{"text", "what", ROWS_ALWAYS},
	{"samples", "samples", ROWS_ALWAYS},
	{"id", "id", ROWS_ALWAYS},
	{"cause", "cause", ROWS_WIDE},
	{"next", "next", ROWS_WIDE},
	{"until_us", "until", ROWS_WIDE},
	{"acked_by", "by", ROWS_WIDE},
	{NULL, NULL, ROWS_ALWAYS},
};

/* Open and acknowledged ones; with a time range also those that closed within it. */
static bool
wanted(const struct options *o, const struct rec_finding *f)
{
	bool closed = strcmp(f->state, "closed") == 0;

	if (o->at_us)
		return f->since_us <= o->at_us && (!closed || f->until_us >= o->at_us);
	if (o->until_us && f->since_us > o->until_us)
		return false;
	if (o->since_us)
		return !closed || f->until_us >= o->since_us;
	return !closed || o->until_us;
}

struct wish {
	const struct options *options;
	struct rows *rows;
};

static void
add_wanted(void *context, const char *id, const void *record)
{
	const struct wish *w = context;

	(void)id;
	if (wanted(w->options, record))
		rows_add(w->rows, record);
}

/* Whether what the subject names lies on a link: the link, its members, its sessions. */
static bool
lies_on(struct reader *r, const char *subject, const char *link)
{
	struct rec_session *s = mem_alloc(1, sizeof *s);
	size_t kind = strcspn(subject, ":"), size = strlen(link);
	const char *name = subject[kind] ? subject + kind + 1 : "";
	bool lies = strncmp(name, link, size) == 0 && (name[size] == '\0' || name[size] == ':');

	if (strncmp(subject, "session:", 8) == 0 || strncmp(subject, "bfd:", 4) == 0) {
		lies = false;
		for (size_t site = 0; site < r->site_count && !lies; site++) {
			reader_select(r, site);
			lies = store_get(r->store, RECORD_SESSION, name, s) &&
			       strcmp(s->link, link) == 0;
		}
	}
	free(s);
	return lies;
}

/* --link and --subnet: findings have neither, they have a subject. */
static void
choose_subjects(struct reader *r, struct rows *rows)
{
	const struct options *o = r->options;
	const struct rec_finding *f = (const void *)rows->records;
	struct rows kept;

	rows_init(&kept, model_schema(RECORD_FINDING));
	for (size_t i = 0; i < rows->count; i++) {
		bool subnet = strncmp(f[i].subject, "subnet:", 7) == 0;

		if (o->subnet && !(subnet && strcmp(f[i].subject + 7, o->subnet) == 0))
			continue;
		if (o->link && (subnet || !lies_on(r, f[i].subject, o->link)))
			continue;
		rows_add(&kept, &f[i]);
	}
	rows_fini(rows);
	*rows = kept;
}

static void
collect(struct reader *r, const char *id, struct rows *rows)
{
	struct wish wish = {r->options, rows};
	size_t count;
	char **ids;

	if (id) {
		struct rec_finding *f = mem_alloc(1, sizeof *f);

		if (store_get(r->store, RECORD_FINDING, id, f))
			rows_add(rows, f);
		free(f);
		return;
	}
	ids = store_ids(r->store, RECORD_FINDING, NULL, &count);
	store_get_many(r->store, RECORD_FINDING, ids, count, add_wanted, &wish);
	store_ids_free(ids, count);
}

static int
print_findings(struct reader *r, struct rows *rows, const char *id)
{
	const struct options *o = r->options;
	struct options rest = *o;
	uint64_t judged = reader_judged_us(r);
	int code = EXIT_FINE;

	choose_subjects(r, rows);
	rest.link = rest.subnet = NULL;
	if (!reader_choose(&rest, rows, "since_us"))
		return EXIT_ERROR;
	if (o->json) {
		json_t *object = reader_envelope(r, "pniscope.findings/1");

		reader_put_judged(r, object, judged);
		json_put(object, "findings", rows_json(rows));
		return json_print(object, stdout, true) ? EXIT_FINE : EXIT_ERROR;
	}
	if (o->csv)
		return reader_print(r, rows, "findings", finding_columns);
	if (id) {
		show_finding((const void *)rows->records, r->zone, r->colour, stdout);
		fputc('\n', stdout);
	} else {
		code = reader_print(r, rows, "findings", finding_columns);
	}
	reader_print_judged(r, judged, stdout);
	return code;
}

int
run_findings(const struct options *o)
{
	struct reader r;
	struct rows rows;
	const char *id = o->word_count > 1 ? o->words[1] : NULL;
	int code = EXIT_ERROR;

	if (!reader_open(&r, o))
		return EXIT_ERROR;
	rows_init(&rows, model_schema(RECORD_FINDING));
	collect(&r, id, &rows);
	if (id && rows.count == 0)
		fprintf(stderr, "pniscope: %s: no such finding; `pniscope findings` lists them\n",
		        id);
	else
		code = print_findings(&r, &rows, id);
	rows_fini(&rows);
	reader_close(&r);
	return code;
}

/* ---- ack --------------------------------------------------------------------------------- */

/* The record with its new state; control takes it from there at its next turn. */
static int
acknowledge(struct reader *r, struct rec_finding *f)
{
	const struct options *o = r->options;
	struct store *s = reader_open_writer(r, f->head.boot_us);

	if (!s)
		return EXIT_ERROR;
	snprintf(f->state, sizeof f->state, "acked");
	snprintf(f->acked_by, sizeof f->acked_by, "%s", options_who(o));
	f->acked_us = clock_utc_us();
	store_begin(s, f->head.seq);
	store_put(s, RECORD_FINDING, f->id, f);
	store_close(s, READER_WRITE_WAIT_MS);
	/* read back under the word given: reading clears the record first */
	if (store_get(r->store, RECORD_FINDING, o->words[1], f) && strcmp(f->state, "acked") == 0)
		return EXIT_FINE;
	fprintf(stderr, "pniscope: ack %s: not written; may this user write to %s?\n", o->words[1],
	        o->redis);
	return EXIT_ERROR;
}

int
run_ack(const struct options *o)
{
	struct reader r;
	struct rec_finding *f = mem_alloc(1, sizeof *f);
	int code = EXIT_ERROR;

	if (!reader_open(&r, o)) {
		free(f);
		return EXIT_ERROR;
	}
	if (!store_get(r.store, RECORD_FINDING, o->words[1], f))
		fprintf(stderr,
		        "pniscope: ack %s: no such finding; `pniscope findings` lists them\n",
		        o->words[1]);
	else if (strcmp(f->state, "open") != 0)
		fprintf(stderr, "pniscope: ack %s: it is %s already\n", f->id, f->state);
	else
		code = acknowledge(&r, f);
	if (code == EXIT_FINE)
		printf("%s acknowledged by %s\n", f->id, f->acked_by);
	free(f);
	reader_close(&r);
	return code;
}
