#include "state/rtp_pool.h"

#include <stdlib.h>

#include "base/log.h"

enum { KEEP_LEAST = 4096 };

struct rtp_pool *
rtp_pool_create(uint32_t capacity, bool keep)
{
	struct rtp_pool *t = mem_alloc(1, sizeof *t);

	t->stats.capacity = capacity;
	t->fresh = 1;
	t->streams = mem_map(rtp_pool_size(t), !keep);
	while (keep && !t->streams && t->stats.capacity / 2 >= KEEP_LEAST) {
		t->stats.capacity /= 2;
		t->streams = mem_map(rtp_pool_size(t), false);
	}
	if (t->streams)
		return t;
	log_error("state", "no memory for %u RTP streams", capacity);
	free(t);
	return NULL;
}

void
rtp_pool_destroy(struct rtp_pool *t)
{
	if (!t)
		return;
	mem_unmap(t->streams, rtp_pool_size(t));
	free(t);
}

size_t
rtp_pool_size(const struct rtp_pool *t)
{
	return (t->stats.capacity + 1) * sizeof *t->streams;
}

const struct rtp_pool_stats *
rtp_pool_stats(const struct rtp_pool *t)
{
	return &t->stats;
}

struct rtp_stream *
rtp_pool_find(const struct rtp_pool *t, uint32_t head, uint32_t ssrc, unsigned reverse)
{
	for (uint32_t at = head; at; at = t->streams[at].next) {
		struct rtp_stream *s = &t->streams[at];

		if (rtp_pool_is(s, ssrc, reverse))
			return s;
	}
	return NULL;
}

/* Whether the flow has as many as it may; `*found`: one of them is found. */
static bool
is_full(const struct rtp_pool *t, uint32_t head, bool *found)
{
	unsigned count = 0;

	*found = false;
	for (uint32_t at = head; at; at = t->streams[at].next, count++)
		*found |= rtp_is_found(&t->streams[at]);
	return count >= (*found ? RTP_FLOW_STREAMS : RTP_FLOW_CANDIDATES);
}

static void
fetch(struct rtp_stream *s)
{
	for (unsigned line = 0; line < sizeof *s / CACHE_LINE; line++)
		__builtin_prefetch((char *)s + line * CACHE_LINE, 1);
}

/* The next one to be taken is fetched meanwhile. */
static uint32_t
take(struct rtp_pool *t)
{
	uint32_t at = t->free_head;

	if (at)
		t->free_head = t->streams[at].next;
	else if (t->fresh <= t->stats.capacity)
		at = t->fresh++;
	t->stats.used += at != 0;
	if (t->free_head || t->fresh <= t->stats.capacity)
		fetch(&t->streams[t->free_head ? t->free_head : t->fresh]);
	return at;
}

struct rtp_stream *
rtp_pool_add(struct rtp_pool *t, uint32_t *head, const struct rtp_packet *p, unsigned reverse)
{
	bool found;
	uint32_t at = is_full(t, *head, &found) ? RTP_NO_STREAM : take(t);

	if (!at) {
		t->stats.refused++;
		return NULL;
	}
	rtp_begin(&t->streams[at], p,
	          (uint8_t)((reverse ? RTP_REVERSE : 0) | (found ? RTP_AMONG : 0)));
	t->streams[at].next = *head;
	*head = at;
	return &t->streams[at];
}

void
rtp_pool_release(struct rtp_pool *t, uint32_t *head)
{
	while (*head) {
		struct rtp_stream *s = &t->streams[*head];
		uint32_t at = *head;

		*head = s->next;
		s->next = t->free_head;
		t->free_head = at;
		t->stats.used--;
	}
}
