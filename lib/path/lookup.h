/*
 * The subnets of addresses as workers look them up: the declared ones of a plan, and around them
 * what BGP announces (SUBNET_ANNOUNCED: announced, and of no declared subnet). Built whole by
 * whoever knows the routes, in any thread, never changed, swapped in between two bursts
 * (worker_post_lookup) and destroyed when no worker uses it. Costs a packet nothing: flows keep
 * their meter and are looked up anew with their next packet.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "path/plan.h"

struct lookup {
	uint64_t plan; /* generation of the plan whose ids these are */
	struct lpm *side[2];
	size_t announced[2]; /* prefixes taken in */
};

/* Some 0.1 us a prefix. Inside a declared subnet nothing changes: it says more. Never NULL. */
struct lookup *lookup_create(const struct plan *plan, const struct prefix *const announced[2],
                             const size_t count[2]);
void lookup_destroy(struct lookup *l);
