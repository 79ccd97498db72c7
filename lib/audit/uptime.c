#include "audit/uptime.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"

/* The next outage of the list, or false at its end. */
static bool
next_outage(const char **at, struct outage *o, uint64_t to_us)
{
	char *end;

	o->from_us = strtoull(*at, &end, 10);
	if (end == *at || *end != '-')
		return false;
	*at = end + 1;
	o->until_us = strtoull(*at, &end, 10);
	if (end == *at)
		return false;
	*at = *end == ',' ? end + 1 : end;
	o->lasts = o->until_us == 0;
	if (o->lasts)
		o->until_us = to_us;
	o->begun = true;
	return true;
}

static void
keep(struct uptime *u, const struct outage *whole, uint64_t from_us, uint64_t until_us)
{
	if (from_us >= until_us || u->outage_count == UPTIME_OUTAGES)
		return;
	u->outages[u->outage_count++] = (struct outage){
		.from_us = from_us,
		.until_us = until_us,
		.begun = whole->begun && from_us == whole->from_us,
		.lasts = whole->lasts && until_us == whole->until_us,
	};
}

/* Keeps the parts of `o` that no maintenance covers, and counts the others. */
static void
take(struct uptime *u, const struct outage *o, uptime_maintenance_fn *maintenance,
     const void *context)
{
	uint64_t at = o->from_us;

	while (at < o->until_us) {
		uint64_t from = UINT64_MAX, until = UINT64_MAX;
		const char *id = maintenance ? maintenance(context, at, &from, &until) : NULL;

		if (!id || from >= o->until_us || until <= at) {
			keep(u, o, at, o->until_us);
			return;
		}
		keep(u, o, at, from);
		if (from < at)
			from = at;
		if (until > o->until_us)
			until = o->until_us;
		u->maintenance = id;
		u->maintained_us += until - from;
		u->maintained_flaps += o->begun && from == o->from_us;
		at = until;
	}
}

void
uptime_read(struct uptime *u, const char *outages, uint64_t from_us, uint64_t to_us,
            uptime_maintenance_fn *maintenance, const void *context)
{
	struct outage o;

	while (next_outage(&outages, &o, to_us)) {
		if (o.until_us > to_us)
			o.until_us = to_us;
		if (o.from_us < from_us) {
			o.from_us = from_us;
			o.begun = false;
		}
		take(u, &o, maintenance, context);
	}
}

uint64_t
uptime_listed_us(const struct uptime *u)
{
	uint64_t sum = 0;

	for (unsigned i = 0; i < u->outage_count; i++)
		sum += u->outages[i].until_us - u->outages[i].from_us;
	return sum;
}

double
uptime_ratio(const struct uptime *u)
{
	uint64_t listed = uptime_listed_us(u), counted, judged;

	if (u->covered_us <= u->maintained_us)
		return NAN;
	judged = u->covered_us - u->maintained_us;
	counted = u->covered_us > u->up_us ? u->covered_us - u->up_us : 0;
	counted = counted > u->maintained_us ? counted - u->maintained_us : 0;
	if (counted < listed)
		counted = listed;
	return counted < judged ? 1 - (double)counted / (double)judged : 0;
}

const struct outage *
uptime_longest(const struct uptime *u)
{
	const struct outage *longest = NULL;

	for (unsigned i = 0; i < u->outage_count; i++) {
		const struct outage *o = &u->outages[i];

		if (!longest || o->until_us - o->from_us > longest->until_us - longest->from_us)
			longest = o;
	}
	return longest;
}

unsigned
uptime_flaps(const struct uptime *u)
{
	return uptime_flaps_within(u, UINT64_MAX);
}

unsigned
uptime_flaps_within(const struct uptime *u, uint64_t within_us)
{
	unsigned most = 0;

	for (unsigned i = 0; i < u->outage_count; i++) {
		uint64_t last = u->outages[i].from_us;
		unsigned count = 0;

		for (unsigned k = 0; k < u->outage_count && u->outages[i].begun; k++)
			count += u->outages[k].begun && u->outages[k].from_us <= last &&
			         last - u->outages[k].from_us <= within_us;
		if (count > most)
			most = count;
	}
	return most;
}

/* ---- several at once ------------------------------------------------------------------------- */

static int
compare_times(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

static size_t
down_at(const struct uptime *const *of, size_t count, uint64_t us)
{
	size_t down = 0;

	for (size_t i = 0; i < count; i++)
		for (unsigned k = 0; k < of[i]->outage_count; k++)
			if (of[i]->outages[k].from_us <= us && us < of[i]->outages[k].until_us) {
				down++;
				break;
			}
	return down;
}

/* All begins and ends, ascending; to be freed. */
static uint64_t *
edges_of(const struct uptime *const *of, size_t count, size_t *edges)
{
	uint64_t *at = mem_alloc(2 * UPTIME_OUTAGES * (count ? count : 1), sizeof *at);

	*edges = 0;
	for (size_t i = 0; i < count; i++)
		for (unsigned k = 0; k < of[i]->outage_count; k++) {
			at[(*edges)++] = of[i]->outages[k].from_us;
			at[(*edges)++] = of[i]->outages[k].until_us;
		}
	qsort(at, *edges, sizeof *at, compare_times);
	return at;
}

/* Whether an outage that is cut at `us` goes on beyond the window. */
static bool
lasts_at(const struct uptime *const *of, size_t count, uint64_t us)
{
	for (size_t i = 0; i < count; i++)
		for (unsigned k = 0; k < of[i]->outage_count; k++)
			if (of[i]->outages[k].lasts && of[i]->outages[k].until_us == us)
				return true;
	return false;
}

/* Newest first: from the last edge backwards, neighbours joined. */
static void
add_backwards(struct uptime *out, uint64_t from_us, uint64_t until_us, bool lasts)
{
	struct outage *last = out->outage_count > 0 ? &out->outages[out->outage_count - 1] : NULL;

	if (last && last->from_us == until_us)
		last->from_us = from_us;
	else if (from_us < until_us && out->outage_count < UPTIME_OUTAGES)
		out->outages[out->outage_count++] =
			(struct outage){from_us, until_us, .begun = true, .lasts = lasts};
}

void
uptime_combine(struct uptime *out, const struct uptime *const *of, size_t count, size_t at_least)
{
	size_t edges;
	uint64_t *at = edges_of(of, count, &edges), listed;

	*out = (struct uptime){.covered_us = count > 0 ? UINT64_MAX : 0};
	for (size_t i = 0; i < count; i++) {
		if (of[i]->covered_us < out->covered_us)
			out->covered_us = of[i]->covered_us;
		if (of[i]->maintained_us > out->maintained_us) {
			out->maintained_us = of[i]->maintained_us;
			out->maintenance = of[i]->maintenance;
		}
	}
	for (size_t i = edges; at_least > 0 && i-- > 1;)
		if (down_at(of, count, at[i - 1]) >= at_least)
			add_backwards(out, at[i - 1], at[i], lasts_at(of, count, at[i]));
	listed = uptime_listed_us(out);
	out->up_us = out->covered_us > listed ? out->covered_us - listed : 0;
	out->flaps = out->outage_count;
	free(at);
}
