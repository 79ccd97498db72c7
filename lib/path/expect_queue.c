#include "path/expect_queue.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

struct expect_queue {
	struct expectation *at; /* [EXPECT_QUEUE_SIZE] */
	/* inspector writes, worker reads */
	_Alignas(CACHE_LINE) _Atomic uint32_t head;
	_Atomic uint64_t dropped;
	/* worker writes, inspector reads */
	_Alignas(CACHE_LINE) _Atomic uint32_t tail;
};

struct expect_queue *
expect_queue_create(void)
{
	struct expect_queue *q = aligned_alloc(CACHE_LINE, sizeof *q);

	if (!q)
		abort();
	memset(q, 0, sizeof *q);
	q->at = mem_alloc(EXPECT_QUEUE_SIZE, sizeof *q->at);
	return q;
}

void
expect_queue_destroy(struct expect_queue *q)
{
	if (!q)
		return;
	free(q->at);
	free(q);
}

bool
expect_queue_push(struct expect_queue *q, const struct expectation *e)
{
	uint32_t head = atomic_load_explicit(&q->head, memory_order_relaxed);

	if (head - atomic_load_explicit(&q->tail, memory_order_acquire) == EXPECT_QUEUE_SIZE) {
		atomic_fetch_add_explicit(&q->dropped, 1, memory_order_relaxed);
		return false;
	}
	q->at[head % EXPECT_QUEUE_SIZE] = *e;
	atomic_store_explicit(&q->head, head + 1, memory_order_release);
	return true;
}

uint64_t
expect_queue_dropped(const struct expect_queue *q)
{
	return atomic_load_explicit(&q->dropped, memory_order_relaxed);
}

const struct expectation *
expect_queue_peek(const struct expect_queue *q)
{
	uint32_t tail = atomic_load_explicit(&q->tail, memory_order_relaxed);

	if (tail == atomic_load_explicit(&q->head, memory_order_acquire))
		return NULL;
	return &q->at[tail % EXPECT_QUEUE_SIZE];
}

void
expect_queue_drop(struct expect_queue *q)
{
	uint32_t tail = atomic_load_explicit(&q->tail, memory_order_relaxed);

	atomic_store_explicit(&q->tail, tail + 1, memory_order_release);
}
