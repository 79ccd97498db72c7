/*
 * LLDP (IEEE 802.1AB clause 8): whether the frame is a list of whole TLVs. Called by packet.c
 * alone; any thread.
 *
 *    0      7        16
 *   +------+--------+---------
 *   | type | length | value ...     1 chassis, 2 port, 3 time to live, ... 0 end
 */
#pragma once

#include "base/cursor.h"
#include "proto/reason.h"

/* LLDP_SHORT: no TLV at all, or one cut. */
enum reason lldp_check(struct cursor *c);
