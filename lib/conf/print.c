/* conf_print: everything resolved, in the file's own syntax, each value with its source. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf/conf.h"
#include "conf/convert.h"
#include "conf/load.h"
#include "conf/quantity.h"
#include "conf/schema.h"

struct printer {
	const struct conf *c;
	FILE *to;
	unsigned depth;
};

static void print_group(const struct printer *p, const struct schema_group *group,
                        const void *object);

static void
indent(const struct printer *p)
{
	for (unsigned i = 0; i < p->depth; i++)
		putc('\t', p->to);
}

/* Where the value comes from, as a comment at the end of its line. */
static void
print_source(const struct printer *p, const struct schema_key *key, const void *field)
{
	const struct conf_memory *m = p->c->memory;
	const struct origin *o = origin_find(m, field);

	if (o)
		fprintf(p->to, " # %s:%u", o->at.file, o->at.line);
	else if (key->preset)
		fprintf(p->to, " # default, %s", key->source ? key->source : "engineering");
	else
		fprintf(p->to, " # not set");
	fputs(key->later ? "; not used yet\n" : "\n", p->to);
}

static void
list_of(const struct schema_key *key, const void *object, const char **at, size_t *count)
{
	memcpy(at, (const char *)object + key->offset, sizeof *at);
	memcpy(count, (const char *)object + key->count_offset, sizeof *count);
}

static void
print_list(const struct printer *p, const struct schema_key *key, const void *object)
{
	const char *at;
	size_t count;

	list_of(key, object, &at, &count);
	fprintf(p->to, "%s = (", key->name);
	for (size_t i = 0; i < count; i++) {
		fputs(i ? ", " : " ", p->to);
		convert_print(p->c, key, at + i * key->size, p->to);
	}
	fputs(count ? " );" : ");", p->to);
	print_source(p, key, (const char *)object + key->offset);
}

static void
print_objects(const struct printer *p, const struct schema_key *key, const void *object)
{
	struct printer inner = {p->c, p->to, p->depth + 1};
	const char *at;
	size_t count;

	list_of(key, object, &at, &count);
	fprintf(p->to, "%s = (%s", key->name, count ? "\n" : "");
	for (size_t i = 0; i < count; i++) {
		indent(p);
		fputs("{\n", p->to);
		print_group(&inner, key->group, at + i * key->size);
		indent(p);
		fputs(i + 1 < count ? "},\n" : "}\n", p->to);
	}
	if (count)
		indent(p);
	fputs(");\n", p->to);
}

/* The global ones all, a link's only where it has its own. */
static void
print_thresholds(const struct printer *p, const struct schema_key *key,
                 const struct conf_thresholds *t)
{
	const struct conf_thresholds *global = &p->c->thresholds;

	fprintf(p->to, "%s = {\n", key->name);
	for (size_t i = 0; i < t->count; i++) {
		char buf[QUANTITY_TEXT_SIZE];
		const struct conf_threshold *one = &t->at[i];
		const char *text = quantity_format(one->value, one->unit, buf);
		bool plain = text[strlen(text) - 1] <= '9';

		if (t != global && one->source == global->at[i].source)
			continue; /* inherited */
		indent(p);
		fprintf(p->to, plain ? "\t%s = %s; # %s, %s%s" : "\t%s = \"%s\"; # %s, %s%s",
		        one->name, text, one->unit, one->set ? "" : "default, ", one->source);
		fputs(one->later ? "; not used yet\n" : "\n", p->to);
	}
	indent(p);
	fputs("};\n", p->to);
}

static void
print_value(const struct printer *p, const struct schema_key *key, const void *field)
{
	char *text = NULL;
	size_t size = 0;
	FILE *memory = open_memstream(&text, &size);
	bool set = memory && convert_print(p->c, key, field, memory);

	if (memory)
		fclose(memory);
	if (set)
		fprintf(p->to, "%s = %s;", key->name, text);
	else
		fprintf(p->to, "# %s", key->name);
	print_source(p, key, field);
	free(text);
}

/* Groups that mean something only where something else is there. */
static bool
left_out(const struct conf *c, const struct schema_group *group, const struct schema_key *key,
         const void *object)
{
	if (key->type != TYPE_GROUP || key->many)
		return false;
	if (group == &schema_root && strcmp(key->name, "probe") == 0)
		return !c->probe.id;
	if (group == &schema_root && strcmp(key->name, "default_subnet") == 0)
		return !c->default_subnet.present;
	if (strcmp(key->name, "direction") == 0)
		return !((const struct conf_member *)object)->both;
	if (strcmp(key->name, "vlans") == 0)
		return ((const struct conf_member *)object)->by != DIRECTION_BY_VLAN;
	return false;
}

static void
print_key(const struct printer *p, const struct schema_key *key, const void *object)
{
	struct printer inner = {p->c, p->to, p->depth + 1};
	const void *field = (const char *)object + key->offset;

	if (key->many && key->type == TYPE_GROUP) {
		print_objects(p, key, object);
	} else if (key->many) {
		print_list(p, key, object);
	} else if (key->type == TYPE_THRESHOLDS) {
		print_thresholds(p, key, field);
	} else if (key->type == TYPE_GROUP) {
		fprintf(p->to, "%s = {\n", key->name);
		print_group(&inner, key->group, object);
		indent(p);
		fputs("};\n", p->to);
	} else {
		print_value(p, key, field);
	}
}

static void
print_group(const struct printer *p, const struct schema_group *group, const void *object)
{
	for (const struct schema_key *k = group->keys; k->name; k++) {
		if (left_out(p->c, group, k, object))
			continue;
		indent(p);
		print_key(p, k, object);
	}
}

void
conf_print(const struct conf *c, FILE *to)
{
	struct printer p = {.c = c, .to = to};

	fprintf(to, "# %s, sha256 of the contract %s\n", c->path, c->sha256);
	print_group(&p, &schema_root, c);
}
