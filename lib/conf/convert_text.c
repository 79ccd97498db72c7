#include <string.h>

#include "base/clock.h"
#include "conf/convert_rule.h"
#include "conf/form.h"

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
		return convert_complain_kind(l, key, v);
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
		return convert_complain_kind(l, key, v);
	if (!valid(v->text))
		return convert_complain_text(l, key, v);
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
		return convert_complain_kind(l, key, v);
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
		return convert_complain_kind(l, key, v);
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
		return convert_complain_kind(l, key, v);
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
		return load_fail(l, v->line, "%s is %s; %s would be right", key->name,
		                 convert_kind_text(v), choices_text(l, key));
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
		return convert_complain_kind(l, key, v);
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
		return convert_complain_kind(l, key, v);
	if (!strchr(v->text, 'T') || !clock_parse_us(v->text, field))
		return convert_complain_text(l, key, v);
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
		return convert_complain_kind(l, key, v);
	return addr_parse(v->text, field) || convert_complain_text(l, key, v);
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
		return convert_complain_kind(l, key, v);
	if (!prefix_parse(v->text, field, &host_bits))
		return convert_complain_text(l, key, v);
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
		return convert_complain_kind(l, key, v);
	return mac_parse(v->text, field) || convert_complain_text(l, key, v);
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

const struct convert_rule convert_rules_text[TYPE_COUNT] = {
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
};
