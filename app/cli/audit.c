/* `audit` and `explain`. */
#include "audit/audit.h"
#include "classify/contract.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "commands.h"
#include "reader.h"
#include "show.h"
#include "ui/format.h"
#include "ui/table.h"

static const struct rows_column verdict_columns[] = {
	{"id", "id", ROWS_ALWAYS},           {"strength", "strength", ROWS_ALWAYS},
	{"verdict", "verdict", ROWS_ALWAYS}, {"basis", "basis", ROWS_ALWAYS},
	{"side", "side", ROWS_ALWAYS},       {"scope", "scope", ROWS_WIDE},
	{"samples", "samples", ROWS_ALWAYS}, {"title", "requirement", ROWS_ALWAYS},
	{"reasons", "why", ROWS_WIDE},       {"since_us", "since", ROWS_WIDE},
	{NULL, NULL, ROWS_ALWAYS},
};

/* Rows of the set in its order, as they stand in the store. */
static void
collect(struct reader *r, const char *only, struct rows *rows)
{
	struct rec_verdict *v = mem_alloc(1, sizeof *v);

	rows_init(rows, model_schema(RECORD_VERDICT));
	for (size_t i = 0; i < requirement_count(); i++) {
		const char *id = requirement_at(i)->id;

		if ((!only || strcasecmp(only, id) == 0) &&
		    store_get(r->store, RECORD_VERDICT, id, v))
			rows_add(rows, v);
	}
	free(v);
}

static void
print_text(struct reader *r, const struct rows *rows, const char *only, uint64_t judged)
{
	const struct rec_verdict *v = (const void *)rows->records;
	const struct rec_verdict **pick = mem_alloc(rows->count + 1, sizeof *pick);

	for (size_t i = 0; i < rows->count; i++)
		pick[i] = &v[i];
	if (only && rows->count)
		show_verdict(v, r->zone, r->colour, stdout);
	else
		show_audit(pick, rows->count, r->options->wide, r->colour, stdout);
	free(pick);
	fputc('\n', stdout);
	reader_print_judged(r, judged, stdout);
	reader_print_probes(r, stdout);
}

static json_t *
rows_of_audit(const struct rows *rows)
{
	const struct rec_verdict *v = (const void *)rows->records;
	json_t *array = json_array();

	for (size_t i = 0; i < rows->count; i++)
		json_push(array, show_verdict_json(&v[i]));
	return array;
}

static int
print_audit(struct reader *r, struct rows *rows, const char *only)
{
	const struct options *o = r->options;
	struct options chosen = *o;
	uint64_t judged = reader_judged_us(r);
	int code;

	chosen.limit = 0;
	if (!reader_choose(&chosen, rows, NULL))
		return EXIT_ERROR;
	if (rows->count == 0 && !o->side) {
		fputs("pniscope: no verdicts here yet; pniscope-control writes them\n", stderr);
		return EXIT_UNFIT;
	}
	/* rows that --limit does not show count: what is out of sight has not passed */
	code = verdict_exit_code((const void *)rows->records, rows->count, o->strict,
	                         reader_unfit(r) || reader_judged_late(judged));
	if (o->limit)
		rows_limit(rows, o->limit);
	if (o->json) {
		json_t *object = reader_envelope(r, "pniscope.audit/1");

		reader_put_judged(r, object, judged);
		json_put(object, "audit", rows_of_audit(rows));
		if (!json_print(object, stdout, true))
			return EXIT_ERROR;
	} else if (o->csv) {
		reader_print(r, rows, "audit", verdict_columns);
	} else {
		print_text(r, rows, only, judged);
	}
	return code;
}

int
run_audit(const struct options *o)
{
	const char *only = o->word_count > 1 ? o->words[1] : NULL;
	struct reader r;
	struct rows rows;

	if (only && !requirement_find(only)) {
		fprintf(stderr,
		        "pniscope: audit %s: no such requirement; R1 to R11, X1 to X19, M1 to M6 "
		        "are\n",
		        only);
		return EXIT_ERROR;
	}
	if (!reader_open(&r, o))
		return EXIT_ERROR;
	collect(&r, only, &rows);
	int code = print_audit(&r, &rows, only);

	rows_fini(&rows);
	reader_close(&r);
	return code;
}

/* On a terminal long lines go on below their text; elsewhere each stays one. */
static void
print_folded(const struct requirement *req, const struct conf *conf)
{
	enum { NAMES = 14 }; /* columns that the names of the lines take */
	size_t width = table_terminal_width(stdout), size = 0;
	char *text = NULL, *rest;
	FILE *memory = width > 2 * NAMES ? open_memstream(&text, &size) : NULL;

	requirement_explain(req, conf, memory ? memory : stdout);
	if (!memory)
		return;
	fclose(memory);
	rest = text;
	for (char *line; (line = strsep(&rest, "\n")) && rest;) {
		size_t n = format_break(line, width);

		printf("%.*s\n", (int)n, line);
		for (line += n; *line; line += n) {
			line += strspn(line, " ");
			n = format_break(line, width - NAMES);
			printf("%*s%.*s\n", NAMES, "", (int)n, line);
		}
	}
	free(text);
}

int
run_explain(const struct options *o)
{
	const struct requirement *req = requirement_find(o->words[1]);
	struct conf *conf = NULL;
	char *error = NULL;

	if (!req) {
		fprintf(stderr,
		        "pniscope: explain %s: no such requirement; R1 to R11, X1 to X19, M1 to M6 "
		        "are\n",
		        o->words[1]);
		return EXIT_ERROR;
	}
	if (o->conf && contract_load(o->conf, &conf, &error) != 0) {
		fprintf(stderr, "pniscope: %s\n", error);
		free(error);
		return EXIT_ERROR;
	}
	print_folded(req, conf);
	conf_destroy(conf);
	return EXIT_FINE;
}
