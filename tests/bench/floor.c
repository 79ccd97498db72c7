#include "bench/floor.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "state/flow.h"

enum {
	FLOWS_PER_LINE = 6, /* of the index: ten entries at a load of 0.6 */
	ENDS = 26,          /* where a frame's addresses and ports begin: 12 bytes, and 4 behind */
	GROUP = 8,          /* fetches under way together, and how far ahead: as in state/flow.c */
	DISTANCE = 3 * GROUP,
};

void
floor_open(struct floor *f, uint64_t flows)
{
	*f = (struct floor){
		.lines = flows / FLOWS_PER_LINE + 1, .count = flows, .key = hash_key_make(1)};
	f->index = mem_map(f->lines * CACHE_LINE, true);
	f->records = mem_map(f->count * sizeof(struct flow), true);
	if (f->index && f->records)
		return;
	fprintf(stderr, "pniscope-bench: no memory for %llu records\n", (unsigned long long)flows);
	exit(2);
}

void
floor_close(struct floor *f)
{
	mem_unmap(f->index, f->lines * CACHE_LINE);
	mem_unmap(f->records, f->count * sizeof(struct flow));
}

static uint8_t *
line_of(const struct floor *f, uint64_t hash)
{
	return f->index + ((hash >> 32) * f->lines >> 32) * CACHE_LINE;
}

/* What the line says (always 0) is part of the address, so that the record waits for it. */
static uint8_t *
record_of(const struct floor *f, uint64_t hash)
{
	uint64_t n = ((hash & UINT32_MAX) * f->count >> 32) + *line_of(f, hash);

	return f->records + n * sizeof(struct flow);
}

static uint32_t
group_end(uint32_t count, uint32_t first)
{
	return first + GROUP < count ? first + GROUP : count;
}

static void
step(void *context, struct rig *r, struct burst *b)
{
	const struct floor *f = context;
	uint64_t hash[BURST_MAX];
	uint8_t *record[BURST_MAX];

	(void)r;
	for (uint32_t turn = 0; turn < b->count + 2 * DISTANCE; turn += GROUP) {
		uint32_t index = turn - DISTANCE, last = turn - 2 * DISTANCE;

		for (uint32_t i = turn; i < group_end(b->count, turn); i++) {
			__builtin_prefetch(b->next->data[i]);
			hash[i] = hash_16(&f->key, b->data[i] + ENDS, 0);
			__builtin_prefetch(line_of(f, hash[i]));
		}
		for (uint32_t i = index; i < group_end(b->count, index); i++) {
			record[i] = record_of(f, hash[i]);
			__builtin_prefetch(record[i], 1);
		}
		for (uint32_t i = last; i < group_end(b->count, last); i++)
			++*record[i];
	}
}

double
floor_run(struct floor *f, struct rig *r, double seconds)
{
	return rig_time(r, seconds, step, f);
}
