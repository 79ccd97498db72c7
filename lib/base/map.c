#include "base/map.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

struct map_slot {
	uint64_t hash;
	uint32_t index;
	uint32_t used;
};

enum { FIRST_SLOTS = 64 };

uint32_t
map_find(const struct map *m, uint64_t hash, map_equal_fn *equal, const void *context)
{
	if (!m->slots)
		return MAP_NONE;
	for (uint32_t i = (uint32_t)hash & m->mask; m->slots[i].used; i = (i + 1) & m->mask)
		if (m->slots[i].hash == hash && equal(context, m->slots[i].index))
			return m->slots[i].index;
	return MAP_NONE;
}

void
map_each(const struct map *m, uint64_t hash, map_item_fn *fn, void *context)
{
	if (!m->slots)
		return;
	for (uint32_t i = (uint32_t)hash & m->mask; m->slots[i].used; i = (i + 1) & m->mask)
		if (m->slots[i].hash == hash)
			fn(context, m->slots[i].index);
}

static void
insert(struct map *m, uint64_t hash, uint32_t index)
{
	uint32_t i = (uint32_t)hash & m->mask;

	while (m->slots[i].used)
		i = (i + 1) & m->mask;
	m->slots[i] = (struct map_slot){.hash = hash, .index = index, .used = 1};
}

static void
grow(struct map *m)
{
	struct map_slot *old = m->slots;
	uint32_t count = old ? m->mask + 1 : 0;

	m->mask = (count ? count * 2 : FIRST_SLOTS) - 1;
	m->slots = mem_alloc((size_t)m->mask + 1, sizeof *m->slots);
	for (uint32_t i = 0; i < count; i++)
		if (old[i].used)
			insert(m, old[i].hash, old[i].index);
	free(old);
}

void
map_add(struct map *m, uint64_t hash, uint32_t index)
{
	if (!m->slots || m->used >= (m->mask + 1) / 4 * 3)
		grow(m);
	insert(m, hash, index);
	m->used++;
}

void
map_clear(struct map *m)
{
	if (m->slots)
		memset(m->slots, 0, ((size_t)m->mask + 1) * sizeof *m->slots);
	m->used = 0;
}

void
map_fini(struct map *m)
{
	free(m->slots);
	*m = (struct map){0};
}
