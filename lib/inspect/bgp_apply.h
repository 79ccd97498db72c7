/*
 * What an UPDATE says, put into the tables of its session: which of its prefixes stand, which are
 * gone, by its attributes. What of its form only the OPENs tell (width of AS numbers, ADD-PATH) is
 * guessed from the bytes where they were not seen, and that is noted. Called by the connection that
 * it came over (inspect/bgp_connection.h); one thread.
 */
#pragma once

#include <stdint.h>

#include "base/cursor.h"
#include "inspect/bgp_connection.h"

/* `body`: behind the message's header. One that can't be read counts as malformed and changes
 * nothing; RFC 7606 says what becomes of one with faults. */
void bgp_apply_update(struct bgp_connection *c, unsigned from, struct cursor body,
                      uint64_t time_ns);
