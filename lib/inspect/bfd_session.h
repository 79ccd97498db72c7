/*
 * One BFD session as the control packets of both its ends tell it (RFC 5880): states, timers in
 * force, how regularly each sends, who said Down first and why. Time is the packets'; what did not
 * come is found by bfd_session_advance(); what need not come, in Demand mode, is not missed, and
 * while both may be silent no time counts as seen. Sides are indices: 0 the peer's, 1 the cloud's.
 * One thread.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/addr.h"
#include "conf/conf.h"
#include "inspect/outages.h"
#include "proto/bfd.h"

enum {
	BFD_SIDES = 2,
	BFD_TURNS_MAX = 4, /* that one call can make */
	BFD_WHY_SIZE = 160,
	BFD_NAME_SIZE = 128,
	BFD_SLOW_US = 1000000,   /* section 6.8.3: while not Up */
	BFD_COPY_US = 100,       /* the same packet within this is a mirror's copy */
	BFD_FOLLOW_US = 1000000, /* BGP that follows a Down (requirements X1) */
	BFD_STAY_US = 10000000,  /* BGP that does not */
};

enum bfd_session_state {
	BFD_SESSION_UNKNOWN, /* no packet */
	BFD_SESSION_ONE_SIDED,
	BFD_SESSION_ADMIN_DOWN,
	BFD_SESSION_DOWN,
	BFD_SESSION_INIT,
	BFD_SESSION_UP,
	BFD_SESSION_STATES
};

struct bfd_half {
	struct bfd newest;
	uint64_t packets, polls, finals;
	uint64_t last_ns;
	uint64_t from_ns;       /* its silence counts from here: last_ns, or when both were back */
	uint32_t tx_us, rx_us;  /* in force: what a poll has not confirmed yet is not */
	uint64_t gap_max_us;    /* while Up */
	uint64_t gaps, late;    /* measured; longer than the interval it must keep */
	uint64_t margin_min_us; /* smallest detection time less gap; valid with `gaps` */
	uint8_t ttl_min;
	uint64_t foreign; /* packets that routers drop: see bfd_session_packet() */
	uint64_t echo_ns; /* its newest echo */
	uint32_t echo_us; /* what lies between two, the longer ones weigh more; 0: not two yet */
	bool silent;      /* for longer than the detection time */
	bool missed;      /* and somebody else was heard meanwhile */
};

/* A change of state. */
struct bfd_turn {
	uint64_t ns;
	enum bfd_session_state from, to;
	enum side side; /* whose doing */
	char why[BFD_WHY_SIZE];
};

struct bfd_session {
	/* who; the table's */
	char name[BFD_NAME_SIZE];
	char guards[96]; /* BGP session; empty: none declared */
	struct addr ip[BFD_SIDES];
	uint16_t link; /* index in conf.links, or FACT_NO_LINK */
	uint8_t member;
	uint8_t kind; /* enum bfd_kind */
	bool declared;

	struct bfd_half half[BFD_SIDES];
	uint64_t first_ns;
	enum bfd_session_state state;
	uint64_t state_ns;
	uint64_t flaps, down_ns; /* Up to anything else */
	enum side down_side;     /* whose doing that was */
	char down_why[BFD_WHY_SIZE];
	enum side down_first; /* who said so first; SIDE_UNKNOWN: nobody yet */
	uint8_t down_diag;    /* what it said */
	bool disordered;      /* an Up that was not reached over Down and Init */
	struct outages outages;
	uint64_t echoes;
	uint64_t up_ns, covered_ns, counted_ns, witness_ns;
	/* coupling */
	bool watched; /* it went down: what BGP does is waited for */
	uint64_t followed, stayed;
	struct bfd_turn turns[BFD_TURNS_MAX];
	unsigned turn_count;
	uint32_t chained; /* of the table */
};

const char *bfd_session_state_name(enum bfd_session_state state);

void bfd_session_init(struct bfd_session *s);
/* A control packet of `side`. Times that run backwards (another tap) count as now. One of a single
 * hop that was forwarded is no neighbour's (RFC 5881 section 5: TTL 255, but for authentication):
 * it is counted as `foreign`, and is nothing else. */
void bfd_session_packet(struct bfd_session *s, unsigned side, uint64_t now_ns,
                        const struct bfd *packet, uint8_t ttl);
/* An echo that `side` sends to itself (RFC 5881 section 4). */
void bfd_session_echo(struct bfd_session *s, unsigned side, uint64_t now_ns);
/* When other sessions were heard: see lacp_member_witness(). */
void bfd_session_witness(struct bfd_session *s, uint64_t steady_ns);
/* The probe itself has lost packets: see lacp_member_forgive(). */
void bfd_session_forgive(struct bfd_session *s, uint64_t now_ns);
/* It is `now_ns`. Routers are given twice their detection time to say Down themselves. */
void bfd_session_advance(struct bfd_session *s, uint64_t now_ns);
/* The oldest change that was not taken yet; false: none. */
bool bfd_session_turn(struct bfd_session *s, struct bfd_turn *out);
/* What the BGP session that it guards does, at each tick: `up` now, `down_ns` when it went down
 * last (0: never). Returns 1 when it has just proven to have followed, -1 to have stayed. */
int bfd_session_couple(struct bfd_session *s, uint64_t now_ns, bool up, uint64_t down_ns);

static inline uint64_t
bfd_session_larger(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

/* In which `side` must send now (sections 6.8.3 and 6.8.7), without jitter. */
static inline uint64_t
bfd_session_interval_us(const struct bfd_session *s, unsigned side)
{
	const struct bfd_half *h = &s->half[side];
	uint64_t us = bfd_session_larger(h->tx_us, s->half[!side].rx_us);

	return h->newest.state == BFD_UP ? us : bfd_session_larger(us, BFD_SLOW_US);
}

/* How long `side` waits for the other (section 6.8.4); 0: the other was not seen. */
static inline uint64_t
bfd_session_detection_us(const struct bfd_session *s, unsigned side)
{
	const struct bfd_half *other = &s->half[!side];

	return other->newest.detect_mult * bfd_session_larger(s->half[side].rx_us, other->tx_us);
}

/* Each side's your-discriminator is the other's own. */
bool bfd_session_matches(const struct bfd_session *s);
