/*
 * All BGP sessions and their TCP connections: those that the contract declares from the start, the
 * others as they are met. Bounded; when there is no room the one quiet for longest goes, a declared
 * session never. One thread.
 */
#pragma once

#include <stdint.h>

#include "inspect/bgp_connection.h"
#include "inspect/bgp_session.h"
#include "snap/snap.h"

enum {
	BGP_CONNECTIONS = 4096, /* kept; then the one quiet for longest makes room */
	BGP_SESSIONS = 1000,    /* beside the declared ones, where no contract sets another */
	BGP_ROUTES = 4u << 20,  /* of all sessions: a full table twice over two sessions */
};

struct bgp_table {
	struct bgp_connection **at; /* in order of their beginning */
	uint32_t count, limit;
	uint64_t forgotten; /* connections, for want of room */
	struct bgp_session **sessions;
	uint32_t session_count, session_limit; /* the limit counts undeclared ones */
	uint32_t undeclared;
	uint64_t sessions_forgotten;
	struct bgp_shared shared;
	struct bgp_rules *rules;         /* of the contract; NULL: none */
	uint64_t (*heard_ns)[DIR_COUNT]; /* by link: its last frame each way */
	uint32_t heard_links;
};

void bgp_table_init(struct bgp_table *t);
void bgp_table_fini(struct bgp_table *t);

/* The contract, borrowed until the next call, and during it too: declared sessions are made, those
 * that it names no more go on as undeclared. */
void bgp_table_set_conf(struct bgp_table *t, const struct conf *conf);

/* The session of two addresses, in either order; NULL: none. */
struct bgp_session *bgp_table_find(const struct bgp_table *t, const struct addr ip[2]);

/* A new connection between two addresses that `*owner` points to from now on; `ip[0]` spoke first.
 * When all places are taken the one quiet for longest is forgotten, and its owner points to
 * nothing. `lane`: where it was seen, NULL: not known; `hint`: the side that spoke first as its
 * OPEN has it, else SIDE_UNKNOWN. */
void bgp_table_connect(struct bgp_table *t, struct bgp_connection **owner, const struct addr ip[2],
                       const uint16_t port[2], const struct lane_id *lane, enum side hint);

/* A link brought frames. */
void bgp_table_heard(struct bgp_table *t, uint16_t link, enum direction dir, uint64_t time_ns);
void bgp_table_tick(struct bgp_table *t, uint64_t now_ns);
