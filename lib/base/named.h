/*
 * An array of the caller's items that are found by name, for slow-path tables that only grow. The
 * name is the first member of an item: char name[NAMED_SIZE]. One thread.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/hash.h"
#include "base/map.h"

enum { NAMED_SIZE = 176 };

struct named {
	char *items; /* in order of their adding */
	size_t item_size;
	uint32_t count, capacity;
	struct map map;
	struct hash_key key;
};

void named_init(struct named *n, size_t item_size);
void named_fini(struct named *n);

/* The item of this name, added with all else 0 when there is none yet; valid until the next one is
 * added. Longer names are cut. */
void *named_get(struct named *n, const char *name);
