/*
 * One side of a BGP session: what it said of itself, what it announced and how far that table can
 * be trusted, over all the TCP connections that the session has had. Plain data, set by the session
 * (inspect/bgp_session.h) and what fills tables (inspect/bgp_fill.h), read by exporters. 3 KB, plus
 * the routes. One thread.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/addr.h"
#include "conf/conf.h"
#include "inspect/bgp_rib.h"
#include "proto/bgp.h"
#include "proto/bgp_open.h"

enum { BGP_HOSTNAME_SIZE = 65, BGP_OPEN_KEPT = 512, BGP_SOURCE_SIZE = 96 };

/* What can be said of a RIB read off the wire (requirements 4.3). */
enum bgp_completeness {
	BGP_COMPLETE, /* OPENs and End-of-RIB seen, nothing missing since */
	BGP_SEEDED,   /* filled from elsewhere, and nothing read since contradicts it */
	BGP_INFERRED, /* joined in the middle, or the End-of-RIB not seen */
	BGP_BROKEN,   /* bytes were missed, or could not be read */
	BGP_COMPLETENESS_COUNT
};

/* How an OPEN, or a table, became known. */
enum bgp_basis {
	BGP_BASIS_NONE,
	BGP_BASIS_OBSERVED,
	BGP_BASIS_SEEDED,  /* of a dump or a BMP feed */
	BGP_BASIS_CARRIED, /* over a restart of the probe */
	BGP_BASIS_COUNT
};

/* Totals, all uint64_t: added up as an array. */
struct bgp_counts {
	uint64_t messages[BGP_TYPE_COUNT]; /* also those whose length can't be */
	uint64_t announced[BGP_RIB_AFIS], withdrawn[BGP_RIB_AFIS]; /* prefixes, as often as said */
	uint64_t other_families; /* UPDATEs with prefixes of families that are not read */
	uint64_t notes;          /* UPDATEs that RFC 7606 has something to say about */
	uint64_t malformed;      /* messages that can't be read */
	uint64_t gaps;           /* times that bytes were missing or no message */
};

struct bgp_side {
	struct addr ip;
	uint16_t port; /* of the current connection */
	struct bgp_counts counts;
	enum bgp_basis basis;
	uint64_t open_ns;
	struct bgp_open open; /* with a basis; its texts are not kept there */
	char hostname[BGP_HOSTNAME_SIZE];
	uint32_t first_as;         /* leftmost of its latest path */
	uint64_t updates_indirect; /* UPDATEs in a row whose path began with it */
	uint64_t last_ns;          /* of a message of the connection whose routes stand */
	uint64_t end_of_rib_ns;
	enum bgp_completeness completeness;
	uint64_t completeness_ns;   /* since when */
	uint64_t max_prefix_ceases; /* NOTIFICATIONs Cease/1 (RFC 4486) */
	struct bgp_rib rib;
	enum bgp_basis seeded;             /* where the table came from, if it was not read whole */
	char source[BGP_SOURCE_SIZE];      /* the same in words: "BMP of 192.0.2.9: Adj-RIB-In" */
	enum bgp_completeness as;          /* what it counted as where it came from */
	uint64_t seed_faults;              /* of the connection, when it came */
	uint64_t seed_disagreed;           /* times that what was read since contradicts it */
	struct bgp_rib gone;               /* while not complete: prefixes withdrawn, and when */
	uint8_t open_bytes[BGP_OPEN_KEPT]; /* body of the OPEN, to be carried over a restart */
	uint16_t open_size;                /* 0: longer, or not known */
};

struct bgp_speaker;

void bgp_counts_add(struct bgp_counts *to, const struct bgp_counts *more);

/* Whether an OPEN's number says which side sent it; SIDE_UNKNOWN: no. */
enum side bgp_side_by_asn(const struct conf *c, uint32_t asn);
/* What it says of itself, by the body of an OPEN; false: it can't be read, and nothing changes. */
bool bgp_side_open(struct bgp_side *s, struct cursor body, enum bgp_basis basis, uint64_t time_ns);
/* The OPEN that its speaker sent on a connection; as it was, if none was seen there. */
void bgp_side_adopt(struct bgp_side *s, const struct bgp_speaker *from);
/* An UPDATE's path; 0: it had none to tell by. */
void bgp_side_path(struct bgp_side *s, uint32_t first_as);
/* Another connection's speaker takes its place: what was filled in from elsewhere is forgotten, and
 * what it said of itself on a connection that was over by `before_ns`, as who speaks now may be
 * another. Its routes are the session's matter. */
void bgp_side_forget(struct bgp_side *s, uint64_t before_ns);

const char *bgp_completeness_name(enum bgp_completeness completeness); /* "" of the count */
const char *bgp_basis_name(enum bgp_basis basis);                      /* "" for none */
