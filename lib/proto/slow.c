#include "proto/slow.h"

enum reason
slow_decode(struct cursor *c, struct slow *out)
{
	out->subtype = cursor_u8(c);
	out->version = cursor_u8(c);
	return c->ok ? REASON_OK : REASON_SLOW_SHORT;
}
