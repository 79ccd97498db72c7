/*
 * Bodies of several parts (RFC 2046 section 5.1), as SIP has them: SDP beside ISUP (RFC 3204), a
 * location (RFC 6442) or a list of recipients (RFC 5366). Any thread; nothing is allocated.
 *
 *   Content-Type: multipart/mixed;boundary="x"
 *
 *   --x
 *   Content-Type: application/sdp
 *
 *   v=0 …
 *   --x--
 */
#pragma once

#include <stdbool.h>

#include "base/cursor.h"
#include "base/slice.h"

/* The first part of the type `wanted` (letter case and parameters ignored), without the line end
 * before its delimiter; where the body ends amid it, what there is. False: `type` is no multipart
 * or has no boundary, or no part is of that type. Parts within parts are not entered. Borrowed. */
bool multipart_find(struct slice type, struct cursor body, const char *wanted, struct cursor *part);
