#include "snap/totals.h"

#include <string.h>

uint64_t
totals_link_capacity(const struct conf_link *link)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < link->member_count; i++)
		sum += link->members[i].speed_bps;
	return sum;
}

/* Calls `fn` for every cell there is, so that no view can be forgotten in one place. */
static void
each_cell(struct aggregate *a, void (*fn)(struct agg_cell *))
{
	size_t links = a->conf->link_count;

	for (size_t i = 0; i < links; i++) {
		fn(&a->links[i].cell);
		for (int r = 0; r < REST_COUNT; r++)
			fn(&a->link_rests[i][r]);
	}
	for (size_t i = 0; i < links * CLASS_COUNT; i++)
		fn(&a->link_classes[i]);
	for (size_t i = 0; i < links * (a->subnet_count + 1); i++)
		fn(&a->link_subnets[i]);
	for (uint32_t i = 1; i <= a->subnet_count; i++)
		fn(&a->subnets[i].cell);
	for (uint32_t i = 0; i < a->subnet_class_count; i++)
		fn(&a->subnet_classes[i].cell);
}

static void
clear_cell(struct agg_cell *cell)
{
	cell->last = (struct counts){0};
}

void
totals_clear_interval(struct aggregate *a)
{
	each_cell(a, clear_cell);
	for (uint32_t i = 0; i < a->lane_count; i++) {
		a->lanes[i].last_packets = a->lanes[i].last_bytes = 0;
		memset(a->lanes[i].bins, 0, sizeof a->lanes[i].bins);
	}
	for (uint32_t i = 0; i < a->endpoint_count; i++) {
		if (!a->endpoints[i].changed)
			continue;
		a->endpoints[i].last = (struct counts){0};
		a->endpoints[i].changed = false;
		a->endpoints[i].active = a->endpoints[i].asked = a->endpoints[i].media = 0;
	}
}

static void
add_counts(struct counts *to, const struct counts *from)
{
	for (int dir = 0; dir < DIR_COUNT; dir++) {
		to->packets[dir] += from->packets[dir];
		to->bytes[dir] += from->bytes[dir];
	}
}

static void
close_cell(struct agg_cell *cell)
{
	add_counts(&cell->total, &cell->last);
}

/* Highest sum of `width` neighbouring 1 ms bins (aligned), as bit/s. */
static double
peak_of(const uint64_t bins[SNAP_BINS], unsigned width)
{
	uint64_t peak = 0;

	for (unsigned i = 0; i + width <= SNAP_BINS; i += width) {
		uint64_t sum = 0;

		for (unsigned j = 0; j < width; j++)
			sum += bins[i + j];
		if (sum > peak)
			peak = sum;
	}
	return (double)peak * 8 * 1000 / width;
}

/* A link's peaks are those of the sum over its members, not the sum of their peaks. */
static void
close_link_direction(struct aggregate *a, size_t link, unsigned dir, double limit)
{
	static const unsigned widths[3] = {1, 10, 100};
	uint64_t bins[SNAP_BINS] = {0}, packets = 0, bytes = 0;

	for (uint32_t i = 0; i < a->lane_count; i++) {
		const struct agg_lane *lane = &a->lanes[i];

		if (lane->id.link != link || lane->id.dir != dir)
			continue;
		packets += lane->last_packets;
		bytes += lane->last_bytes;
		for (int b = 0; b < SNAP_BINS; b++)
			bins[b] += lane->bins[b];
	}
	for (int w = 0; w < 3; w++)
		a->links[link].peak_bps[dir][w] = peak_of(bins, widths[w]);
	load_add(&a->links[link].load[dir], a->start_us, bytes + SNAP_L1_OVERHEAD * packets, limit);
}

/* A counter of a port that was reset (the port was opened anew) starts from zero. */
static uint64_t
grown(uint64_t now, uint64_t before)
{
	return now >= before ? now - before : now;
}

static void
close_port(struct agg_probe *p, struct agg_lane *lane)
{
	const struct agg_port *now = &lane->port, *before = &lane->port_before;
	uint64_t rx = grown(now->rx_packets, before->rx_packets);
	uint64_t lost = grown(now->missed, before->missed) + grown(now->no_mbuf, before->no_mbuf);

	p->rx_packets += rx;
	p->rx_bytes += grown(now->rx_bytes, before->rx_bytes);
	p->missed += grown(now->missed, before->missed);
	p->no_mbuf += grown(now->no_mbuf, before->no_mbuf);
	p->kernel_drops += grown(now->kernel_drops, before->kernel_drops);
	p->offered += rx + lost;
	p->lost += lost;
	lane->port_before = *now;
}

static void
close_lanes(struct aggregate *a)
{
	struct agg_probe *p = &a->probe;

	p->offered = p->lost = 0;
	for (uint32_t i = 0; i < a->lane_count; i++) {
		struct agg_lane *lane = &a->lanes[i];

		lane->packets += lane->last_packets;
		lane->bytes += lane->last_bytes;
		lane->peak_1ms_bps = peak_of(lane->bins, 1);
		if (lane->port.present)
			close_port(p, lane);
	}
	p->loss_ratio = p->offered ? (double)p->lost / (double)p->offered : 0;
	p->coverage_ratio = 1 - p->loss_ratio;
}

static void
close_endpoints(struct aggregate *a)
{
	for (uint32_t i = 0; i < a->endpoint_count; i++)
		if (a->endpoints[i].changed)
			add_counts(&a->endpoints[i].total, &a->endpoints[i].last);
}

void
totals_close(struct aggregate *a)
{
	each_cell(a, close_cell);
	close_lanes(a);
	close_endpoints(a);
	for (size_t i = 0; i < a->conf->link_count; i++) {
		double limit = conf_threshold(a->conf, &a->conf->links[i], "x15_augment_ratio");

		for (unsigned dir = 0; dir < DIR_COUNT; dir++)
			close_link_direction(a, i, dir, limit);
	}
}
