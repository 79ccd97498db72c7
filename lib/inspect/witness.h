/*
 * Somebody else who was heard of the same protocol: the newest moment that another word followed a
 * second later or more. When all fall silent at once, that is the probe's or the capture's silence;
 * and the first words after it prove nothing against those whose turn is still to come. One thread.
 */
#pragma once

#include <stdint.h>

#include "base/clock.h"

struct witness {
	uint64_t mark_ns;   /* a word at most a second older than the newest */
	uint64_t steady_ns; /* the mark before it */
};

static inline void
witness_hear(struct witness *w, uint64_t now_ns)
{
	if (now_ns < w->mark_ns + NS_PER_S)
		return;
	w->steady_ns = w->mark_ns;
	w->mark_ns = now_ns;
}
