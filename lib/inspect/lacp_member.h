/*
 * One member of a LAG as the LACPDUs of both its ends tell it (IEEE 802.1AX-2020 clause 6.4): the
 * newest actor and partner of each side, whether the member carries traffic, since when, and who
 * took it out. Time is the packets'; what did not come is found by lacp_member_advance(), at the
 * moment when it was due. Sides are indices: 0 the peer's, 1 the cloud's. One thread.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "conf/conf.h"
#include "inspect/outages.h"
#include "proto/lacp.h"

enum {
	LACP_SIDES = 2,
	LACP_FAST_S = 1,          /* 6.4.4: Fast_Periodic_Time */
	LACP_SLOW_S = 30,         /* Slow_Periodic_Time */
	LACP_TIMEOUT_PERIODS = 3, /* Short_Timeout_Time 3 s, Long_Timeout_Time 90 s */
	LACP_STATIC_S = 90,       /* frames for so long, and no LACPDU: a static LAG, or none */
	LACP_COPY_MS = 10,        /* the same LACPDU within this is a mirror's copy */
	LACP_TURNS_MAX = 4,       /* that one call can make */
	LACP_WHY_SIZE = 160,
};

enum lacp_member_state {
	LACP_UNSEEN,       /* no LACPDU */
	LACP_ONE_SIDED,    /* of one side only; the other's absence is not proven yet */
	LACP_STATIC,       /* one side sends frames and no LACPDU */
	LACP_IS_DEFAULTED, /* a side runs on a partner that was configured, not heard */
	LACP_OUT,
	LACP_DISTRIBUTES, /* both actors in sync, collecting and distributing */
	LACP_MEMBER_STATES
};

struct lacp_member_side {
	struct lacp newest;
	uint8_t src_mac[6];
	uint64_t pdus;
	uint64_t consecutive; /* without a timeout between */
	uint64_t first_ns, last_ns;
	uint64_t from_ns; /* its silence counts from here: last_ns, or when both ends were back */
	uint64_t left_ns; /* since when it does not collect and distribute; 0: it does */
	uint64_t churns;  /* times it ceased to */
	uint64_t markers, timeouts;
	uint64_t frame_ns; /* newest frame of any kind: the fibre and the tap live */
	bool silent;       /* nothing for longer than the timeout */
	bool missed;       /* and that is its own doing: somebody else was heard meanwhile */
};

/* A change of state. */
struct lacp_turn {
	uint64_t ns;
	enum lacp_member_state from, to;
	enum side side; /* whose doing */
	char why[LACP_WHY_SIZE];
};

struct lacp_member {
	struct lacp_member_side side[LACP_SIDES];
	enum lacp_member_state state;
	enum side blamed;
	char why[LACP_WHY_SIZE]; /* empty while it distributes */
	uint64_t state_since_ns;
	uint64_t flaps, down_ns;    /* times it ceased to distribute; the last */
	uint64_t up_ns, covered_ns; /* time distributing; time with a word of either side */
	uint64_t counted_ns;        /* up to here */
	uint64_t witness_ns;        /* see lacp_member_witness() */
	struct outages outages;
	struct lacp_turn turns[LACP_TURNS_MAX];
	unsigned turn_count;
};

const char *lacp_member_state_name(enum lacp_member_state state);

/* A LACPDU of `side`. Times that run backwards (another tap) count as now. */
void lacp_member_pdu(struct lacp_member *m, unsigned side, uint64_t now_ns, const struct lacp *l,
                     const uint8_t src_mac[6]);
void lacp_member_marker(struct lacp_member *m, unsigned side);
/* A frame of any kind of `side`. */
void lacp_member_frame(struct lacp_member *m, unsigned side, uint64_t now_ns);
/* When other members that the probe sees were heard (inspect/witness.h). When both ends of this one
 * fall silent at once, only others tell a dark fibre from a tap, or a capture, that ended. */
void lacp_member_witness(struct lacp_member *m, uint64_t steady_ns);
/* The probe itself has lost frames: what is silent so far gets its time anew. */
void lacp_member_forgive(struct lacp_member *m, uint64_t now_ns);
/* It is `now_ns`: what was due before has not come. */
void lacp_member_advance(struct lacp_member *m, uint64_t now_ns);
/* The oldest change that was not taken yet; false: none. */
bool lacp_member_turn(struct lacp_member *m, struct lacp_turn *out);

/* The period in which `side` must send, as the other asks: its actor's short timeout, or what
 * `side` itself believes of a partner that was not seen. */
uint64_t lacp_member_period_ns(const struct lacp_member *m, unsigned side);
/* Whether `side` names as its partner what the other side says of itself (6.4.2.3): system, key and
 * port with their priorities. */
bool lacp_member_echoes(const struct lacp_member *m, unsigned side);
