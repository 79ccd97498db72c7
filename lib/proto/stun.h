/*
 * STUN (RFC 8489 section 5) with the attributes of TURN (RFC 8656) and ICE (RFC 8445), messages of
 * the classic form without a cookie (RFC 3489), and TURN's ChannelData. Any thread.
 *
 *    0               8               16              24
 *   |0 0|   type: method, class     |  length, a multiple of 4      |
 *   |                 magic cookie 0x2112A442                       |
 *   |                 transaction id, 12 bytes                      |
 *   |  attribute type               |  length                       | value, padded to 4 …
 *
 *   |0 1| channel 0x4000-0x4fff     |  length                       | ChannelData
 *
 * The type interleaves them: M11-M7 C1 M6-M4 C0 M3-M0.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/cursor.h"
#include "base/slice.h"
#include "proto/reason.h"

enum { STUN_SIZE = 20, STUN_COOKIE = 0x2112a442, STUN_CHANNEL_SIZE = 4 };

enum stun_class { STUN_REQUEST, STUN_INDICATION, STUN_SUCCESS, STUN_ERROR };

enum stun_method {
	STUN_BINDING = 1,
	STUN_ALLOCATE = 3,
	STUN_REFRESH = 4,
	STUN_SEND = 6,
	STUN_DATA = 7,
	STUN_CREATE_PERMISSION = 8,
	STUN_CHANNEL_BIND = 9,
};

enum stun_seen {
	STUN_HAS_MAPPED = 1 << 0,  /* MAPPED-ADDRESS or XOR-MAPPED-ADDRESS */
	STUN_HAS_RELAYED = 1 << 1, /* XOR-RELAYED-ADDRESS */
	STUN_HAS_PEER = 1 << 2,    /* XOR-PEER-ADDRESS */
	STUN_HAS_ERROR = 1 << 3,
	STUN_HAS_CHANNEL = 1 << 4,
	STUN_HAS_LIFETIME = 1 << 5,
	STUN_HAS_PRIORITY = 1 << 6,
	STUN_USE_CANDIDATE = 1 << 7,
	STUN_CONTROLLING = 1 << 8,
	STUN_CONTROLLED = 1 << 9,
	STUN_HAS_INTEGRITY = 1 << 10,
	STUN_HAS_FINGERPRINT = 1 << 11,
};

struct stun_address {
	struct addr ip;
	uint16_t port;
};

struct stun {
	uint16_t type;              /* as on the wire */
	uint8_t class;              /* enum stun_class */
	uint16_t method;            /* enum stun_method, or another */
	bool classic;               /* no cookie: the transaction id is 16 bytes */
	uint16_t seen;              /* enum stun_seen */
	uint16_t size;              /* of the attributes, by the header */
	const uint8_t *transaction; /* 12 bytes behind the cookie, borrowed */
	struct stun_address mapped, relayed, peer;
	uint16_t error; /* 300-699 */
	uint16_t channel;
	uint32_t lifetime_s, priority;
	struct slice username, realm, software; /* borrowed; `at` NULL: not there */
};

/* The first two bits are zero, the length is a multiple of four and the cookie is there: no media
 * of RFC 7983 looks like it. */
bool stun_fits(const struct cursor *c);

/* STUN_BAD: not a STUN message, or an attribute passes the message's end; STUN_SHORT: the message
 * passes the captured bytes. With either the header is valid when `transaction` is set: with the
 * cookie a message is one, even with a length that can't be. */
enum reason stun_decode(struct cursor *c, struct stun *out);

struct stun_channel {
	uint16_t channel, size;
	struct cursor data; /* borrowed */
};

/* STUN_BAD: no channel number (RFC 8656 section 12.4); STUN_SHORT. Padding is left unread. */
enum reason stun_channel_decode(struct cursor *c, struct stun_channel *out);
