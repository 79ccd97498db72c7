#include "proto/rtcp.h"

#include <string.h>

enum { VERSION = 2, BLOCK_SIZE = 24, SENDER_SIZE = 20 };

bool
rtcp_fits(const struct cursor *c)
{
	const uint8_t *p = cursor_peek(c, 4);

	return p && p[0] >> 6 == VERSION && p[1] >= RTCP_FIR && p[1] <= RTCP_LAST;
}

static void
read_sender(struct cursor *body, struct rtcp *out)
{
	out->ntp = cursor_be64(body);
	out->rtp_time = cursor_be32(body);
	out->packets = cursor_be32(body);
	out->octets = cursor_be32(body);
}

static void
read_ssrc(struct cursor *body, struct rtcp *out)
{
	out->ssrc = cursor_be32(body);
	out->has_ssrc = body->ok;
}

static void
read_application(struct cursor *body, struct rtcp *out)
{
	const uint8_t *name = cursor_pull(body, 4);

	if (name)
		memcpy(out->name, name, 4);
}

/* What stands before the body; leaves an error in `body` when the packet is too short. */
static void
read_head(struct cursor *body, struct rtcp *out)
{
	switch (out->type) {
	case RTCP_SDES: /* each chunk has its own */
		break;
	case RTCP_BYE:
		if (out->count)
			read_ssrc(body, out);
		break;
	case RTCP_SR:
		read_ssrc(body, out);
		read_sender(body, out);
		break;
	case RTCP_APP:
		read_ssrc(body, out);
		read_application(body, out);
		break;
	case RTCP_RTPFB:
	case RTCP_PSFB:
		read_ssrc(body, out);
		out->media_ssrc = cursor_be32(body);
		break;
	default:
		if (cursor_left(body))
			read_ssrc(body, out);
	}
}

static bool
has_blocks(const struct rtcp *r)
{
	return r->type == RTCP_SR || r->type == RTCP_RR;
}

enum reason
rtcp_decode(struct cursor *c, struct rtcp *out)
{
	uint8_t first;
	size_t size;

	*out = (struct rtcp){0};
	if (!rtcp_fits(c))
		return REASON_RTCP_BAD;
	first = cursor_u8(c);
	out->count = first & 0x1f;
	out->type = cursor_u8(c);
	size = cursor_be16(c) * 4u;
	if (size > cursor_left(c)) {
		c->ok = false;
		return REASON_RTCP_SHORT;
	}
	out->body = cursor_slice(c, size);
	if (first & 0x20 && size && out->body.end[-1] <= size) /* padding, RFC 3550 6.4.1 */
		out->body.end -= out->body.end[-1];
	read_head(&out->body, out);
	if (!out->body.ok || (has_blocks(out) && cursor_left(&out->body) < out->count * BLOCK_SIZE))
		return REASON_RTCP_BAD;
	return REASON_OK;
}

unsigned
rtcp_compound(struct cursor *c, uint8_t *types, unsigned max, bool *whole)
{
	unsigned count = 0;

	*whole = true;
	while (*whole && count < max && rtcp_fits(c)) {
		struct rtcp rtcp;

		*whole = rtcp_decode(c, &rtcp) != REASON_RTCP_SHORT;
		if (*whole || count == 0)
			types[count++] = rtcp.type;
	}
	*whole = *whole && cursor_left(c) <= 3 && c->ok;
	return count;
}

unsigned
rtcp_compound_cut(struct cursor c, uint8_t *types, unsigned max)
{
	unsigned count = 0;

	while (count < max && rtcp_fits(&c) && c.at[1] >= RTCP_SR && c.at[1] <= RTCP_XR) {
		types[count++] = c.at[1];
		cursor_skip(&c, (load_be16(c.at + 2) + 1u) * 4);
	}
	return count;
}

bool
rtcp_block_next(struct cursor *body, struct rtcp_block *out)
{
	if (cursor_left(body) < BLOCK_SIZE)
		return false;
	out->ssrc = cursor_be32(body);
	out->fraction_lost = cursor_u8(body);
	out->lost = (int32_t)(cursor_be24(body) << 8) >> 8;
	out->highest = cursor_be32(body);
	out->jitter = cursor_be32(body);
	out->last_sr = cursor_be32(body);
	out->delay_since_sr = cursor_be32(body);
	return true;
}

/* A chunk ends with a zero item, padded to 32 bits; the next one begins with its SSRC. */
static void
skip_chunk_end(struct cursor *body, const struct rtcp_item *last)
{
	size_t left;

	if (!last->value || !cursor_left(body) || *body->at != 0)
		return;
	left = cursor_left(body);
	cursor_skip(body, left % 4 ? left % 4 : 4);
}

bool
rtcp_item_next(struct cursor *body, struct rtcp_item *out)
{
	bool first = !out->value;

	if (!first && cursor_left(body) && *body->at == 0) {
		skip_chunk_end(body, out);
		first = true;
	}
	if (!cursor_left(body))
		return false;
	if (first)
		out->ssrc = cursor_be32(body);
	out->type = cursor_u8(body);
	out->size = out->type ? cursor_u8(body) : 0;
	out->value = cursor_pull(body, out->size);
	return body->ok && out->type != 0;
}

bool
rtcp_xr_next(struct cursor *body, uint8_t *type, struct cursor *block)
{
	uint32_t words;

	if (!cursor_left(body))
		return false;
	*type = cursor_u8(body);
	cursor_skip(body, 1);
	words = cursor_be16(body);
	*block = cursor_slice(body, words * 4);
	return body->ok;
}

bool
rtcp_voip_decode(struct cursor *block, struct rtcp_voip *out)
{
	*out = (struct rtcp_voip){0};
	out->ssrc = cursor_be32(block);
	out->loss_rate = cursor_u8(block);
	out->discard_rate = cursor_u8(block);
	out->burst_density = cursor_u8(block);
	out->gap_density = cursor_u8(block);
	out->burst_ms = cursor_be16(block);
	out->gap_ms = cursor_be16(block);
	out->round_trip_ms = cursor_be16(block);
	out->end_delay_ms = cursor_be16(block);
	cursor_skip(block, 4); /* signal and noise level, residual echo, Gmin */
	out->r_factor = cursor_u8(block);
	cursor_skip(block, 1); /* R factor of the other leg */
	out->mos_lq = cursor_u8(block);
	out->mos_cq = cursor_u8(block);
	cursor_skip(block, 8); /* RX config, reserved, jitter buffer: nominal, maximum, absolute */
	return block->ok;
}
