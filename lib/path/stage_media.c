/*
 * RTP streams: each media packet updates its source's state in the worker's side pool. Three passes
 * over the burst (headers and the flow's first stream fetched; the right one of its chain fetched;
 * updates), so that a stream's line has come when it is needed. What is no media costs one look at
 * its class.
 */
#include <string.h>

#include "base/clock.h"
#include "classify/class.h"
#include "path/stages.h"
#include "proto/protocols.h"
#include "proto/rtp.h"

enum interest {
	NO_MEDIA, /* 0 */
	MEDIA,    /* every packet with a header of RTP: ports of media */
	MAYBE,    /* while the class is open; then those of flows that have a stream, and a few */
};

/* Packets of a flow in an interval that may begin a stream although the flow's class is settled. */
enum { MAYBE_PACKETS = 16 };

/* A candidate that is quiet for longer makes room. */
#define CANDIDATE_NS (2 * NS_PER_S)

static const uint8_t interests[CLASS_COUNT] = {
	[CLASS_RTP] = MEDIA,         [CLASS_SRTP] = MEDIA, [CLASS_TEAMS_MEDIA] = MEDIA,
	[CLASS_STUN] = MEDIA,        [CLASS_TURN] = MEDIA, [CLASS_DTLS] = MEDIA,
	[CLASS_ZRTP] = MEDIA,        [CLASS_RTCP] = MEDIA, [CLASS_T38] = MEDIA,
	[CLASS_UNKNOWN_UDP] = MAYBE,
};

/* RFC 3550 5.1; payload types 64-95 would be RTCP (RFC 5761 4). False: no RTP header. */
static inline bool
read_header(const struct burst *b, uint32_t i, struct rtp_packet *out)
{
	const struct packet *packet = &b->packet[i];
	const uint8_t *at = b->data[i] + packet->payload_offset;
	uint32_t size = RTP_SIZE;

	/* not over TCP, where a segment begins anywhere and flow.pool is another pool's */
	if (packet->proto != PROTO_UDP || packet->payload_captured < RTP_SIZE ||
	    (at[0] & 0xc0) != 0x80 || (at[1] & 0x60) == 0x40 ||
	    packet->flags & PACKET_FRAGMENT_LATER)
		return false;
	size += 4u * (at[0] & 0x0f);
	if (at[0] & 0x10) {
		if (packet->payload_captured < size + 4)
			return false;
		size += 4 + 4u * load_be16(at + size + 2);
	}
	out->time_ns = b->time_ns[i];
	out->wire = b->wire[i];
	out->payload_type = at[1] & 0x7f;
	out->marker = at[1] >> 7;
	out->sequence = load_be16(at + 2);
	out->timestamp = load_be32(at + 4);
	out->ssrc = load_be32(at + 8);
	return size <= packet->payload_size;
}

static inline bool
is_wanted(const struct burst *b, uint32_t i)
{
	const struct flow *f = b->flow[i];
	const struct class_state *class;

	if (!f)
		return false;
	class = pipeline_class(f); /* as it is now: the burst may have decided it */
	switch (interests[class->class]) {
	case NO_MEDIA:
		return false;
	case MEDIA:
		return true;
	default:
		return f->pool || !class_done(class) ||
		       f->packets[0] + f->packets[1] <= MAYBE_PACKETS;
	}
}

/* ---- what the payload type means --------------------------------------------------------------
 */

static const struct expectation *
expected_at(struct pipeline *p, const struct addr *addr, uint16_t port, uint64_t now_ns,
            struct rtp_stream *s)
{
	const struct expectation *e = expectation_find(p->expectations, addr, port, now_ns);

	if (e)
		s->flags |= (uint8_t)(RTP_EXPECTED | (e->secure ? RTP_SECURE : 0));
	return e;
}

/* The receiver's word counts first; where only the sender's is known, it sends what it takes. */
static bool
format_from_sdp(struct pipeline *p, struct rtp_stream *s, const struct stage_media_ends *ends,
                uint64_t now_ns, uint8_t payload_type)
{
	const struct expectation *to = expected_at(p, &ends->dst, ends->dport, now_ns, s);
	const struct rtp_format *f = to ? expectation_format(to, payload_type) : NULL;

	if (!f) {
		const struct expectation *from = expected_at(p, &ends->src, ends->sport, now_ns, s);

		f = from ? expectation_format(from, payload_type) : NULL;
	}
	if (!f)
		return false;
	rtp_set_format(s, f, RTP_BASIS_SDP);
	return true;
}

static void
resolve_format(struct pipeline *p, struct rtp_stream *s, const struct stage_media_ends *ends,
               uint64_t now_ns, uint8_t payload_type)
{
	if (!format_from_sdp(p, s, ends, now_ns, payload_type)) {
		const struct rtp_format f = rtp_codec_static(payload_type);

		rtp_set_format(s, &f, RTP_BASIS_STATIC);
	}
}

static struct stage_media_ends
ends_of(const struct packet *packet)
{
	return (struct stage_media_ends){.src = packet->src,
	                                 .dst = packet->dst,
	                                 .sport = packet->sport,
	                                 .dport = packet->dport};
}

/* ---- packets ----------------------------------------------------------------------------------
 */

/* A stream was found: the flow is media from now on, and its other sources need less proof. */
static __attribute__((noinline)) void
settle(struct pipeline *p, struct flow *f, const struct rtp_stream *s)
{
	struct class_state *class = (struct class_state *)(void *)f->class_memory;

	for (uint32_t at = f->pool; at; at = rtp_pool_at(p->streams, at)->next)
		rtp_among(rtp_pool_at(p->streams, at));
	if (class_settle_media(class, s->flags & RTP_SECURE) && f->generation)
		stage_classify_enter(p, f);
}

static __attribute__((noinline)) void
begin(struct pipeline *p, struct burst *b, uint32_t i, const struct rtp_packet *rtp)
{
	struct flow *f = b->flow[i];
	struct stage_media_ends ends = ends_of(&b->packet[i]);
	struct rtp_stream *s = rtp_pool_add(p->streams, &f->pool, rtp, b->reverse[i]);

	if (!s)
		return;
	resolve_format(p, s, &ends, rtp->time_ns, rtp->payload_type);
	if (rtp_is_found(s))
		settle(p, f, s);
}

static __attribute__((noinline)) void
change_format(struct pipeline *p, const struct burst *b, uint32_t i, struct rtp_stream *s,
              const struct rtp_packet *rtp)
{
	struct stage_media_ends ends = ends_of(&b->packet[i]);

	resolve_format(p, s, &ends, rtp->time_ns, rtp->payload_type);
}

static inline void
update(struct pipeline *p, struct burst *b, uint32_t i, const struct rtp_packet *rtp)
{
	struct flow *f = b->flow[i];
	struct rtp_stream *s = rtp_pool_find(p->streams, f->pool, rtp->ssrc, b->reverse[i]);
	bool found;

	if (__builtin_expect(!s, 0)) {
		begin(p, b, i, rtp);
		return;
	}
	if (__builtin_expect(s->payload_type != rtp->payload_type, 0))
		change_format(p, b, i, s, rtp);
	found = rtp_is_found(s);
	rtp_update(s, rtp);
	if (__builtin_expect(!found && rtp_is_found(s), 0))
		settle(p, f, s);
}

void
stage_media(struct pipeline *p, struct burst *b)
{
	struct rtp_packet packets[BURST_MAX];
	uint8_t list[BURST_MAX];
	uint32_t count = 0;

	for (uint32_t i = 0; i < b->count; i++) {
		if (!is_wanted(b, i) || !read_header(b, i, &packets[count]))
			continue;
		list[count++] = (uint8_t)i;
		__builtin_prefetch(rtp_pool_at(p->streams, b->flow[i]->pool), 1);
	}
	for (uint32_t n = 0; n < count; n++) {
		const struct rtp_stream *s = rtp_pool_at(p->streams, b->flow[list[n]]->pool);

		__builtin_prefetch(rtp_pool_at(p->streams, s->next), 1);
	}
	for (uint32_t n = 0; n < count; n++)
		update(p, b, list[n], &packets[n]);
}

/* ---- now and then -----------------------------------------------------------------------------
 */

static struct stage_media_ends
ends_of_flow(const struct flow_view *v, bool reverse)
{
	return (struct stage_media_ends){.src = reverse ? v->b : v->a,
	                                 .dst = reverse ? v->a : v->b,
	                                 .sport = reverse ? v->b_port : v->a_port,
	                                 .dport = reverse ? v->a_port : v->b_port};
}

/* Signalling that came after its media: codec and clock are known from here on. */
static void
bind_late(struct pipeline *p, struct flow *f, const struct flow_view *v, struct rtp_stream *s)
{
	struct stage_media_ends ends = ends_of_flow(v, s->flags & RTP_REVERSE);

	if (s->basis == RTP_BASIS_SDP || s->flags & RTP_EXPECTED)
		return;
	format_from_sdp(p, s, &ends, p->now_ns, s->payload_type);
	if (s->flags & RTP_EXPECTED)
		settle(p, f, s);
}

void
stage_media_visit(struct pipeline *p, struct flow *f)
{
	struct flow_view v;
	bool alive = false;

	if (!f->pool || (uint8_t)(f->key[1] >> 32) != PROTO_UDP)
		return;
	flow_view(f, &v);
	for (uint32_t at = f->pool; at; at = rtp_pool_at(p->streams, at)->next) {
		struct rtp_stream *s = rtp_pool_at(p->streams, at);

		bind_late(p, f, &v, s);
		alive |= rtp_is_found(s) || s->reference_ns + CANDIDATE_NS > p->now_ns;
	}
	if (!alive && class_done(pipeline_class(f)))
		rtp_pool_release(p->streams, &f->pool);
}

void
stage_media_leave(struct pipeline *p, struct flow *f)
{
	if (f->pool && (uint8_t)(f->key[1] >> 32) == PROTO_UDP)
		rtp_pool_release(p->streams, &f->pool);
}

/* ---- outside ----------------------------------------------------------------------------------
 */

void
pipeline_expect(struct pipeline *p, const struct expectation *e)
{
	expectation_add(p->expectations, e);
}

const struct rtp_pool *
pipeline_streams(const struct pipeline *p)
{
	return p->streams;
}

const struct expectation_stats *
pipeline_expectations(const struct pipeline *p)
{
	return expectation_table_stats(p->expectations);
}
