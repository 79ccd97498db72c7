/* `routes`: what each side of a BGP session announces, or its route of one prefix. */
#include <string.h>

#include "commands.h"
#include "reader.h"
#include "store/fields.h"
#include "store/route.h"

static const struct rows_column columns[] = {
	{"side", "by", ROWS_ALWAYS},
	{"prefix", "prefix", ROWS_ALWAYS},
	{"next_hop", "next hop", ROWS_ALWAYS},
	{"as_path", "path", ROWS_ALWAYS},
	{"path_length", "length", ROWS_WIDE},
	{"origin", "origin", ROWS_WIDE},
	{"med", "MED", ROWS_ALWAYS},
	{"local_pref", "local pref", ROWS_WIDE},
	{"communities", "communities", ROWS_ALWAYS},
	{"extended", "extended", ROWS_WIDE},
	{"large", "large", ROWS_WIDE},
	{"otc", "OTC", ROWS_WIDE},
	{"aggregator", "aggregator", ROWS_WIDE},
	{"received_us", "received", ROWS_ALWAYS},
	{"wrong", "wrong", ROWS_ALWAYS},
	{NULL, NULL, ROWS_ALWAYS},
};

static const struct key_schema schema = {.fields = fields_route,
                                         .record_size = sizeof(struct rec_route)};

static void
add_route(void *context, const struct rec_route *r)
{
	rows_add(context, r);
}

static void
collect(struct reader *r, const char *session, const char *prefix, struct rows *rows)
{
	for (unsigned side = 0; side < REC_SIDES; side++) {
		struct rec_route one;

		if (!prefix)
			route_each(r->store, session, (enum side)side, add_route, rows);
		else if (route_get(r->store, session, (enum side)side, prefix, &one))
			rows_add(rows, &one);
	}
}

/* At whichever of the sites chosen has it. */
static bool
collect_session(struct reader *r, const char *session, const char *prefix, struct rows *rows)
{
	struct rec_session s;

	rows_init(rows, &schema);
	for (size_t i = 0; i < r->site_count; i++) {
		reader_select(r, i);
		if (!store_get(r->store, RECORD_SESSION, session, &s))
			continue;
		collect(r, session, prefix, rows);
		return true;
	}
	if (!store_error(r->store))
		fprintf(stderr,
		        "pniscope: routes %s: no such session; `pniscope sessions` lists them\n",
		        session);
	return false;
}

int
run_routes(const struct options *o)
{
	const char *prefix = o->word_count > 2 ? o->words[2] : NULL;
	struct reader r;
	struct rows rows;
	int code = EXIT_ERROR;

	if (!reader_open(&r, o))
		return EXIT_ERROR;
	if (collect_session(&r, o->words[1], prefix, &rows) && reader_choose(o, &rows, "prefix"))
		code = reader_print(&r, &rows, "routes", columns);
	rows_fini(&rows);
	reader_close(&r);
	return code;
}
