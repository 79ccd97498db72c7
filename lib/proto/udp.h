/*
 * UDP header (RFC 768). Called by packet.c alone; any thread.
 *
 *    0               16              31
 *   +---------------+---------------+
 *   |  source port  |destination p. |
 *   |    length     |   checksum    |
 *   +---------------+---------------+
 */
#pragma once

#include <stdint.h>

#include "base/cursor.h"
#include "proto/reason.h"

enum {
	UDP_SIZE = 8,
};

struct udp {
	uint16_t sport, dport;
	uint16_t length; /* header included; 0 in a jumbogram (RFC 2675 section 4) */
};

/* UDP_SHORT; UDP_LENGTH for a length of 1 to 7, with the ports valid. */
enum reason udp_decode(struct cursor *c, struct udp *out);
