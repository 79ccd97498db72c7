/*
 * The aggregator's book of half-seen flows: the workers' sketches (snap/halves.h) merged by windows
 * of the packet clock that are the same on every probe, so that what two links show of one flow
 * stands in windows of the same name. A half belongs to the window of its last packet. A window is
 * whole some seconds after its end, when no worker has more of it to tell. One thread.
 */
#pragma once

#include "snap/halves.h"

enum { HALVES_SLOTS = 3 }; /* the whole one, and two that may be under way */

#define HALVES_WINDOW_US (10 * 1000000ull)
#define HALVES_SETTLE_US (2 * 1000000ull)

struct halves_book {
	uint32_t link_count;
	bool keep; /* the owner's: one window, since start (captures) */
	struct halves_slot {
		uint64_t window; /* start in units of HALVES_WINDOW_US */
		struct halves *at;
	} slots[HALVES_SLOTS];
	/* after a close: the last whole window, until this time; 0: none yet */
	uint64_t until_us;
	bool turned; /* it became whole in this very interval */
	const struct halves *whole;
};

struct halves_book *halves_book_create(uint32_t link_count);
void halves_book_destroy(struct halves_book *b);

struct snap;
void halves_book_merge(struct halves_book *b, const struct snap *s);
void halves_book_close(struct halves_book *b, uint64_t end_us);

/* Of the last whole window, when there is one. */
const struct halves *halves_book_get(const struct halves_book *b, uint16_t link, unsigned dir,
                                     enum half_kind kind);
