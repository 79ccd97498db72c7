#include "conf/load.h"

#include <libconfig.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "conf/convert.h"
#include "conf/threshold.h"

static bool
fail_v(struct loader *l, struct source_position at, const char *format, va_list args)
{
	char what[1024];

	vsnprintf(what, sizeof what, format, args);
	text_printable(what);
	if (!l->error && at.line)
		l->error = arena_printf(&l->memory->arena, "%s:%u: %s", at.file, at.line, what);
	else if (!l->error)
		l->error = arena_printf(&l->memory->arena, "%s: %s", l->conf->path, what);
	return false;
}

bool
load_fail(struct loader *l, unsigned line, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	fail_v(l, source_position(l->source, line), format, args);
	va_end(args);
	return false;
}

bool
load_fail_at(struct loader *l, const void *field, const char *format, ...)
{
	const struct origin *o = origin_find(l->memory, field);
	va_list args;

	va_start(args, format);
	fail_v(l, o ? o->at : (struct source_position){NULL, 0}, format, args);
	va_end(args);
	return false;
}

/* ---- origins ---- */

static void
origin_add(struct loader *l, const void *field, unsigned line)
{
	struct conf_memory *m = l->memory;

	if (line == 0)
		return;
	if ((m->origin_count & (m->origin_count - 1)) == 0)
		m->origins = mem_resize(m->origins, m->origin_count ? m->origin_count * 2 : 1,
		                        sizeof *m->origins);
	m->origins[m->origin_count++] = (struct origin){field, source_position(l->source, line)};
}

static int
origin_compare(const void *a, const void *b)
{
	const char *x = ((const struct origin *)a)->field;
	const char *y = ((const struct origin *)b)->field;

	return (x > y) - (x < y);
}

const struct origin *
origin_find(const struct conf_memory *m, const void *field)
{
	struct origin key = {.field = field};

	if (m->origin_count == 0)
		return NULL;
	return bsearch(&key, m->origins, m->origin_count, sizeof key, origin_compare);
}

const char *
load_place(struct loader *l, const void *field)
{
	const struct origin *o = origin_find(l->memory, field);

	if (!o)
		return "the default";
	return arena_printf(&l->memory->arena, "%s:%u", o->at.file, o->at.line);
}

/* ---- values ---- */

static struct value
value_of_setting(const config_setting_t *s)
{
	struct value v = {.line = config_setting_source_line(s), .setting = s};

	switch (config_setting_type(s)) {
	case CONFIG_TYPE_INT:
	case CONFIG_TYPE_INT64:
		v.kind = VALUE_NUMBER;
		v.number = config_setting_get_int64(s);
		break;
	case CONFIG_TYPE_FLOAT:
		v.kind = VALUE_REAL;
		v.real = config_setting_get_float(s);
		break;
	case CONFIG_TYPE_BOOL:
		v.kind = VALUE_BOOL;
		v.number = config_setting_get_bool(s);
		break;
	case CONFIG_TYPE_STRING:
		v.kind = VALUE_TEXT;
		v.text = config_setting_get_string(s);
		break;
	case CONFIG_TYPE_GROUP:
		v.kind = VALUE_GROUP;
		break;
	default:
		v.kind = VALUE_LIST;
	}
	return v;
}

/* A default of the schema, as if it had been written. */
static struct value
value_of_preset(const struct schema_key *key, const char *text)
{
	switch (key->type) {
	case TYPE_BOOL:
		return (struct value){.kind = VALUE_BOOL, .number = strcmp(text, "true") == 0};
	case TYPE_NUMBER:
		return (struct value){.kind = VALUE_NUMBER, .number = strtoll(text, NULL, 10)};
	case TYPE_REAL:
		return (struct value){.kind = VALUE_REAL, .real = strtod(text, NULL)};
	default:
		return (struct value){.kind = VALUE_TEXT, .text = text};
	}
}

/* ---- lists ---- */

static bool load_group(struct loader *l, const struct schema_group *group,
                       const config_setting_t *from, unsigned line, void *object);

static void *
list_make(struct loader *l, const struct schema_key *key, void *object, size_t count)
{
	void *at = count ? arena_take(&l->memory->arena, count, key->size) : NULL;

	memcpy((char *)object + key->offset, &at, sizeof at);
	memcpy((char *)object + key->count_offset, &count, sizeof count);
	return at;
}

static bool
load_list(struct loader *l, const struct schema_key *key, const struct value *list, void *object)
{
	size_t count = (size_t)config_setting_length(list->setting);
	char *at = list_make(l, key, object, count);

	for (size_t i = 0; i < count; i++) {
		const config_setting_t *s = config_setting_get_elem(list->setting, (unsigned)i);
		struct value v = value_of_setting(s);
		bool group = key->type == TYPE_GROUP;

		if (group && v.kind != VALUE_GROUP)
			return convert_complain(l, key, &v);
		if (group ? !load_group(l, key->group, s, v.line, at + i * key->size)
		          : !convert_value(l, key, &v, at + i * key->size))
			return false;
	}
	return true;
}

/* "a, b, c" of the schema. */
static bool
load_preset_list(struct loader *l, const struct schema_key *key, void *object)
{
	const char *word = key->preset;
	size_t count = 1, i = 0;
	char *at;

	for (const char *p = word; *p; p++)
		count += *p == ',';
	at = list_make(l, key, object, count);
	for (; i < count; i++) {
		size_t size = strcspn(word, ",");
		char *text = arena_printf(&l->memory->arena, "%.*s", (int)size, word);
		struct value v = value_of_preset(key, text);

		if (!convert_value(l, key, &v, at + i * key->size))
			return false;
		word += size;
		word += strspn(word, ", ");
	}
	return true;
}

/* ---- thresholds ---- */

static bool
load_threshold(struct loader *l, const config_setting_t *s, struct conf_thresholds *to)
{
	struct value v = value_of_setting(s);
	const char *name = config_setting_name(s);
	size_t i = threshold_find(name);
	struct source_position at = source_position(l->source, v.line);
	const char *near;

	if (i == threshold_count) {
		near = threshold_nearest(name);
		return load_fail(l, v.line, "unknown threshold \"%s\"; %s%s%s", name,
		                 near ? "\"" : "docs/configuration.md lists them", near ? near : "",
		                 near ? "\" would be right" : "");
	}
	if (!convert_real(l, name, &v, &threshold_table[i], &to->at[i].value))
		return false;
	to->at[i].set = true;
	to->at[i].source = arena_printf(&l->memory->arena, "%s:%u", at.file, at.line);
	return true;
}

/* A copy of `base` (NULL: the table's defaults) with what the file sets. */
static bool
load_thresholds(struct loader *l, const config_setting_t *from, const struct conf_thresholds *base,
                struct conf_thresholds *to)
{
	to->count = threshold_count;
	to->at = arena_take(&l->memory->arena, threshold_count, sizeof *to->at);
	for (size_t i = 0; i < threshold_count; i++) {
		const struct threshold *t = &threshold_table[i];

		to->at[i] = base ? base->at[i]
		                 : (struct conf_threshold){.name = t->name,
		                                           .value = t->preset,
		                                           .unit = t->unit,
		                                           .source = t->source,
		                                           .later = threshold_is_later(t->name)};
	}
	for (int i = 0; from && i < config_setting_length(from); i++)
		if (!load_threshold(l, config_setting_get_elem(from, (unsigned)i), to))
			return false;
	return true;
}

/* Links come before or after the global thresholds in the file, but after them in the schema. */
static bool
load_threshold_group(struct loader *l, const config_setting_t *from, struct conf_thresholds *to)
{
	struct conf_thresholds *global = &l->conf->thresholds;

	if (to != global && !from) {
		*to = *global;
		return true;
	}
	return load_thresholds(l, from, to == global ? NULL : global, to);
}

/* ---- groups ---- */

static bool
load_key(struct loader *l, const struct schema_key *key, const config_setting_t *s, void *object)
{
	struct value v = value_of_setting(s);
	void *field = (char *)object + key->offset;
	bool wants_group = !key->many && (key->type == TYPE_GROUP || key->type == TYPE_THRESHOLDS);

	if (wants_group != (v.kind == VALUE_GROUP) || key->many != (v.kind == VALUE_LIST))
		return convert_complain(l, key, &v);
	if (key->many || key->size)
		origin_add(l, field, v.line);
	if (key->many)
		return load_list(l, key, &v, object);
	if (key->type == TYPE_THRESHOLDS)
		return load_threshold_group(l, s, field);
	if (key->type != TYPE_GROUP)
		return convert_value(l, key, &v, field);
	if (key->size)
		*(bool *)field = true;
	return load_group(l, key->group, s, v.line, object);
}

static bool
load_default(struct loader *l, const struct schema_key *key, void *object)
{
	void *field = (char *)object + key->offset;
	struct value v;

	if (key->type == TYPE_THRESHOLDS)
		return load_threshold_group(l, NULL, field);
	if (key->type == TYPE_GROUP && !key->many)
		return load_group(l, key->group, NULL, 0, object);
	if (!key->preset)
		return true;
	if (key->many)
		return load_preset_list(l, key, object);
	v = value_of_preset(key, key->preset);
	return convert_value(l, key, &v, field);
}

static bool
complain_unknown(struct loader *l, const struct schema_group *group, const char *name,
                 unsigned line)
{
	const char *names[32];
	char known[512] = "";
	const char *near;
	size_t n = 0, size = 0;

	for (; group->keys[n].name && n < sizeof names / sizeof names[0]; n++) {
		names[n] = group->keys[n].name;
		size += (size_t)snprintf(known + size, sizeof known - size, "%s%s", n ? ", " : "",
		                         names[n]);
	}
	near = schema_nearest(name, names, n);
	if (near)
		return load_fail(l, line, "unknown key \"%s\" in %s; \"%s\" would be right", name,
		                 group->name, near);
	return load_fail(l, line, "unknown key \"%s\" in %s; known there: %s", name, group->name,
	                 known);
}

static bool
refuse_unknown(struct loader *l, const struct schema_group *group, const config_setting_t *from)
{
	for (int i = 0; i < config_setting_length(from); i++) {
		const config_setting_t *s = config_setting_get_elem(from, (unsigned)i);

		if (!schema_find(group, config_setting_name(s)))
			return complain_unknown(l, group, config_setting_name(s),
			                        config_setting_source_line(s));
	}
	return true;
}

/* All keys of a group in the schema's order, so that what others refer to comes first. `from` NULL:
 * the group is not in the file, its keys take their defaults. */
static bool
load_group(struct loader *l, const struct schema_group *group, const config_setting_t *from,
           unsigned line, void *object)
{
	if (from && !refuse_unknown(l, group, from))
		return false;
	for (const struct schema_key *k = group->keys; k->name; k++) {
		const config_setting_t *s = from ? config_setting_get_member(from, k->name) : NULL;

		if (from && !s && k->required)
			return load_fail(l, line, "%s has no %s; %s%s%s", group->name, k->name,
			                 convert_hint(k), k->example ? ", such as " : "",
			                 k->example ? k->example : "");
		if (s ? !load_key(l, k, s, object) : !load_default(l, k, object))
			return false;
	}
	return true;
}

bool
load_tree(struct loader *l, const void *root)
{
	bool ok = load_group(l, &schema_root, root, 0, l->conf);

	if (l->memory->origin_count)
		qsort(l->memory->origins, l->memory->origin_count, sizeof *l->memory->origins,
		      origin_compare);
	return ok;
}
