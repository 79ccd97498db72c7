#include "proto/bmp.h"

#include <string.h>

#include "base/bytes.h"
#include "base/clock.h"
#include "proto/bgp.h"

/* RFC 7854 section 4.2, RFC 8671 section 4 */
enum flag { FLAG_V6 = 0x80, FLAG_POST = 0x40, FLAG_AS2 = 0x20, FLAG_OUT = 0x10 };

/* IPv4 stands in the last four of sixteen bytes. */
static bool
read_addr(struct cursor *c, bool v6, struct addr *out)
{
	const uint8_t *p = cursor_pull(c, 16);

	if (p)
		*out = v6 ? addr_v6(p) : addr_v4(p + 12);
	return p != NULL;
}

static bool
read_peer(struct cursor *c, struct bmp_peer *out)
{
	const uint8_t *id;
	uint8_t flags;

	out->type = cursor_u8(c);
	flags = cursor_u8(c);
	out->post_policy = flags & FLAG_POST;
	out->as2 = flags & FLAG_AS2;
	out->adj_rib_out = flags & FLAG_OUT;
	out->distinguisher = cursor_be64(c);
	if (!read_addr(c, flags & FLAG_V6, &out->ip))
		return false;
	out->asn = cursor_be32(c);
	id = cursor_pull(c, sizeof out->id);
	if (!id)
		return false;
	memcpy(out->id, id, sizeof out->id);
	out->time_us = cursor_be32(c) * US_PER_S;
	out->time_us += cursor_be32(c);
	return c->ok;
}

enum reason
bmp_decode(struct cursor *stream, struct bmp *out)
{
	const uint8_t *p = cursor_peek(stream, BMP_HEADER_SIZE);
	uint32_t size;

	if (!p)
		return cursor_left(stream) && *stream->at != BMP_VERSION ? REASON_BMP_BAD
		                                                         : REASON_BMP_SHORT;
	size = load_be32(p + 1);
	*out = (struct bmp){.type = p[5]};
	if (p[0] != BMP_VERSION || out->type >= BMP_TYPE_COUNT || size < BMP_HEADER_SIZE ||
	    size > BMP_SIZE_MAX)
		return REASON_BMP_BAD;
	if (cursor_left(stream) < size)
		return REASON_BMP_SHORT;
	cursor_skip(stream, BMP_HEADER_SIZE);
	out->body = cursor_slice(stream, size - BMP_HEADER_SIZE);
	out->has_peer = out->type != BMP_INITIATION && out->type != BMP_TERMINATION;
	return !out->has_peer || read_peer(&out->body, &out->peer) ? REASON_OK : REASON_BMP_BAD;
}

static bool
read_open(struct cursor *c, struct cursor *out)
{
	struct bgp m;

	if (bgp_decode(c, &m) != REASON_OK || m.type != BGP_OPEN)
		return false;
	*out = m.body;
	return true;
}

enum reason
bmp_peer_up_decode(const struct bmp *m, struct cursor *body, struct bmp_peer_up *out)
{
	*out = (struct bmp_peer_up){0};
	if (!read_addr(body, !addr_is_v4(&m->peer.ip), &out->local))
		return REASON_BMP_BAD;
	out->local_port = cursor_be16(body);
	out->remote_port = cursor_be16(body);
	return body->ok && read_open(body, &out->sent) && read_open(body, &out->received)
	               ? REASON_OK
	               : REASON_BMP_BAD;
}
