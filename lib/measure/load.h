/*
 * How loaded a link direction was over the last day: the share of capacity in every minute, from
 * which come the two figures of requirement X15 (95th percentile of 5-minute means against 40 %,
 * highest minute against 50 %) and Azure's 1 m and 5 m grains. Fed once per interval with L1 bytes;
 * minutes are those of the packet clock. One thread.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum { LOAD_MINUTES = 24 * 60 };

struct load {
	uint64_t capacity_bps;
	uint64_t minute;       /* number of the running minute since the epoch; 0: nothing yet */
	double bytes;          /* L1 bytes in the running minute */
	uint64_t first_minute; /* first one that was fed from its beginning */
	float ratio[LOAD_MINUTES]; /* by minute modulo the day; only the last `filled` are valid */
	uint32_t filled;
	double p95_5min, peak_1min; /* of the day so far; NaN before a first whole period */
	uint64_t over_since_us;     /* first 5-minute mean at or over the limit; 0: never */
	uint64_t days_over;         /* bit per day of the last 30, bit 0 is today */
	uint64_t day;
};

void load_init(struct load *l, uint64_t capacity_bps);
/* `limit` is the 5-minute mean that counts as over (a ratio of capacity). */
void load_add(struct load *l, uint64_t now_us, uint64_t l1_bytes, double limit);
/* How many of the last 30 days had a 5-minute mean at or over the limit. */
unsigned load_days_over(const struct load *l);
