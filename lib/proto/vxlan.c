#include "proto/vxlan.h"

#include "proto/ethernet.h"

enum {
	VXLAN_SIZE = 8,
	FLAG_VNI = 0x08,
	FLAG_NEXT = 0x04,
	GPE_VERSION = 0x30,
};

/* draft-ietf-nvo3-vxlan-gpe section 3.1 */
enum {
	NEXT_IPV4 = 1,
	NEXT_IPV6 = 2,
	NEXT_ETHERNET = 3,
	NEXT_MPLS = 5,
};

bool
vxlan_fits(const struct cursor *c)
{
	const uint8_t *p = cursor_peek(c, 1);

	return p && *p & FLAG_VNI;
}

bool
vxlan_gpe_fits(const struct cursor *c)
{
	const uint8_t *p = cursor_peek(c, 1);

	return p && !(*p & GPE_VERSION) && *p & FLAG_VNI;
}

enum reason
vxlan_decode(struct cursor *c, struct vxlan *out)
{
	const uint8_t *p = cursor_pull(c, VXLAN_SIZE);

	*out = (struct vxlan){.type = ETHERTYPE_TEB};
	if (!p || !(p[0] & FLAG_VNI))
		return REASON_VXLAN_BAD;
	out->vni = load_be24(p + 4);
	return REASON_OK;
}

static uint16_t
ethertype_of(uint8_t next)
{
	switch (next) {
	case NEXT_IPV4:
		return ETHERTYPE_IPV4;
	case NEXT_IPV6:
		return ETHERTYPE_IPV6;
	case NEXT_ETHERNET:
		return ETHERTYPE_TEB;
	case NEXT_MPLS:
		return ETHERTYPE_MPLS;
	default:
		return 0;
	}
}

enum reason
vxlan_gpe_decode(struct cursor *c, struct vxlan *out)
{
	const uint8_t *p = cursor_peek(c, VXLAN_SIZE);
	enum reason reason = vxlan_decode(c, out);

	if (reason == REASON_OK && p[0] & FLAG_NEXT)
		out->type = ethertype_of(p[3]);
	return reason;
}
