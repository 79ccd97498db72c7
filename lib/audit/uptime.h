/*
 * How long something was up: a BGP session, a BFD session, a member of a LAG. Counters say how much
 * of the window it was up; the list of its last outages says when it was not, so that what an
 * announced change covers can be taken out, and outages of two connections can be laid side by
 * side. Pure functions.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { UPTIME_OUTAGES = 14 };

struct outage {
	uint64_t from_us, until_us; /* until_us: the end of the window while it lasts */
	bool begun;                 /* it begins here; false: in maintenance or before the window */
	bool lasts;
};

struct uptime {
	uint64_t up_us, covered_us; /* over the window, maintenance included */
	uint64_t flaps;             /* up to down, over the window, maintenance included */
	uint64_t maintained_us;     /* time down that maintenance covers */
	uint64_t maintained_flaps;  /* outages that begin in it */
	const char *maintenance;    /* id of one that covers an outage, or NULL */
	struct outage outages[UPTIME_OUTAGES]; /* outside maintenance, newest first */
	unsigned outage_count;
};

/* When maintenance next covers the subject at or after `us`: [*from, *until), *from <= us where it
 * covers `us` itself; its id, or NULL when none follows. */
typedef const char *uptime_maintenance_fn(const void *context, uint64_t us, uint64_t *from,
                                          uint64_t *until);

/* Reads "FROM-UNTIL,FROM-UNTIL" (newest first, UNTIL 0: it lasts), cut to [from_us, to_us] and to
 * what no maintenance covers. Anything unreadable ends the list. */
void uptime_read(struct uptime *u, const char *outages, uint64_t from_us, uint64_t to_us,
                 uptime_maintenance_fn *maintenance, const void *context);

/* Time down outside maintenance: as listed, which can be less than was counted. */
uint64_t uptime_listed_us(const struct uptime *u);
/* Share of the judged time that it was up, outside maintenance; NaN: nothing judged. */
double uptime_ratio(const struct uptime *u);
/* The longest single outage, or NULL. */
const struct outage *uptime_longest(const struct uptime *u);
/* Outages that begin outside maintenance; most of them that begin within `within_us`. */
unsigned uptime_flaps(const struct uptime *u);
unsigned uptime_flaps_within(const struct uptime *u, uint64_t within_us);

/* Of several, those times when at least `at_least` were down at once: 1 any, `count` all. What was
 * judged is the least of all; maintenance the most. */
void uptime_combine(struct uptime *out, const struct uptime *const *of, size_t count,
                    size_t at_least);
