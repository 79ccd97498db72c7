/*
 * BSD loopback captures: four bytes of address family, in the byte order of the machine that wrote
 * them (LINKTYPE_NULL) or in network order (LINKTYPE_LOOP). Families are small numbers, so the
 * order tells itself. Called by packet.c alone; any thread.
 */
#pragma once

#include <stdint.h>

#include "base/cursor.h"
#include "proto/reason.h"

/* *type is an ethertype. ETH_SHORT; ETHERTYPE_UNKNOWN for a family that is not IP. */
enum reason loopback_decode(struct cursor *c, uint16_t *type);
