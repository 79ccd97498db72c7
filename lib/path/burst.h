/*
 * A burst: up to BURST_MAX frames and what the stages learned of them. Filled by a port or a
 * capture, run through the stages of path/pipeline.h, freed whole by whoever filled it. Times,
 * lanes and lengths are arrays, because captures and mirror ports mix them within a burst.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "proto/packet.h"

enum { BURST_MAX = 64 };
#define BURST_NO_METER UINT32_MAX

enum { LANE_UNKNOWN = 0xffff }; /* a mirror port's frame before (or without) its direction */

struct flow;
struct rte_mbuf;

struct burst {
	uint32_t count;
	uint32_t port; /* source index: which port or capture filled it */
	const uint8_t *data[BURST_MAX];
	uint32_t captured[BURST_MAX];      /* bytes at data */
	uint32_t wire[BURST_MAX];          /* frame bytes without FCS, >= captured */
	uint64_t time_ns[BURST_MAX];       /* packet clock; live: the same for the whole burst */
	uint16_t lane[BURST_MAX];          /* index in the pipeline's lanes */
	uint8_t link_layer[BURST_MAX];     /* enum link_layer */
	struct rte_mbuf *owner[BURST_MAX]; /* NULL for captures, and once punted */
	/* the burst that will be run after this one, or NULL: its frames are fetched meanwhile, one
	 * for each that is decoded, so that they cost no waiting */
	const struct burst *next;
	bool one_lane; /* all frames have the same lane and time, and the lane is known */
	/* set by the stages */
	uint16_t flags_any; /* OR of all packet.flags */
	uint8_t seen_any;   /* OR of all seen, at least */
	uint64_t tcp;       /* bit per packet: its protocol is TCP */
	struct packet packet[BURST_MAX];
	uint16_t link[BURST_MAX];     /* index in conf.links */
	struct flow *flow[BURST_MAX]; /* NULL: no flow (no IP, undecoded, no place) */
	uint8_t seen[BURST_MAX];      /* enum flow_seen bits */
	uint8_t reverse[BURST_MAX];   /* goes against its flow's first packet */
	uint8_t class[BURST_MAX];     /* enum traffic_class, of the flow so far or of the frame */
	uint32_t meter[BURST_MAX];    /* BURST_NO_METER: the direction is not known */
	uint8_t todo[BURST_MAX];      /* what later stages look at: path/stages.h */
};
