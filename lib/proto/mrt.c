#include "proto/mrt.h"

#include <string.h>

#include "base/bytes.h"
#include "base/clock.h"
#include "proto/bgp_nlri.h"
#include "proto/bgp_open.h"

enum { PEER_IPV6 = 1, PEER_AS4 = 2 }; /* bits of a peer's type */

enum reason
mrt_decode(struct cursor *c, struct mrt *out)
{
	const uint8_t *p = cursor_peek(c, MRT_HEADER_SIZE);
	uint32_t size;

	if (!p)
		return REASON_MRT_SHORT;
	*out = (struct mrt){.time_us = load_be32(p) * US_PER_S,
	                    .type = load_be16(p + 4),
	                    .subtype = load_be16(p + 6)};
	size = load_be32(p + 8);
	if (size > MRT_RECORD_MAX)
		return REASON_MRT_BAD;
	if (cursor_left(c) < MRT_HEADER_SIZE + size)
		return REASON_MRT_SHORT;
	cursor_skip(c, MRT_HEADER_SIZE);
	out->body = cursor_slice(c, size);
	if (out->type == MRT_BGP4MP_ET)
		out->time_us += cursor_be32(&out->body);
	return out->body.ok ? REASON_OK : REASON_MRT_BAD;
}

static bool
read_addr(struct cursor *c, bool v6, struct addr *out)
{
	const uint8_t *p = cursor_pull(c, v6 ? 16 : 4);

	if (p)
		*out = v6 ? addr_v6(p) : addr_v4(p);
	return p != NULL;
}

enum reason
mrt_peers_decode(struct cursor *body, uint16_t *count)
{
	cursor_skip(body, 4);
	cursor_skip(body, cursor_be16(body));
	*count = cursor_be16(body);
	return body->ok ? REASON_OK : REASON_MRT_BAD;
}

bool
mrt_peer_next(struct cursor *body, struct mrt_peer *out)
{
	uint8_t type = cursor_u8(body);
	const uint8_t *id = cursor_pull(body, sizeof out->id);

	*out = (struct mrt_peer){0};
	if (!id || !read_addr(body, type & PEER_IPV6, &out->ip))
		return false;
	memcpy(out->id, id, sizeof out->id);
	out->asn = type & PEER_AS4 ? cursor_be32(body) : cursor_be16(body);
	return body->ok;
}

enum reason
mrt_rib_decode(const struct mrt *m, struct cursor *body, struct mrt_rib *out)
{
	struct bgp_nlri_form form = {.safi = BGP_SAFI_UNICAST};
	struct bgp_nlri n;

	*out = (struct mrt_rib){.add_path = m->subtype == MRT_RIB_IPV4_UNICAST_ADD_PATH ||
	                                    m->subtype == MRT_RIB_IPV6_UNICAST_ADD_PATH};
	if (m->subtype == MRT_RIB_IPV4_UNICAST || m->subtype == MRT_RIB_IPV4_UNICAST_ADD_PATH)
		out->afi = BGP_AFI_IPV4;
	else if (m->subtype == MRT_RIB_IPV6_UNICAST || m->subtype == MRT_RIB_IPV6_UNICAST_ADD_PATH)
		out->afi = BGP_AFI_IPV6;
	else
		return REASON_MRT_BAD;
	form.afi = out->afi;
	cursor_skip(body, 4);
	if (!bgp_nlri_next(body, &form, &n) || n.mapped)
		return REASON_MRT_BAD;
	out->prefix = n.prefix;
	out->count = cursor_be16(body);
	return body->ok ? REASON_OK : REASON_MRT_BAD;
}

bool
mrt_entry_next(struct cursor *body, const struct mrt_rib *rib, struct mrt_entry *out)
{
	*out = (struct mrt_entry){.peer = cursor_be16(body),
	                          .time_us = cursor_be32(body) * US_PER_S};
	if (rib->add_path)
		out->path_id = cursor_be32(body);
	out->attributes = cursor_slice(body, cursor_be16(body));
	return body->ok;
}

enum reason
mrt_message_decode(const struct mrt *m, struct cursor *body, struct mrt_message *out)
{
	bool as4 = m->subtype == MRT_MESSAGE_AS4;
	uint16_t afi;

	*out = (struct mrt_message){0};
	if (!as4 && m->subtype != MRT_MESSAGE)
		return REASON_MRT_BAD;
	out->peer_as = as4 ? cursor_be32(body) : cursor_be16(body);
	out->local_as = as4 ? cursor_be32(body) : cursor_be16(body);
	cursor_skip(body, 2);
	afi = cursor_be16(body);
	if ((afi != BGP_AFI_IPV4 && afi != BGP_AFI_IPV6) ||
	    !read_addr(body, afi == BGP_AFI_IPV6, &out->peer) ||
	    !read_addr(body, afi == BGP_AFI_IPV6, &out->local))
		return REASON_MRT_BAD;
	out->message = *body;
	body->at = body->end;
	return body->ok ? REASON_OK : REASON_MRT_BAD;
}

/* ---- writing ----------------------------------------------------------------------------- */

static void
put_u8(struct text *to, uint8_t value)
{
	text_add_bytes(to, (const char *)&value, 1);
}

static void
put_addr(struct text *to, const struct addr *a)
{
	bool v4 = addr_is_v4(a);

	text_add_bytes(to, (const char *)a->b + (v4 ? 12 : 0), v4 ? 4 : 16);
}

void
mrt_encode(struct text *to, uint64_t time_us, uint16_t type, uint16_t subtype,
           const struct text *body)
{
	text_add_be32(to, (uint32_t)(time_us / US_PER_S));
	text_add_be16(to, type);
	text_add_be16(to, subtype);
	text_add_be32(to, (uint32_t)body->size);
	text_add_bytes(to, body->at ? body->at : "", body->size);
}

void
mrt_encode_peers(struct text *body, const struct mrt_peer *peers, uint16_t count)
{
	text_add_be32(body, 0);
	text_add_be16(body, 0);
	text_add_be16(body, count);
	for (uint16_t i = 0; i < count; i++) {
		put_u8(body, PEER_AS4 | (addr_is_v4(&peers[i].ip) ? 0 : PEER_IPV6));
		text_add_bytes(body, (const char *)peers[i].id, sizeof peers[i].id);
		put_addr(body, &peers[i].ip);
		text_add_be32(body, peers[i].asn);
	}
}

void
mrt_encode_rib(struct text *body, uint32_t sequence, const struct prefix *p, uint16_t count)
{
	size_t size = (p->len + 7u) / 8;

	text_add_be32(body, sequence);
	put_u8(body, p->len);
	text_add_bytes(body, (const char *)p->addr.b + (addr_is_v4(&p->addr) ? 12 : 0), size);
	text_add_be16(body, count);
}

void
mrt_encode_entry(struct text *body, uint16_t peer, uint64_t time_us, bool add_path,
                 uint32_t path_id, const struct text *attributes)
{
	text_add_be16(body, peer);
	text_add_be32(body, (uint32_t)(time_us / US_PER_S));
	if (add_path)
		text_add_be32(body, path_id);
	text_add_be16(body, (uint16_t)attributes->size);
	text_add_bytes(body, attributes->at ? attributes->at : "", attributes->size);
}

void
mrt_encode_message(struct text *body, const struct mrt_message *m)
{
	text_add_be32(body, m->peer_as);
	text_add_be32(body, m->local_as);
	text_add_be16(body, 0);
	text_add_be16(body, addr_is_v4(&m->peer) ? BGP_AFI_IPV4 : BGP_AFI_IPV6);
	put_addr(body, &m->peer);
	put_addr(body, &m->local);
	text_add_bytes(body, (const char *)m->message.at, cursor_left(&m->message));
}
