/* The listings: which records, under which key, chosen and sorted by what. */
#include <assert.h>
#include <string.h>

#include "columns.h"
#include "commands.h"
#include "known.h"
#include "merge.h"
#include "reader.h"

struct listing {
	const char *command;
	enum record_kind kind;
	const struct rows_column *columns;
	const char *word_field; /* the field that an argument chooses by */
	const char *sort;
};

static const struct listing listings[] = {
	{"probes", RECORD_PROBE, probe_columns, "id", "id"},
	{"links", RECORD_LINK, link_columns, NULL, "name"},
	{"members", RECORD_MEMBER, member_columns, "link", NULL},
	{"subnets", RECORD_SUBNET, subnet_columns, NULL, NULL},
	{"endpoints", RECORD_ENDPOINT, endpoint_columns, "roles", "last_us"},
	{"sessions", RECORD_SESSION, session_columns, "name", "name"},
	{"calls", RECORD_VOICE, call_columns, "scope", "scope"},
	{"streams", RECORD_STREAM, stream_columns, "id", "badness"},
	{"legs", RECORD_LEG, leg_columns, "id", "start_us"},
	{"bfd", RECORD_BFD, bfd_columns, "name", "name"},
	{"lag", RECORD_LACP, lag_columns, "link", NULL},
	{"latency", RECORD_LATENCY, latency_columns, "scope", "scope"},
	{"loss", RECORD_LOSS, loss_columns, "scope", "scope"},
	{"asymmetry", RECORD_ASYMMETRY, asymmetry_columns, "link", "link"},
};

static int
print_listing(struct reader *r, const struct listing *l, const char *word)
{
	struct rows rows;
	int code = EXIT_ERROR;

	reader_collect_all(r, l->kind, &rows);
	size_t all = rows.count;

	if (word)
		rows_filter(&rows, l->word_field, word);
	/* that nobody has a role is an answer */
	bool known = l->kind == RECORD_ENDPOINT ? known_role(word)
	                                        : known_word(l->command, word, all, rows.count);

	if (known && reader_choose(r->options, &rows, l->sort))
		code = reader_print(r, &rows, l->command, l->columns);
	rows_fini(&rows);
	return code;
}

static const struct listing *
listing_of(const char *command)
{
	size_t i = 0;

	while (strcmp(listings[i].command, command) != 0) {
		i++;
		assert(i < sizeof listings / sizeof listings[0]);
	}
	return &listings[i];
}

int
run_list(const struct options *o)
{
	struct reader r;
	int code;

	if (!reader_open(&r, o))
		return EXIT_ERROR;
	code = print_listing(&r, listing_of(o->words[0]), o->word_count > 1 ? o->words[1] : NULL);
	reader_close(&r);
	return code;
}

/* The classes of one subnet, over sites and probes: a site with several probes marks what both see,
 * PREFIX@PROBE. */
static void
collect_subnet(struct reader *r, const char *prefix, struct rows *rows)
{
	size_t size = strlen(prefix);

	rows_init(rows, model_schema(RECORD_SUBNET_CLASS));
	for (size_t s = 0; s < r->site_count; s++) {
		size_t count;

		reader_select(r, s);
		char **ids = store_ids(r->store, RECORD_SUBNET, NULL, &count);

		for (size_t i = 0; i < count; i++) {
			if (strncmp(ids[i], prefix, size) == 0 &&
			    (ids[i][size] == '\0' || ids[i][size] == '@'))
				reader_collect(r, RECORD_SUBNET_CLASS, ids[i], rows);
		}
		store_ids_free(ids, count);
	}
	merge_rows(RECORD_SUBNET_CLASS, rows);
}

int
run_classes(const struct options *o)
{
	struct reader r;
	struct rows rows;
	int code = EXIT_ERROR;

	if (!reader_open(&r, o))
		return EXIT_ERROR;
	if (o->subnet)
		collect_subnet(&r, o->subnet, &rows);
	else
		reader_collect_all(&r, RECORD_LINK_CLASS, &rows);
	if (reader_choose(o, &rows, "bytes"))
		code = reader_print(&r, &rows, "classes",
		                    o->subnet ? subnet_class_columns : link_class_columns);
	rows_fini(&rows);
	reader_close(&r);
	return code;
}
