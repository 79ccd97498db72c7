/*
 * IPv4 header (RFC 791 section 3.1) with options stepped over. Checks the header against itself;
 * whether its total length fits the wire is for the caller, who knows the wire. Called by packet.c
 * alone; any thread.
 *
 *    0       4       8               16                              31
 *   +-------+-------+---------------+-------------------------------+
 *   |version|  IHL  |  DSCP, ECN    |         total length          |
 *   +-------+-------+---------------+-----+-------------------------+
 *   |        identification         |0 D M|   fragment offset / 8   |
 *   +---------------+---------------+-----+-------------------------+
 *   |      TTL      |   protocol    |        header checksum        |
 *   +---------------+---------------+-------------------------------+
 *   |                         source address                        |
 *   |                       destination address                     |
 *   |                      options, IHL * 4 - 20                    |
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/cursor.h"
#include "proto/reason.h"

enum {
	IPV4_SIZE = 20,
	IPV4_TOTAL_MAX = 65535,
	IPV4_MORE_FRAGMENTS = 0x2000,
	IPV4_OFFSET_MASK = 0x1fff,
};

struct ipv4 {
	const uint8_t *src, *dst; /* four bytes each, in the packet */
	uint16_t total;           /* 0: segmentation offload left it out, the wire tells */
	uint16_t id;
	uint32_t fragment_offset; /* bytes */
	uint8_t header_size;      /* options included */
	uint8_t proto, ttl, tos;
	bool more_fragments;
};

/* IPV4_SHORT, IPV4_VERSION, IPV4_HLEN, IPV4_LENGTH; FRAGMENT_BAD when offset and size pass 65535
 * (the "ping of death"). */
enum reason ipv4_decode(struct cursor *c, struct ipv4 *out);
