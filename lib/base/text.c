#include "base/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/mem.h"

static void
reserve(struct text *t, size_t more)
{
	if (t->size + more + 1 <= t->capacity)
		return;
	while (t->size + more + 1 > t->capacity)
		t->capacity = t->capacity ? t->capacity * 2 : 256;
	t->at = mem_resize(t->at, t->capacity, 1);
}

void
text_add_bytes(struct text *t, const char *bytes, size_t size)
{
	reserve(t, size);
	memcpy(t->at + t->size, bytes, size);
	t->size += size;
	t->at[t->size] = '\0';
}

void
text_add_be16(struct text *t, uint16_t value)
{
	uint8_t bytes[2];

	store_be16(bytes, value);
	text_add_bytes(t, (const char *)bytes, sizeof bytes);
}

void
text_add_be32(struct text *t, uint32_t value)
{
	uint8_t bytes[4];

	store_be32(bytes, value);
	text_add_bytes(t, (const char *)bytes, sizeof bytes);
}

char *
text_room(struct text *t, size_t room)
{
	reserve(t, room);
	return t->at + t->size;
}

void
text_grow(struct text *t, size_t size)
{
	t->size += size;
	t->at[t->size] = '\0';
}

void
text_add(struct text *t, const char *format, ...)
{
	va_list args, again;
	int size;

	va_start(args, format);
	va_copy(again, args);
	size = vsnprintf(NULL, 0, format, args);
	va_end(args);
	if (size > 0) {
		reserve(t, (size_t)size);
		vsnprintf(t->at + t->size, (size_t)size + 1, format, again);
		t->size += (size_t)size;
	}
	va_end(again);
}

void
text_clear(struct text *t)
{
	t->size = 0;
	if (t->at)
		t->at[0] = '\0';
}

void
text_fini(struct text *t)
{
	free(t->at);
	*t = (struct text){0};
}

char *
text_printable(char *line)
{
	for (char *c = line; *c; c++)
		if ((unsigned char)*c < ' ' || *c == 0x7f)
			*c = '?';
	return line;
}
