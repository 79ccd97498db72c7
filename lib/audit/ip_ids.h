/*
 * Whether the IP-ID counters of two links' routers are one (inspect/token_ids.h): each number that
 * one link showed must lie between those that the other showed before and after it. What lies
 * between by chance is multiplied up, so few packets prove nothing, and different counters say
 * nothing of a router (line cards have their own). Pure.
 */
#pragma once

#include <stdbool.h>

/* Lists as `ip_ids` of tokens:LINK has them, "US:ID,US:ID". */
bool ip_ids_same(const char *a, const char *b);
