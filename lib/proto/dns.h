/*
 * DNS (RFC 1035 section 4.1): header, first question and, where it is there, EDNS (RFC 6891). Over
 * TCP each message has its length before it (RFC 1035 section 4.2.2). Any thread.
 *
 *    0               8               16              24
 *   |              id               |QR|opcode|AA|TC|RD|RA|Z|AD|CD| rcode |
 *   |      questions                |      answers                  |
 *   |      authorities              |      additional records       |
 *   |  name: labels |size|bytes|…|0|, or a pointer |11| offset |    type, class …
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/cursor.h"
#include "proto/reason.h"

enum {
	DNS_SIZE = 12,
	DNS_NAME_SIZE = 256, /* RFC 1035 2.3.4: 255 bytes, here as text with its NUL */
	DNS_OPCODE_LAST = 6, /* RFC 8490: DSO is the last assigned */
};

struct dns {
	uint16_t id;
	bool response, authoritative, truncated, recursion_desired, recursion_available;
	uint8_t opcode, rcode;
	uint16_t questions, answers, authorities, additionals;
	/* of the first question; empty when there is none */
	uint16_t type, class;
	char name[DNS_NAME_SIZE]; /* without the last dot; bytes that are no text are dots */
};

/* DNS_SHORT: cut (the header is valid once 12 bytes were there); DNS_BAD: an opcode that nobody
 * assigned, counts that the size can't hold, or a name that can't be. */
enum reason dns_decode(struct cursor *c, struct dns *out);

/* The next message of a TCP stream; false when it is not all there (nothing is read then).
 * An empty one (length below a header's) is handed out too. */
bool dns_take(struct cursor *stream, struct cursor *message);
