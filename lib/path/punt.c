#include "path/punt.h"

#include <assert.h>
#include <stdlib.h>

#include <rte_mbuf.h>
#include <rte_ring.h>

#include "base/log.h"
#include "base/mem.h"

enum { RING_CONTROL = PUNT_CONTROL, RING_BULK = PUNT_BULK, RING_BACK, RING_COUNT };

struct punt_rings {
	struct rte_ring *rings[RING_COUNT]; /* of mbufs; each in memory of its own */
};

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
	struct rte_mbuf *mbufs[PUNT_TAKE_MAX];
	unsigned count;

	while ((count = rte_ring_sc_dequeue_burst(r, (void **)mbufs, PUNT_TAKE_MAX, NULL)) > 0)
		rte_pktmbuf_free_bulk(mbufs, count);
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

bool
punt_push(struct punt_rings *p, enum punt_queue queue, struct burst *b, unsigned i)
{
	struct rte_mbuf *m = b->owner[i];
	struct punt *punt;

	if (!m)
		return false;
	assert(m->priv_size >= sizeof *punt);
	punt = rte_mbuf_to_priv(m);
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
	if (rte_ring_sp_enqueue(p->rings[queue], m) != 0)
		return false;
	b->owner[i] = NULL;
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
	void *mbufs[PUNT_TAKE_MAX];
	unsigned count;

	assert(max <= PUNT_TAKE_MAX);
	count = rte_ring_sc_dequeue_burst(p->rings[queue], mbufs, max, NULL);
	for (unsigned i = 0; i < count; i++)
		out[i] = rte_mbuf_to_priv(mbufs[i]);
	return count;
}

void
punt_return(struct punt_rings *p, struct punt **punts, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		struct rte_mbuf *m = (struct rte_mbuf *)punts[i] - 1;
		int failed = rte_ring_sp_enqueue(p->rings[RING_BACK], m);

		assert(failed == 0);
		(void)failed;
	}
}
