/*
 * SDP (RFC 8866) as far as it says where media goes and how: connection addresses, media lines with
 * ports and payload types, rtpmap, rtcp and rtcp-mux (RFC 3605, RFC 5761), direction, keys (RFC
 * 4568, RFC 8122) and ICE candidates (RFC 8839). Any thread; nothing is allocated, what is too many
 * is counted and left out.
 *
 *   v=0
 *   c=IN IP4 192.0.2.10                           of the session: holds where a medium has none
 *   m=audio 49170 RTP/SAVP 0 8 101                port 0: refused
 *   a=rtpmap:101 telephone-event/8000
 *   a=candidate:1 1 UDP 2130706431 192.0.2.10 49170 typ host
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/cursor.h"
#include "base/slice.h"
#include "proto/reason.h"

enum { SDP_MEDIA_MAX = 8, SDP_FORMATS_MAX = 24 };

enum sdp_direction { SDP_SENDRECV, SDP_SENDONLY, SDP_RECVONLY, SDP_INACTIVE };

struct sdp_format {
	uint8_t payload_type;
	struct slice codec; /* of rtpmap, `at` NULL: none given */
	uint32_t clock_hz;  /* 0: none given */
};

struct sdp_media {
	struct slice kind;     /* audio, video, image … */
	struct slice protocol; /* RTP/AVP, RTP/SAVP, UDP/TLS/RTP/SAVPF, udptl … */
	uint16_t port;
	bool has_address; /* its own, or the session's */
	struct addr address;
	uint16_t rtcp_port; /* 0: none given; the next one then, or the same with rtcp_mux */
	bool rtcp_mux;
	bool keys;         /* crypto or fingerprint: SRTP */
	uint8_t direction; /* enum sdp_direction */
	uint16_t candidates;
	uint8_t format_count;
	struct sdp_format formats[SDP_FORMATS_MAX];
};

struct sdp {
	bool has_address;
	struct addr address; /* of the session */
	uint8_t media_count;
	uint16_t media_more; /* media lines beyond SDP_MEDIA_MAX */
	struct sdp_media media[SDP_MEDIA_MAX];
};

/* SDP_BAD: it does not begin with v=, or a line that is no TYPE=VALUE, or a media line without a
 * port; what stands before it is valid. A last line without line end counts. */
enum reason sdp_decode(struct cursor *c, struct sdp *out);
