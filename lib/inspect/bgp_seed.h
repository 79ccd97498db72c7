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

/* The same in slices, between which the wire goes on: `slots` records or routes each (see
 * BGP_FILL_SLOTS), false when it is done. The dump and `*out` stay the caller's until the end. */
struct bgp_seeder;
struct bgp_seeder *bgp_seeder_create(struct bgp_table *t, struct cursor dump, uint64_t now_ns,
                                     struct bgp_seed_result *out);
bool bgp_seeder_step(struct bgp_seeder *s, uint32_t slots);
void bgp_seeder_destroy(struct bgp_seeder *s);

/* Appends the state of all sessions that are up, or were: facts, counters, OPENs, routes. */
void bgp_state_save(struct bgp_table *t, uint64_t now_ns, struct text *to);
/* The same in slices: what each appends to `to` may be written and cleared before the next. UPDATEs
 * between two of them lie behind the place in the stream that was saved first, so whoever loads it
 * takes them for missed. */
struct bgp_saver;
enum bgp_saver_end { BGP_SAVER_MORE, BGP_SAVER_DONE, BGP_SAVER_TORN /* begin anew */ };
struct bgp_saver *bgp_saver_create(struct bgp_table *t, uint64_t now_ns, struct text *to);
enum bgp_saver_end bgp_saver_step(struct bgp_saver *s, uint32_t slots);
void bgp_saver_destroy(struct bgp_saver *s);

/* Takes up what bgp_state_save() wrote, before the first frame. False: not such a state, and
 * nothing was taken. Sessions that the contract does not declare any more are passed over. */
bool bgp_state_load(struct bgp_table *t, struct cursor state, struct bgp_seed_result *out);
