#include "proto/rtp.h"

enum {
	VERSION = 2,
	ID_PADDING = 0,
	ID_STOP = 15, /* RFC 8285 section 4.2: one-byte form, stop here */
};

static bool
read_extension(struct cursor *c, struct rtp *out)
{
	uint32_t words;

	out->extension_profile = cursor_be16(c);
	words = cursor_be16(c);
	out->extension = cursor_slice(c, words * 4);
	return c->ok;
}

/* RFC 3550 5.1: the last byte counts the padding, itself included. */
static bool
read_padding(struct rtp *out)
{
	size_t left = cursor_left(&out->payload);

	if (!left)
		return false;
	out->padding = out->payload.end[-1];
	if (!out->padding || out->padding > left)
		return false;
	out->payload.end -= out->padding;
	return true;
}

enum reason
rtp_decode(struct cursor *c, struct rtp *out)
{
	uint8_t first = cursor_u8(c), second = cursor_u8(c);

	*out = (struct rtp){0};
	if (!c->ok)
		return REASON_RTP_SHORT;
	if (first >> 6 != VERSION)
		return REASON_RTP_BAD;
	out->csrc_count = first & 0x0f;
	out->has_extension = first & 0x10;
	out->marker = second & 0x80;
	out->payload_type = second & 0x7f;
	out->sequence = cursor_be16(c);
	out->timestamp = cursor_be32(c);
	out->ssrc = cursor_be32(c);
	cursor_skip(c, out->csrc_count * 4u);
	if (out->has_extension && !read_extension(c, out))
		return REASON_RTP_SHORT;
	out->payload = cursor_slice(c, cursor_left(c));
	if (!c->ok || (first & 0x20 && !read_padding(out)))
		return REASON_RTP_SHORT;
	return REASON_OK;
}

static void
read_head(struct cursor *extension, bool one_byte, struct rtp_element *out)
{
	uint8_t head = cursor_u8(extension);

	if (one_byte) {
		out->id = head >> 4;
		out->size = (head & 0x0f) + 1;
		return;
	}
	out->id = head;
	out->size = cursor_u8(extension);
}

bool
rtp_element_next(struct cursor *extension, uint16_t profile, struct rtp_element *out)
{
	bool one_byte = profile == RTP_EXTENSION_ONE_BYTE;

	if (!one_byte && (profile & 0xfff0) != RTP_EXTENSION_TWO_BYTE)
		return false;
	while (cursor_left(extension) && *extension->at == ID_PADDING)
		cursor_skip(extension, 1);
	if (!cursor_left(extension))
		return false;
	read_head(extension, one_byte, out);
	if (one_byte && out->id == ID_STOP)
		return false;
	out->value = out->size ? cursor_pull(extension, out->size) : NULL;
	return extension->ok;
}
