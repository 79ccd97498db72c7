/* `declare`: what was observed, in the words of the configuration, to be read and corrected. */
#include <stdlib.h>
#include <string.h>

#include "base/addr.h"
#include "base/mem.h"
#include "commands.h"
#include "reader.h"

/* The prefix that a proposal is made for: the declared subnet, or the usual smallest one that is
 * announced (/24, /48). */
static void
prefix_of(const struct rec_endpoint *e, char buf[PREFIX_TEXT_SIZE])
{
	struct prefix p;
	char text[ADDR_TEXT_SIZE + 4];

	if (e->subnet[0]) {
		snprintf(buf, PREFIX_TEXT_SIZE, "%.*s", PREFIX_TEXT_SIZE - 1, e->subnet);
		return;
	}
	snprintf(text, sizeof text, "%s/%d", e->ip, strchr(e->ip, ':') ? 48 : 24);
	bool host_bits;

	if (prefix_parse(text, &p, &host_bits))
		prefix_format(&p, buf);
	else
		snprintf(buf, PREFIX_TEXT_SIZE, "%.*s", PREFIX_TEXT_SIZE - 1, e->ip);
}

struct proposal {
	char prefix[PREFIX_TEXT_SIZE], side[8];
	char classes[512];
	uint64_t endpoints, packets;
	char first_endpoint[46];
};

struct proposals {
	struct proposal *at;
	size_t count;
};

static struct proposal *
find_or_add(struct proposals *all, const char *prefix, const char *side)
{
	for (size_t i = 0; i < all->count; i++) {
		if (strcmp(all->at[i].prefix, prefix) == 0 && strcmp(all->at[i].side, side) == 0)
			return &all->at[i];
	}
	all->at = mem_resize(all->at, all->count + 1, sizeof *all->at);
	struct proposal *p = &all->at[all->count++];

	*p = (struct proposal){0};
	snprintf(p->prefix, sizeof p->prefix, "%s", prefix);
	snprintf(p->side, sizeof p->side, "%s", side);
	return p;
}

static bool
has_class(const char *list, const char *name, size_t size)
{
	for (; *list; list += strcspn(list, ",") + 1) {
		if (strcspn(list, ",") == size && memcmp(list, name, size) == 0)
			return true;
		if (!list[strcspn(list, ",")])
			return false;
	}
	return false;
}

/* Adds the names of "a,b" that are not there yet. */
static void
add_classes(struct proposal *p, const char *list)
{
	while (*list) {
		list += strspn(list, ", ");
		size_t size = strcspn(list, ","), used = strlen(p->classes);

		if (size && !has_class(p->classes, list, size) &&
		    used + size + 2 < sizeof p->classes)
			snprintf(p->classes + used, sizeof p->classes - used, "%s%.*s",
			         used ? "," : "", (int)size, list);
		list += size;
	}
}

/* Routers speak to each other over addresses that belong to no subnet of either side. */
static bool
is_router(const struct rec_endpoint *e)
{
	static const char *const theirs[] = {"bgp", "bfd", "icmp", "nd", "arp"};
	struct proposal known = {0};

	for (size_t i = 0; i < sizeof theirs / sizeof theirs[0]; i++)
		add_classes(&known, theirs[i]);
	size_t size = strlen(known.classes);

	add_classes(&known, e->classes);
	return e->classes[0] && strlen(known.classes) == size;
}

/* A prefix can stand only once: where the other side has it, the address alone is proposed. */
static bool
is_taken(const struct proposals *all, const char *prefix, const char *side)
{
	for (size_t i = 0; i < all->count; i++) {
		if (strcmp(all->at[i].prefix, prefix) == 0 && strcmp(all->at[i].side, side) != 0)
			return true;
	}
	return false;
}

static void
add_endpoint(struct proposals *all, const struct rec_endpoint *e)
{
	char prefix[PREFIX_TEXT_SIZE];

	if (is_router(e))
		return;
	prefix_of(e, prefix);
	if (is_taken(all, prefix, e->side))
		snprintf(prefix, sizeof prefix, "%s/%d", e->ip, strchr(e->ip, ':') ? 128 : 32);
	struct proposal *p = find_or_add(all, prefix, e->side);

	add_classes(p, e->classes);
	p->packets += e->traffic.packets[0] + e->traffic.packets[1];
	if (p->endpoints++ == 0)
		memcpy(p->first_endpoint, e->ip, sizeof p->first_endpoint);
}

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
print_proposals(const struct proposals *all, const struct options *o)
{
	fputs("# proposed from what was observed: read it, remove what should not be there\n"
	      "subnets = (\n",
	      stdout);
	for (size_t i = 0; i < all->count; i++) {
		const struct proposal *p = &all->at[i];

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
collect(struct reader *r, const struct prefix *only, struct proposals *all)
{
	struct rows rows;
	struct addr address;

	reader_collect_all(r, RECORD_ENDPOINT, &rows);
	reader_choose(r->options, &rows, "ip");
	for (size_t i = 0; i < rows.count; i++) {
		const struct rec_endpoint *e =
			(const struct rec_endpoint *)(const void *)rows.records + i;

		if (!only || (addr_parse(e->ip, &address) && prefix_contains(only, &address)))
			add_endpoint(all, e);
	}
	rows_fini(&rows);
}

int
run_declare(const struct options *o)
{
	struct reader r;
	struct prefix only;
	struct proposals all = {0};
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
	free(all.at);
	reader_close(&r);
	return all.count ? EXIT_FINE : EXIT_ERROR;
}
