/*
 * A side's table filled up from elsewhere than the wire: a BMP feed, a dump, the probe's own state
 * of before a restart. What was read of a prefix later than the seed stands, the rest is filled up.
 * A seed from before the connection that is up, where its begin was seen, is none. A million routes
 * take a second, so it is done in slices between which the wire goes on; another connection of the
 * session ends it. One thread, or whoever holds the inspector.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "inspect/bgp_session.h"

/* Slots of a table that are worked on at once: some milliseconds. */
enum { BGP_FILL_SLOTS = 1 << 13 };

/* A side's whole table. */
struct bgp_seed {
	struct bgp_rib *rib; /* of shared->aside; stays the caller's, and as it is until the end */
	uint64_t as_of_us;   /* as it stood then */
	enum bgp_basis basis;
	enum bgp_completeness as; /* what it counts as */
	const char *source;       /* for people; the caller's until the end */
};

struct bgp_fill {
	struct bgp_session *session; /* NULL: nothing is filled */
	unsigned side;
	struct bgp_seed seed;
	uint64_t takes; /* of the session, at the begin */
	uint64_t disagreed;
	bool compared;
};

void bgp_fill_begin(struct bgp_fill *f, struct bgp_session *s, unsigned side,
                    const struct bgp_seed *from);
/* Up to `slots` more; false: it has ended. The session is there still. */
bool bgp_fill_step(struct bgp_fill *f, uint32_t slots, uint64_t time_ns);
/* All at once. */
void bgp_fill_whole(struct bgp_session *s, unsigned side, const struct bgp_seed *from,
                    uint64_t time_ns);
