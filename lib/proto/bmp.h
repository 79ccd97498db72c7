/*
 * BMP, by which a router tells a station of its BGP sessions (RFC 7854), Adj-RIB-Out included
 * (RFC 8671): messages one behind the other. BGP's messages inside stay bytes. Any thread.
 *
 *   | version 3 | size, 32 bits | type | [per-peer header] | ...
 *
 *   per-peer: | type | flags | distinguisher, 8 | address, 16 | AS | id | time, s | time, us |
 *   Peer Up:  | local address, 16 | local port | remote port | OPEN sent | OPEN received | ...
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/cursor.h"
#include "proto/reason.h"

enum { BMP_VERSION = 3, BMP_HEADER_SIZE = 6, BMP_PEER_SIZE = 42, BMP_SIZE_MAX = 1 << 20 };

enum bmp_type {
	BMP_ROUTE_MONITORING,
	BMP_STATISTICS,
	BMP_PEER_DOWN,
	BMP_PEER_UP,
	BMP_INITIATION,
	BMP_TERMINATION,
	BMP_ROUTE_MIRRORING,
	BMP_TYPE_COUNT
};

struct bmp_peer {
	uint8_t type; /* 0 global instance, 1 RD, 2 local, 3 Loc-RIB (RFC 9069) */
	bool post_policy, adj_rib_out;
	bool as2; /* AS_PATHs have two bytes a number */
	uint64_t distinguisher;
	struct addr ip;
	uint32_t asn;
	uint8_t id[4];
	uint64_t time_us; /* 0: not told */
};

struct bmp {
	uint8_t type; /* enum bmp_type */
	bool has_peer;
	struct bmp_peer peer;
	struct cursor body; /* behind the per-peer header */
};

/* The next message. BMP_SHORT: not all there (nothing is read then); BMP_BAD: not version 3, a type
 * of none or a size that can't be: the stream has no footing any more. */
enum reason bmp_decode(struct cursor *stream, struct bmp *out);

struct bmp_peer_up {
	struct addr local;
	uint16_t local_port, remote_port;
	struct cursor sent, received; /* the OPENs, without their headers */
};

/* Of a Peer Up's body. BMP_BAD: cut, or no two OPENs. */
enum reason bmp_peer_up_decode(const struct bmp *m, struct cursor *body, struct bmp_peer_up *out);
