#include "inspect/stream.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

struct stream_segment {
	struct stream_segment *following;
	uint32_t seq, size, full;
	uint8_t bytes[];
};

/* Sequence numbers wrap (RFC 9293 section 3.4). */
static int32_t
distance(uint32_t from, uint32_t to)
{
	return (int32_t)(to - from);
}

static void
free_waiting(struct stream *s)
{
	while (s->waiting) {
		struct stream_segment *segment = s->waiting;

		s->waiting = segment->following;
		budget_give(&s->pool->budget, sizeof *segment + segment->size);
		free(segment);
	}
	s->waiting_count = s->waiting_bytes = 0;
}

static void
free_bytes(struct stream *s)
{
	if (s->capacity)
		budget_give(&s->pool->budget, s->capacity);
	free(s->bytes);
	s->bytes = NULL;
	s->start = s->size = s->capacity = 0;
}

void
stream_fini(struct stream *s)
{
	free_waiting(s);
	free_bytes(s);
	*s = (struct stream){0};
}

void
stream_close(struct stream *s)
{
	free_waiting(s);
	free_bytes(s);
	s->closed = true;
}

struct cursor
stream_unread(const struct stream *s)
{
	return s->bytes ? cursor_over(s->bytes + s->start, s->size - s->start) : cursor_none();
}

uint32_t
stream_unread_size(const struct stream *s)
{
	return s->size - s->start;
}

void
stream_take(struct stream *s, size_t size)
{
	s->start += (uint32_t)size;
	if (s->start == s->size)
		free_bytes(s);
}

static void
drop_unread(struct stream *s)
{
	s->start = s->size = 0;
	s->gap = true;
	s->cut = false;
}

static bool
grow(struct stream *s, uint32_t capacity)
{
	if (!budget_take(&s->pool->budget, capacity - s->capacity))
		return false;
	s->capacity = capacity;
	s->bytes = mem_resize(s->bytes, s->capacity, 1);
	return true;
}

/* Room behind the unread bytes, which move to the front first. */
static bool
make_room(struct stream *s, uint32_t size)
{
	uint32_t unread = s->size - s->start;

	if (unread + size > STREAM_BUFFER_MAX)
		return false;
	if (s->start) {
		memmove(s->bytes, s->bytes + s->start, unread);
		s->start = 0;
		s->size = unread;
	}
	return unread + size <= s->capacity || grow(s, unread + size + (unread + size) / 2);
}

/* In order: `size` bytes that are here of `full` that were sent. */
static void
append(struct stream *s, const uint8_t *data, uint32_t size, uint32_t full)
{
	if (s->cut)
		drop_unread(s);
	s->next += full;
	if (size && !make_room(s, size)) {
		drop_unread(s);
		s->pool->full++;
		if (!make_room(s, size))
			return;
	}
	if (size)
		memcpy(s->bytes + s->size, data, size);
	s->size += size;
	s->pool->bytes += size;
}

static void
wait_turn(struct stream *s, uint32_t seq, const uint8_t *data, uint32_t size, uint32_t full)
{
	struct stream_segment **at = &s->waiting;
	struct stream_segment *segment;

	while (*at && distance((*at)->seq, seq) > 0)
		at = &(*at)->following;
	if (*at && (*at)->seq == seq && (*at)->full >= full) {
		s->pool->repeated++;
		return;
	}
	if (!budget_take(&s->pool->budget, sizeof *segment + size)) {
		s->pool->full++;
		return;
	}
	segment = mem_alloc(1, sizeof *segment + size);
	*segment =
		(struct stream_segment){.following = *at, .seq = seq, .size = size, .full = full};
	memcpy(segment->bytes, data, size);
	*at = segment;
	s->waiting_count++;
	s->waiting_bytes += size;
	s->pool->ahead++;
}

/* From here on, cutting what was there before. */
static void
accept(struct stream *s, uint32_t seq, const uint8_t *data, uint32_t size, uint32_t full)
{
	uint32_t old = s->next - seq;

	if (old >= full) {
		s->pool->repeated += full > 0;
		return;
	}
	if (old >= size)
		append(s, data, 0, full - old);
	else
		append(s, data + old, size - old, full - old);
	if (size < full) {
		s->cut = true;
		s->pool->gaps++;
	}
}

/* Those whose turn has come. */
static void
drain_waiting(struct stream *s)
{
	while (s->waiting && distance(s->next, s->waiting->seq) <= 0) {
		struct stream_segment *segment = s->waiting;

		s->waiting = segment->following;
		s->waiting_count--;
		s->waiting_bytes -= segment->size;
		budget_give(&s->pool->budget, sizeof *segment + segment->size);
		accept(s, segment->seq, segment->bytes, segment->size, segment->full);
		free(segment);
	}
}

bool
stream_skip_gap(struct stream *s)
{
	if (!s->waiting)
		return false;
	drop_unread(s);
	s->pool->gaps++;
	s->next = s->waiting->seq;
	drain_waiting(s);
	return true;
}

static void
begin(struct stream *s, uint32_t seq, bool syn)
{
	s->begun = true;
	s->initial = seq;
	s->next = seq + syn;
}

/* Beyond any window: the stream went on unseen. */
static void
jump(struct stream *s, uint32_t seq)
{
	free_waiting(s);
	drop_unread(s);
	s->next = seq;
	s->pool->gaps++;
}

bool
stream_is_acked(const struct stream *s, uint32_t ack)
{
	return s->waiting && distance(s->waiting->seq, ack) > 0;
}

bool
stream_is_other(const struct stream *s, uint32_t seq)
{
	return s->begun && s->initial != seq && s->initial != seq + 1;
}

bool
stream_is_elsewhere(const struct stream *s, uint32_t seq)
{
	int32_t ahead = distance(s->next, seq);

	return s->begun && (ahead > 0 || ahead < -STREAM_BUFFER_MAX);
}

/* Some generators send bytes with the SYN and forget that it takes a number itself: what follows
 * then seems to begin with the last byte again. */
static void
note_syn(struct stream *s, uint32_t seq, bool syn, uint32_t size)
{
	if (s->syn_data && !syn && seq + 1 == s->next)
		s->next = seq;
	s->syn_data = syn && size > 1;
}

bool
stream_push(struct stream *s, uint32_t seq, bool syn, const uint8_t *data, uint32_t size,
            uint32_t full, struct stream_pool *pool)
{
	uint64_t before = pool->bytes;

	s->pool = pool;
	pool->segments++;
	if (!s->begun)
		begin(s, seq, syn);
	seq += syn;
	note_syn(s, seq, syn, size);
	if (s->closed || !full)
		return false;
	if (distance(s->next, seq) > STREAM_WINDOW || distance(s->next, seq) < -STREAM_WINDOW)
		jump(s, seq);
	if (distance(s->next, seq) > 0) {
		wait_turn(s, seq, data, size, full);
		if (s->waiting_count <= STREAM_WAITING_MAX &&
		    s->waiting_bytes <= STREAM_WAITING_BYTES_MAX)
			return false;
		return stream_skip_gap(s);
	}
	accept(s, seq, data, size, full);
	drain_waiting(s);
	return pool->bytes != before;
}
