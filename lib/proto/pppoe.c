#include "proto/pppoe.h"

enum {
	PPPOE_SIZE = 6,
	PPPOE_VERSION_TYPE = 0x11,
	PPPOE_CODE_SESSION = 0,
};

enum reason
pppoe_decode(struct cursor *c, struct pppoe *out)
{
	const uint8_t *p = cursor_pull(c, PPPOE_SIZE);

	*out = (struct pppoe){0};
	if (!p || p[0] != PPPOE_VERSION_TYPE || p[1] != PPPOE_CODE_SESSION)
		return REASON_PPPOE_BAD;
	out->session = load_be16(p + 2);
	out->length = load_be16(p + 4);
	return REASON_OK;
}
