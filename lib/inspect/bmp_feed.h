/*
 * What a router reports of its BGP sessions over BMP (RFC 7854, RFC 8671): each session it speaks
 * of is followed in tables of its own, as if the router's reports were the session. As soon as such
 * a table is whole it fills up the table of the session that the wire shows, where that one is not;
 * OPENs that the wire has not shown become known. The router may stand at either end, and at both:
 * the two addresses of its Peer Up name the session, that of the per-peer header is the far end's,
 * and where the contract does not tell the sides apart the far end's AS number does. Adj-RIB-In
 * before policy is what the far end announced, Adj-RIB-Out after policy what the router itself did;
 * other views are passed over, counted. So one router with both views is enough, and so are the
 * Adj-RIB-Ins of both ends; the first whole table of a direction fills it.
 * One feed for each connection of a router; the inspector's thread, or whoever holds it.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "inspect/bgp_table.h"

enum {
	BMP_PEERS_MAX = 256,      /* sessions of one router */
	BMP_ROUTES_MAX = 2 << 20, /* of one router */
	BMP_DELAY_S = 5,          /* a report may come so much later than the wire */
};

struct bmp_feed;

/* `router`: who reports, for people. */
struct bmp_feed *bmp_feed_create(struct bgp_table *t, const struct addr *router);
void bmp_feed_destroy(struct bmp_feed *f);

/* Bytes as they came, in order. False: this is no BMP, and the connection should go. */
bool bmp_feed_read(struct bmp_feed *f, const void *bytes, size_t size, uint64_t now_ns);
/* Fills up tables that wait for it; once a second. */
void bmp_feed_tick(struct bmp_feed *f, uint64_t now_ns);
/* The same in slices of `slots` routes (see BGP_FILL_SLOTS), between which the wire goes on and no
 * bytes are read here; false: nothing is left to do now. */
bool bmp_feed_step(struct bmp_feed *f, uint32_t slots, uint64_t now_ns);

struct bmp_feed_state {
	uint64_t messages, updates;
	uint64_t passed_over; /* of views or peers that are not followed, or unreadable */
	uint32_t peers;       /* sessions that are up */
	uint32_t matched;     /* of them, those that this probe has */
	uint32_t seeded;      /* tables filled, in all */
};
void bmp_feed_state(const struct bmp_feed *f, struct bmp_feed_state *out);
