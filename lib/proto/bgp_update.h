/*
 * BGP's UPDATE (RFC 4271 section 4.3): withdrawn prefixes, path attributes, announced prefixes;
 * those of other families than IPv4 unicast inside MP_REACH_NLRI and MP_UNREACH_NLRI (RFC 4760).
 * Prefixes stay bytes: bgp_nlri.h reads them, bgp_path.h the paths. Any thread.
 *
 *   | size, 16 bits | withdrawn ... | size, 16 bits | attributes ... | announced ...
 *
 *   attribute: | optional transitive partial extended 0000 | type | length, 8 or 16 bits | value
 * ... MP_REACH:  | AFI | SAFI | size | next hop ... | 0 | prefixes ...      MP_UNREACH: | AFI |
 * SAFI | ...
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/cursor.h"
#include "proto/reason.h"

/* IANA's registry of path attributes: those that are read */
enum bgp_attribute {
	BGP_ORIGIN = 1,
	BGP_AS_PATH = 2,
	BGP_NEXT_HOP = 3,
	BGP_MED = 4,
	BGP_LOCAL_PREF = 5,
	BGP_ATOMIC_AGGREGATE = 6,
	BGP_AGGREGATOR = 7,
	BGP_COMMUNITIES = 8,   /* RFC 1997 */
	BGP_ORIGINATOR_ID = 9, /* RFC 4456 */
	BGP_CLUSTER_LIST = 10,
	BGP_MP_REACH = 14,
	BGP_MP_UNREACH = 15,
	BGP_EXTENDED_COMMUNITIES = 16, /* RFC 4360 */
	BGP_AS4_PATH = 17,             /* RFC 6793 */
	BGP_AS4_AGGREGATOR = 18,
	BGP_LARGE_COMMUNITIES = 32, /* RFC 8092 */
	BGP_BGPSEC_PATH = 33,       /* RFC 8205: stands in AS_PATH's place; not read */
	BGP_ONLY_TO_CUSTOMER = 35,  /* RFC 9234 */
};

/* How a speaker that follows RFC 7606 takes the message, mildest first. */
enum bgp_treatment {
	BGP_TREAT_AS_IS,
	BGP_TREAT_DISCARD,  /* of the attribute */
	BGP_TREAT_WITHDRAW, /* its prefixes count as withdrawn */
	BGP_TREAT_RESET,    /* of the session (or of the family) */
};

/* What was wrong (RFC 7606 sections 3 and 7). */
enum bgp_note {
	BGP_NOTE_FLAGS = 1 << 0,     /* optional and transitive are not the type's */
	BGP_NOTE_LENGTH = 1 << 1,    /* a value of a size that can't be */
	BGP_NOTE_VALUE = 1 << 2,     /* an ORIGIN that is none */
	BGP_NOTE_DUPLICATE = 1 << 3, /* of an attribute: the first counts */
	BGP_NOTE_MISSING = 1 << 4,   /* ORIGIN, AS_PATH or NEXT_HOP where prefixes are announced */
	BGP_NOTE_OVERRUN = 1 << 5,   /* an attribute passes the attributes' end */
	BGP_NOTE_MP = 1 << 6,        /* MP_REACH or MP_UNREACH twice, or its parts don't fit */
};

struct bgp_reach {
	uint16_t afi;
	uint8_t safi;
	struct cursor next_hop; /* as on the wire, 0 bytes in MP_UNREACH */
	struct cursor nlri;
};

/* All cursors are borrowed; those not there are empty. */
struct bgp_update {
	struct cursor withdrawn, nlri; /* IPv4 unicast */
	struct cursor attributes;      /* raw */
	uint64_t has;                  /* attribute types below 64 as bits */
	uint16_t attribute_count;
	uint16_t notes;    /* enum bgp_note */
	uint8_t treatment; /* enum bgp_treatment */
	uint8_t origin;    /* 0 IGP, 1 EGP, 2 INCOMPLETE */
	uint8_t next_hop[4];
	uint32_t med, local_pref, only_to_customer;
	struct cursor as_path, as4_path, aggregator;
	struct cursor communities, extended, large; /* 4, 8 and 12 bytes each */
	struct bgp_reach reach, unreach;
};

static inline bool
bgp_update_has(const struct bgp_update *u, unsigned attribute)
{
	return attribute < 64 && u->has >> attribute & 1;
}

/* Of a message's body. BGP_BAD: one of the two sizes passes the end, so nothing of it can be told
 * apart; all else is a note. Prefixes and paths are not looked into. */
enum reason bgp_update_decode(struct cursor *body, struct bgp_update *out);

/* Attributes alone, as a dump has them: MP_REACH may be its next hop alone (RFC 6396
 * section 4.3.4), which is told from a whole one by its first byte. Nothing is mandatory. */
void bgp_attributes_decode(struct cursor attributes, struct bgp_update *out);

/* RFC 4724 section 2: nothing but an empty body (IPv4 unicast), or nothing but an MP_UNREACH
 * without prefixes; tells the family. */
bool bgp_update_ends_rib(const struct bgp_update *u, uint16_t *afi, uint8_t *safi);

/* The address of MP_REACH's next hop, a link-local second one left aside (RFC 2545, RFC 8950), a
 * route distinguisher before it too (RFC 4364). False: none. */
bool bgp_reach_next_hop(const struct bgp_reach *r, struct addr *out);
