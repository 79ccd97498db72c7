#include "proto/ipv4.h"

static enum reason
check(const struct ipv4 *ip)
{
	if (ip->header_size < IPV4_SIZE)
		return REASON_IPV4_HLEN;
	if (ip->total && ip->total < ip->header_size)
		return REASON_IPV4_LENGTH;
	/* RFC 791: the whole datagram, its header counted once, is at most 65535 */
	if (ip->fragment_offset + ip->total > IPV4_TOTAL_MAX)
		return REASON_FRAGMENT_BAD;
	return REASON_OK;
}

enum reason
ipv4_decode(struct cursor *c, struct ipv4 *out)
{
	const uint8_t *p = cursor_pull(c, IPV4_SIZE);
	enum reason reason;

	*out = (struct ipv4){0};
	if (!p)
		return REASON_IPV4_SHORT;
	if (p[0] >> 4 != 4)
		return REASON_IPV4_VERSION;
	out->header_size = (p[0] & 0xf) * 4;
	out->tos = p[1];
	out->total = load_be16(p + 2);
	out->id = load_be16(p + 4);
	out->more_fragments = load_be16(p + 6) & IPV4_MORE_FRAGMENTS;
	out->fragment_offset = (load_be16(p + 6) & IPV4_OFFSET_MASK) * 8u;
	out->ttl = p[8];
	out->proto = p[9];
	out->src = p + 12;
	out->dst = p + 16;
	reason = check(out);
	if (reason != REASON_OK)
		return reason;
	cursor_skip(c, out->header_size - IPV4_SIZE);
	return c->ok ? REASON_OK : REASON_IPV4_SHORT;
}
