/*
 * PPPoE session stage (RFC 2516 section 4). Called by packet.c alone; any thread.
 *
 *    0    4    8      16          32          48
 *   +----+----+------+-----------+-----------+---------
 *   |ver |type| code |session id |  length   | PPP ...
 */
#pragma once

#include <stdint.h>

#include "base/cursor.h"
#include "proto/reason.h"

struct pppoe {
	uint16_t session;
	uint16_t length; /* of the PPP frame; the caller compares it with the wire */
};

/* PPPOE_BAD. */
enum reason pppoe_decode(struct cursor *c, struct pppoe *out);
