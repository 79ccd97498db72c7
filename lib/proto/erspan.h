/*
 * ERSPAN type II and III, mirrored frames in GRE (draft-foschiano-erspan-03 sections 4.2 and 4.3).
 * Type I has no header of its own: GRE without a sequence number, then the frame. Called by
 * packet.c alone; any thread.
 *
 *    0     4            16  19 20 21 22          32
 *   +-----+------------+---+--+-+-------------+
 *   | ver |    VLAN    |COS|En|T|  session id |
 *   +-----+------------+---+--+-+-------------+
 *   type II:   |  reserved (12)  |  port index (20)  |
 *   type III:  |  timestamp (32) | SGT (16) | P | FT (5) | hardware (6) | D | Gra (2) | O |
 *              | platform specific, 8 bytes, when O is set |
 */
#pragma once

#include <stdint.h>

#include "base/cursor.h"
#include "proto/reason.h"

/* FT: what was mirrored. */
enum erspan_frame {
	ERSPAN_ETHERNET = 0,
	ERSPAN_IP = 2,
};

struct erspan {
	uint16_t session; /* 10 bits */
	uint16_t vlan;
	uint8_t version; /* on the wire: 1 for type II, 2 for type III */
	uint8_t frame;   /* enum erspan_frame, or another that is not entered */
};

/* ERSPAN_SHORT also for a version that the GRE type did not announce. */
enum reason erspan2_decode(struct cursor *c, struct erspan *out);
enum reason erspan3_decode(struct cursor *c, struct erspan *out);
