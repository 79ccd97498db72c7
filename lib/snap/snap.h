/*
 * The snapshot: what one worker counted in one interval. Double-buffered per core: the worker
 * writes the current buffer without locks; at the end of an interval it swaps, and the aggregator
 * reads and clears the other one. All counters are of the interval (deltas); totals are kept by the
 * aggregator. A worker whose other buffer was not yet taken goes on counting into the same
 * interval, which then is longer and says so.
 *
 * A lane is one RX direction of one LAG member: (link, member, direction).
 */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "measure/meter.h"
#include "proto/reason.h"
#include "snap/halves.h"
#include "snap/latency.h"
#include "snap/quality.h"
#include "snap/sample.h"
#include "snap/shortage.h"
#include "snap/stream.h"

enum {
	SNAP_BINS = 2048, /* 1 ms bins: two seconds, so that a late aggregator loses no peak */
	SNAP_SIZES = 12,  /* packet-size classes, snap_size_class() */
	/* what L1 adds to a frame: FCS 4, preamble and delimiter 8, inter-packet gap 12 bytes */
	SNAP_L1_OVERHEAD = 24,
	SNAP_PUNTS = 2, /* control, bulk */
	/* change when struct snap or its parts change: publish, merge and aggregate assert it */
	SNAP_SEQ = 7,
};

struct lane_id {
	uint16_t link;  /* index in conf.links */
	uint8_t member; /* index in the link's members */
	uint8_t dir;    /* enum direction */
};

struct snap_lane {
	uint64_t packets;
	uint64_t bytes;             /* frame bytes without FCS (L2); L1 is 24 more per packet */
	uint64_t first_ns, last_ns; /* of packets in the interval; 0: none */
	uint64_t sizes[SNAP_SIZES];
	uint32_t bins[SNAP_BINS]; /* L1 bytes per ms since the interval's start; the last bin also
	                             takes what comes later (bins_late) */
	uint64_t bins_late;       /* packets beyond the last bin */
};

/* Upper bounds of the size classes in frame bytes without FCS; the last one is open. */
extern const uint32_t snap_size_bounds[SNAP_SIZES];
unsigned snap_size_class(uint32_t bytes);

/* One endpoint on one link and side, fed from flows (not per packet). */
struct snap_endpoint {
	struct addr addr;
	uint16_t link;
	uint8_t side; /* SIDE_PEER or SIDE_MSFT */
	uint8_t pad;
	uint32_t subnet;       /* id on its side */
	uint32_t packets[2];   /* [enum direction] */
	uint32_t countable[2]; /* of these, TCP and media: of which loss is told */
	uint64_t bytes[2];
	uint64_t first_ns, last_ns;    /* of the flows fed */
	uint32_t flows;                /* flows first fed in this interval */
	uint32_t active, begun, media; /* flows fed; begun by it; of media */
	/* for roles, see classify/role_rules.h: bits by traffic_class (there are at most 64) of
	 * flows that it began, that others began with it, and those that it answered … */
	uint64_t asked, taken, served;
	/* … and sketches of the other ends: of taken flows, of media */
	uint64_t clients, media_peers;
};

static_assert(sizeof(struct snap_endpoint) == 2 * CACHE_LINE,
              "an endpoint is two lines, both fetched ahead");

struct snap {
	uint64_t seq;              /* 1 for a worker's first interval */
	uint64_t start_ns, end_ns; /* packet clock */
	uint64_t packets, bytes;   /* all lanes and direction_unknown */
	uint64_t reasons[REASON_COUNT];
	/* the worker itself */
	uint64_t busy_cycles, total_cycles; /* TSC; busy: turns that received something */
	uint64_t longest_turn_ns;
	uint64_t punted[SNAP_PUNTS], punt_dropped[SNAP_PUNTS];
	/* frames of mirror ports on which neither side was recognised: in no lane and no meter, but
	 * decoded, in flows and punted; see also plan_port.guess */
	uint64_t direction_unknown, direction_unknown_bytes;
	/* flow table */
	uint64_t flows_created, flows_expired, flows_evicted;
	uint64_t flows_used, flows_capacity; /* state at the end of the interval */
	struct shortage shortage;            /* of all tables */
	uint32_t meter_count;                /* meters in use; `meters` below it are valid */
	uint32_t lane_count;
	uint32_t endpoint_count; /* endpoints[0 … count) are valid, in order of first sight */
	uint32_t endpoint_capacity;
	uint64_t endpoints_overflow; /* flow feedings that found no room: traffic is in the meters
	                                only */
	bool stretched;              /* the interval is longer: the aggregator was late */
	uint64_t generation;         /* of the configuration that lanes and meters refer to */
	uint32_t quality_count, quality_capacity;
	uint64_t quality_overflow; /* counts that found no line: see quality_of() */
	uint32_t stream_count, stream_capacity;
	uint64_t streams_overflow; /* reports that found no room */
	/* RTP streams in the worker's pool, at the end of the interval */
	uint64_t streams_used, streams_room;
	struct snap_lane *lanes;
	struct meter *meters;
	struct snap_quality *qualities; /* [quality_count], by meter.quality */
	struct latency_set latencies;
	struct snap_stream *streams; /* [stream_count] */
	struct sample_set *round_trips, *losses;
	struct halves *halves; /* by link, direction and kind: snap_halves() */
	uint32_t halves_count;
	struct snap_endpoint *endpoints;
	uint32_t *endpoint_index; /* open-addressed, endpoint_capacity * 2 slots; see snap.c */
};

/* The two buffers of one worker. */
struct snap_core;

struct snap_params {
	uint32_t lanes;
	uint32_t meters;    /* see meter_table_create() */
	uint32_t endpoints; /* per interval */
	uint32_t qualities; /* meters with something wrong, per interval */
	uint32_t latencies; /* histograms, see latency_set_init() */
	uint32_t streams;   /* RTP streams per interval */
	uint16_t links;
	uint64_t generation;
};

/* NULL when the memory is not there (logged). The meter table of the generation belongs to it. */
struct snap_core *snap_core_create(const struct snap_params *params);
void snap_core_destroy(struct snap_core *c);

/* The keys of all meters that this core's snapshots carry. */
struct meter_table *snap_meters(const struct snap_core *c);

/* Worker: the buffer to count into, the same until snap_publish() returned another. The worker sets
 * start_ns when its first packet comes (0 until then). */
struct snap *snap_current(struct snap_core *c);

/* Worker: the interval ends at `end_ns`. Swaps and returns the new current buffer (cleared), or the
 * same one, marked stretched, when the aggregator still holds the other. Constant time. After a
 * worker has left the core (a reload) and is quiescent, the aggregator calls it once more itself to
 * get at what a stretched interval left behind. */
struct snap *snap_publish(struct snap_core *c, uint64_t end_ns);

/* Worker: whether snap_publish() would find a buffer to go on with. */
bool snap_spare(const struct snap_core *c);

/* Aggregator: the published buffer, or NULL when there is none. Must be given back. */
struct snap *snap_take(struct snap_core *c);
/* Aggregator: clear what was used and hand the buffer back to the worker. */
void snap_release(struct snap_core *c, struct snap *s);

/* Worker: bring what snap_endpoint_find() reads first into the caches; then, when that has come,
 * the endpoint itself. */
void snap_endpoint_prefetch(const struct snap *s, uint64_t hash);
void snap_endpoint_prefetch_more(const struct snap *s, uint64_t hash);

/* Worker: the endpoint's slot in this snapshot, added when new; NULL and counted when full. */
struct snap_endpoint *snap_endpoint_find(struct snap *s, uint64_t hash, const struct addr *addr,
                                         uint16_t link, uint8_t side);
