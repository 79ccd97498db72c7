/*
 * TLS (RFC 8446 section 4 and 5, RFC 5246 section 6 and 7): records, handshake messages, hellos,
 * and where the server's certificate lies. Works on the bytes of a stream or of CRYPTO frames: what
 * is not all there yet is TLS_SHORT. DTLS shares messages and hellos (proto/dtls.h). Any thread.
 *
 *   record:     | type 20-24 | version 03 xx | length (2) | fragment …
 *   handshake:  | type | length (3) | body …          may span records, records may hold several
 *   client:     | version | random 32 | session id <1> | (DTLS: cookie <1>) | ciphers <2> |
 *               | compressions <1> | extensions <2>: type (2), contents <2> …
 *   server:     | version | random 32 | session id <1> | cipher (2) | compression | extensions <2>
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/cursor.h"
#include "base/slice.h"
#include "proto/reason.h"

enum tls_content {
	TLS_CHANGE_CIPHER_SPEC = 20,
	TLS_ALERT = 21,
	TLS_HANDSHAKE = 22,
	TLS_APPLICATION_DATA = 23,
	TLS_HEARTBEAT = 24,
};

enum tls_message_type {
	TLS_HELLO_REQUEST = 0,
	TLS_CLIENT_HELLO = 1,
	TLS_SERVER_HELLO = 2,
	TLS_HELLO_VERIFY_REQUEST = 3,
	TLS_CERTIFICATE = 11,
	TLS_MESSAGE_LAST =
		25, /* compressed_certificate; key_update 24; message_hash 254 never sent */
};

enum {
	TLS_RECORD_SIZE = 5,
	TLS_FRAGMENT_MAX = 16384 + 2048, /* RFC 5246 6.2.3 */
	TLS_MESSAGE_SIZE = 4,
};

struct tls_record {
	uint8_t type; /* enum tls_content */
	uint16_t version, size;
	struct cursor body; /* borrowed; with TLS_SHORT what is there of it */
};

struct tls_message {
	uint8_t type; /* enum tls_message_type */
	uint32_t size;
	struct cursor body; /* borrowed; with TLS_SHORT what is there of it */
};

struct tls_hello {
	uint16_t version; /* the best of both: supported_versions, else the old field; no GREASE */
	uint16_t legacy_version;
	uint16_t cipher; /* server's choice; client's first that is no GREASE */
	uint16_t cipher_count;
	bool retry;             /* a ServerHello that is a HelloRetryRequest (RFC 8446 4.1.3) */
	bool encrypted;         /* offers encrypted_client_hello: the name is the front's */
	struct slice name;      /* server_name, `at` NULL: none */
	struct slice protocols; /* ALPN list as on the wire: size, text … */
	struct slice protocol;  /* its first */
	const uint8_t *random;  /* 32 bytes, borrowed */
};

/* TLS_BAD: no TLS record; TLS_SHORT: the rest of it is not here (type, version and size are, when
 * five bytes were). After TLS_SHORT the cursor stands where it stood. */
enum reason tls_record_decode(struct cursor *c, struct tls_record *out);

/* Step over a ClientHello in the frame of SSL 2 (RFC 5246 appendix E.2), which some senders begin
 * with: |1|size 15 bits| 1 | version 03 xx | sizes of ciphers, session id, challenge | … False: it
 * is none, or not all here. */
bool tls_compatible_hello_take(struct cursor *c);

/* The next message of joined record bodies; TLS_SHORT as above. TLS_BAD: no type of TLS, which is
 * what encrypted messages look like. */
enum reason tls_message_decode(struct cursor *c, struct tls_message *out);

/* The body of a hello; `datagram`: DTLS, whose ClientHello has a cookie. TLS_BAD: a length passes
 * its container; what was read before stays valid. */
enum reason tls_client_hello_decode(struct cursor *body, bool datagram, struct tls_hello *out);
enum reason tls_server_hello_decode(struct cursor *body, struct tls_hello *out);

/* The first certificate (DER) of a Certificate message in the clear: TLS 1.2 and before. */
enum reason tls_certificate_decode(struct cursor *body, struct cursor *der);

/* RFC 8446 section 6: "handshake_failure" …; "unassigned" for numbers that are none. */
const char *tls_alert_name(uint8_t code);
