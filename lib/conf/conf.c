#include "conf/conf.h"

#include <assert.h>
#include <errno.h>
#include <libconfig.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "conf/check.h"
#include "conf/digest.h"
#include "conf/load.h"
#include "conf/ranges.h"
#include "conf/source.h"
#include "conf/special.h"
#include "conf/syntax.h"

static struct conf *
conf_new(const char *path)
{
	struct conf_memory *memory = mem_alloc(1, sizeof *memory);
	struct conf *c = mem_alloc(1, sizeof *c);

	c->memory = memory;
	c->path = arena_strdup(&memory->arena, path);
	return c;
}

void
conf_destroy(struct conf *c)
{
	struct conf_memory *memory;

	if (!c)
		return;
	memory = c->memory;
	arena_fini(&memory->arena);
	free(memory->origins);
	free(memory);
	free(c);
}

static bool
parse(struct loader *l)
{
	config_t tree;
	bool ok;

	if (!syntax_check(l))
		return false;
	config_init(&tree);
	if (config_read_string(&tree, l->source->text.at) != CONFIG_TRUE)
		ok = load_fail(l, (unsigned)config_error_line(&tree), "%s",
		               config_error_text(&tree)); /* nothing the grammar lets pass */
	else
		ok = load_tree(l, config_root_setting(&tree)) && check_all(l) && ranges_load(l) &&
		     special_load(l);
	if (ok)
		digest_make(l->conf, config_root_setting(&tree));
	config_destroy(&tree);
	return ok;
}

/* Take over a source that was read with result `rc`. */
static int
finish(struct conf *c, struct source *s, int rc, struct conf **out, char **error)
{
	struct loader l = {.conf = c, .memory = c->memory, .source = s};

	if (rc == 0 && !parse(&l)) {
		rc = -EINVAL;
		s->error = l.error;
	}
	source_fini(s);
	*out = NULL;
	*error = NULL;
	if (rc < 0) {
		*error = mem_strdup(s->error);
		conf_destroy(c);
		return rc;
	}
	*out = c;
	return 0;
}

int
conf_load(const char *file, struct conf **out, char **error)
{
	struct conf *c = conf_new(file);
	struct conf_memory *memory = c->memory;
	struct source s;

	source_init(&s, &memory->arena);
	return finish(c, &s, source_read_file(&s, file), out, error);
}

int
conf_load_text(const char *text, const char *name, struct conf **out, char **error)
{
	struct conf *c = conf_new(name);
	struct conf_memory *memory = c->memory;
	struct source s;

	source_init(&s, &memory->arena);
	return finish(c, &s, source_read_text(&s, text, name), out, error);
}

char *
conf_place(const struct conf *c, const void *field)
{
	const struct origin *o = origin_find(c->memory, field);

	return o ? mem_printf("%s:%u", o->at.file, o->at.line) : mem_strdup(c->path);
}

const struct conf_threshold *
conf_threshold_get(const struct conf *c, const struct conf_link *link, const char *name)
{
	const struct conf_thresholds *t = link ? &link->thresholds : &c->thresholds;

	for (size_t i = 0; i < t->count; i++)
		if (strcmp(t->at[i].name, name) == 0)
			return &t->at[i];
	assert(!"a threshold that the schema does not know");
	abort();
}

double
conf_threshold(const struct conf *c, const struct conf_link *link, const char *name)
{
	return conf_threshold_get(c, link, name)->value;
}

const struct conf_link *
conf_link_find(const struct conf *c, const char *name)
{
	for (size_t i = 0; i < c->link_count; i++)
		if (strcmp(c->links[i].name, name) == 0)
			return &c->links[i];
	return NULL;
}

bool
conf_link_tapped(const struct conf *c, const struct conf_link *l)
{
	if (l->tap == TAP_NONE)
		return false;
	if (!c->probe.id)
		return true;
	if (l->tap_probe)
		return strcmp(l->tap_probe, c->probe.id) == 0;
	return strcmp(c->sites[l->site].name, c->probe.site) == 0;
}

/* The link that "link:NAME" or "session:NAME" is, or NULL. */
static const struct conf_link *
scope_link(const struct conf *c, const char *scope)
{
	if (strncmp(scope, "link:", 5) == 0)
		return conf_link_find(c, scope + 5);
	if (strncmp(scope, "session:", 8) != 0)
		return NULL;
	for (size_t i = 0; i < c->link_count; i++)
		for (size_t k = 0; k < c->links[i].session_count; k++)
			if (strcmp(c->links[i].sessions[k].name, scope + 8) == 0)
				return &c->links[i];
	return NULL;
}

bool
conf_scope_covers(const struct conf *c, const char *window, const char *scope)
{
	const struct conf_link *link;

	if (strcmp(window, "peering") == 0 || strcmp(window, scope) == 0)
		return true;
	link = scope_link(c, scope);
	if (link && strncmp(window, "link:", 5) == 0)
		return strcmp(link->name, window + 5) == 0;
	if (link && strncmp(window, "site:", 5) == 0)
		return strcmp(c->sites[link->site].name, window + 5) == 0;
	return false;
}

/* ---- names that others know ---- */

/* "FILE:LINE", or FILE where the value is a default; to be freed. */
static char *
place_text(const struct conf *c, const void *field)
{
	const struct origin *o = origin_find(c->memory, field);

	return o ? mem_printf("%s:%u", o->at.file, o->at.line) : mem_strdup(c->path);
}

/* `right` NULL: nothing is near. Always -EINVAL. */
static int
complain_name(const struct conf *c, const void *field, const char *what, const char *name,
              const char *right, char **error)
{
	char *place = place_text(c, field);

	if (right)
		*error = mem_printf("%s: %s \"%s\" is not known; \"%s\" would be right", place,
		                    what, name, right);
	else
		*error =
			mem_printf("%s: %s \"%s\" is not known; a %s that the documents list would "
		                   "be right",
		                   place, what, name, what);
	text_printable(*error);
	free(place);
	return -EINVAL;
}

static int
check_list(const struct conf *c, const char *what, const struct conf_names *list,
           const char *const *names, size_t count, char **error)
{
	for (size_t i = 0; i < list->count; i++) {
		size_t n = 0;

		while (n < count && strcmp(names[n], list->at[i]) != 0)
			n++;
		if (n == count)
			return complain_name(c, &list->at, what, list->at[i],
			                     schema_nearest(list->at[i], names, count), error);
	}
	return 0;
}

static int
check_classes(const struct conf *c, const char *const *names, size_t count, char **error)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < c->subnet_count; i++)
		rc = check_list(c, "class", &c->subnets[i].classes, names, count, error);
	if (rc == 0)
		rc = check_list(c, "class", &c->default_subnet.classes, names, count, error);
	if (rc == 0)
		rc = check_list(c, "class", &c->tolerate.classes, names, count, error);
	return rc;
}

static int
check_roles(const struct conf *c, const char *const *names, size_t count, char **error)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < c->subnet_count; i++)
		rc = check_list(c, "role", &c->subnets[i].roles, names, count, error);
	return rc;
}

int
conf_check_names(const struct conf *c, enum conf_name_kind kind, const char *const *names,
                 size_t count, char **error)
{
	*error = NULL;
	switch (kind) {
	case CONF_NAME_CLASS:
		return check_classes(c, names, count, error);
	case CONF_NAME_ROLE:
		return check_roles(c, names, count, error);
	}
	return 0;
}
