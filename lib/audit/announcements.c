#include "audit/announcements.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

/* A session's routes against the snapshots and the registered prefixes. */
struct looked_up {
	char session[sizeof((struct rec_session *)0)->name];
	struct input_registry registry;
	double *inside; /* by registered prefix; NULL: not all of its routes were read */
	size_t count;
};

struct announcements {
	struct prefixes of[REC_SIDES][FAMILIES];
	struct hash_key key;
	uint64_t state;          /* of all digests, when it was read last */
	uint64_t announced, seq; /* prefixes said, and the newest epoch, by then */
	bool refused;            /* some of it is in a key of another type */
	struct kept *kept;
	size_t kept_count;
	struct looked_up *looked_up; /* of the sessions of the last reading */
	size_t looked_up_count;
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
	const struct registry *registry; /* NULL: none, or of no matter for this side */
	struct input_registry *found;
	const struct conf *conf;
	double *inside; /* NULL: of no matter */
};

static void
name_first(char *to, size_t size, const struct reading *from, enum registry_kind kind,
           const struct prefix *p, uint32_t origin)
{
	uint32_t holder = registry_holder(from->registry, kind, p);
	char prefix[PREFIX_TEXT_SIZE], named[48] = "";

	if (*to)
		return;
	if (holder)
		snprintf(named, sizeof named, ", %s AS %" PRIu32,
		         kind == REGISTRY_RPKI ? "authorised is" : "registered for", holder);
	snprintf(to, size, "%s AS %" PRIu32 "%s", prefix_format(p, prefix), origin, named);
}

static void
look_up_rpki(const struct reading *from, const struct prefix *p, uint32_t origin)
{
	struct input_registry *f = from->found;

	switch (registry_rpki(from->registry, p, origin)) {
	case RPKI_VALID:
		f->valid++;
		break;
	case RPKI_NOT_FOUND:
		f->not_found++;
		break;
	case RPKI_INVALID_ORIGIN:
		f->invalid_origin++;
		name_first(f->first_invalid, sizeof f->first_invalid, from, REGISTRY_RPKI, p,
		           origin);
		break;
	case RPKI_INVALID_LENGTH:
		f->invalid_length++;
		name_first(f->first_length, sizeof f->first_length, from, REGISTRY_RPKI, p, origin);
		break;
	}
}

static void
look_up_irr(const struct reading *from, const struct prefix *p, uint32_t origin)
{
	struct input_registry *f = from->found;
	enum irr_state state = registry_irr(from->registry, p, origin);

	if (state == IRR_EXACT || state == IRR_AROUND) {
		f->registered++;
		return;
	}
	f->other_origin += state == IRR_OTHER_ORIGIN;
	f->unregistered += state == IRR_NONE;
	name_first(f->first_unregistered, sizeof f->first_unregistered, from, REGISTRY_IRR, p,
	           origin);
}

static void
look_up(const struct reading *from, const struct prefix *p, uint32_t origin)
{
	if (!from->registry)
		return;
	from->found->routes++;
	look_up_rpki(from, p, origin);
	look_up_irr(from, p, origin);
}

/* Longer prefixes draw what is sent to their part of a registered one. */
static void
add_inside(const struct reading *from, const struct prefix *p)
{
	for (size_t i = 0; i < from->conf->registered_count; i++) {
		const struct prefix *r = &from->conf->registered[i].prefix;

		if (p->len > r->len && family_of(p) == family_of(r) && prefix_contains(r, &p->addr))
			from->inside[i] += ldexp(1, r->len - p->len);
	}
}

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
	if (!prefix_parse(text, &p, NULL))
		return;
	look_up(reading, &p, (uint32_t)r->origin_as);
	if (reading->inside)
		add_inside(reading, &p);
	if (has(a, reading->side, &p))
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
	uint64_t state = 1 + (in->registry ? registry_generation(in->registry) : 0);

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

static struct looked_up *
add_looked_up(struct announcements *a, const struct input_session *s)
{
	struct looked_up *l;

	a->looked_up = mem_resize(a->looked_up, a->looked_up_count + 1, sizeof *a->looked_up);
	l = &a->looked_up[a->looked_up_count++];
	*l = (struct looked_up){0};
	memcpy(l->session, s->rec.name, sizeof l->session);
	return l;
}

static bool
read_side(struct announcements *a, const struct audit_input *in, const struct input_session *s,
          enum side side, struct store *store)
{
	const struct rec_session_side *r = &s->rec.side[side];
	uint64_t count = r->routes_v4 + r->routes_v6;
	struct reading reading = {.a = a, .side = side, .conf = in->conf};
	struct looked_up *mine = NULL;

	if (!session_established(s) || !s->link)
		return true; /* what is down announces nothing */
	if (side == SIDE_PEER) {
		reading.registry = in->registry;
		mine = add_looked_up(a, s);
		reading.found = &mine->registry;
	}
	if (!rib_complete(r) || r->routes_unwritten > 0 || count > ANNOUNCEMENTS_MOST)
		doubt(a, side);
	if (count > ANNOUNCEMENTS_MOST)
		return true;
	if (mine && rib_complete(r) && r->routes_unwritten == 0) {
		mine->count = in->conf->registered_count;
		reading.inside = mine->inside = mem_alloc(mine->count + 1, sizeof *mine->inside);
	}
	store_select(store, in->conf->sites[s->link->conf->site].name, in->conf->peering.name);
	route_each(store, s->rec.name, side, take_route, &reading);
	if (store_refused(store)) { /* a map of another type: its routes are not known */
		doubt(a, side);
		a->refused = true;
	}
	if (reading.registry)
		reading.found->whole =
			rib_complete(r) && r->routes_unwritten == 0 && !store_refused(store);
	return store_error(store) == NULL || store_refused(store);
}

enum { KEPT_EPOCHS = 16 }; /* what digests don't tell is read again after these */

static uint64_t
newest(const struct audit_input *in, uint64_t *announced)
{
	uint64_t seq = 0;

	*announced = 0;
	for (size_t i = 0; i < in->session_count; i++) {
		const struct rec_session *r = &in->sessions[i].rec;

		*announced += r->side[SIDE_PEER].announced;
		seq = r->head.seq > seq ? r->head.seq : seq;
	}
	return seq;
}

/* Digests are of prefixes; another origin is told by UPDATEs alone. */
static bool
origins_are_old(const struct announcements *a, const struct audit_input *in, uint64_t announced,
                uint64_t seq)
{
	return in->registry && registry_generation(in->registry) > 0 && announced != a->announced &&
	       (seq < a->seq || seq >= a->seq + KEPT_EPOCHS);
}

bool
announcements_read(struct announcements *a, const struct audit_input *in, struct store *s)
{
	uint64_t state = state_of(a, in), announced, seq = newest(in, &announced);
	bool any = false, read = true;

	if (state == a->state && !origins_are_old(a, in, announced, seq))
		return true;
	a->announced = announced;
	a->seq = seq;
	a->refused = false;
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
	a->state = read && !a->refused ? state : 0;
	return read;
}

/* ---- registered prefixes --------------------------------------------------------------------- */

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

static bool
held_from(const struct announcements *a, enum side side, const struct prefix *p, int longest)
{
	for (int len = longest; len >= 0; len--) {
		struct prefix q = prefix_shorten(p, (uint8_t)len);

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
