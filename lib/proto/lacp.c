#include "proto/lacp.h"

#include <string.h>

#include "proto/slow.h"

enum tlv {
	TLV_ACTOR = 1,
	TLV_PARTNER = 2,
	TLV_COLLECTOR = 3,
	TLV_MARKER = 1,
	TLV_MARKER_RESPONSE = 2,
};

enum {
	ACTOR_SIZE = 20, /* lengths count type and length */
	COLLECTOR_SIZE = 16,
	MARKER_SIZE = 16,
	DELAY_UNIT_US = 10, /* 6.4.2.3 w): tens of microseconds */
};

static bool
read_actor(struct cursor *c, uint8_t type, struct lacp_actor *out)
{
	uint8_t got = cursor_u8(c), size = cursor_u8(c);
	const uint8_t *system;

	out->system_priority = cursor_be16(c);
	system = cursor_pull(c, sizeof out->system);
	if (system)
		memcpy(out->system, system, sizeof out->system);
	out->key = cursor_be16(c);
	out->port_priority = cursor_be16(c);
	out->port = cursor_be16(c);
	out->state = cursor_u8(c);
	cursor_skip(c, 3);
	return got == type && size == ACTOR_SIZE;
}

static void
read_collector(struct cursor *c, struct lacp *out)
{
	const uint8_t *p = cursor_peek(c, 4);

	if (p && p[0] == TLV_COLLECTOR && p[1] == COLLECTOR_SIZE)
		out->collector_delay_us = (uint32_t)load_be16(p + 2) * DELAY_UNIT_US;
}

enum reason
lacp_decode(struct cursor *c, struct lacp *out)
{
	uint8_t subtype = cursor_u8(c);
	bool actors;

	*out = (struct lacp){.version = cursor_u8(c)};
	actors = read_actor(c, TLV_ACTOR, &out->actor);
	actors = read_actor(c, TLV_PARTNER, &out->partner) && actors;
	if (!c->ok)
		return REASON_LACP_SHORT;
	if (subtype != SLOW_LACP || !out->version || !actors)
		return REASON_LACP_BAD;
	read_collector(c, out);
	return REASON_OK;
}

enum reason
lacp_marker_decode(struct cursor *c, struct lacp_marker *out)
{
	uint8_t subtype = cursor_u8(c), version = cursor_u8(c);
	uint8_t type = cursor_u8(c), size = cursor_u8(c);
	const uint8_t *system;

	*out = (struct lacp_marker){.response = type == TLV_MARKER_RESPONSE,
	                            .port = cursor_be16(c)};
	system = cursor_pull(c, sizeof out->system);
	if (system)
		memcpy(out->system, system, sizeof out->system);
	out->transaction = cursor_be32(c);
	if (!c->ok)
		return REASON_LACP_SHORT;
	if (subtype != SLOW_MARKER || !version || size != MARKER_SIZE ||
	    (type != TLV_MARKER && type != TLV_MARKER_RESPONSE))
		return REASON_LACP_BAD;
	return REASON_OK;
}

const char *
lacp_state_format(uint8_t state, char buf[LACP_STATE_TEXT_SIZE])
{
	static const char letters[] = "ASGYCDFE";

	for (unsigned bit = 0; bit < 8; bit++)
		buf[bit] = state >> bit & 1 ? letters[bit] : '.';
	buf[8] = '\0';
	return buf;
}
