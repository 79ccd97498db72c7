/* The registered prefixes of each session as they were read last. */
#include <string.h>

#include "audit/announcements_private.h"
#include "base/mem.h"

/* Changes when a registered prefix, its attributes or the session do. */
static uint64_t
registered_state(const struct announcements *a, const struct input_session *s)
{
	const struct rec_session_side *r = &s->rec.side[SIDE_PEER];
	const uint64_t said[] = {
		r->registered,
		s->rec.head.seq / KEPT_EPOCHS,
		s->rec.head.boot_us,
		s->rec.up_since_us,
		hash_bytes(&a->key, r->routes_digest, sizeof r->routes_digest),
		hash_bytes(&a->key, r->registered_digest, sizeof r->registered_digest),
		hash_bytes(&a->key, r->registered_attrs_digest, sizeof r->registered_attrs_digest)};

	return hash_bytes(&a->key, said, sizeof said);
}

static struct kept *
kept_of(const struct announcements *a, const struct input_session *s)
{
	for (size_t i = 0; i < a->kept_count; i++)
		if (strcmp(a->kept[i].session, s->rec.name) == 0)
			return &a->kept[i];
	return NULL;
}

const struct input_route *
announcements_kept(const struct announcements *a, const struct input_session *s, size_t count)
{
	const struct kept *k = kept_of(a, s);

	return k && k->routes && k->count == count && k->state == registered_state(a, s) ? k->routes
	                                                                                 : NULL;
}

void
announcements_keep(struct announcements *a, const struct input_session *s, size_t count)
{
	struct kept *k = kept_of(a, s);

	if (!k) {
		a->kept = mem_resize(a->kept, a->kept_count + 1, sizeof *a->kept);
		k = &a->kept[a->kept_count++];
		*k = (struct kept){0};
		memcpy(k->session, s->rec.name, sizeof k->session);
	}
	k->state = registered_state(a, s);
	k->count = count;
	k->routes = mem_resize(k->routes, count ? count : 1, sizeof *k->routes);
	memcpy(k->routes, s->routes, count * sizeof *k->routes);
}
