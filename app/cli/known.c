#include "known.h"

#include <stdio.h>
#include <string.h>

#include "base/addr.h"
#include "classify/class.h"
#include "classify/role.h"

static bool
unknown(const char *option, const char *value, const char *right)
{
	fprintf(stderr, "pniscope: %s %s: %s\n", option, value, right);
	return false;
}

static bool
is_side(const char *name)
{
	static const char *const sides[] = {"peer", "msft", "both", "probe", "unknown"};

	for (size_t i = 0; i < sizeof sides / sizeof sides[0]; i++)
		if (strcmp(name, sides[i]) == 0)
			return true;
	return false;
}

bool
known_values(const struct options *o)
{
	struct prefix p;

	if (o->side && !is_side(o->side))
		return unknown("--side", o->side, "peer, msft, both, probe or unknown is right");
	if (o->class && class_find(o->class) < 0)
		return unknown("--class", o->class, "no such class; docs/classes.md lists them");
	if (o->role && role_find(o->role) < 0)
		return unknown("--role", o->role,
		               "no such role; sbc, media-gateway or dns-resolver is one");
	if (o->subnet && !prefix_parse(o->subnet, &p, NULL))
		return unknown("--subnet", o->subnet,
		               "not a prefix; 203.0.113.0/24 or 2001:db8::/32 is");
	return true;
}

/* What several probes of a site see stands as NAME@PROBE. */
static bool
names(const char *id, const char *name)
{
	size_t size = strlen(name);

	return strncmp(id, name, size) == 0 && (id[size] == '\0' || id[size] == '@');
}

static bool
has(struct reader *r, enum record_kind kind, const char *name)
{
	size_t all = 0;
	bool found = false;

	for (size_t s = 0; s < r->site_count && !found; s++) {
		size_t count;

		reader_select(r, s);
		char **ids = store_ids(r->store, kind, NULL, &count);

		for (size_t i = 0; i < count && !found; i++)
			found = names(ids[i], name);
		all += count;
		store_ids_free(ids, count);
	}
	return found || all == 0;
}

bool
known_names(struct reader *r)
{
	const struct options *o = r->options;

	if (o->link && !has(r, RECORD_LINK, o->link))
		return unknown("--link", o->link, "no such link; `pniscope links` lists them");
	if (o->subnet && !has(r, RECORD_SUBNET, o->subnet))
		return unknown("--subnet", o->subnet,
		               "not declared; `pniscope subnets` lists those that are, "
		               "`pniscope find` tells of any");
	return true;
}

bool
known_link(struct reader *r, const char *command, const char *name)
{
	return has(r, RECORD_LINK, name) ||
	       unknown(command, name, "no such link; `pniscope links` lists them");
}

bool
known_subject(struct reader *r, const char *subject)
{
	const char *name = strchr(subject, ':');

	if (name && strncmp(subject, "link:", 5) == 0)
		return known_link(r, "history", name + 1);
	if (!name || strncmp(subject, "subnet:", 7) != 0)
		return unknown("history", subject, "link:NAME or subnet:PREFIX is right");
	return has(r, RECORD_SUBNET, name + 1) ||
	       unknown("history", subject, "not declared; `pniscope subnets` lists those that are");
}

bool
known_role(const char *role)
{
	return !role || role_find(role) >= 0 ||
	       unknown("endpoints", role,
	               "no such role; sbc, media-gateway or dns-resolver is one");
}

bool
known_word(const char *command, const char *word, size_t before, size_t after)
{
	if (!word || before == 0 || after > 0)
		return true;
	fprintf(stderr, "pniscope: %s %s: nothing of that name; `pniscope %s` lists all\n", command,
	        word, command);
	return false;
}
