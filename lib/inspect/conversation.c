#include "inspect/conversation.h"

#include <stdlib.h>

#include "base/hash.h"
#include "base/mem.h"

struct conversation_table {
	struct conversation **buckets;
	uint32_t mask;
	uint32_t limit, count;
	uint64_t forgotten;
	struct hash_key key;
	conversation_forget_fn *forget;
	struct conversation ends; /* a ring: ends.newer is the oldest, ends.older the newest */
};

enum { BUCKETS_MAX = 1 << 16 };

struct conversation_table *
conversation_table_create(uint32_t limit, conversation_forget_fn *forget)
{
	struct conversation_table *t = mem_alloc(1, sizeof *t);
	uint32_t buckets = 1;

	while (buckets < limit && buckets < BUCKETS_MAX)
		buckets *= 2;
	t->buckets = mem_alloc(buckets, sizeof *t->buckets);
	t->mask = buckets - 1;
	t->limit = limit;
	t->key = hash_key_make(0);
	t->forget = forget;
	t->ends.newer = t->ends.older = &t->ends;
	return t;
}

static void
unring(struct conversation *c)
{
	c->older->newer = c->newer;
	c->newer->older = c->older;
}

static void
make_newest(struct conversation_table *t, struct conversation *c)
{
	c->older = t->ends.older;
	c->newer = &t->ends;
	c->older->newer = c;
	t->ends.older = c;
}

static void
clear(struct conversation_table *t, struct conversation *c)
{
	t->forget(c);
	c->state = NULL;
	c->handler = NULL;
	stream_fini(&c->stream[0]);
	stream_fini(&c->stream[1]);
}

static void
drop(struct conversation_table *t, struct conversation *c)
{
	struct conversation **at = &t->buckets[c->hash & t->mask];

	while (*at != c)
		at = &(*at)->chained;
	*at = c->chained;
	unring(c);
	clear(t, c);
	free(c);
	t->count--;
}

void
conversation_table_destroy(struct conversation_table *t)
{
	if (!t)
		return;
	while (t->ends.newer != &t->ends)
		drop(t, t->ends.newer);
	free(t->buckets);
	free(t);
}

static void
make_key(const struct packet *p, struct conversation *key, unsigned *direction)
{
	int order = addr_compare(&p->src, &p->dst);
	bool high = order > 0 || (order == 0 && p->sport > p->dport);

	*key = (struct conversation){.proto = p->proto};
	key->ip[high] = p->src;
	key->port[high] = p->sport;
	key->ip[!high] = p->dst;
	key->port[!high] = p->dport;
	*direction = high;
}

static uint64_t
hash_of(const struct conversation_table *t, const struct conversation *c)
{
	uint64_t ports = (uint64_t)c->port[0] << 32 | (uint64_t)c->port[1] << 8 | c->proto;

	return hash_mix(&t->key, hash_16(&t->key, c->ip[0].b, ports),
	                hash_16(&t->key, c->ip[1].b, 0));
}

static bool
is_same(const struct conversation *a, const struct conversation *b)
{
	return a->hash == b->hash && a->proto == b->proto && a->port[0] == b->port[0] &&
	       a->port[1] == b->port[1] && addr_equal(&a->ip[0], &b->ip[0]) &&
	       addr_equal(&a->ip[1], &b->ip[1]);
}

void
conversation_forget_oldest(struct conversation_table *t)
{
	if (!t->count)
		return;
	drop(t, t->ends.newer);
	t->forgotten++;
}

static struct conversation *
add(struct conversation_table *t, const struct conversation *key)
{
	struct conversation *c, **bucket;

	if (t->count == t->limit)
		conversation_forget_oldest(t);
	c = mem_alloc(1, sizeof *c);
	*c = *key;
	bucket = &t->buckets[c->hash & t->mask];
	c->chained = *bucket;
	*bucket = c;
	make_newest(t, c);
	t->count++;
	return c;
}

struct conversation *
conversation_find(struct conversation_table *t, const struct packet *p, uint64_t time_ns,
                  unsigned *direction)
{
	struct conversation key, *c;

	make_key(p, &key, direction);
	key.hash = hash_of(t, &key);
	for (c = t->buckets[key.hash & t->mask]; c && !is_same(c, &key);)
		c = c->chained;
	if (c) {
		unring(c);
		make_newest(t, c);
	} else {
		c = add(t, &key);
	}
	c->last_ns = time_ns;
	return c;
}

void
conversation_restart(struct conversation_table *t, struct conversation *c)
{
	clear(t, c);
}

void
conversation_each(struct conversation_table *t, void (*fn)(void *context, struct conversation *c),
                  void *context)
{
	for (struct conversation *c = t->ends.newer; c != &t->ends; c = c->newer)
		fn(context, c);
}

uint32_t
conversation_count(const struct conversation_table *t)
{
	return t->count;
}

uint64_t
conversation_forgotten(const struct conversation_table *t)
{
	return t->forgotten;
}
