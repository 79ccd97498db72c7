/* Shared by bgp_session.c and bgp_fill.c alone. */
#pragma once

#include "inspect/bgp_session.h"

/* How far both sides' tables can be trusted, as it stands now. */
void bgp_session_assess(struct bgp_session *s, const struct bgp_connection *c, uint64_t time_ns);
