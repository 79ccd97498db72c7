/* A growable text, for messages and documents in set-up and slow paths. One thread. */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct text {
	char *at; /* always NUL-terminated once something was added; NULL before */
	size_t size;
	size_t capacity;
};

void text_add(struct text *t, const char *format, ...) __attribute__((format(printf, 2, 3)));
void text_add_bytes(struct text *t, const char *bytes, size_t size);
/* In network order, for messages that are no text. */
void text_add_be16(struct text *t, uint16_t value);
void text_add_be32(struct text *t, uint32_t value);
/* At least `room` bytes behind the text, for who formats by himself: write there, then text_grow()
 * by what was written (less than `room`, its NUL comes by itself). */
char *text_room(struct text *t, size_t room);
void text_grow(struct text *t, size_t size);
void text_clear(struct text *t); /* keeps the memory */
void text_fini(struct text *t);

/* Replace control characters in place, so that a stranger's text stays on one line of a message or
 * log and can't move a terminal's cursor; returns `line`. */
char *text_printable(char *line);
