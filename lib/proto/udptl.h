/*
 * UDPTL, the datagrams of T.38 fax (ITU-T T.38 section 9.1.4): a sequence number, the primary IFP
 * packet, and older ones or parity to recover lost ones. Packed encoding, aligned (X.691). Any
 * thread.
 *
 *   | sequence number (2) | length | primary IFP packet … | 0/1: older packets or FEC | …
 *
 * Lengths are one byte below 128, two with 10 in front below 16384 (X.691 section 10.9).
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/cursor.h"
#include "proto/reason.h"

struct udptl {
	uint16_t sequence;
	bool is_data;      /* t30-data, else t30-indicator */
	uint8_t indicator; /* T.38 table 2: 0 no signal, 1 CNG, 2 CED, 3 V.21 preamble … */
	uint8_t data;      /* T.38 table 3: 0 V.21, 1 V.27 2400 … */
	bool fec;          /* error recovery by parity, not by older packets */
	uint8_t older;     /* packets repeated, when not by parity */
	struct cursor ifp; /* the primary packet, borrowed */
};

/* UDPTL_BAD: a length passes the datagram, or there is no primary packet. */
enum reason udptl_decode(struct cursor *c, struct udptl *out);
