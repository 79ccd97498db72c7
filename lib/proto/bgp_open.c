#include "proto/bgp_open.h"

#include <string.h>

enum {
	VERSION = 4,
	PARAMETER_CAPABILITIES = 2,
	RESTART_NOTIFICATION = 0x4000,
	RESTART_FORWARDED = 0x80,
	EXTENDED_LENGTH = 255, /* RFC 9072 section 2: length and type of the marker parameter */
};

static struct bgp_family *
family_of(struct bgp_open *out, uint16_t afi, uint8_t safi)
{
	for (unsigned i = 0; i < out->family_count; i++) {
		if (out->families[i].afi == afi && out->families[i].safi == safi)
			return &out->families[i];
	}
	if (out->family_count == BGP_FAMILIES_MAX)
		return NULL;
	out->families[out->family_count] = (struct bgp_family){.afi = afi, .safi = safi};
	return &out->families[out->family_count++];
}

const struct bgp_family *
bgp_open_family(const struct bgp_open *o, uint16_t afi, uint8_t safi)
{
	for (unsigned i = 0; i < o->family_count; i++) {
		if (o->families[i].afi == afi && o->families[i].safi == safi)
			return &o->families[i];
	}
	return NULL;
}

static void
read_multiprotocol(struct cursor *value, struct bgp_open *out)
{
	uint16_t afi = cursor_be16(value);
	struct bgp_family *family;

	cursor_skip(value, 1);
	family = family_of(out, afi, cursor_u8(value));
	if (value->ok && family)
		family->multiprotocol = true;
}

/* RFC 7911 section 4: other values than 1 to 3 are ignored. */
static void
read_add_path(struct cursor *value, struct bgp_open *out)
{
	while (cursor_left(value) >= 4) {
		uint16_t afi = cursor_be16(value);
		uint8_t safi = cursor_u8(value), how = cursor_u8(value);
		struct bgp_family *family = family_of(out, afi, safi);

		if (family && how >= 1 && how <= 3)
			family->add_path = how;
	}
}

/* RFC 4724 section 3, RFC 8538 section 2. */
static void
read_restart(struct cursor *value, struct bgp_open *out)
{
	uint16_t head = cursor_be16(value);

	out->restart_s = head & 0xfff;
	out->notifies = head & RESTART_NOTIFICATION;
	while (cursor_left(value) >= 4) {
		uint16_t afi = cursor_be16(value);
		uint8_t safi = cursor_u8(value), flags = cursor_u8(value);
		struct bgp_family *family = family_of(out, afi, safi);

		if (!family)
			continue;
		family->restarts = true;
		family->forwarded = flags & RESTART_FORWARDED;
	}
}

static struct slice
read_text(struct cursor *value)
{
	uint8_t size = cursor_u8(value);
	struct cursor text = cursor_slice(value, size);

	return text.ok ? slice_between(text.at, text.end) : (struct slice){0};
}

static void
read_value(uint8_t code, struct cursor *value, struct bgp_open *out)
{
	uint32_t number;

	switch (code) {
	case BGP_CAP_MULTIPROTOCOL:
		read_multiprotocol(value, out);
		break;
	case BGP_CAP_ADD_PATH:
		read_add_path(value, out);
		break;
	case BGP_CAP_AS4:
		number = cursor_be32(value);
		out->asn = value->ok ? number : out->asn;
		break;
	case BGP_CAP_GRACEFUL_RESTART:
		read_restart(value, out);
		break;
	case BGP_CAP_ROLE:
		out->role = cursor_u8(value);
		break;
	case BGP_CAP_FQDN:
		out->hostname = read_text(value);
		out->domain = read_text(value);
		break;
	case BGP_CAP_SOFTWARE:
		out->software = read_text(value);
		break;
	default:
		break;
	}
}

static void
note_capability(uint8_t code, struct bgp_open *out)
{
	if (bgp_open_has(out, code))
		return;
	out->has[code / 64] |= 1ull << code % 64;
	if (out->capability_count < BGP_CAPABILITIES_MAX)
		out->capabilities[out->capability_count++] = code;
}

static bool
read_capabilities(struct cursor *c, struct bgp_open *out)
{
	while (cursor_left(c)) {
		uint8_t code = cursor_u8(c), size = cursor_u8(c);
		struct cursor value = cursor_slice(c, size);

		if (!value.ok)
			return false;
		note_capability(code, out);
		read_value(code, &value, out);
	}
	return c->ok;
}

/* `size` bytes, or what is there of them: in a capture that was cut the rest is still worth
 * telling.
 */
static struct cursor
slice_there(struct cursor *c, size_t size, bool *whole)
{
	*whole = *whole && size <= cursor_left(c);
	return cursor_slice(c, *whole ? size : cursor_left(c));
}

static bool
read_parameters(struct cursor *c, struct bgp_open *out)
{
	bool whole = true;

	while (cursor_left(c)) {
		uint8_t type = cursor_u8(c);
		uint16_t size = out->extended ? cursor_be16(c) : cursor_u8(c);
		struct cursor value = slice_there(c, size, &whole);

		if (type == PARAMETER_CAPABILITIES && !read_capabilities(&value, out))
			return false;
	}
	return c->ok && whole;
}

/* RFC 9072 section 2: type 255 in the first parameter's place, whatever the length before it. */
static struct cursor
parameters_of(struct cursor *body, struct bgp_open *out, bool *whole)
{
	uint16_t size = cursor_u8(body);
	const uint8_t *p = cursor_peek(body, 3);

	if (!size || !p || p[0] != EXTENDED_LENGTH)
		return slice_there(body, size, whole);
	out->extended = true;
	cursor_skip(body, 1);
	size = cursor_be16(body);
	return slice_there(body, size, whole);
}

enum reason
bgp_open_decode(struct cursor *body, struct bgp_open *out)
{
	struct cursor parameters;
	const uint8_t *id;
	bool whole = true;

	*out = (struct bgp_open){.version = cursor_u8(body)};
	out->as2 = cursor_be16(body);
	out->asn = out->as2;
	out->hold_s = cursor_be16(body);
	id = cursor_pull(body, sizeof out->id);
	if (!id || !cursor_left(body))
		return REASON_BGP_SHORT;
	memcpy(out->id, id, sizeof out->id);
	if (out->version != VERSION)
		return REASON_BGP_BAD;
	parameters = parameters_of(body, out, &whole);
	return read_parameters(&parameters, out) && whole ? REASON_OK : REASON_BGP_BAD;
}
