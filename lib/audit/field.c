#include "audit/field.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void
field_copy(char *field, size_t size, const char *text)
{
	size_t length = text ? strlen(text) : 0;

	if (length >= size) {
		length = size - 1;
		while (length > 0 && ((unsigned char)text[length] & 0xc0) == 0x80)
			length--;
	}
	if (length > 0)
		memcpy(field, text, length);
	field[length] = '\0';
}

void
field_format(char *field, size_t size, const char *format, ...)
{
	char whole[1024];
	va_list args;

	va_start(args, format);
	vsnprintf(whole, sizeof whole, format, args);
	va_end(args);
	field_copy(field, size, whole);
}

void
field_append(char *field, size_t size, const char *separator, const char *text)
{
	size_t length = strlen(field);

	if (length > 0) {
		field_copy(field + length, size - length, separator);
		length = strlen(field);
	}
	field_copy(field + length, size - length, text);
}

bool
field_word(const char **at, const char *separators, char *word, size_t size)
{
	for (;;) {
		size_t length;

		*at += strspn(*at, separators);
		length = strcspn(*at, separators);
		if (length == 0)
			return false;
		if (length < size) {
			memcpy(word, *at, length);
			word[length] = '\0';
		}
		*at += length;
		if (length < size)
			return true;
	}
}
