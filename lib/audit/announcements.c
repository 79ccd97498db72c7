#include "audit/announcements.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "audit/announcements_private.h"
#include "audit/share.h"
#include "base/mem.h"

struct announcements *
announcements_create(void)
{
	struct announcements *a = mem_alloc(1, sizeof *a);

	a->key = hash_key_make(0);
	return a;
}

void
announcements_clear(struct announcements *a)
{
	for (int side = 0; side < REC_SIDES; side++)
		for (int family = 0; family < FAMILIES; family++) {
			map_fini(&a->of[side][family].map);
			free(a->of[side][family].at);
			free(a->of[side][family].since_us);
			a->of[side][family] = (struct prefixes){0};
		}
	for (size_t i = 0; i < a->looked_up_count; i++)
		free(a->looked_up[i].inside);
	free(a->looked_up);
	a->looked_up = NULL;
	a->looked_up_count = 0;
}

void
announcements_destroy(struct announcements *a)
{
	if (!a)
		return;
	announcements_clear(a);
	for (size_t i = 0; i < a->kept_count; i++)
		free(a->kept[i].routes);
	free(a->kept);
	free(a);
}

struct wanted {
	const struct prefixes *among;
	const struct prefix *prefix;
};

static bool
is_wanted(const void *context, uint32_t index)
{
	const struct wanted *w = context;

	return prefix_equal(&w->among->at[index], w->prefix);
}

static uint64_t
hash_of(const struct announcements *a, const struct prefix *p)
{
	uint8_t bytes[17];

	memcpy(bytes, p->addr.b, 16);
	bytes[16] = p->len;
	return hash_bytes(&a->key, bytes, sizeof bytes);
}

bool
announcements_has(const struct announcements *a, enum side side, const struct prefix *p)
{
	const struct prefixes *among = &a->of[side][announcements_family(p)];
	struct wanted w = {among, p};

	return map_find(&among->map, hash_of(a, p), is_wanted, &w) != MAP_NONE;
}

void
announcements_add(struct announcements *a, enum side side, const struct prefix *p,
                  uint64_t since_us)
{
	struct prefixes *to = &a->of[side][announcements_family(p)];

	if (to->count == to->capacity) {
		to->capacity = to->capacity ? 2 * to->capacity : 64;
		to->at = mem_resize(to->at, to->capacity, sizeof *to->at);
		to->since_us = mem_resize(to->since_us, to->capacity, sizeof *to->since_us);
	}
	to->at[to->count] = *p;
	to->since_us[to->count] = since_us;
	map_add(&to->map, hash_of(a, p), to->count++);
}

/* ---- asking ---------------------------------------------------------------------------------- */

static bool
held_from(const struct announcements *a, enum side side, const struct prefix *p, int longest)
{
	for (int len = longest; len >= 0; len--) {
		struct prefix q = prefix_shorten(p, (uint8_t)len);

		if (announcements_has(a, side, &q))
			return true;
	}
	return false;
}

enum announced
announcements_find(const struct announcements *a, enum side side, const struct prefix *p)
{
	if (held_from(a, side, p, p->len))
		return ANNOUNCED_YES;
	return a->of[side][announcements_family(p)].whole ? ANNOUNCED_NO : ANNOUNCED_UNKNOWN;
}

bool
announcements_covers(const struct announcements *a, enum side side, const struct prefix *p)
{
	return held_from(a, side, p, p->len - 1);
}

double
announcements_inside(const struct announcements *a, const struct input_session *s, size_t i)
{
	for (size_t k = 0; k < a->looked_up_count; k++)
		if (strcmp(a->looked_up[k].session, s->rec.name) == 0 && a->looked_up[k].inside &&
		    i < a->looked_up[k].count)
			return a->looked_up[k].inside[i];
	return NAN;
}

void
announcements_registry(const struct announcements *a, const struct input_session *s,
                       struct input_registry *out)
{
	for (size_t i = 0; i < a->looked_up_count; i++)
		if (strcmp(a->looked_up[i].session, s->rec.name) == 0)
			*out = a->looked_up[i].registry;
}

enum { UNLISTED_MOST = 1 << 21 }; /* prefixes times entries that a turn compares */

struct input_unlisted
announcements_unlisted(const struct announcements *a, const struct conf *conf, uint64_t before_us)
{
	struct input_unlisted u = {.whole = true};

	for (int family = 0; family < FAMILIES; family++) {
		const struct prefixes *all = &a->of[SIDE_PEER][family];

		u.whole &= all->whole;
		if ((uint64_t)all->count * (conf->subnet_count + 1) > UNLISTED_MOST) {
			u.whole = false;
			continue;
		}
		u.announced += all->count;
		for (uint32_t i = 0; i < all->count; i++) {
			if (all->since_us[i] >= before_us || share_listed(conf, &all->at[i]))
				continue;
			if (u.count++ > 0)
				continue;
			prefix_format(&all->at[i], u.first);
			u.first_us = all->since_us[i];
		}
	}
	return u;
}
