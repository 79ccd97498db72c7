/*
 * What time does to a BGP session: the hold timer runs out, a session stays away, stale routes go,
 * and the time that passed is counted. One thread.
 */
#pragma once

#include "inspect/bgp_session.h"

/* `heard_ns`: when the link brought a frame of each direction last; 0: not known. Silence is
 * evidence only while the link speaks (requirements 4.5). */
void bgp_timers_run(struct bgp_session *s, uint64_t now_ns, const uint64_t heard_ns[DIR_COUNT]);
