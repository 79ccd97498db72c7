#include "proto/tcp_options.h"

#include <stdbool.h>

enum {
	OPTION_END = 0,
	OPTION_NOP = 1,
	OPTION_MSS = 2,
	OPTION_WSCALE = 3,
	OPTION_SACK_PERMITTED = 4,
	OPTION_SACK = 5,
	OPTION_TIMESTAMPS = 8,
	OPTION_MD5 = 19,
	OPTION_AO = 29,
	OPTION_FAST_OPEN = 34,
	OPTION_HEAD_SIZE = 2,
	SACK_BLOCK_SIZE = 8,
	MD5_SIZE = 16,
};

static bool
read_sack(struct cursor *value, struct tcp_options *out)
{
	size_t size = cursor_left(value);

	if (!size || size % SACK_BLOCK_SIZE || size / SACK_BLOCK_SIZE > TCP_SACK_BLOCKS_MAX)
		return false;
	for (out->sack_count = 0; cursor_left(value); out->sack_count++) {
		out->sack[out->sack_count].left = cursor_be32(value);
		out->sack[out->sack_count].right = cursor_be32(value);
	}
	out->seen |= TCP_HAS_SACK;
	return true;
}

/* Reads as much as the kind needs, so a value too short leaves an error in the cursor, one too long
 * bytes in it. */
static bool
read_fixed(uint8_t kind, struct cursor *value, struct tcp_options *out)
{
	uint16_t seen = 0;

	switch (kind) {
	case OPTION_MSS:
		out->mss = cursor_be16(value);
		seen = TCP_HAS_MSS;
		break;
	case OPTION_WSCALE:
		out->wscale = cursor_u8(value);
		seen = TCP_HAS_WSCALE;
		break;
	case OPTION_SACK_PERMITTED:
		seen = TCP_HAS_SACK_PERMITTED;
		break;
	case OPTION_TIMESTAMPS:
		out->ts_value = cursor_be32(value);
		out->ts_echo = cursor_be32(value);
		seen = TCP_HAS_TIMESTAMPS;
		break;
	case OPTION_MD5:
		cursor_skip(value, MD5_SIZE);
		seen = TCP_HAS_MD5;
		break;
	default:
		return true;
	}
	if (!value->ok || cursor_left(value))
		return false;
	out->seen |= seen;
	return true;
}

static bool
read_option(uint8_t kind, struct cursor *value, struct tcp_options *out)
{
	switch (kind) {
	case OPTION_SACK:
		return read_sack(value, out);
	case OPTION_AO: /* key id, receive-next key id, MAC */
		cursor_skip(value, 2);
		if (value->ok)
			out->seen |= TCP_HAS_AO;
		return value->ok;
	case OPTION_FAST_OPEN:
		out->seen |= TCP_HAS_FAST_OPEN;
		return true;
	default:
		return read_fixed(kind, value, out);
	}
}

enum reason
tcp_options_decode(struct cursor *c, struct tcp_options *out)
{
	*out = (struct tcp_options){0};
	while (cursor_left(c)) {
		struct cursor value;
		uint8_t kind = cursor_u8(c), size;

		if (kind == OPTION_END)
			return REASON_OK;
		if (kind == OPTION_NOP)
			continue;
		size = cursor_u8(c);
		if (!c->ok || size < OPTION_HEAD_SIZE)
			return REASON_TCP_OPTION;
		value = cursor_slice(c, size - OPTION_HEAD_SIZE);
		if (!value.ok || !read_option(kind, &value, out))
			return REASON_TCP_OPTION;
	}
	return REASON_OK;
}
