/*
 * TCP header (RFC 9293 section 3.1). Options are left to proto/tcp_options.h, which the flow stages
 * call for the few segments that need them. Called by packet.c alone; any thread.
 *
 *    0       4       8               16                              31
 *   +-------------------------------+-------------------------------+
 *   |          source port          |       destination port        |
 *   |                        sequence number                        |
 *   |                     acknowledgment number                     |
 *   +-------+-------+---------------+-------------------------------+
 *   |offset |   0   |C E U A P R S F|            window             |
 *   +-------+-------+---------------+-------------------------------+
 *   |           checksum            |        urgent pointer         |
 *   |                    options, offset * 4 - 20                   |
 */
#pragma once

#include <stdint.h>

#include "base/cursor.h"
#include "proto/reason.h"

enum {
	TCP_SIZE = 20,
	TCP_READ_SIZE = 18, /* up to the checksum: what is wanted of the fixed header */
};

struct tcp {
	uint16_t sport, dport;
	uint32_t seq, ack;
	uint16_t window; /* as on the wire, not scaled */
	uint8_t flags;
	uint8_t header_size; /* options included; they may be cut from the capture */
};

/* The fixed header, of which a capture may have cut the last two bytes; the cursor then stands at
 * the options or at the capture's end. TCP_SHORT; TCP_HLEN with the ports valid. */
enum reason tcp_decode(struct cursor *c, struct tcp *out);
