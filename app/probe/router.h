/*
 * The router: what BGP announces becomes subnets in the workers' lookup. Looks every few seconds
 * whether routes came or went, copies their prefixes, builds a lookup in a thread of its own, posts
 * it, and destroys the old one when no worker uses it. Control thread.
 */
#pragma once

#include "path/plane.h"
#include "slow_path.h"

struct router;

struct router *router_create(struct plane *plane, struct slow_path *slow_path);
/* Every turn of the control thread; not while a reload goes on. */
void router_turn(struct router *r, uint64_t now_ns);
/* A lookup is in the making: the plan that it is of must stay. */
bool router_is_building(const struct router *r);
/* After plane_stop(). */
void router_destroy(struct router *r);
