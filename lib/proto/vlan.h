/*
 * VLAN tags: IEEE 802.1Q (0x8100), 802.1ad (0x88a8) and the older 0x9100 of stacked tags. One call
 * per tag, the type that announced it already read. Called by packet.c alone; any thread.
 *
 *    0                16
 *   +---+-+-----------+----------------+
 *   |PCP|D|  VLAN id  | type of payload|
 *   +---+-+-----------+----------------+
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/cursor.h"
#include "proto/ethernet.h"
#include "proto/reason.h"

enum {
	VLAN_SIZE = 4,
	VLAN_ID_MASK = 0xfff,
	VLAN_TAGS_MAX = 8, /* of one frame; real ones carry three at most */
};

struct vlan {
	uint16_t id;
	uint8_t priority;
	bool drop_eligible;
	uint16_t type; /* of what follows; up to 1500 it is an 802.3 length */
};

static inline bool
vlan_announced(uint16_t ethertype)
{
	return ethertype == ETHERTYPE_VLAN || ethertype == ETHERTYPE_QINQ ||
	       ethertype == ETHERTYPE_QINQ_OLD;
}

/* VLAN_SHORT. */
enum reason vlan_decode(struct cursor *c, struct vlan *out);
