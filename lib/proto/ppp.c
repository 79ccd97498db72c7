#include "proto/ppp.h"

#include "proto/ethernet.h"

/* IANA PPP numbers */
enum {
	PPP_IPV4 = 0x0021,
	PPP_IPV6 = 0x0057,
	PPP_MPLS = 0x0281,
	PPP_MPLS_MULTICAST = 0x0283,
	PPP_CONTROL_MIN = 0x4000, /* RFC 1661 section 2: from here on no network layer */
	HDLC_ADDRESS_CONTROL = 0xff03,
};

static uint16_t
ethertype_of(uint16_t protocol)
{
	switch (protocol) {
	case PPP_IPV4:
		return ETHERTYPE_IPV4;
	case PPP_IPV6:
		return ETHERTYPE_IPV6;
	case PPP_MPLS:
		return ETHERTYPE_MPLS;
	case PPP_MPLS_MULTICAST:
		return ETHERTYPE_MPLS_UPSTREAM;
	default:
		return 0;
	}
}

enum reason
ppp_decode(struct cursor *c, struct ppp *out)
{
	const uint8_t *p = cursor_peek(c, 2);

	*out = (struct ppp){0};
	if (p && load_be16(p) == HDLC_ADDRESS_CONTROL)
		cursor_skip(c, 2);
	out->protocol = cursor_u8(c);
	if (!(out->protocol & 1))
		out->protocol = (uint16_t)(out->protocol << 8 | cursor_u8(c));
	if (!c->ok)
		return REASON_PPP_SHORT;
	out->type = ethertype_of(out->protocol);
	out->control = out->protocol >= PPP_CONTROL_MIN;
	return REASON_OK;
}
