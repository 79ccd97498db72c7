/*
 * Counts of the last day. Records hold totals since a probe's start; the window turns them into
 * what was counted in the last day (to a sixth more), so that old evidence ages out. Seven buckets
 * per counted subject, in memory; after a restart of control it begins again with the probe's
 * totals (and the window's begin says since when). One thread.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "audit/input.h"

struct window;

struct window *window_create(uint64_t length_us);
void window_destroy(struct window *w);

/* `head` and `total` are of one writer's record, `key` names both uniquely; `now_us` is the
 * writer's time. Replaces `total` by the window's counts. Returns since when these count. */
uint64_t window_apply(struct window *w, const char *key, const struct rec_head *head,
                      uint64_t now_us, struct input_class *total);

/*
 * Since when what a writer counts can be placed in time, and stands on the same terms: its start
 * where the whole run lies in the window, else the first look at it; and the look that sees a new
 * `digest` of what it tells traffic apart by, which stands since `since_us` (0: its start). `key`
 * names the writer over its runs.
 */
uint64_t window_known(struct window *w, const char *key, const struct rec_head *head,
                      uint64_t now_us, uint64_t digest, uint64_t since_us);

/* As window_apply(), for what must not take old evidence for new: totals that began (at `begun_us`)
 * before `known_us` of their writer count from this look on, and when that moves all begins anew.
 */
uint64_t window_apply_known(struct window *w, const char *key, const struct rec_head *head,
                            uint64_t now_us, uint64_t begun_us, uint64_t known_us,
                            struct input_class *total);

/* When the counts of `key` grew last, as the writers' time; 0: never. */
uint64_t window_grown_us(struct window *w, const char *key);

/* The same as window_apply() for any counters, `count` of them. */
void window_counts(struct window *w, const char *key, const struct rec_head *head, uint64_t now_us,
                   uint64_t *const *counters, size_t count);

void window_counts_known(struct window *w, const char *key, const struct rec_head *head,
                         uint64_t now_us, uint64_t begun_us, uint64_t known_us,
                         uint64_t *const *counters, size_t count);

/* An epoch of `length_us` ended at `now_us`, and the probe's own loss voided it or not; the same
 * writer's same epoch counts once. Returns the voided share of the window. */
double window_voided(struct window *w, const char *writer, uint64_t now_us, uint64_t length_us,
                     bool voided);
