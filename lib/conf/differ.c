#include "conf/differ.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

bool
differ_names(struct loader *l, const char *what, const void *objects, size_t size, size_t count)
{
	for (size_t i = 1; i < count; i++) {
		const char *const *name = (const void *)((const char *)objects + i * size);

		for (size_t j = 0; j < i; j++) {
			const char *const *other = (const void *)((const char *)objects + j * size);

			if (strcmp(*name, *other) == 0)
				return load_fail_at(l, name,
				                    "%s \"%s\" stands at %s already; a name of its "
				                    "own would be right",
				                    what, *name, load_place(l, other));
		}
	}
	return true;
}

void
differ_add(struct differ *u, const char *const *name, const struct conf_link *link)
{
	if (!*name)
		return;
	if ((u->count & (u->count - 1)) == 0)
		u->at = mem_resize(u->at, u->count ? u->count * 2 : 1, sizeof *u->at);
	u->at[u->count++] = (struct differ_use){name, link};
}

/* The same name is the same port only on one host. */
static bool
same_host(const struct differ_use *a, const struct differ_use *b)
{
	if (a->link->tap_probe && b->link->tap_probe)
		return strcmp(a->link->tap_probe, b->link->tap_probe) == 0;
	return a->link->site == b->link->site;
}

bool
differ_uses(struct loader *l, const char *what, const struct differ *u, bool per_host)
{
	for (size_t i = 1; i < u->count; i++)
		for (size_t j = 0; j < i; j++)
			if (strcmp(*u->at[i].name, *u->at[j].name) == 0 &&
			    (!per_host || same_host(&u->at[i], &u->at[j])))
				return load_fail_at(l, u->at[i].name,
				                    "%s \"%s\" is used at %s already; each %s once "
				                    "would be right",
				                    what, *u->at[i].name,
				                    load_place(l, u->at[j].name), what);
	return true;
}

static int
prefix_order(const void *a, const void *b)
{
	return prefix_compare(*(const struct prefix *const *)a, *(const struct prefix *const *)b);
}

bool
differ_prefixes(struct loader *l, const char *what, const void *objects, size_t size, size_t count)
{
	const struct prefix **sorted = mem_alloc(count, sizeof *sorted);
	char text[PREFIX_TEXT_SIZE];
	bool ok = true;

	for (size_t i = 0; i < count; i++)
		sorted[i] = (const void *)((const char *)objects + i * size);
	qsort(sorted, count, sizeof *sorted, prefix_order);
	for (size_t i = 1; ok && i < count; i++) {
		const struct prefix *a = sorted[i - 1], *b = sorted[i];

		if (!prefix_equal(a, b))
			continue;
		ok = load_fail_at(l, a > b ? a : b,
		                  "%s %s stands at %s already; each prefix once would be right",
		                  what, prefix_format(a, text), load_place(l, a > b ? b : a));
	}
	free(sorted);
	return ok;
}
