#include "proto/chdlc.h"

enum {
	CHDLC_SIZE = 4,
	CHDLC_UNICAST = 0x0f,
	CHDLC_MULTICAST = 0x8f,
};

bool
chdlc_fits(const struct cursor *c)
{
	const uint8_t *p = cursor_peek(c, 1);

	return p && (*p == CHDLC_UNICAST || *p == CHDLC_MULTICAST);
}

enum reason
chdlc_decode(struct cursor *c, struct chdlc *out)
{
	const uint8_t *p = cursor_pull(c, CHDLC_SIZE);

	out->type = p ? load_be16(p + 2) : 0;
	return p ? REASON_OK : REASON_ETH_SHORT;
}
