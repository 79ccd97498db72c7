#include "proto/ethernet.h"

enum {
	LLC_SIZE = 3,
	SNAP_SIZE = 8,
	SNAP_SAP = 0xaa,
	IP_SAP = 0x06,
	LLC_UI = 0x03,
	OUI_ETHERNET = 0x000000, /* RFC 1042: an ethertype follows */
	OUI_BRIDGE = 0x0000f8,   /* IEEE 802.1H: the same through a bridge tunnel */
	OUI_CISCO = 0x00000c,
};

/* Of Cisco's own numbers only that of CDP means the same elsewhere (Cisco HDLC). */
static bool
oui_has_ethertypes(uint32_t oui, uint16_t type)
{
	return oui == OUI_ETHERNET || oui == OUI_BRIDGE ||
	       (oui == OUI_CISCO && type == ETHERTYPE_CDP);
}

enum reason
ethernet_llc_decode(struct cursor *c, uint16_t length, struct ethernet *out)
{
	const uint8_t *llc = cursor_peek(c, LLC_SIZE);
	const uint8_t *snap = cursor_peek(c, SNAP_SIZE);

	out->llc = true;
	out->typed = false;
	out->type = out->length = length;
	if (!llc || length < LLC_SIZE)
		return REASON_LLC_SHORT;
	if (llc[0] == IP_SAP && llc[1] == IP_SAP && llc[2] == LLC_UI) {
		cursor_skip(c, LLC_SIZE);
		out->type = ETHERTYPE_IPV4;
		out->length = length - LLC_SIZE;
		out->typed = true;
		return REASON_OK;
	}
	if (llc[0] != SNAP_SAP || llc[1] != SNAP_SAP || llc[2] != LLC_UI)
		return REASON_OK;
	if (!snap || length < SNAP_SIZE)
		return REASON_LLC_SHORT;
	if (!oui_has_ethertypes(load_be24(snap + 3), load_be16(snap + 6)))
		return REASON_OK;
	cursor_skip(c, SNAP_SIZE);
	out->type = load_be16(snap + 6);
	out->length = length - SNAP_SIZE;
	out->typed = true;
	return REASON_OK;
}

enum reason
ethernet_decode(struct cursor *c, struct ethernet *out)
{
	const uint8_t *p = cursor_pull(c, ETHERNET_SIZE);

	*out = (struct ethernet){.typed = true};
	if (!p)
		return REASON_ETH_SHORT;
	out->group = p[0] & 1;
	out->type = load_be16(p + 12);
	return out->type > ETHERNET_LENGTH_MAX ? REASON_OK : ethernet_llc_decode(c, out->type, out);
}
