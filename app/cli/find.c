/* `find ADDRESS|PREFIX`: the endpoints inside, the declared subnets around it. */
#include <stdlib.h>
#include <string.h>

#include "base/addr.h"
#include "columns.h"
#include "commands.h"
#include "reader.h"

static bool
overlap(const struct prefix *a, const struct prefix *b)
{
	return prefix_contains(a, &b->addr) || prefix_contains(b, &a->addr);
}

/* Keeps the records whose text field is a prefix or address that overlaps with `p`. */
static void
keep_overlapping(struct rows *rows, const char *field, const struct prefix *p)
{
	const struct record_field *f = rows_field(rows->fields, field);
	size_t kept = 0;

	for (size_t i = 0; i < rows->count; i++) {
		char *record = rows->records + i * rows->record_size;
		struct prefix own;

		if (prefix_parse(record + f->offset, &own, NULL) && overlap(&own, p))
			memmove(rows->records + kept++ * rows->record_size, record,
			        rows->record_size);
	}
	rows->count = kept;
}

static void
gather(struct reader *r, enum record_kind kind, const char *field, const struct prefix *p,
       struct rows *rows)
{
	reader_collect_all(r, kind, rows);
	keep_overlapping(rows, field, p);
}

static int
print_both(struct reader *r, struct rows *endpoints, struct rows *subnets)
{
	struct rows_style style = {.wide = r->options->wide,
	                           .colour = r->colour,
	                           .only = r->options->dir,
	                           .zone = r->zone[0] ? r->zone : NULL,
	                           .indent = 2};

	if (r->options->json) {
		json_t *o = reader_envelope(r, "pniscope.find/1");

		json_put(o, "endpoints", rows_json(endpoints));
		json_put(o, "subnets", rows_json(subnets));
		return json_print(o, stdout, true) ? EXIT_FINE : EXIT_ERROR;
	}
	if (r->options->csv) {
		rows_print_csv(endpoints, stdout);
		return EXIT_FINE;
	}
	if (endpoints->count) {
		fputs("seen as endpoints\n", stdout);
		rows_print(endpoints, endpoint_columns, &style, stdout);
	} else {
		fputs("no traffic of it was seen\n", stdout);
	}
	if (subnets->count) {
		fputs("\ndeclared\n", stdout);
		rows_print(subnets, subnet_columns, &style, stdout);
	} else {
		fputs("in no declared subnet\n", stdout);
	}
	fputc('\n', stdout);
	reader_print_probes(r, stdout);
	return EXIT_FINE;
}

int
run_find(const struct options *o)
{
	struct reader r;
	struct rows endpoints, subnets;
	struct prefix p;
	int code = EXIT_ERROR;

	if (!prefix_parse(o->words[1], &p, NULL)) {
		fprintf(stderr,
		        "pniscope: find %s: not an address or prefix; 203.0.113.10 or "
		        "2001:db8::/32 is\n",
		        o->words[1]);
		return EXIT_ERROR;
	}
	if (!reader_open(&r, o))
		return EXIT_ERROR;
	gather(&r, RECORD_ENDPOINT, "ip", &p, &endpoints);
	gather(&r, RECORD_SUBNET, "prefix", &p, &subnets);
	if (reader_choose(o, &endpoints, NULL))
		code = print_both(&r, &endpoints, &subnets);
	rows_fini(&endpoints);
	rows_fini(&subnets);
	reader_close(&r);
	return code;
}
