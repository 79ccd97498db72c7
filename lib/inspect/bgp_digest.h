/*
 * Digests by which tables of routes are compared between links and probes without sending them:
 * numbers that are added up, so that the order in which routes came does not matter. Their key is
 * the same on every probe. Pure functions; a hash of 16 bytes for a route, one more for each word
 * of its attributes.
 */
#pragma once

#include <stdint.h>

#include "inspect/bgp_attrs.h"
#include "inspect/bgp_route.h"

/* Of its family and prefix; 0 of a route that is not unicast. */
uint64_t bgp_digest_route(const struct bgp_route *route);
/* `hash` with what routers choose by: path, MED, communities. */
uint64_t bgp_digest_attrs(uint64_t hash, const struct bgp_attrs *a);
