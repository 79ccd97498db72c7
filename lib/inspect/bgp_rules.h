/*
 * What makes a route wrong (requirements sections 2 and 6: R3, X4, X5, X8, X19), built once from
 * the contract and its tables and asked for every route: special registries, the cloud's numbers
 * and ranges, the peer's and its customers' numbers, registered prefixes. Never changed, so any
 * thread may ask; some 100 ns for a route.
 */
#pragma once

#include <stdint.h>

#include "base/addr.h"
#include "conf/conf.h"
#include "inspect/bgp_attrs.h"
#include "inspect/bgp_wrong.h"

struct bgp_rules;

/* `conf` is borrowed. */
struct bgp_rules *bgp_rules_create(const struct conf *conf);
void bgp_rules_destroy(struct bgp_rules *r);

/* Bits of enum bgp_wrong that a set of attributes has by itself. */
uint8_t bgp_rules_attrs(const struct bgp_rules *r, const struct bgp_attrs *a);
/* Bits of a route of this side's; `a` NULL: its attributes are not known. */
uint8_t bgp_rules_route(const struct bgp_rules *r, enum side side, const struct prefix *p,
                        const struct bgp_attrs *a);
/* Index in conf.registered of exactly this prefix, or -1. */
int bgp_rules_registered(const struct bgp_rules *r, const struct prefix *p);

/* The number of the path that breaks this rule; 0: none, or no number does.
 */
uint32_t bgp_rules_number(const struct bgp_rules *r, enum bgp_wrong wrong,
                          const struct bgp_attrs *a);
