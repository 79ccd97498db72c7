/*
 * Routes of BGP sessions in an epoch: what changed goes into the maps rib:NAME:SIDE and the stream
 * riblog:NAME, some thousands an epoch, since the inspector waits meanwhile.
 */
#include <math.h>
#include <string.h>

#include "inspect/bgp_session.h"
#include "inspect/bgp_text.h"
#include "proto/bgp_open.h"
#include "store/export_routes.h"
#include "store/route.h"

enum {
	CHANGES_AT_ONCE = 4000, /* some 3 us each */
	SLOTS_AT_ONCE = 100000, /* of a walk; most of a large table's are beyond the cap */
	LOGGED_AT_ONCE = 1000,  /* entries of riblog */
	ROUTES_MAX = 100000,    /* where no contract sets redis.max_routes */
	AGAIN_EPOCHS = 60,      /* until room that became free is used */
};

/* ---- a route as a record ----------------------------------------------------------------- */

static void
take_text(char *to, size_t size, const struct bgp_attrs *a,
          void (*print)(const struct bgp_attrs *, struct text *), struct text *scratch)
{
	text_clear(scratch);
	print(a, scratch);
	snprintf(to, size, "%s", scratch->at ? scratch->at : "");
}

static void
fill_wrong(char *to, size_t size, uint8_t wrong)
{
	size_t used = 0;

	for (unsigned w = 0; w < BGP_WRONG_COUNT && used < size; w++)
		if (wrong >> w & 1)
			used += (size_t)snprintf(to + used, size - used, "%s%s", used ? "," : "",
			                         bgp_wrong_name(w));
}

static void
fill_attrs(struct rec_route *r, const struct bgp_attrs *a, struct text *scratch)
{
	COPY_TEXT(r->origin, bgp_text_origin(a->origin));
	take_text(r->as_path, sizeof r->as_path, a, bgp_text_path, scratch);
	r->path_length = a->path_length;
	r->first_as = a->first_as;
	r->origin_as = a->origin_as;
	r->repeated = a->repeated;
	if (a->has & BGP_HAS_NEXT_HOP)
		addr_format(&a->next_hop, r->next_hop);
	if (a->has & BGP_HAS_MED)
		r->med = a->med;
	if (a->has & BGP_HAS_LOCAL_PREF)
		r->local_pref = a->local_pref;
	if (a->has & BGP_HAS_OTC)
		r->otc = a->otc;
	r->atomic = a->has & BGP_HAS_ATOMIC;
	if (a->has & BGP_HAS_AGGREGATOR)
		snprintf(r->aggregator, sizeof r->aggregator, "%u %u.%u.%u.%u", a->aggregator_as,
		         a->aggregator_id[0], a->aggregator_id[1], a->aggregator_id[2],
		         a->aggregator_id[3]);
	take_text(r->communities, sizeof r->communities, a, bgp_text_communities, scratch);
	take_text(r->extended, sizeof r->extended, a, bgp_text_extended, scratch);
	take_text(r->large, sizeof r->large, a, bgp_text_large, scratch);
}

static void
fill_route(struct rec_route *r, const struct bgp_pool *pool, const struct bgp_route *route,
           struct text *scratch)
{
	const struct bgp_attrs *a = bgp_attrs_get(pool->attrs, route->attrs);
	struct prefix p = bgp_route_prefix(route);
	char prefix[PREFIX_TEXT_SIZE];

	*r = (struct rec_route){.med = NAN, .local_pref = NAN, .otc = NAN};
	prefix_format(&p, prefix);
	if (route->path_id)
		snprintf(r->prefix, sizeof r->prefix, "%s#%u", prefix, route->path_id);
	else
		snprintf(r->prefix, sizeof r->prefix, "%s", prefix);
	r->received_us = route->time_us;
	fill_wrong(r->wrong, sizeof r->wrong, route->wrong);
	if (a)
		fill_attrs(r, a, scratch);
}

/* ---- writing ----------------------------------------------------------------------------- */

/* A side's routes on their way into the store. */
struct writer {
	struct epoch *x;
	const struct bgp_session *s;
	struct bgp_rib *rib;
	struct told_side *told;
	char key[KEY_SIZE];
	size_t room;
	struct rec_route route;
	struct text json, scratch;
};

/* Registered prefixes are what verdicts ask for: they always find room. */
static size_t
room_of(const struct writer *w, const struct bgp_route *route)
{
	struct prefix p = bgp_route_prefix(route);

	if (w->rib->pool->registered_count && bgp_rules_registered(w->rib->pool->rules, &p) >= 0)
		return SIZE_MAX;
	return w->room;
}

static void
write_route(void *context, const struct bgp_route *route)
{
	struct writer *w = context;

	if (route->safi != BGP_SAFI_UNICAST)
		return;
	fill_route(&w->route, w->rib->pool, route, &w->scratch);
	text_clear(&w->json);
	route_encode(&w->route, &w->json);
	store_map_set(w->x->e->store, w->key, w->route.prefix, w->json.at, room_of(w, route));
}

/* "announce", "change" or "withdraw", with what the route is then. */
static void
log_change(struct writer *w, const struct bgp_change *c)
{
	const char *const names[] = {"side", "change", "prefix", "route"};
	const char *values[] = {side_name(w->rib->side),
	                        c->gone     ? "withdraw"
	                        : c->is_new ? "announce"
	                                    : "change",
	                        w->route.prefix, c->gone ? "" : w->json.at};
	char key[KEY_SIZE];

	route_log_key(key, w->s->name);
	store_log(w->x->e->store, key, &w->told->session->log, c->route.time_us, ROUTE_LOG_KEPT,
	          names, values, 4);
}

static void
write_change(struct writer *w, const struct bgp_change *c, bool logged)
{
	if (c->route.safi != BGP_SAFI_UNICAST)
		return;
	if (c->gone) {
		fill_route(&w->route, w->rib->pool, &c->route, &w->scratch);
		store_map_unset(w->x->e->store, w->key, w->route.prefix);
	} else {
		write_route(w, &c->route);
	}
	if (logged)
		log_change(w, c);
}

static void
write_changes(struct writer *w, uint32_t most)
{
	struct bgp_change c;

	for (uint32_t i = 0; i < most && bgp_rib_take_change(w->rib, &c); i++) {
		write_change(w, &c, i < LOGGED_AT_ONCE);
		bgp_attrs_drop(w->rib->pool->attrs, c.route.attrs);
	}
}

/* The whole table anew, or only what found no room before. */
static void
begin_walk(struct writer *w, bool empty)
{
	if (empty)
		store_map_drop(w->x->e->store, w->key);
	bgp_rib_retell(w->rib);
	w->told->walked_seq = w->x->a->seq;
}

static uint64_t
unwritten(const struct writer *w)
{
	uint64_t stand = w->rib->unicast;
	size_t written = store_map_count(w->x->e->store, w->key);

	return stand > written ? stand - written : 0;
}

static void
write_side(struct writer *w)
{
	bool all = w->x->self->capture; /* nobody waits, and there may be no other epoch */

	if (w->rib->changes.anew || !w->told->begun)
		begin_walk(w, true);
	w->told->begun = true;
	if (w->rib->walk != BGP_RIB_WALK_DONE)
		bgp_rib_walk(w->rib, all ? UINT32_MAX : SLOTS_AT_ONCE, write_route, w);
	write_changes(w, all ? UINT32_MAX : CHANGES_AT_ONCE);
	if (w->rib->walk == BGP_RIB_WALK_DONE && !w->rib->changes.count && unwritten(w) &&
	    store_map_count(w->x->e->store, w->key) < w->room &&
	    w->x->a->seq >= w->told->walked_seq + AGAIN_EPOCHS)
		begin_walk(w, false);
}

/* Its session is down: nothing of it stands. */
static void
empty_side(struct writer *w)
{
	if (w->told->begun || !w->told->emptied)
		store_map_drop(w->x->e->store, w->key);
	w->told->begun = false;
	w->told->emptied = true;
	bgp_rib_retell(w->rib);
	w->rib->walk = BGP_RIB_WALK_DONE;
}

uint64_t
export_routes(struct epoch *x, struct bgp_session *s, unsigned side, struct told_side *told)
{
	const struct conf *c = x->e->conf;
	struct writer w = {.x = x, .s = s, .rib = &s->side[side].rib, .told = told};
	uint64_t left = 0;

	w.room = c->redis.max_routes ? c->redis.max_routes : ROUTES_MAX;
	w.rib->pool->watched = true;
	route_map_key(w.key, s->name, (enum side)side);
	if (bgp_session_stands(s)) {
		write_side(&w);
		left = unwritten(&w);
	} else {
		empty_side(&w);
	}
	text_fini(&w.json);
	text_fini(&w.scratch);
	return left;
}

void
export_routes_forget(struct exporter *e, const char *session)
{
	char key[KEY_SIZE];

	for (unsigned side = 0; side < REC_SIDES; side++) {
		route_map_key(key, session, (enum side)side);
		store_map_drop(e->store, key);
	}
}
