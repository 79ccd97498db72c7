/*
 * After what silence a speaker has told its whole table; private to bgp_connection*.c.
 */
#pragma once

#include "base/clock.h"

#define QUIET_NS (30 * NS_PER_S) /* half of a KEEPALIVE's usual period */
/* Routers that wait until they know all (update-delay, read-only mode) begin after 120 s or more */
#define SLOW_START_NS (180 * NS_PER_S)
