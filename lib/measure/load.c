#include "measure/load.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

enum {
	PERIOD = 5,
	DAYS_KEPT = 30,
	MINUTES_A_DAY = 24 * 60,
};
#define MINUTE_US (60 * US_PER_S)

void
load_init(struct load *l, uint64_t capacity_bps)
{
	memset(l, 0, sizeof *l);
	l->capacity_bps = capacity_bps;
	l->p95_5min = l->peak_1min = NAN;
}

/* Mean of the five minutes that end with `last`. */
static double
mean_of_period(const struct load *l, uint64_t last)
{
	double sum = 0;

	for (uint64_t m = last + 1 - PERIOD; m <= last; m++)
		sum += (double)l->ratio[m % LOAD_MINUTES];
	return sum / PERIOD;
}

static int
by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* Nearest-rank 95th percentile of the day's whole 5-minute periods (aligned to the clock). */
static double
percentile_95(const struct load *l)
{
	double means[LOAD_MINUTES / PERIOD];
	uint64_t end = l->minute - l->minute % PERIOD;
	unsigned count = 0;

	while (count < LOAD_MINUTES / PERIOD && end >= l->first_minute + PERIOD &&
	       l->minute - (end - PERIOD) <= l->filled) {
		means[count++] = mean_of_period(l, end - 1);
		end -= PERIOD;
	}
	if (count == 0)
		return NAN;
	qsort(means, count, sizeof *means, by_value);
	return means[(count * 95 + 99) / 100 - 1];
}

static double
peak_minute(const struct load *l)
{
	double peak = NAN;

	for (uint32_t i = 1; i <= l->filled; i++)
		peak = fmax(peak, (double)l->ratio[(l->minute - i) % LOAD_MINUTES]);
	return peak;
}

static void
turn_day(struct load *l, uint64_t minute)
{
	uint64_t day = minute / MINUTES_A_DAY, passed = day - l->day;

	l->days_over = passed < DAYS_KEPT ? l->days_over << passed & ((1u << DAYS_KEPT) - 1) : 0;
	l->day = day;
}

static void
close_minute(struct load *l, double limit)
{
	uint64_t last = l->minute;
	double ratio = l->capacity_bps ? l->bytes * 8 / 60 / (double)l->capacity_bps : 0;

	l->ratio[last % LOAD_MINUTES] = (float)ratio;
	if (l->filled < LOAD_MINUTES)
		l->filled++;
	l->bytes = 0;
	l->minute++;
	if (l->minute / MINUTES_A_DAY != l->day)
		turn_day(l, l->minute);
	if (l->minute % PERIOD != 0 || l->minute < l->first_minute + PERIOD)
		return;
	if (mean_of_period(l, last) >= limit && limit > 0) {
		l->days_over |= last / MINUTES_A_DAY == l->day ? 1 : 2;
		if (!l->over_since_us)
			l->over_since_us = (l->minute - PERIOD) * MINUTE_US;
	}
}

void
load_add(struct load *l, uint64_t now_us, uint64_t l1_bytes, double limit)
{
	uint64_t minute = now_us / MINUTE_US;

	if (l->minute == 0 || minute > l->minute + LOAD_MINUTES) {
		uint64_t capacity = l->capacity_bps;

		load_init(l, capacity);
		l->minute = minute;
		l->first_minute = minute + 1; /* this one is not whole */
		l->day = minute / MINUTES_A_DAY;
	}
	if (minute > l->minute) {
		while (l->minute < minute)
			close_minute(l, limit);
		if (l->filled > l->minute - l->first_minute)
			l->filled = (uint32_t)(l->minute - l->first_minute);
		l->p95_5min = percentile_95(l);
		l->peak_1min = peak_minute(l);
	}
	l->bytes += (double)l1_bytes;
}

unsigned
load_days_over(const struct load *l)
{
	return (unsigned)__builtin_popcountll(l->days_over);
}
