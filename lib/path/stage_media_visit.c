/*
 * What happens to RTP streams beside their packets: the meaning of their payload types is asked
 * for, their flow is called media, the ageing hand reads them into the snapshot, and they leave
 * with their flow.
 */
#include "base/clock.h"
#include "classify/class.h"
#include "path/stages.h"
#include "proto/protocols.h"

/* A candidate that is quiet for longer makes room. */
#define CANDIDATE_NS (2 * NS_PER_S)

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
bool
stage_media_bind(struct pipeline *p, struct rtp_stream *s, const struct stage_media_ends *ends,
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

void
stage_media_resolve(struct pipeline *p, struct rtp_stream *s, const struct stage_media_ends *ends,
                    uint64_t now_ns, uint8_t payload_type)
{
	if (!stage_media_bind(p, s, ends, now_ns, payload_type)) {
		const struct rtp_format f = rtp_codec_static(payload_type);

		rtp_set_format(s, &f, RTP_BASIS_STATIC);
	}
}

void
stage_media_settle(struct pipeline *p, struct flow *f, const struct rtp_stream *s)
{
	struct class_state *class = (struct class_state *)(void *)f->class_memory;

	for (uint32_t at = f->pool; at; at = rtp_pool_at(p->streams, at)->next)
		rtp_among(rtp_pool_at(p->streams, at));
	if (s->relayed) /* the flow is the relay's, whatever it carries */
		return;
	if (class_settle_media(class, s->flags & RTP_SECURE) && f->generation)
		stage_classify_enter(p, f);
}

void
stage_media_count(struct quality_line *line, struct quality_slot *slot, const struct rtp_stream *s)
{
	uint32_t packets = s->received - s->duplicates - s->strays, lost = (uint32_t)rtp_lost(s);

	line->count[QUALITY_RTP_PACKETS] += packets;
	line->count[QUALITY_RTP_LOST] += lost;
	line->count[QUALITY_RTP_DUPLICATES] += s->duplicates;
	line->count[QUALITY_RTP_REORDERED] += s->reordered;
	slot->packets += packets;
	slot->lost += lost;
}

/* ---- the ageing hand ---------------------------------------------------------------------------
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
	stage_media_bind(p, s, &ends, p->now_ns, s->payload_type);
	if (s->flags & RTP_EXPECTED)
		stage_media_settle(p, f, s);
}

static enum direction
dir_of(const struct flow *f, const struct rtp_stream *s)
{
	bool a_peer = f->flags & FLOW_A_PEER, reverse = s->flags & RTP_REVERSE;

	return a_peer != reverse ? DIR_PEER_TO_MSFT : DIR_MSFT_TO_PEER;
}

/* The stream as it stands, into the snapshot; what finds no room comes the next time. */
static void
report(struct pipeline *p, const struct flow *f, const struct flow_view *v, struct rtp_stream *s,
       bool ended)
{
	struct stage_media_ends ends = ends_of_flow(v, s->flags & RTP_REVERSE);
	struct snap_stream *to;

	if (s->reported == s->received && !ended)
		return;
	to = snap_stream_add(p->snap);
	if (!to)
		return;
	s->reported = s->received;
	*to = (struct snap_stream){
		.src = ends.src,
		.dst = ends.dst,
		.sport = ends.sport,
		.dport = ends.dport,
		.link = v->link,
		.dir = dir_of(f, s),
		.secure = pipeline_is_secure(f, s),
		.ended = ended,
		.state = *s,
	};
}

/* What is counted per stream and interval, not per packet; `late`: it was found just now. */
static void
count_visited(struct pipeline *p, const struct flow *f, const struct rtp_stream *s, bool late)
{
	bool current = f->generation == p->generation;
	struct snap_quality *q = current ? quality_of(p->snap, f->meter) : NULL;
	uint32_t us = (uint32_t)(s->jitter_ns / NS_PER_US);
	struct quality_line *line;

	if (!q)
		return;
	line = &q->dir[dir_of(f, s)];
	if (late)
		stage_media_count(line, &line->slots[0], s);
	if (!s->tick || s->reported == s->received)
		return;
	line->jitter_samples++;
	line->jitter_sum_us += us;
	if (us > line->jitter_max_us)
		line->jitter_max_us = us;
}

static void
visit_stream(struct pipeline *p, struct flow *f, const struct flow_view *v, struct rtp_stream *s)
{
	bool found = rtp_is_found(s);

	bind_late(p, f, v, s);
	rtp_prove_late(s);
	if (!rtp_is_found(s))
		return;
	count_visited(p, f, s, !found);
	report(p, f, v, s, false);
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

		visit_stream(p, f, &v, s);
		alive |= rtp_is_found(s) || s->reference_ns + CANDIDATE_NS > p->now_ns;
	}
	if (!alive && class_done(pipeline_class(f)))
		rtp_pool_release(p->streams, &f->pool);
}

void
stage_media_leave(struct pipeline *p, struct flow *f)
{
	struct flow_view v;

	if (!f->pool || (uint8_t)(f->key[1] >> 32) != PROTO_UDP)
		return;
	flow_view(f, &v);
	for (uint32_t at = f->pool; at; at = rtp_pool_at(p->streams, at)->next) {
		struct rtp_stream *s = rtp_pool_at(p->streams, at);

		if (rtp_is_found(s))
			report(p, f, &v, s, true);
	}
	rtp_pool_release(p->streams, &f->pool);
}

void
stage_media_prefetch(const struct pipeline *p, const struct flow *f)
{
	__builtin_prefetch(rtp_pool_at(p->streams, f->pool), 1);
}

/* ---- outside ----------------------------------------------------------------------------------
 */

void
pipeline_expect(struct pipeline *p, const struct expectation *e)
{
	expectation_add(p->expectations, e);
}

/* The keys of what a relay carries were agreed on inside its flow, whose class stays the relay's.
 */
bool
pipeline_is_secure(const struct flow *f, const struct rtp_stream *s)
{
	const struct class_state *class = pipeline_class(f);

	return s->flags & RTP_SECURE || class->class == CLASS_SRTP ||
	       (s->relayed && class->flags & CLASS_SEEN_DTLS);
}

const struct rtp_pool *
pipeline_streams(const struct pipeline *p)
{
	return p->streams;
}
