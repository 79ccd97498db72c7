#include "base/named.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

void
named_init(struct named *n, size_t item_size)
{
	*n = (struct named){.item_size = item_size, .key = hash_key_make(0)};
}

void
named_fini(struct named *n)
{
	free(n->items);
	map_fini(&n->map);
}

static char *
item(const struct named *n, uint32_t index)
{
	return n->items + index * n->item_size;
}

struct wanted {
	const struct named *in;
	const char *name;
};

static bool
is_wanted(const void *context, uint32_t index)
{
	const struct wanted *w = context;

	return strcmp(item(w->in, index), w->name) == 0;
}

static char *
add(struct named *n, const char *name, uint64_t hash)
{
	char *added;

	if (n->count == n->capacity) {
		n->capacity = n->capacity ? n->capacity * 2 : 64;
		n->items = mem_resize(n->items, n->capacity, n->item_size);
	}
	added = item(n, n->count);
	memset(added, 0, n->item_size);
	strcpy(added, name);
	map_add(&n->map, hash, n->count++);
	return added;
}

void *
named_get(struct named *n, const char *name)
{
	char cut[NAMED_SIZE];
	struct wanted wanted = {n, cut};
	uint64_t hash;
	uint32_t index;

	snprintf(cut, sizeof cut, "%s", name);
	hash = hash_bytes(&n->key, cut, strlen(cut));
	index = map_find(&n->map, hash, is_wanted, &wanted);
	return index == MAP_NONE ? add(n, cut, hash) : item(n, index);
}
