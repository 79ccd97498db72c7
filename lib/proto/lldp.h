/*
 * LLDP (IEEE 802.1AB-2016 clause 8): who stands at the other end. packet.c asks only whether the
 * frame is a list of whole TLVs; the inspector reads what they say. Any thread.
 *
 *    0      7        16
 *   +------+--------+---------
 *   | type | length | value ...     1 chassis, 2 port, 3 time to live, ... 0 end
 *
 * 4 port description, 5 system name, 6 system description, 7 capabilities, 8 management address,
 * 127 of organizations: 00-12-0f (IEEE 802.3 annex 79) 1 MAC/PHY, 3 link aggregation, 4 frame size.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/cursor.h"
#include "base/slice.h"
#include "proto/reason.h"

/* Table 8-2 and 8-3; numbers of what both have differ, so these are ours. */
enum lldp_id_kind {
	LLDP_ID_NONE,
	LLDP_ID_TEXT, /* interface alias or name, component, local */
	LLDP_ID_MAC,
	LLDP_ID_ADDRESS,
	LLDP_ID_OTHER, /* circuit, or a subtype that is not assigned */
};

struct lldp_id {
	uint8_t kind;    /* enum lldp_id_kind */
	uint8_t subtype; /* as on the wire */
	uint8_t mac[6];
	struct addr ip;
	struct slice text; /* the value behind the subtype, borrowed, whatever the kind */
};

enum lldp_seen {
	LLDP_HAS_TTL = 1 << 0,
	LLDP_HAS_CAPABILITIES = 1 << 1,
	LLDP_HAS_MANAGEMENT = 1 << 2,
	LLDP_HAS_MAU = 1 << 3,
	LLDP_HAS_AGGREGATION = 1 << 4,
	LLDP_HAS_FRAME_SIZE = 1 << 5,
};

struct lldp {
	uint16_t seen; /* enum lldp_seen */
	struct lldp_id chassis, port;
	uint16_t ttl_s;                                   /* 0: the neighbour goes */
	struct slice port_description, name, description; /* borrowed; `at` NULL: not there */
	uint16_t capabilities, enabled;                   /* bit 2 bridge, 4 router (table 8-4) */
	struct addr management;                           /* the first of IP */
	uint16_t mau_type;                                /* RFC 4836 dot3MauType */
	bool autonegotiates;
	bool aggregated;
	uint32_t aggregation_port;
	uint16_t frame_size;
	uint16_t tlv_count;
};

/* LLDP_SHORT: no TLV at all, or one cut. */
enum reason lldp_check(struct cursor *c);

/* LLDP_SHORT as above, LLDP_BAD: chassis, port and time to live don't come first in this order
 * (8.2), or one of them can't be. What was read before that is valid. */
enum reason lldp_decode(struct cursor *c, struct lldp *out);
