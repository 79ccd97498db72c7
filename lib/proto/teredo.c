#include "proto/teredo.h"

enum {
	INDICATION_ORIGIN = 0x0000,
	INDICATION_AUTH = 0x0001,
	ORIGIN_SIZE = 8,
	AUTH_FIXED_SIZE = 4,
	AUTH_NONCE_SIZE = 9, /* with the confirmation byte */
};

enum reason
teredo_decode(struct cursor *c)
{
	const uint8_t *p = cursor_peek(c, AUTH_FIXED_SIZE);

	if (p && load_be16(p) == INDICATION_AUTH)
		cursor_skip(c, AUTH_FIXED_SIZE + p[2] + p[3] + (size_t)AUTH_NONCE_SIZE);
	p = cursor_peek(c, 2);
	if (p && load_be16(p) == INDICATION_ORIGIN)
		cursor_skip(c, ORIGIN_SIZE);
	p = cursor_peek(c, 1);
	return p && *p >> 4 == 6 ? REASON_OK : REASON_TEREDO_BAD;
}

bool
teredo_fits(const struct cursor *c)
{
	struct cursor ahead = *c;

	return teredo_decode(&ahead) == REASON_OK;
}
