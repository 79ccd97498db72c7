/*
 * LACP and the marker protocol (IEEE 802.1AX-2020 clauses 6.4.2 and 6.5.3): what a member of a LAG
 * says of itself and of its partner. From the slow protocol's subtype on (proto/slow.h). Any
 * thread.
 *
 *    0         1         2      3      4          6        12    14          16     18      19
 *   | subtype | version | 1    | 20   | priority | system | key | port prio. | port | state | 0 0 0
 * | |                   | 2    | 20   | the same of the partner                             | 22...
 *   |                   | 3    | 16   | collector max delay | 12 zero bytes                 | 42...
 *   |                   | 0    | 0    | 50 zero bytes (version 2: TLVs 4... before it)      | 58...
 *
 *   | subtype | version | 1, 2 | 16   | port | system | transaction | 0 0 |       a marker, its
 * answer
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/cursor.h"
#include "proto/reason.h"

/* 6.4.2.3 m) */
enum lacp_state {
	LACP_ACTIVITY = 1 << 0,      /* speaks without being spoken to */
	LACP_SHORT_TIMEOUT = 1 << 1, /* wants a LACPDU each second, not each 30 */
	LACP_AGGREGATION = 1 << 2,   /* the port may join a LAG */
	LACP_SYNC = 1 << 3,          /* it has joined the right one */
	LACP_COLLECTING = 1 << 4,
	LACP_DISTRIBUTING = 1 << 5,
	LACP_DEFAULTED = 1 << 6, /* its partner is configured, not heard */
	LACP_EXPIRED = 1 << 7,
};

struct lacp_actor {
	uint16_t system_priority;
	uint8_t system[6];
	uint16_t key;
	uint16_t port_priority, port;
	uint8_t state; /* enum lacp_state */
};

struct lacp {
	uint8_t version;
	struct lacp_actor actor, partner;
	uint32_t collector_delay_us; /* 0 without the TLV */
};

struct lacp_marker {
	bool response;
	uint16_t port;
	uint8_t system[6];
	uint32_t transaction;
};

/* Both actors' TLVs must be whole; what follows them may be missing, as tap and capture cut there.
 * LACP_BAD: another subtype, version 0 or a first or second TLV that is not an actor's. */
enum reason lacp_decode(struct cursor *c, struct lacp *out);
enum reason lacp_marker_decode(struct cursor *c, struct lacp_marker *out);

/* "ASDC..." in the order of the bits, a dot for each that is clear, as routers print it: A
 * activity, S short timeout, G aggregation, Y in sync, C collecting, D distributing, F defaulted, E
 * expired. */
enum { LACP_STATE_TEXT_SIZE = 9 };
const char *lacp_state_format(uint8_t state, char buf[LACP_STATE_TEXT_SIZE]);
