/*
 * What is known of a session of an earlier run of the probe, until its connection is met again or
 * proven over: between which ports it ran, and the TCP sequence number behind the last message of
 * each side. Where no more than KEEPALIVEs can have been missed meanwhile, its table goes on. Plain
 * data of a session, filled by inspect/bgp_state.c; one thread.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct bgp_connection;

struct bgp_carried {
	bool pending;
	uint16_t port[2];
	uint32_t seq[2]; /* TCP sequence number behind the last message, by side */
	bool checked[2];
	uint64_t from_ns, to_ns; /* nobody listened */
	uint64_t missed[2];      /* bytes that each side sent meanwhile */
	uint64_t up_ns;
	bool joined;
};

/* The connection was joined in its middle, between the same ports: what is known goes on. */
bool bgp_carried_meets(const struct bgp_carried *k, const struct bgp_connection *c);
/* The first bytes of a side that is met again begin at this sequence number. Returns whether what
 * was carried may be wrong: more than KEEPALIVEs at this hold time were missed. Looks once a side,
 * and never at another port: false. */
bool bgp_carried_doubts(struct bgp_carried *k, unsigned side, uint16_t port, uint32_t seq,
                        uint16_t hold_s, uint64_t time_ns);
