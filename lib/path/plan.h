/*
 * The plan: what workers need of the configuration, in the form in which they need it. Built whole
 * from struct conf by the control thread, never changed afterwards, replaced by pointer
 * (pipeline_set_plan) and destroyed when all workers were quiescent. Any thread may read it.
 *
 * Ports: a burst's `port` indexes `ports` and is the source's index in path/source.h. A lane is a
 * direction of a member; a simplex port has one, a mirror port those of all its members, and tells
 * its frames apart by the members' rules.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/hash.h"
#include "classify/class.h"
#include "conf/conf.h"
#include "path/source.h"
#include "proto/packet.h"
#include "snap/snap.h"

struct lpm;

/* A member whose frames a port carries. */
struct plan_member {
	uint16_t lane[DIR_COUNT];        /* of a simplex port both the same */
	const struct conf_member *rules; /* by, macs, vlan */
};

/* How frames of one port get their lane when they come with LANE_UNKNOWN. */
struct plan_port {
	uint16_t link; /* of the first member; index in conf.links */
	bool both;     /* a mirror port */
	uint16_t member_count;
	struct plan_member members[SOURCE_MEMBERS_MAX];
};

struct plan {
	uint64_t generation;
	const struct conf *conf; /* borrowed; outlives the plan */
	struct lane_id *lanes;   /* lane index -> link, member, direction */
	uint16_t lane_count;
	uint16_t link_count;
	struct plan_port *ports;
	uint16_t port_count;
	struct lpm *side_lpm[2];   /* [0] peer side, [1] cloud side: address -> subnet id */
	struct lpm *sbc_lpm;       /* address -> 1 + index in conf.sbcs; NULL: none declared */
	struct lpm *direction_lpm; /* address -> 1 + enum side, from everything declared */
	struct class_rules rules;
	struct hash_key half_key; /* of half-seen flows' tokens: the contract's */
	struct packet_options decode;
	/* Set by `analyze` on captures: a frame whose direction no rule tells goes the way that its
	 * flow's first sender is the peer; it still counts as direction_unknown. */
	bool guess;
};

/* `generation` grows with every reload, 1 the first. Never NULL (aborts without memory). `sources`
 * is read, not kept. */
struct plan *plan_create(const struct conf *conf, const struct sources *sources,
                         uint64_t generation);
void plan_destroy(struct plan *p);

/* Lane of a link's member and direction; lanes of a member stand together, by direction. */
uint16_t plan_lane(const struct plan *p, size_t link, size_t member, enum direction dir);

/* The lane of a decoded frame of `port`, or LANE_UNKNOWN. */
uint16_t plan_direction(const struct plan *p, uint32_t port, const uint8_t *frame,
                        const struct packet *packet);

/* Parameters of a worker's snapshots under this plan. */
void plan_snap_params(const struct plan *p, uint32_t meters, uint32_t endpoints,
                      struct snap_params *out);
