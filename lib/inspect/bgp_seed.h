/*
 * What is known of BGP sessions from elsewhere than the wire: a routing dump (MRT), or the probe's
 * own state of before a restart, which is a dump too with the sessions' facts before it. Dumps are
 * made of MRT records, so other tools read them. The inspector's thread, or whoever holds it.
 */
#pragma once

#include <stdint.h>

#include "base/cursor.h"
#include "base/text.h"
#include "inspect/bgp_table.h"

struct bgp_seed_result {
	uint64_t records, unread;  /* MRT records; of kinds that are not read here, or broken */
	uint64_t peers, unmatched; /* of the dump's peers: those that no session has */
	uint64_t routes;           /* of sessions' sides */
	uint32_t sides;            /* tables that were filled */
	uint32_t opens;
	uint64_t as_of_us; /* newest record */
	bool cut;          /* the dump ends inside a record */
};

/* Every unicast table of a peer whose address is a session's becomes that side's table, OPENs among
 * the records become known. Nothing that was read off the wire later than its record changes. */
void bgp_seed_mrt(struct bgp_table *t, struct cursor dump, uint64_t now_ns,
                  struct bgp_seed_result *out);

/* Appends the state of all sessions that are up, or were: facts, counters, OPENs, routes. */
void bgp_state_save(const struct bgp_table *t, uint64_t now_ns, struct text *to);
/* Takes up what bgp_state_save() wrote, before the first frame. False: not such a state, and
 * nothing was taken. Sessions that the contract does not declare any more are passed over. */
bool bgp_state_load(struct bgp_table *t, struct cursor state, struct bgp_seed_result *out);
