/* Shared by bgp_seed.c and bgp_state.c alone. */
#pragma once

#include "inspect/bgp_seed.h"

/* A dump that is the probe's own, of before a restart. */
void bgp_seed_carried(struct bgp_table *t, struct cursor dump, struct bgp_seed_result *out);
