/*
 * GTP-U version 1, T-PDUs with their extension headers (3GPP TS 29.281 sections 5.1 and 5.2).
 * Called by packet.c alone; any thread.
 *
 *    0     3 4 5 6 7 8               16                              32
 *   +-----+-+-+-+-+-+---------------+-------------------------------+
 *   |ver 1|1|0|E|S|N| type 255      |            length             |   behind these 8 bytes
 *   +-----+-+-+-+-+-+---------------+-------------------------------+
 *   |                              TEID                             |
 *   |   sequence (E, S or N)        |   N-PDU       | next extension|
 *   extension:  | length / 4 | contents ... | next extension |
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/cursor.h"
#include "proto/reason.h"

struct gtpu {
	uint32_t teid;
	uint16_t payload; /* bytes of the IP packet that follows the extensions */
};

/* Whether the next bytes begin as a T-PDU does whose length fills the `size` bytes of the UDP
 * payload. */
bool gtpu_fits(const struct cursor *c, uint32_t size);

/* GTP_BAD. */
enum reason gtpu_decode(struct cursor *c, struct gtpu *out);
