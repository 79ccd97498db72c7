#include "inspect/fact.h"

#include <stdlib.h>

#include "base/mem.h"

void
fact_queue_init(struct fact_queue *q)
{
	*q = (struct fact_queue){.at = mem_alloc(FACT_ROOM, sizeof *q->at)};
}

void
fact_queue_fini(struct fact_queue *q)
{
	free(q->at);
}

struct fact *
fact_add(struct fact_queue *q, const char *name, uint64_t ts_us)
{
	struct fact *f;

	if (q->count == FACT_ROOM) {
		q->lost++;
		return NULL;
	}
	f = &q->at[(q->head + q->count++) % FACT_ROOM];
	*f = (struct fact){
		.ts_us = ts_us, .name = name, .link = FACT_NO_LINK, .side = SIDE_UNKNOWN};
	return f;
}

bool
fact_take(struct fact_queue *q, struct fact *out)
{
	if (!q->count)
		return false;
	*out = q->at[q->head];
	q->head = (q->head + 1) % FACT_ROOM;
	q->count--;
	return true;
}
