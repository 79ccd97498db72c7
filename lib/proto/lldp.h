/*
 * LLDP (IEEE 802.1AB clause 8): whether a frame is one, that is its three mandatory TLVs stand in
 * their order and are whole. Called by packet.c alone; any thread.
 *
 *    0      7        16
 *   +------+--------+---------
 *   | type | length | value ...     1 chassis, 2 port, 3 time to live, ... 0 end
 */
#pragma once

#include "base/cursor.h"
#include "proto/reason.h"

/* LLDP_SHORT. */
enum reason lldp_check(struct cursor *c);
