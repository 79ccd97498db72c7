/*
 * Prefixes of BGP (RFC 4271 section 4.3, RFC 4760 section 5): unicast, multicast, with labels
 * (RFC 8277) and of VPNs (RFC 4364), with path identifiers (RFC 7911) or without. Other families
 * are not read here. Any thread.
 *
 *   | path id, 4 bytes, with ADD-PATH | bits | label, 3 bytes ... | RD, 8 bytes | prefix ...
 *
 * `bits` counts labels, RD and prefix; the last label has its lowest bit set.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/cursor.h"

struct bgp_nlri_form {
	uint16_t afi;
	uint8_t safi;
	bool add_path;
	bool withdrawn; /* one label field of no meaning (RFC 8277 section 2.4) */
};

struct bgp_nlri {
	uint32_t path_id; /* 0 without ADD-PATH */
	uint32_t label;   /* the first; 20 bits */
	uint8_t label_count;
	uint64_t rd;
	struct prefix prefix; /* bits behind its length cleared */
	bool mapped; /* IPv6 inside ::ffff:0:0/96: `prefix` would be taken for IPv4's (base/addr.h)
	              */
};

/* The families whose prefixes are read here. */
struct bgp_nlri_family {
	uint16_t afi;
	uint8_t safi;
	const char *name; /* "ipv4-unicast" */
};

enum { BGP_NLRI_FAMILIES = 8 };

extern const struct bgp_nlri_family bgp_nlri_families[BGP_NLRI_FAMILIES];

/* Which of them; -1: none. */
int bgp_nlri_family(uint16_t afi, uint8_t safi);

static inline bool
bgp_nlri_known(uint16_t afi, uint8_t safi)
{
	return bgp_nlri_family(afi, safi) >= 0;
}

/* The next prefix. False: the end, or (then !c->ok) one that can't be. The family is a known one.
 */
bool bgp_nlri_next(struct cursor *c, const struct bgp_nlri_form *form, struct bgp_nlri *out);

/* How many prefixes there are; -1: they don't fill `c` without a rest. */
int bgp_nlri_count(struct cursor c, const struct bgp_nlri_form *form);

/* Without an OPEN: do these bytes make sense only with path identifiers? An identifier looks like
 * default routes, so more than one of those (or an impossible length) speaks for ADD-PATH when all
 * of it can be read so. `form->add_path` is not looked at. */
bool bgp_nlri_guess_add_path(struct cursor c, const struct bgp_nlri_form *form);
