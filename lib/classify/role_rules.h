/*
 * From evidence to roles: a pure function, one rule per role of requirements section 9, each with
 * what it needs at least, what speaks for it more, and what rules it out. Evidence comes from two
 * places: flows (who asked whom in which class, how many at once, how many others) and messages
 * that the inspector read. How much a piece weighs is an engineering choice; a role stands from
 * ROLE_STANDS on, and contradicts a contract from r4_role_confidence_ratio on. Any thread; no
 * state.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "classify/role.h"

/* Distinct things without remembering them: a bit per hash, counted linearly (Whang et al., ACM
 * TODS 1990). Of 64 bits up to about 150 are told apart. */
typedef uint64_t role_sketch;

/* What the address's flows show. Sets of classes are bits by enum traffic_class. */
struct role_flows {
	uint64_t asked;          /* flows that it began */
	uint64_t taken;          /* flows that others began with it */
	uint64_t served;         /* those of them that it answered */
	uint32_t active_max;     /* flows at once */
	uint32_t asked_max;      /* of these begun by it */
	uint32_t media_max;      /* of these media */
	role_sketch clients;     /* other ends that began */
	role_sketch media_peers; /* other ends of media */
};

/* What its messages show. */
struct role_messages {
	uint64_t first_us, last_us; /* of anything here; 0: nothing */
	/* SIP in the clear */
	uint32_t calls_begun, calls_taken, calls_active, calls_max;
	uint32_t sdp_own, sdp_other;          /* c= is its own address, another one */
	uint32_t via_single, via_more;        /* requests that it sent, by their Via headers */
	uint32_t forwarded;                   /* of via_more: the same Call-ID came in before */
	uint32_t registers, register_answers; /* REGISTER sent; answered with 200, 401 or 407 */
	role_sketch users, aors_sent, aors_answered;
	uint32_t options_sent, options_taken; /* OPTIONS, or their rhythm inside TLS */
	/* SIP inside TLS */
	uint32_t tls_begun, tls_taken,
		cloud_names; /* connections; names of the cloud's SIP service */
	uint64_t signalling_first_us;
	/* STUN and TURN answers */
	uint32_t bindings, challenges, allocations, channels;
	/* DNS */
	uint32_t answers, answers_ra, answers_aa;
	uint32_t asked_rd, asked_plain; /* questions with RD=1 and RD=0 */
	role_sketch servers_rd, servers_plain;
	/* web: ServerHello, QUIC server Initial, HTTP status line */
	uint32_t server_hellos;
	/* routers */
	uint32_t time_exceeded; /* ICMP type 11, ICMPv6 type 3 */
	uint32_t relayed;       /* media that left again with the same SSRC and sequence */
};

struct role_context {
	uint64_t now_us;
	bool peer;       /* on the peer's side: only there an SBC is looked for */
	bool media_near; /* media with the cloud from its declared media prefixes */
};

#define ROLE_STANDS 0.5

/* Confidence 0 to 1 of every role. */
void roles_judge(const struct role_flows *flows, const struct role_messages *messages,
                 const struct role_context *context, double confidence[ENDPOINT_ROLE_COUNT]);

/* How many different things were added. */
unsigned role_sketch_count(role_sketch s);

static inline void
role_sketch_add(role_sketch *s, uint64_t hash)
{
	*s |= UINT64_C(1) << (hash >> 58);
}

/* What a role's confidence has faded to when its last evidence is this old: linear over
 * ROLE_DECAY_US. */
enum { ROLE_DECAY_S = 7 * 86400 };
double role_faded(double confidence, uint64_t last_us, uint64_t now_us);
