#include "base/histogram.h"

unsigned
histogram_bucket(uint64_t ns)
{
	unsigned octave, step;

	if (ns < 1ull << HISTOGRAM_FIRST_OCTAVE)
		return 0;
	octave = 63u - (unsigned)__builtin_clzll(ns) - HISTOGRAM_FIRST_OCTAVE;
	if (octave >= HISTOGRAM_OCTAVES)
		return HISTOGRAM_BUCKETS - 1;
	step = (unsigned)(ns >> (octave + HISTOGRAM_FIRST_OCTAVE - HISTOGRAM_STEP_BITS)) &
	       (HISTOGRAM_STEPS - 1);
	return 1 + octave * HISTOGRAM_STEPS + step;
}

uint64_t
histogram_lower(unsigned bucket)
{
	unsigned octave, step;

	if (bucket == 0)
		return 0;
	octave = (bucket - 1) / HISTOGRAM_STEPS;
	step = (bucket - 1) % HISTOGRAM_STEPS;
	return (uint64_t)(HISTOGRAM_STEPS + step)
	       << (octave + HISTOGRAM_FIRST_OCTAVE - HISTOGRAM_STEP_BITS);
}

void
histogram_add(struct histogram *h, uint64_t ns)
{
	uint32_t *bucket = &h->buckets[histogram_bucket(ns)];

	*bucket += *bucket != UINT32_MAX;
	if (!h->count || ns < h->min_ns)
		h->min_ns = ns;
	if (ns > h->max_ns)
		h->max_ns = ns;
	h->count++;
}

void
histogram_merge(struct histogram *to, const struct histogram *from)
{
	unsigned last = histogram_bucket(from->max_ns);

	if (!from->count)
		return;
	if (!to->count || from->min_ns < to->min_ns)
		to->min_ns = from->min_ns;
	if (from->max_ns > to->max_ns)
		to->max_ns = from->max_ns;
	to->count += from->count;
	for (unsigned i = histogram_bucket(from->min_ns); i <= last; i++) {
		uint64_t sum = (uint64_t)to->buckets[i] + from->buckets[i];

		to->buckets[i] = sum > UINT32_MAX ? UINT32_MAX : (uint32_t)sum;
	}
}

static uint64_t
middle(const struct histogram *h, unsigned bucket)
{
	uint64_t lower = histogram_lower(bucket), upper = histogram_lower(bucket + 1);
	uint64_t ns = lower + (upper - lower) / 2;

	ns = ns < h->min_ns ? h->min_ns : ns;
	return ns > h->max_ns ? h->max_ns : ns;
}

uint64_t
histogram_quantile(const struct histogram *h, double q)
{
	double wanted = q * (double)h->count;
	uint64_t rank = (uint64_t)wanted, seen = 0;
	unsigned bucket = 0;

	if (!h->count)
		return 0;
	rank += (double)rank < wanted;
	rank = rank < 1 ? 1 : rank > h->count ? h->count : rank;
	if (rank == 1)
		return h->min_ns;
	if (rank == h->count)
		return h->max_ns;
	for (; bucket < HISTOGRAM_BUCKETS - 1; bucket++) {
		seen += h->buckets[bucket];
		if (seen >= rank)
			break;
	}
	return middle(h, bucket);
}
