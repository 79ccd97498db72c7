#include "inspect/bgp_rib.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "proto/bgp_open.h"

/* No padding: compared and hashed as bytes. */
struct bgp_rib_route {
	struct addr addr;
	uint64_t rd;
	uint32_t path_id;
	uint16_t afi; /* 0: the slot is empty */
	uint8_t safi, len;
};
static_assert(sizeof(struct bgp_rib_route) == 32, "no padding");

enum { SLOTS_MIN = 64 };

void
bgp_rib_init(struct bgp_rib *r, uint32_t *room)
{
	*r = (struct bgp_rib){.room = room, .key = hash_key_make(0)};
}

void
bgp_rib_fini(struct bgp_rib *r)
{
	bgp_rib_clear(r);
}

void
bgp_rib_clear(struct bgp_rib *r)
{
	*r->room += bgp_rib_count(r);
	free(r->slots);
	r->slots = NULL;
	r->mask = 0;
	memset(r->standing, 0, sizeof r->standing);
}

static struct bgp_rib_route
route_of(uint16_t afi, uint8_t safi, const struct bgp_nlri *n)
{
	return (struct bgp_rib_route){
		.addr = n->prefix.addr,
		.rd = n->rd,
		.path_id = n->path_id,
		.afi = afi,
		.safi = safi,
		.len = n->prefix.len,
	};
}

static uint32_t
home_of(const struct bgp_rib *r, const struct bgp_rib_route *route)
{
	uint64_t rest = hash_16(&r->key, &route->rd, 0);

	return (uint32_t)hash_16(&r->key, route->addr.b, rest) & r->mask;
}

/* Where it is, or the empty slot where it would be. */
static struct bgp_rib_route *
find(const struct bgp_rib *r, const struct bgp_rib_route *route)
{
	uint32_t at = home_of(r, route);

	while (r->slots[at].afi && memcmp(&r->slots[at], route, sizeof *route) != 0)
		at = (at + 1) & r->mask;
	return &r->slots[at];
}

/* Room for one more with a quarter of the slots empty. */
static void
grow(struct bgp_rib *r)
{
	struct bgp_rib_route *old = r->slots;
	uint32_t slots = r->mask ? r->mask + 1 : 0;

	if (r->mask && (bgp_rib_count(r) + 1) * 4ull <= slots * 3ull)
		return;
	r->mask = (slots ? slots * 2 : SLOTS_MIN) - 1;
	r->slots = mem_alloc(r->mask + 1, sizeof *r->slots);
	for (uint32_t i = 0; i < slots; i++) {
		if (old[i].afi)
			*find(r, &old[i]) = old[i];
	}
	free(old);
}

bool
bgp_rib_add(struct bgp_rib *r, uint16_t afi, uint8_t safi, const struct bgp_nlri *n)
{
	struct bgp_rib_route route = route_of(afi, safi, n), *at;

	grow(r);
	at = find(r, &route);
	if (at->afi)
		return false;
	if (!*r->room) {
		r->beyond++;
		return false;
	}
	--*r->room;
	*at = route;
	r->standing[afi == BGP_AFI_IPV6]++;
	return true;
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
			hole = at;
		}
	}
	r->slots[hole] = (struct bgp_rib_route){0};
}

bool
bgp_rib_remove(struct bgp_rib *r, uint16_t afi, uint8_t safi, const struct bgp_nlri *n)
{
	struct bgp_rib_route route = route_of(afi, safi, n), *at;

	if (!r->mask)
		return false;
	at = find(r, &route);
	if (!at->afi)
		return false;
	close_hole(r, (uint32_t)(at - r->slots));
	++*r->room;
	r->standing[afi == BGP_AFI_IPV6]--;
	return true;
}
