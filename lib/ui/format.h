/*
 * Values as people read them: rates, counts, bytes, ratios, times. Text output only; JSON and CSV
 * carry plain numbers in the units of their names. Pure functions, any thread but those that take a
 * time zone (base/clock.h).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"
#include "store/record.h"

enum { FORMAT_SIZE = 64 };

/* 3 significant digits with a decimal prefix: "12.5 G"; `unit` is put behind it. NaN gives "-". */
const char *format_scaled(double v, const char *unit, char buf[FORMAT_SIZE]);
/* All digits, groups of three apart by a thin mark: "1 234 567". */
const char *format_count(uint64_t v, char buf[FORMAT_SIZE]);
/* A ratio as percentage with enough digits for small ones: "99.9 %", "0.0012 %". */
const char *format_ratio(double v, char buf[FORMAT_SIZE]);
/* A length of time: "850 us", "12.5 ms", "3.2 s", "4 min 10 s", "2 h 05 min", "3 d 04 h". */
const char *format_duration(uint64_t us, char buf[FORMAT_SIZE]);

/*
 * One field of a record as text. `human` false: the plain number of JSON and CSV (NaN: nothing).
 * Fields in "us" are moments when they lie after 2001 (10^15 us), lengths when below. `zone` as in
 * clock_format_zone(); "id" are numbers that nobody counts with, "lacp" the letters of
 * proto/lacp.h. Lists give their number of items.
 */
void format_field(struct text *out, const struct record_field *f, const void *record, bool human,
                  const char *zone);

/* Text from the wire made safe for a terminal and for JSON: control characters and bytes that are
 * no UTF-8 become \xNN. Appends to `out`. */
void format_clean(struct text *out, const char *from);
/* Columns that a UTF-8 text takes on a terminal, one per code point. */
size_t format_width(const char *utf8);
/* Bytes of `utf8` that go on a line of `columns` (at least 1): all, or up to the last space that
 * fits, or, in a longer word, as many as fit. */
size_t format_break(const char *utf8, size_t columns);
