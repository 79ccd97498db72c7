#include "proto/gtpu.h"

enum {
	GTPU_SIZE = 8,
	GTPU_OPTIONAL_SIZE = 4,
	GTPU_VERSION_MASK = 0xf0, /* version and the flag that tells GTP from GTP' */
	GTPU_VERSION_1 = 0x30,
	GTPU_OPTIONAL = 0x07, /* E, S or N */
	GTPU_EXTENSION = 0x04,
	GTPU_TPDU = 255,
	GTPU_EXTENSIONS_MAX = 8,
};

bool
gtpu_fits(const struct cursor *c, uint32_t size)
{
	const uint8_t *p = cursor_peek(c, 4);

	return p && (p[0] & GTPU_VERSION_MASK) == GTPU_VERSION_1 && p[1] == GTPU_TPDU &&
	       load_be16(p + 2) + (uint32_t)GTPU_SIZE == size;
}

/* An extension's last byte names the next one; 0 ends the chain. */
static bool
skip_extensions(struct cursor *c, uint8_t next)
{
	for (unsigned count = 0; next && c->ok; count++) {
		const uint8_t *length = cursor_peek(c, 1);
		const uint8_t *p = length ? cursor_pull(c, *length * 4u) : NULL;

		if (!p || !*length || count == GTPU_EXTENSIONS_MAX)
			return false;
		next = p[*length * 4 - 1];
	}
	return c->ok;
}

enum reason
gtpu_decode(struct cursor *c, struct gtpu *out)
{
	const uint8_t *p = cursor_pull(c, GTPU_SIZE), *optional;
	const uint8_t *start = c->at;
	size_t length;

	*out = (struct gtpu){0};
	if (!p || (p[0] & GTPU_VERSION_MASK) != GTPU_VERSION_1)
		return REASON_GTP_BAD;
	length = load_be16(p + 2);
	out->teid = load_be32(p + 4);
	if (p[0] & GTPU_OPTIONAL) {
		optional = cursor_pull(c, GTPU_OPTIONAL_SIZE);
		if (!optional || (p[0] & GTPU_EXTENSION && !skip_extensions(c, optional[3])))
			return REASON_GTP_BAD;
	}
	if ((size_t)(c->at - start) > length)
		return REASON_GTP_BAD;
	out->payload = (uint16_t)(length - (size_t)(c->at - start));
	return REASON_OK;
}
