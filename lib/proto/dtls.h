/*
 * DTLS 1.0 to 1.3 (RFC 6347 section 4, RFC 9147 section 4 and 5) with connection identifiers
 * (RFC 9146): records and the handshake messages in them. A datagram holds whole records; a message
 * may be a fragment. Its hellos are TLS's (tls_client_hello_decode with datagram). Any thread.
 *
 *   record:    | type 20-26 | version fe xx | epoch (2) | sequence (6) | length (2) | fragment …
 *   unified:   | 0 0 1 C S L E E | (C: connection id) | sequence 1 or 2 | (L: length 2) | …
 *   handshake: | type | length (3) | message sequence (2) | offset (3) | fragment length (3) | …
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/cursor.h"
#include "proto/reason.h"

enum {
	DTLS_RECORD_SIZE = 13,
	DTLS_CONTENT_CID = 25, /* RFC 9146: tls12_cid */
	DTLS_CONTENT_ACK = 26, /* RFC 9147 section 7 */
};

struct dtls_record {
	uint8_t type; /* enum tls_content, or one of the above; 0 with the unified header */
	bool unified; /* DTLS 1.3, encrypted: type and version can't be seen */
	uint16_t version;
	uint16_t epoch; /* unified: its low two bits */
	uint64_t sequence;
	struct cursor body; /* borrowed */
};

struct dtls_message {
	uint8_t type; /* enum tls_message_type */
	uint32_t size;
	uint16_t sequence;
	uint32_t offset;    /* of this fragment */
	struct cursor body; /* the fragment, borrowed */
};

/* Type and version of a record, or the first byte of a unified header. */
bool dtls_fits(const struct cursor *c);

/* DTLS_BAD: no DTLS record; DTLS_SHORT: cut (type, version, epoch and sequence are valid once 13
 * bytes were there). A record whose connection id has a size that only its ends know takes the rest
 * of the datagram. */
enum reason dtls_record_decode(struct cursor *c, struct dtls_record *out);

/* Of a handshake record of epoch 0. DTLS_BAD: the fragment passes its message. */
enum reason dtls_message_decode(struct cursor *c, struct dtls_message *out);
