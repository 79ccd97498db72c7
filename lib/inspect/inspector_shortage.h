/*
 * What the inspector had no room for since it began: a field each of the probe's record. What
 * strangers fill is bounded everywhere, and figures that stand on it are worth no more than this
 * says.
 */
#pragma once

#include <stdint.h>

/* X(name, unit, what): a member of struct inspector_shortage, and the field of that name. */
#define INSPECTOR_SHORTAGES(X)                                                                \
	X(conversations_forgotten, "", "talks of two ports given up for newer ones")          \
	X(buffers_full, "", "times that bytes of TCP found no room to wait for those before") \
	X(waiting_refused, "", "times that half a message found no memory to wait in")        \
	X(calls_forgotten, "", "SIP calls given up for newer ones")                           \
	X(bgp_connections_forgotten, "", "TCP connections of BGP given up for newer ones")    \
	X(bgp_sessions_forgotten, "", "sessions of no contract given up for newer ones")      \
	X(bgp_attributes_refused, "", "routes whose attributes found no room")                \
	X(bfd_sessions_forgotten, "", "quiet ones given up for newer ones")                   \
	X(bfd_packets_refused, "packets", "of sessions that found no room")                   \
	X(facts_lost, "", "events that found no room on their way to Redis")

struct inspector_shortage {
#define X(name, unit, what) uint64_t name;
	INSPECTOR_SHORTAGES(X)
#undef X
};
