#include "snap/sample.h"

#include <stddef.h>

/* SplitMix64's finish (Steele et al., OOPSLA 2014): of a counter as good as chance. */
static uint64_t
scatter(uint64_t z)
{
	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

struct sample *
sample_add(struct sample_set *s)
{
	uint64_t seen = s->seen++, place = seen;

	if (seen >= SAMPLES_KEPT)
		place = (uint64_t)((unsigned __int128)scatter(seen * 0x9e3779b97f4a7c15) *
		                           (seen + 1) >>
		                   64);
	return place < SAMPLES_KEPT ? &s->at[place] : NULL;
}
