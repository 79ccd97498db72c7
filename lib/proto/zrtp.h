/*
 * ZRTP (RFC 6189 section 5): key agreement in the media's own datagrams. Any thread.
 *
 *   |0 0 0 1|      0 …              |        sequence number        |
 *   |                 magic cookie "ZRTP" (0x5a525450)              |
 *   |                           SSRC                                |
 *   |  preamble 0x505a              |  length in 32-bit words       |
 *   |  message type, 8 characters                                   | …
 *   |                           CRC-32C                             |
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/cursor.h"
#include "proto/reason.h"

enum { ZRTP_SIZE = 12, ZRTP_COOKIE = 0x5a525450 };

struct zrtp {
	uint16_t sequence;
	uint32_t ssrc;
	char type[9];       /* "Hello   ", "Commit  " …, NUL-terminated */
	struct cursor body; /* of the message behind its type, borrowed */
};

bool zrtp_fits(const struct cursor *c);

/* ZRTP_BAD: no ZRTP, or shorter than it says. */
enum reason zrtp_decode(struct cursor *c, struct zrtp *out);
