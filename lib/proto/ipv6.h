/*
 * IPv6 header (RFC 8200 section 3) and its chain of extension headers (section 4): hop-by-hop,
 * routing, fragment, destination options, AH (RFC 4302), mobility (RFC 6275), HIP (RFC 7401), shim6
 * (RFC 5533). The chain is bounded, so a packet can't hold the decoder. Called by packet.c alone;
 * any thread.
 *
 *    0       4               12                                      31
 *   +-------+---------------+---------------------------------------+
 *   |version| traffic class |              flow label               |
 *   +-------+---------------+-------+---------------+---------------+
 *   |        payload length         |  next header  |   hop limit   |
 *   +-------------------------------+---------------+---------------+
 *   |                     source address (16 bytes)                 |
 *   |                   destination address (16 bytes)              |
 *
 *   extension:  | next header | length / 8 - 1 | data ... |     (AH: length / 4 - 2)
 *   fragment:   | next header | 0 | offset / 8 (13) 0 0 M | identification (32) |
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/cursor.h"
#include "proto/reason.h"

enum {
	IPV6_SIZE = 40,
	IPV6_PAYLOAD_MAX = 65535,
	IPV6_EXTENSIONS_MAX = 12, /* RFC 8200 section 4.1 orders at most 7 */
};

struct ipv6 {
	const uint8_t *src, *dst; /* sixteen bytes each, in the packet */
	uint32_t flow_label;
	uint16_t payload; /* 0 also in a jumbogram (RFC 2675) and with segmentation offload */
	uint8_t next, ttl, tos;
};

struct ipv6_chain {
	uint8_t proto;      /* what follows the last extension header */
	uint8_t extensions; /* how many there were */
	bool fragment;      /* a fragment header with an offset or more to come */
	bool more_fragments;
	uint16_t fragment_offset; /* bytes */
	uint32_t fragment_id;
};

/* The fixed header. IPV6_SHORT, IPV6_VERSION, IPV6_MAPPED. */
enum reason ipv6_decode(struct cursor *c, struct ipv6 *out);

/*
 * The chain behind it, from `next`, up to the upper layer or a fragment that starts past it.
 * IPV6_CHAIN. What was read before the lie stays in *out.
 */
enum reason ipv6_chain_decode(struct cursor *c, uint8_t next, struct ipv6_chain *out);
