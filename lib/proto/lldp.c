#include "proto/lldp.h"

enum tlv {
	TLV_END = 0,
	TLV_CHASSIS = 1,
	TLV_PORT = 2,
	TLV_TTL = 3,
	TLV_PORT_DESCRIPTION = 4,
	TLV_NAME = 5,
	TLV_DESCRIPTION = 6,
	TLV_CAPABILITIES = 7,
	TLV_MANAGEMENT = 8,
	TLV_ORGANIZATION = 127,
};

enum {
	TLV_LENGTH_BITS = 9,
	TLV_LENGTH_MASK = 0x1ff,
	OUI_8023 = 0x00120f,
	MAC_PHY = 1,
	LINK_AGGREGATION = 3,
	MAXIMUM_FRAME = 4,
	/* IANA address family numbers, as identifiers use them */
	FAMILY_IPV4 = 1,
	FAMILY_IPV6 = 2,
};

enum reason
lldp_check(struct cursor *c)
{
	uint16_t head;

	do {
		head = cursor_be16(c);
		cursor_skip(c, head & TLV_LENGTH_MASK);
	} while (c->ok && head >> TLV_LENGTH_BITS != TLV_END && cursor_left(c));
	return c->ok ? REASON_OK : REASON_LLDP_SHORT;
}

static struct slice
rest_of(const struct cursor *value)
{
	return slice_between(value->at, value->end);
}

static bool
read_address(struct cursor *value, size_t size, struct addr *out)
{
	uint8_t family = cursor_u8(value);
	const uint8_t *p = size ? cursor_pull(value, size - 1) : NULL;

	if (!p || !((family == FAMILY_IPV4 && size == 5) || (family == FAMILY_IPV6 && size == 17)))
		return false;
	*out = family == FAMILY_IPV4 ? addr_v4(p) : addr_v6(p);
	return true;
}

/* Subtypes of a chassis (table 8-2) and of a port (8-3). */
static uint8_t
kind_of(bool chassis, uint8_t subtype)
{
	static const uint8_t of_chassis[] = {
		LLDP_ID_OTHER, LLDP_ID_TEXT,    LLDP_ID_TEXT, LLDP_ID_TEXT,
		LLDP_ID_MAC,   LLDP_ID_ADDRESS, LLDP_ID_TEXT, LLDP_ID_TEXT,
	};
	static const uint8_t of_port[] = {
		LLDP_ID_OTHER,   LLDP_ID_TEXT, LLDP_ID_TEXT,  LLDP_ID_MAC,
		LLDP_ID_ADDRESS, LLDP_ID_TEXT, LLDP_ID_OTHER, LLDP_ID_TEXT,
	};

	if (subtype >= sizeof of_chassis)
		return LLDP_ID_OTHER;
	return chassis ? of_chassis[subtype] : of_port[subtype];
}

/* 8.5.2 and 8.5.3: at least a byte behind the subtype. */
static bool
read_id(struct cursor *value, bool chassis, struct lldp_id *out)
{
	const uint8_t *mac;

	out->subtype = cursor_u8(value);
	out->kind = kind_of(chassis, out->subtype);
	out->text = rest_of(value);
	if (!out->text.size)
		return false;
	if (out->kind == LLDP_ID_MAC) {
		mac = cursor_pull(value, sizeof out->mac);
		if (!mac || cursor_left(value)) {
			out->kind = LLDP_ID_OTHER; /* no address of zeros */
			return false;
		}
		memcpy(out->mac, mac, sizeof out->mac);
	}
	if (out->kind == LLDP_ID_ADDRESS && !read_address(value, out->text.size, &out->ip))
		out->kind = LLDP_ID_OTHER;
	return true;
}

static void
read_management(struct cursor *value, struct lldp *out)
{
	uint8_t size = cursor_u8(value);

	if (!(out->seen & LLDP_HAS_MANAGEMENT) && read_address(value, size, &out->management))
		out->seen |= LLDP_HAS_MANAGEMENT;
}

/* IEEE 802.3 annex 79.3 */
static void
read_8023(struct cursor *value, struct lldp *out)
{
	uint8_t subtype = cursor_u8(value), flags;

	switch (subtype) {
	case MAC_PHY: /* support and status, advertised capabilities, MAU type */
		flags = cursor_u8(value);
		cursor_skip(value, 2);
		out->mau_type = cursor_be16(value);
		out->autonegotiates = flags & 2;
		out->seen |= value->ok ? LLDP_HAS_MAU : 0;
		break;
	case LINK_AGGREGATION:
		out->aggregated = cursor_u8(value) & 2;
		out->aggregation_port = cursor_be32(value);
		out->seen |= value->ok ? LLDP_HAS_AGGREGATION : 0;
		break;
	case MAXIMUM_FRAME:
		out->frame_size = cursor_be16(value);
		out->seen |= value->ok ? LLDP_HAS_FRAME_SIZE : 0;
		break;
	default:
		break;
	}
}

static void
read_optional(uint8_t type, struct cursor *value, struct lldp *out)
{
	switch (type) {
	case TLV_PORT_DESCRIPTION:
		out->port_description = rest_of(value);
		break;
	case TLV_NAME:
		out->name = rest_of(value);
		break;
	case TLV_DESCRIPTION:
		out->description = rest_of(value);
		break;
	case TLV_CAPABILITIES:
		out->capabilities = cursor_be16(value);
		out->enabled = cursor_be16(value);
		out->seen |= value->ok ? LLDP_HAS_CAPABILITIES : 0;
		break;
	case TLV_MANAGEMENT:
		read_management(value, out);
		break;
	case TLV_ORGANIZATION:
		if (cursor_be24(value) == OUI_8023)
			read_8023(value, out);
		break;
	default:
		break;
	}
}

/* 8.2: the first three, in this order, and each once. */
static bool
read_mandatory(uint8_t type, struct cursor *value, struct lldp *out)
{
	if (type != out->tlv_count)
		return false;
	if (type == TLV_CHASSIS)
		return read_id(value, true, &out->chassis);
	if (type == TLV_PORT)
		return read_id(value, false, &out->port);
	out->ttl_s = cursor_be16(value);
	out->seen |= value->ok ? LLDP_HAS_TTL : 0;
	return value->ok;
}

enum reason
lldp_decode(struct cursor *c, struct lldp *out)
{
	*out = (struct lldp){0};
	do {
		uint16_t head = cursor_be16(c);
		struct cursor value = cursor_slice(c, head & TLV_LENGTH_MASK);
		uint8_t type = (uint8_t)(head >> TLV_LENGTH_BITS);

		if (!c->ok)
			return REASON_LLDP_SHORT;
		out->tlv_count++;
		if (out->tlv_count <= TLV_TTL || type - 1u < TLV_TTL) {
			if (!read_mandatory(type, &value, out))
				return REASON_LLDP_BAD;
		} else if (type == TLV_END) {
			break;
		} else {
			read_optional(type, &value, out);
		}
	} while (cursor_left(c));
	return out->seen & LLDP_HAS_TTL ? REASON_OK : REASON_LLDP_BAD;
}
