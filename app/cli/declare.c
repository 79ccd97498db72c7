/* `declare`: what was observed, in the words of the configuration, to be read and corrected. */
#include <string.h>

#include "base/addr.h"
#include "block.h"
#include "commands.h"
#include "reader.h"

/* ["a", "b"] from "a,b"; unknown-* is no class that one declares. */
static void
print_names(const char *list, FILE *to)
{
	bool first = true;

	fputc('[', to);
	while (*list) {
		size_t size = strcspn(list, ",");

		if (strncmp(list, "unknown-", 8) != 0) {
			fprintf(to, "%s\"%.*s\"", first ? "" : ", ", (int)size, list);
			first = false;
		}
		list += size + (list[size] == ',');
	}
	fputc(']', to);
}

static void
print_proposals(const struct blocks *all, const struct options *o)
{
	fputs("# proposed from what was observed: read it, remove what should not be there\n"
	      "subnets = (\n",
	      stdout);
	for (size_t i = 0; i < all->count; i++) {
		const struct block *p = &all->at[i];

		printf("  # %llu address%s, %llu packets\n", (unsigned long long)p->endpoints,
		       p->endpoints == 1 ? "" : "es", (unsigned long long)p->packets);
		printf("  { prefix = \"%s\"; side = \"%s\"; classes = ", p->prefix, p->side);
		print_names(p->classes, stdout);
		if (o->role)
			printf("; roles = [\"%s\"]", o->role);
		if (o->role && p->endpoints == 1)
			printf("; endpoints = [\"%s\"]", p->first_endpoint);
		printf("; }%s\n", i + 1 < all->count ? "," : "");
	}
	fputs(");\n", stdout);
}

static void
collect(struct reader *r, const struct prefix *only, struct blocks *all)
{
	struct rows rows;
	struct addr address;

	reader_collect_all(r, RECORD_ENDPOINT, &rows);
	reader_choose(r->options, &rows, "ip");
	for (size_t i = 0; i < rows.count; i++) {
		const struct rec_endpoint *e =
			(const struct rec_endpoint *)(const void *)rows.records + i;

		if (!only || (addr_parse(e->ip, &address) && prefix_contains(only, &address)))
			blocks_add(all, e);
	}
	rows_fini(&rows);
}

int
run_declare(const struct options *o)
{
	struct reader r;
	struct prefix only;
	struct blocks all = {0};
	bool one = o->word_count > 1;

	if (one && !prefix_parse(o->words[1], &only, NULL)) {
		fprintf(stderr, "pniscope: declare %s: not an address or prefix; 203.0.113.10 is\n",
		        o->words[1]);
		return EXIT_ERROR;
	}
	if (!reader_open(&r, o))
		return EXIT_ERROR;
	collect(&r, one ? &only : NULL, &all);
	if (all.count)
		print_proposals(&all, o);
	else
		fprintf(stderr, "pniscope: declare: nothing was observed%s%s\n", one ? " of " : "",
		        one ? o->words[1] : "");
	int code = all.count ? EXIT_FINE : EXIT_ERROR;

	blocks_fini(&all);
	reader_close(&r);
	return code;
}
