/* The life of a record: taken, placed in the index, replaced, freed. */
#include "state/flow_private.h"

static uint64_t
record_hash(const struct flow_table *t, const struct flow *f)
{
	return hash_of(t, f->key, (const uint32_t(*)[3])f->high);
}

/* A record for a new flow, FLOW_NONE when all are taken. The next one is fetched meanwhile. */
static uint32_t
record_take(struct flow_table *t)
{
	uint32_t id = t->free_head;

	if (id != FLOW_NONE) {
		t->free_head = t->records[id].meter;
		if (t->free_head != FLOW_NONE)
			__builtin_prefetch(&t->records[t->free_head], 1);
	} else if (t->fresh < t->stats.capacity) {
		id = t->fresh++;
		__builtin_prefetch(&t->records[t->fresh], 1);
		__builtin_prefetch((char *)&t->records[t->fresh] + CACHE_LINE, 1);
	}
	return id;
}

void
flow_record_visit(struct flow_table *t, struct flow *f, enum flow_event event)
{
	uint64_t idle;

	t->visit(t->context, &f, 1, event, &idle);
}

void
flow_record_free(struct flow_table *t, struct flow *f)
{
	flow_record_visit(t, f, FLOW_LEAVES);
	f->flags = 0;
	f->key[1] = KEY_FREE;
	f->meter = t->free_head;
	t->free_head = flow_id(t, f);
	t->stats.used--;
}

void
flow_record_unlink(struct flow_table *t, struct flow *f)
{
	flow_index_remove(&t->index, record_hash(t, f), flow_id(t, f));
	t->indexed--;
}

uint16_t
flow_record_base_seq(const struct packet *p)
{
	uint32_t seq = p->tcp_flags & TCP_SYN ? p->tcp_seq : p->tcp_seq - 1;

	return (uint16_t)(seq * 0x9e3779b1u >> 16);
}

void
flow_record_strengthen(struct flow_table *t, struct flow *f)
{
	f->flags |= FLOW_STRONG;
	flow_index_strengthen(&t->index, record_hash(t, f), flow_id(t, f));
}

static void
record_fill(struct flow_table *t, struct flow *f, const struct query *q, const struct packet *p,
            uint64_t now)
{
	memset(f, 0, sizeof *f);
	f->key[0] = q->key[0];
	f->key[1] = q->key[1];
	high_parts(q, p, f->high);
	f->flags = FLOW_USED | (q->src_low ? FLOW_LOW_FIRST : 0);
	f->first_ns = f->last_ns = now;
	f->base_seq[0] = flow_record_base_seq(p);
	t->stats.used++;
	t->stats.created++;
}

/* In a full table one weak flow of the new flow's bucket leaves: its record and its entry are the
 * new flow's from now on. FLOW_NONE: there is none. */
static uint32_t
record_replace(struct flow_table *t, uint64_t hash)
{
	unsigned slot;
	uint32_t id = flow_index_candidate(&t->index, hash, &slot);
	struct flow *f;

	if (id == FLOW_NONE)
		return FLOW_NONE;
	f = &t->records[id];
	if (f->turn == t->turn) /* this burst refers to it */
		return FLOW_NONE;
	flow_index_replace(&t->index, hash, slot, record_hash(t, f));
	flow_record_visit(t, f, FLOW_LEAVES);
	t->stats.used--;
	t->stats.evicted++;
	return id;
}

bool
flow_record_grow(struct flow_table *t)
{
	struct flow_index bigger;
	bool placed = true;

	if (!flow_index_init(&bigger, t->index.count * 12, false))
		return false;
	for (uint32_t id = 0; id < t->fresh && placed; id++) {
		const struct flow *f = &t->records[id];

		if ((f->flags & (FLOW_USED | FLOW_ENDED)) == FLOW_USED)
			placed = flow_index_add(&bigger, record_hash(t, f), id);
	}
	flow_index_fini(placed ? &t->index : &bigger);
	if (placed)
		t->index = bigger;
	return placed;
}

/* An entry of the index for a record. */
static bool
index_place(struct flow_table *t, uint64_t hash, uint32_t id)
{
	bool placed = flow_index_add(&t->index, hash, id);

	if (!placed && t->keep && flow_record_grow(t))
		placed = flow_index_add(&t->index, hash, id);
	t->indexed += placed;
	return placed;
}

/* A record that nobody has, in the index; FLOW_NONE: no place for one or the other. */
static uint32_t
record_new(struct flow_table *t, uint64_t hash)
{
	uint32_t id = record_take(t);

	if (id == FLOW_NONE || index_place(t, hash, id))
		return id;
	t->records[id].meter = t->free_head;
	t->free_head = id;
	return FLOW_NONE;
}

struct flow *
flow_record_add(struct flow_table *t, const struct query *q, const struct packet *p,
                uint64_t now_ns)
{
	uint32_t id = record_new(t, q->hash);

	if (id == FLOW_NONE && !t->keep)
		id = record_replace(t, q->hash);
	if (id == FLOW_NONE) {
		t->stats.refused++;
		return NULL;
	}
	record_fill(t, &t->records[id], q, p, now_ns);
	return &t->records[id];
}
