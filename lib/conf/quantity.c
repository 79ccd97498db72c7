#include "conf/quantity.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct suffix {
	const char *text;
	double factor;
};

/* Largest first, which is what printing looks for. */
static const struct suffix bps[] = {
	{"T", 1e12}, {"G", 1e9}, {"M", 1e6}, {"k", 1e3}, {"K", 1e3}, {"", 1}, {NULL, 0},
};
static const struct suffix bytes[] = {
	{"T", 0x1p40}, {"G", 0x1p30}, {"M", 0x1p20}, {"K", 0x1p10},
	{"k", 0x1p10}, {"", 1},       {NULL, 0},
};
static const struct suffix seconds[] = {
	{"d", 86400}, {"h", 3600}, {"m", 60}, {"s", 1}, {"", 1}, {NULL, 0},
};
static const struct suffix microseconds[] = {
	{"d", 86400e6}, {"h", 3600e6}, {"m", 60e6}, {"s", 1e6},
	{"ms", 1e3},    {"us", 1},     {"", 1},     {NULL, 0},
};

static const struct unit {
	const char *name;
	const struct suffix *suffixes;
	const char *example;
} units[] = {
	{"bps", bps, "\"10G\""},
	{"bytes", bytes, "\"2G\""},
	{"s", seconds, "\"24h\""},
	{"us", microseconds, "\"30ms\""},
};

static const struct unit *
unit_find(const char *name)
{
	for (size_t i = 0; name && i < sizeof units / sizeof units[0]; i++)
		if (strcmp(units[i].name, name) == 0)
			return &units[i];
	return NULL;
}

bool
quantity_known(const char *unit)
{
	return unit_find(unit) != NULL;
}

const char *
quantity_example(const char *unit)
{
	const struct unit *u = unit_find(unit);

	return u ? u->example : "";
}

const char *
quantity_unit_text(const char *unit)
{
	static const char *const silent[] = {"s", "us", "ratio"};

	for (size_t i = 0; unit && i < sizeof silent / sizeof silent[0]; i++)
		if (strcmp(unit, silent[i]) == 0)
			return "";
	return unit ? unit : "";
}

bool
quantity_parse(const char *text, const char *unit, double *value)
{
	const struct unit *u = unit_find(unit);
	char *end;
	double v;

	/* strtod would also take signs, blanks, hexadecimal, "inf" and "nan" */
	if (!u || !isdigit((unsigned char)text[0]) || strpbrk(text, "xXpP"))
		return false;
	v = strtod(text, &end);
	for (const struct suffix *s = u->suffixes; s->text; s++) {
		if (strcmp(end, s->text) != 0)
			continue;
		*value = v * s->factor;
		return isfinite(*value);
	}
	return false;
}

const char *
quantity_format(double value, const char *unit, char buf[QUANTITY_TEXT_SIZE])
{
	const struct unit *u = unit_find(unit);

	for (const struct suffix *s = u ? u->suffixes : NULL; s && s->text && value > 0; s++) {
		double v = value / s->factor;

		if (v < 1 || v >= 1e15 || v != floor(v) || s->text[0] == '\0')
			continue;
		snprintf(buf, QUANTITY_TEXT_SIZE, "%.0f%s", v, s->text);
		return buf;
	}
	snprintf(buf, QUANTITY_TEXT_SIZE, "%.15g", value);
	return buf;
}
