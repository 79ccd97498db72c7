#include "proto/gre.h"

#include "proto/ethernet.h"

enum {
	FLAG_CHECKSUM = 0x8000,
	FLAG_KEY = 0x2000,
	FLAG_SEQUENCE = 0x1000,
	FLAG_ACK = 0x0080,      /* version 1 */
	FLAGS_REFUSED = 0x4c00, /* routing, strict source route and the reserved bit 5 */
	VERSION_MASK = 0x0007,
};

static enum reason
decode_pptp(struct cursor *c, uint16_t flags, struct gre *out)
{
	if (!(flags & FLAG_KEY) || out->protocol != ETHERTYPE_PPP)
		return REASON_GRE_VERSION;
	out->payload = cursor_be16(c);
	out->key = cursor_be16(c);
	if (flags & FLAG_SEQUENCE)
		cursor_skip(c, 4);
	if (flags & FLAG_ACK)
		cursor_skip(c, 4);
	return c->ok ? REASON_OK : REASON_GRE_SHORT;
}

enum reason
gre_decode(struct cursor *c, struct gre *out)
{
	uint16_t flags = cursor_be16(c);

	*out = (struct gre){0};
	out->protocol = cursor_be16(c);
	out->version = flags & VERSION_MASK;
	out->has_sequence = flags & FLAG_SEQUENCE;
	if (!c->ok)
		return REASON_GRE_SHORT;
	if (out->version == 1)
		return decode_pptp(c, flags, out);
	if (out->version != 0 || flags & FLAGS_REFUSED)
		return REASON_GRE_VERSION;
	if (flags & FLAG_CHECKSUM)
		cursor_skip(c, 4);
	if (flags & FLAG_KEY)
		out->key = cursor_be32(c);
	if (flags & FLAG_SEQUENCE)
		cursor_skip(c, 4);
	return c->ok ? REASON_OK : REASON_GRE_SHORT;
}
