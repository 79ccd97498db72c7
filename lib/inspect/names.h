/*
 * Counts by text, and how many different texts there were, for what has no fixed list: methods,
 * server names, Call-IDs. Bounded: beyond `limit` texts the rest is counted as one. One thread.
 */
#pragma once

#include <stdint.h>

#include "base/hash.h"
#include "base/map.h"
#include "base/slice.h"

struct name_count {
	char *name;
	uint64_t count;
};

struct names {
	struct map map;
	struct hash_key key;
	struct name_count *at; /* in order of first sight */
	uint32_t count, capacity;
	uint32_t limit;
	uint64_t beyond; /* counted without their name */
};

void names_init(struct names *n, uint32_t limit);
void names_fini(struct names *n);

/* Bytes that are no printable ASCII are kept as dots; longer texts than NAMES_SIZE_MAX are cut. */
enum { NAMES_SIZE_MAX = 255 };
void names_add(struct names *n, struct slice name, uint64_t count);
