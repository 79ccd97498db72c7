#include "audit/announcements.h"

#include <stdlib.h>
#include <string.h>

#include "audit/field.h"
#include "audit/judge_parts.h"
#include "audit/share.h"
#include "base/hash.h"
#include "base/map.h"
#include "base/mem.h"
#include "store/route.h"

/* One side's prefixes of one family. */
struct prefixes {
	struct prefix *at;
	uint64_t *since_us; /* announced, on the session read first */
	uint32_t count, capacity;
	struct map map;
	bool whole; /* what is not here is not announced */
};

enum { FAMILIES = 2 };

/* Registered prefixes of one session. */
struct kept {
	char session[sizeof((struct rec_session *)0)->name];
	uint64_t state; /* of its digests */
	struct input_route *routes;
	size_t count;
};

struct announcements {
	struct prefixes of[REC_SIDES][FAMILIES];
	struct hash_key key;
	uint64_t state; /* of all digests, when it was read last */
	struct kept *kept;
	size_t kept_count;
};

struct announcements *
announcements_create(void)
{
	struct announcements *a = mem_alloc(1, sizeof *a);

	a->key = hash_key_make(0);
	return a;
}

static void
clear(struct announcements *a)
{
	for (int side = 0; side < REC_SIDES; side++)
		for (int family = 0; family < FAMILIES; family++) {
			map_fini(&a->of[side][family].map);
			free(a->of[side][family].at);
			free(a->of[side][family].since_us);
			a->of[side][family] = (struct prefixes){0};
		}
}

void
announcements_destroy(struct announcements *a)
{
	if (!a)
		return;
	clear(a);
	for (size_t i = 0; i < a->kept_count; i++)
		free(a->kept[i].routes);
	free(a->kept);
	free(a);
}

static int
family_of(const struct prefix *p)
{
	return addr_is_v4(&p->addr) ? 0 : 1;
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

static bool
has(const struct announcements *a, enum side side, const struct prefix *p)
{
	const struct prefixes *among = &a->of[side][family_of(p)];
	struct wanted w = {among, p};

	return map_find(&among->map, hash_of(a, p), is_wanted, &w) != MAP_NONE;
}

/* ---- reading --------------------------------------------------------------------------------- */

struct reading {
	struct announcements *a;
	enum side side;
};

static void
take_route(void *context, const struct rec_route *r)
{
	const struct reading *reading = context;
	struct announcements *a = reading->a;
	char text[sizeof r->prefix];
	struct prefixes *to;
	struct prefix p;

	memcpy(text, r->prefix, sizeof text);
	text[strcspn(text, "#")] = '\0'; /* path identifier */
	if (!prefix_parse(text, &p, NULL) || has(a, reading->side, &p))
		return;
	to = &a->of[reading->side][family_of(&p)];
	if (to->count == to->capacity) {
		to->capacity = to->capacity ? 2 * to->capacity : 64;
		to->at = mem_resize(to->at, to->capacity, sizeof *to->at);
		to->since_us = mem_resize(to->since_us, to->capacity, sizeof *to->since_us);
	}
	to->at[to->count] = p;
	to->since_us[to->count] = r->received_us;
	map_add(&to->map, hash_of(a, &p), to->count++);
}

/* Changes when any session's routes, or what is known of them, do. */
static uint64_t
state_of(const struct announcements *a, const struct audit_input *in)
{
	uint64_t state = 1;

	for (size_t i = 0; i < in->session_count; i++) {
		const struct input_session *s = &in->sessions[i];

		for (int side = 0; s->counts && side < REC_SIDES; side++) {
			const struct rec_session_side *r = &s->rec.side[side];
			const uint64_t said[] = {
				state,
				i,
				(uint64_t)side,
				session_established(s),
				rib_complete(r),
				r->routes_v4 + r->routes_v6,
				r->routes_unwritten,
				hash_bytes(&a->key, r->routes_digest, sizeof r->routes_digest)};

			state = hash_bytes(&a->key, said, sizeof said);
		}
	}
	return state;
}

/* Some of the side's routes may be missing; a session of one family can carry the other's. */
static void
doubt(struct announcements *a, enum side side)
{
	for (int family = 0; family < FAMILIES; family++)
		a->of[side][family].whole = false;
}

static bool
read_side(struct announcements *a, const struct audit_input *in, const struct input_session *s,
          enum side side, struct store *store)
{
	const struct rec_session_side *r = &s->rec.side[side];
	uint64_t count = r->routes_v4 + r->routes_v6;

	if (!session_established(s) || !s->link)
		return true; /* what is down announces nothing */
	if (!rib_complete(r) || r->routes_unwritten > 0 || count > ANNOUNCEMENTS_MOST)
		doubt(a, side);
	if (count > ANNOUNCEMENTS_MOST)
		return true;
	store_select(store, in->conf->sites[s->link->conf->site].name, in->conf->peering.name);
	route_each(store, s->rec.name, side, take_route, &(struct reading){a, side});
	return store_error(store) == NULL;
}

bool
announcements_read(struct announcements *a, const struct audit_input *in, struct store *s)
{
	uint64_t state = state_of(a, in);
	bool any = false, read = true;

	if (state == a->state)
		return true;
	clear(a);
	for (size_t i = 0; i < in->session_count; i++)
		any |= in->sessions[i].counts && session_established(&in->sessions[i]);
	for (int side = 0; side < REC_SIDES; side++)
		for (int family = 0; family < FAMILIES; family++)
			a->of[side][family].whole = any;
	for (size_t i = 0; i < in->session_count && read; i++) {
		const struct input_session *session = &in->sessions[i];

		if (!session->counts)
			continue;
		if (!session->seen) {
			doubt(a, SIDE_PEER);
			doubt(a, SIDE_MSFT);
			continue;
		}
		for (int side = 0; side < REC_SIDES && read; side++)
			read = read_side(a, in, session, (enum side)side, s);
	}
	a->state = read ? state : 0;
	return read;
}

/* ---- registered prefixes --------------------------------------------------------------------- */

enum { KEPT_EPOCHS = 16 }; /* a map that lags behind its session is read again after these */

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

/* ---- asking ---------------------------------------------------------------------------------- */

/* `p` cut to `len` bits of its family. */
static struct prefix
shorten(const struct prefix *p, uint8_t len)
{
	struct prefix q = {.addr = p->addr, .len = len};
	unsigned bits = prefix_bits(&q);

	for (unsigned i = 0; i < 16; i++) {
		if (bits >= 8 * (i + 1))
			continue;
		q.addr.b[i] &= bits > 8 * i ? (uint8_t)(0xff << (8 * (i + 1) - bits)) : 0;
	}
	return q;
}

static bool
held_from(const struct announcements *a, enum side side, const struct prefix *p, int longest)
{
	for (int len = longest; len >= 0; len--) {
		struct prefix q = shorten(p, (uint8_t)len);

		if (has(a, side, &q))
			return true;
	}
	return false;
}

enum announced
announcements_find(const struct announcements *a, enum side side, const struct prefix *p)
{
	if (held_from(a, side, p, p->len))
		return ANNOUNCED_YES;
	return a->of[side][family_of(p)].whole ? ANNOUNCED_NO : ANNOUNCED_UNKNOWN;
}

bool
announcements_covers(const struct announcements *a, enum side side, const struct prefix *p)
{
	return held_from(a, side, p, p->len - 1);
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
