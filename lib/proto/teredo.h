/*
 * Teredo (RFC 4380 section 5.1.1): IPv6 in UDP, perhaps behind an authentication and an origin
 * indication. Called by packet.c alone; any thread.
 *
 *   | 00 01 | id length | auth length | id | auth | nonce 8 | confirmation 1 |    optional
 *   | 00 00 | port 2 | address 4 |                                               optional
 *   | IPv6 ...
 */
#pragma once

#include <stdbool.h>

#include "base/cursor.h"
#include "proto/reason.h"

/* Whether IPv6 stands at the end of what may precede it. */
bool teredo_fits(const struct cursor *c);

/* Step to the IPv6 header. TEREDO_BAD. */
enum reason teredo_decode(struct cursor *c);
