/*
 * The aggregate: the workers' snapshots of an interval merged, totals since start kept, rates and
 * peaks computed. Used by the probe's aggregator thread and by `pniscope analyze`; it sees nothing
 * of packets or Redis. All times come with the snapshots. One thread.
 *
 *   aggregate_merge() for each worker's snapshot; aggregate_port() for each port's own counters;
 *   aggregate_close(); read; the next interval.
 *
 * Per link, the four views (members, classes, peer-side subnets, cloud-side subnets) are sums over
 * the same meters and lanes, so they add up; what no declared subnet covers is the rest of its
 * side.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/hash.h"
#include "base/map.h"
#include "classify/class.h"
#include "classify/role_rules.h"
#include "conf/conf.h"
#include "measure/load.h"
#include "snap/halves_book.h"
#include "snap/latency_book.h"
#include "snap/quality_book.h"
#include "snap/snap.h"
#include "snap/stream_book.h"

/* Packets and bytes both ways, [enum direction]; bytes without FCS. */
struct counts {
	uint64_t packets[2], bytes[2];
};

/* A subject's totals since start and its last interval. */
struct agg_cell {
	struct counts total, last;
	uint64_t flows, flows_two_way, flows_peer;
	uint64_t first_us, last_us; /* interval bounds of its first and last packets; 0: none */
};

/* What a lane's port says of itself; totals since the port's start. */
struct agg_port {
	bool present;
	bool both; /* one port carries both directions: counted on DIR_PEER_TO_MSFT */
	uint64_t rx_packets, rx_bytes;
	uint64_t missed; /* lost before the probe could take them, kernel drops included */
	uint64_t no_mbuf;
	uint64_t speed_bps;
	uint64_t kernel_drops;
};

struct agg_lane {
	struct lane_id id;
	uint64_t packets, bytes, last_packets, last_bytes; /* total; last interval */
	uint64_t last_us;                                  /* time of the last packet */
	uint64_t bins[SNAP_BINS]; /* L1 bytes per ms of the running interval */
	double peak_1ms_bps;
	struct agg_port port, port_before; /* now, and when the last interval closed */
};

struct agg_link {
	struct agg_cell cell;
	double peak_bps[2][3]; /* L1; bins of 1, 10, 100 ms */
	uint64_t sizes[2][SNAP_SIZES];
	uint64_t last_packet_us[2];
	uint64_t endpoints[2]; /* distinct, [0] peer's side, [1] cloud's */
	struct load load[2];
};

/* Rests of a side: not in a declared subnet nor announced, not metered because the meter table was
 * full, and announced by BGP without being declared. */
enum agg_rest {
	REST_UNDECLARED_PEER,
	REST_UNDECLARED_MSFT,
	REST_UNMETERED_PEER,
	REST_UNMETERED_MSFT,
	REST_ANNOUNCED_PEER,
	REST_ANNOUNCED_MSFT,
	REST_COUNT
};
const char *agg_rest_name(enum agg_rest r); /* "undeclared-peer" … */

struct agg_subnet {
	struct agg_cell cell;
	uint64_t endpoints;
	uint32_t classes_first; /* 1 + index in subnet_classes of its first class; 0: none */
};

struct agg_subnet_class {
	uint32_t subnet; /* id, 1 … */
	uint32_t next;   /* 1 + index of the subnet's next one */
	uint8_t class;
	struct agg_cell cell;
};

struct agg_endpoint {
	struct addr addr;
	uint8_t side;            /* SIDE_PEER or SIDE_MSFT */
	uint32_t subnet;         /* id, 0: undeclared */
	uint64_t links, classes; /* bits */
	struct counts total, last;
	uint64_t flows, first_us, last_us;
	struct role_flows roles;       /* what its flows say of its role, since start */
	uint32_t active, asked, media; /* flows in the last interval; begun by it; of media */
	bool changed;                  /* in the last interval */
	/* round trips from the tap, since start: those that the samples kept */
	uint64_t rtt_count, rtt_sum_ns;
	uint32_t rtt_min_ns, rtt_methods; /* 0: none; bits by enum latency_method */
	/* packets of TCP and media, sent by it and to it; of these, lost on its side */
	uint64_t countable;
	double lost;
};

struct aggregate {
	const struct conf *conf;
	uint64_t seq, start_us, end_us; /* of the last closed interval */
	uint64_t started_us;            /* start of the first one */
	uint64_t intervals;
	bool stretched;
	uint32_t lane_count, subnet_count; /* subnet ids are 1 … subnet_count */
	struct agg_lane *lanes;
	struct agg_link *links;        /* [conf->link_count] */
	struct agg_cell *link_classes; /* [link * CLASS_COUNT + class] */
	struct agg_cell *link_subnets; /* [link * (subnet_count + 1) + id]; id 0 not used */
	struct agg_cell (*link_rests)[REST_COUNT];
	struct agg_subnet *subnets; /* [subnet_count + 1]; 0 not used */
	struct agg_subnet_class *subnet_classes;
	uint32_t subnet_class_count, subnet_class_capacity;
	struct agg_endpoint *endpoints;
	uint32_t endpoint_count, endpoint_capacity;
	uint64_t endpoints_overflow;
	struct map endpoint_map;
	struct hash_key endpoint_key;
	struct quality_book *quality;
	struct stream_book
		*voice; /* RTP streams and media legs; begins anew with a configuration */
	struct latency_book *latency;
	struct halves_book *halves; /* begins anew with a configuration */
	/* the probe itself: totals, then the last interval's */
	struct agg_probe {
		uint64_t packets, bytes, reasons[REASON_COUNT];
		uint64_t direction_unknown, direction_unknown_bytes;
		uint64_t punted[SNAP_PUNTS], punt_dropped[SNAP_PUNTS];
		uint64_t flows_created, flows_expired, flows_evicted;
		struct shortage shortage;
		/* RTP: reports that found no place; then state */
		uint64_t streams_overflow, streams_used, streams_room;
		uint64_t flows_used, flows_capacity, meters;                  /* state at the end */
		uint64_t missed, no_mbuf, kernel_drops, rx_packets, rx_bytes; /* sums over ports */
		double busy_ratio, cycles_per_packet;
		uint64_t longest_turn_ns;
		double loss_ratio,
			coverage_ratio; /* of the last interval; 0 and 1 without port counters */
		uint64_t offered, lost; /* of the last interval */
	} probe;
	struct {
		uint64_t error_ns;
		bool by_turn; /* a frame gets its time when its worker turns to it */
	} clock;
	struct agg_merge *merging; /* the running interval; private */
};

/* `lanes` as in the plan. Subnet ids are conf->subnets index + 1. NULL: out of memory. */
struct aggregate *aggregate_create(const struct conf *conf, const struct lane_id *lanes,
                                   uint32_t lane_count, uint32_t max_endpoints);
void aggregate_destroy(struct aggregate *a);

/* Add one worker's snapshot; `meters` gives its keys. The snapshot may be released afterwards. */
void aggregate_merge(struct aggregate *a, const struct snap *s, const struct meter_table *meters);
/* Round trips that were not measured by a worker, and clear them; nothing while no snapshot of the
 * interval came. */
void aggregate_latency(struct aggregate *a, struct latency_set *set);
/* A lane's port counters at the end of the interval. */
void aggregate_port(struct aggregate *a, uint16_t lane, const struct agg_port *port);
/* What packet times are worth from now on: a bound of their error, to which with `by_turn` the
 * longest turn of a worker comes. Before aggregate_close(). */
void aggregate_clock(struct aggregate *a, uint64_t error_ns, bool by_turn);
/* That bound for the last closed interval: of every figure that stands on two times. */
uint64_t aggregate_clock_error_ns(const struct aggregate *a);
/* Compute rates, peaks and the probe's own losses; the interval's cells are readable until the
 * next merge. */
void aggregate_close(struct aggregate *a);

/* Seconds of the last closed interval; never 0. */
double aggregate_seconds(const struct aggregate *a);
/* Carry totals over to a new configuration: subjects with the same name keep theirs. */
void aggregate_carry(struct aggregate *to, const struct aggregate *from);
