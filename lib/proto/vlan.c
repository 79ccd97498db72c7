#include "proto/vlan.h"

enum reason
vlan_decode(struct cursor *c, struct vlan *out)
{
	const uint8_t *p = cursor_pull(c, VLAN_SIZE);

	*out = (struct vlan){0};
	if (!p)
		return REASON_VLAN_SHORT;
	out->id = load_be16(p) & VLAN_ID_MASK;
	out->priority = p[0] >> 5;
	out->drop_eligible = p[0] >> 4 & 1;
	out->type = load_be16(p + 2);
	return REASON_OK;
}
