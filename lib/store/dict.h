/*
 * A map from byte strings to pointers, for the store's keys: open addressing over an array in order
 * of insertion. Keyed hash (ids come from the wire). Removal leaves a hole that the next growth
 * closes. Entries keep their number until then. One thread.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/hash.h"

struct dict_entry {
	char *key; /* NULL: removed */
	size_t key_size;
	uint64_t hash;
	void *value;
};

struct dict {
	struct dict_entry *entries;
	uint32_t *slots; /* number of the entry + 1; 0: free */
	size_t used;     /* entries, holes included */
	size_t count;    /* without holes */
	size_t room;     /* slots; a power of two, at least twice `used` */
	struct hash_key hash;
};

void dict_init(struct dict *d);
/* Frees keys and the dict's own memory; `free_value` (or NULL) is called for each value. */
void dict_fini(struct dict *d, void (*free_value)(void *value));

/* The value's place, NULL when there is no such key. Valid until the next dict_put. */
void **dict_find(const struct dict *d, const void *key, size_t size);
/* The value's place, made (with NULL) when new. */
void **dict_put(struct dict *d, const void *key, size_t size);
/* Removes and returns the value; NULL: no such key. */
void *dict_take(struct dict *d, const void *key, size_t size);

/* Entries that stand, in order of insertion: for (e = dict_next(d, NULL); e; e = dict_next(d, e))
 */
struct dict_entry *dict_next(const struct dict *d, const struct dict_entry *after);
