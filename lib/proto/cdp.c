#include "proto/cdp.h"

enum { TLV_DEVICE = 1, TLV_PORT = 3, TLV_SOFTWARE = 5, TLV_PLATFORM = 6, TLV_HEAD = 4 };

static void
read_tlv(uint16_t type, struct slice value, struct cdp *out)
{
	switch (type) {
	case TLV_DEVICE:
		out->device = value;
		break;
	case TLV_PORT:
		out->port = value;
		break;
	case TLV_SOFTWARE:
		out->software = value;
		break;
	case TLV_PLATFORM:
		out->platform = value;
		break;
	default:
		break;
	}
}

enum reason
cdp_decode(struct cursor *c, struct cdp *out)
{
	*out = (struct cdp){0};
	out->version = cursor_u8(c);
	out->ttl_s = cursor_u8(c);
	cursor_skip(c, 2);
	while (c->ok && cursor_left(c)) {
		uint16_t type = cursor_be16(c), size = cursor_be16(c);
		const uint8_t *value;

		if (!c->ok || size < TLV_HEAD)
			return REASON_CDP_BAD;
		value = cursor_pull(c, size - TLV_HEAD);
		if (!value)
			return REASON_CDP_BAD;
		read_tlv(type, slice_between(value, c->at), out);
		out->tlv_count++;
	}
	return c->ok ? REASON_OK : REASON_CDP_BAD;
}
