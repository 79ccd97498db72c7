#include "audit/window.h"

#include <stdlib.h>
#include <string.h>

#include "audit/field.h"
#include "base/hash.h"
#include "base/map.h"
#include "base/mem.h"

enum { BUCKETS = 7, COUNTERS = 7 };

/* What adds up of an input_class, in one array: packets, bytes, flows. */
struct counts {
	uint64_t at[COUNTERS];
};

struct series {
	char *key;
	uint64_t boot_us;    /* of the totals below: a new boot counts from zero again */
	uint64_t known_us;   /* of its writer */
	uint64_t digest;     /* of a writer: its terms */
	uint64_t started_us; /* begin of the first bucket's counts, which may be long before it */
	uint64_t begin;      /* number of the first bucket: time / step */
	uint64_t bucket;     /* number of the newest one */
	struct counts last;  /* totals as read last */
	struct counts sum[BUCKETS];
	uint64_t first_us[BUCKETS]; /* first and last seen within the bucket; 0: nothing */
	uint64_t last_us;
	uint64_t grown_us; /* when a count grew last */
};

struct window {
	uint64_t step_us;
	struct series *series;
	uint32_t count, capacity;
	struct map map;
	struct hash_key hash;
	struct {
		uint64_t bucket, covered_us[BUCKETS], voided_us[BUCKETS];
	} loss;
};

struct window *
window_create(uint64_t length_us)
{
	struct window *w = mem_alloc(1, sizeof *w);

	w->step_us = length_us / (BUCKETS - 1);
	w->hash = hash_key_make(0);
	return w;
}

void
window_destroy(struct window *w)
{
	if (!w)
		return;
	for (uint32_t i = 0; i < w->count; i++)
		free(w->series[i].key);
	free(w->series);
	map_fini(&w->map);
	free(w);
}

struct wanted {
	const struct window *window;
	const char *key;
};

static bool
is_wanted(const void *context, uint32_t index)
{
	const struct wanted *wanted = context;

	return strcmp(wanted->window->series[index].key, wanted->key) == 0;
}

/* The series of `key`; a new one has a NULL-free key and boot_us 0. */
static struct series *
series_of(struct window *w, const char *key)
{
	uint64_t hash = hash_bytes(&w->hash, key, strlen(key));
	struct wanted wanted = {w, key};
	uint32_t index = map_find(&w->map, hash, is_wanted, &wanted);

	if (index != MAP_NONE)
		return &w->series[index];
	if (w->count == w->capacity) {
		w->capacity = w->capacity ? 2 * w->capacity : 64;
		w->series = mem_resize(w->series, w->capacity, sizeof *w->series);
	}
	map_add(&w->map, hash, w->count);
	w->series[w->count] = (struct series){.key = mem_strdup(key)};
	return &w->series[w->count++];
}

static struct counts
counts_of(const struct input_class *c)
{
	return (struct counts){{c->packets[0], c->packets[1], c->bytes[0], c->bytes[1], c->flows,
	                        c->flows_two_way, c->flows_peer}};
}

static void
counts_give(const struct counts *from, struct input_class *to)
{
	to->packets[0] = from->at[0];
	to->packets[1] = from->at[1];
	to->bytes[0] = from->at[2];
	to->bytes[1] = from->at[3];
	to->flows = from->at[4];
	to->flows_two_way = from->at[5];
	to->flows_peer = from->at[6];
}

/* Empties the buckets between the newest one and `bucket`. */
static void
advance(struct series *s, uint64_t bucket)
{
	if (s->bucket + BUCKETS < bucket)
		s->bucket = bucket - BUCKETS;
	while (s->bucket < bucket) {
		s->bucket++;
		s->sum[s->bucket % BUCKETS] = (struct counts){0};
		s->first_us[s->bucket % BUCKETS] = 0;
	}
}

/* What was counted so far counts for nothing, the totals go on: the clock was set back by more than
 * a bucket, or other terms stand. */
static void
begin_again(struct series *s, uint64_t now_us, uint64_t step_us)
{
	memset(s->sum, 0, sizeof s->sum);
	memset(s->first_us, 0, sizeof s->first_us);
	s->begin = s->bucket = now_us / step_us;
	s->started_us = now_us;
}

/* Adds what was counted since the last look to the newest bucket; whether that is anything. */
static bool
add_growth(struct series *s, const struct rec_head *head, const struct input_class *total)
{
	struct counts now = counts_of(total);
	uint64_t *first = &s->first_us[s->bucket % BUCKETS];
	bool rebooted = s->boot_us != head->boot_us, grew = false;

	for (unsigned i = 0; i < COUNTERS; i++) {
		uint64_t before = rebooted || now.at[i] < s->last.at[i] ? 0 : s->last.at[i];

		grew |= now.at[i] > before;
		s->sum[s->bucket % BUCKETS].at[i] += now.at[i] - before;
	}
	/* the totals of a boot not seen before carry their own first sight */
	if (grew && *first == 0)
		*first = rebooted || s->last_us == 0 ? total->first_us : total->last_us;
	s->last = now;
	s->last_us = total->last_us;
	s->boot_us = head->boot_us;
	return grew;
}

/* Since when the window counts: the first bucket holds all that was counted before it. */
static uint64_t
window_begin(const struct window *w, const struct series *s)
{
	uint64_t oldest = s->bucket - (BUCKETS - 1);

	return s->begin >= oldest ? s->started_us : oldest * w->step_us;
}

/* The series of `key`, at its first look with its begin. */
static struct series *
series_at(struct window *w, const char *key, const struct rec_head *head, uint64_t now_us)
{
	struct series *s = series_of(w, key);

	if (s->boot_us == 0) {
		s->started_us = head->started_us;
		s->begin = s->bucket = now_us / w->step_us;
	}
	return s;
}

static uint64_t
apply(struct window *w, struct series *s, const struct rec_head *head, uint64_t now_us,
      struct input_class *total)
{
	struct counts sum = {0};

	if (now_us / w->step_us + 1 < s->bucket)
		begin_again(s, now_us, w->step_us);
	advance(s, now_us / w->step_us);
	if (add_growth(s, head, total))
		s->grown_us = now_us;
	total->first_us = 0;
	for (uint64_t b = 1; b <= BUCKETS; b++) { /* oldest first */
		unsigned at = (unsigned)((s->bucket + b) % BUCKETS);

		for (unsigned i = 0; i < COUNTERS; i++)
			sum.at[i] += s->sum[at].at[i];
		if (total->first_us == 0)
			total->first_us = s->first_us[at];
	}
	counts_give(&sum, total);
	return window_begin(w, s);
}

uint64_t
window_apply(struct window *w, const char *key, const struct rec_head *head, uint64_t now_us,
             struct input_class *total)
{
	return apply(w, series_at(w, key, head, now_us), head, now_us, total);
}

/* ---- what can be placed in time ---------------------------------------------------------------
 */

uint64_t
window_known(struct window *w, const char *key, const struct rec_head *head, uint64_t now_us,
             uint64_t digest, uint64_t since_us)
{
	struct series *s = series_of(w, key);
	uint64_t length_us = w->step_us * (BUCKETS - 1);
	bool whole = head->started_us + length_us >= now_us && head->started_us >= since_us;
	bool same = s->digest == digest && s->boot_us > 0;

	if (s->boot_us > 0 && s->boot_us == head->boot_us) /* followed: a change is of now */
		whole = false;
	if (!same || s->known_us > now_us)
		s->known_us = whole && head->started_us < now_us ? head->started_us : now_us;
	s->digest = digest;
	s->boot_us = head->boot_us;
	return s->known_us;
}

uint64_t
window_apply_known(struct window *w, const char *key, const struct rec_head *head, uint64_t now_us,
                   uint64_t begun_us, uint64_t known_us, struct input_class *total)
{
	struct series *s = series_at(w, key, head, now_us);
	bool first = s->boot_us == 0, moved = !first && s->known_us < known_us;
	bool followed = s->boot_us == head->boot_us;

	if (followed ? moved : begun_us < known_us) { /* the totals stand, nothing of them counts */
		s->last = counts_of(total);
		s->last_us = total->last_us;
		s->boot_us = head->boot_us;
		moved |= first;
	}
	if (moved)
		begin_again(s, now_us, w->step_us);
	s->known_us = known_us;
	return apply(w, s, head, now_us, total);
}

/* ---- the rest -------------------------------------------------------------------------------- */

uint64_t
window_grown_us(struct window *w, const char *key)
{
	return series_of(w, key)->grown_us;
}

void
window_counts(struct window *w, const char *key, const struct rec_head *head, uint64_t now_us,
              uint64_t *const *counters, size_t count)
{
	window_counts_known(w, key, head, now_us, 0, 0, counters, count);
}

void
window_counts_known(struct window *w, const char *key, const struct rec_head *head, uint64_t now_us,
                    uint64_t begun_us, uint64_t known_us, uint64_t *const *counters, size_t count)
{
	uint64_t none = 0;

	for (size_t at = 0; at < count; at += COUNTERS) {
		uint64_t *c[COUNTERS];
		struct input_class sum = {.first_us = head->started_us, .last_us = now_us};
		char part[192];

		for (size_t i = 0; i < COUNTERS; i++)
			c[i] = at + i < count ? counters[at + i] : &none;
		sum.packets[0] = *c[0];
		sum.packets[1] = *c[1];
		sum.bytes[0] = *c[2];
		sum.bytes[1] = *c[3];
		sum.flows = *c[4];
		sum.flows_two_way = *c[5];
		sum.flows_peer = *c[6];
		FIELD_FORMAT(part, "%s|%zu", key, at);
		window_apply_known(w, part, head, now_us, begun_us, known_us, &sum);
		for (size_t i = 0; i < COUNTERS; i++)
			*c[i] = counts_of(&sum).at[i];
		none = 0;
	}
}

double
window_voided(struct window *w, const char *writer, uint64_t now_us, uint64_t length_us,
              bool voided)
{
	struct series *s = series_of(w, writer);
	uint64_t bucket = now_us / w->step_us, covered_sum = 0, voided_sum = 0;

	if (w->loss.bucket + BUCKETS < bucket)
		w->loss.bucket = bucket - BUCKETS;
	while (w->loss.bucket < bucket) {
		w->loss.bucket++;
		w->loss.covered_us[w->loss.bucket % BUCKETS] = 0;
		w->loss.voided_us[w->loss.bucket % BUCKETS] = 0;
	}
	if (now_us > s->last_us) {
		w->loss.covered_us[bucket % BUCKETS] += length_us;
		w->loss.voided_us[bucket % BUCKETS] += voided ? length_us : 0;
		s->last_us = now_us;
	}
	for (unsigned i = 0; i < BUCKETS; i++) {
		covered_sum += w->loss.covered_us[i];
		voided_sum += w->loss.voided_us[i];
	}
	return covered_sum > 0 ? (double)voided_sum / (double)covered_sum : 0;
}
