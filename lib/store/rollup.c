#include "store/rollup.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/named.h"

enum {
	FIELDS_MAX = 12,
	LEVELS = 3,
	BUSIEST = 32, /* subnets that get 1 s points */
};
static const uint64_t level_us[LEVELS] = {US_PER_S, 10 * US_PER_S, 60 * US_PER_S};

struct field {
	const char *name;
	bool peak; /* keep the maximum, not the mean */
};

struct bucket {
	uint64_t number; /* start / level */
	unsigned count;
	double value[FIELDS_MAX];
};

struct series {
	char subject[NAMED_SIZE];
	const struct field *fields;
	unsigned count;
	struct bucket level[LEVELS];
};

struct rollup {
	struct store *store;
	struct named series; /* struct series */
	/* rates of the running interval; the limit comes from the one before */
	uint64_t seq;
	double *rates;
	uint32_t rate_count, rate_capacity;
	double busy_from;
};

static const struct field link_fields[] = {
	{"bps_peer_to_msft", false},       {"bps_msft_to_peer", false},
	{"pps_peer_to_msft", false},       {"pps_msft_to_peer", false},
	{"l1_bps_peer_to_msft", false},    {"l1_bps_msft_to_peer", false},
	{"peak_1ms_peer_to_msft", true},   {"peak_1ms_msft_to_peer", true},
	{"peak_100ms_peer_to_msft", true}, {"peak_100ms_msft_to_peer", true},
	{"coverage_ratio", false},
};
static const struct field subnet_fields[] = {
	{"bps_peer_to_msft", false},
	{"bps_msft_to_peer", false},
	{"pps_peer_to_msft", false},
	{"pps_msft_to_peer", false},
};

struct rollup *
rollup_create(struct store *store)
{
	struct rollup *r = mem_alloc(1, sizeof *r);

	r->store = store;
	named_init(&r->series, sizeof(struct series));
	return r;
}

void
rollup_destroy(struct rollup *r)
{
	if (!r)
		return;
	named_fini(&r->series);
	free(r->rates);
	free(r);
}

static struct series *
find_series(struct rollup *r, const char *subject, const struct field *fields, unsigned count)
{
	struct series *s = named_get(&r->series, subject);

	s->fields = fields;
	s->count = count;
	return s;
}

static void
write_bucket(struct rollup *r, const struct series *s, unsigned level, const struct bucket *b)
{
	const char *names[FIELDS_MAX];
	double values[FIELDS_MAX];

	for (unsigned i = 0; i < s->count; i++) {
		names[i] = s->fields[i].name;
		values[i] = s->fields[i].peak ? b->value[i] : b->value[i] / b->count;
	}
	store_point(r->store, s->subject, level, b->number * level_us[level], names, values,
	            s->count);
}

/* A bucket is written when the first interval beyond it arrives. */
static void
add_to_bucket(struct rollup *r, struct series *s, unsigned level, uint64_t start_us,
              const double *values)
{
	struct bucket *b = &s->level[level];
	uint64_t number = start_us / level_us[level];

	if (b->count && b->number != number) {
		write_bucket(r, s, level, b);
		*b = (struct bucket){0};
	}
	b->number = number;
	for (unsigned i = 0; i < s->count; i++)
		b->value[i] = s->fields[i].peak ? fmax(b->count ? b->value[i] : 0, values[i])
		                                : b->value[i] + values[i];
	b->count++;
}

/* Points of the finest level go out at once: it is the interval itself, at most one a second. */
static void
add_point(struct rollup *r, struct series *s, uint64_t start_us, const double *values, bool fine)
{
	if (fine)
		add_to_bucket(r, s, 0, start_us, values);
	for (unsigned level = 1; level < LEVELS; level++)
		add_to_bucket(r, s, level, start_us, values);
	if (fine && s->level[0].count) {
		write_bucket(r, s, 0, &s->level[0]);
		s->level[0] = (struct bucket){0};
	}
}

void
rollup_link(struct rollup *r, const struct aggregate *a, const struct rec_link *l)
{
	char subject[NAMED_SIZE];
	double values[] = {l->traffic.rate_bps[0], l->traffic.rate_bps[1], l->traffic.rate_pps[0],
	                   l->traffic.rate_pps[1], l->rate_l1_bps[0],      l->rate_l1_bps[1],
	                   l->peak_1ms_bps[0],     l->peak_1ms_bps[1],     l->peak_100ms_bps[0],
	                   l->peak_100ms_bps[1],   l->coverage_ratio};

	snprintf(subject, sizeof subject, "link:%s", l->name);
	add_point(r, find_series(r, subject, link_fields, sizeof values / sizeof *values),
	          a->start_us, values, true);
}

static int
descending(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x < y) - (x > y);
}

/* The rate from which a subnet is among the busiest, by the interval before. */
static double
busy_limit(struct rollup *r, const struct aggregate *a, double rate)
{
	if (r->seq != a->seq) {
		if (r->rate_count)
			qsort(r->rates, r->rate_count, sizeof *r->rates, descending);
		r->busy_from = r->rate_count > BUSIEST ? r->rates[BUSIEST - 1] : 0;
		r->rate_count = 0;
		r->seq = a->seq;
	}
	if (r->rate_count == r->rate_capacity) {
		r->rate_capacity = r->rate_capacity ? r->rate_capacity * 2 : 256;
		r->rates = mem_resize(r->rates, r->rate_capacity, sizeof *r->rates);
	}
	r->rates[r->rate_count++] = rate;
	return r->busy_from;
}

void
rollup_subnet(struct rollup *r, const struct aggregate *a, const char *key,
              const struct rec_subnet *s)
{
	double rate = s->traffic.rate_bps[0] + s->traffic.rate_bps[1];
	double values[] = {s->traffic.rate_bps[0], s->traffic.rate_bps[1], s->traffic.rate_pps[0],
	                   s->traffic.rate_pps[1]};
	double limit = busy_limit(r, a, rate);
	char subject[NAMED_SIZE];

	if (!s->first_us)
		return;
	snprintf(subject, sizeof subject, "subnet:%s", key);
	add_point(r, find_series(r, subject, subnet_fields, sizeof values / sizeof *values),
	          a->start_us, values, rate > 0 && rate >= limit);
}
