#include "ui/rows.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "conf/conf.h"
#include "ui/format.h"

void
rows_init(struct rows *r, const struct key_schema *schema)
{
	*r = (struct rows){.fields = schema->fields, .record_size = schema->record_size};
}

void
rows_fini(struct rows *r)
{
	free(r->records);
	r->records = NULL;
	r->count = 0;
}

static void *
record_at(const struct rows *r, size_t i)
{
	return r->records + i * r->record_size;
}

void
rows_add(struct rows *r, const void *record)
{
	/* grows at powers of two, so that many rows cost few copies */
	if ((r->count & (r->count - 1)) == 0)
		r->records = mem_resize(r->records, r->count ? r->count * 2 : 1, r->record_size);
	memcpy(record_at(r, r->count++), record, r->record_size);
}

const struct record_field *
rows_field(const struct record_field *fields, const char *name)
{
	for (const struct record_field *f = fields; f->name; f++) {
		if (strcmp(f->name, name) == 0)
			return f;
	}
	return NULL;
}

static bool
list_has(const char *list, const char *item)
{
	size_t size = strlen(item);

	for (;;) {
		list += strspn(list, " ");
		size_t n = strcspn(list, ",");

		if (n == size && memcmp(list, item, n) == 0)
			return true;
		if (!list[n])
			return false;
		list += n + 1;
	}
}

bool
rows_filter(struct rows *r, const char *name, const char *value)
{
	const struct record_field *f = rows_field(r->fields, name);
	size_t kept = 0;

	if (!f || f->type != FIELD_TEXT)
		return false;
	for (size_t i = 0; i < r->count; i++) {
		const char *text = (const char *)record_at(r, i) + f->offset;

		if (list_has(text, value))
			memmove(record_at(r, kept++), record_at(r, i), r->record_size);
	}
	r->count = kept;
	return true;
}

/* What is not known sorts below everything. */
static double
number_of(const struct record_field *f, const void *record)
{
	double value = record_number(f, record);

	return isnan(value) ? -INFINITY : value;
}

struct order {
	const struct record_field *field;
	const struct record_field *other; /* the other direction's, added; or NULL */
	const struct rows *rows;
	int sign;
};

/* Larger numbers first, text from A; equal ones as they stood. */
static int
compare(const void *a, const void *b, void *context)
{
	const struct order *o = context;
	size_t ia = *(const size_t *)a, ib = *(const size_t *)b;
	const void *ra = record_at(o->rows, ia), *rb = record_at(o->rows, ib);
	int d;

	if (o->field->type == FIELD_TEXT) {
		d = strcmp((const char *)ra + o->field->offset,
		           (const char *)rb + o->field->offset);
	} else {
		double na = number_of(o->field, ra), nb = number_of(o->field, rb);

		if (o->other) {
			na += number_of(o->other, ra);
			nb += number_of(o->other, rb);
		}
		d = (na < nb) - (na > nb);
	}
	return d ? d * o->sign : (ia > ib) - (ia < ib);
}

/* A field, or the two of both directions. */
static bool
find_order(struct order *o, const char *name)
{
	char both[64];
	const struct record_field *pair[DIR_COUNT];

	o->field = rows_field(o->rows->fields, name);
	if (o->field)
		return true;
	for (int dir = 0; dir < DIR_COUNT; dir++) {
		snprintf(both, sizeof both, "%s_%s", name, direction_name((enum direction)dir));
		pair[dir] = rows_field(o->rows->fields, both);
	}
	o->field = pair[0];
	o->other = pair[1];
	return pair[0] && pair[1];
}

bool
rows_sort(struct rows *r, const char *name)
{
	struct order o = {.rows = r, .sign = name[0] == '-' ? -1 : 1};

	if (!find_order(&o, name + (name[0] == '-')))
		return false;
	if (r->count < 2)
		return true;
	size_t *index = mem_alloc(r->count, sizeof *index);
	char *sorted = mem_alloc(r->count, r->record_size);

	for (size_t i = 0; i < r->count; i++)
		index[i] = i;
	qsort_r(index, r->count, sizeof *index, compare, &o);
	for (size_t i = 0; i < r->count; i++)
		memcpy(sorted + i * r->record_size, record_at(r, index[i]), r->record_size);
	memcpy(r->records, sorted, r->count * r->record_size);
	free(sorted);
	free(index);
	return true;
}

void
rows_limit(struct rows *r, size_t limit)
{
	r->count = r->count < limit ? r->count : limit;
}

static bool
is_number(const struct record_field *f)
{
	return f->type == FIELD_U64 || f->type == FIELD_I64 || f->type == FIELD_F64;
}

static void
add_cell(struct table *t, const struct record_field *f, const void *record, bool human,
         const char *zone)
{
	struct text text = {0};

	format_field(&text, f, record, human, zone);
	table_cell(t, !text.at ? "" : human && !text.at[0] ? "-" : text.at);
	text_fini(&text);
}

bool
rows_other_direction(const char *field, const char *only)
{
	size_t size = strlen(field);

	for (int dir = 0; only && dir < DIR_COUNT; dir++) {
		const char *name = direction_name((enum direction)dir);
		size_t n = strlen(name);

		if (size > n && strcmp(field + size - n, name) == 0)
			return strcmp(name, only) != 0;
	}
	return false;
}

/* The field of a text column, or NULL: not there, not wanted. */
static const struct record_field *
shown(const struct rows *r, const struct rows_column *c, const struct rows_style *style)
{
	if ((c->when == ROWS_WIDE && !style->wide) || rows_other_direction(c->field, style->only))
		return NULL;
	return rows_field(r->fields, c->field);
}

void
rows_print(const struct rows *r, const struct rows_column *columns, const struct rows_style *style,
           FILE *to)
{
	struct table *t = table_create();

	for (const struct rows_column *c = columns; c->field; c++) {
		const struct record_field *f = shown(r, c, style);

		if (f)
			table_column(t, c->title, is_number(f) ? TABLE_RIGHT : TABLE_LEFT);
	}
	for (size_t i = 0; i < r->count; i++) {
		for (const struct rows_column *c = columns; c->field; c++) {
			const struct record_field *f = shown(r, c, style);

			if (f)
				add_cell(t, f, record_at(r, i), true, style->zone);
		}
	}
	table_print(t, to, style->indent, style->colour);
	table_destroy(t);
}

static bool
in_csv(const struct record_field *f)
{
	return f->type != FIELD_LIST && !f->later;
}

void
rows_print_csv(const struct rows *r, FILE *to)
{
	struct table *t = table_create();

	for (const struct record_field *f = r->fields; f->name; f++) {
		if (in_csv(f))
			table_column(t, f->name, TABLE_LEFT);
	}
	for (size_t i = 0; i < r->count; i++) {
		for (const struct record_field *f = r->fields; f->name; f++) {
			if (in_csv(f))
				add_cell(t, f, record_at(r, i), false, NULL);
		}
	}
	table_print_csv(t, to);
	table_destroy(t);
}

json_t *
rows_json(const struct rows *r)
{
	json_t *array = json_array();

	for (size_t i = 0; i < r->count; i++)
		json_push(array, json_record(r->fields, record_at(r, i)));
	return array;
}
