/*
 * The routes that one side of a BGP session announces and has not withdrawn, with their attributes
 * (inspect/bgp_attrs.h): bounded, with a keyed hash, as a stranger fills it. A route of another
 * path identifier (RFC 7911) or distinguisher is another one. 64 to 128 bytes a route beside the
 * shared attributes, doubled while it grows. Routes that break a rule are counted as they come and
 * go, what changed is kept for whoever writes it down. One thread.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/hash.h"
#include "inspect/bgp_changes.h"
#include "inspect/bgp_route.h"
#include "inspect/bgp_rules.h"
#include "inspect/bgp_wrong.h"
#include "proto/bgp_nlri.h"

enum {
	BGP_RIB_AFIS = 2,
	BGP_RIB_WALK_DONE = 0xffffffff,
};

struct bgp_rib;

/* What all tables share. */
struct bgp_pool {
	uint32_t room; /* routes that may still be added */
	struct bgp_attrs_table *attrs;
	const struct bgp_rules *rules; /* NULL: none */
	size_t registered_count;       /* prefixes that `rules` know as registered */
	bool watched;                  /* somebody takes changes */
	/* A route of the `index`th registered prefix came, changed or went; `before`: its
	 * attributes until then. NULL: nobody cares. */
	void (*registered)(struct bgp_rib *r, unsigned index, const struct bgp_change *change,
	                   const struct bgp_attrs *before);
};

/* Who copies, each at a pace of its own. */
enum bgp_rib_reader { BGP_READER_LOOKUP, BGP_READER_STATE, BGP_READER_FILL, BGP_READERS };

struct bgp_rib {
	struct bgp_route *slots;
	uint32_t mask; /* slots - 1; 0: none yet */
	struct bgp_pool *pool;
	void *owner; /* of who made it */
	enum side side;
	uint32_t standing[BGP_RIB_AFIS]; /* routes now: [0] IPv4, [1] IPv6 */
	uint32_t unicast;                /* of them */
	uint64_t beyond;                 /* announcements that found no room */
	uint64_t digest;                 /* over the unicast prefixes that stand, in any order */
	uint32_t public_v4; /* unicast IPv4 of /24 or shorter that is no bogon (requirements X11) */
	uint64_t withdraw_us; /* latest withdrawal */
	uint32_t *registered; /* routes of each registered prefix */
	uint64_t version;     /* of all of it: grows with every change */
	struct {
		uint64_t version; /* that they are of; 0: none yet */
		uint64_t prefixes, attributes;
		uint32_t count;
	} registered_digests; /* see bgp_rib_registered() */
	uint8_t generation[BGP_RIB_AFIS];
	bool stale[BGP_RIB_AFIS]; /* routes of older generations stand */
	struct bgp_wrong_routes wrong[BGP_WRONG_COUNT];
	struct bgp_changes changes;
	uint32_t walk; /* first slot that bgp_rib_walk() has not come to; BGP_RIB_WALK_DONE: none
	                  runs */
	struct {
		uint32_t at; /* the same of bgp_rib_copy() */
		bool torn;   /* what a copy under way has not seen moved to where it has been */
	} copy[BGP_READERS];
	struct hash_key key;
};

/* `pool` outlives it. */
void bgp_rib_init(struct bgp_rib *r, struct bgp_pool *pool, void *owner, enum side side);
void bgp_rib_fini(struct bgp_rib *r);
/* Withdraw all; the memory goes. */
void bgp_rib_clear(struct bgp_rib *r);

/* So many routes will find room without its moving all of them, which takes as long as they are
 * many. */
void bgp_rib_reserve(struct bgp_rib *r, uint32_t count);

enum bgp_rib_outcome {
	BGP_RIB_SAME, /* as it was (add), was not there (remove) */
	BGP_RIB_NEW,
	BGP_RIB_CHANGED, /* other attributes */
	BGP_RIB_GONE,
	BGP_RIB_FULL,
};

/* `afi` and `safi` are of a known family (bgp_nlri_known()); `attrs` is held by the table from now
 * on. */
enum bgp_rib_outcome bgp_rib_add(struct bgp_rib *r, uint16_t afi, uint8_t safi,
                                 const struct bgp_nlri *n, uint32_t attrs, uint64_t time_us);
enum bgp_rib_outcome bgp_rib_remove(struct bgp_rib *r, uint16_t afi, uint8_t safi,
                                    const struct bgp_nlri *n, uint64_t time_us);
/* Digests as `digest`, over the registered prefixes that stand, and over them with what routers
 * choose by: path, MED, communities. Returns how many stand. */
uint32_t bgp_rib_registered(struct bgp_rib *r, const struct conf *conf, uint64_t *prefixes,
                            uint64_t *attributes);
/* A unicast route by its prefix and no path identifier; NULL: none. */
const struct bgp_route *bgp_rib_find(const struct bgp_rib *r, const struct prefix *p);
/* The route that `other`, of another table, is of; NULL: none. */
const struct bgp_route *bgp_rib_same(const struct bgp_rib *r, const struct bgp_route *other);
/* Every route, in no order; `fn` must not change the table. */
void bgp_rib_each(const struct bgp_rib *r, void (*fn)(void *context, const struct bgp_route *route),
                  void *context);
/* Rules and registered prefixes anew, by the pool. Before the first route, and when they change. */
void bgp_rib_judge(struct bgp_rib *r);

/* What stands of a family (BGP_AFI_IPV4, BGP_AFI_IPV6) is stale (RFC 4724, RFC 7313) until it is
 * announced again … */
void bgp_rib_age(struct bgp_rib *r, uint16_t afi);
/* … or this withdraws what still is. Returns how many; nothing was aged: none. */
uint32_t bgp_rib_sweep(struct bgp_rib *r, uint16_t afi, uint64_t time_us);

/* The oldest change not taken yet into `*out`, its attributes held for the caller; false: none.
 * First look at changes.anew: when it is set they tell nothing, see bgp_rib_retell(). */
bool bgp_rib_take_change(struct bgp_rib *r, struct bgp_change *out);
/* Forgets all changes and begins a walk over what stands, for who tells it whole. */
void bgp_rib_retell(struct bgp_rib *r);
/* Up to `slots` more of the walk; false: it has ended. Between two calls the table may change: what
 * comes is a change, and what moves to where the walk has been is one too. */
bool bgp_rib_walk(struct bgp_rib *r, uint32_t slots,
                  void (*fn)(void *context, const struct bgp_route *route), void *context);

/* A copy of what stands, in slices between which others may change the table: whoever copies begins
 * it, goes on until false, and then looks at copy[reader].torn: true, and a route may be missing
 * (rare: one that moved over the place where the copy was, or the table grew), so it begins again.
 * What came or went meanwhile may be in the copy or not; `digest` tells that something did. */
void bgp_rib_copy_begin(struct bgp_rib *r, enum bgp_rib_reader reader);
bool bgp_rib_copy(struct bgp_rib *r, enum bgp_rib_reader reader, uint32_t slots,
                  void (*fn)(void *context, const struct bgp_route *route), void *context);

/* Finds names of wrong routes again where some went: wrong[].named is then as full as it can be. */
void bgp_rib_name_wrong(struct bgp_rib *r, enum bgp_wrong wrong);

static inline uint32_t
bgp_rib_count(const struct bgp_rib *r)
{
	return r->standing[0] + r->standing[1];
}
