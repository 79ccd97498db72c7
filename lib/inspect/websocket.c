#include "inspect/websocket.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "proto/websocket.h"

void
websocket_init(struct websocket *w, struct budget *budget)
{
	*w = (struct websocket){.budget = budget};
}

static void
clear(struct websocket *w, struct websocket_side *s)
{
	budget_give(w->budget, s->capacity);
	free(s->message);
	*s = (struct websocket_side){0};
}

void
websocket_lose(struct websocket *w, unsigned side)
{
	clear(w, &w->side[side]);
}

void
websocket_fini(struct websocket *w)
{
	clear(w, &w->side[0]);
	clear(w, &w->side[1]);
}

static bool
grow(struct websocket *w, struct websocket_side *s, uint32_t size)
{
	if (size > WEBSOCKET_MESSAGE_MAX)
		return false;
	if (size <= s->capacity)
		return true;
	if (!budget_take(w->budget, size - s->capacity))
		return false;
	s->message = mem_resize(s->message, size, 1);
	s->capacity = size;
	return true;
}

/* Section 5.3. */
static void
join(struct websocket *w, struct websocket_side *s, const struct websocket_frame *f)
{
	const uint8_t *from = f->payload.at;
	uint32_t size = (uint32_t)f->size;

	s->skipped = s->skipped || f->compressed || !grow(w, s, s->size + size);
	if (s->skipped)
		return;
	for (uint32_t i = 0; i < size; i++)
		s->message[s->size + i] = from[i] ^ f->key[i % sizeof f->key];
	s->size += size;
}

size_t
websocket_read(struct websocket *w, unsigned side, struct cursor bytes, websocket_take_fn *take,
               void *context)
{
	struct websocket_side *s = &w->side[side];
	const uint8_t *start = bytes.at;
	struct websocket_frame frame;
	enum reason reason;

	while ((reason = websocket_decode(&bytes, &frame)) == REASON_OK) {
		if (frame.opcode >= WEBSOCKET_CLOSE)
			continue;
		if (frame.opcode != WEBSOCKET_CONTINUATION)
			clear(w, s);
		join(w, s, &frame);
		if (!frame.last)
			continue;
		if (s->size && !s->skipped)
			take(context, cursor_over(s->message, s->size));
		clear(w, s);
	}
	return reason == REASON_WEBSOCKET_BAD ? SIZE_MAX : (size_t)(bytes.at - start);
}
