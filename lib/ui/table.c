#include "ui/table.h"

#include <assert.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

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

/* What a print goes by. */
struct sheet {
	const struct table *table;
	FILE *to;
	unsigned indent;
	bool colour;
	const size_t *widths;
	size_t keys; /* leading columns that every block begins with */
};

/* The first column names the rows, or with it the second: "link:pni-a", "peer". */
static size_t
key_columns(const struct table *t)
{
	size_t n = t->column_count;

	if (n < 3)
		return n > 0;
	for (size_t i = 0; i < t->cell_count; i += n)
		for (size_t k = i + n; k < t->cell_count; k += n)
			if (strcmp(t->cells[i], t->cells[k]) == 0)
				return 2;
	return 1;
}

/* One line: the keys, then the columns from `from` up to `end`; `row` NULL: the titles. */
static void
print_line(const struct sheet *s, char *const *row, size_t from, size_t end)
{
	fprintf(s->to, "%*s", (int)s->indent, "");
	for (size_t c = 0; c < end; c = c + 1 == s->keys ? from : c + 1) {
		const struct column *column = &s->table->columns[c];
		const char *text = row ? row[c] : column->title;
		const char *code = !s->colour ? NULL : row ? paint_of(text) : "1";

		print_cell(s->to, text, s->widths[c], column->align, c + 1 == end, code);
	}
	fputc('\n', s->to);
}

/* As many columns from `from` on as fit beside the keys, one at least; returns the end. */
static size_t
block_end(const struct sheet *s, size_t from, size_t width)
{
	size_t used = s->indent + s->widths[0], end = from;

	for (size_t c = 1; c < s->keys; c++)
		used += 2 + s->widths[c];
	while (end < s->table->column_count && used + 2 + s->widths[end] <= width)
		used += 2 + s->widths[end++];
	return end > from ? end : from + 1;
}

void
table_print_within(const struct table *t, FILE *to, unsigned indent, bool colour, size_t width)
{
	size_t *widths = mem_alloc(t->column_count + 1, sizeof *widths);
	struct sheet s = {t, to, indent, colour, widths, width ? key_columns(t) : 1};
	size_t from = s.keys;

	for (size_t c = 0; c < t->column_count; c++)
		widths[c] = width_of(t, c);
	do {
		size_t end = width ? block_end(&s, from, width) : t->column_count;

		end = end < t->column_count ? end : t->column_count;
		if (from > s.keys)
			fputc('\n', to);
		print_line(&s, NULL, from, end);
		for (size_t i = 0; i < t->cell_count; i += t->column_count)
			print_line(&s, t->cells + i, from, end);
		from = end;
	} while (from < t->column_count);
	free(widths);
}

size_t
table_terminal_width(FILE *to)
{
	struct winsize size;
	int fd = fileno(to);

	return fd >= 0 && isatty(fd) && ioctl(fd, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

void
table_print(const struct table *t, FILE *to, unsigned indent, bool colour)
{
	table_print_within(t, to, indent, colour, table_terminal_width(to));
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
