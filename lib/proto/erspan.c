#include "proto/erspan.h"

enum {
	ERSPAN2_SIZE = 8,
	ERSPAN3_SIZE = 12,
	ERSPAN3_OPTIONAL_SIZE = 8,
	ERSPAN2_VERSION = 1,
	ERSPAN3_VERSION = 2,
	SESSION_MASK = 0x3ff,
	VLAN_MASK = 0xfff,
	FRAME_SHIFT = 10,
	FRAME_MASK = 0x1f,
};

static const uint8_t *
decode(struct cursor *c, size_t size, struct erspan *out)
{
	const uint8_t *p = cursor_pull(c, size);

	*out = (struct erspan){0};
	if (p) {
		out->version = p[0] >> 4;
		out->vlan = load_be16(p) & VLAN_MASK;
		out->session = load_be16(p + 2) & SESSION_MASK;
	}
	return p;
}

enum reason
erspan2_decode(struct cursor *c, struct erspan *out)
{
	const uint8_t *p = decode(c, ERSPAN2_SIZE, out);

	return p && out->version == ERSPAN2_VERSION ? REASON_OK : REASON_ERSPAN_SHORT;
}

enum reason
erspan3_decode(struct cursor *c, struct erspan *out)
{
	const uint8_t *p = decode(c, ERSPAN3_SIZE, out);
	uint16_t word;

	if (!p || out->version != ERSPAN3_VERSION)
		return REASON_ERSPAN_SHORT;
	word = load_be16(p + 10);
	out->frame = word >> FRAME_SHIFT & FRAME_MASK;
	if (word & 1)
		cursor_skip(c, ERSPAN3_OPTIONAL_SIZE);
	return c->ok ? REASON_OK : REASON_ERSPAN_SHORT;
}
