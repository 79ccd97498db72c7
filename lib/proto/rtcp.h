/*
 * RTCP (RFC 3550 section 6): reports, source descriptions, goodbyes, application packets, feedback
 * (RFC 4585, RFC 5104) and extended reports (RFC 3611). A datagram is a compound of packets;
 * rtcp_decode() takes one after the other. Any thread.
 *
 *    0       1         2               3
 *   |V=2|P|  count  |     type      |   length in 32-bit words - 1  |
 *   |                       SSRC of the sender                      |
 *   |   SR: NTP time, RTP time, packets, octets;  then the blocks   |
 *
 * SRTCP (RFC 3711 section 3.4) encrypts what follows the first eight bytes and appends an index:
 * only the first packet's header can then be believed.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/cursor.h"
#include "proto/reason.h"

enum rtcp_type {
	RTCP_FIR = 192, /* RFC 2032, the lowest that RFC 5761 section 4 leaves to RTCP */
	RTCP_SR = 200,
	RTCP_RR = 201,
	RTCP_SDES = 202,
	RTCP_BYE = 203,
	RTCP_APP = 204,
	RTCP_RTPFB = 205, /* transport feedback, RFC 4585 section 6.2 */
	RTCP_PSFB = 206,  /* payload feedback, section 6.3 */
	RTCP_XR = 207,
	RTCP_LAST = 223,
};

enum { RTCP_XR_VOIP = 7, RTCP_SDES_CNAME = 1 };

struct rtcp {
	uint8_t type;  /* enum rtcp_type, or another */
	uint8_t count; /* report blocks, sources, or the subtype or format */
	bool has_ssrc;
	uint32_t ssrc;
	/* of a sender report */
	uint64_t ntp;
	uint32_t rtp_time, packets, octets;
	uint32_t media_ssrc; /* of feedback */
	char name[5];        /* of an application packet, NUL-terminated */
	struct cursor body;  /* report blocks, chunks, XR blocks or feedback, borrowed */
};

/* RFC 3550 section 6.4.1 */
struct rtcp_block {
	uint32_t ssrc;
	uint8_t fraction_lost;            /* 256ths */
	int32_t lost;                     /* cumulative, 24 bits with sign */
	uint32_t highest;                 /* extended highest sequence number */
	uint32_t jitter;                  /* in units of the media clock */
	uint32_t last_sr, delay_since_sr; /* 65536ths of a second */
};

struct rtcp_item {
	uint32_t ssrc;
	uint8_t type, size;
	const uint8_t *value; /* borrowed */
};

/* RFC 3611 section 4.7; ratios in 256ths, times in ms, levels in dBm */
struct rtcp_voip {
	uint32_t ssrc;
	uint8_t loss_rate, discard_rate, burst_density, gap_density;
	uint16_t burst_ms, gap_ms, round_trip_ms, end_delay_ms;
	uint8_t r_factor, mos_lq, mos_cq; /* MOS times ten; 127: not available */
};

/* Version 2 and a packet type of RTCP (RFC 5761 section 4): what tells it from RTP on one port. */
bool rtcp_fits(const struct cursor *c);

/* The next packet of a compound. RTCP_BAD: no RTCP, or too short for its type; RTCP_SHORT: it
 * passes the datagram's end (its header stays valid). */
enum reason rtcp_decode(struct cursor *c, struct rtcp *out);

/* The types of a compound's packets, at most `max`, as far as it hangs together (RFC 3550 appendix
 * A.2; senders of two or three stray bytes are forgiven); returns their number. `*whole`: to its
 * end. The first one's type is told even where it passes the datagram. */
unsigned rtcp_compound(struct cursor *c, uint8_t *types, unsigned max, bool *whole);

/* Of a datagram that the capture cut: types as far as lengths lead to packets of a type in use (SR
 * to XR), the last of which may be cut anywhere behind its length. What follows the first packet of
 * SRTCP passes for that once in 128 times. */
unsigned rtcp_compound_cut(struct cursor c, uint8_t *types, unsigned max);

/* Of the body of SR and RR, after each other; false at the end. At most rtcp.count are blocks, what
 * follows is the profile's. */
bool rtcp_block_next(struct cursor *body, struct rtcp_block *out);
/* Of SDES: the chunk's item after the last one; `out` is zero before the first call. */
bool rtcp_item_next(struct cursor *body, struct rtcp_item *out);
/* Of XR: the next block; type and contents. */
bool rtcp_xr_next(struct cursor *body, uint8_t *type, struct cursor *block);
bool rtcp_voip_decode(struct cursor *block, struct rtcp_voip *out);
