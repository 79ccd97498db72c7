#include "ui/table.h"

#include <assert.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "ui/format.h"

struct column {
	char *title;
	enum table_align align;
};

struct table {
	struct column *columns;
	size_t column_count;
	char **cells; /* rows one after the other */
	size_t cell_count, cell_capacity;
};

struct table *
table_create(void)
{
	return mem_alloc(1, sizeof(struct table));
}

void
table_destroy(struct table *t)
{
	if (!t)
		return;
	for (size_t i = 0; i < t->column_count; i++)
		free(t->columns[i].title);
	for (size_t i = 0; i < t->cell_count; i++)
		free(t->cells[i]);
	free(t->columns);
	free(t->cells);
	free(t);
}

void
table_column(struct table *t, const char *title, enum table_align align)
{
	assert(t->cell_count == 0);
	t->columns = mem_resize(t->columns, t->column_count + 1, sizeof *t->columns);
	t->columns[t->column_count++] = (struct column){.title = mem_strdup(title), .align = align};
}

void
table_cell(struct table *t, const char *text)
{
	if (t->cell_count == t->cell_capacity) {
		t->cell_capacity = t->cell_capacity ? t->cell_capacity * 2 : 64;
		t->cells = mem_resize(t->cells, t->cell_capacity, sizeof *t->cells);
	}
	t->cells[t->cell_count++] = mem_strdup(text);
}

void
table_cellf(struct table *t, const char *format, ...)
{
	char buf[512];
	va_list args;

	va_start(args, format);
	vsnprintf(buf, sizeof buf, format, args);
	va_end(args);
	table_cell(t, buf);
}

/* Words that carry a judgement, and the ANSI colour that says so at a glance. */
static const struct {
	const char *word, *code;
} paints[] = {
	{"PASS", "32"},       {"FAIL", "1;31"},    {"INCONCLUSIVE", "33"}, {"critical", "1;31"},
	{"major", "31"},      {"minor", "33"},     {"open", "31"},         {"acked", "33"},
	{"closed", "32"},     {"up", "32"},        {"silent", "1;31"},     {"degraded", "33"},
	{"undeclared", "31"}, {"fit", "32"},       {"unfit", "1;31"},      {"stale", "1;31"},
	{"declared", "32"},   {"tolerated", "33"},
};

static const char *
paint_of(const char *word)
{
	for (size_t i = 0; i < sizeof paints / sizeof paints[0]; i++) {
		if (strcmp(word, paints[i].word) == 0)
			return paints[i].code;
	}
	return NULL;
}

const char *
table_paint(const char *word, bool colour, char buf[64])
{
	const char *code = colour ? paint_of(word) : NULL;

	if (code)
		snprintf(buf, 64, "\033[%sm%s\033[0m", code, word);
	else
		snprintf(buf, 64, "%s", word);
	return buf;
}

static size_t
width_of(const struct table *t, size_t column)
{
	size_t width = format_width(t->columns[column].title);

	for (size_t i = column; i < t->cell_count; i += t->column_count) {
		size_t w = format_width(t->cells[i]);

		width = w > width ? w : width;
	}
	return width;
}

/* One cell; the last column gets no padding behind it. */
static void
print_cell(FILE *to, const char *text, size_t width, enum table_align align, bool last,
           const char *code)
{
	int pad = (int)(width - format_width(text));

	if (align == TABLE_RIGHT)
		fprintf(to, "%*s", pad, "");
	if (code)
		fprintf(to, "\033[%sm%s\033[0m", code, text);
	else
		fputs(text, to);
	if (last)
		return;
	fprintf(to, "%*s", (align == TABLE_LEFT ? pad : 0) + 2, "");
}

void
table_print(const struct table *t, FILE *to, unsigned indent, bool colour)
{
	size_t *widths = mem_alloc(t->column_count + 1, sizeof *widths);

	for (size_t c = 0; c < t->column_count; c++)
		widths[c] = width_of(t, c);
	fprintf(to, "%*s", (int)indent, "");
	for (size_t c = 0; c < t->column_count; c++)
		print_cell(to, t->columns[c].title, widths[c], t->columns[c].align,
		           c + 1 == t->column_count, colour ? "1" : NULL);
	fputc('\n', to);
	for (size_t i = 0; i < t->cell_count; i++) {
		size_t c = i % t->column_count;

		if (c == 0)
			fprintf(to, "%*s", (int)indent, "");
		print_cell(to, t->cells[i], widths[c], t->columns[c].align,
		           c + 1 == t->column_count, colour ? paint_of(t->cells[i]) : NULL);
		if (c + 1 == t->column_count)
			fputc('\n', to);
	}
	free(widths);
}

static void
print_quoted(FILE *to, const char *text)
{
	if (!strpbrk(text, ",\"\n\r")) {
		fputs(text, to);
		return;
	}
	fputc('"', to);
	for (; *text; text++) {
		if (*text == '"')
			fputc('"', to);
		fputc(*text, to);
	}
	fputc('"', to);
}

void
table_print_csv(const struct table *t, FILE *to)
{
	for (size_t c = 0; c < t->column_count; c++) {
		print_quoted(to, t->columns[c].title);
		fputc(c + 1 < t->column_count ? ',' : '\n', to);
	}
	for (size_t i = 0; i < t->cell_count; i++) {
		print_quoted(to, t->cells[i]);
		fputc((i + 1) % t->column_count ? ',' : '\n', to);
	}
}
