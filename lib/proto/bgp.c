#include "proto/bgp.h"

#include <string.h>

/* RFC 4271 section 6.1 and RFC 7313 section 5: the least a type can have. */
static const struct {
	const char *name;
	uint16_t min, max;
} types[BGP_TYPE_COUNT] = {
	[BGP_OPEN] = {"OPEN", 29, BGP_SIZE_MAX},
	[BGP_UPDATE] = {"UPDATE", 23, UINT16_MAX},
	[BGP_NOTIFICATION] = {"NOTIFICATION", 21, UINT16_MAX},
	[BGP_KEEPALIVE] = {"KEEPALIVE", 19, 19},
	[BGP_ROUTE_REFRESH] = {"ROUTE-REFRESH", 23, UINT16_MAX},
};

const char *
bgp_type_name(uint8_t type)
{
	return type < BGP_TYPE_COUNT ? types[type].name : NULL;
}

static bool
marker_fits(const uint8_t *p, size_t size)
{
	static const uint8_t marker[BGP_MARKER_SIZE] = {
		0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
		0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
	};

	return memcmp(p, marker, size < BGP_MARKER_SIZE ? size : BGP_MARKER_SIZE) == 0;
}

static uint8_t
type_of(uint8_t type)
{
	return type == BGP_ROUTE_REFRESH_OLD ? BGP_ROUTE_REFRESH : type;
}

/* Of a whole header: its type, or 0 where it is none. */
static uint8_t
header_type(const uint8_t *p)
{
	uint8_t type = type_of(p[BGP_HEADER_SIZE - 1]);

	if (!marker_fits(p, BGP_MARKER_SIZE) || !bgp_type_name(type))
		return 0;
	return load_be16(p + BGP_MARKER_SIZE) >= BGP_HEADER_SIZE ? type : 0;
}

static bool
length_fits(uint8_t type, uint16_t size)
{
	return size >= types[type].min && size <= types[type].max;
}

enum reason
bgp_decode(struct cursor *stream, struct bgp *out)
{
	size_t left = cursor_left(stream);
	const uint8_t *p = stream->at;
	uint16_t size;

	*out = (struct bgp){.body = cursor_over(p, 0)};
	if (left < BGP_HEADER_SIZE)
		return left && !marker_fits(p, left) ? REASON_BGP_BAD : REASON_BGP_SHORT;
	out->size = size = load_be16(p + BGP_MARKER_SIZE);
	out->type = header_type(p);
	if (!out->type)
		return REASON_BGP_BAD;
	if (!length_fits(out->type, size))
		return REASON_BGP_LENGTH;
	if (size > left)
		return REASON_BGP_SHORT;
	cursor_skip(stream, BGP_HEADER_SIZE);
	out->body = cursor_slice(stream, size - BGP_HEADER_SIZE);
	return REASON_OK;
}

/* Could a message begin here, as far as bytes are there? */
static bool
may_begin(const uint8_t *p, size_t left)
{
	uint16_t size;
	uint8_t type;

	if (!marker_fits(p, left))
		return false;
	if (left < BGP_HEADER_SIZE)
		return true;
	size = load_be16(p + BGP_MARKER_SIZE);
	type = header_type(p);
	return type && length_fits(type, size) &&
	       (size >= left || marker_fits(p + size, left - size));
}

bool
bgp_find(struct cursor *stream)
{
	for (size_t left = cursor_left(stream); left; left--, stream->at++) {
		const uint8_t *p = memchr(stream->at, 0xff, left);

		if (!p) {
			stream->at = stream->end;
			return false;
		}
		stream->at = p;
		left = cursor_left(stream);
		if (may_begin(p, left))
			return left >= BGP_HEADER_SIZE;
	}
	return false;
}

static const char *const errors[] = {
	[BGP_ERROR_HEADER] = "message header error",
	[BGP_ERROR_OPEN] = "OPEN message error",
	[BGP_ERROR_UPDATE] = "UPDATE message error",
	[BGP_ERROR_HOLD] = "hold timer expired",
	[BGP_ERROR_STATE] = "finite state machine error",
	[BGP_ERROR_CEASE] = "cease",
	[BGP_ERROR_REFRESH] = "ROUTE-REFRESH message error",
};

static const char *const ceases[] = {
	[BGP_CEASE_MAX_PREFIXES] = "maximum number of prefixes reached",
	[BGP_CEASE_SHUTDOWN] = "administrative shutdown",
	[BGP_CEASE_DECONFIGURED] = "peer de-configured",
	[BGP_CEASE_RESET] = "administrative reset",
	[BGP_CEASE_REJECTED] = "connection rejected",
	[BGP_CEASE_CHANGED] = "other configuration change",
	[BGP_CEASE_COLLISION] = "connection collision resolution",
	[BGP_CEASE_RESOURCES] = "out of resources",
	[BGP_CEASE_HARD_RESET] = "hard reset",
	[BGP_CEASE_BFD_DOWN] = "BFD down",
};

static const char *
name_in(const char *const *names, size_t count, uint8_t number)
{
	return number < count && names[number] ? names[number] : "unassigned";
}

const char *
bgp_error_name(uint8_t code)
{
	return name_in(errors, sizeof errors / sizeof *errors, code);
}

const char *
bgp_cease_name(uint8_t subcode)
{
	return name_in(ceases, sizeof ceases / sizeof *ceases, subcode);
}

/* RFC 9003 section 2: a length and so many bytes of text, for the two subcodes that have it. */
static struct slice
shutdown_text(uint8_t code, uint8_t subcode, struct cursor data)
{
	struct cursor text;

	if (code != BGP_ERROR_CEASE ||
	    (subcode != BGP_CEASE_SHUTDOWN && subcode != BGP_CEASE_RESET))
		return (struct slice){0};
	text = cursor_slice(&data, cursor_u8(&data));
	return text.ok ? slice_between(text.at, text.end) : (struct slice){0};
}

enum reason
bgp_notification_decode(struct cursor *body, struct bgp_notification *out)
{
	struct cursor inner;

	*out = (struct bgp_notification){.code = cursor_u8(body), .subcode = cursor_u8(body)};
	out->data = *body;
	if (!body->ok)
		return REASON_BGP_SHORT;
	inner = out->data;
	out->hard = out->code == BGP_ERROR_CEASE && out->subcode == BGP_CEASE_HARD_RESET;
	if (out->hard && cursor_left(&inner) >= 2) {
		out->wrapped_code = cursor_u8(&inner);
		out->wrapped_subcode = cursor_u8(&inner);
		out->text = shutdown_text(out->wrapped_code, out->wrapped_subcode, inner);
	} else {
		out->text = shutdown_text(out->code, out->subcode, inner);
	}
	return REASON_OK;
}

enum reason
bgp_refresh_decode(struct cursor *body, struct bgp_refresh *out)
{
	*out = (struct bgp_refresh){
		.afi = cursor_be16(body),
		.subtype = cursor_u8(body),
		.safi = cursor_u8(body),
	};
	return body->ok ? REASON_OK : REASON_BGP_SHORT;
}
