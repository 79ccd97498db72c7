/*
 * Slow protocols (IEEE 802.3 annex 57A), ethertype 0x8809: the subtype tells LACP from the marker
 * protocol and Ethernet OAM. Called by packet.c alone; any thread.
 *
 *    0         8         16
 *   +---------+---------+---------
 *   | subtype | version | TLVs ...
 */
#pragma once

#include <stdint.h>

#include "base/cursor.h"
#include "proto/reason.h"

enum slow_subtype {
	SLOW_LACP = 1,
	SLOW_MARKER = 2,
	SLOW_OAM = 3,
	SLOW_OSSP = 10, /* organization specific */
};

struct slow {
	uint8_t subtype;
	uint8_t version;
};

/* SLOW_SHORT. */
enum reason slow_decode(struct cursor *c, struct slow *out);
