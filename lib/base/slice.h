/*
 * A borrowed piece of text inside somebody's bytes: no NUL, no copy, no ownership. Decoders of text
 * protocols hand these out; the bytes must outlive them. Any thread.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

struct slice {
	const char *at; /* NULL: not there */
	uint32_t size;
};

/* printf("%.*s", SLICE_PRINT(s)) */
#define SLICE_PRINT(s) (int)(s).size, (s).at ? (s).at : ""

static inline struct slice
slice_between(const void *from, const void *to)
{
	return (struct slice){.at = from,
	                      .size = (uint32_t)((const char *)to - (const char *)from)};
}

static inline bool
slice_equal(struct slice s, const char *text)
{
	return s.at && s.size == strlen(text) && memcmp(s.at, text, s.size) == 0;
}

static inline bool
slice_equal_nocase(struct slice s, const char *text)
{
	return s.at && s.size == strlen(text) && strncasecmp(s.at, text, s.size) == 0;
}

/* Space, tab, CR or LF: a folded header's line end counts as blank too. */
static inline bool
slice_is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Without blanks at either end. */
static inline struct slice
slice_trim(struct slice s)
{
	while (s.size && slice_is_blank(s.at[0])) {
		s.at++;
		s.size--;
	}
	while (s.size && slice_is_blank(s.at[s.size - 1]))
		s.size--;
	return s;
}

/* The part before the first `stop`, which is stepped over; all of it when there is none. */
static inline struct slice
slice_until(struct slice *s, char stop)
{
	const char *found = s->size ? memchr(s->at, stop, s->size) : NULL;
	struct slice part = {.at = s->at, .size = found ? (uint32_t)(found - s->at) : s->size};
	uint32_t step = part.size + (found != NULL);

	s->at = s->size ? s->at + step : s->at;
	s->size -= step;
	return part;
}

/* The next word, blanks before it stepped over; empty at the end. */
static inline struct slice
slice_word(struct slice *s)
{
	struct slice word;

	while (s->size && slice_is_blank(s->at[0])) {
		s->at++;
		s->size--;
	}
	word = (struct slice){.at = s->at};
	while (s->size && !slice_is_blank(s->at[0])) {
		s->at++;
		s->size--;
		word.size++;
	}
	return word;
}

/* A stranger's text for terminals and logs, cut to `room` with its NUL: bytes that are no printable
 * ASCII become dots. */
static inline void
slice_copy(char *to, size_t room, struct slice s)
{
	uint32_t size = s.size < room - 1 ? s.size : (uint32_t)room - 1;

	for (uint32_t i = 0; i < size; i++)
		to[i] = s.at[i] >= ' ' && s.at[i] <= '~' ? s.at[i] : '.';
	to[size] = '\0';
}

/* All of it as a decimal number of at most 32 bits. */
static inline bool
slice_u32(struct slice s, uint32_t *out)
{
	uint64_t value = 0;

	if (s.size == 0 || s.size > 10)
		return false;
	for (uint32_t i = 0; i < s.size; i++) {
		if (s.at[i] < '0' || s.at[i] > '9')
			return false;
		value = value * 10 + (uint64_t)(s.at[i] - '0');
	}
	*out = (uint32_t)value;
	return value <= UINT32_MAX;
}
