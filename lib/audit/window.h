/*
 * Counts of the last day. Records hold totals since a probe's start; the window turns them into
 * what was counted in the last 24 to 25 hours, so that old evidence ages out. Hourly buckets per
 * counted subject, in memory; after a restart of control it begins again with the probe's totals
 * (and `from_us` says since when). One thread.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "audit/input.h"

struct window;

struct window *window_create(uint64_t length_us);
void window_destroy(struct window *w);

/* `total` are counts since the boot `boot_us` of the writer that `key` names (unique per writer and
 * subject), started_us the begin of counting. Replaces `total` by the window's counts. Returns
 * since when these count. */
uint64_t window_apply(struct window *w, const char *key, uint64_t boot_us, uint64_t started_us,
                      uint64_t now_us, struct input_class *total);
