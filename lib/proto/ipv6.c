#include "proto/ipv6.h"

#include "base/addr.h"

enum {
	EXT_HOP_BY_HOP = 0,
	EXT_ROUTING = 43,
	EXT_FRAGMENT = 44,
	EXT_AH = 51,
	EXT_DESTINATION = 60,
	EXT_MOBILITY = 135,
	EXT_HIP = 139,
	EXT_SHIM6 = 140,
	EXT_SIZE = 8, /* of the shortest */
};

enum reason
ipv6_decode(struct cursor *c, struct ipv6 *out)
{
	const uint8_t *p = cursor_pull(c, IPV6_SIZE);
	struct addr src, dst;

	*out = (struct ipv6){0};
	if (!p)
		return REASON_IPV6_SHORT;
	if (p[0] >> 4 != 6)
		return REASON_IPV6_VERSION;
	out->tos = (uint8_t)(load_be16(p) >> 4);
	out->flow_label = load_be32(p) & 0xfffff;
	out->payload = load_be16(p + 4);
	out->next = p[6];
	out->ttl = p[7];
	out->src = p + 8;
	out->dst = p + 24;
	src = addr_v6(out->src);
	dst = addr_v6(out->dst);
	return addr_is_v4(&src) || addr_is_v4(&dst) ? REASON_IPV6_MAPPED : REASON_OK;
}

static bool
is_extension(uint8_t next)
{
	switch (next) {
	case EXT_HOP_BY_HOP:
	case EXT_ROUTING:
	case EXT_FRAGMENT:
	case EXT_AH:
	case EXT_DESTINATION:
	case EXT_MOBILITY:
	case EXT_HIP:
	case EXT_SHIM6:
		return true;
	default:
		return false;
	}
}

static size_t
extension_size(uint8_t kind, uint8_t length)
{
	switch (kind) {
	case EXT_FRAGMENT:
		return EXT_SIZE;
	case EXT_AH:
		return (length + 2u) * 4u;
	default:
		return (length + 1u) * 8u;
	}
}

static void
read_fragment(const uint8_t *p, struct ipv6_chain *out)
{
	uint16_t word = load_be16(p + 2);

	out->fragment_offset = word & 0xfff8;
	out->more_fragments = word & 1;
	out->fragment_id = load_be32(p + 4);
	/* RFC 6946: an atomic fragment is a whole packet */
	out->fragment = out->fragment_offset || out->more_fragments;
}

enum reason
ipv6_chain_decode(struct cursor *c, uint8_t next, struct ipv6_chain *out)
{
	*out = (struct ipv6_chain){.proto = next};
	while (is_extension(out->proto)) {
		const uint8_t *p = cursor_peek(c, EXT_SIZE);
		uint8_t kind = out->proto;

		/* RFC 8200 section 4.3: hop-by-hop stands first or not at all */
		if (!p || (kind == EXT_HOP_BY_HOP && out->extensions) ||
		    out->extensions == IPV6_EXTENSIONS_MAX)
			return REASON_IPV6_CHAIN;
		if (kind == EXT_FRAGMENT)
			read_fragment(p, out);
		cursor_skip(c, extension_size(kind, p[1]));
		if (!c->ok)
			return REASON_IPV6_CHAIN;
		out->proto = p[0];
		out->extensions++;
		if (out->fragment && out->fragment_offset)
			break;
	}
	return REASON_OK;
}
