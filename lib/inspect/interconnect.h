/*
 * The links of the contract as their own protocols tell them: per member both ends' LACP and
 * neighbours, per link and side the tokens of its router. Places come from the configuration, so
 * nothing here grows with what a stranger sends. The inspector's thread writes; read when it has
 * stopped, or while it is held.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "conf/conf.h"
#include "inspect/lacp_member.h"
#include "inspect/tokens.h"
#include "inspect/witness.h"
#include "path/punt.h"
#include "snap/snap.h"

enum {
	NEIGHBOUR_SIZE = 64,
	NEIGHBOUR_TEXT_SIZE = 96,
	/* A frame may still wait in a ring when the interval that it belongs to ends: timers run
	 * so much behind. */
	INTERCONNECT_LATE_NS = 100000000,
};

/* What a port says of itself by LLDP and CDP; texts are sanitized. */
struct neighbour {
	char lldp_chassis[NEIGHBOUR_SIZE], lldp_port[NEIGHBOUR_SIZE], lldp_name[NEIGHBOUR_SIZE];
	char lldp_description[NEIGHBOUR_TEXT_SIZE];
	uint16_t mau_type; /* 0: not told */
	char cdp_device[NEIGHBOUR_SIZE];
	struct token_list macs; /* sources of its frames that are read here */
};

struct member_watch {
	struct lacp_member lacp;
	struct neighbour neighbour[LACP_SIDES];
	bool own; /* frames came on its own lanes: no other member's port mirrors it */
};

struct link_watch {
	char name[64];
	struct member_watch *members;
	size_t member_count;
	struct tokens tokens[LACP_SIDES];
};

struct interconnect {
	struct link_watch *links; /* as in conf.links */
	size_t link_count;
	struct witness lacpdus; /* of any member */
};

void interconnect_fini(struct interconnect *ic);
/* After a reload and at the start: links and members that stayed, by name and place, keep what is
 * known of them. NULL: no links. */
void interconnect_set_conf(struct interconnect *ic, const struct conf *conf);

/* NULL: the lane is not known, or not of this contract. */
struct member_watch *interconnect_member(struct interconnect *ic, const struct lane_id *lane);

/* The member that a LACPDU is of. A port that mirrors several members brings all their LACPDUs on
 * the lane of the first: there the actor's port tells them apart, and what its partner is called.
 * NULL as above. */
struct lacp;
struct member_watch *interconnect_bundled(struct interconnect *ic, const struct lane_id *lane,
                                          const struct lacp *l);

/* Any frame of a known lane: its member lives there; those of routers (BGP, BFD, ARP, ND) tell who
 * sends them. */
void interconnect_frame(struct interconnect *ic, const struct lane_id *lane, const struct punt *p);
/* The worker's count of a lane reached its last frame at that time: nearly all frames are data and
 * never come here. */
void interconnect_alive(struct interconnect *ic, const struct lane_id *lane, uint64_t last_ns);

/* Lists of what members say, without what they no longer say. */
void interconnect_refresh(struct interconnect *ic);

/* Members of a link that LACP says distribute. `*spoken`: a LACPDU was seen on it at all. */
size_t link_watch_distributing(const struct link_watch *l, bool *spoken);
