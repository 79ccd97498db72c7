#include "snap/latency_book.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/mem.h"
#include "measure/meter.h"

#define MINUTE_US (60 * US_PER_S)
#define HOUR_US (3600 * US_PER_S)

struct latency_book *
latency_book_create(uint32_t subnet_count, uint32_t sbc_count, uint32_t capacity)
{
	struct latency_book *b = mem_alloc(1, sizeof *b);

	b->entries = mem_alloc(capacity, sizeof *b->entries);
	b->capacity = capacity;
	b->key = hash_key_make(0);
	b->subnet_count = subnet_count;
	b->sbc_count = sbc_count;
	return b;
}

void
latency_book_destroy(struct latency_book *b)
{
	if (!b)
		return;
	for (uint32_t i = 0; i < b->count; i++) {
		free(b->entries[i]->hours);
		free(b->entries[i]);
	}
	free(b->entries);
	map_fini(&b->index);
	free(b);
}

struct wanted {
	const struct latency_book *in;
	const struct latency_entry *like;
};

static bool
is_wanted(const void *context, uint32_t index)
{
	const struct wanted *w = context;
	const struct latency_entry *e = w->in->entries[index];

	return e->id == w->like->id && e->scope == w->like->scope && e->half == w->like->half &&
	       e->method == w->like->method;
}

static uint64_t
hash_of(const struct latency_book *b, const struct latency_entry *e)
{
	return hash_mix(&b->key, e->id,
	                (uint64_t)e->scope << 16 | (uint64_t)e->half << 8 | e->method);
}

static struct latency_entry *
find(const struct latency_book *b, const struct latency_entry *like)
{
	uint32_t at = map_find(&b->index, hash_of(b, like), is_wanted, &(struct wanted){b, like});

	return at == MAP_NONE ? NULL : b->entries[at];
}

/* A copy; there is room. */
static struct latency_entry *
add(struct latency_book *b, const struct latency_entry *like)
{
	struct latency_entry *e = mem_alloc(1, sizeof *e);

	*e = *like;
	map_add(&b->index, hash_of(b, e), b->count);
	b->entries[b->count++] = e;
	return e;
}

const struct latency_entry *
latency_book_find(const struct latency_book *b, enum latency_scope scope, uint32_t id,
                  unsigned half, unsigned method)
{
	const struct latency_entry like = {.scope = (uint8_t)scope,
	                                   .half = (uint8_t)half,
	                                   .method = (uint8_t)method,
	                                   .id = id};

	return find(b, &like);
}

const char *
latency_entry_method(const struct latency_entry *e)
{
	return e->method == LATENCY_HEADLINE ? "headline" : latency_method_name(e->method);
}

static struct latency_entry *
find_or_add(struct latency_book *b, const struct latency_entry *like)
{
	struct latency_entry *e = find(b, like);

	if (e || b->count == b->capacity)
		return e;
	e = add(b, like);
	if (e->method == LATENCY_HEADLINE)
		e->hours = mem_alloc(1, sizeof *e->hours);
	return e;
}

bool
latency_book_adopt(struct latency_book *b, struct latency_entry *e, uint32_t id)
{
	struct latency_entry like = *e;

	if (b->count == b->capacity)
		return false;
	like.id = id;
	add(b, &like);
	e->hours = NULL;
	return true;
}

static void
merge_entry(struct latency_book *b, struct latency_entry like, const struct histogram *h)
{
	struct latency_entry *e = find_or_add(b, &like);

	if (!e) {
		b->overflow += h->count;
		return;
	}
	e->changed = true;
	histogram_merge(&e->total, h);
	histogram_merge(&e->minute, h);
	if (e->hours)
		histogram_merge(&e->hours->running, h);
}

static void
merge_scope(struct latency_book *b, enum latency_scope scope, uint32_t id,
            const struct snap_latency *from)
{
	struct latency_entry like = {.scope = (uint8_t)scope,
	                             .half = from->key.half,
	                             .method = from->key.method,
	                             .id = id};

	merge_entry(b, like, &from->histogram);
	like.method = LATENCY_HEADLINE;
	if (latency_is_headline(from->key.method))
		merge_entry(b, like, &from->histogram);
}

void
latency_book_open(struct latency_book *b)
{
	for (uint32_t i = 0; i < b->count; i++)
		b->entries[i]->changed = false;
	b->turned = false;
}

void
latency_book_merge(struct latency_book *b, const struct latency_set *set)
{
	b->overflow += set->overflow;
	for (uint32_t i = 0; i < set->count; i++) {
		const struct snap_latency *from = &set->at[i];
		uint32_t sbc = from->key.subnet - LATENCY_SBC_BASE;

		if (sbc < b->sbc_count) {
			merge_scope(b, LATENCY_SBC, sbc, from);
			continue;
		}
		merge_scope(b, LATENCY_LINK, from->key.link, from);
		if (from->key.subnet >= 1 && from->key.subnet <= b->subnet_count)
			merge_scope(b, LATENCY_SUBNET, from->key.subnet, from);
	}
}

/* ---- time ------------------------------------------------------------------------------------ */

static void
hour_put_away(struct latency_hours *h, uint64_t start_us)
{
	if (!h->running.count)
		return;
	if (h->count == LATENCY_HOURS) {
		for (uint32_t i = 1; i < LATENCY_HOURS; i++)
			h->at[i - 1] = h->at[i];
		h->count--;
	}
	h->at[h->count++] = (struct latency_hour){.start_us = start_us,
	                                          .count = h->running.count,
	                                          .p50_ns = histogram_quantile(&h->running, 0.5),
	                                          .p95_ns = histogram_quantile(&h->running, 0.95)};
	h->running = (struct histogram){0};
}

static void
minute_put_away(struct latency_entry *e)
{
	e->last_minute = e->minute;
	e->minute = (struct histogram){0};
}

/* An interval belongs to the minute and hour in which it begins; the last one of each ends with it
 * or after it. */
void
latency_book_close(struct latency_book *b, uint64_t end_us)
{
	uint64_t minute = end_us - end_us % MINUTE_US, hour = end_us - end_us % HOUR_US;

	for (uint32_t i = 0; i < b->count; i++) {
		struct latency_entry *e = b->entries[i];

		if (minute != b->minute_us && b->minute_us)
			minute_put_away(e);
		if (e->hours && hour != b->hour_us && b->hour_us)
			hour_put_away(e->hours, b->hour_us);
	}
	b->turned |= b->minute_us && minute != b->minute_us;
	b->minute_us = minute;
	b->hour_us = hour;
}
