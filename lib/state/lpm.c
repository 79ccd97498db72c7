#include "state/lpm.h"

#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum {
	STRIDE = 6,
	SLOTS = 1 << STRIDE,
	ADDR_BITS = 128,
	V4_START = 96,
};

/* Slot s is a child when its bit in `children` is set; its node is then base_child plus the number
 * of children before it. Otherwise it is a leaf; equal neighbours share one, so a bit in `leaves`
 * marks where a run of leaves begins (runs skip over children). */
struct node {
	uint64_t children;
	uint64_t leaves;
	uint32_t base_child;
	uint32_t base_leaf;
};

struct lpm {
	struct node *nodes;
	uint32_t *values; /* of leaves */
	size_t node_count, node_room;
	size_t value_count, value_room;
};

enum { ROOT_V6, ROOT_V4, ROOT_COUNT };

static inline uint64_t
up_to(unsigned slot) /* bits 0 … slot */
{
	return UINT64_MAX >> (SLOTS - 1 - slot);
}

static inline const struct node *
child_of(const struct lpm *l, const struct node *n, unsigned slot)
{
	return &l->nodes[n->base_child + (unsigned)__builtin_popcountll(n->children & up_to(slot)) -
	                 1];
}

static inline const uint32_t *
leaf_at(const struct lpm *l, const struct node *n, unsigned slot)
{
	return &l->values[n->base_leaf + (unsigned)__builtin_popcountll(n->leaves & up_to(slot)) -
	                  1];
}

static uint32_t
find_v4(const struct lpm *l, uint32_t addr)
{
	const struct node *n = &l->nodes[ROOT_V4];
	uint64_t bits = (uint64_t)addr << 32; /* the next six stand on top */
	unsigned slot = (unsigned)(bits >> (64 - STRIDE));

	while (n->children >> slot & 1) {
		n = child_of(l, n, slot);
		bits <<= STRIDE;
		slot = (unsigned)(bits >> (64 - STRIDE));
	}
	return *leaf_at(l, n, slot);
}

static uint32_t
find_v6(const struct lpm *l, uint64_t high, uint64_t low)
{
	const struct node *n = &l->nodes[ROOT_V6];
	unsigned slot = (unsigned)(high >> (64 - STRIDE));

	while (n->children >> slot & 1) {
		n = child_of(l, n, slot);
		high = high << STRIDE | low >> (64 - STRIDE);
		low <<= STRIDE;
		slot = (unsigned)(high >> (64 - STRIDE));
	}
	return *leaf_at(l, n, slot);
}

uint32_t
lpm_find(const struct lpm *l, const struct addr *a)
{
	if (addr_is_v4(a))
		return find_v4(l, load_be32(a->b + 12));
	return find_v6(l, load_be64(a->b), load_be64(a->b + 8));
}

/* ---- many at once ---------------------------------------------------------------------------- */

enum { BULK = 32 }; /* more would wait for each other */

struct walk {
	const struct node *node;
	uint64_t high, low; /* address, the next six bits on top */
	const uint32_t *leaf;
};

static void
walk_begin(const struct lpm *l, struct walk *w, const struct addr *a)
{
	bool v4 = addr_is_v4(a);

	w->node = &l->nodes[v4 ? ROOT_V4 : ROOT_V6];
	w->high = v4 ? (uint64_t)load_be32(a->b + 12) << 32 : load_be64(a->b);
	w->low = v4 ? 0 : load_be64(a->b + 8);
}

/* One node further; false: at the leaf. */
static inline bool
walk_step(const struct lpm *l, struct walk *w)
{
	unsigned slot = (unsigned)(w->high >> (64 - STRIDE));

	if (w->node->children >> slot & 1) {
		w->node = child_of(l, w->node, slot);
		__builtin_prefetch(w->node);
		w->high = w->high << STRIDE | w->low >> (64 - STRIDE);
		w->low <<= STRIDE;
		return true;
	}
	w->leaf = leaf_at(l, w->node, slot);
	__builtin_prefetch(w->leaf);
	return false;
}

static void
find_some(const struct lpm *l, const struct addr *const *addrs, uint32_t count, uint32_t *values)
{
	struct walk walks[BULK];
	uint8_t on[BULK]; /* walks that have not arrived */
	uint32_t left = count;

	for (uint32_t i = 0; i < count; i++) {
		walk_begin(l, &walks[i], addrs[i]);
		on[i] = (uint8_t)i;
	}
	while (left) {
		uint32_t kept = 0;

		for (uint32_t i = 0; i < left; i++) {
			on[kept] = on[i];
			kept += walk_step(l, &walks[on[i]]);
		}
		left = kept;
	}
	for (uint32_t i = 0; i < count; i++)
		values[i] = *walks[i].leaf;
}

void
lpm_find_bulk(const struct lpm *l, const struct addr *const *addrs, uint32_t count,
              uint32_t *values)
{
	for (uint32_t from = 0; from < count; from += BULK)
		find_some(l, addrs + from, count - from < BULK ? count - from : BULK,
		          values + from);
}

/* ---- building -------------------------------------------------------------------------------- */

struct item {
	uint64_t high, low;
	uint32_t order; /* in the caller's list */
	uint32_t value;
	uint8_t bits;
};

/* By address, then length: a prefix stands right before those inside it. */
static int
item_compare(const void *x, const void *y)
{
	const struct item *a = x, *b = y;

	if (a->high != b->high)
		return a->high < b->high ? -1 : 1;
	if (a->low != b->low)
		return a->low < b->low ? -1 : 1;
	if (a->bits != b->bits)
		return a->bits < b->bits ? -1 : 1;
	return a->order < b->order ? -1 : a->order > b->order;
}

static size_t
nodes_add(struct lpm *l, size_t count)
{
	size_t at = l->node_count;

	l->node_count += count;
	if (l->node_count > l->node_room) {
		l->node_room = l->node_count * 2;
		l->nodes = mem_resize(l->nodes, l->node_room, sizeof *l->nodes);
	}
	memset(&l->nodes[at], 0, count * sizeof *l->nodes);
	return at;
}

static void
value_add(struct lpm *l, uint32_t value)
{
	if (l->value_count == l->value_room) {
		l->value_room = l->value_room * 2 + SLOTS;
		l->values = mem_resize(l->values, l->value_room, sizeof *l->values);
	}
	l->values[l->value_count++] = value;
}

/* The six bits that follow `depth` bits; zeros after the address's end. */
static unsigned
slot_at(uint64_t high, uint64_t low, unsigned depth)
{
	unsigned __int128 a = (unsigned __int128)high << 64 | low;

	return (unsigned)((a << depth) >> (ADDR_BITS - STRIDE));
}

/* What a node's slots hold: the value of the longest prefix that ends in it, and the items that go
 * deeper (a range of the sorted list, since one slot's items stand together). */
struct spread {
	uint32_t value[SLOTS];
	size_t first[SLOTS], last[SLOTS]; /* items [first, last) that go deeper */
	uint64_t children;
};

static void
spread_items(struct spread *s, const struct item *items, size_t first, size_t last, unsigned depth,
             uint32_t inherited)
{
	s->children = 0;
	for (int slot = 0; slot < SLOTS; slot++)
		s->value[slot] = inherited;
	for (size_t i = first; i < last; i++) {
		unsigned slot = slot_at(items[i].high, items[i].low, depth);

		if (items[i].bits > depth + STRIDE) {
			if (!(s->children >> slot & 1))
				s->first[slot] = i;
			s->children |= 1ull << slot;
			s->last[slot] = i + 1;
			continue;
		}
		/* shorter ones came before, so the longest is written last */
		for (unsigned n = 1u << (depth + STRIDE - items[i].bits); n; n--)
			s->value[slot++] = items[i].value;
	}
}

static void
leaves_add(struct lpm *l, struct node *n, const struct spread *s)
{
	bool begun = false;
	uint32_t last = 0;

	n->base_leaf = (uint32_t)l->value_count;
	for (int slot = 0; slot < SLOTS; slot++) {
		if (s->children >> slot & 1 || (begun && s->value[slot] == last))
			continue;
		n->leaves |= 1ull << slot;
		last = s->value[slot];
		begun = true;
		value_add(l, last);
	}
}

static void
node_build(struct lpm *l, size_t at, const struct item *items, size_t first, size_t last,
           unsigned depth, uint32_t inherited)
{
	struct spread s;
	struct node n = {0};
	size_t child;

	spread_items(&s, items, first, last, depth, inherited);
	leaves_add(l, &n, &s);
	n.children = s.children;
	child = nodes_add(l, (size_t)__builtin_popcountll(s.children));
	n.base_child = (uint32_t)child;
	l->nodes[at] = n;
	for (uint64_t m = s.children; m; m &= m - 1) {
		int slot = __builtin_ctzll(m);

		node_build(l, child++, items, s.first[slot], s.last[slot], depth + STRIDE,
		           s.value[slot]);
	}
}

/* Copy the entries of one family in sorted order, equal prefixes reduced to the last one given. */
static size_t
items_take(struct item *items, const struct lpm_entry *entries, size_t count, bool v4)
{
	size_t n = 0, kept = 0;

	for (size_t i = 0; i < count; i++) {
		const struct addr *a = &entries[i].prefix.addr;

		assert(entries[i].value != LPM_NONE);
		if (addr_is_v4(a) != v4)
			continue;
		items[n++] = (struct item){.high = load_be64(a->b),
		                           .low = load_be64(a->b + 8),
		                           .bits = (uint8_t)prefix_bits(&entries[i].prefix),
		                           .value = entries[i].value,
		                           .order = (uint32_t)i};
	}
	if (n)
		qsort(items, n, sizeof *items, item_compare);
	for (size_t i = 0; i < n; i++) {
		const struct item *next = &items[i + 1];

		if (i + 1 < n && next->high == items[i].high && next->low == items[i].low &&
		    next->bits == items[i].bits)
			continue;
		items[kept++] = items[i];
	}
	return kept;
}

static void
family_build(struct lpm *l, struct item *items, const struct lpm_entry *entries, size_t count,
             bool v4)
{
	size_t n = items_take(items, entries, count, v4);
	unsigned depth = v4 ? V4_START : 0;
	uint32_t inherited = LPM_NONE;
	size_t first = 0;

	/* a default route stands first and is what everything inherits */
	if (n && items[0].bits == depth)
		inherited = items[first++].value;
	node_build(l, v4 ? ROOT_V4 : ROOT_V6, items, first, n, depth, inherited);
}

struct lpm *
lpm_create(const struct lpm_entry *entries, size_t count)
{
	struct lpm *l = mem_alloc(1, sizeof *l);
	struct item *items = mem_alloc(count + 1, sizeof *items);

	nodes_add(l, ROOT_COUNT);
	family_build(l, items, entries, count, false);
	family_build(l, items, entries, count, true);
	free(items);
	l->nodes = mem_resize(l->nodes, l->node_count, sizeof *l->nodes);
	l->values = mem_resize(l->values, l->value_count, sizeof *l->values);
	l->node_room = l->node_count;
	l->value_room = l->value_count;
	return l;
}

void
lpm_destroy(struct lpm *l)
{
	if (!l)
		return;
	free(l->nodes);
	free(l->values);
	free(l);
}

size_t
lpm_size(const struct lpm *l)
{
	return sizeof *l + l->node_count * sizeof *l->nodes + l->value_count * sizeof *l->values;
}
