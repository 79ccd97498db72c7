/*
 * The set of path attributes that an UPDATE gives its routes, as the table of sets keeps it
 * (inspect/bgp_attrs.h): AS_PATH and AS4_PATH merged (RFC 6793 section 4.2.3), the next hop of the
 * family that it is for, communities as words. A pure function of a message, called for each UPDATE
 * that announces; one pass over its attributes, and the square of a path's length, which is short.
 */
#pragma once

#include <stddef.h>

#include "inspect/bgp_attrs.h"

/* Numbers of two bytes take a word each, a community of four bytes another: no message has more. */
enum { BGP_ATTRS_WORDS_MAX = UINT16_MAX };

/* Into `a`, which has room for BGP_ATTRS_WORDS_MAX words; `mp` and `as_width` as of
 * bgp_attrs_intern(). Returns the set's size in bytes, or 0: it would be longer than any message.
 * What the table owns of it (hash, refs, chained, flags) is zero. */
size_t bgp_attrs_build(struct bgp_attrs *a, const struct bgp_update *u, bool mp, unsigned as_width);
