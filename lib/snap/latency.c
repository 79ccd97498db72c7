#include "snap/latency.h"

#include <string.h>

#include "base/mem.h"
#include "measure/meter.h"

static const struct {
	const char *name, *what;
	bool headline;
} methods[LATENCY_METHOD_COUNT] = {
#define X(id, name, headline, what) [id] = {name, what, headline},
	LATENCY_METHODS(X)
#undef X
};

const char *
latency_method_name(enum latency_method m)
{
	return methods[m].name;
}

const char *
latency_method_what(enum latency_method m)
{
	return methods[m].what;
}

bool
latency_is_headline(enum latency_method m)
{
	return methods[m].headline;
}

/* Room that keys of subnets can't take: one histogram per link, half and method. */
static uint32_t
reserve_of(uint16_t links)
{
	return (uint32_t)links * 2 * LATENCY_METHOD_COUNT;
}

bool
latency_set_init(struct latency_set *s, uint32_t capacity, uint16_t links, bool touch)
{
	*s = (struct latency_set){.capacity = capacity + reserve_of(links), .open = capacity};
	s->at = mem_map(s->capacity * sizeof *s->at, touch);
	s->index = mem_map(2 * (size_t)s->capacity * sizeof *s->index, touch);
	return s->at && s->index;
}

void
latency_set_fini(struct latency_set *s)
{
	mem_unmap(s->at, s->capacity * sizeof *s->at);
	mem_unmap(s->index, 2 * (size_t)s->capacity * sizeof *s->index);
}

void
latency_set_clear(struct latency_set *s)
{
	memset(s->at, 0, s->count * sizeof *s->at);
	if (s->count)
		memset(s->index, 0, 2 * (size_t)s->capacity * sizeof *s->index);
	s->count = s->in_reserve = 0;
	s->overflow = 0;
}

/* Keys are of our own making: a plain multiplicative hash will do (Knuth, volume 3, 6.4). */
static uint32_t
slot_of(const struct latency_set *s, const struct latency_key *key)
{
	uint64_t word = key->subnet | (uint64_t)key->link << 32 | (uint64_t)key->half << 48 |
	                (uint64_t)key->method << 56;

	word *= 0x9e3779b97f4a7c15ull;
	return (uint32_t)((word >> 32) * 2 * s->capacity >> 32);
}

static bool
key_equal(const struct latency_key *a, const struct latency_key *b)
{
	return a->subnet == b->subnet && a->link == b->link && a->half == b->half &&
	       a->method == b->method;
}

/* At most half full, so an empty slot comes soon. NULL: the key is new and may not be added. */
static struct histogram *
find_or_add(struct latency_set *s, const struct latency_key *key)
{
	bool reserved = key->subnet == SUBNET_OVERFLOW;
	uint32_t at = slot_of(s, key), slots = 2 * s->capacity;

	for (; s->index[at]; at = at + 1 == slots ? 0 : at + 1)
		if (key_equal(&s->at[s->index[at] - 1].key, key))
			return &s->at[s->index[at] - 1].histogram;
	if (s->count == s->capacity || (!reserved && s->count - s->in_reserve == s->open))
		return NULL;
	s->in_reserve += reserved;
	s->at[s->count].key = *key;
	s->index[at] = ++s->count;
	return &s->at[s->count - 1].histogram;
}

void
latency_add(struct latency_set *s, const struct latency_key *key, uint64_t ns)
{
	struct latency_key rest = *key;
	struct histogram *h = find_or_add(s, key);

	if (!h) {
		s->overflow++;
		if (latency_is_sbc(key->subnet))
			return;
		rest.subnet = SUBNET_OVERFLOW;
		h = find_or_add(s, &rest);
	}
	if (h)
		histogram_add(h, ns);
}
