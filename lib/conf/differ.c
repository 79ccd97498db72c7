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
differ_add(struct differ *u, const char *const *name, const struct conf_link *link,
           const struct conf_member *member)
{
	if (!*name)
		return;
	if ((u->count & (u->count - 1)) == 0)
		u->at = mem_resize(u->at, u->count ? u->count * 2 : 1, sizeof *u->at);
	u->at[u->count++] = (struct differ_use){name, link, member};
}

bool
differ_uses(struct loader *l, const char *what, const struct differ *u,
            const char *(*clash)(const struct differ_use *, const struct differ_use *))
{
	for (size_t i = 1; i < u->count; i++)
		for (size_t j = 0; j < i; j++) {
			const struct differ_use *a = &u->at[j], *b = &u->at[i];
			const char *right = strcmp(*a->name, *b->name) == 0 ? clash(a, b) : NULL;

			if (right)
				return load_fail_at(l, b->name,
				                    "%s \"%s\" is used at %s already; %s would be "
				                    "right",
				                    what, *b->name, load_place(l, a->name), right);
		}
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
