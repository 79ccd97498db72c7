/*
 * What a worker learns of single endpoints between the passes of the ageing hand: round trips to
 * them, and packets that were lost on their side. A fair sample of each kind is kept for the
 * interval (reservoir sampling, Vitter 1985, algorithm R), so that the cost is bounded whatever
 * comes: 24 KB a kind and snapshot, some ten cycles a round trip or loss, nothing for other
 * packets. The aggregator looks up whose they are.
 */
#pragma once

#include <stdint.h>

#include "base/addr.h"

enum { SAMPLES_KEPT = 1024 };

enum sample_kind {
	SAMPLE_ROUND_TRIP,
	SAMPLE_LOST,     /* on the endpoint's side of the tap */
	SAMPLE_NOT_LOST, /* one that was called so wrongly: takes it back */
};

struct sample {
	struct addr addr;
	uint32_t ns;    /* of a round trip; longer ones than 4.29 s as that */
	uint8_t side;   /* SIDE_PEER or SIDE_MSFT: the endpoint's */
	uint8_t kind;   /* enum sample_kind */
	uint8_t method; /* of a round trip: enum latency_method */
};

struct sample_set {
	uint64_t seen; /* the first SAMPLES_KEPT are all here, of more as many by chance */
	struct sample at[SAMPLES_KEPT];
};

static inline uint32_t
sample_count(const struct sample_set *s)
{
	return s->seen < SAMPLES_KEPT ? (uint32_t)s->seen : SAMPLES_KEPT;
}

/* What each that was kept stands for. */
static inline double
sample_weight(const struct sample_set *s)
{
	return s->seen > SAMPLES_KEPT ? (double)s->seen / SAMPLES_KEPT : 1;
}

/* The place for one more, to be filled; NULL: chance left it out. */
struct sample *sample_add(struct sample_set *s);
