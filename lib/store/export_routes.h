/* What the exporter keeps of a BGP session between epochs; of its own files alone. */
#pragma once

#include "store/export_private.h"

struct bgp_session;

/* How far the store has a side's routes. */
struct told_side {
	struct told_session *session;
	bool begun;          /* its map was begun in this run */
	bool emptied;        /* what an earlier run left is gone */
	uint64_t walked_seq; /* epoch in which the whole table was begun last */
};

struct told_session {
	uint64_t seq; /* the epoch that wrote it last */
	struct store_log log;
	struct told_side side[REC_SIDES];
};

/* What is new of a side's routes; returns how many stand and found no room. */
uint64_t export_routes(struct epoch *x, struct bgp_session *s, unsigned side,
                       struct told_side *told);
/* The session is there no more. */
void export_routes_forget(struct exporter *e, const char *session);
