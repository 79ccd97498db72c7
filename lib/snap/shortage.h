/*
 * What a worker's tables had no room for. Counted where it happens, carried in every snapshot,
 * summed by the aggregator, and a field each of the probe's record: a figure that stands on such a
 * table is worth no more than this says.
 */
#pragma once

#include <stdint.h>

/* X(name, unit, what): a member of struct shortage, and the field of that name. */
#define SHORTAGES(X)                                                                         \
	X(flows_refused, "packets", "that found no place in the flow table")                 \
	X(meter_overflows, "", "packets that found no meter of their own")                   \
	X(fragments_forgotten, "",                                                           \
	  "datagrams in fragments given up for newer ones: later fragments find no flow")    \
	X(segments_refused, "packets", "of TCP whose connection found no room")              \
	X(holes_untracked, "",                                                               \
	  "gaps in TCP that found no room: their loss has no side, before or after the tap") \
	X(streams_refused, "packets", "of RTP whose source found no room")                   \
	X(expectations_evicted, "",                                                          \
	  "media that signalling told of, given up for newer ones before they came")

struct shortage {
#define X(name, unit, what) uint64_t name;
	SHORTAGES(X)
#undef X
};

static inline void
shortage_add(struct shortage *to, const struct shortage *more)
{
#define X(name, unit, what) to->name += more->name;
	SHORTAGES(X)
#undef X
}

/* What has come since `before`. */
static inline void
shortage_add_since(struct shortage *to, const struct shortage *now, const struct shortage *before)
{
#define X(name, unit, what) to->name += now->name - before->name;
	SHORTAGES(X)
#undef X
}
