#include "proto/mpls.h"

#include <stdbool.h>

#include "proto/ethernet.h"

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

/* An Ethernet header, `skip` bytes on, with a type that is common below a pseudowire. */
static bool
looks_ethernet_at(const struct cursor *c, size_t skip)
{
	const uint8_t *p = cursor_peek(c, skip + ETHERNET_SIZE);

	switch (p ? load_be16(p + skip + 12) : 0) {
	case ETHERTYPE_IPV4:
	case ETHERTYPE_IPV6:
	case ETHERTYPE_ARP:
	case ETHERTYPE_MPLS:
	case ETHERTYPE_PPPOE_DISCOVERY:
	case ETHERTYPE_PPPOE_SESSION:
	case ETHERTYPE_VLAN:
	case ETHERTYPE_QINQ:
	case ETHERTYPE_QINQ_OLD:
		return true;
	default:
		return false;
	}
}

static bool
looks_ethernet(const struct cursor *c)
{
	return looks_ethernet_at(c, 0);
}

/* A MAC address may begin with 4 or 6 too: an IP header has more to show than its version. */
static bool
looks_ipv4(const struct cursor *c)
{
	const uint8_t *p = cursor_peek(c, 10);

	return !p || ((p[0] & 0xf) >= 5 && p[8] != 0);
}

/* The nibble 0 of a control word is also how most vendors' MAC addresses begin: without a word the
 * Ethernet type stands four bytes earlier. */
static bool
lacks_control_word(const struct cursor *c)
{
	return !looks_ethernet_at(c, MPLS_CONTROL_WORD_SIZE) && looks_ethernet(c);
}

/* RFC 4385 section 5: version and reserved byte are 0. */
static bool
looks_channel(const struct cursor *c)
{
	const uint8_t *p = cursor_peek(c, 2);

	return p && load_be16(p) == 0x1000;
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
		return lacks_control_word(c) ? MPLS_ETHERNET : MPLS_CONTROL_WORD;
	case 1:
		return looks_ethernet(c) && !looks_channel(c) ? MPLS_ETHERNET : MPLS_CHANNEL;
	default:
		return looks_ethernet(c) ? MPLS_ETHERNET : MPLS_OTHER;
	}
}
