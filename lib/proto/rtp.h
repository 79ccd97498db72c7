/*
 * RTP (RFC 3550 section 5.1) with header extensions (RFC 8285). Whether a stream of such headers is
 * RTP at all, its callers decide: one header alone proves nothing. Any thread.
 *
 *    0       1         2               3
 *   |V=2|P|X|  CC   |M|     PT      |        sequence number        |
 *   |                           timestamp                           |
 *   |                             SSRC                              |
 *   |                     CC contributing sources                   |
 *   |  X:   profile                 |  length in 32-bit words       | extension …
 *   |  payload …                                 P: padding, count  |
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/cursor.h"
#include "proto/reason.h"

enum {
	RTP_SIZE = 12,
	RTP_EXTENSION_ONE_BYTE = 0xbede, /* RFC 8285 section 4.2 */
	RTP_EXTENSION_TWO_BYTE = 0x1000, /* section 4.3, the low four bits are the sender's */
};

struct rtp {
	uint8_t payload_type;
	bool marker;
	uint16_t sequence;
	uint32_t timestamp, ssrc;
	uint8_t csrc_count;
	uint8_t padding; /* bytes, their count included */
	bool has_extension;
	uint16_t extension_profile;
	struct cursor extension; /* its contents, borrowed */
	struct cursor payload;   /* without padding, borrowed */
};

/* One element of a header extension. */
struct rtp_element {
	uint8_t id;
	uint8_t size;
	const uint8_t *value; /* borrowed; NULL when size is 0 */
};

/* A whole datagram. RTP_BAD: version; RTP_SHORT: it ends before what its header announces. In a
 * capture cut short padding can't be read: pass the captured bytes and expect RTP_SHORT or a
 * payload with the padding in it. */
enum reason rtp_decode(struct cursor *c, struct rtp *out);

/* The next element of an extension in one of the two forms of RFC 8285; false at the end, and when
 * the profile is another or an element passes the end. */
bool rtp_element_next(struct cursor *extension, uint16_t profile, struct rtp_element *out);
