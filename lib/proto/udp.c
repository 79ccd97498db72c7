#include "proto/udp.h"

enum reason
udp_decode(struct cursor *c, struct udp *out)
{
	const uint8_t *p = cursor_pull(c, UDP_SIZE);

	*out = (struct udp){0};
	if (!p)
		return REASON_UDP_SHORT;
	out->sport = load_be16(p);
	out->dport = load_be16(p + 2);
	out->length = load_be16(p + 4);
	return out->length && out->length < UDP_SIZE ? REASON_UDP_LENGTH : REASON_OK;
}
