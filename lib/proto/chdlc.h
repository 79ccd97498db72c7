/*
 * Cisco HDLC (RFC 1547 section 4.3.1): what PPP's framing is told apart from by its first byte.
 * Called by packet.c alone; any thread.
 *
 *    0           8      16          32
 *   +-----------+------+-----------+---------
 *   | 0F or 8F  |  00  | ethertype | payload
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/cursor.h"
#include "proto/reason.h"

struct chdlc {
	uint16_t type; /* an ethertype; keep-alives use that of RARP, CDP 0x2000 */
};

/* Whether the next bytes are Cisco HDLC rather than PPP. */
bool chdlc_fits(const struct cursor *c);

/* ETH_SHORT. */
enum reason chdlc_decode(struct cursor *c, struct chdlc *out);
