/*
 * Routes that break a rule (inspect/bgp_rules.h), counted by rule as they come and go, some of them
 * by name. Plain data inside of a table of routes; adding and removing cost a step for each rule
 * that is broken, and nothing where none is. One thread.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/addr.h"

/* What names a path or prefix wrong (requirements sections 2 and 6), as bits of 1 << it. */
enum bgp_wrong {
	BGP_WRONG_BOGON,
	BGP_WRONG_SPECIAL_AS,
	BGP_WRONG_CLOUD_AS,
	BGP_WRONG_CLOUD_SPACE,
	BGP_WRONG_FOREIGN_ORIGIN,
	BGP_WRONG_TAGGED,       /* 8075:8007 on a prefix that is not registered */
	BGP_WRONG_EXPRESSROUTE, /* 12076 in the path, beside BGP_WRONG_CLOUD_AS for the others */
	BGP_WRONG_COUNT,
	BGP_TAGGED = 7, /* of a set alone: it carries 8075:8007 */
};

enum { BGP_WRONG_NAMED = 4 };

/* Those that break one rule. */
struct bgp_wrong_routes {
	uint32_t count;
	struct prefix named[BGP_WRONG_NAMED];
	uint32_t named_count;
	bool searched; /* there are no more names to be found */
};

/* A route with this prefix came, or went, that breaks the rules of `wrong` (bits of enum bgp_wrong)
 * and counts under each. A name is free again when its route goes. */
void bgp_wrong_add(struct bgp_wrong_routes all[BGP_WRONG_COUNT], uint8_t wrong,
                   const struct prefix *p);
void bgp_wrong_remove(struct bgp_wrong_routes all[BGP_WRONG_COUNT], uint8_t wrong,
                      const struct prefix *p);
/* As many have names as can. */
bool bgp_wrong_is_named(const struct bgp_wrong_routes *w);
/* Names one of those that are counted, if it has no name yet; there is room (bgp_wrong_is_named()
 * is false). */
void bgp_wrong_add_name(struct bgp_wrong_routes *w, const struct prefix *p);
/* "bogon", "special AS" …, for lists of prefixes. */
const char *bgp_wrong_name(enum bgp_wrong wrong);
