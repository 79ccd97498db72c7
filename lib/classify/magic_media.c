#include "classify/class.h"
#include "classify/magic.h"
#include "proto/rtcp.h"

enum { RTP_HEADER = 12, SRTCP_TRAILER = 8 };

/* Checks or keys went before: what looks like media on this port is media. */
static bool
follows_ice(const struct look *y)
{
	return y->flow_class == CLASS_STUN || y->flow_class == CLASS_TURN ||
	       y->flow_class == CLASS_DTLS || y->flow_class == CLASS_RTCP;
}

static bool
is_name(const uint8_t *four)
{
	for (unsigned i = 0; i < 4; i++)
		if (four[i] < ' ' || four[i] > '~')
			return false;
	return true;
}

/* Packets of RTCP one behind the other end where the datagram does. */
static bool
packets_fill(const struct look *y)
{
	uint32_t at = 0;

	while (look_has(y, at + 4)) {
		if ((y->at[at] & 0xc0) != 0x80 || y->at[at + 1] < RTCP_FIR ||
		    y->at[at + 1] > RTCP_LAST)
			return false;
		at += (load_be16(y->at + at + 2) + 1u) * 4;
	}
	return at <= y->size && (at == y->size || y->captured < y->size);
}

/*
 * Without a report first: feedback (RFC 5506 3), a goodbye, or what a sender makes up to open the
 * way to its port. Nothing is said of SRTCP here, whose length is not its first packet's.
 */
static bool
is_reduced(const struct look *y)
{
	uint32_t words = load_be16(y->at + 2) + 1u, count = y->at[0] & 0x1f;

	switch (y->at[1]) {
	case RTCP_BYE:
		return count && words > count && packets_fill(y);
	case RTCP_APP:
		return words >= 3 && look_has(y, 12) && is_name(y->at + 8) && packets_fill(y);
	case RTCP_RTPFB:
	case RTCP_PSFB:
		return count && words >= 3 && packets_fill(y);
	default:
		return false;
	}
}

/*
 * RFC 3550 6.1: a compound packet starts with a report, whose length its own block count tells;
 * the rest are whole packets up to the end. SRTCP (RFC 3711 3.4) leaves the first eight bytes
 * clear, and of the lengths only the first can be read; index and tag follow.
 */
bool
magic_rtcp(const struct look *y)
{
	uint32_t words, least;

	if (!look_has(y, 8) || (y->at[0] & 0xc0) != 0x80)
		return false;
	if (y->at[1] != RTCP_SR && y->at[1] != RTCP_RR)
		return is_reduced(y);
	words = load_be16(y->at + 2) + 1u;
	least = (y->at[1] == RTCP_SR ? 7u : 2u) + 6u * (y->at[0] & 0x1f);
	if (words < least || words * 4 > y->size)
		return false;
	if (words > least) /* profile-specific extension */
		return words * 4 == y->size ||
		       (follows_ice(y) && words * 4 + SRTCP_TRAILER <= y->size);
	for (uint32_t at = words * 4; look_has(y, at + 4); at += words * 4) {
		if ((y->at[at] & 0xc0) != 0x80 || y->at[at + 1] < 192 || y->at[at + 1] > 223)
			return y->size - least * 4 >= SRTCP_TRAILER;
		words = load_be16(y->at + at + 2) + 1u;
		if (words * 4 > y->size - at)
			return y->size - least * 4 >= SRTCP_TRAILER;
	}
	return true;
}

/* Bytes of an RTP header with its contributing sources and extension; 0: not RTP (RFC 3550 5.1). */
static uint32_t
rtp_header_size(const struct look *y)
{
	uint32_t size = RTP_HEADER + 4u * (y->at[0] & 0x0f);

	if (!(y->at[0] & 0x10))
		return size;
	if (!look_has(y, size + 4))
		return 0;
	return size + 4 + 4u * load_be16(y->at + size + 2);
}

/*
 * Sun RPC (RFC 5531 section 9) over UDP: transaction ids that count up and begin with the bits of
 * RTP's version pass for its first four bytes. Behind them stand 0 for a call and RPC's version, or
 * 1 for a reply and whether it was accepted, where RTP has a time that moves on and a source.
 */
static bool
is_rpc(const struct look *y)
{
	uint32_t direction = load_be32(y->at + 4), next = load_be32(y->at + 8);

	return direction == 0 ? next == 2 : direction == 1 && next <= 1;
}

static uint8_t
fold(uint32_t v)
{
	v ^= v >> 16;
	return (uint8_t)(v ^ v >> 8);
}

bool
stride_rtp(const struct look *y, struct stride *out)
{
	uint8_t type;
	uint32_t header;

	if (!look_has(y, RTP_HEADER) || (y->at[0] & 0xc0) != 0x80 || is_rpc(y))
		return false;
	type = y->at[1] & 0x7f;
	if (type >= 64 && type <= 95) /* RFC 5761 4: would be RTCP */
		return false;
	header = rtp_header_size(y);
	if (!header || header > y->size)
		return false;
	out->seq = load_be16(y->at + 2);
	out->time = (uint8_t)(load_be32(y->at + 4) >> 8);
	out->key = fold(load_be32(y->at + 8));
	return true;
}

int
magic_srtp_by_size(const struct look *y)
{
	uint8_t type = y->at[1] & 0x7f;
	uint32_t body = y->size - rtp_header_size(y), frame, over;

	if (type == 18) /* G.729, 20 ms: 20 bytes clear, 30 or 24 with a tag */
		return body == 20 ? -1 : body == 30 || body == 24 ? 1 : 0;
	if (type == 0 || type == 8 || type == 9) /* G.711, G.722: 80 bytes per 10 ms */
		frame = 80;
	else if (type == 3) /* GSM: 33 bytes per 20 ms */
		frame = 33;
	else
		return 0;
	over = body % frame;
	return body < frame ? 0 : over == 0 ? -1 : over == 10 || over == 4 ? 1 : 0;
}

/* A length of T.38's (packed encoding rules, aligned): one byte, or two from 128 on. */
static bool
udptl_length(const struct look *y, uint32_t *at, uint32_t *length)
{
	if (!look_has(y, *at + 2))
		return false;
	*length = y->at[*at];
	*at += 1;
	if (*length < 0x80)
		return true;
	if (*length >= 0xc0)
		return false;
	*length = (*length & 0x3f) << 8 | y->at[*at];
	*at += 1;
	return true;
}

/*
 * T.38 9.1: sequence number, primary IFP packet, then either secondary packets (00, count, each
 * with a length; they fill the datagram) or parity (80).
 */
bool
stride_udptl(const struct look *y, struct stride *out)
{
	uint32_t at = 2, length, count;

	if (!udptl_length(y, &at, &length) || length == 0 || at + length + 2 > y->size)
		return false;
	at += length;
	if (!look_has(y, at + 2) || y->at[at] != 0)
		return false;
	count = y->at[at + 1];
	at += 2;
	for (uint32_t i = 0; i < count; i++) {
		if (at + 1 > y->size || !look_has(y, at + 1) || y->at[at] >= 0x80)
			return false;
		at += 1u + y->at[at];
	}
	if (at != y->size)
		return false;
	*out = (struct stride){.seq = load_be16(y->at), .key = 0x38};
	return true;
}
