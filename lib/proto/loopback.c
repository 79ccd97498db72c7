#include "proto/loopback.h"

#include "proto/ethernet.h"

/* AF_INET is 2 everywhere; AF_INET6 differs by system (tcpdump.org, LINKTYPE_NULL) */
enum {
	FAMILY_INET = 2,
	FAMILY_INET6_LINUX = 10,
	FAMILY_INET6_BSD = 24,
	FAMILY_INET6_FREEBSD = 28,
	FAMILY_INET6_DARWIN = 30,
	FAMILY_MAX = 0xffff,
};

enum reason
loopback_decode(struct cursor *c, uint16_t *type)
{
	uint32_t family = cursor_be32(c);

	*type = 0;
	if (!c->ok)
		return REASON_ETH_SHORT;
	switch (family > FAMILY_MAX ? __builtin_bswap32(family) : family) {
	case FAMILY_INET:
		*type = ETHERTYPE_IPV4;
		return REASON_OK;
	case FAMILY_INET6_LINUX:
	case FAMILY_INET6_BSD:
	case FAMILY_INET6_FREEBSD:
	case FAMILY_INET6_DARWIN:
		*type = ETHERTYPE_IPV6;
		return REASON_OK;
	default:
		return REASON_ETHERTYPE_UNKNOWN;
	}
}
