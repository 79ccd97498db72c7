/*
 * Path attributes as people read them, and as Redis holds them. Each appends to `to`, nothing where
 * the set has none of it. Called where a route is written down (store/export_routes.c); one thread.
 */
#pragma once

#include "base/text.h"
#include "inspect/bgp_attrs.h"

/* "64500 64501 {64502,64503}", confederations in parentheses (RFC 5065) and brackets. */
void bgp_text_path(const struct bgp_attrs *a, struct text *to);
/* "8075:8007 65535:666" (RFC 1997). */
void bgp_text_communities(const struct bgp_attrs *a, struct text *to);
/* "rt:64500:1 soo:192.0.2.1:5" (RFC 4360, RFC 5668); of other kinds "0x…". */
void bgp_text_extended(const struct bgp_attrs *a, struct text *to);
/* "64500:1:2" (RFC 8092). */
void bgp_text_large(const struct bgp_attrs *a, struct text *to);
/* "igp", "egp", "incomplete"; "" of any other number (RFC 4271 section 4.3). */
const char *bgp_text_origin(uint8_t origin);
