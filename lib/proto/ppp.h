/*
 * PPP (RFC 1661 section 2), with or without the address and control bytes of HDLC-like framing
 * (RFC 1662 section 3.1) and with the protocol field possibly compressed to one byte (section 6.5
 * of RFC 1661). Called by packet.c alone; any thread.
 *
 *    0      8      16          32
 *   +------+------+-----------+---------
 *   |  FF  |  03  |  protocol | payload       a protocol's last byte is odd, the one before even
 *   +------+------+-----------+---------
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/cursor.h"
#include "proto/reason.h"

struct ppp {
	uint16_t protocol;
	uint16_t type; /* the ethertype that means the same; 0: none */
	bool control;  /* LCP, authentication, network control: a known end */
};

/* PPP_SHORT. */
enum reason ppp_decode(struct cursor *c, struct ppp *out);
