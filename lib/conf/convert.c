#include "conf/convert.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "conf/form.h"
#include "conf/quantity.h"

/* A type of the schema: what it wants in words, and both ways of conversion. */
struct type_rule {
	const char *wants;
	bool (*parse)(struct loader *, const struct schema_key *, const struct value *,
	              void *field);
	bool (*print)(const struct conf *, const struct schema_key *, const void *field, FILE *);
};
static const struct type_rule rules[TYPE_COUNT];

static const char *
kind_text(const struct value *v)
{
	static const char *const texts[] = {
		[VALUE_BOOL] = "true or false",
		[VALUE_NUMBER] = "a whole number",
		[VALUE_REAL] = "a number with fraction",
		[VALUE_TEXT] = "text",
		[VALUE_LIST] = "a list",
		[VALUE_GROUP] = "a group { }",
	};

	return texts[v->kind];
}

const char *
convert_hint(const struct schema_key *key)
{
	if (key->many && key->type == TYPE_GROUP)
		return "write a list ( { … }, { … } )";
	if (key->many)
		return "write a list";
	return rules[key->type].wants;
}

static bool
complain(struct loader *l, const struct schema_key *key, const struct value *v, const char *hint)
{
	return load_fail(l, v->line, "%s is %s; %s%s%s", key->name, kind_text(v), hint,
	                 key->example ? ", such as " : "", key->example ? key->example : "");
}

bool
convert_complain(struct loader *l, const struct schema_key *key, const struct value *v)
{
	return complain(l, key, v, convert_hint(key));
}

/* The same for one value, which may be an element of a list. */
static bool
complain_kind(struct loader *l, const struct schema_key *key, const struct value *v)
{
	return complain(l, key, v, rules[key->type].wants);
}

/* The text is of the right kind, but not what the key wants. */
static bool
complain_text(struct loader *l, const struct schema_key *key, const struct value *v)
{
	return load_fail(l, v->line, "%s \"%s\" is not valid; %s%s%s", key->name, v->text,
	                 rules[key->type].wants, key->example ? ", such as " : "",
	                 key->example ? key->example : "");
}

/* ---- numbers ---- */

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
		return complain_kind(l, key, v);
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
		return complain_kind(l, key, v);
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
	const char *is = kind_text(v);
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

/* ---- texts ---- */

static bool
keep_text(struct loader *l, const char *text, void *field)
{
	*(const char **)field = text[0] ? arena_strdup(&l->memory->arena, text) : NULL;
	return true;
}

static bool
print_text(const struct conf *c, const struct schema_key *key, const void *field, FILE *to)
{
	const char *text = *(const char *const *)field;

	(void)c;
	(void)key;
	if (!text)
		return false;
	putc('"', to);
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			putc('\\', to);
		if ((unsigned char)*text < ' ')
			fprintf(to, "\\x%02x", (unsigned char)*text);
		else
			putc(*text, to);
	}
	putc('"', to);
	return true;
}

static bool
parse_text(struct loader *l, const struct schema_key *key, const struct value *v, void *field)
{
	if (v->kind != VALUE_TEXT)
		return complain_kind(l, key, v);
	if (!v->text[0] && (key->many || key->required))
		return load_fail(l, v->line, "%s is empty; write text, such as %s", key->name,
		                 key->example);
	return keep_text(l, v->text, field);
}

/* What the text must look like; the value is kept as written. */
static bool
parse_if(struct loader *l, const struct schema_key *key, const struct value *v, void *field,
         bool (*valid)(const char *))
{
	if (v->kind != VALUE_TEXT)
		return complain_kind(l, key, v);
	if (!valid(v->text))
		return complain_text(l, key, v);
	return keep_text(l, v->text, field);
}

static bool
parse_name(struct loader *l, const struct schema_key *key, const struct value *v, void *field)
{
	return parse_if(l, key, v, field, form_is_name);
}

static bool
parse_lcores(struct loader *l, const struct schema_key *key, const struct value *v, void *field)
{
	return parse_if(l, key, v, field, form_is_lcores);
}

static bool
parse_server(struct loader *l, const struct schema_key *key, const struct value *v, void *field)
{
	return parse_if(l, key, v, field, form_is_server);
}

static bool
parse_community(struct loader *l, const struct schema_key *key, const struct value *v, void *field)
{
	return parse_if(l, key, v, field, form_is_community);
}

static bool
parse_scope(struct loader *l, const struct schema_key *key, const struct value *v, void *field)
{
	return parse_if(l, key, v, field, form_is_scope);
}

static bool
parse_zone(struct loader *l, const struct schema_key *key, const struct value *v, void *field)
{
	if (v->kind != VALUE_TEXT)
		return complain_kind(l, key, v);
	if (!clock_zone_exists(v->text))
		return load_fail(l, v->line,
		                 "time zone \"%s\" does not exist; an IANA name would "
		                 "be right, such as %s",
		                 v->text, key->example);
	return keep_text(l, v->text, field);
}

static bool
parse_path(struct loader *l, const struct schema_key *key, const struct value *v, void *field)
{
	const char *file = source_position(l->source, v->line).file;

	if (v->kind != VALUE_TEXT)
		return complain_kind(l, key, v);
	*(const char **)field =
		v->text[0] ? source_resolve(&l->memory->arena, file, v->text) : NULL;
	return true;
}

static bool
parse_port(struct loader *l, const struct schema_key *key, const struct value *v, void *field)
{
	struct arena *arena = &l->memory->arena;
	const char *file = source_position(l->source, v->line).file;
	const char *port = NULL;
	char pci[FORM_PCI_SIZE];

	if (v->kind != VALUE_TEXT)
		return complain_kind(l, key, v);
	if (strncmp(v->text, "pcap:", 5) == 0 && v->text[5])
		port = arena_printf(arena, "pcap:%s", source_resolve(arena, file, v->text + 5));
	else if (form_is_vdev(v->text))
		port = arena_strdup(arena, v->text);
	else if (form_pci_address(v->text, pci))
		port = arena_strdup(arena, pci);
	if (!port)
		return load_fail(l, v->line,
		                 "%s \"%s\" is not a port; a PCI address (\"0000:3b:00.0\"), an "
		                 "EAL vdev (\"net_af_packet0,iface=tap0\") or \"pcap:FILE\" would "
		                 "be right",
		                 key->name, v->text);
	*(const char **)field = port;
	return true;
}

/* ---- one of several ---- */

static const char *
choices_text(struct loader *l, const struct schema_key *key)
{
	const char *text = "";

	for (size_t i = 0; key->choices[i]; i++)
		text = arena_printf(&l->memory->arena, "%s%s\"%s\"", text,
		                    i == 0                ? ""
		                    : key->choices[i + 1] ? ", "
		                                          : " or ",
		                    key->choices[i]);
	return text;
}

static bool
parse_choice(struct loader *l, const struct schema_key *key, const struct value *v, void *field)
{
	unsigned i = 0;

	if (v->kind != VALUE_TEXT)
		return load_fail(l, v->line, "%s is %s; %s would be right", key->name, kind_text(v),
		                 choices_text(l, key));
	while (key->choices[i] && strcmp(key->choices[i], v->text) != 0)
		i++;
	if (!key->choices[i])
		return load_fail(l, v->line, "%s \"%s\" is not known; %s would be right", key->name,
		                 v->text, choices_text(l, key));
	if (key->size == sizeof i)
		memcpy(field, &i, sizeof i);
	else
		*(const char **)field = key->choices[i];
	return true;
}

static bool
print_choice(const struct conf *c, const struct schema_key *key, const void *field, FILE *to)
{
	unsigned i;

	if (key->size != sizeof i)
		return print_text(c, key, field, to);
	memcpy(&i, field, sizeof i);
	fprintf(to, "\"%s\"", key->choices[i]);
	return true;
}

/* Sites are loaded before all that refers to them by index. */
static bool
parse_site(struct loader *l, const struct schema_key *key, const struct value *v, void *field)
{
	const char *known = "";

	if (v->kind != VALUE_TEXT)
		return complain_kind(l, key, v);
	for (size_t i = 0; i < l->conf->site_count; i++) {
		if (strcmp(l->conf->sites[i].name, v->text) == 0) {
			memcpy(field, &i, sizeof i);
			return true;
		}
		known = arena_printf(&l->memory->arena, "%s%s\"%s\"", known, i ? ", " : "",
		                     l->conf->sites[i].name);
	}
	return load_fail(l, v->line, "site \"%s\" is not in sites; known: %s", v->text, known);
}

static bool
print_site(const struct conf *c, const struct schema_key *key, const void *field, FILE *to)
{
	(void)key;
	fprintf(to, "\"%s\"", c->sites[*(const size_t *)field].name);
	return true;
}

/* ---- times and addresses ---- */

static bool
parse_time(struct loader *l, const struct schema_key *key, const struct value *v, void *field)
{
	if (v->kind != VALUE_TEXT)
		return complain_kind(l, key, v);
	if (!strchr(v->text, 'T') || !clock_parse_us(v->text, field))
		return complain_text(l, key, v);
	return true;
}

static bool
print_time(const struct conf *c, const struct schema_key *key, const void *field, FILE *to)
{
	uint64_t us = *(const uint64_t *)field;
	char buf[CLOCK_TEXT_SIZE];

	(void)c;
	(void)key;
	fprintf(to, "\"%s\"", clock_format_us(us, us % US_PER_S ? 6 : 0, buf));
	return true;
}

static bool
parse_address(struct loader *l, const struct schema_key *key, const struct value *v, void *field)
{
	if (v->kind != VALUE_TEXT)
		return complain_kind(l, key, v);
	return addr_parse(v->text, field) || complain_text(l, key, v);
}

static bool
print_address(const struct conf *c, const struct schema_key *key, const void *field, FILE *to)
{
	char buf[ADDR_TEXT_SIZE];

	(void)c;
	(void)key;
	fprintf(to, "\"%s\"", addr_format(field, buf));
	return true;
}

static bool
parse_prefix(struct loader *l, const struct schema_key *key, const struct value *v, void *field)
{
	char right[PREFIX_TEXT_SIZE];
	bool host_bits;

	if (v->kind != VALUE_TEXT)
		return complain_kind(l, key, v);
	if (!prefix_parse(v->text, field, &host_bits))
		return complain_text(l, key, v);
	if (host_bits)
		return load_fail(l, v->line, "%s \"%s\" has host bits set; \"%s\" would be right",
		                 key->name, v->text, prefix_format(field, right));
	return true;
}

static bool
print_prefix(const struct conf *c, const struct schema_key *key, const void *field, FILE *to)
{
	char buf[PREFIX_TEXT_SIZE];

	(void)c;
	(void)key;
	fprintf(to, "\"%s\"", prefix_format(field, buf));
	return true;
}

static bool
parse_mac(struct loader *l, const struct schema_key *key, const struct value *v, void *field)
{
	if (v->kind != VALUE_TEXT)
		return complain_kind(l, key, v);
	return mac_parse(v->text, field) || complain_text(l, key, v);
}

static bool
print_mac(const struct conf *c, const struct schema_key *key, const void *field, FILE *to)
{
	char buf[MAC_TEXT_SIZE];

	(void)c;
	(void)key;
	fprintf(to, "\"%s\"", mac_format(field, buf));
	return true;
}

static const struct type_rule rules[TYPE_COUNT] = {
	[TYPE_BOOL] = {"write true or false", parse_bool, print_bool},
	[TYPE_NUMBER] = {"write a whole number", parse_number, print_number},
	[TYPE_QUANTITY] = {"write a number or text with a unit", parse_quantity, print_quantity},
	[TYPE_REAL] = {"write a number", parse_real, print_real},
	[TYPE_TEXT] = {"write text", parse_text, print_text},
	[TYPE_NAME] = {"write a name of letters, digits, '.', '_' and '-'", parse_name, print_text},
	[TYPE_SITE] = {"write the name of a site", parse_site, print_site},
	[TYPE_PATH] = {"write the path of a file", parse_path, print_text},
	[TYPE_PORT] = {"write a port", parse_port, print_text},
	[TYPE_CHOICE] = {"write one of the names", parse_choice, print_choice},
	[TYPE_TIME] = {"write a time as in RFC 3339", parse_time, print_time},
	[TYPE_ZONE] = {"write the IANA name of a time zone", parse_zone, print_text},
	[TYPE_LCORES] = {"write a list of cores", parse_lcores, print_text},
	[TYPE_SERVER] = {"write where Redis listens", parse_server, print_text},
	[TYPE_COMMUNITY] = {"write a community", parse_community, print_text},
	[TYPE_SCOPE] = {"write \"link:NAME\", \"site:NAME\", \"session:NAME\" or \"peering\"",
                        parse_scope, print_text},
	[TYPE_ADDR] = {"write an IPv4 or IPv6 address", parse_address, print_address},
	[TYPE_PREFIX] = {"write a prefix", parse_prefix, print_prefix},
	[TYPE_MAC] = {"write a MAC address", parse_mac, print_mac},
	[TYPE_GROUP] = {"write a group { … }", NULL, NULL},
	[TYPE_THRESHOLDS] = {"write a group { … }", NULL, NULL},
};

bool
convert_value(struct loader *l, const struct schema_key *key, const struct value *v, void *field)
{
	return rules[key->type].parse(l, key, v, field);
}

bool
convert_print(const struct conf *c, const struct schema_key *key, const void *field, FILE *to)
{
	return rules[key->type].print(c, key, field, to);
}
