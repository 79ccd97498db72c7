/*
 * A set of path attributes as bytes again, in the form of a dump (RFC 6396 section 4.3.4): what
 * bgp_attrs_intern_bare() reads, so that a table survives a restart of the probe. Numbers of four
 * bytes; an IPv6 next hop is an MP_REACH of nothing else. Called for each different set when a
 * table is written to disk; one thread.
 */
#pragma once

#include "base/text.h"
#include "inspect/bgp_attrs.h"

/* Appends them to `to`. */
void bgp_attrs_encode(const struct bgp_attrs *a, struct text *to);
