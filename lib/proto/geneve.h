/*
 * Geneve (RFC 8926 section 3.4). Called by packet.c alone; any thread.
 *
 *    0   2       8 9 10    16                              32
 *   +---+-------+-+-+-----+-------------------------------+
 *   |ver|opt len|O|C|  0  |         protocol type         |     option length in 4 bytes
 *   +---+-------+-+-+-----+-----------------------+-------+
 *   |                VNI                          |   0   |
 *   |                      options                        |
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/cursor.h"
#include "proto/reason.h"

struct geneve {
	uint32_t vni;
	uint16_t protocol; /* an ethertype; ETHERTYPE_TEB for a frame */
};

/* Whether the next bytes begin as Geneve does: version 0 and a protocol that is carried in it. */
bool geneve_fits(const struct cursor *c);

/* GENEVE_BAD. */
enum reason geneve_decode(struct cursor *c, struct geneve *out);
