#include "proto/tcp.h"

enum reason
tcp_decode(struct cursor *c, struct tcp *out)
{
	const uint8_t *p = cursor_pull(c, TCP_READ_SIZE);

	*out = (struct tcp){0};
	if (!p)
		return REASON_TCP_SHORT;
	cursor_skip(c, cursor_left(c) < TCP_SIZE - TCP_READ_SIZE ? cursor_left(c)
	                                                         : TCP_SIZE - TCP_READ_SIZE);
	out->sport = load_be16(p);
	out->dport = load_be16(p + 2);
	out->seq = load_be32(p + 4);
	out->ack = load_be32(p + 8);
	out->header_size = (p[12] >> 4) * 4;
	out->flags = p[13];
	out->window = load_be16(p + 14);
	return out->header_size < TCP_SIZE ? REASON_TCP_HLEN : REASON_OK;
}
