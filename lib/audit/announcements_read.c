/* Reading them anew from the store, and what the snapshots of the registries know of each. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "audit/announcements_private.h"
#include "audit/judge_parts.h"
#include "base/mem.h"
#include "store/route.h"

/* ---- a route --------------------------------------------------------------------------------- */

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

		if (p->len > r->len && announcements_family(p) == announcements_family(r) &&
		    prefix_contains(r, &p->addr))
			from->inside[i] += ldexp(1, r->len - p->len);
	}
}

static void
take_route(void *context, const struct rec_route *r)
{
	const struct reading *reading = context;
	char text[sizeof r->prefix];
	struct prefix p;

	memcpy(text, r->prefix, sizeof text);
	text[strcspn(text, "#")] = '\0'; /* path identifier */
	if (!prefix_parse(text, &p, NULL))
		return;
	look_up(reading, &p, (uint32_t)r->origin_as);
	if (reading->inside)
		add_inside(reading, &p);
	if (!announcements_has(reading->a, reading->side, &p))
		announcements_add(reading->a, reading->side, &p, r->received_us);
}

/* ---- a session ------------------------------------------------------------------------------- */

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

/* ---- all of them, when something changed ----------------------------------------------------- */

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
	announcements_clear(a);
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
