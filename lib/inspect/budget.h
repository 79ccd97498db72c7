/*
 * Memory that everything waiting for more bytes shares: strangers decide how many half messages
 * there are, the budget how much they may hold together. Given back by who took it. One thread.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct budget {
	uint64_t used, limit;
	uint64_t refused; /* times that there was not enough */
};

static inline bool
budget_take(struct budget *b, uint64_t size)
{
	if (size > b->limit || b->used > b->limit - size) {
		b->refused++;
		return false;
	}
	b->used += size;
	return true;
}

static inline void
budget_give(struct budget *b, uint64_t size)
{
	b->used -= size;
}

/* So little is left that the oldest should go. */
static inline bool
budget_is_tight(const struct budget *b)
{
	return b->used > b->limit / 8 * 7;
}
