#include "proto/quic.h"

enum {
	LONG = 0x80,
	FIXED = 0x40,
	MVFST_22 = 0xfaceb001, /* a vendor's, of draft 22 and of draft 27 */
	MVFST_27 = 0xfaceb002,
	MVFST_27_TRIAL = 0xfaceb00e,
	DRAFT_FIRST = 0xff000016, /* 22: the first whose headers are those of version 1 */
	DRAFT_LAST = 0xff000022,
};

uint64_t
quic_integer(struct cursor *c)
{
	uint8_t first = cursor_u8(c);
	uint64_t value = first & 0x3f;

	for (unsigned i = 1; i < 1u << (first >> 6); i++)
		value = value << 8 | cursor_u8(c);
	return c->ok ? value : 0;
}

/* Version 1 or 2, a draft or a vendor's version with the same headers and Initials. */
static bool
is_ietf(uint32_t version)
{
	return version == QUIC_V1 || quic_is_v2(version) || version == MVFST_22 ||
	       version == MVFST_27 || version == MVFST_27_TRIAL || quic_is_google(version) ||
	       (version >= DRAFT_FIRST && version <= DRAFT_LAST);
}

static uint8_t
type_of(uint8_t first, uint32_t version)
{
	uint8_t bits = first >> 4 & 3;

	if (version == 0)
		return QUIC_NEGOTIATION;
	if (!is_ietf(version))
		return QUIC_OTHER;
	/* RFC 9369 section 3.2: 1 Initial, 2 0-RTT, 3 Handshake, 0 Retry */
	return quic_is_v2(version) ? (bits + 3) & 3 : bits;
}

static void
take_rest(struct cursor *c)
{
	cursor_skip(c, cursor_left(c));
}

/* Token of Initials, length of all that have one. */
static enum reason
read_sizes(struct cursor *c, struct quic *out)
{
	uint64_t size;

	if (out->type == QUIC_INITIAL) {
		size = quic_integer(c);
		if (size > cursor_left(c))
			return c->ok ? REASON_QUIC_BAD : REASON_QUIC_SHORT;
		out->token = cursor_slice(c, size);
	}
	size = quic_integer(c);
	if (!c->ok)
		return REASON_QUIC_SHORT;
	if (size > cursor_left(c))
		return REASON_QUIC_BAD;
	out->protected = cursor_slice(c, size);
	return REASON_OK;
}

static enum reason
read_long(struct cursor *c, uint8_t first, struct quic *out)
{
	enum reason reason = REASON_OK;

	out->version = cursor_be32(c);
	if (!c->ok)
		return REASON_QUIC_SHORT;
	out->type = type_of(first, out->version);
	out->type_bits = first >> 4 & 3;
	out->dcid_size = cursor_u8(c);
	out->dcid = cursor_pull(c, out->dcid_size);
	out->scid_size = cursor_u8(c);
	out->scid = cursor_pull(c, out->scid_size);
	if (!c->ok)
		return REASON_QUIC_SHORT;
	if (out->type <= QUIC_RETRY &&
	    (out->dcid_size > QUIC_ID_MAX || out->scid_size > QUIC_ID_MAX))
		return REASON_QUIC_BAD;
	if (out->type <= QUIC_HANDSHAKE)
		reason = read_sizes(c, out);
	else
		take_rest(c);
	return reason;
}

enum reason
quic_decode(struct cursor *c, struct quic *out)
{
	const uint8_t *start = c->at;
	uint8_t first = cursor_u8(c);
	enum reason reason = REASON_OK;

	*out = (struct quic){.long_header = first & LONG, .type = QUIC_OTHER};
	if (!c->ok)
		return REASON_QUIC_SHORT;
	if (out->long_header)
		reason = read_long(c, first, out);
	else if (first & FIXED)
		take_rest(c);
	else
		reason = REASON_QUIC_BAD;
	if (reason == REASON_OK)
		out->packet = (struct cursor){start, c->at, true};
	return reason;
}
