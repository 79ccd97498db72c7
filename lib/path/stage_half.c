/*
 * Flows of which this link shows one way only: where routing is not symmetric, the other way passes
 * another link. The token is a keyed hash of both ends by side, so both halves have the same one.
 * What was never answered at all (scans, the backscatter of floods) is no half of anything.
 */
#include "path/stages.h"
#include "proto/protocols.h"

enum {
	HALF_TCP_PACKETS = 3, /* that it must have had */
	TCP_SYN = 0x02,
	TCP_RST = 0x04,
	TCP_ACK = 0x10,
};

#define MEDIA_CLASSES (1ull << CLASS_RTP | 1ull << CLASS_SRTP | 1ull << CLASS_TEAMS_MEDIA)

/* Who acknowledges hears somebody; SYN-ACK or RST alone answer what came, whatever becomes of it.
 */
static bool
is_tcp_half(const struct flow *f)
{
	uint8_t flags = f->tcp_flags[0];
	bool answers = flags == (TCP_SYN | TCP_ACK) || flags == (TCP_RST | TCP_ACK);

	return flags & TCP_ACK && !answers && f->total_packets[0] >= HALF_TCP_PACKETS;
}

static bool
is_media_half(const struct flow *f)
{
	return 1ull << pipeline_class(f)->class & MEDIA_CLASSES &&
	       f->total_packets[0] >= FLOW_PROVEN;
}

static uint64_t
token_of(const struct hash_key *key, const struct stage_half_ends *ends, uint8_t proto)
{
	uint64_t ports = (uint64_t)proto << 32 | (uint64_t)ends->port[0] << 16 | ends->port[1];

	return hash_mix(key, hash_16(key, ends->addr[0].b, ports),
	                hash_16(key, ends->addr[1].b, 1));
}

void
stage_half(struct pipeline *p, const struct flow *f, const struct stage_half_ends *ends,
           uint32_t packets, uint32_t bytes)
{
	bool tcp = flow_proto(f) == PROTO_TCP;
	unsigned dir = f->flags & FLOW_A_PEER ? DIR_PEER_TO_MSFT : DIR_MSFT_TO_PEER;
	struct half h = {
		.packets = packets, .bytes = bytes, .first_ns = f->first_ns, .last_ns = f->last_ns};
	struct halves *s;

	if (f->flags & FLOW_TWO_WAY || !(tcp ? is_tcp_half(f) : is_media_half(f)))
		return;
	s = snap_halves(p->snap, ends->link, dir, tcp ? HALF_TCP : HALF_MEDIA);
	h.token = token_of(&p->plan->half_key, ends, flow_proto(f));
	if (!halves_want(s, h.token))
		return;
	h.again = tcp ? tcp_sent_again(p->tcp, f, 0) : 0;
	halves_add(s, &h);
}
