/*
 * SCTP common header (RFC 9260 section 3.1): the ports and the verification tag. Called by packet.c
 * alone; any thread.
 *
 *    0               16              32
 *   +---------------+---------------+
 *   |  source port  |destination p. |
 *   |       verification tag        |
 *   |        CRC32c checksum        |
 */
#pragma once

#include <stdint.h>

#include "base/cursor.h"
#include "proto/reason.h"

struct sctp {
	uint16_t sport, dport;
	uint32_t tag;
};

/* SCTP_SHORT. */
enum reason sctp_decode(struct cursor *c, struct sctp *out);
