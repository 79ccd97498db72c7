#include "proto/dtls.h"

#include "proto/tls.h"

enum {
	VERSION_1_0 = 0xfeff,
	VERSION_1_2 = 0xfefd,
	VERSION_OPENSSL = 0x0100, /* of OpenSSL before 0.9.8f, and VPN clients since */
	UNIFIED = 0x20,
	UNIFIED_MASK = 0xe0,
	UNIFIED_CID = 0x10,
	UNIFIED_LONG = 0x08,
	UNIFIED_LENGTH = 0x04,
};

static bool
is_version(uint16_t version)
{
	return version == VERSION_1_0 || version == VERSION_1_2 || version == VERSION_OPENSSL;
}

bool
dtls_fits(const struct cursor *c)
{
	const uint8_t *p = cursor_peek(c, 3);

	if (!p)
		return false;
	if ((p[0] & UNIFIED_MASK) == UNIFIED)
		return true;
	return p[0] >= TLS_CHANGE_CIPHER_SPEC && p[0] <= DTLS_CONTENT_ACK &&
	       is_version(load_be16(p + 1));
}

/* RFC 9147 section 4: without a length field the record takes the rest; with a connection id its
 * size is not known here, so neither is where the length stands. */
static enum reason
read_unified(struct cursor *c, uint8_t first, struct dtls_record *out)
{
	size_t size;

	out->unified = true;
	out->epoch = first & 3;
	if (first & UNIFIED_CID) {
		out->body = cursor_slice(c, cursor_left(c));
		return REASON_OK;
	}
	out->sequence = first & UNIFIED_LONG ? cursor_be16(c) : cursor_u8(c);
	size = first & UNIFIED_LENGTH ? cursor_be16(c) : cursor_left(c);
	out->body = cursor_slice(c, size);
	return c->ok ? REASON_OK : REASON_DTLS_SHORT;
}

enum reason
dtls_record_decode(struct cursor *c, struct dtls_record *out)
{
	bool fits = dtls_fits(c);
	size_t size;

	*out = (struct dtls_record){.type = cursor_u8(c)};
	if (!fits)
		return cursor_left(c) < 2 ? REASON_DTLS_SHORT : REASON_DTLS_BAD;
	if (out->type >= UNIFIED) {
		uint8_t first = out->type;

		out->type = 0;
		return read_unified(c, first, out);
	}
	out->version = cursor_be16(c);
	out->epoch = cursor_be16(c);
	out->sequence = (uint64_t)cursor_be16(c) << 32;
	out->sequence |= cursor_be32(c);
	size = out->type == DTLS_CONTENT_CID ? cursor_left(c) : cursor_be16(c);
	out->body = cursor_slice(c, size);
	return c->ok ? REASON_OK : REASON_DTLS_SHORT;
}

enum reason
dtls_message_decode(struct cursor *c, struct dtls_message *out)
{
	uint32_t size;

	*out = (struct dtls_message){.type = cursor_u8(c)};
	out->size = cursor_be24(c);
	out->sequence = cursor_be16(c);
	out->offset = cursor_be24(c);
	size = cursor_be24(c);
	if (!c->ok)
		return REASON_DTLS_SHORT;
	if (out->type > TLS_MESSAGE_LAST || out->offset + size > out->size)
		return REASON_DTLS_BAD;
	out->body = cursor_slice(c, size);
	return c->ok ? REASON_OK : REASON_DTLS_SHORT;
}
