#include "audit/scope.h"

#include <stdlib.h>
#include <string.h>

#include "audit/field.h"
#include "audit/location.h"
#include "base/hash.h"
#include "base/map.h"
#include "base/mem.h"

/* ---- the index ------------------------------------------------------------------------------- */

/* What a name of one kind stands for, in the input's order. */
struct entry {
	const char *name;
	const struct input_link *link;
	uint32_t next; /* of the same name, or MAP_NONE */
};

struct names {
	struct map map;
	struct entry *at;
	uint32_t count;
};

struct scope_index {
	const struct audit_input *in;
	struct hash_key key;
	struct names links, sessions, bfds;
};

struct wanted {
	const struct names *among;
	const char *name;
	size_t size;
};

static bool
is_wanted(const void *context, uint32_t i)
{
	const struct wanted *w = context;
	const char *name = w->among->at[i].name;

	return strncmp(name, w->name, w->size) == 0 && name[w->size] == '\0';
}

/* The first of this name, or MAP_NONE. */
static uint32_t
find(const struct scope_index *x, const struct names *among, const char *name, size_t size)
{
	struct wanted w = {among, name, size};

	return map_find(&among->map, hash_bytes(&x->key, name, size), is_wanted, &w);
}

static void
add(struct scope_index *x, struct names *to, const char *name, const struct input_link *link)
{
	size_t size = strlen(name);
	uint32_t first = find(x, to, name, size), i = to->count++;

	to->at[i] = (struct entry){name, link, MAP_NONE};
	if (first == MAP_NONE) {
		map_add(&to->map, hash_bytes(&x->key, name, size), i);
		return;
	}
	to->at[i].next = to->at[first].next;
	to->at[first].next = i;
}

struct scope_index *
scope_index_create(const struct audit_input *in)
{
	struct scope_index *x = mem_alloc(1, sizeof *x);

	x->in = in;
	x->key = hash_key_make(0);
	x->links.at = mem_alloc(in->link_count + 1, sizeof *x->links.at);
	x->sessions.at = mem_alloc(in->session_count + 1, sizeof *x->sessions.at);
	x->bfds.at = mem_alloc(in->bfd_count + 1, sizeof *x->bfds.at);
	for (size_t i = 0; i < in->link_count; i++)
		add(x, &x->links, in->links[i].rec.name, &in->links[i]);
	for (size_t i = 0; i < in->session_count; i++)
		add(x, &x->sessions, in->sessions[i].rec.name, in->sessions[i].link);
	for (size_t i = 0; i < in->bfd_count; i++)
		add(x, &x->bfds, in->bfds[i].rec.name, in->bfds[i].link);
	return x;
}

static void
names_fini(struct names *n)
{
	map_fini(&n->map);
	free(n->at);
}

void
scope_index_destroy(struct scope_index *x)
{
	if (!x)
		return;
	names_fini(&x->links);
	names_fini(&x->sessions);
	names_fini(&x->bfds);
	free(x);
}

/* ---- words ----------------------------------------------------------------------------------- */

/* The links that are to be told of, until one is enough. */
struct telling {
	const struct scope_index *x;
	scope_link_fn *fn;
	void *context;
	bool done;
};

static void
tell(struct telling *t, const struct input_link *link)
{
	if (link && !t->done)
		t->done = !t->fn(t->context, link);
}

static void
tell_named(struct telling *t, const char *name, size_t size)
{
	const struct names *links = &t->x->links;

	for (uint32_t i = find(t->x, links, name, size); i != MAP_NONE; i = links->at[i].next)
		tell(t, links->at[i].link);
}

/* "LINK:N", where the link's own name may have colons. */
static void
tell_member(struct telling *t, const char *name)
{
	for (const char *colon = name; (colon = strchr(colon, ':')) != NULL; colon++)
		tell_named(t, name, (size_t)(colon - name));
}

/* The link of the first session of this name. */
static void
tell_first(struct telling *t, const struct names *among, const char *name)
{
	uint32_t i = find(t->x, among, name, strlen(name));

	if (i != MAP_NONE)
		tell(t, among->at[i].link);
}

static void
tell_location(struct telling *t, const char *location)
{
	const struct audit_input *in = t->x->in;

	for (size_t i = 0; i < in->link_count && !t->done; i++) {
		const struct input_link *link = &in->links[i];

		if (link->conf && strcmp(location_of_link(in->conf, link->conf), location) == 0)
			tell(t, link);
	}
}

static const char *
behind(const char *word, const char *kind)
{
	size_t size = strlen(kind);

	return strncmp(word, kind, size) == 0 ? word + size : NULL;
}

/* False: the word is about no link. */
static bool
tell_word(struct telling *t, const char *word)
{
	const char *name;

	if ((name = behind(word, "link:")))
		tell_named(t, name, strlen(name));
	else if ((name = behind(word, "member:")))
		tell_member(t, name);
	else if ((name = behind(word, "session:")))
		tell_first(t, &t->x->sessions, name);
	else if ((name = behind(word, "bfd:")))
		tell_first(t, &t->x->bfds, name);
	else if ((name = behind(word, "location:")))
		tell_location(t, name);
	return name != NULL;
}

bool
scope_each(const struct scope_index *x, const char *scope, scope_link_fn *fn, void *context)
{
	struct telling t = {.x = x, .fn = fn, .context = context};
	bool any = false;
	char word[128];

	while (field_word(&scope, ", ", word, sizeof word))
		any |= tell_word(&t, word);
	return any && x->in->link_count > 0;
}

void
scope_each_concerned(const struct scope_index *x, const char *scope, scope_link_fn *fn,
                     void *context)
{
	if (scope_each(x, scope, fn, context))
		return;
	for (size_t i = 0; i < x->in->link_count; i++)
		if (!fn(context, &x->in->links[i]))
			return;
}

/* ---- probes ---------------------------------------------------------------------------------- */

struct resting {
	const struct input_probe *probe;
	bool rests;
};

/* A link whose probe is not known may be anybody's. */
static bool
note_tap(void *context, const struct input_link *link)
{
	struct resting *r = context;

	r->rests = !link->probe || link->probe == r->probe;
	return !r->rests;
}

bool
scope_rests_on(const struct scope_index *x, const char *scope, const struct input_probe *p)
{
	struct resting r = {.probe = p, .rests = x->in->link_count == 0};

	scope_each_concerned(x, scope, note_tap, &r);
	return r.rests;
}
