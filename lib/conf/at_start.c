/* What a reload can't take up: two configurations beside each other, by the rows of the schema. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "conf/conf.h"
#include "conf/schema.h"

static bool
is_text(enum schema_type type)
{
	return type == TYPE_TEXT || type == TYPE_NAME || type == TYPE_PATH || type == TYPE_LCORES ||
	       type == TYPE_SERVER;
}

static bool
same_text(const void *a, const void *b)
{
	const char *const *x = a, *const *y = b;

	return *x && *y ? strcmp(*x, *y) == 0 : *x == *y;
}

static bool
same_value(const struct schema_key *key, const void *a, const void *b)
{
	return is_text(key->type) ? same_text(a, b) : memcmp(a, b, key->size) == 0;
}

static bool
same_list(const struct schema_key *key, const char *a, const char *b)
{
	const char *const *x = (const void *)(a + key->offset);
	const char *const *y = (const void *)(b + key->offset);
	size_t count, other;

	memcpy(&count, a + key->count_offset, sizeof count);
	memcpy(&other, b + key->count_offset, sizeof other);
	if (count != other)
		return false;
	for (size_t i = 0; i < count; i++)
		if (!same_value(key, *x + i * key->size, *y + i * key->size))
			return false;
	return true;
}

static const struct schema_key *
find_change(const struct schema_group *group, const char *a, const char *b, unsigned program)
{
	for (const struct schema_key *k = group->keys; k->name; k++) {
		if (!(k->at_start & program))
			continue;
		if (k->many ? !same_list(k, a, b) : !same_value(k, a + k->offset, b + k->offset))
			return k;
	}
	return NULL;
}

char *
conf_at_start_change(const struct conf *old, const struct conf *new, enum conf_program program)
{
	for (const struct schema_key *g = schema_root.keys; g->name; g++) {
		const struct schema_key *changed = NULL;

		if (g->type == TYPE_GROUP && !g->many)
			changed = find_change(g->group, (const char *)old, (const char *)new,
			                      program);
		if (changed)
			return mem_printf("%s.%s", g->name, changed->name);
	}
	return NULL;
}

char *
conf_reload_refused(const struct conf *old, const struct conf *new, enum conf_program program)
{
	char *fixed = conf_at_start_change(old, new, program), *error;

	if (!fixed)
		return NULL;
	error = mem_printf("%s: %s changed: that needs a restart", new->path, fixed);
	free(fixed);
	return error;
}
