/*
 * Round-trip times of the two halves of the path that the tap splits, as histograms per link, half,
 * subnet and method. A half is named by the side that it leads to: from the tap to a host of the
 * peer (or of the cloud) and back. A histogram is given out on its first sample, capped and
 * counted: beyond the cap a sample counts under its link alone.
 *
 * The worker (and the inspector, in a snapshot of its own) writes: latency_add(). The aggregator
 * merges into its book, snap/latency_book.h.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/histogram.h"

/*
 * How a sample was taken. X(enumerator, name, headline, what). Headline methods measure the path:
 * what answers does so at once. The others hold a delayed acknowledgement or the time that a
 * server thinks, and stay out of every headline figure (requirements 7, M5).
 */
#define LATENCY_METHODS(X)                                                                    \
	X(LATENCY_TCP_SYN, "tcp-syn", true, "SYN to SYN-ACK, SYN-ACK to ACK")                 \
	X(LATENCY_TCP_ACK, "tcp-ack", true,                                                   \
	  "data to the bare acknowledgement that two full segments call forth")               \
	X(LATENCY_TCP_DATA, "tcp-data", false,                                                \
	  "data to any other acknowledgement: may be delayed, or wait for an answer")         \
	X(LATENCY_TCP_TS, "tcp-ts", false, "TSval to its echo (RFC 7323), one per tick")      \
	X(LATENCY_QUIC, "quic", false,                                                        \
	  "QUIC client's first Initial to the server's, that to the client's Handshake")      \
	X(LATENCY_QUIC_SPIN, "quic-spin", false,                                              \
	  "QUIC's spin bit (RFC 9000 section 17.4), one per round: may wait for what to say") \
	X(LATENCY_STUN, "stun", true, "STUN request to response, by transaction")             \
	X(LATENCY_DNS, "dns", false, "DNS query to response, by identifier")                  \
	X(LATENCY_ICMP, "icmp", true, "ICMP echo to its reply")                               \
	X(LATENCY_SIP, "sip", false, "SIP request to its first response")                     \
	X(LATENCY_RTCP, "rtcp", false, "RTCP sender report to the block that answers (LSR, DLSR)")

enum latency_method {
#define X(id, name, headline, what) id,
	LATENCY_METHODS(X)
#undef X
		LATENCY_METHOD_COUNT
};

const char *latency_method_name(enum latency_method m);
const char *latency_method_what(enum latency_method m);
bool latency_is_headline(enum latency_method m);

/* latency_key.subnet from here on: an SBC by its index in conf.sbcs, beside the sample that its
 * subnet and link get. */
#define LATENCY_SBC_BASE 0x80000000u
enum { LATENCY_SBCS = 1 << 16 };

/* Whether a key's subnet is an SBC. */
static inline bool
latency_is_sbc(uint32_t subnet)
{
	return subnet - LATENCY_SBC_BASE < LATENCY_SBCS;
}

/* What times are kept in on their way to a sample: state/tcp.h 64 ns, state/spin.h 256. No figure
 * of latency resolves less, whatever the clock does. */
enum { LATENCY_STEP_NS = 256 };

struct latency_key {
	uint32_t subnet; /* of the far host, an id on its side; SUBNET_OVERFLOW: the cap was met */
	uint16_t link;
	uint8_t half;   /* SIDE_PEER or SIDE_MSFT: where the far host is */
	uint8_t method; /* enum latency_method */
};

struct snap_latency {
	struct latency_key key;
	struct histogram histogram;
};

/* What a worker's buffer holds of them. */
struct latency_set {
	struct snap_latency *at; /* [count], in order of first sample */
	uint32_t *index;         /* open-addressed, twice `capacity`; value = index + 1 */
	uint32_t count, capacity;
	uint32_t open;       /* of the capacity, what keys of subnets may take; the rest is kept */
	uint32_t in_reserve; /* for one histogram per link, half and method, these so far */
	uint64_t overflow;   /* samples that count under their link alone */
};

/* Room for `capacity` histograms, and one more per link, half and method. False: no memory, what
 * was taken is for latency_set_fini(). `touch` as for mem_map(). */
bool latency_set_init(struct latency_set *s, uint32_t capacity, uint16_t links, bool touch);
void latency_set_fini(struct latency_set *s);
/* Cost follows the use. */
void latency_set_clear(struct latency_set *s);

/* A sample; constant time. */
void latency_add(struct latency_set *s, const struct latency_key *key, uint64_t ns);
