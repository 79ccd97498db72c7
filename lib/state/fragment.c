#include "state/fragment.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/hash.h"

struct entry {
	uint64_t key; /* 64 keyed bits of what names the datagram; 0: free */
	uint64_t first_ns;
	uint32_t flow;
	uint32_t seen, end; /* bytes of the datagram: so far; in all, 0: not known yet */
	bool whole;
};

struct fragment_table {
	struct entry entries[FRAGMENT_ENTRIES];
	struct hash_key hash_key;
	struct flow_table *flows;
	bool keep;
	uint64_t evictions;
	uint32_t (*extra)[2]; /* by flow id, with `keep` */
	uint64_t extra_count;
};

struct fragment_table *
fragment_table_create(struct flow_table *flows, bool keep, uint64_t hash_seed)
{
	struct fragment_table *t = mem_alloc(1, sizeof *t);

	t->flows = flows;
	t->keep = keep;
	t->hash_key = hash_key_make(hash_seed);
	return t;
}

void
fragment_table_destroy(struct fragment_table *t)
{
	if (!t)
		return;
	free(t->extra);
	free(t);
}

static uint64_t
key_of(const struct fragment_table *t, const struct packet *p, uint16_t link)
{
	uint64_t h = hash_16(&t->hash_key, p->src.b, (uint64_t)link << 8 | p->proto);

	h = hash_16(&t->hash_key, p->dst.b, h);
	h = hash_mix(&t->hash_key, h, p->fragment_id);
	return h ? h : 1;
}

static struct entry *
set_of(struct fragment_table *t, uint64_t key)
{
	return &t->entries[(key >> 32) % (FRAGMENT_ENTRIES / FRAGMENT_WAYS) * FRAGMENT_WAYS];
}

static bool
stale(const struct entry *e, uint64_t now)
{
	return now > e->first_ns && now - e->first_ns > FRAGMENT_SECONDS * NS_PER_S;
}

static struct entry *
entry_find(struct fragment_table *t, uint64_t key, uint64_t now)
{
	struct entry *set = set_of(t, key);

	for (int i = 0; i < FRAGMENT_WAYS; i++)
		if (set[i].key == key && !stale(&set[i], now))
			return &set[i];
	return NULL;
}

/* A free or stale entry of the set, else its oldest. */
static struct entry *
entry_make(struct fragment_table *t, uint64_t key, uint64_t now)
{
	struct entry *set = set_of(t, key), *oldest = set;

	for (int i = 0; i < FRAGMENT_WAYS; i++) {
		if (set[i].key == 0 || set[i].key == key || stale(&set[i], now))
			return &set[i];
		if (set[i].first_ns < oldest->first_ns)
			oldest = &set[i];
	}
	t->evictions++;
	return oldest;
}

static uint32_t *
extra_of(struct fragment_table *t, uint32_t flow)
{
	if (flow >= t->extra_count) {
		uint64_t more = flow + 1 + t->extra_count;

		t->extra = mem_resize(t->extra, more, sizeof *t->extra);
		memset(t->extra + t->extra_count, 0, (more - t->extra_count) * sizeof *t->extra);
		t->extra_count = more;
	}
	return t->extra[flow];
}

/* Every fragment is a frame too many, until the datagram is whole: then one of them was it. */
static void
count_extra(struct fragment_table *t, struct entry *e, const struct packet *p, bool reverse)
{
	uint32_t size = p->payload_size + p->payload_offset - p->l4_offset;
	uint32_t *extra = extra_of(t, e->flow) + reverse;

	++*extra;
	e->seen += size;
	if (p->flags & PACKET_FRAGMENT_LAST)
		e->end = p->fragment_offset + size;
	if (e->whole || !e->end || e->seen < e->end)
		return;
	e->whole = true;
	--*extra;
}

void
fragment_remember(struct fragment_table *t, const struct packet *p, uint16_t link, struct flow *f,
                  uint64_t now_ns)
{
	uint64_t key = key_of(t, p, link);
	struct entry *e = entry_make(t, key, now_ns);
	bool reverse = false;

	*e = (struct entry){.key = key, .first_ns = now_ns, .flow = flow_id(t->flows, f)};
	if (t->keep && flow_between(f, p, link, &reverse))
		count_extra(t, e, p, reverse);
}

struct flow *
fragment_find(struct fragment_table *t, const struct packet *p, uint16_t link, uint64_t now_ns,
              bool *reverse)
{
	struct entry *e = entry_find(t, key_of(t, p, link), now_ns);
	struct flow *f;

	if (!e)
		return NULL;
	f = flow_at(t->flows, e->flow);
	if (!flow_between(f, p, link, reverse))
		return NULL;
	if (t->keep)
		count_extra(t, e, p, *reverse);
	return f;
}

void
fragment_extra(const struct fragment_table *t, const struct flow *f, uint64_t extra[2])
{
	uint32_t id = flow_id(t->flows, f);

	for (int side = 0; side < 2; side++)
		extra[side] = id < t->extra_count ? t->extra[id][side] : 0;
}

uint64_t
fragment_evictions(const struct fragment_table *t)
{
	return t->evictions;
}
