/*
 * L2TP version 2 data messages (RFC 2661 section 3.1); version 3 hides its payload behind a cookie
 * of negotiated size and is not entered. Called by packet.c alone; any thread.
 *
 *    0 1 2 3 4 5 6 7       12  16                              32
 *   +-+-+-+-+-+-+-+-------+---+-------------------------------+
 *   |T|L|0|0|S|0|O|P|  0  |ver|          length (L)           |   T 0: data
 *   +-------------------------+-------------------------------+
 *   |         tunnel id       |          session id           |
 *   |  Ns (S)  |  Nr (S)  |  offset size (O)  |  padding (O)  |   then PPP
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/cursor.h"
#include "proto/reason.h"

struct l2tp {
	uint16_t tunnel, session;
};

/* Whether the next bytes begin as a data message of version 2 does. */
bool l2tp_fits(const struct cursor *c);

/* L2TP_BAD. */
enum reason l2tp_decode(struct cursor *c, struct l2tp *out);
