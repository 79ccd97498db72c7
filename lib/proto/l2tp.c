#include "proto/l2tp.h"

enum {
	FLAG_CONTROL = 0x8000,
	FLAG_LENGTH = 0x4000,
	FLAG_SEQUENCE = 0x0800,
	FLAG_OFFSET = 0x0200,
	FLAGS_RESERVED = 0x34f0,
	VERSION_MASK = 0x000f,
	VERSION_2 = 2,
};

bool
l2tp_fits(const struct cursor *c)
{
	const uint8_t *p = cursor_peek(c, 2);
	uint16_t flags = p ? load_be16(p) : 0;

	return p && (flags & VERSION_MASK) == VERSION_2 &&
	       !(flags & (FLAG_CONTROL | FLAGS_RESERVED));
}

enum reason
l2tp_decode(struct cursor *c, struct l2tp *out)
{
	uint16_t flags = cursor_be16(c);

	if (flags & FLAG_LENGTH)
		cursor_skip(c, 2);
	out->tunnel = cursor_be16(c);
	out->session = cursor_be16(c);
	if (flags & FLAG_SEQUENCE)
		cursor_skip(c, 4);
	if (flags & FLAG_OFFSET)
		cursor_skip(c, cursor_be16(c));
	return c->ok ? REASON_OK : REASON_L2TP_BAD;
}
