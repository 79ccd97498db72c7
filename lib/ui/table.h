/*
 * A text table: columns sized to their contents, numbers to the right, colour only where asked.
 * Built row by row and printed once. Cells are copied. One thread.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct table;

enum table_align { TABLE_LEFT, TABLE_RIGHT };

struct table *table_create(void);
void table_destroy(struct table *t);

void table_column(struct table *t, const char *title, enum table_align align);
/* The next cell of the running row; a row ends with its last column. */
void table_cell(struct table *t, const char *text);
/* printf into a cell */
void table_cellf(struct table *t, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Aligned columns with two spaces between them; `indent` spaces before each line. `colour` paints
 * known words (verdicts, states, severities) with ANSI codes. On a terminal that is narrower the
 * columns are folded: as many as fit, then the rest below, what names the rows before each block.
 */
void table_print(const struct table *t, FILE *to, unsigned indent, bool colour);
/* Columns of the terminal that `to` is; 0: it is none, lines are as long as they are. */
size_t table_terminal_width(FILE *to);
/* The same for a given width; 0: as wide as it is. */
void table_print_within(const struct table *t, FILE *to, unsigned indent, bool colour,
                        size_t width);
/* RFC 4180: CRLF is not used, since these files are read by Unix tools. */
void table_print_csv(const struct table *t, FILE *to);

/* The word painted when it is a known one and `colour` is set; returns `buf`. */
const char *table_paint(const char *word, bool colour, char buf[64]);
