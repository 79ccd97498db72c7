#include "state/fragment.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/hash.h"

enum {
	FLOW_AWAITED = UINT32_MAX,         /* the first fragment has not come yet */
	UNIT = 8,                          /* what fragment offsets count in */
	MAP_WORDS = (1 << 16) / UNIT / 64, /* a bit for each unit of the longest datagram */
};

struct entry {
	uint64_t key; /* 64 keyed bits of what names the datagram; 0: free */
	uint64_t first_ns;
	uint32_t flow;
	uint32_t end; /* bytes of the datagram, 0: not known yet */
	struct fragment_early early;
	bool whole, reverse;
};

struct fragment_table {
	struct entry entries[FRAGMENT_ENTRIES];
	struct hash_key hash_key;
	struct flow_table *flows;
	bool keep;
	uint64_t evictions;
	uint64_t adopted_packets, adopted_bytes;
	uint64_t (*map)[MAP_WORDS]; /* by entry, with `keep`: units that came */
	uint32_t (*extra)[2];       /* by flow id, with `keep` */
	uint64_t extra_count;
};

struct fragment_table *
fragment_table_create(struct flow_table *flows, bool keep, uint64_t hash_seed)
{
	struct fragment_table *t = mem_alloc(1, sizeof *t);

	t->flows = flows;
	t->keep = keep;
	if (keep)
		t->map = mem_alloc(FRAGMENT_ENTRIES, sizeof *t->map);
	t->hash_key = hash_key_make(hash_seed);
	return t;
}

void
fragment_table_destroy(struct fragment_table *t)
{
	if (!t)
		return;
	free(t->extra);
	free(t->map);
	free(t);
}

/* The protocol is part of an IPv4 datagram's name (RFC 791 section 2.3) and not of an IPv6 one's
 * (RFC 8200 section 4.5), whose later fragments don't tell what follows the extensions in the
 * first. A copy that a mirror shows in another VLAN is another datagram. */
static uint64_t
key_of(const struct fragment_table *t, const struct packet *p, uint16_t link)
{
	uint64_t proto = p->ip_version == 4 ? p->proto : 0;
	uint64_t h = hash_16(&t->hash_key, p->src.b,
	                     (uint64_t)p->vlan[0] << 32 | (uint64_t)link << 8 | proto);

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

static struct entry *
entry_add(struct fragment_table *t, uint64_t key, uint32_t flow, uint64_t now)
{
	struct entry *e = entry_make(t, key, now);

	*e = (struct entry){.key = key, .first_ns = now, .flow = flow};
	if (t->keep)
		memset(t->map[e - t->entries], 0, sizeof *t->map);
	return e;
}

/* Every unit up to the end. */
static bool
map_full(const uint64_t *map, uint32_t end)
{
	uint32_t units = (end + UNIT - 1) / UNIT;

	for (uint32_t i = 0; i < units / 64; i++)
		if (~map[i])
			return false;
	return units % 64 == 0 || !(~map[units / 64] & ((1ull << units % 64) - 1));
}

/* The fragment's bytes came; true when they make the datagram whole. */
static bool
note_bytes(struct fragment_table *t, struct entry *e, const struct packet *p)
{
	uint32_t size = p->payload_size + p->payload_offset - p->l4_offset;
	uint32_t end = (uint32_t)p->fragment_offset + size;
	uint64_t *map = t->map[e - t->entries];

	if (end > MAP_WORDS * 64 * UNIT || e->whole)
		return false;
	for (uint32_t unit = p->fragment_offset / UNIT; unit * UNIT < end; unit++)
		map[unit / 64] |= 1ull << unit % 64;
	if (p->flags & PACKET_FRAGMENT_LAST)
		e->end = end;
	return e->whole = e->end && map_full(map, e->end);
}

/* Every fragment is a frame too many, until the datagram is whole: then one of them was it. */
static void
count_extra(struct fragment_table *t, struct entry *e, const struct packet *p)
{
	uint32_t *extra = extra_of(t, e->flow) + e->reverse;

	++*extra;
	if (note_bytes(t, e, p))
		--*extra;
}

/* The datagram's entry: begun by what came before, by a copy of this fragment, or now. */
static struct entry *
entry_of_first(struct fragment_table *t, uint64_t key, uint32_t flow, uint64_t now)
{
	struct entry *e = entry_find(t, key, now);

	if (e && (e->flow == FLOW_AWAITED || (e->flow == flow && !e->whole))) {
		e->flow = flow;
		return e;
	}
	return entry_add(t, key, flow, now);
}

struct fragment_early
fragment_remember(struct fragment_table *t, const struct packet *p, uint16_t link, struct flow *f,
                  bool reverse, uint64_t now_ns)
{
	struct entry *e = entry_of_first(t, key_of(t, p, link), flow_id(t->flows, f), now_ns);
	struct fragment_early early = e->early;

	t->adopted_packets += early.packets;
	t->adopted_bytes += early.bytes;
	e->early = (struct fragment_early){0};
	e->reverse = reverse;
	if (t->keep) {
		extra_of(t, e->flow)[reverse] += early.packets;
		count_extra(t, e, p);
	}
	return early;
}

struct flow *
fragment_find(struct fragment_table *t, const struct packet *p, uint16_t link, uint32_t wire,
              uint64_t now_ns, bool *reverse)
{
	uint64_t key = key_of(t, p, link);
	struct entry *e = entry_find(t, key, now_ns);
	struct flow *f;

	if (!e)
		e = entry_add(t, key, FLOW_AWAITED, now_ns);
	if (e->flow == FLOW_AWAITED) {
		if (e->early.bytes > UINT32_MAX - wire) /* no datagram is: lengths that lie */
			return NULL;
		e->early.packets++;
		e->early.bytes += wire;
		if (t->keep)
			note_bytes(t, e, p);
		return NULL;
	}
	f = flow_at(t->flows, e->flow);
	if (!flow_between(f, p, link, reverse))
		return NULL;
	*reverse = e->reverse;
	if (t->keep)
		count_extra(t, e, p);
	return f;
}

void
fragment_extra(const struct fragment_table *t, const struct flow *f, uint64_t extra[2])
{
	uint32_t id = flow_id(t->flows, f);

	for (int side = 0; side < 2; side++)
		extra[side] = id < t->extra_count ? t->extra[id][side] : 0;
}

void
fragment_adopted(const struct fragment_table *t, uint64_t *packets, uint64_t *bytes)
{
	*packets = t->adopted_packets;
	*bytes = t->adopted_bytes;
}

uint64_t
fragment_evictions(const struct fragment_table *t)
{
	return t->evictions;
}
