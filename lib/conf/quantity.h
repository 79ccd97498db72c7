/*
 * Numbers with a unit as people write them: "200G" (bit/s, decimal steps), "2G" (bytes, steps of
 * 1024), "24h" (durations). One table of suffixes per unit serves parsing, printing and the
 * documents. Plain values, any thread.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum { QUANTITY_TEXT_SIZE = 48 };

/* Parse "NUMBER[SUFFIX]" in the unit "bps", "bytes", "s" or "us"; the result counts that unit
 * ("24h" in "s" is 86400). False: not such a text, or the unit takes no suffixes. */
bool quantity_parse(const char *text, const char *unit, double *value);

/* The shortest exact text: "200G", "24h"; without a fitting suffix the plain number. Returns buf.
 */
const char *quantity_format(double value, const char *unit, char buf[QUANTITY_TEXT_SIZE]);

/* Whether the unit takes suffixes, and examples for messages ("\"10G\""). */
bool quantity_known(const char *unit);
const char *quantity_example(const char *unit);
/* The unit to write behind a formatted value; "" where the suffix tells it, or 1 is the whole. */
const char *quantity_unit_text(const char *unit);
