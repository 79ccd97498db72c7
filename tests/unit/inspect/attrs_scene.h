/* Sets of path attributes from attributes in hexadecimal, for the tests of bgp_attrs and of what
 * makes and reads them. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "inspect/bgp_attrs.h"
#include "support/hex.h"

#define ORIGIN "400101 00 "
#define NEXT_HOP "400304 c0000201 "
/* INCOMPLETE; 64500 64501 {1,2}; MED 7; local pref 200; atomic; aggregator 64501 192.0.2.9;
 * 8075:8007 65535:666; rt:64500:1 soo:192.0.2.1:5 and one of no name; 64500:1:2; OTC 64500 */
#define ALL                                                                        \
	"400101 02 400214 0202 0000fbf4 0000fbf5 0102 00000001 00000002 " NEXT_HOP \
	"800404 00000007 400504 000000c8 400600 c00708 0000fbf5 c0000209 "         \
	"c00808 1f8b1f47 ffff029a "                                                \
	"c01018 0002fbf400000001 0103c00002010005 030c000000000008 "               \
	"c0200c 0000fbf4 00000001 00000002 c02304 0000fbf4 "

/* The set of an UPDATE with these attributes and 192.0.2.0/24. */
static inline uint32_t
intern(struct bgp_attrs_table *t, const char *hex, unsigned width)
{
	struct hex attributes = hex_bytes(hex), body = {.size = 0};
	struct bgp_update u;
	struct cursor c;

	body.at[2] = (uint8_t)(attributes.size >> 8);
	body.at[3] = (uint8_t)attributes.size;
	memcpy(body.at + 4, attributes.at, attributes.size);
	memcpy(body.at + 4 + attributes.size, "\x18\xc0\x00\x02", 4);
	c = cursor_over(body.at, 8 + attributes.size);
	assert_int_equal(bgp_update_decode(&c, &u), REASON_OK);
	return bgp_attrs_intern(t, &u, false, width);
}
