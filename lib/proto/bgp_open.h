/*
 * BGP's OPEN (RFC 4271 section 4.2) with its capabilities (RFC 5492), in the plain form and the one
 * of RFC 9072 whose lengths have 16 bits. Any thread.
 *
 *    0         1        3         5                9
 *   | version | my AS  | hold s  | BGP identifier | size | parameters ...
 *   | ...                                         | 255  | 255 | size, 16 bits | parameters ... RFC
 * 9072
 *
 *   parameter: | type 2 | length | capability: | code | length | value ... | capability ...
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/cursor.h"
#include "base/slice.h"
#include "proto/reason.h"

/* IANA's registry of capability codes */
enum bgp_capability {
	BGP_CAP_MULTIPROTOCOL = 1, /* RFC 4760 */
	BGP_CAP_REFRESH = 2,
	BGP_CAP_EXTENDED_NEXT_HOP = 5, /* RFC 8950 */
	BGP_CAP_EXTENDED_MESSAGE = 6,  /* RFC 8654 */
	BGP_CAP_ROLE = 9,              /* RFC 9234 */
	BGP_CAP_GRACEFUL_RESTART = 64, /* RFC 4724 */
	BGP_CAP_AS4 = 65,              /* RFC 6793 */
	BGP_CAP_ADD_PATH = 69,         /* RFC 7911 */
	BGP_CAP_ENHANCED_REFRESH = 70, /* RFC 7313 */
	BGP_CAP_LONG_LIVED = 71,       /* RFC 9494 */
	BGP_CAP_FQDN = 73,
	BGP_CAP_BFD_STRICT = 74,
	BGP_CAP_SOFTWARE = 75,
};

enum {
	BGP_AS_TRANS = 23456, /* RFC 6793: the real one stands in capability 65 */
	BGP_FAMILIES_MAX = 32,
	BGP_CAPABILITIES_MAX = 32,
};

enum bgp_afi { BGP_AFI_IPV4 = 1, BGP_AFI_IPV6 = 2 };
enum bgp_safi {
	BGP_SAFI_UNICAST = 1,
	BGP_SAFI_MULTICAST = 2,
	BGP_SAFI_LABELED = 4, /* RFC 8277 */
	BGP_SAFI_VPN = 128,   /* RFC 4364 */
};

enum bgp_add_path { BGP_ADD_PATH_RECEIVE = 1, BGP_ADD_PATH_SEND = 2 };

struct bgp_family {
	uint16_t afi;
	uint8_t safi;
	uint8_t add_path;   /* enum bgp_add_path, of capability 69 */
	bool multiprotocol; /* of capability 1 */
	bool restarts;      /* of capability 64: its receiver keeps the routes meanwhile */
	bool forwarded;     /* there too: what was before the restart stands (F) */
};

struct bgp_open {
	uint8_t version;
	bool extended; /* RFC 9072's form */
	uint16_t as2, hold_s;
	uint32_t asn; /* of capability 65 where there is one, else as2 */
	uint8_t id[4];
	uint64_t has[4];                            /* capability codes as bits */
	uint8_t capabilities[BGP_CAPABILITIES_MAX]; /* codes in order of first sight */
	uint8_t capability_count;                   /* of different ones kept */
	struct bgp_family families[BGP_FAMILIES_MAX];
	uint8_t family_count;
	uint16_t restart_s; /* of capability 64 */
	bool notifies;      /* there too: a NOTIFICATION is one (N, RFC 8538) */
	uint8_t role;       /* of capability 9 */
	struct slice hostname, domain, software; /* borrowed; `at` NULL: not there */
};

/* Of a message's body. BGP_SHORT: the fixed part is cut; BGP_BAD: lengths of parameters or
 * capabilities pass their end (what was read before is valid), or a version other than 4. */
enum reason bgp_open_decode(struct cursor *body, struct bgp_open *out);

static inline bool
bgp_open_has(const struct bgp_open *o, uint8_t capability)
{
	return o->has[capability / 64] >> capability % 64 & 1;
}

/* The family's row; NULL: neither capability names it. */
const struct bgp_family *bgp_open_family(const struct bgp_open *o, uint16_t afi, uint8_t safi);
