/* Texts into the fixed fields of records: cut to the field, never inside a UTF-8 character; and
 * lists out of them, word by word. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#define FIELD_COPY(field, text) field_copy(field, sizeof(field), text)
#define FIELD_FORMAT(field, ...) field_format(field, sizeof(field), __VA_ARGS__)

void field_copy(char *field, size_t size, const char *text); /* NULL: empty */
void field_format(char *field, size_t size, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* Adds `text` after `separator`, which is left out before the first one. */
void field_append(char *field, size_t size, const char *separator, const char *text);
/* The next word of a list, that one of `separators` stands around: copied, `*at` goes behind it.
 * Words that don't fit into `size` bytes with their NUL are left out. False: there is none. */
bool field_word(const char **at, const char *separators, char *word, size_t size);
