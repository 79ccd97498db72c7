/*
 * The prefixes that one side of a BGP session announces and has not withdrawn: a set, bounded, with
 * a keyed hash, as a stranger fills it. A route of another path identifier (RFC 7911) or
 * distinguisher is another one. 43 to 85 bytes a route, doubled while it grows. One thread.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/hash.h"
#include "proto/bgp_nlri.h"

enum { BGP_RIB_AFIS = 2 };

struct bgp_rib {
	struct bgp_rib_route *slots;
	uint32_t mask;  /* slots - 1; 0: none yet */
	uint32_t *room; /* routes that may still be added to all the sets that share it */
	uint32_t standing[BGP_RIB_AFIS]; /* routes now: [0] IPv4, [1] IPv6 */
	uint64_t beyond;                 /* announcements that found no room */
	struct hash_key key;
};

/* `room` outlives it. */
void bgp_rib_init(struct bgp_rib *r, uint32_t *room);
void bgp_rib_fini(struct bgp_rib *r);
/* Withdraw all; the memory goes. */
void bgp_rib_clear(struct bgp_rib *r);

/* True: it was not there before (add), or was there (remove). `afi` and `safi` are of a known
 * family (bgp_nlri_known()). */
bool bgp_rib_add(struct bgp_rib *r, uint16_t afi, uint8_t safi, const struct bgp_nlri *n);
bool bgp_rib_remove(struct bgp_rib *r, uint16_t afi, uint8_t safi, const struct bgp_nlri *n);

static inline uint32_t
bgp_rib_count(const struct bgp_rib *r)
{
	return r->standing[0] + r->standing[1];
}
