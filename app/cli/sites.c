/* `sites`: they have no record; their probes and links tell of them. */
#include <string.h>

#include "commands.h"
#include "reader.h"

struct site {
	const char *name;
	size_t probes, fit, links;
};

static struct site
count_site(struct reader *r, size_t index)
{
	struct site s = {.name = r->sites[index]};
	char **links;

	reader_select(r, index);
	links = store_ids(r->store, RECORD_LINK, NULL, &s.links);
	store_ids_free(links, s.links);
	for (size_t i = 0; i < r->probe_count; i++) {
		bool here = strcmp(r->probes[i].site, s.name) == 0;

		s.probes += here;
		s.fit += here && r->probes[i].fit && !reader_stale(&r->probes[i]);
	}
	return s;
}

static void
print_json(struct reader *r)
{
	json_t *o = reader_envelope(r, "pniscope.sites/1"), *array = json_array();

	for (size_t i = 0; i < r->site_count; i++) {
		struct site s = count_site(r, i);
		json_t *site = json_object();

		json_put_text(site, "site", s.name);
		json_put_u64(site, "probes", s.probes);
		json_put_u64(site, "fit", s.fit);
		json_put_u64(site, "links", s.links);
		json_push(array, site);
	}
	json_put(o, "sites", array);
	json_print(o, stdout, true);
}

static void
print_table(struct reader *r)
{
	struct table *t = table_create();

	table_column(t, "site", TABLE_LEFT);
	table_column(t, "probes", TABLE_RIGHT);
	table_column(t, "fit", TABLE_RIGHT);
	table_column(t, "links", TABLE_RIGHT);
	for (size_t i = 0; i < r->site_count; i++) {
		struct site s = count_site(r, i);

		table_cell(t, s.name);
		table_cellf(t, "%zu", s.probes);
		table_cellf(t, "%zu", s.fit);
		table_cellf(t, "%zu", s.links);
	}
	if (r->options->csv)
		table_print_csv(t, stdout);
	else
		table_print(t, stdout, 0, r->colour);
	if (r->site_count == 0 && !r->options->csv)
		fputs("(none)\n\nno probe has written here yet\n", stdout);
	table_destroy(t);
}

int
run_sites(const struct options *o)
{
	struct reader r;

	if (!reader_open(&r, o))
		return EXIT_ERROR;
	if (o->json)
		print_json(&r);
	else
		print_table(&r);
	reader_close(&r);
	return EXIT_FINE;
}
