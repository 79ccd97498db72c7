/*
 * A hash table whose items stand in the order of their last use, for slow-path tables where the one
 * quiet for longest makes room. Items are the caller's: their first member is a struct lru_node.
 * Equality is the caller's business, since hashes may collide. One thread.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct lru_node {
	uint64_t hash;
	struct lru_node *chained, *older, *newer;
};

struct lru {
	struct lru_node **buckets;
	uint32_t mask, limit, count;
	struct lru_node ends; /* a ring: ends.newer is the oldest, ends.older the newest */
};

/* Buckets for `limit` items, 65 536 at the most; the table does not move afterwards. */
void lru_init(struct lru *l, uint32_t limit);
/* The items are gone, or the caller's to free. */
void lru_fini(struct lru *l);

/* First of those that may have this hash; the others by ->chained. NULL: none. */
static inline struct lru_node *
lru_chain(const struct lru *l, uint64_t hash)
{
	return l->buckets[hash & l->mask];
}

/* As the newest. The caller keeps to ->limit. */
void lru_add(struct lru *l, struct lru_node *n, uint64_t hash);
/* It was used: the newest now. */
void lru_touch(struct lru *l, struct lru_node *n);
void lru_remove(struct lru *l, struct lru_node *n);

/* The next newer one; of NULL the oldest. NULL: there is none. */
static inline struct lru_node *
lru_newer(const struct lru *l, const struct lru_node *n)
{
	struct lru_node *next = n ? n->newer : l->ends.newer;

	return next == &l->ends ? NULL : next;
}
