#include "path/punt.h"

#include <assert.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include <rte_mbuf.h>
#include <rte_ring.h>

#include "base/log.h"
#include "base/mem.h"

enum { RING_CONTROL = PUNT_CONTROL, RING_BULK = PUNT_BULK, RING_BACK, RING_COUNT };

struct punt_rings {
	struct rte_ring *rings[RING_COUNT];   /* of entries; each in memory of its own */
	_Atomic uint32_t returned[RING_BACK]; /* of each queue; the inspector counts */
};

/* An entry is a mbuf with its punt in the private area, or, marked by the lowest bit of the
 * pointer, a punt in memory of its own with the frame behind it. */
#define COPY_MARK ((uintptr_t)1)

static struct punt *
entry_punt(void *entry)
{
	uintptr_t at = (uintptr_t)entry;

	return at & COPY_MARK ? (struct punt *)(at & ~COPY_MARK) : rte_mbuf_to_priv(entry);
}

static void *
punt_entry(struct punt *punt)
{
	if (punt->copied)
		return (void *)((uintptr_t)punt | COPY_MARK);
	return (struct rte_mbuf *)punt - 1;
}

static const unsigned ring_sizes[RING_COUNT] = {
	[RING_CONTROL] = PUNT_CONTROL_SIZE,
	[RING_BULK] = PUNT_BULK_SIZE,
	[RING_BACK] = PUNT_BACK_SIZE,
};
static_assert(PUNT_BACK_SIZE > PUNT_CONTROL_SIZE + PUNT_BULK_SIZE + PUNT_TAKE_MAX,
              "what the inspector gives back always finds room");

/* In our own memory, so that nothing here needs DPDK's environment. */
static struct rte_ring *
ring_create(unsigned size)
{
	size_t bytes = (size_t)rte_ring_get_memsize(size);
	struct rte_ring *r = aligned_alloc(RTE_CACHE_LINE_SIZE, RTE_ALIGN(bytes, CACHE_LINE));

	if (r && rte_ring_init(r, "punt", size, RING_F_SP_ENQ | RING_F_SC_DEQ) == 0)
		return r;
	free(r);
	return NULL;
}

struct punt_rings *
punt_create(void)
{
	struct punt_rings *p = mem_alloc(1, sizeof *p);

	for (unsigned i = 0; i < RING_COUNT; i++) {
		p->rings[i] = ring_create(ring_sizes[i]);
		if (!p->rings[i]) {
			log_error("path", "no memory for punt rings");
			punt_destroy(p);
			return NULL;
		}
	}
	return p;
}

static void
free_all(struct rte_ring *r)
{
	void *entries[PUNT_TAKE_MAX];
	struct rte_mbuf *mbufs[PUNT_TAKE_MAX];
	unsigned count, mbuf_count;

	while ((count = rte_ring_sc_dequeue_burst(r, entries, PUNT_TAKE_MAX, NULL)) > 0) {
		mbuf_count = 0;
		for (unsigned i = 0; i < count; i++)
			if ((uintptr_t)entries[i] & COPY_MARK)
				free(entry_punt(entries[i]));
			else
				mbufs[mbuf_count++] = entries[i];
		rte_pktmbuf_free_bulk(mbufs, mbuf_count);
	}
}

void
punt_destroy(struct punt_rings *p)
{
	if (!p)
		return;
	for (unsigned i = 0; i < RING_COUNT; i++)
		if (p->rings[i]) {
			free_all(p->rings[i]);
			free(p->rings[i]);
		}
	free(p);
}

void
punt_fill(struct punt *punt, enum punt_queue queue, const struct burst *b, unsigned i)
{
	*punt = (struct punt){
		.data = b->data[i],
		.time_ns = b->time_ns[i],
		.captured = b->captured[i],
		.wire = b->wire[i],
		.port = b->port,
		.lane = b->lane[i],
		.link_layer = b->link_layer[i],
		.queue = (uint8_t)queue,
		.class = b->class[i],
		.packet = b->packet[i],
	};
}

bool
punt_push(struct punt_rings *p, enum punt_queue queue, struct burst *b, unsigned i)
{
	struct rte_mbuf *m = b->owner[i];
	struct punt *punt;

	if (!m)
		return false;
	assert(m->priv_size >= sizeof *punt);
	punt = rte_mbuf_to_priv(m);
	punt_fill(punt, queue, b, i);
	if (rte_ring_sp_enqueue(p->rings[queue], m) != 0)
		return false;
	b->owner[i] = NULL;
	return true;
}

bool
punt_push_copy(struct punt_rings *p, enum punt_queue queue, const struct burst *b, unsigned i)
{
	struct punt *punt;
	uint8_t *frame;

	if (rte_ring_full(p->rings[queue]))
		return false;
	punt = malloc(sizeof *punt + b->captured[i]);
	if (!punt)
		return false;
	frame = (uint8_t *)(punt + 1);
	memcpy(frame, b->data[i], b->captured[i]);
	punt_fill(punt, queue, b, i);
	punt->data = frame;
	punt->copied = true;
	rte_ring_sp_enqueue(p->rings[queue], punt_entry(punt));
	return true;
}

void
punt_free_returned(struct punt_rings *p)
{
	free_all(p->rings[RING_BACK]);
}

unsigned
punt_take(struct punt_rings *p, enum punt_queue queue, struct punt **out, unsigned max)
{
	void *entries[PUNT_TAKE_MAX];
	unsigned count;

	assert(max <= PUNT_TAKE_MAX);
	count = rte_ring_sc_dequeue_burst(p->rings[queue], entries, max, NULL);
	for (unsigned i = 0; i < count; i++)
		out[i] = entry_punt(entries[i]);
	return count;
}

void
punt_return(struct punt_rings *p, struct punt **punts, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		unsigned queue = punts[i]->queue;
		int failed = rte_ring_sp_enqueue(p->rings[RING_BACK], punt_entry(punts[i]));

		assert(failed == 0);
		(void)failed;
		atomic_fetch_add_explicit(&p->returned[queue], 1, memory_order_release);
	}
}

uint32_t
punt_mark(const struct punt_rings *p, enum punt_queue queue)
{
	return __atomic_load_n(&p->rings[queue]->prod.tail, __ATOMIC_ACQUIRE);
}

bool
punt_passed(const struct punt_rings *p, enum punt_queue queue, uint32_t mark)
{
	uint32_t returned = atomic_load_explicit(&p->returned[queue], memory_order_acquire);

	return (int32_t)(returned - mark) >= 0;
}
