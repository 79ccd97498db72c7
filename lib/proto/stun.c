#include "proto/stun.h"

#include <string.h>

/* IANA's registry of STUN attributes */
enum attribute {
	MAPPED_ADDRESS = 0x0001,
	USERNAME = 0x0006,
	MESSAGE_INTEGRITY = 0x0008,
	ERROR_CODE = 0x0009,
	CHANNEL_NUMBER = 0x000c,
	LIFETIME = 0x000d,
	XOR_PEER_ADDRESS = 0x0012,
	REALM = 0x0014,
	XOR_RELAYED_ADDRESS = 0x0016,
	INTEGRITY_SHA256 = 0x001c,
	XOR_MAPPED_ADDRESS = 0x0020,
	PRIORITY = 0x0024,
	USE_CANDIDATE = 0x0025,
	XOR_MAPPED_ADDRESS_OLD = 0x8020, /* before the final number, still sent */
	SOFTWARE = 0x8022,
	FINGERPRINT = 0x8028,
	ICE_CONTROLLED = 0x8029,
	ICE_CONTROLLING = 0x802a,
};

enum { FAMILY_V4 = 1, FAMILY_V6 = 2, CHANNEL_FIRST = 0x4000, CHANNEL_LAST = 0x4fff };

bool
stun_fits(const struct cursor *c)
{
	const uint8_t *p = cursor_peek(c, STUN_SIZE);

	return p && p[0] < 0x40 && load_be16(p + 2) % 4 == 0 && load_be32(p + 4) == STUN_COOKIE;
}

/* RFC 8489 section 14.1 and 14.2: port and address, XORed with cookie and transaction id. `key` is
 * NULL for the plain form. */
static bool
read_address(struct cursor *value, const uint8_t *key, struct stun_address *out)
{
	uint8_t family, bytes[16];
	const uint8_t *p;
	size_t size;

	cursor_skip(value, 1);
	family = cursor_u8(value);
	out->port = cursor_be16(value);
	size = family == FAMILY_V6 ? 16 : 4;
	p = cursor_pull(value, size);
	if (!p || (family != FAMILY_V4 && family != FAMILY_V6))
		return false;
	memcpy(bytes, p, size);
	for (size_t i = 0; key && i < size; i++)
		bytes[i] ^= key[i];
	out->port ^= key ? STUN_COOKIE >> 16 : 0;
	out->ip = family == FAMILY_V6 ? addr_v6(bytes) : addr_v4(bytes);
	return true;
}

static void
read_error(struct cursor *value, struct stun *out)
{
	uint8_t hundreds, rest;

	cursor_skip(value, 2);
	hundreds = cursor_u8(value) & 7;
	rest = cursor_u8(value);
	out->error = (uint16_t)(hundreds * 100 + rest);
}

static struct slice
read_text(struct cursor *value)
{
	return slice_between(value->at, value->end);
}

/* Attributes of fixed form; returns their bit. */
static uint16_t
read_number(uint16_t type, struct cursor *value, struct stun *out)
{
	switch (type) {
	case ERROR_CODE:
		read_error(value, out);
		return STUN_HAS_ERROR;
	case CHANNEL_NUMBER:
		out->channel = cursor_be16(value);
		return STUN_HAS_CHANNEL;
	case LIFETIME:
		out->lifetime_s = cursor_be32(value);
		return STUN_HAS_LIFETIME;
	case PRIORITY:
		out->priority = cursor_be32(value);
		return STUN_HAS_PRIORITY;
	case USE_CANDIDATE:
		return STUN_USE_CANDIDATE;
	case ICE_CONTROLLING:
		return STUN_CONTROLLING;
	case ICE_CONTROLLED:
		return STUN_CONTROLLED;
	case MESSAGE_INTEGRITY:
	case INTEGRITY_SHA256:
		return STUN_HAS_INTEGRITY;
	case FINGERPRINT:
		return STUN_HAS_FINGERPRINT;
	default:
		return 0;
	}
}

static void
read_attribute(uint16_t type, struct cursor *value, const uint8_t *cookie, struct stun *out)
{
	uint16_t seen = 0;

	switch (type) {
	case MAPPED_ADDRESS:
		seen = read_address(value, NULL, &out->mapped) ? STUN_HAS_MAPPED : 0;
		break;
	case XOR_MAPPED_ADDRESS:
	case XOR_MAPPED_ADDRESS_OLD:
		seen = read_address(value, cookie, &out->mapped) ? STUN_HAS_MAPPED : 0;
		break;
	case XOR_RELAYED_ADDRESS:
		seen = read_address(value, cookie, &out->relayed) ? STUN_HAS_RELAYED : 0;
		break;
	case XOR_PEER_ADDRESS:
		seen = read_address(value, cookie, &out->peer) ? STUN_HAS_PEER : 0;
		break;
	case USERNAME:
		out->username = read_text(value);
		break;
	case REALM:
		out->realm = read_text(value);
		break;
	case SOFTWARE:
		out->software = read_text(value);
		break;
	default:
		seen = read_number(type, value, out);
	}
	out->seen |= value->ok ? seen : 0;
}

static enum reason
read_attributes(struct cursor *body, const uint8_t *cookie, struct stun *out)
{
	while (cursor_left(body)) {
		uint16_t type = cursor_be16(body), size = cursor_be16(body);
		struct cursor value = cursor_slice(body, size);

		if (!value.ok)
			return REASON_STUN_BAD;
		read_attribute(type, &value, cookie, out);
		/* section 14: padded to 32 bits; RFC 3489 had no need for it, its lengths being so
		 */
		cursor_skip(body, -size & 3u);
	}
	return body->ok ? REASON_OK : REASON_STUN_BAD;
}

static void
read_type(uint16_t type, struct stun *out)
{
	out->type = type;
	out->class = (uint8_t)((type >> 7 & 2) | (type >> 4 & 1));
	out->method = (uint16_t)((type >> 2 & 0xf80) | (type >> 1 & 0x70) | (type & 0x0f));
}

enum reason
stun_decode(struct cursor *c, struct stun *out)
{
	const uint8_t *head = cursor_pull(c, STUN_SIZE);
	struct cursor body;

	*out = (struct stun){0};
	if (!head)
		return REASON_STUN_SHORT;
	out->size = load_be16(head + 2);
	out->classic = load_be32(head + 4) != STUN_COOKIE;
	if (head[0] >= 0x40 || (out->classic && out->size % 4))
		return REASON_STUN_BAD;
	read_type(load_be16(head), out);
	out->transaction = head + 8;
	if (out->size % 4)
		return REASON_STUN_BAD;
	if (out->size > cursor_left(c))
		return REASON_STUN_SHORT;
	body = cursor_slice(c, out->size);
	return read_attributes(&body, head + 4, out);
}

enum reason
stun_channel_decode(struct cursor *c, struct stun_channel *out)
{
	*out = (struct stun_channel){.channel = cursor_be16(c), .size = cursor_be16(c)};
	if (!c->ok)
		return REASON_STUN_SHORT;
	if (out->channel < CHANNEL_FIRST || out->channel > CHANNEL_LAST)
		return REASON_STUN_BAD;
	out->data = cursor_slice(c, out->size);
	return c->ok ? REASON_OK : REASON_STUN_SHORT;
}
