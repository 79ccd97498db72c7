/*
 * GRE version 0 (RFC 2784, key and sequence of RFC 2890) and version 1 as PPTP uses it (RFC 2637
 * section 4.1). Called by packet.c alone; any thread.
 *
 *    0 1 2 3 4 5        13    16                              32
 *   +-+-+-+-+-+--------+-----+-------------------------------+
 *   |C|R|K|S|s| 0      | ver |         protocol type         |
 *   +-+-+-+-+-+--------+-----+-------------------------------+
 *   |  checksum, 0  (C)  |  key  (K)  |  sequence number  (S)  |   each 4 bytes when its flag is
 * set
 *   +--------------------------------------------------------+
 *   version 1: | payload length | call id | sequence (S) | acknowledgment (A, bit 8) |
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/cursor.h"
#include "proto/reason.h"

struct gre {
	uint16_t protocol; /* an ethertype */
	uint16_t payload;  /* version 1: bytes that follow */
	uint8_t version;
	bool has_sequence; /* tells ERSPAN type II from type I */
	uint32_t key;      /* version 1: the call id; 0 without */
};

/* GRE_SHORT; GRE_VERSION also for the routing of RFC 1701, which RFC 2784 2.3 has one discard. */
enum reason gre_decode(struct cursor *c, struct gre *out);
