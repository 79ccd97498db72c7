/* conf_print_docs: docs/configuration.md from the schema and the table of thresholds. */
#include <stdio.h>
#include <string.h>

#include "conf/conf.h"
#include "conf/quantity.h"
#include "conf/ranges.h"
#include "conf/schema.h"
#include "conf/threshold.h"

static const char intro[] =
	"# Configuration\n"
	"\n"
	"Written by `make docs` from the schema in the code; do not edit.\n"
	"\n"
	"The syntax is that of libconfig: `key = value;`, groups `{ }`, lists `( )` or `[ ]`, "
	"comments\n"
	"`#`, `//` and `/* */`. `@include \"FILE\"` takes in another file, relative to the one "
	"that names\n"
	"it; so are all paths. `docs/examples/` holds a probe's file and a contract that load as "
	"they\n"
	"are. `pniscope-probe -c FILE --check` prints everything resolved, with the source of each "
	"value.\n"
	"\n"
	"- Rates are bit/s, `\"10G\"` in steps of 1000; sizes are bytes, `\"2G\"` in steps of "
	"1024;\n"
	"  lengths of time are written `\"200ms\"`, `\"30s\"`, `\"15m\"`, `\"24h\"`, `\"7d\"`.\n"
	"- Only `peering`, `peer`, one site and one link with its ports are required.\n"
	"- A wrong file gets one line: file, line, what is wrong, what would be right; exit code "
	"2.\n"
	"  `SIGHUP` reloads; a file that is wrong changes nothing, nor does one that changes what "
	"is\n"
	"  *read at the start* of that program: that needs a restart.\n"
	"- *Not used yet*: the key is checked and changes nothing, what will use it is not there "
	"yet.\n"
	"- The digest of the contract covers all that is written except `probe`, `bmp` and "
	"`redis`, whatever its "
	"layout.\n"
	"- *Engineering* marks a default that is our choice and published by nobody else.\n";

static const char *
type_text(const struct schema_key *key)
{
	static const char *const texts[TYPE_COUNT] = {
		[TYPE_BOOL] = "true or false",
		[TYPE_NUMBER] = "whole number",
		[TYPE_QUANTITY] = "number or text with a unit",
		[TYPE_REAL] = "number",
		[TYPE_TEXT] = "text",
		[TYPE_NAME] = "name",
		[TYPE_SITE] = "name of a site",
		[TYPE_PATH] = "path",
		[TYPE_PORT] = "port",
		[TYPE_CHOICE] = "one of the names",
		[TYPE_TIME] = "time",
		[TYPE_ZONE] = "time zone",
		[TYPE_LCORES] = "list of cores",
		[TYPE_SERVER] = "address",
		[TYPE_COMMUNITY] = "community",
		[TYPE_SCOPE] = "scope",
		[TYPE_ADDR] = "address",
		[TYPE_PREFIX] = "prefix",
		[TYPE_MAC] = "MAC address",
		[TYPE_GROUP] = "group",
		[TYPE_THRESHOLDS] = "group",
	};

	return texts[key->type];
}

static void
print_type(const struct schema_key *key, FILE *to)
{
	if (key->type == TYPE_CHOICE) {
		for (size_t i = 0; key->choices[i]; i++)
			fprintf(to, "%s`\"%s\"`", i ? ", " : "", key->choices[i]);
		return;
	}
	fprintf(to, "%s%s", key->many ? "list: " : "", type_text(key));
}

static void
print_range(double min, double max, const char *unit, FILE *to)
{
	char low[QUANTITY_TEXT_SIZE], high[QUANTITY_TEXT_SIZE];

	if (max > 0)
		fprintf(to, "%s to %s", quantity_format(min, unit, low),
		        quantity_format(max, unit, high));
	unit = quantity_unit_text(unit);
	fprintf(to, "%s%s", max > 0 && *unit ? " " : "", unit);
}

static void
print_default(const struct schema_key *key, FILE *to)
{
	if (key->required)
		fputs("**required**", to);
	else if (key->preset)
		fprintf(to, "`%s` (%s)", key->preset, key->source ? key->source : "engineering");
}

static const char *
at_start_text(unsigned programs)
{
	return programs == CONF_PROBE     ? "the probe"
	       : programs == CONF_CONTROL ? "control"
	                                  : "the probe and of control";
}

static void
print_row(const struct schema_key *key, FILE *to)
{
	fprintf(to, "| `%s` | ", key->name);
	print_type(key, to);
	fputs(" | ", to);
	if (key->type != TYPE_TIME)
		print_range(key->min, key->max, key->unit, to);
	fputs(" | ", to);
	print_default(key, to);
	fprintf(to, " | %s", key->help);
	if (key->example)
		fprintf(to, "; e.g. `%s`", key->example);
	if (key->at_start)
		fprintf(to, "; read at the start of %s", at_start_text(key->at_start));
	fputs(key->later ? "; **not used yet** |\n" : " |\n", to);
}

static void
print_group(const struct schema_group *group, FILE *to)
{
	bool root = group == &schema_root;

	fprintf(to, "\n## %s%s%s\n\n%s\n\n", root ? "" : "`", root ? "Top level" : group->name,
	        root ? "" : "`", root ? "The groups of a file." : group->help);
	fputs("| key | type | range, unit | default | meaning |\n|---|---|---|---|---|\n", to);
	for (const struct schema_key *k = group->keys; k->name; k++)
		print_row(k, to);
	for (const struct schema_key *k = group->keys; k->name; k++)
		if (k->type == TYPE_GROUP)
			print_group(k->group, to);
}

static void
print_thresholds(FILE *to)
{
	fputs("\n## `thresholds`\n\n"
	      "Numbers that verdicts stand on, for all links here or for one in "
	      "`links[].thresholds`.\n"
	      "The first part of a name is the requirement it belongs to.\n\n"
	      "| key | default | unit | range | source | meaning |\n|---|---|---|---|---|---|\n",
	      to);
	for (size_t i = 0; i < threshold_count; i++) {
		const struct threshold *t = &threshold_table[i];
		char text[QUANTITY_TEXT_SIZE];

		fprintf(to, "| `%s` | %s | %s | ", t->name,
		        quantity_format(t->preset, t->unit, text), t->unit);
		print_range(t->min, t->max, NULL, to);
		fprintf(to, " | %s | %s%s |\n", t->source, t->help,
		        threshold_is_later(t->name) ? "; **not used yet**" : "");
	}
}

void
conf_print_docs(FILE *to)
{
	fputs(intro, to);
	print_group(&schema_root, to);
	print_thresholds(to);
	fprintf(to, "\nWithout `cloud.ranges` the ranges are built in: %s.\n", ranges_source);
}
