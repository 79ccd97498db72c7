/*
 * AS_PATH and AS4_PATH of BGP (RFC 4271 sections 4.3 and 9.1.2.2, RFC 5065, RFC 6793): segments of
 * AS numbers of two or four bytes, which only the session's OPENs tell for sure. Any thread.
 *
 *   | type | count | count numbers of 2 or 4 bytes ... | type | count | ...
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/cursor.h"

enum bgp_segment_type {
	BGP_AS_SET = 1,
	BGP_AS_SEQUENCE,
	BGP_AS_CONFED_SEQUENCE,
	BGP_AS_CONFED_SET,
};

struct bgp_segment {
	uint8_t type; /* enum bgp_segment_type */
	uint8_t count;
	struct cursor numbers; /* cursor_be32() or cursor_be16() each */
};

/* The next segment. False: the end, or (then !c->ok) one that can't be: cut, of an unknown type or
 * (RFC 7606 section 7.2) empty. `width` is 2 or 4. */
bool bgp_segment_next(struct cursor *c, unsigned width, struct bgp_segment *out);
uint32_t bgp_segment_number(struct bgp_segment *s, unsigned width);

/* What the path as a whole says. */
struct bgp_path {
	uint32_t first;     /* the neighbour's; 0: an empty path, or one that begins with a set */
	uint32_t origin;    /* the last of a last sequence; 0: none, or a set */
	uint16_t length;    /* as routes are compared: a set counts 1, confederations nothing */
	uint16_t prepended; /* repetitions of the number before */
	bool sets;          /* has an AS_SET (deprecated, RFC 9774) */
	bool confederation;
	bool trans; /* has AS_TRANS: the numbers stand in AS4_PATH */
};

/* False: it can't be read with this width. */
bool bgp_path_read(struct cursor c, unsigned width, struct bgp_path *out);

/* Without an OPEN: 2 or 4 when only that width fits, 0 when both or none do. An empty path fits
 * both. */
unsigned bgp_path_guess_width(struct cursor c);
