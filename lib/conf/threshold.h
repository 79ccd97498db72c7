/*
 * The numbers that verdicts stand on, one table: name, default, range, unit, where the default
 * comes from, help. The name's first part is the requirement it belongs to. Used by the loader, the
 * prints and the documents.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct threshold {
	const char *name;
	double preset, min, max;
	const char *unit;
	const char *source; /* "documented: PAGE", "standard: TEXT", "published: PAPER",
	                       "engineering" */
	const char *help;
};

extern const struct threshold threshold_table[];
extern const size_t threshold_count;

/* Index in the table; threshold_count: no such name. */
size_t threshold_find(const char *name);
/* Whether no verdict rests on it yet: it can be set, and changes nothing. */
bool threshold_is_later(const char *name);
/* The nearest known name, or NULL. */
const char *threshold_nearest(const char *name);
