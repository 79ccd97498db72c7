/*
 * Small headers that stand between an ethertype and what it once announced: tags of switches and of
 * security groups, provider backbone bridging, service chains. Nothing in them is wanted but their
 * size and what follows. Called by packet.c alone; any thread.
 *
 *   Cisco metadata  8909  version 1, length 1, option (2), group tag (2), ethertype; in GRE the
 *                         ethertype comes first
 *   VN-Tag          8926  4 bytes, ethertype
 *   E-Tag           893f  6 bytes, ethertype (IEEE 802.1BR)
 *   PBB             88e7  4 bytes (I-TAG of IEEE 802.1ah), then an Ethernet frame
 *   NSH             894f  base header with its length in words and what follows (RFC 8300 section
 * 2) WCCP in GRE     883e  4 bytes in version 2, none in version 1, IPv4
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/cursor.h"
#include "proto/reason.h"

/* Whether this ethertype announces one. */
bool shim_announced(uint16_t ethertype);

/* Step over the one that `ethertype` announced; *next is the ethertype of what follows,
 * ETHERTYPE_TEB for a whole Ethernet frame, 0 for what has none. SHIM_SHORT. */
enum reason shim_decode(struct cursor *c, uint16_t ethertype, uint16_t *next);
