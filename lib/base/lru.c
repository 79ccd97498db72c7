#include "base/lru.h"

#include <stdlib.h>

#include "base/mem.h"

enum { BUCKETS_MAX = 1 << 16 };

void
lru_init(struct lru *l, uint32_t limit)
{
	uint32_t buckets = 1;

	while (buckets < limit && buckets < BUCKETS_MAX)
		buckets *= 2;
	*l = (struct lru){.buckets = mem_alloc(buckets, sizeof *l->buckets),
	                  .mask = buckets - 1,
	                  .limit = limit};
	l->ends.newer = l->ends.older = &l->ends;
}

void
lru_fini(struct lru *l)
{
	free(l->buckets);
}

static void
unring(struct lru_node *n)
{
	n->older->newer = n->newer;
	n->newer->older = n->older;
}

static void
make_newest(struct lru *l, struct lru_node *n)
{
	n->older = l->ends.older;
	n->newer = &l->ends;
	n->older->newer = n;
	l->ends.older = n;
}

void
lru_add(struct lru *l, struct lru_node *n, uint64_t hash)
{
	struct lru_node **bucket = &l->buckets[hash & l->mask];

	n->hash = hash;
	n->chained = *bucket;
	*bucket = n;
	make_newest(l, n);
	l->count++;
}

void
lru_touch(struct lru *l, struct lru_node *n)
{
	unring(n);
	make_newest(l, n);
}

void
lru_remove(struct lru *l, struct lru_node *n)
{
	struct lru_node **at = &l->buckets[n->hash & l->mask];

	while (*at != n)
		at = &(*at)->chained;
	*at = n->chained;
	unring(n);
	l->count--;
}
