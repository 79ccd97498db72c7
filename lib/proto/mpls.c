#include "proto/mpls.h"

#include <stdbool.h>

#include "proto/ethernet.h"
#include "proto/vlan.h"

/* RFC 3032 section 2.1 */
enum {
	LABEL_IPV4_NULL = 0,
	LABEL_IPV6_NULL = 2,
	BOTTOM = 0x100,
};

enum reason
mpls_decode(struct cursor *c, struct mpls *out)
{
	uint32_t entry;

	*out = (struct mpls){0};
	do {
		entry = cursor_be32(c);
		if (!c->ok)
			return REASON_MPLS_SHORT;
		if (out->count == MPLS_LABELS_MAX)
			return REASON_MPLS_DEEP;
		out->bottom = entry >> 12;
		if (!out->count++)
			out->top = out->bottom;
	} while (!(entry & BOTTOM));
	return REASON_OK;
}

/* An Ethernet header with a type that is common below a pseudowire. */
static bool
looks_ethernet(const struct cursor *c)
{
	const uint8_t *p = cursor_peek(c, ETHERNET_SIZE);
	uint16_t type = p ? load_be16(p + 12) : 0;

	return type == ETHERTYPE_IPV4 || type == ETHERTYPE_IPV6 || type == ETHERTYPE_ARP ||
	       type == ETHERTYPE_MPLS || vlan_announced(type);
}

/* A MAC address may begin with 4 or 6 too: an IP header has more to show than its version. */
static bool
looks_ipv4(const struct cursor *c)
{
	const uint8_t *p = cursor_peek(c, 10);

	return !p || ((p[0] & 0xf) >= 5 && p[8] != 0);
}

enum mpls_payload
mpls_payload_guess(const struct cursor *c, uint32_t bottom)
{
	const uint8_t *p = cursor_peek(c, 1);

	if (bottom == LABEL_IPV4_NULL)
		return MPLS_IPV4;
	if (bottom == LABEL_IPV6_NULL)
		return MPLS_IPV6;
	if (!p)
		return MPLS_OTHER;
	switch (*p >> 4) {
	case 4:
		return looks_ipv4(c) || !looks_ethernet(c) ? MPLS_IPV4 : MPLS_ETHERNET;
	case 6:
		return looks_ethernet(c) ? MPLS_ETHERNET : MPLS_IPV6;
	case 0:
		return MPLS_CONTROL_WORD;
	case 1:
		return MPLS_CHANNEL;
	default:
		return looks_ethernet(c) ? MPLS_ETHERNET : MPLS_OTHER;
	}
}
