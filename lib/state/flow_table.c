/* The table as a whole: made, aged, walked, measured. */
#include <stdlib.h>

#include "base/log.h"
#include "state/flow_private.h"

enum { KEEP_INDEX_START = 4096 };

/* Records of a growing table: address space is reserved once, so that records never move. */
#define KEEP_CAPACITY (1ull << 26)

static void
visit_nothing(void *context, struct flow **flows, uint32_t count, enum flow_event event,
              uint64_t *idle_ns)
{
	(void)context;
	(void)flows;
	(void)event;
	for (uint32_t i = 0; i < count; i++)
		idle_ns[i] = 0;
}

/* As much address space for records as can be had, for a table of unknown size. */
static void
reserve_records(struct flow_table *t)
{
	for (t->stats.capacity = KEEP_CAPACITY; t->stats.capacity > KEEP_INDEX_START;
	     t->stats.capacity /= 2) {
		t->records = mem_map((t->stats.capacity + 1) * sizeof(struct flow), false);
		if (t->records)
			return;
	}
}

struct flow_table *
flow_table_create(const struct flow_params *params)
{
	struct flow_table *t = mem_alloc(1, sizeof *t);
	uint64_t entries = params->keep ? KEEP_INDEX_START : params->capacity;
	bool ok;

	assert(entries > 0 && entries < FLOW_NONE);
	t->keep = params->keep;
	t->visit = params->visit ? params->visit : visit_nothing;
	t->context = params->context;
	t->hash_key = hash_key_make(params->hash_seed);
	t->free_head = FLOW_NONE;
	t->stats.capacity = params->capacity;
	/* one record more than can be used: the one behind the last is prefetched, and nobody's */
	if (t->keep)
		reserve_records(t);
	else
		t->records = mem_map((params->capacity + 1) * sizeof(struct flow), true);
	ok = flow_index_init(&t->index, entries, !t->keep);
	if (t->records && ok) {
		t->nobody = &t->records[t->stats.capacity];
		t->nobody->key[1] = KEY_FREE;
		return t;
	}
	log_error("state", "no memory for a flow table of %llu flows",
	          (unsigned long long)t->stats.capacity);
	flow_table_destroy(t);
	return NULL;
}

void
flow_table_destroy(struct flow_table *t)
{
	if (!t)
		return;
	mem_unmap(t->records, (t->stats.capacity + 1) * sizeof(struct flow));
	flow_index_fini(&t->index);
	free(t);
}

const struct flow_stats *
flow_table_stats(const struct flow_table *t)
{
	struct flow_stats *s = (struct flow_stats *)&t->stats;

	s->away = t->index.away;
	return s;
}

size_t
flow_table_size(const struct flow_table *t)
{
	uint64_t records = t->keep ? t->fresh : t->stats.capacity;

	return records * sizeof(struct flow) + flow_index_size(&t->index) + sizeof *t;
}

uint32_t
flow_id(const struct flow_table *t, const struct flow *f)
{
	return (uint32_t)(f - t->records);
}

struct flow *
flow_at(struct flow_table *t, uint32_t id)
{
	return &t->records[id];
}

/* ---- ageing and walking ---------------------------------------------------------------------- */

static void
age_one(struct flow_table *t, struct flow *f, uint64_t idle, uint64_t now)
{
	if (f->flags & FLOW_ENDED) {
		flow_record_free(t, f);
	} else if (idle && now > f->last_ns && now - f->last_ns > idle) {
		flow_record_unlink(t, f);
		flow_record_free(t, f);
		t->stats.expired++;
	} else if (!(f->flags & FLOW_STRONG) && f->total_packets[0] >= FLOW_PROVEN) {
		flow_record_strengthen(t, f);
	}
}

/* The flows among the records from `first` on, at most `count`; both lines are fetched. */
static uint32_t
records_gather(struct flow_table *t, uint32_t first, uint32_t count, struct flow **flows)
{
	uint32_t found = 0;

	for (uint32_t i = 0; i < count; i++) {
		__builtin_prefetch(&t->records[first + i], 1);
		__builtin_prefetch((char *)&t->records[first + i] + CACHE_LINE, 1);
	}
	for (uint32_t i = 0; i < count; i++)
		if (t->records[first + i].flags & FLOW_USED)
			flows[found++] = &t->records[first + i];
	return found;
}

static void
age_batch(struct flow_table *t, uint64_t now, uint32_t first, uint32_t count)
{
	struct flow *flows[FLOW_VISITED];
	uint64_t idle[FLOW_VISITED];
	uint32_t found = records_gather(t, first, count, flows);

	if (found)
		t->visit(t->context, flows, found, FLOW_PASSED, idle);
	for (uint32_t i = 0; i < found && !t->keep; i++)
		age_one(t, flows[i], idle[i], now);
}

void
flow_table_age(struct flow_table *t, uint64_t now_ns, uint64_t count)
{
	if (count > t->fresh)
		count = t->fresh;
	while (count) {
		uint64_t batch = count < FLOW_VISITED ? count : FLOW_VISITED;

		if (t->hand >= t->fresh)
			t->hand = 0;
		if (batch > t->fresh - t->hand)
			batch = t->fresh - t->hand;
		age_batch(t, now_ns, t->hand, (uint32_t)batch);
		t->hand += (uint32_t)batch;
		count -= batch;
	}
}

uint64_t
flow_table_extent(const struct flow_table *t)
{
	return t->fresh;
}

void
flow_table_visit(struct flow_table *t)
{
	struct flow *flows[FLOW_VISITED];
	uint64_t idle[FLOW_VISITED];

	for (uint32_t id = 0; id < t->fresh; id += FLOW_VISITED) {
		uint32_t left = t->fresh - id;
		uint32_t found =
			records_gather(t, id, left < FLOW_VISITED ? left : FLOW_VISITED, flows);

		if (found)
			t->visit(t->context, flows, found, FLOW_PASSED, idle);
	}
}

void
flow_table_each(struct flow_table *t, bool (*each)(void *context, struct flow *f), void *context)
{
	for (uint32_t id = 0; id < t->fresh; id++)
		if (t->records[id].flags & FLOW_USED && !each(context, &t->records[id]))
			return;
}
