#include "proto/udptl.h"

/* X.691 section 10.9; fragmented lengths (11…) are larger than any datagram's. */
static size_t
read_length(struct cursor *c)
{
	uint8_t first = cursor_u8(c);

	if (first < 0x80)
		return first;
	if (first >= 0xc0)
		c->ok = false;
	return (size_t)(first & 0x3f) << 8 | cursor_u8(c);
}

/* T.38 annex A: a bit for the optional data field, one for the kind of message, the extension bit
 * of its enumeration, then four bits of value. */
static void
read_ifp(struct udptl *out)
{
	uint8_t first = *out->ifp.at;

	out->is_data = first & 0x40;
	if (out->is_data)
		out->data = first >> 1 & 0x0f;
	else
		out->indicator = first >> 1 & 0x0f;
}

enum reason
udptl_decode(struct cursor *c, struct udptl *out)
{
	uint8_t recovery;

	*out = (struct udptl){.sequence = cursor_be16(c)};
	out->ifp = cursor_slice(c, read_length(c));
	recovery = cursor_u8(c);
	if (!c->ok || !cursor_left(&out->ifp))
		return REASON_UDPTL_BAD;
	read_ifp(out);
	out->fec = recovery & 0x80;
	if (out->fec)
		return REASON_OK;
	out->older = (uint8_t)read_length(c);
	for (uint8_t i = 0; i < out->older; i++)
		cursor_skip(c, read_length(c));
	return c->ok ? REASON_OK : REASON_UDPTL_BAD;
}
