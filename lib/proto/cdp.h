/*
 * Cisco Discovery Protocol, behind LLC/SNAP 00-00-0c 0x2000: who stands at the other end. Layout as
 * wireshark's packet-cdp.c and tcpdump's print-cdp.c read it; Cisco published none. Any thread.
 *
 *    0         1         2           4
 *   | version | ttl, s  | checksum  | type 2 | length 2 (these 4 included) | value ...
 */
#pragma once

#include <stdint.h>

#include "base/cursor.h"
#include "base/slice.h"
#include "proto/reason.h"

struct cdp {
	uint8_t version, ttl_s;
	struct slice device, port, software, platform; /* borrowed; `at` NULL: not there */
	uint16_t tlv_count;
};

/* CDP_BAD: no header, or a TLV that can't be or passes the end; what stands before it is valid. */
enum reason cdp_decode(struct cursor *c, struct cdp *out);
