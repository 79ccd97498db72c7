#include "conf/arena.h"

#include <stdalign.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum { BLOCK_SIZE = 64 << 10 };

struct arena_block {
	struct arena_block *next;
	size_t used, size;
	alignas(max_align_t) char bytes[];
};

static struct arena_block *
block_add(struct arena *a, size_t size)
{
	struct arena_block *b = mem_alloc(1, sizeof *b + size);

	b->size = size;
	b->next = a->blocks;
	a->blocks = b;
	return b;
}

void *
arena_take(struct arena *a, size_t count, size_t size)
{
	size_t align = alignof(max_align_t);
	size_t need = (count * size + align - 1) & ~(align - 1);
	struct arena_block *b = a->blocks;
	void *p;

	if (!b || b->size - b->used < need)
		b = block_add(a, need > BLOCK_SIZE ? need : BLOCK_SIZE);
	p = b->bytes + b->used;
	b->used += need;
	return p;
}

char *
arena_strdup(struct arena *a, const char *text)
{
	size_t size = strlen(text) + 1;

	return memcpy(arena_take(a, size, 1), text, size);
}

char *
arena_printf(struct arena *a, const char *format, ...)
{
	va_list args, again;
	char *text;
	int size;

	va_start(args, format);
	va_copy(again, args);
	size = vsnprintf(NULL, 0, format, args);
	va_end(args);
	text = arena_take(a, (size_t)size + 1, 1);
	vsnprintf(text, (size_t)size + 1, format, again);
	va_end(again);
	return text;
}

void
arena_fini(struct arena *a)
{
	while (a->blocks) {
		struct arena_block *b = a->blocks;

		a->blocks = b->next;
		free(b);
	}
}
