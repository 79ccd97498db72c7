/*
 * A BGP session of the interconnect: two addresses, declared in the contract or met on the wire,
 * over all the TCP connections that they have had. Keeps the state machine of requirements M2 (up,
 * down and why, time up of time judged), what each side said of itself, and each side's routes. Fed
 * by its connections (inspect/bgp_connection.h) and by the packet clock; tells what happens as
 * facts. Sides are SIDE_PEER and SIDE_MSFT. Bounded; one thread.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/addr.h"
#include "conf/conf.h"
#include "inspect/bgp_carried.h"
#include "inspect/bgp_side.h"
#include "inspect/fact.h"
#include "inspect/outages.h"

enum {
	BGP_NAME_SIZE = 96,
	BGP_CAUSE_SIZE = 160,
	BGP_HOLD_S = 180,       /* where the OPENs are not known (requirements M2) */
	BGP_STALE_S = 360,      /* RFC 4724 section 4.1: at most so long for the End-of-RIB */
	BGP_LARGE_HOLD_S = 240, /* RFC 4271 section 8.2.2: until an OPEN must be answered */
};

enum bgp_state {
	BGP_UNKNOWN, /* not seen, or not proven yet */
	BGP_IDLE,
	BGP_OPEN_SENT,
	BGP_OPEN_CONFIRM,
	BGP_ESTABLISHED,
	BGP_STATE_COUNT
};

struct bgp_session;

/* TCP segments of one connection, both ways. */
struct bgp_segments {
	uint64_t count, md5, ao;
	uint8_t ttl_min, ttl_max; /* max 0: none seen */
};

/* What all sessions share. */
struct bgp_shared {
	struct bgp_pool pool;
	struct bgp_pool aside;    /* of tables that stand nowhere: seeds, what was withdrawn */
	const struct conf *conf;  /* NULL: none */
	struct fact_queue *facts; /* NULL: nobody is told */
	uint64_t start_ns;        /* of the first tick */
	/* What other protocols say of a session's link or path that went down at `time_ns`, as
	 * "; BFD down 0.3 s before"; leaves `to` alone where they say nothing. NULL: nobody to ask.
	 */
	void (*beside)(void *context, const struct bgp_session *s, uint64_t time_ns, char *to,
	               size_t size);
	void *beside_context;
};

void bgp_segments_add(struct bgp_segments *to, const struct bgp_segments *more);

void bgp_shared_init(struct bgp_shared *s, uint32_t room);
void bgp_shared_fini(struct bgp_shared *s);

struct bgp_connection;

struct bgp_session {
	struct bgp_shared *shared;
	char name[BGP_NAME_SIZE];
	uint16_t link; /* index in conf.links, or FACT_NO_LINK */
	bool declared;
	bool settled; /* which side is which is no guess */
	bool swapped; /* since its first connection: a guess that was wrong */
	struct bgp_side side[2];

	enum bgp_state state;
	uint64_t state_ns;
	bool joined;
	uint64_t up_ns; /* begin of what is up now; 0: not up */
	uint64_t first_ns, last_ns;
	uint64_t flaps;
	struct outages outages;
	char down_cause[BGP_CAUSE_SIZE];
	enum side down_side;
	uint64_t down_ns;
	bool graceful;
	uint64_t graceful_until_ns;
	uint64_t up_time_ns, covered_ns, accounted_ns;
	struct bgp_segments segments; /* of `current` */
	bool mistaken;                /* it went down, and may turn out not to have */
	struct bgp_carried carried;
	struct bgp_connection *current; /* whose routes stand; NULL: none */
	uint64_t takes;                 /* times that it became another one */
};

struct bgp_session *bgp_session_create(struct bgp_shared *shared);
/* The contract has changed, and with it shared->pool.rules. */
void bgp_session_judge(struct bgp_session *s);
void bgp_session_destroy(struct bgp_session *s);
/* "LINK:PEERIP-CLOUDIP"; without a link the addresses alone. */
void bgp_session_name(struct bgp_session *s);
/* What was taken for the peer is the cloud: only of a session that is not settled. */
void bgp_session_swap(struct bgp_session *s);

/* ---- from its connections ---- */

/* What a side says of itself. A connection's OPENs become the session's with bgp_session_take(). */
void bgp_session_opened(struct bgp_session *s, unsigned side, struct cursor body,
                        enum bgp_basis basis, uint64_t time_ns);
/* Something was read, all of it counted in `more`: state and completeness follow. */
void bgp_session_said(struct bgp_session *s, struct bgp_connection *c, unsigned side,
                      const struct bgp_counts *more, uint64_t time_ns);
/* TCP segments of a connection: those of the current one count. */
void bgp_session_segments(struct bgp_session *s, const struct bgp_connection *c,
                          const struct bgp_segments *more);
/* End-of-RIB, or the end of a refresh: what was stale of the family goes. */
void bgp_session_ended_rib(struct bgp_session *s, unsigned side, uint16_t afi, uint64_t time_ns);
/* Whether what a connection announces is the session's. Anybody can send an UPDATE from a router's
 * address; while another connection is up only one that both speakers opened, or that is proven up
 * itself, says anything. */
bool bgp_session_heeds(const struct bgp_session *s, const struct bgp_connection *c);
/* This connection's routes stand from now on: it announces, or is up. */
void bgp_session_take(struct bgp_session *s, struct bgp_connection *c, uint64_t time_ns);
/* The OPEN of a speaker of the current connection. */
void bgp_session_adopt(struct bgp_session *s, const struct bgp_connection *c, unsigned speaker);
/* The connection has ended; one that is not current is of no matter. */
void bgp_session_down(struct bgp_session *s, struct bgp_connection *c, enum side by,
                      const char *cause, bool graceful, uint64_t time_ns);
/* RFC 8538 section 4: both sides restart gracefully over a NOTIFICATION that is no hard reset, and
 * over an expired hold timer. */
bool bgp_session_outlives_notification(const struct bgp_session *s);
/* The connection is gone from memory. */
void bgp_session_forget(struct bgp_session *s, struct bgp_connection *c);

/* ---- from elsewhere (inspect/bgp_fill.h) ---- */

/* A prefix that was withdrawn; `known`: it stood. */
void bgp_session_withdrew(struct bgp_session *s, unsigned side, uint16_t afi,
                          const struct bgp_nlri *n, bool known, uint64_t time_us);
/* The first bytes of a side that is met again begin at this sequence number. */
void bgp_session_resumes(struct bgp_session *s, unsigned side, uint16_t port, uint32_t seq,
                         uint64_t time_ns);

/* ---- what it comes to ---- */

/* Hold time in force; `*known`: both OPENs are. */
uint16_t bgp_session_hold_s(const struct bgp_session *s, bool *known);
/* Routes stand while it is up, or restarts gracefully. */
bool bgp_session_stands(const struct bgp_session *s);
/* Its segments are of routers at both ends of a link, as far as their TTL tells: no session of
 * others that crosses it. */
bool bgp_session_is_direct(const struct bgp_session *s);
const char *bgp_state_name(enum bgp_state state);
