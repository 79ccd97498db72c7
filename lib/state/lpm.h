/*
 * Longest-prefix match over both address families: a compressed trie of 64-way nodes whose present
 * children and leaves are counted by population count ("poptrie": Asai and Ohara, SIGCOMM 2015).
 * IPv4 starts at bit 96 with a root of its own, so its lookups are at most six steps.
 *
 * Built whole from a list and never changed: swapped by pointer together with the plan. Any number
 * of threads may look up. A lookup costs one dependent read per step; see docs/performance.md.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"

enum { LPM_NONE = 0 }; /* no prefix holds the address */

struct lpm_entry {
	struct prefix prefix; /* no host bits */
	uint32_t value;       /* not LPM_NONE */
};

struct lpm;

/* Build from `count` entries in any order; of equal prefixes the last one given counts. Never
 * fails: aborts when out of memory (set-up code). The entries are copied. */
struct lpm *lpm_create(const struct lpm_entry *entries, size_t count);
void lpm_destroy(struct lpm *l);

/* Value of the longest prefix that holds `a`, or LPM_NONE. */
uint32_t lpm_find(const struct lpm *l, const struct addr *a);

/* The same for `count` addresses at once: all take their steps in turn, and what each reads next is
 * fetched meanwhile. Three to four times the speed of one by one where the trie is in no cache. */
void lpm_find_bulk(const struct lpm *l, const struct addr *const *addrs, uint32_t count,
                   uint32_t *values);

size_t lpm_size(const struct lpm *l); /* bytes */
