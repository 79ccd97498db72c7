/*
 * TCP options, for the segments whose options a stage wants: SYNs, SACKs, timestamps, and the two
 * that sign a BGP session. `struct packet` says where they are (l4_offset + 20, tcp_options_size).
 * Any thread; at most 40 bytes are read.
 *
 *   | kind 1 | length 1 (itself included) | value |        kinds 0 (end) and 1 (no-op) have no
 * length
 *
 * 2 MSS, 3 window scale (RFC 7323 2.2), 4 SACK permitted and 5 SACK (RFC 2018), 8 timestamps
 * (RFC 7323 3.2), 19 MD5 signature (RFC 2385), 29 TCP-AO (RFC 5925), 34 fast open (RFC 7413).
 */
#pragma once

#include <stdint.h>

#include "base/cursor.h"
#include "proto/reason.h"

enum tcp_option_seen {
	TCP_HAS_MSS = 1 << 0,
	TCP_HAS_WSCALE = 1 << 1,
	TCP_HAS_SACK_PERMITTED = 1 << 2,
	TCP_HAS_SACK = 1 << 3,
	TCP_HAS_TIMESTAMPS = 1 << 4,
	TCP_HAS_MD5 = 1 << 5,
	TCP_HAS_AO = 1 << 6,
	TCP_HAS_FAST_OPEN = 1 << 7,
};

enum {
	TCP_SACK_BLOCKS_MAX = 4, /* RFC 2018: what 40 bytes can hold */
	TCP_WSCALE_MAX = 14,     /* RFC 7323 2.3: larger is used as 14 */
};

struct tcp_options {
	uint16_t seen; /* enum tcp_option_seen */
	uint16_t mss;
	uint8_t wscale; /* as on the wire */
	uint8_t sack_count;
	uint32_t ts_value, ts_echo;
	struct {
		uint32_t left, right; /* right is one past the last byte */
	} sack[TCP_SACK_BLOCKS_MAX];
};

/* TCP_OPTION for a length that can't be or passes the end; what stands before it is valid. */
enum reason tcp_options_decode(struct cursor *c, struct tcp_options *out);
