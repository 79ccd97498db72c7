#include "proto/lldp.h"

enum {
	TLV_END = 0,
	TLV_LENGTH_BITS = 9,
	TLV_LENGTH_MASK = 0x1ff,
};

enum reason
lldp_check(struct cursor *c)
{
	uint16_t head;

	do {
		head = cursor_be16(c);
		cursor_skip(c, head & TLV_LENGTH_MASK);
	} while (c->ok && head >> TLV_LENGTH_BITS != TLV_END && cursor_left(c));
	return c->ok ? REASON_OK : REASON_LLDP_SHORT;
}
