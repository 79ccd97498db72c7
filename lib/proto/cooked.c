#include "proto/cooked.h"

enum {
	COOKED_SIZE = 16,
	COOKED2_SIZE = 20,
	COOKED_LLC = 4, /* linux/if_ether.h ETH_P_802_2 */
};

static enum reason
decode(const uint8_t *protocol, struct cooked *out)
{
	*out = (struct cooked){0};
	if (!protocol)
		return REASON_ETH_SHORT;
	out->type = load_be16(protocol);
	out->llc = out->type == COOKED_LLC;
	return REASON_OK;
}

enum reason
cooked_decode(struct cursor *c, struct cooked *out)
{
	const uint8_t *p = cursor_pull(c, COOKED_SIZE);

	return decode(p ? p + 14 : NULL, out);
}

enum reason
cooked2_decode(struct cursor *c, struct cooked *out)
{
	return decode(cursor_pull(c, COOKED2_SIZE), out);
}
