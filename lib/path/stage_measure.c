/*
 * Count every frame in its meter and its lane. A burst of one lane and one time (live ports) is
 * summed in locals and written once; otherwise (captures, mirror ports) frame by frame, and the
 * interval may end within the burst.
 */
#include <string.h>

#include "base/clock.h"
#include "path/stages.h"

/* Size classes by length in steps of 4 bytes up to the largest plain frame, so that no loop runs
 * per packet; the bounds are multiples of 4, or 1514 and 1518, which share 1512-1519. */
enum { SMALL_SIZE = 1512 };
static uint8_t small[SMALL_SIZE / 4];

void
stage_measure_init(void)
{
	for (uint32_t i = 0; i < sizeof small; i++)
		small[i] = (uint8_t)snap_size_class(i * 4 + 1);
}

static inline unsigned
size_class(uint32_t wire)
{
	return wire < SMALL_SIZE ? small[wire ? (wire - 1) / 4 : 0] : snap_size_class(wire);
}

static inline void
bin_add(struct snap_lane *lane, const struct snap *s, uint64_t time_ns, uint32_t packets,
        uint64_t l1_bytes)
{
	uint64_t bin = time_ns > s->start_ns ? (time_ns - s->start_ns) / NS_PER_MS : 0;

	if (bin >= SNAP_BINS) {
		bin = SNAP_BINS - 1;
		lane->bins_late += packets;
	}
	lane->bins[bin] += (uint32_t)l1_bytes;
}

static inline void
lane_span(struct snap_lane *lane, uint64_t time_ns)
{
	if (!lane->first_ns || time_ns < lane->first_ns)
		lane->first_ns = time_ns;
	if (time_ns > lane->last_ns)
		lane->last_ns = time_ns;
}

static inline void
meter_add(struct snap *s, uint32_t meter, unsigned dir, uint32_t wire)
{
	struct meter *m = &s->meters[meter];

	m->packets[dir]++;
	m->bytes[dir] += wire;
}

static void
measure_one_lane(struct pipeline *p, const struct burst *b)
{
	struct snap *s = p->snap;
	struct snap_lane *lane = &s->lanes[b->lane[0]];
	unsigned dir = p->plan->lanes[b->lane[0]].dir;
	uint64_t bytes = 0;

	for (uint32_t i = 0; i < b->count; i++) {
		bytes += b->wire[i];
		lane->sizes[size_class(b->wire[i])]++;
		meter_add(s, b->meter[i], dir, b->wire[i]);
	}
	s->packets += b->count;
	s->bytes += bytes;
	lane->packets += b->count;
	lane->bytes += bytes;
	lane_span(lane, b->time_ns[0]);
	bin_add(lane, s, b->time_ns[0], b->count, bytes + (uint64_t)b->count * SNAP_L1_OVERHEAD);
}

static void
measure_frame(struct pipeline *p, const struct burst *b, uint32_t i)
{
	struct snap *s = p->snap;
	struct snap_lane *lane;

	s->packets++;
	s->bytes += b->wire[i];
	if (b->lane[i] == LANE_UNKNOWN)
		return;
	lane = &s->lanes[b->lane[i]];
	lane->packets++;
	lane->bytes += b->wire[i];
	lane->sizes[size_class(b->wire[i])]++;
	lane_span(lane, b->time_ns[i]);
	bin_add(lane, s, b->time_ns[i], 1, b->wire[i] + SNAP_L1_OVERHEAD);
	meter_add(s, b->meter[i], p->plan->lanes[b->lane[i]].dir, b->wire[i]);
}

void
stage_measure(struct pipeline *p, struct burst *b)
{
	if (b->one_lane) {
		measure_one_lane(p, b);
		return;
	}
	for (uint32_t i = 0; i < b->count; i++) {
		if (interval_over(p, b->time_ns[i]))
			interval_turn(p, b->time_ns[i]);
		measure_frame(p, b, i);
	}
}
