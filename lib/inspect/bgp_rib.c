#include "inspect/bgp_rib.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "inspect/bgp_digest.h"
#include "proto/bgp_open.h"

enum { SLOTS_MIN = 64 };

void
bgp_rib_init(struct bgp_rib *r, struct bgp_pool *pool, void *owner, enum side side)
{
	*r = (struct bgp_rib){.pool = pool, .owner = owner, .side = side, .key = hash_key_make(0)};
	bgp_rib_judge(r);
}

void
bgp_rib_fini(struct bgp_rib *r)
{
	bgp_rib_clear(r);
	bgp_changes_drop(&r->changes, r->pool->attrs);
	free(r->registered);
}

static void
tear_copies(struct bgp_rib *r)
{
	for (unsigned i = 0; i < BGP_READERS; i++)
		r->copy[i].torn = true;
}

void
bgp_rib_clear(struct bgp_rib *r)
{
	if (!r->mask)
		return;
	for (uint32_t i = 0; i <= r->mask; i++)
		if (r->slots[i].afi)
			bgp_attrs_drop(r->pool->attrs, r->slots[i].attrs);
	r->pool->room += bgp_rib_count(r);
	free(r->slots);
	r->slots = NULL;
	r->mask = 0;
	r->digest = 0;
	r->unicast = 0;
	r->public_v4 = 0;
	memset(r->standing, 0, sizeof r->standing);
	memset(r->stale, 0, sizeof r->stale);
	memset(r->wrong, 0, sizeof r->wrong);
	memset(r->registered, 0, r->pool->registered_count * sizeof *r->registered);
	bgp_changes_drop(&r->changes, r->pool->attrs);
	r->changes.anew = true;
	r->walk = BGP_RIB_WALK_DONE;
	tear_copies(r);
	r->version++;
}

/* ---- the table --------------------------------------------------------------------------- */

static struct bgp_route
route_of(uint16_t afi, uint8_t safi, const struct bgp_nlri *n)
{
	return (struct bgp_route){
		.addr = n->prefix.addr,
		.rd = n->rd,
		.path_id = n->path_id,
		.afi = (uint8_t)afi,
		.safi = safi,
		.len = n->prefix.len,
	};
}

static uint32_t
home_of(const struct bgp_rib *r, const struct bgp_route *route)
{
	uint64_t rest = hash_16(&r->key, &route->rd, 0);

	return (uint32_t)hash_16(&r->key, route->addr.b, rest) & r->mask;
}

/* Where it is, or the empty slot where it would be. */
static struct bgp_route *
find(const struct bgp_rib *r, const struct bgp_route *route)
{
	uint32_t at = home_of(r, route);

	while (r->slots[at].afi && memcmp(&r->slots[at], route, BGP_ROUTE_KEY) != 0)
		at = (at + 1) & r->mask;
	return &r->slots[at];
}

/* Room for `count` with a quarter of the slots empty. */
void
bgp_rib_reserve(struct bgp_rib *r, uint32_t count)
{
	struct bgp_route *old = r->slots;
	uint32_t slots = r->mask ? r->mask + 1 : 0, more = slots ? slots : SLOTS_MIN;

	while (count * 4ull > more * 3ull)
		more *= 2;
	if (more == slots)
		return;
	r->mask = more - 1;
	if (r->walk != BGP_RIB_WALK_DONE)
		r->walk = 0; /* all lie elsewhere now */
	tear_copies(r);
	r->slots = mem_alloc((size_t)r->mask + 1, sizeof *r->slots);
	for (uint32_t i = 0; i < slots; i++) {
		if (old[i].afi)
			*find(r, &old[i]) = old[i];
	}
	free(old);
}

/* ---- what is wrong ----------------------------------------------------------------------- */

static bool
is_public_v4(const struct bgp_route *route)
{
	return route->afi == BGP_AFI_IPV4 && bgp_route_is_unicast(route) && route->len <= 24 &&
	       !(route->wrong >> BGP_WRONG_BOGON & 1);
}

static void
count_wrong(struct bgp_rib *r, const struct bgp_route *route)
{
	struct prefix p = bgp_route_prefix(route);

	r->public_v4 += is_public_v4(route);
	bgp_wrong_add(r->wrong, route->wrong, &p);
}

static void
uncount_wrong(struct bgp_rib *r, const struct bgp_route *route)
{
	struct prefix p = bgp_route_prefix(route);

	r->public_v4 -= is_public_v4(route);
	bgp_wrong_remove(r->wrong, route->wrong, &p);
}

static uint8_t
judge(const struct bgp_rib *r, const struct bgp_route *route)
{
	struct prefix p = bgp_route_prefix(route);

	if (!r->pool->rules || !bgp_route_is_unicast(route))
		return 0;
	return bgp_rules_route(r->pool->rules, r->side, &p,
	                       bgp_attrs_get(r->pool->attrs, route->attrs));
}

static int
registered_index(const struct bgp_rib *r, const struct bgp_route *route)
{
	struct prefix p = bgp_route_prefix(route);

	return r->pool->registered_count && bgp_route_is_unicast(route)
	               ? bgp_rules_registered(r->pool->rules, &p)
	               : -1;
}

void
bgp_rib_judge(struct bgp_rib *r)
{
	memset(r->wrong, 0, sizeof r->wrong);
	r->public_v4 = 0;
	free(r->registered);
	r->registered = mem_alloc(r->pool->registered_count + 1, sizeof *r->registered);
	r->version++;
	for (uint32_t i = 0; r->mask && i <= r->mask; i++) {
		int index;

		if (!r->slots[i].afi)
			continue;
		r->slots[i].wrong = judge(r, &r->slots[i]);
		count_wrong(r, &r->slots[i]);
		index = registered_index(r, &r->slots[i]);
		if (index >= 0)
			r->registered[index]++;
	}
}

void
bgp_rib_name_wrong(struct bgp_rib *r, enum bgp_wrong wrong)
{
	struct bgp_wrong_routes *w = &r->wrong[wrong];

	if (w->searched || bgp_wrong_is_named(w))
		return;
	w->searched = true;
	for (uint32_t i = 0; !bgp_wrong_is_named(w) && i <= r->mask; i++) {
		struct prefix p = bgp_route_prefix(&r->slots[i]);

		if (r->slots[i].afi && r->slots[i].wrong >> wrong & 1)
			bgp_wrong_add_name(w, &p);
	}
}

/* ---- changes ----------------------------------------------------------------------------- */

static void
note_change(struct bgp_rib *r, const struct bgp_change *change)
{
	if (r->pool->watched)
		bgp_changes_note(&r->changes, r->pool->attrs, change);
}

/* Linear probing without tombstones: those behind the hole move up when the hole lies between their
 * home and them (Knuth, TAOCP volume 3, 6.4, algorithm R). */
static void
close_hole(struct bgp_rib *r, uint32_t hole)
{
	uint32_t at = hole;

	for (;;) {
		at = (at + 1) & r->mask;
		if (!r->slots[at].afi)
			break;
		if (((at - home_of(r, &r->slots[at])) & r->mask) >= ((at - hole) & r->mask)) {
			r->slots[hole] = r->slots[at];
			if (at >= r->walk && hole < r->walk && r->walk != BGP_RIB_WALK_DONE)
				note_change(r, &(struct bgp_change){.route = r->slots[hole]});
			for (unsigned i = 0; i < BGP_READERS; i++)
				r->copy[i].torn |= at >= r->copy[i].at && hole < r->copy[i].at;
			hole = at;
		}
	}
	r->slots[hole] = (struct bgp_route){0};
}

bool
bgp_rib_take_change(struct bgp_rib *r, struct bgp_change *out)
{
	return bgp_changes_take(&r->changes, out);
}

void
bgp_rib_retell(struct bgp_rib *r)
{
	bgp_changes_drop(&r->changes, r->pool->attrs);
	r->changes.anew = false;
	r->walk = 0;
}

bool
bgp_rib_walk(struct bgp_rib *r, uint32_t slots,
             void (*fn)(void *context, const struct bgp_route *route), void *context)
{
	uint32_t end = r->mask ? r->mask + 1 : 0;

	for (; r->walk < end && slots; r->walk++, slots--)
		if (r->slots[r->walk].afi)
			fn(context, &r->slots[r->walk]);
	if (r->walk >= end)
		r->walk = BGP_RIB_WALK_DONE;
	return r->walk != BGP_RIB_WALK_DONE;
}

void
bgp_rib_copy_begin(struct bgp_rib *r, enum bgp_rib_reader reader)
{
	r->copy[reader].at = 0;
	r->copy[reader].torn = false;
}

bool
bgp_rib_copy(struct bgp_rib *r, enum bgp_rib_reader reader, uint32_t slots,
             void (*fn)(void *context, const struct bgp_route *route), void *context)
{
	uint32_t end = r->mask ? r->mask + 1 : 0;
	uint32_t *at = &r->copy[reader].at;

	for (; *at < end && slots; ++*at, slots--)
		if (r->slots[*at].afi)
			fn(context, &r->slots[*at]);
	return *at < end;
}

/* ---- routes ------------------------------------------------------------------------------ */

static void
digest_registered(struct bgp_rib *r, const struct conf *conf)
{
	r->registered_digests.count = 0;
	r->registered_digests.prefixes = r->registered_digests.attributes = 0;
	for (size_t i = 0; i < r->pool->registered_count; i++) {
		const struct bgp_route *route;

		if (!r->registered[i])
			continue;
		r->registered_digests.count++;
		route = bgp_rib_find(r, &conf->registered[i].prefix);
		if (!route)
			continue; /* with path identifiers: counted, not compared */
		r->registered_digests.prefixes += bgp_digest_route(route);
		if (route->attrs)
			r->registered_digests.attributes +=
				bgp_digest_attrs(bgp_digest_route(route),
			                         bgp_attrs_get(r->pool->attrs, route->attrs));
	}
	r->registered_digests.version = r->version;
}

uint32_t
bgp_rib_registered(struct bgp_rib *r, const struct conf *conf, uint64_t *prefixes,
                   uint64_t *attributes)
{
	if (r->registered_digests.version != r->version)
		digest_registered(r, conf);
	*prefixes = r->registered_digests.prefixes;
	*attributes = r->registered_digests.attributes;
	return r->registered_digests.count;
}

static void
tell(struct bgp_rib *r, const struct bgp_change *change, const struct bgp_attrs *before)
{
	int index = registered_index(r, &change->route);

	r->version++;
	note_change(r, change);
	if (index < 0)
		return;
	r->registered[index] += change->is_new;
	r->registered[index] -= change->gone;
	if (r->pool->registered)
		r->pool->registered(r, (unsigned)index, change, before);
}

/* Other attributes for what stands at `at`, or the first ones. */
static void
set_attrs(struct bgp_rib *r, struct bgp_route *at, uint32_t attrs, bool is_new)
{
	uint32_t before = at->attrs;

	if (!is_new)
		uncount_wrong(r, at);
	bgp_attrs_hold(r->pool->attrs, attrs);
	at->attrs = attrs;
	at->wrong = judge(r, at);
	count_wrong(r, at);
	tell(r, &(struct bgp_change){.route = *at, .is_new = is_new},
	     bgp_attrs_get(r->pool->attrs, before));
	bgp_attrs_drop(r->pool->attrs, before);
}

enum bgp_rib_outcome
bgp_rib_add(struct bgp_rib *r, uint16_t afi, uint8_t safi, const struct bgp_nlri *n, uint32_t attrs,
            uint64_t time_us)
{
	struct bgp_route route = route_of(afi, safi, n), *at;
	bool is_new;

	bgp_rib_reserve(r, bgp_rib_count(r) + 1);
	at = find(r, &route);
	is_new = !at->afi;
	if (is_new && !r->pool->room) {
		r->beyond++;
		return BGP_RIB_FULL;
	}
	if (is_new) {
		*at = route;
		--r->pool->room;
		r->standing[afi == BGP_AFI_IPV6]++;
		r->unicast += bgp_route_is_unicast(at);
		r->digest += bgp_digest_route(at);
	}
	at->generation = r->generation[afi == BGP_AFI_IPV6];
	at->time_us = time_us;
	if (!is_new && at->attrs == attrs)
		return BGP_RIB_SAME;
	set_attrs(r, at, attrs, is_new);
	return is_new ? BGP_RIB_NEW : BGP_RIB_CHANGED;
}

static void
take_out(struct bgp_rib *r, struct bgp_route *at, uint64_t time_us)
{
	struct bgp_route gone = *at;

	gone.time_us = time_us;
	r->withdraw_us = time_us;
	++r->pool->room;
	r->standing[at->afi == BGP_AFI_IPV6]--;
	r->unicast -= bgp_route_is_unicast(at);
	r->digest -= bgp_digest_route(at);
	uncount_wrong(r, at);
	close_hole(r, (uint32_t)(at - r->slots));
	tell(r, &(struct bgp_change){.route = gone, .gone = true},
	     bgp_attrs_get(r->pool->attrs, gone.attrs));
	bgp_attrs_drop(r->pool->attrs, gone.attrs);
}

enum bgp_rib_outcome
bgp_rib_remove(struct bgp_rib *r, uint16_t afi, uint8_t safi, const struct bgp_nlri *n,
               uint64_t time_us)
{
	struct bgp_route route = route_of(afi, safi, n), *at;

	if (!r->mask)
		return BGP_RIB_SAME;
	at = find(r, &route);
	if (!at->afi)
		return BGP_RIB_SAME;
	take_out(r, at, time_us);
	return BGP_RIB_GONE;
}

const struct bgp_route *
bgp_rib_find(const struct bgp_rib *r, const struct prefix *p)
{
	struct bgp_nlri n = {.prefix = *p};
	struct bgp_route route =
		route_of(addr_is_v4(&p->addr) ? BGP_AFI_IPV4 : BGP_AFI_IPV6, BGP_SAFI_UNICAST, &n);
	const struct bgp_route *at = r->mask ? find(r, &route) : NULL;

	return at && at->afi ? at : NULL;
}

const struct bgp_route *
bgp_rib_same(const struct bgp_rib *r, const struct bgp_route *other)
{
	const struct bgp_route *at = r->mask ? find(r, other) : NULL;

	return at && at->afi ? at : NULL;
}

void
bgp_rib_each(const struct bgp_rib *r, void (*fn)(void *context, const struct bgp_route *route),
             void *context)
{
	for (uint32_t i = 0; r->mask && i <= r->mask; i++)
		if (r->slots[i].afi)
			fn(context, &r->slots[i]);
}

void
bgp_rib_age(struct bgp_rib *r, uint16_t afi)
{
	r->generation[afi == BGP_AFI_IPV6]++;
	r->stale[afi == BGP_AFI_IPV6] = true;
}

uint32_t
bgp_rib_sweep(struct bgp_rib *r, uint16_t afi, uint64_t time_us)
{
	bool v6 = afi == BGP_AFI_IPV6;
	uint32_t count = 0;

	/* what moves into a hole is looked at in its turn */
	for (uint32_t i = 0; r->stale[v6] && r->mask && i <= r->mask;) {
		struct bgp_route *at = &r->slots[i];

		if (at->afi == afi && at->generation != r->generation[v6]) {
			take_out(r, at, time_us);
			count++;
		} else {
			i++;
		}
	}
	r->stale[v6] = false;
	return count;
}
