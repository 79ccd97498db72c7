#include "inspect/names.h"

#include <stdlib.h>

#include "base/mem.h"

void
names_init(struct names *n, uint32_t limit)
{
	*n = (struct names){.limit = limit, .key = hash_key_make(0)};
}

void
names_fini(struct names *n)
{
	for (uint32_t i = 0; i < n->count; i++)
		free(n->at[i].name);
	free(n->at);
	map_fini(&n->map);
	*n = (struct names){0};
}

struct look {
	const struct names *names;
	const char *text;
};

static bool
is_same(const void *context, uint32_t index)
{
	const struct look *look = context;

	return strcmp(look->names->at[index].name, look->text) == 0;
}

static void
clean(struct slice name, char text[NAMES_SIZE_MAX + 1])
{
	uint32_t size = name.size < NAMES_SIZE_MAX ? name.size : NAMES_SIZE_MAX;

	for (uint32_t i = 0; i < size; i++)
		text[i] = name.at[i] >= ' ' && name.at[i] < 0x7f ? name.at[i] : '.';
	text[size] = '\0';
}

static void
grow(struct names *n)
{
	if (n->count < n->capacity)
		return;
	n->capacity = n->capacity ? n->capacity * 2 : 16;
	n->at = mem_resize(n->at, n->capacity, sizeof *n->at);
}

void
names_add(struct names *n, struct slice name, uint64_t count)
{
	char text[NAMES_SIZE_MAX + 1];
	struct look look = {n, text};
	uint64_t hash;
	uint32_t index;

	clean(name, text);
	hash = hash_bytes(&n->key, text, strlen(text));
	index = map_find(&n->map, hash, is_same, &look);
	if (index != MAP_NONE) {
		n->at[index].count += count;
		return;
	}
	if (n->count >= n->limit) {
		n->beyond += count;
		return;
	}
	grow(n);
	n->at[n->count] = (struct name_count){.name = mem_strdup(text), .count = count};
	map_add(&n->map, hash, n->count++);
}
