#include <ctype.h>
#include <math.h>
#include <string.h>

#include "conf/convert_rule.h"
#include "conf/quantity.h"

static bool
complain_range(struct loader *l, const char *name, const char *unit, double value, double min,
               double max, unsigned line)
{
	char low[QUANTITY_TEXT_SIZE], high[QUANTITY_TEXT_SIZE], is[QUANTITY_TEXT_SIZE];
	const char *name_of_unit = quantity_unit_text(unit);

	return load_fail(l, line, "%s = %s is out of range; %s to %s%s%s would be right", name,
	                 quantity_format(value, unit, is), quantity_format(min, unit, low),
	                 quantity_format(max, unit, high), *name_of_unit ? " " : "", name_of_unit);
}

static bool
parse_bool(struct loader *l, const struct schema_key *key, const struct value *v, void *field)
{
	if (v->kind != VALUE_BOOL)
		return convert_complain_kind(l, key, v);
	*(bool *)field = v->number;
	return true;
}

static void
store_number(void *field, size_t size, uint64_t number)
{
	uint16_t n16 = (uint16_t)number;
	uint32_t n32 = (uint32_t)number;

	memcpy(field,
	       size == sizeof n16   ? (void *)&n16
	       : size == sizeof n32 ? (void *)&n32
	                            : (void *)&number,
	       size);
}

static uint64_t
fetch_number(const void *field, size_t size)
{
	uint16_t n16;
	uint32_t n32;
	uint64_t n64;

	if (size == sizeof n16)
		return memcpy(&n16, field, size), n16;
	if (size == sizeof n32)
		return memcpy(&n32, field, size), n32;
	return memcpy(&n64, field, size), n64;
}

static bool
parse_number(struct loader *l, const struct schema_key *key, const struct value *v, void *field)
{
	double max = key->max;

	if (v->kind != VALUE_NUMBER)
		return convert_complain_kind(l, key, v);
	if (max == 0)
		max = key->size == 8 ? 0x1p62 : ldexp(1, (int)key->size * 8) - 1;
	if ((double)v->number < key->min || (double)v->number > max)
		return complain_range(l, key->name, key->unit, (double)v->number, key->min, max,
		                      v->line);
	store_number(field, key->size, (uint64_t)v->number);
	return true;
}

/* A number, or a text with one of the unit's suffixes. */
static bool
number_of(const struct value *v, const char *unit, double *out)
{
	switch (v->kind) {
	case VALUE_NUMBER:
		*out = (double)v->number;
		return true;
	case VALUE_REAL:
		*out = v->real;
		return isfinite(v->real);
	case VALUE_TEXT:
		return quantity_parse(v->text, unit, out);
	default:
		return false;
	}
}

static bool
complain_number(struct loader *l, const char *name, const struct value *v, const char *unit)
{
	struct arena *arena = &l->memory->arena;
	const char *is = convert_kind_text(v);
	const char *wanted = "write a number";

	if (unit && strcmp(unit, "ratio") != 0)
		wanted = arena_printf(arena, "write a number of %s", unit);
	if (v->kind == VALUE_TEXT)
		is = arena_printf(arena, "\"%s\"", v->text);
	if (quantity_known(unit))
		wanted = arena_printf(arena, "%s, such as %s", wanted, quantity_example(unit));
	return load_fail(l, v->line, "%s is %s; %s", name, is, wanted);
}

bool
convert_real(struct loader *l, const char *name, const struct value *v,
             const struct threshold *range, double *out)
{
	if (!number_of(v, range->unit, out))
		return complain_number(l, name, v, range->unit);
	if (*out < range->min || *out > range->max)
		return complain_range(l, name, range->unit, *out, range->min, range->max, v->line);
	return true;
}

static struct threshold
range_of(const struct schema_key *key)
{
	return (struct threshold){.min = key->min, .max = key->max, .unit = key->unit};
}

static bool
parse_real(struct loader *l, const struct schema_key *key, const struct value *v, void *field)
{
	struct threshold range = range_of(key);

	return convert_real(l, key->name, v, &range, field);
}

static bool
parse_quantity(struct loader *l, const struct schema_key *key, const struct value *v, void *field)
{
	struct threshold range = range_of(key);
	double number;

	if (!convert_real(l, key->name, v, &range, &number))
		return false;
	*(uint64_t *)field = (uint64_t)number;
	return true;
}

static bool
print_bool(const struct conf *c, const struct schema_key *key, const void *field, FILE *to)
{
	(void)c;
	(void)key;
	fputs(*(const bool *)field ? "true" : "false", to);
	return true;
}

static bool
print_number(const struct conf *c, const struct schema_key *key, const void *field, FILE *to)
{
	(void)c;
	fprintf(to, "%llu", (unsigned long long)fetch_number(field, key->size));
	return true;
}

static bool
print_amount(double value, const char *unit, FILE *to)
{
	char buf[QUANTITY_TEXT_SIZE];
	const char *text = quantity_format(value, unit, buf);
	bool plain = isdigit((unsigned char)text[strlen(text) - 1]);

	fprintf(to, plain ? "%s" : "\"%s\"", text);
	return true;
}

static bool
print_quantity(const struct conf *c, const struct schema_key *key, const void *field, FILE *to)
{
	double value = (double)*(const uint64_t *)field;

	(void)c;
	/* zero where the file may not write it: not declared */
	return value >= key->min && print_amount(value, key->unit, to);
}

static bool
print_real(const struct conf *c, const struct schema_key *key, const void *field, FILE *to)
{
	(void)c;
	return print_amount(*(const double *)field, key->unit, to);
}

const struct convert_rule convert_rules_number[TYPE_COUNT] = {
	[TYPE_BOOL] = {"write true or false", parse_bool, print_bool},
	[TYPE_NUMBER] = {"write a whole number", parse_number, print_number},
	[TYPE_QUANTITY] = {"write a number or text with a unit", parse_quantity, print_quantity},
	[TYPE_REAL] = {"write a number", parse_real, print_real},
};
