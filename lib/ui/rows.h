/*
 * Rows: a set of records of one kind, filtered, sorted and cut, then printed as text, CSV or JSON.
 * What every listing command of the command line is made of. Fields are named as in the field
 * table, so a filter or a sort key works on any kind that has the field. One thread.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ui/json.h"
#include "ui/table.h"

struct rows {
	const struct record_field *fields;
	size_t record_size;
	size_t count;
	char *records;
};

enum rows_when { ROWS_ALWAYS, ROWS_WIDE /* where the style says so */ };

/* A text column: a field's name and its title there. */
struct rows_column {
	const char *field; /* NULL ends the list */
	const char *title;
	enum rows_when when;
};

struct rows_style {
	bool wide, colour;
	const char *zone; /* time zone of moments; NULL: UTC */
	const char *only; /* a direction: text columns of the other one are left out; NULL: both */
	unsigned indent;
};

void rows_init(struct rows *r, const struct key_schema *schema);
void rows_fini(struct rows *r);
/* Copies the record. */
void rows_add(struct rows *r, const void *record);

const struct record_field *rows_field(const struct record_field *fields, const char *name);
/* Keep the records whose text field `name` equals `value`, or where it is a comma-separated list,
 * has it as an item. Kinds without the field are left alone: false. */
bool rows_filter(struct rows *r, const char *name, const char *value);
/* Sort by a field, numbers and times from the largest, text from A; "-NAME" turns the order. NAME
 * without a direction means the sum of both ("bytes"). False: no such field. Stable. */
bool rows_sort(struct rows *r, const char *name);
/* Whether a field is of one direction, and that is another than `only` (NULL: never). */
bool rows_other_direction(const char *field, const char *only);
void rows_limit(struct rows *r, size_t limit);

void rows_print(const struct rows *r, const struct rows_column *columns,
                const struct rows_style *style, FILE *to);
/* All fields but lists and those of later parts, titles are the field names. */
void rows_print_csv(const struct rows *r, FILE *to);
json_t *rows_json(const struct rows *r);
