#include "inspect/certificates.h"

#include <stdlib.h>

#include "base/mem.h"

void
certificates_init(struct certificates *c, uint32_t limit)
{
	*c = (struct certificates){.limit = limit, .key = hash_key_make(0)};
}

void
certificates_fini(struct certificates *c)
{
	map_fini(&c->map);
	free(c->at);
}

struct wanted {
	const struct certificates *in;
	uint64_t hash;
};

static bool
is_wanted(const void *context, uint32_t index)
{
	const struct wanted *w = context;

	return w->in->at[index].hash == w->hash;
}

static struct certificate_seen *
add(struct certificates *c, struct cursor der, uint64_t hash, uint64_t now_ns)
{
	struct certificate_seen *s;

	if (c->count == c->limit) {
		c->beyond++;
		return NULL;
	}
	if (c->count == c->capacity) {
		c->capacity = c->capacity ? c->capacity * 2 : 16;
		c->at = mem_resize(c->at, c->capacity, sizeof *c->at);
	}
	s = &c->at[c->count];
	*s = (struct certificate_seen){.hash = hash, .first_ns = now_ns};
	if (!certificate_read(der, &s->certificate)) {
		c->malformed++;
		return NULL;
	}
	map_add(&c->map, hash, c->count++);
	return s;
}

struct certificate_seen *
certificates_add(struct certificates *c, struct cursor der, uint64_t now_ns)
{
	struct wanted wanted = {c, hash_bytes(&c->key, der.at, cursor_left(&der))};
	uint32_t index = map_find(&c->map, wanted.hash, is_wanted, &wanted);
	struct certificate_seen *s =
		index == MAP_NONE ? add(c, der, wanted.hash, now_ns) : &c->at[index];

	if (s) {
		s->count++;
		s->last_ns = now_ns;
	}
	return s;
}
