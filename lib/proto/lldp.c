#include "proto/lldp.h"

enum {
	TLV_LAST_MANDATORY = 3,
	TLV_LENGTH_MASK = 0x1ff,
};

enum reason
lldp_check(struct cursor *c)
{
	for (unsigned type = 1; type <= TLV_LAST_MANDATORY; type++) {
		uint16_t head = cursor_be16(c);

		cursor_skip(c, head & TLV_LENGTH_MASK);
		if (!c->ok || (unsigned)(head >> 9) != type)
			return REASON_LLDP_SHORT;
	}
	return REASON_OK;
}
