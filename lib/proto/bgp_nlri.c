#include "proto/bgp_nlri.h"

#include "proto/bgp_open.h"

enum { LABEL_BITS = 24, RD_BITS = 64, LABELS_MAX = 16 };

const struct bgp_nlri_family bgp_nlri_families[BGP_NLRI_FAMILIES] = {
	{BGP_AFI_IPV4, BGP_SAFI_UNICAST, "ipv4-unicast"},
	{BGP_AFI_IPV4, BGP_SAFI_MULTICAST, "ipv4-multicast"},
	{BGP_AFI_IPV4, BGP_SAFI_LABELED, "ipv4-labeled"},
	{BGP_AFI_IPV4, BGP_SAFI_VPN, "ipv4-vpn"},
	{BGP_AFI_IPV6, BGP_SAFI_UNICAST, "ipv6-unicast"},
	{BGP_AFI_IPV6, BGP_SAFI_MULTICAST, "ipv6-multicast"},
	{BGP_AFI_IPV6, BGP_SAFI_LABELED, "ipv6-labeled"},
	{BGP_AFI_IPV6, BGP_SAFI_VPN, "ipv6-vpn"},
};

int
bgp_nlri_family(uint16_t afi, uint8_t safi)
{
	for (int i = 0; i < BGP_NLRI_FAMILIES; i++) {
		if (bgp_nlri_families[i].afi == afi && bgp_nlri_families[i].safi == safi)
			return i;
	}
	return -1;
}

/* Labels up to the one at the bottom of the stack; the bits they took, -1: more than there are. */
static int
read_labels(struct cursor *c, int bits, bool withdrawn, struct bgp_nlri *out)
{
	int taken = 0;
	uint32_t field;

	do {
		field = cursor_be24(c);
		if (!c->ok || taken + LABEL_BITS > bits || out->label_count == LABELS_MAX)
			return -1;
		if (!out->label_count++)
			out->label = field >> 4;
		taken += LABEL_BITS;
	} while (!withdrawn && !(field & 1));
	return taken;
}

static bool
read_prefix(struct cursor *c, uint16_t afi, int bits, struct prefix *out)
{
	int max = afi == BGP_AFI_IPV4 ? 32 : 128;
	uint8_t bytes[16] = {0};
	const uint8_t *p;
	size_t size;

	if (bits < 0 || bits > max)
		return false;
	size = (size_t)(bits + 7) / 8;
	p = cursor_pull(c, size);
	if (!p)
		return false;
	memcpy(bytes, p, size);
	if (bits % 8)
		bytes[size - 1] &= (uint8_t)(0xff00 >> bits % 8);
	out->addr = afi == BGP_AFI_IPV4 ? addr_v4(bytes) : addr_v6(bytes);
	out->len = (uint8_t)bits;
	return true;
}

bool
bgp_nlri_next(struct cursor *c, const struct bgp_nlri_form *form, struct bgp_nlri *out)
{
	int bits, labels = 0;

	*out = (struct bgp_nlri){0};
	if (!cursor_left(c))
		return false;
	out->path_id = form->add_path ? cursor_be32(c) : 0;
	bits = cursor_u8(c);
	if (form->safi == BGP_SAFI_LABELED || form->safi == BGP_SAFI_VPN)
		labels = read_labels(c, bits, form->withdrawn, out);
	bits -= labels;
	if (form->safi == BGP_SAFI_VPN) {
		out->rd = cursor_be64(c);
		bits -= RD_BITS;
	}
	c->ok = c->ok && labels >= 0 && read_prefix(c, form->afi, bits, &out->prefix);
	out->mapped = form->afi == BGP_AFI_IPV6 && addr_is_v4(&out->prefix.addr);
	return c->ok;
}

int
bgp_nlri_count(struct cursor c, const struct bgp_nlri_form *form)
{
	struct bgp_nlri nlri;
	int count = 0;

	while (bgp_nlri_next(&c, form, &nlri))
		count++;
	return c.ok ? count : -1;
}

static bool
fits_plainly(struct cursor c, struct bgp_nlri_form form)
{
	struct bgp_nlri nlri;
	unsigned defaults = 0;

	form.add_path = false;
	while (bgp_nlri_next(&c, &form, &nlri))
		defaults += nlri.prefix.len == 0;
	return c.ok && defaults <= 1;
}

bool
bgp_nlri_guess_add_path(struct cursor c, const struct bgp_nlri_form *form)
{
	struct bgp_nlri_form with = *form;

	with.add_path = true;
	return !fits_plainly(c, *form) && bgp_nlri_count(c, &with) > 0;
}
