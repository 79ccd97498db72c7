/*
 * A route as the tables keep it (inspect/bgp_rib.h) and as changes tell of it: a prefix of a family
 * with its path identifier (RFC 7911) or distinguisher, and what is known of it. 48 bytes.
 */
#pragma once

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "proto/bgp_open.h"

/* The first BGP_ROUTE_KEY bytes are compared and hashed as such: no padding. */
struct bgp_route {
	struct addr addr;
	uint64_t rd;
	uint32_t path_id;
	uint8_t afi; /* 0: the slot is empty */
	uint8_t safi, len, spare;
	/* what is known of it */
	uint32_t attrs;
	uint8_t wrong;      /* bits of enum bgp_wrong */
	uint8_t generation; /* of its family, when it was announced last */
	uint16_t unused;
	uint64_t time_us; /* announced last */
};

enum { BGP_ROUTE_KEY = 32 };
static_assert(offsetof(struct bgp_route, attrs) == BGP_ROUTE_KEY && sizeof(struct bgp_route) == 48,
              "no padding");

static inline struct prefix
bgp_route_prefix(const struct bgp_route *route)
{
	return (struct prefix){route->addr, route->len};
}

static inline bool
bgp_route_is_unicast(const struct bgp_route *route)
{
	return route->safi == BGP_SAFI_UNICAST;
}
