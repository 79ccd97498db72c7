#include "inspect/conversation.h"

#include <stdlib.h>

#include "base/hash.h"
#include "base/mem.h"

struct conversation_table {
	struct lru lru;
	uint64_t forgotten;
	struct hash_key key;
	conversation_forget_fn *forget;
};

struct conversation_table *
conversation_table_create(uint32_t limit, conversation_forget_fn *forget)
{
	struct conversation_table *t = mem_alloc(1, sizeof *t);

	lru_init(&t->lru, limit);
	t->key = hash_key_make(0);
	t->forget = forget;
	return t;
}

static struct conversation *
newer(const struct conversation_table *t, const struct conversation *c)
{
	return (struct conversation *)lru_newer(&t->lru, c ? &c->node : NULL);
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
	lru_remove(&t->lru, &c->node);
	clear(t, c);
	free(c);
}

void
conversation_table_destroy(struct conversation_table *t)
{
	if (!t)
		return;
	for (struct conversation *c; (c = newer(t, NULL));)
		drop(t, c);
	lru_fini(&t->lru);
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
	return a->proto == b->proto && a->port[0] == b->port[0] && a->port[1] == b->port[1] &&
	       addr_equal(&a->ip[0], &b->ip[0]) && addr_equal(&a->ip[1], &b->ip[1]);
}

void
conversation_forget_oldest(struct conversation_table *t)
{
	struct conversation *oldest = newer(t, NULL);

	if (!oldest)
		return;
	drop(t, oldest);
	t->forgotten++;
}

static struct conversation *
add(struct conversation_table *t, const struct conversation *key, uint64_t hash)
{
	struct conversation *c;

	if (t->lru.count == t->lru.limit)
		conversation_forget_oldest(t);
	c = mem_alloc(1, sizeof *c);
	*c = *key;
	lru_add(&t->lru, &c->node, hash);
	return c;
}

static struct conversation *
find(const struct conversation_table *t, const struct conversation *key, uint64_t hash)
{
	for (struct lru_node *n = lru_chain(&t->lru, hash); n; n = n->chained)
		if (n->hash == hash && is_same((struct conversation *)n, key))
			return (struct conversation *)n;
	return NULL;
}

struct conversation *
conversation_find(struct conversation_table *t, const struct packet *p, uint64_t time_ns,
                  unsigned *direction)
{
	struct conversation key, *c;
	uint64_t hash;

	make_key(p, &key, direction);
	hash = hash_of(t, &key);
	c = find(t, &key, hash);
	if (c)
		lru_touch(&t->lru, &c->node);
	else
		c = add(t, &key, hash);
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
	for (struct conversation *c = NULL; (c = newer(t, c));)
		fn(context, c);
}

uint32_t
conversation_count(const struct conversation_table *t)
{
	return t->lru.count;
}

uint64_t
conversation_forgotten(const struct conversation_table *t)
{
	return t->forgotten;
}
