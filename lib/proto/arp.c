#include "proto/arp.h"

#include <string.h>

#include "proto/ethernet.h"

enum {
	ARP_FIXED_SIZE = 8,
	ARP_ETHERNET = 1,
};

enum reason
arp_decode(struct cursor *c, struct arp *out)
{
	const uint8_t *fixed = cursor_pull(c, ARP_FIXED_SIZE);
	const uint8_t *p;

	*out = (struct arp){0};
	if (!fixed)
		return REASON_ARP_SHORT;
	p = cursor_pull(c, 2u * fixed[4] + 2u * fixed[5]);
	if (!p)
		return REASON_ARP_SHORT;
	out->operation = load_be16(fixed + 6);
	out->ipv4 = load_be16(fixed) == ARP_ETHERNET && load_be16(fixed + 2) == ETHERTYPE_IPV4 &&
	            fixed[4] == 6 && fixed[5] == 4;
	if (out->ipv4) {
		memcpy(out->sender_mac, p, 6);
		out->sender = addr_v4(p + 6);
		memcpy(out->target_mac, p + 10, 6);
		out->target = addr_v4(p + 16);
	}
	return REASON_OK;
}
