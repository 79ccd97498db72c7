/*
 * Traces of pre-loaded frames in real mbufs, in random order of flows: the memory pattern of a port
 * whose buffers have long left the caches. Mbufs are packed (384 bytes each), so that ten million
 * fit; the lines touched are the same as with larger ones.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <rte_mbuf.h>
#include <rte_mempool.h>

#include "base/bytes.h"
#include "base/mem.h"
#include "bench/bench.h"
#include "path/capture.h"
#include "support/frames.h"

enum { DATA_ROOM = 256, FRAME_ROOM = DATA_ROOM - RTE_PKTMBUF_HEADROOM };

struct trace_pool {
	struct rte_mempool *mempool;
	struct rte_mbuf **mbufs;
	size_t count;
	void *memory;
	size_t memory_size;
};

static size_t
pool_memory(struct rte_mempool *m, size_t count)
{
	return (count + 1) * (m->header_size + m->elt_size + m->trailer_size) + (4 << 20);
}

struct trace_pool *
trace_pool_create(size_t count)
{
	struct trace_pool *p = mem_alloc(1, sizeof *p);
	struct rte_pktmbuf_pool_private private = {.mbuf_data_room_size = DATA_ROOM};

	bench_eal();
	p->count = count;
	p->mempool = rte_mempool_create_empty(
		"trace", (unsigned)count, sizeof(struct rte_mbuf) + DATA_ROOM, 0, sizeof private,
		SOCKET_ID_ANY, RTE_MEMPOOL_F_NO_IOVA_CONTIG);
	if (!p->mempool) {
		fprintf(stderr, "pniscope-bench: no pool of %zu mbufs\n", count);
		exit(2);
	}
	rte_pktmbuf_pool_init(p->mempool, &private);
	/* huge pages where the kernel gives them, as a probe's pool has */
	p->memory_size = pool_memory(p->mempool, count);
	p->memory = mem_map(p->memory_size, true);
	if (!p->memory ||
	    rte_mempool_populate_virt(p->mempool, p->memory, p->memory_size, (size_t)getpagesize(),
	                              NULL, NULL) < (int)count) {
		fprintf(stderr, "pniscope-bench: no memory for %zu mbufs\n", count);
		exit(2);
	}
	rte_mempool_obj_iter(p->mempool, rte_pktmbuf_init, NULL);
	p->mbufs = mem_alloc(count, sizeof *p->mbufs);
	for (size_t i = 0; i < count; i++)
		p->mbufs[i] = rte_pktmbuf_alloc(p->mempool);
	return p;
}

void
trace_pool_destroy(struct trace_pool *p)
{
	if (!p)
		return;
	rte_pktmbuf_free_bulk(p->mbufs, (unsigned)p->count);
	rte_mempool_free(p->mempool);
	mem_unmap(p->memory, p->memory_size);
	free(p->mbufs);
	free(p);
}

/* ---- random ---------------------------------------------------------------------------------- */

static uint64_t random_state = 88172645463325252ull;

static uint64_t
random_next(void)
{
	/* xorshift64, Marsaglia 2003 */
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	return random_state ^= random_state << 17;
}

static void
shuffle(struct rte_mbuf **order, size_t count)
{
	for (size_t i = count - 1; i > 0; i--) {
		size_t j = random_next() % (i + 1);
		struct rte_mbuf *kept = order[i];

		order[i] = order[j];
		order[j] = kept;
	}
}

/* ---- frames ---------------------------------------------------------------------------------- */

enum { PEERS = 1 << 14, CLOUDS = 1 << 10, TCP_SHARE = 45, RTP_SHARE = 45 };

static struct addr
host(uint32_t base, uint32_t n)
{
	uint8_t four[4];

	store_be32(four, base + n);
	return addr_v4(four);
}

/* Flow n: peers in 203.0.0.0/18, clouds in 52.112.0.0/22; the ports make it unique. */
static void
flow_spec(struct frame_spec *s, size_t n, enum trace_frame frame, bool back)
{
	static const uint8_t rtp[18] = {0x80, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4}, plain[18];
	unsigned kind = frame == TRACE_MIX ? n % 100 : 99;
	uint64_t scattered = n * 0x9e3779b97f4a7c15ull;
	uint16_t cloud_port = 40000;

	*s = (struct frame_spec){
		.proto = 17, .pad_to = 60, .payload = plain, .payload_size = sizeof plain};
	s->src = host(0xcb000000, scattered >> 40 & (PEERS - 1));
	s->dst = host(0x34700000, scattered >> 20 & (CLOUDS - 1));
	s->sport = (uint16_t)(1024 + n % 60000);
	if (kind < TCP_SHARE) {
		s->proto = 6;
		s->payload_size = 0; /* acknowledgements */
		s->tcp_flags = 0x10;
		cloud_port = 443;
	} else if (kind < TCP_SHARE + RTP_SHARE) {
		s->payload = rtp;
		cloud_port = 50000;
	}
	/* keeps flows of one source port apart whatever the addresses */
	s->dport = (uint16_t)(cloud_port + n / 60000);
	if (back) {
		struct frame_spec forth = *s;

		s->src = forth.dst;
		s->dst = forth.src;
		s->sport = forth.dport;
		s->dport = forth.sport;
	}
}

/* Where the RTP header of a frame lies; NULL: it has none. */
static uint8_t *
rtp_of(struct rte_mbuf *m)
{
	uint8_t *at = rte_pktmbuf_mtod(m, uint8_t *);

	return at[23] == 17 && at[42] == 0x80 ? at + 42 : NULL;
}

static void
rtp_move(uint8_t *rtp, uint32_t by)
{
	store_be16(rtp + 2, (uint16_t)(load_be16(rtp + 2) + by));
	store_be32(rtp + 4, load_be32(rtp + 4) + 160 * by);
}

/* Streams go on in the order of the trace, each direction of a flow its own; the flow and direction
 * of a frame stand in its hash. */
static void
number_streams(struct trace *t)
{
	uint16_t *numbers = mem_alloc(t->flows * 2, sizeof *numbers);

	t->strides = mem_alloc(t->count, sizeof *t->strides);
	for (size_t i = 0; i < t->count; i++) {
		uint8_t *rtp = rtp_of(t->order[i]);

		if (rtp)
			rtp_move(rtp, numbers[t->order[i]->hash.rss]++);
	}
	for (size_t i = 0; i < t->count; i++)
		t->strides[i] = rtp_of(t->order[i]) ? numbers[t->order[i]->hash.rss] : 0;
	free(numbers);
}

void
trace_advance(struct trace *t)
{
	for (size_t i = 0; t->strides && i < t->count; i++)
		if (t->strides[i])
			rtp_move(rtp_of(t->order[i]), t->strides[i]);
}

void
trace_fini(struct trace *t)
{
	free(t->order);
	free(t->strides);
}

static void
trace_put(struct trace_pool *p, struct trace *t, size_t i, const struct frame_spec *spec)
{
	struct rte_mbuf *m = p->mbufs[i];
	uint8_t bytes[FRAME_MAX];
	size_t size = frame_make(bytes, spec);

	memcpy(rte_pktmbuf_mtod(m, void *), bytes, size);
	m->data_len = (uint16_t)size;
	m->pkt_len = (uint32_t)size;
	t->order[i] = m;
}

/* Flow n of a flood: scattered like a hash, never twice the same (an odd factor permutes). */
static void
flood_spec(struct frame_spec *s, uint64_t n, bool syn)
{
	static const uint8_t plain[18];
	uint64_t scattered = n * 0x9e3779b97f4a7c15ull;

	*s = (struct frame_spec){.proto = syn ? 6 : 17,
	                         .pad_to = 60,
	                         .payload = plain,
	                         .payload_size = syn ? 0 : sizeof plain,
	                         .tcp_flags = 0x02};
	s->src = host(0, (uint32_t)(scattered >> 32) | 0x40000000); /* neither peer nor cloud */
	s->sport = (uint16_t)scattered;
	s->dst = host(0x34700000, syn ? 1 : (uint32_t)(scattered >> 16) & (CLOUDS - 1));
	s->dport = syn ? 443 : (uint16_t)n;
}

void
trace_make_flood(struct trace_pool *p, struct trace *t, size_t count, size_t calls, bool syn)
{
	*t = (struct trace){
		.order = mem_alloc(count, sizeof *t->order), .count = count, .flows = calls};
	for (size_t i = 0; i < count; i++) {
		size_t call = i / CALL_EVERY % calls;
		bool is_call = i % CALL_EVERY == 0, back = random_next() & 1;
		struct frame_spec spec;

		if (is_call)
			flow_spec(&spec, call / RTP_SHARE * 100 + TCP_SHARE + call % RTP_SHARE,
			          TRACE_MIX, back);
		else
			flood_spec(&spec, i, syn);
		p->mbufs[i]->hash.rss = is_call ? (uint32_t)(call * 2 + back) : 0;
		trace_put(p, t, i, &spec);
	}
	shuffle(t->order, count);
	number_streams(t);
}

void
trace_calls(struct trace *calls, const struct trace *t)
{
	*calls = (struct trace){.order = mem_alloc(t->count, sizeof *calls->order),
	                        .flows = t->flows};
	for (size_t i = 0; i < t->count; i++)
		if (rtp_of(t->order[i]))
			calls->order[calls->count++] = t->order[i];
}

void
trace_make(struct trace_pool *p, struct trace *t, size_t count, size_t flows,
           enum trace_frame frame)
{
	*t = (struct trace){
		.order = mem_alloc(count, sizeof *t->order), .count = count, .flows = flows};
	for (size_t i = 0; i < count; i++) {
		bool back = frame == TRACE_MIX && random_next() & 1;
		struct frame_spec spec;

		flow_spec(&spec, i % flows, frame, back);
		p->mbufs[i]->hash.rss = (uint32_t)(i % flows * 2 + back);
		trace_put(p, t, i, &spec);
	}
	shuffle(t->order, count);
	if (frame == TRACE_MIX)
		number_streams(t);
}

/* Frames are cut to the mbuf's room; their wire length is kept in pkt_len. */
bool
trace_load(struct trace_pool *p, struct trace *t, size_t count, const char *file)
{
	static struct burst b;
	struct capture *capture;
	char *error = NULL;
	size_t loaded = 0;

	*t = (struct trace){.order = mem_alloc(count, sizeof *t->order)};
	if (capture_open(&file, NULL, 1, &capture, &error) != 0) {
		fprintf(stderr, "pniscope-bench: %s\n", error);
		free(error);
		return false;
	}
	for (capture_read(capture, &b); b.count && loaded < count; capture_read(capture, &b)) {
		for (uint32_t i = 0; i < b.count && loaded < count; i++) {
			struct rte_mbuf *m = p->mbufs[loaded];
			uint32_t size = b.captured[i] < FRAME_ROOM ? b.captured[i] : FRAME_ROOM;

			if (b.link_layer[i] != LINK_ETHERNET)
				continue;
			memcpy(rte_pktmbuf_mtod(m, void *), b.data[i], size);
			m->data_len = (uint16_t)size;
			m->pkt_len = b.wire[i];
			t->order[loaded++] = m;
		}
	}
	capture_close(capture);
	t->count = loaded;
	if (loaded == 0)
		fprintf(stderr, "pniscope-bench: %s has no Ethernet frame\n", file);
	return loaded > 0;
}
