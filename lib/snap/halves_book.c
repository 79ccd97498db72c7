#include "snap/halves_book.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/mem.h"
#include "snap/snap.h"

static uint32_t
sketches(const struct halves_book *b)
{
	return b->link_count * 2 * HALF_KINDS;
}

struct halves_book *
halves_book_create(uint32_t link_count)
{
	struct halves_book *b = mem_alloc(1, sizeof *b);

	b->link_count = link_count;
	for (unsigned i = 0; i < HALVES_SLOTS; i++)
		b->slots[i].at = mem_alloc(sketches(b) + 1, sizeof(struct halves));
	return b;
}

void
halves_book_destroy(struct halves_book *b)
{
	if (!b)
		return;
	for (unsigned i = 0; i < HALVES_SLOTS; i++)
		free(b->slots[i].at);
	free(b);
}

static void
empty(const struct halves_book *b, struct halves_slot *slot)
{
	for (uint32_t i = 0; i < sketches(b); i++) {
		slot->at[i].count = 0;
		slot->at[i].cut = false;
	}
}

static uint64_t
window_of(const struct halves_book *b, uint64_t ns)
{
	return b->keep ? 0 : ns / NS_PER_US / HALVES_WINDOW_US;
}

/* The window's slot, emptied for it when it is new, or when the clock was set back. */
static struct halves_slot *
slot_of(struct halves_book *b, uint64_t window)
{
	struct halves_slot *slot = &b->slots[window % HALVES_SLOTS];

	if (slot->window != window) {
		empty(b, slot);
		slot->window = window;
	}
	return slot;
}

static void
merge_sketch(struct halves_book *b, const struct snap *s, uint32_t i)
{
	const struct halves *from = &s->halves[i];
	uint64_t first = window_of(b, s->start_ns), last = window_of(b, s->end_ns);

	/* what a worker passes late may have been silent since before the interval */
	first -= first > 0;
	for (uint64_t w = first; from->cut && w <= last && w < first + HALVES_SLOTS; w++)
		halves_cut(&slot_of(b, w)->at[i], from->bound);
	for (uint32_t k = 0; k < from->count; k++) {
		uint64_t w = window_of(b, from->at[k].last_ns);

		if (w >= first && w <= last)
			halves_add(&slot_of(b, w)->at[i], &from->at[k]);
	}
}

void
halves_book_merge(struct halves_book *b, const struct snap *s)
{
	for (uint32_t i = 0; i < sketches(b); i++)
		merge_sketch(b, s, i);
}

void
halves_book_close(struct halves_book *b, uint64_t end_us)
{
	uint64_t until_us = end_us, window;

	b->turned = true;
	b->whole = b->slots[0].at;
	if (!b->keep) {
		until_us = (end_us - HALVES_SETTLE_US) / HALVES_WINDOW_US * HALVES_WINDOW_US;
		window = until_us / HALVES_WINDOW_US - 1;
		b->turned = until_us != b->until_us;
		slot_of(b, window);
		b->whole = b->slots[window % HALVES_SLOTS].at;
	}
	b->until_us = until_us;
}

const struct halves *
halves_book_get(const struct halves_book *b, uint16_t link, unsigned dir, enum half_kind kind)
{
	return &b->whole[(link * 2u + dir) * HALF_KINDS + kind];
}
