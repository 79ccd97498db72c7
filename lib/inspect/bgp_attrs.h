/*
 * Path attributes of routes, each different set kept once and shared by all routes that have it:
 * a table of a million prefixes has some hundred thousand sets. AS_PATH and AS4_PATH are merged
 * (RFC 6793 section 4.2.3), so numbers have four bytes. Sets are counted references, bounded in
 * bytes, as strangers make them up; found by a keyed hash. One thread.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "proto/bgp_update.h"

enum { BGP_ATTRS_NONE = 0, BGP_ATTRS_BYTES = 512 << 20 };

enum bgp_attrs_has {
	BGP_HAS_NEXT_HOP = 1 << 0,
	BGP_HAS_MED = 1 << 1,
	BGP_HAS_LOCAL_PREF = 1 << 2,
	BGP_HAS_OTC = 1 << 3,
	BGP_HAS_ATOMIC = 1 << 4,
	BGP_HAS_AGGREGATOR = 1 << 5,
	BGP_HAS_SETS = 1 << 6,    /* AS_SETs in the path */
	BGP_HAS_NO_PATH = 1 << 7, /* its numbers' width was not known: the path could not be read */
};

/* A set. What follows `flags` is compared and hashed as bytes; no padding there. */
struct bgp_attrs {
	uint64_t hash;
	uint32_t refs, chained; /* chained: next in its bucket; of the free list */
	uint8_t flags;          /* enum bgp_wrong that hold for any route with it */
	uint8_t has;            /* enum bgp_attrs_has */
	uint8_t origin;         /* 0 IGP, 1 EGP, 2 INCOMPLETE */
	uint8_t spare;
	uint32_t med, local_pref, otc, aggregator_as;
	uint8_t aggregator_id[4];
	struct addr next_hop;
	uint32_t first_as, origin_as;                /* 0: none, or a set */
	uint16_t path_length;                        /* as routes are compared: a set counts 1 */
	uint16_t repeated;                           /* numbers that stood before in the path */
	uint16_t path, communities, extended, large; /* words of each, in this order: */
	/* segments as type << 16 | count and their numbers; 1, 2 and 3 words a community */
	uint32_t words[];
};

struct bgp_attrs_table;
struct bgp_rules;

struct bgp_attrs_table *bgp_attrs_create(uint64_t bytes_max);
void bgp_attrs_destroy(struct bgp_attrs_table *t);

/* The set that an UPDATE gives its routes, held once for the caller: those of MP_REACH with its own
 * next hop, or (not `mp`) those behind the attributes. `as_width` 2, 4 or 0 (not known). A new set
 * is flagged by the rules of bgp_attrs_judge(), whoever brings it. BGP_ATTRS_NONE: no room,
 * counted. */
uint32_t bgp_attrs_intern(struct bgp_attrs_table *t, const struct bgp_update *u, bool mp,
                          unsigned as_width);
/* A set that is not of an UPDATE but of bare attributes (a dump's), four bytes a number; made by
 * bgp_attrs_encode() or by others. */
uint32_t bgp_attrs_intern_bare(struct bgp_attrs_table *t, struct cursor attributes);
void bgp_attrs_hold(struct bgp_attrs_table *t, uint32_t id);
void bgp_attrs_drop(struct bgp_attrs_table *t, uint32_t id);
/* Borrowed as long as it is held; NULL of BGP_ATTRS_NONE. */
const struct bgp_attrs *bgp_attrs_get(const struct bgp_attrs_table *t, uint32_t id);
/* All flags anew, and those of sets to come: by `rules` (NULL: none), borrowed until the next call.
 */
void bgp_attrs_judge(struct bgp_attrs_table *t, const struct bgp_rules *rules);

struct bgp_attrs_use {
	uint64_t bytes;   /* all of the table's memory */
	uint32_t count;   /* sets */
	uint64_t refused; /* for want of room */
};
void bgp_attrs_usage(const struct bgp_attrs_table *t, struct bgp_attrs_use *out);
