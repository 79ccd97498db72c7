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

/* Where the packets of a burst count; most have one meter and one time. */
struct tally {
	uint32_t meter;
	uint64_t time_ns;
	struct snap_quality *quality; /* NULL: no line */
	unsigned slot;
};

static void
tally_move(struct pipeline *p, struct tally *t, uint32_t meter, uint64_t time_ns)
{
	uint64_t since = time_ns > p->snap->start_ns ? time_ns - p->snap->start_ns : 0;
	uint64_t slot = since / (QUALITY_SLOT_MS * NS_PER_MS);

	t->meter = meter;
	t->time_ns = time_ns;
	t->quality = quality_of(p->snap, meter);
	t->slot = slot < QUALITY_SLOTS ? (unsigned)slot : QUALITY_SLOTS - 1;
}

static struct quality_line *
tally_line(struct pipeline *p, struct tally *t, const struct burst *b, uint32_t i)
{
	if (__builtin_expect(b->meter[i] != t->meter || b->time_ns[i] != t->time_ns, 0))
		tally_move(p, t, b->meter[i], b->time_ns[i]);
	return t->quality ? &t->quality->dir[p->plan->lanes[b->lane[i]].dir] : NULL;
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
update(struct pipeline *p, struct tally *t, struct burst *b, uint32_t i,
       const struct rtp_packet *rtp)
{
	struct flow *f = b->flow[i];
	struct rtp_stream *s = rtp_pool_find(p->streams, f->pool, rtp->ssrc, b->reverse[i]);
	int32_t lost;
	bool found;

	if (__builtin_expect(!s, 0)) {
		begin(p, t, b, i, rtp);
		return;
	}
	if (__builtin_expect(s->payload_type != rtp->payload_type, 0))
		change_format(p, b, i, s, rtp);
	found = rtp_is_found(s);
	lost = rtp_update(s, rtp);
	if (__builtin_expect(found, 1)) {
		tally_packet(p, t, b, i, lost);
	} else if (rtp_is_found(s)) {
		stage_media_settle(p, f, s);
		tally_found(p, t, b, i, s);
	}
}

void
stage_media(struct pipeline *p, struct burst *b)
{
	struct tally tally = {.meter = BURST_NO_METER};
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
		update(p, &tally, b, list[n], &packets[n]);
}
