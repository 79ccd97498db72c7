#include "snap/quality.h"

#include "snap/snap.h"

static const struct {
	const char *name, *what;
} counts[QUALITY_COUNT] = {
#define X(id, name, what) [id] = {name, what},
	QUALITY_COUNTS(X)
#undef X
};

const char *
quality_name(enum quality_count c)
{
	return counts[c].name;
}

const char *
quality_what(enum quality_count c)
{
	return counts[c].what;
}

struct snap_quality *
quality_of(struct snap *s, uint32_t meter)
{
	struct meter *m;

	if (meter == UINT32_MAX)
		return NULL;
	m = &s->meters[meter];
	if (m->quality)
		return &s->qualities[m->quality - 1];
	if (s->quality_count == s->quality_capacity) {
		s->quality_overflow++;
		return NULL;
	}
	m->quality = ++s->quality_count;
	s->qualities[m->quality - 1].meter = meter;
	return &s->qualities[m->quality - 1];
}
