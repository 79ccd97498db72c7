#include "proto/zrtp.h"

enum { PREAMBLE = 0x505a, HEAD_WORDS = 3, TYPE_SIZE = 8, CRC_SIZE = 4 };

bool
zrtp_fits(const struct cursor *c)
{
	const uint8_t *p = cursor_peek(c, ZRTP_SIZE);

	return p && p[0] >> 4 == 1 && load_be32(p + 4) == ZRTP_COOKIE;
}

enum reason
zrtp_decode(struct cursor *c, struct zrtp *out)
{
	const uint8_t *type;
	uint32_t words;

	*out = (struct zrtp){0};
	if (!zrtp_fits(c))
		return REASON_ZRTP_BAD;
	cursor_skip(c, 2);
	out->sequence = cursor_be16(c);
	cursor_skip(c, 4);
	out->ssrc = cursor_be32(c);
	if (cursor_be16(c) != PREAMBLE)
		return REASON_ZRTP_BAD;
	words = cursor_be16(c);
	type = cursor_pull(c, TYPE_SIZE);
	if (!type || words < HEAD_WORDS)
		return REASON_ZRTP_BAD;
	memcpy(out->type, type, TYPE_SIZE);
	out->body = cursor_slice(c, (words - HEAD_WORDS) * 4);
	cursor_skip(c, CRC_SIZE);
	return c->ok ? REASON_OK : REASON_ZRTP_BAD;
}
