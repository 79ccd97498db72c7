/*
 * WebSocket (RFC 6455): the HTTP heads that open it, and its frames (section 5.2). SIP is carried a
 * message each (RFC 7118). Any thread.
 *
 *    0               8              16                             32
 *   |F|rsv|opcode   |M|  size 0-125 | 126: 16 bits of size | 127: 64 bits |
 *   | masking key, with M: payload byte i is XORed with key byte i mod 4  | payload …
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/cursor.h"
#include "proto/reason.h"

/* Section 11.8; from 8 on control frames, which may stand between the frames of a message. */
enum websocket_opcode {
	WEBSOCKET_CONTINUATION = 0,
	WEBSOCKET_TEXT = 1,
	WEBSOCKET_BINARY = 2,
	WEBSOCKET_CLOSE = 8,
	WEBSOCKET_PING = 9,
	WEBSOCKET_PONG = 10,
};

struct websocket_frame {
	bool last;       /* of its message */
	bool compressed; /* RFC 7692 */
	uint8_t opcode;  /* enum websocket_opcode */
	bool masked;
	uint8_t key[4];
	uint64_t size;         /* of the payload */
	struct cursor payload; /* what of it is there, borrowed, masked */
};

/* WEBSOCKET_SHORT: more bytes are needed, the cursor stands where it stood; with `size` > 0 the
 * header is there. WEBSOCKET_BAD: reserved bits or opcodes, a control frame that can't be, more
 * than 64 KiB. */
enum reason websocket_decode(struct cursor *c, struct websocket_frame *out);

/* An HTTP request, or the response to it, that opens a WebSocket (section 4): size of the head with
 * its blank line, 0: none is at hand, `*open`: or its end is not here. */
size_t websocket_head(const struct cursor *c, bool *open);

/* Whether the head names this subprotocol (Sec-WebSocket-Protocol, section 11.3.4), as far as it is
 * there. */
bool websocket_speaks(const struct cursor *head, const char *protocol);
