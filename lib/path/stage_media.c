/*
 * RTP streams: each media packet updates its source's state in the worker's side pool. Three passes
 * over the burst (headers and the flow's first stream fetched, as soon as the class is known; then,
 * behind measuring and TCP, the right one of its chain fetched; updates), so that a stream's line
 * has come when it is needed. What is no media costs one look at
 * its class. What a relay carries for its client (TURN) is media of the relay's own flow.
 */
#include <string.h>

#include "base/clock.h"
#include "classify/class.h"
#include "path/stages.h"
#include "proto/dtls.h"
#include "proto/protocols.h"
#include "proto/rtp.h"
#include "proto/turn.h"

enum interest {
	NO_MEDIA, /* 0 */
	MEDIA,    /* every packet with a header of RTP: ports of media */
	MAYBE,    /* while the flow is open: see pipeline.todo */
	SPINS,    /* QUIC: stage_spin() takes what has a short header */
};

static const uint8_t interests[CLASS_COUNT] = {
	[CLASS_RTP] = MEDIA,         [CLASS_SRTP] = MEDIA, [CLASS_TEAMS_MEDIA] = MEDIA,
	[CLASS_STUN] = MEDIA,        [CLASS_TURN] = MEDIA, [CLASS_DTLS] = MEDIA,
	[CLASS_ZRTP] = MEDIA,        [CLASS_RTCP] = MEDIA, [CLASS_T38] = MEDIA,
	[CLASS_UNKNOWN_UDP] = MAYBE, [CLASS_QUIC] = SPINS,
};

/* RFC 3550 5.1; payload types 64-95 would be RTCP (RFC 5761 4). `size` bytes of which `captured`
 * are here. False: no RTP header. */
static inline bool
read_rtp(const uint8_t *at, uint32_t captured, uint32_t size, struct rtp_packet *out)
{
	uint32_t head = RTP_SIZE;

	if (captured < RTP_SIZE || (at[0] & 0xc0) != 0x80 || (at[1] & 0x60) == 0x40)
		return false;
	head += 4u * (at[0] & 0x0f);
	if (at[0] & 0x10) {
		if (captured < head + 4)
			return false;
		head += 4 + 4u * load_be16(at + head + 2);
	}
	out->payload_type = at[1] & 0x7f;
	out->marker = at[1] >> 7;
	out->sequence = load_be16(at + 2);
	out->timestamp = load_be32(at + 4);
	out->ssrc = load_be32(at + 8);
	return head <= size;
}

static bool
is_handshake(struct cursor c)
{
	struct dtls_record record;

	return dtls_record_decode(&c, &record) == REASON_OK && !record.unified;
}

/* Channels and indications of TURN. The keys that their ends agree on inside (RFC 5764) make it
 * SRTP. */
static __attribute__((noinline)) bool
read_relayed(const struct burst *b, uint32_t i, struct rtp_packet *out)
{
	const struct packet *packet = &b->packet[i];
	struct class_state *class = (struct class_state *)(void *)b->flow[i]->class_memory;
	struct turn_data relayed;

	if (!turn_data_find(
		    cursor_over(b->data[i] + packet->payload_offset, packet->payload_captured),
		    &relayed))
		return false;
	if (is_handshake(relayed.bytes))
		class->flags |= CLASS_SEEN_DTLS;
	out->relayed = true;
	return read_rtp(relayed.bytes.at, (uint32_t)cursor_left(&relayed.bytes), relayed.size, out);
}

/* Its flow may be a relay's, by the class that it has now. */
static inline bool
is_relay(const struct flow *f)
{
	const struct class_state *class = (const void *)f->class_memory;

	return class->class == CLASS_TURN || class->class == CLASS_STUN;
}

static inline bool
read_header(const struct burst *b, uint32_t i, struct rtp_packet *out)
{
	const struct packet *packet = &b->packet[i];
	const uint8_t *at = b->data[i] + packet->payload_offset;

	/* not over TCP, where a segment begins anywhere and flow.pool is another pool's */
	if (packet->proto != PROTO_UDP || packet->payload_captured < RTP_SIZE ||
	    packet->flags & PACKET_FRAGMENT_LATER)
		return false;
	if ((at[0] & 0xc0) != 0x80 && !is_relay(b->flow[i]))
		return false;
	out->time_ns = b->time_ns[i];
	out->wire = b->wire[i];
	out->relayed = false;
	if (__builtin_expect((at[0] & 0xc0) != 0x80, 0))
		return read_relayed(b, i, out);
	return read_rtp(at, packet->payload_captured, packet->payload_size, out);
}

unsigned
stage_media_todo(enum traffic_class class, bool open)
{
	if (interests[class] == SPINS)
		return TODO_SPIN;
	return interests[class] == MEDIA || (interests[class] == MAYBE && open) ? TODO_MEDIA : 0;
}

static struct stage_media_ends
ends_of(const struct packet *packet)
{
	return (struct stage_media_ends){.src = packet->src,
	                                 .dst = packet->dst,
	                                 .sport = packet->sport,
	                                 .dport = packet->dport};
}

/* ---- loss, per meter ---------------------------------------------------------------------------
 */

/* Where the packets of one time count: the 200 ms of the interval. */
struct tally {
	uint64_t time_ns;
	unsigned slot;
};

static inline void
tally_move(const struct pipeline *p, struct tally *t, uint64_t time_ns)
{
	uint64_t since = time_ns > p->snap->start_ns ? time_ns - p->snap->start_ns : 0;
	uint64_t slot = since / (QUALITY_SLOT_MS * NS_PER_MS);

	t->time_ns = time_ns;
	t->slot = slot < QUALITY_SLOTS ? (unsigned)slot : QUALITY_SLOTS - 1;
}

/* The meter's line of the packet's direction; NULL: it has none. */
static inline struct quality_line *
tally_line(struct pipeline *p, struct tally *t, const struct burst *b, uint32_t i)
{
	struct snap *s = p->snap;
	uint32_t meter = b->meter[i];
	struct snap_quality *q;

	if (__builtin_expect(b->time_ns[i] != t->time_ns, 0))
		tally_move(p, t, b->time_ns[i]);
	if (__builtin_expect(meter != BURST_NO_METER && s->meters[meter].quality, 1))
		q = &s->qualities[s->meters[meter].quality - 1];
	else
		q = quality_of(s, meter);
	return q ? &q->dir[p->plan->lanes[b->lane[i]].dir] : NULL;
}

/* A late packet takes a loss of the same interval back; that of an earlier one stands. */
static __attribute__((noinline)) void
tally_odd(struct quality_line *line, struct quality_slot *slot, int32_t odd)
{
	if (odd == RTP_STRAY)
		return;
	line->count[odd == RTP_LATE ? QUALITY_RTP_REORDERED : QUALITY_RTP_DUPLICATES]++;
	if (odd == RTP_AGAIN)
		return;
	line->count[QUALITY_RTP_PACKETS]++;
	slot->packets++;
	line->count[QUALITY_RTP_LOST] -= line->count[QUALITY_RTP_LOST] > 0;
	slot->lost -= slot->lost > 0;
}

static inline void
tally_packet(struct pipeline *p, struct tally *t, const struct burst *b, uint32_t i, int32_t lost)
{
	struct quality_line *line = tally_line(p, t, b, i);
	struct quality_slot *slot;

	if (!line)
		return;
	slot = &line->slots[t->slot];
	if (__builtin_expect(lost < 0, 0)) {
		tally_odd(line, slot, lost);
		return;
	}
	line->count[QUALITY_RTP_PACKETS]++;
	line->count[QUALITY_RTP_LOST] += (uint32_t)lost;
	slot->packets++;
	slot->lost += (uint32_t)lost;
}

static void
tally_found(struct pipeline *p, struct tally *t, const struct burst *b, uint32_t i,
            const struct rtp_stream *s)
{
	struct quality_line *line = tally_line(p, t, b, i);

	if (line)
		stage_media_count(line, &line->slots[t->slot], s);
}

/* ---- packets ----------------------------------------------------------------------------------
 */

static __attribute__((noinline)) void
begin(struct pipeline *p, struct tally *t, struct burst *b, uint32_t i,
      const struct rtp_packet *rtp)
{
	struct flow *f = b->flow[i];
	struct stage_media_ends ends = ends_of(&b->packet[i]);
	struct rtp_stream *s = rtp_pool_add(p->streams, &f->pool, rtp, b->reverse[i]);

	if (!s)
		return;
	stage_media_resolve(p, s, &ends, rtp->time_ns, rtp->payload_type);
	if (rtp_is_found(s)) {
		stage_media_settle(p, f, s);
		tally_found(p, t, b, i, s);
	}
}

static __attribute__((noinline)) void
change_format(struct pipeline *p, const struct burst *b, uint32_t i, struct rtp_stream *s,
              const struct rtp_packet *rtp)
{
	struct stage_media_ends ends = ends_of(&b->packet[i]);

	stage_media_resolve(p, s, &ends, rtp->time_ns, rtp->payload_type);
}

static inline void
update(struct pipeline *p, struct tally *t, struct burst *b, uint32_t i, struct rtp_stream *s,
       const struct rtp_packet *rtp)
{
	int32_t lost;
	bool found;

	if (__builtin_expect(s->payload_type != rtp->payload_type, 0))
		change_format(p, b, i, s, rtp);
	found = rtp_is_found(s);
	lost = rtp_update(s, rtp);
	if (__builtin_expect(found, 1)) {
		tally_packet(p, t, b, i, lost);
	} else if (rtp_is_found(s)) {
		stage_media_settle(p, b->flow[i], s);
		tally_found(p, t, b, i, s);
	}
}

/* Farther down the chain, or new. */
static __attribute__((noinline)) void
search(struct pipeline *p, struct tally *t, struct burst *b, uint32_t i,
       const struct rtp_packet *rtp)
{
	struct rtp_stream *s =
		rtp_pool_find(p->streams, b->flow[i]->pool, rtp->ssrc, b->reverse[i]);

	if (s)
		update(p, t, b, i, s, rtp);
	else
		begin(p, t, b, i, rtp);
}

void
stage_media_collect(struct pipeline *p, struct burst *b)
{
	uint32_t count = 0;

	if (p->reclassed)
		stage_classify_todo(p, b);
	for (uint64_t rest = todo_mask(b, TODO_MEDIA); rest; rest &= rest - 1) {
		unsigned i = (unsigned)__builtin_ctzll(rest);

		if (!read_header(b, i, &p->rtp[count]))
			continue;
		p->media[count++] = (uint8_t)i;
		__builtin_prefetch(rtp_pool_at(p->streams, b->flow[i]->pool), 1);
	}
	p->media_count = count;
}

void
stage_media(struct pipeline *p, struct burst *b)
{
	const struct rtp_packet *packets = p->rtp;
	struct rtp_stream *streams[BURST_MAX];
	const uint8_t *list = p->media;
	uint32_t count = p->media_count;
	struct tally tally = {0};

	/* the first or the second of the chain: most flows have one each way */
	for (uint32_t n = 0; n < count; n++) {
		uint32_t first = b->flow[list[n]]->pool;
		const struct rtp_stream *s = rtp_pool_at(p->streams, first);
		bool is_first = rtp_pool_is(s, packets[n].ssrc, b->reverse[list[n]]);

		streams[n] = rtp_pool_at(p->streams, is_first ? first : s->next);
		__builtin_prefetch(streams[n], 1);
	}
	for (uint32_t n = 0; n < count; n++) {
		bool right = rtp_pool_is(streams[n], packets[n].ssrc, b->reverse[list[n]]) &&
		             streams[n] != rtp_pool_at(p->streams, RTP_NO_STREAM);

		if (__builtin_expect(right, 1))
			update(p, &tally, b, list[n], streams[n], &packets[n]);
		else
			search(p, &tally, b, list[n], &packets[n]);
	}
}
