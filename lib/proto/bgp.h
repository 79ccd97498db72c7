/*
 * BGP-4 messages (RFC 4271 section 4): the header and how messages are taken from a stream,
 * NOTIFICATION and ROUTE-REFRESH. OPEN is in bgp_open.h, UPDATE in bgp_update.h. Any thread.
 *
 *    0                      16        18       19
 *   | marker, 16 x 0xff    | length  | type   | body ...        length counts the header
 *
 *   NOTIFICATION  | code | subcode | data ...
 *   ROUTE-REFRESH | AFI     | subtype | SAFI |                  RFC 2918, RFC 7313
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/cursor.h"
#include "base/slice.h"
#include "proto/reason.h"

enum {
	BGP_PORT = 179,
	BGP_MARKER_SIZE = 16,
	BGP_HEADER_SIZE = 19,
	BGP_SIZE_MAX = 4096, /* without RFC 8654; with it 65535, but for OPEN and KEEPALIVE */
};

enum bgp_type {
	BGP_OPEN = 1,
	BGP_UPDATE,
	BGP_NOTIFICATION,
	BGP_KEEPALIVE,
	BGP_ROUTE_REFRESH,
	BGP_TYPE_COUNT,              /* one more than the last; 0 is none */
	BGP_ROUTE_REFRESH_OLD = 128, /* of Cisco, before RFC 2918; read as BGP_ROUTE_REFRESH */
};

struct bgp {
	uint16_t size; /* of all of it */
	uint8_t type;  /* enum bgp_type */
	struct cursor body;
};

/* The next message of a stream; unless it is OK nothing is read. BGP_SHORT: not all there.
 * BGP_LENGTH: a marker and a type, but a length that this type can't have (Bad Message Length, RFC
 * 4271 6.1, RFC 8654 4): a message of that type was sent, its receiver ends the session. BGP_BAD:
 * the marker is not all ones, the type is unknown or the length is less than the header's. Behind
 * both the stream has no footing, and bgp_find() may give it one. */
enum reason bgp_decode(struct cursor *stream, struct bgp *out);

/* Steps to the next place where a message begins: a marker, a header that can be, and, when so many
 * bytes are there, a marker behind it. False: there is none; what is left may begin one. */
bool bgp_find(struct cursor *stream);

/* "OPEN", "ROUTE-REFRESH" …; NULL: no type. */
const char *bgp_type_name(uint8_t type);

enum bgp_error {
	BGP_ERROR_HEADER = 1,
	BGP_ERROR_OPEN,
	BGP_ERROR_UPDATE,
	BGP_ERROR_HOLD,
	BGP_ERROR_STATE,
	BGP_ERROR_CEASE,
	BGP_ERROR_REFRESH, /* RFC 7313 */
};

/* RFC 4486, RFC 8538, RFC 9384 */
enum bgp_cease {
	BGP_CEASE_MAX_PREFIXES = 1,
	BGP_CEASE_SHUTDOWN,
	BGP_CEASE_DECONFIGURED,
	BGP_CEASE_RESET,
	BGP_CEASE_REJECTED,
	BGP_CEASE_CHANGED,
	BGP_CEASE_COLLISION,
	BGP_CEASE_RESOURCES,
	BGP_CEASE_HARD_RESET,
	BGP_CEASE_BFD_DOWN,
};

struct bgp_notification {
	uint8_t code, subcode;
	bool hard; /* RFC 8538 section 3: a Hard Reset, with the two of what it wraps, if any */
	uint8_t wrapped_code, wrapped_subcode;
	struct slice text;  /* RFC 9003: why it was shut down; borrowed UTF-8, not checked */
	struct cursor data; /* borrowed */
};

/* Of a message's body. BGP_SHORT: no code and subcode. */
enum reason bgp_notification_decode(struct cursor *body, struct bgp_notification *out);
/* "hold timer expired", "administrative shutdown" …; never NULL. */
const char *bgp_error_name(uint8_t code);
const char *bgp_cease_name(uint8_t subcode);

/* RFC 7313 section 4 */
enum bgp_refresh_subtype { BGP_REFRESH_REQUEST, BGP_REFRESH_BEGIN, BGP_REFRESH_END };

struct bgp_refresh {
	uint16_t afi;
	uint8_t subtype, safi;
};

enum reason bgp_refresh_decode(struct cursor *body, struct bgp_refresh *out);
