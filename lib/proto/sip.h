/*
 * SIP messages (RFC 3261 section 7) over datagrams and streams: start line, the headers that a
 * passive observer needs, in full or compact form and folded over lines, and where the body lies.
 * Names are compared without case; values are borrowed as they stand, folds included. Any thread;
 * one pass over the header.
 *
 *   INVITE sip:bob@biloxi.example SIP/2.0 CRLF      or  SIP/2.0 180 Ringing CRLF
 *   Via: SIP/2.0/UDP pc33.atlanta.example CRLF
 *   Subject: a value CRLF
 *    that goes on (folded) CRLF
 *   l: 4 CRLF
 *   CRLF
 *   body
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/cursor.h"
#include "base/slice.h"
#include "proto/reason.h"

/* id, name, compact form (RFC 3261 section 7.3.3; 0: none) */
#define SIP_HEADER_TABLE(X)              \
	X(VIA, "Via", 'v')               \
	X(FROM, "From", 'f')             \
	X(TO, "To", 't')                 \
	X(CALL_ID, "Call-ID", 'i')       \
	X(CSEQ, "CSeq", 0)               \
	X(CONTACT, "Contact", 'm')       \
	X(LENGTH, "Content-Length", 'l') \
	X(TYPE, "Content-Type", 'c')

enum sip_header {
#define SIP_HEADER_ENUM(id, name, compact) SIP_##id,
	SIP_HEADER_TABLE(SIP_HEADER_ENUM)
#undef SIP_HEADER_ENUM
		SIP_HEADERS
};

struct sip {
	bool request;
	struct slice method;             /* of a request */
	struct slice uri;                /* of a request */
	uint16_t status;                 /* of a response, 100-699 */
	struct slice value[SIP_HEADERS]; /* first of each, trimmed; `at` NULL: not there */
	uint16_t count[SIP_HEADERS];     /* how many there were */
	uint32_t cseq;
	struct slice cseq_method;
	uint32_t length;    /* Content-Length, 0 when there is none */
	struct cursor body; /* what of it is there, borrowed */
};

enum sip_transport { SIP_DATAGRAM, SIP_STREAM };

/*
 * The next message. Over a stream it must be whole: SIP_SHORT says that more bytes are needed and
 * leaves the cursor where it stood. A datagram is one message: without Content-Length the body is
 * the rest, what follows the length is ignored (RFC 3261 section 18.3), and SIP_SHORT says that it
 * was cut; then the start line and the headers before the cut are valid.
 * SIP_BAD: no start line of SIP/2.0 (method.size and status are 0, nothing was read), or a message
 * that breaks the rules: without one of Via, From, To, Call-ID and CSeq, a CSeq or Content-Length
 * that is no number, a CSeq of another method, two Content-Lengths that differ, a line without
 * colon. Its fields are valid, and over a stream it was stepped over.
 */
enum reason sip_decode(struct cursor *c, enum sip_transport transport, struct sip *out);

/* Nothing but line ends or zero bytes: a keep-alive (RFC 5626 section 3.5.1 and what phones do). */
bool sip_is_keepalive(const struct cursor *c);
