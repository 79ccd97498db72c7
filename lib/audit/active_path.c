#include "audit/active_path.h"

#include <stdlib.h>
#include <string.h>

#include "audit/judge_parts.h"
#include "audit/judge_routes.h"
#include "base/mem.h"

struct known {
	struct prefix prefix;
	enum active_path path; /* PATH_ACTIVE or PATH_BACKUP, the last of the two */
};

struct active_paths {
	struct known *at;
	size_t count;
};

struct active_paths *
active_paths_create(void)
{
	return mem_alloc(1, sizeof(struct active_paths));
}

void
active_paths_destroy(struct active_paths *p)
{
	if (!p)
		return;
	free(p->at);
	free(p);
}

enum carries { CARRIES_NOT, CARRIES, CARRIES_UNKNOWN };

static enum carries
carries(const struct input_session *s, size_t i)
{
	if (!s->seen)
		return CARRIES_UNKNOWN;
	if (!session_established(s))
		return s->rec.graceful_restart || !s->rec.state[0] ||
		                       strcmp(s->rec.state, "unknown") == 0
		               ? CARRIES_UNKNOWN
		               : CARRIES_NOT;
	if (s->routes && s->routes[i].present)
		return CARRIES;
	return s->routes && rib_complete(&s->rec.side[SIDE_PEER]) ? CARRIES_NOT : CARRIES_UNKNOWN;
}

enum active_path
active_path_of(const struct audit_input *in, size_t i, const struct input_session **via)
{
	const struct input_session *backup = NULL;
	bool known = true;

	*via = NULL;
	for (size_t k = 0; k < in->session_count; k++) {
		const struct input_session *s = &in->sessions[k];
		enum carries c;

		if (!routes_wanted(in, s, i))
			continue;
		c = carries(s, i);
		if (s->link->conf->role == ROLE_BACKUP) {
			backup = backup || c != CARRIES ? backup : s;
			continue;
		}
		if (c == CARRIES) {
			*via = s;
			return PATH_ACTIVE;
		}
		known = known && c == CARRIES_NOT;
	}
	if (!known)
		return PATH_NOT_KNOWN;
	*via = backup;
	return backup ? PATH_BACKUP : PATH_NOWHERE;
}

static struct known *
known_of(struct active_paths *p, const struct prefix *prefix)
{
	for (size_t i = 0; i < p->count; i++)
		if (prefix_equal(&p->at[i].prefix, prefix))
			return &p->at[i];
	p->at = mem_resize(p->at, p->count + 1, sizeof *p->at);
	p->at[p->count] = (struct known){.prefix = *prefix};
	return &p->at[p->count++];
}

void
active_paths_turn(struct active_paths *p, const struct audit_input *in,
                  void (*fn)(void *context, const struct active_path_change *c), void *context)
{
	for (size_t i = 0; i < in->conf->registered_count; i++) {
		struct known *k = known_of(p, &in->conf->registered[i].prefix);
		struct active_path_change c = {.since_us = in->to_us};
		enum active_path now = active_path_of(in, i, &c.via);
		enum active_path before = k->path;

		if (now != PATH_ACTIVE && now != PATH_BACKUP)
			continue;
		k->path = now;
		if (before == PATH_NOT_KNOWN || now == before)
			continue;
		c.backup = now == PATH_BACKUP;
		if (!c.backup && c.via->routes[i].since_us)
			c.since_us = c.via->routes[i].since_us;
		prefix_format(&k->prefix, c.prefix);
		fn(context, &c);
	}
}
