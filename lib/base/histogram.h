/*
 * A log-linear histogram of times, for latency: from below a microsecond to a minute, each octave
 * cut into HISTOGRAM_STEPS equal steps, so that a bucket is at most 1.6 % wide (1/64 of its lower
 * bound) and what is read from it is at most 0.8 % off. The construction is that of HdrHistogram
 * (Gil Tene), with a fixed range.
 *
 * Adding is a count of leading zeros, a shift and one increment, no division; merging is adding up,
 * in any order. Nothing is allocated: whoever needs many of them, allocates them on first use
 * (6.8 KB each). One writer; a reader needs what it reads not to be written meanwhile.
 */
#pragma once

#include <stdint.h>

enum {
	HISTOGRAM_STEP_BITS = 6,
	HISTOGRAM_STEPS = 1 << HISTOGRAM_STEP_BITS, /* of an octave */
	HISTOGRAM_FIRST_OCTAVE = 9,                 /* 2^9 ns: 0.5 us */
	HISTOGRAM_OCTAVES = 27,                     /* up to 2^36 ns: 68.7 s */
	/* [0]: shorter than the first octave; the last bucket also takes what is longer */
	HISTOGRAM_BUCKETS = 1 + HISTOGRAM_OCTAVES * HISTOGRAM_STEPS,
};

struct histogram {
	uint64_t count;
	uint64_t min_ns, max_ns; /* exact; 0 without samples */
	uint32_t buckets[HISTOGRAM_BUCKETS];
};

/* The bucket of a time, and the first time that is in a bucket; any thread. */
unsigned histogram_bucket(uint64_t ns);
uint64_t histogram_lower(unsigned bucket);

void histogram_add(struct histogram *h, uint64_t ns);

/* Add what `from` holds; a bucket that would overflow stays full (after 2^32 - 1 samples in it). */
void histogram_merge(struct histogram *to, const struct histogram *from);

/*
 * The time that a share `q` of the samples, 0 to 1, does not exceed (the nearest-rank definition:
 * the sample with the rank ceil(q x count)), as the middle of its bucket, never outside min and
 * max. 0 without samples: read `count` with it.
 */
uint64_t histogram_quantile(const struct histogram *h, double q);
