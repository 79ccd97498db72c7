#include "proto/geneve.h"

#include "proto/ethernet.h"

enum {
	GENEVE_SIZE = 8,
	OPTIONS_MASK = 0x3f,
};

bool
geneve_fits(const struct cursor *c)
{
	const uint8_t *p = cursor_peek(c, 4);
	uint16_t protocol = p ? load_be16(p + 2) : 0;

	return p && p[0] >> 6 == 0 &&
	       (protocol == ETHERTYPE_TEB || protocol == ETHERTYPE_IPV4 ||
	        protocol == ETHERTYPE_IPV6);
}

enum reason
geneve_decode(struct cursor *c, struct geneve *out)
{
	const uint8_t *p = cursor_pull(c, GENEVE_SIZE);

	*out = (struct geneve){0};
	if (!p || p[0] >> 6 != 0)
		return REASON_GENEVE_BAD;
	out->protocol = load_be16(p + 2);
	out->vni = load_be24(p + 4);
	cursor_skip(c, (p[0] & OPTIONS_MASK) * 4u);
	return c->ok ? REASON_OK : REASON_GENEVE_BAD;
}
