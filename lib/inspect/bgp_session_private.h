/* Shared by bgp_session.c, bgp_fill.c and bgp_timers.c alone. */
#pragma once

#include "inspect/bgp_session.h"

/* How far both sides' tables can be trusted, as it stands now. */
void bgp_session_assess(struct bgp_session *s, const struct bgp_connection *c, uint64_t time_ns);
/* Count the time up to now, under the state that stands. */
void bgp_session_account(struct bgp_session *s, uint64_t now_ns);
void bgp_session_enter(struct bgp_session *s, enum bgp_state state, uint64_t time_ns);
