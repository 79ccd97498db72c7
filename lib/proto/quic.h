/*
 * QUIC headers that nothing protects: the long ones (RFC 8999 for all versions, RFC 9000 section
 * 17.2 for version 1 and its drafts, RFC 9369 section 3.2 for version 2). What is inside Initials
 * needs keys: inspect/quic_initial.h. Any thread.
 *
 *   |1|1|T T|x x x x|  version (4)  | size, destination id | size, source id |
 *   Initial: | token length | token … |  length | packet number and payload …
 *   0-RTT and Handshake:                 length | …
 *   Retry: token and integrity tag to the end. Version 0: versions offered, to the end.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/cursor.h"
#include "proto/reason.h"

enum {
	QUIC_V1 = 0x00000001,
	QUIC_V2 = 0x6b3343cf,
	QUIC_V2_DRAFT = 0x709a50c4, /* draft-ietf-quic-v2-01 to -06: as version 2, other salt */
	QUIC_ID_MAX = 20,           /* of version 1 and 2 */
};

/* Versions that stand between gQUIC and the drafts: the headers of draft 27 around frames of
 * gQUIC's, with TLS ("T") or without. */
enum { QUIC_Q050 = 0x51303530, QUIC_T050 = 0x54303530, QUIC_T051 = 0x54303531 };

/* As version 1 numbers them; of version 2 they are translated. */
enum quic_type {
	QUIC_INITIAL,
	QUIC_0RTT,
	QUIC_HANDSHAKE,
	QUIC_RETRY,
	QUIC_NEGOTIATION,
	QUIC_OTHER
};

struct quic {
	bool long_header; /* false: a short one, of which only the first byte can be read */
	uint32_t version;
	uint8_t type;      /* enum quic_type; OTHER: a version whose types nobody here knows */
	uint8_t type_bits; /* of a long header, as they stand in the first byte */
	uint8_t dcid_size, scid_size;
	const uint8_t *dcid, *scid; /* borrowed */
	struct cursor token;
	struct cursor protected; /* Initial: packet number and payload, behind the length */
	struct cursor packet;    /* the whole packet, from its first byte */
};

/* Versions that stand for none, made to be refused (RFC 9000 section 15). */
static inline bool
quic_is_reserved(uint32_t version)
{
	return (version & 0x0f0f0f0f) == 0x0a0a0a0a;
}

/* Types and key labels of version 2 (RFC 9369 sections 3.2 and 3.3.2). */
static inline bool
quic_is_v2(uint32_t version)
{
	return version == QUIC_V2 || version == QUIC_V2_DRAFT;
}

static inline bool
quic_is_google(uint32_t version)
{
	return version == QUIC_Q050 || version == QUIC_T050 || version == QUIC_T051;
}

/* The next packet of a datagram; what has no length takes the rest. QUIC_BAD: the fixed bit is not
 * set, or a length passes the datagram; QUIC_SHORT: cut within the header, which is valid up to
 * there once the version was read. */
enum reason quic_decode(struct cursor *c, struct quic *out);

/* RFC 9000 section 16: a variable-length integer. */
uint64_t quic_integer(struct cursor *c);
