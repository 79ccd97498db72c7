/*
 * An index from 64-bit hashes to the caller's array positions, for slow-path tables: open
 * addressing, grows by doubling, no removal. Equality is the caller's business, since hashes may
 * collide. One thread.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { MAP_NONE = 0xffffffff };

struct map {
	struct map_slot *slots;
	uint32_t mask; /* slots - 1; 0 before the first add */
	uint32_t used;
};

/* Whether the caller's item at `index` is the one looked for. */
typedef bool map_equal_fn(const void *context, uint32_t index);

/* Position of the item with this hash for which `equal` holds, or MAP_NONE. */
uint32_t map_find(const struct map *m, uint64_t hash, map_equal_fn *equal, const void *context);

/* The caller's item at `index`: of the hash asked for, so perhaps of the key too. */
typedef void map_item_fn(void *context, uint32_t index);

/* Every item with this hash, in no order; `fn` adds none. */
void map_each(const struct map *m, uint64_t hash, map_item_fn *fn, void *context);
/* The caller knows that it is not there. */
void map_add(struct map *m, uint64_t hash, uint32_t index);
void map_clear(struct map *m);
void map_fini(struct map *m);
