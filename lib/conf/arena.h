/*
 * One owner for everything that lives and dies with a configuration: memory is taken in blocks and
 * given back at once. Zeroed, aligned for any type, aborts when out of memory (set-up code).
 * Thread that loads only.
 */
#pragma once

#include <stddef.h>

struct arena_block;
struct arena {
	struct arena_block *blocks; /* newest first */
};

void *arena_take(struct arena *a, size_t count, size_t size);
char *arena_strdup(struct arena *a, const char *text);
char *arena_printf(struct arena *a, const char *format, ...) __attribute__((format(printf, 2, 3)));
void arena_fini(struct arena *a);
