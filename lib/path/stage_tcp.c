/*
 * TCP: what state/tcp.c tells of every segment goes to the meter's line of quality and to the
 * latency histograms of the snapshot. The connections' lines are fetched right after the flows were
 * found, so that classifying and measuring hide the way to memory; most segments then end with two
 * counts in the meter that the measuring stage has just written.
 *
 * Whoever else has rare counts or round trips (RTP, the inspector's transactions) writes to the
 * same places: quality_of(), stage_time() or latency_add().
 */
#include "path/stages.h"

static const uint8_t quality_by_saw[TCP_SAW_COUNT] = {
	[TCP_SAW_DATA] = QUALITY_COUNT, /* in the meter */
	[TCP_SAW_RETRANSMISSION] = QUALITY_RETRANSMISSIONS,
	[TCP_SAW_OUT_OF_ORDER] = QUALITY_OUT_OF_ORDER,
	[TCP_SAW_LOST_BEFORE] = QUALITY_LOST_BEFORE,
	[TCP_SAW_LOST_AFTER] = QUALITY_LOST_AFTER,
	[TCP_SAW_LOST_UNSIDED] = QUALITY_LOST_UNSIDED,
	[TCP_SAW_SPURIOUS] = QUALITY_SPURIOUS,
	[TCP_SAW_COPY] = QUALITY_COPIES,
	[TCP_SAW_COPIED_ACK] = QUALITY_COPIES,
	[TCP_SAW_DUPLICATE_ACK] = QUALITY_DUPLICATE_ACKS,
	[TCP_SAW_KEEP_ALIVE] = QUALITY_KEEP_ALIVES,
	[TCP_SAW_ZERO_WINDOW] = QUALITY_ZERO_WINDOW,
	[TCP_SAW_WINDOW_PROBE] = QUALITY_WINDOW_PROBES,
	[TCP_SAW_RESET] = QUALITY_RESETS,
	[TCP_SAW_OUT_OF_WINDOW] = QUALITY_OUT_OF_WINDOW,
	[TCP_SAW_MARKED] = QUALITY_MARKED,
	[TCP_SAW_ECN_ECHO] = QUALITY_ECN_ECHO,
	[TCP_SAW_UNSEEN] = QUALITY_UNSEEN,
	[TCP_SAW_TAKEN_BACK] = QUALITY_TAKEN_BACK,
};

static const uint8_t method_by_how[] = {
	[TCP_RTT_SYN] = LATENCY_TCP_SYN,
	[TCP_RTT_ACK] = LATENCY_TCP_ACK,
	[TCP_RTT_DATA] = LATENCY_TCP_DATA,
	[TCP_RTT_TS] = LATENCY_TCP_TS,
};

/* To whom: the endpoint of the packet that a round trip led to, or on whose side one was lost. */
static void
sample_fill(const struct pipeline *p, const struct burst *b, uint32_t i, bool receiver,
            struct sample *s)
{
	bool from_peer = p->plan->lanes[b->lane[i]].dir == DIR_PEER_TO_MSFT;

	s->addr = receiver ? b->packet[i].dst : b->packet[i].src;
	s->side = from_peer != receiver ? SIDE_PEER : SIDE_MSFT;
}

/* `receiver`: on the side of the one that the packet goes to. */
static void
lose(struct pipeline *p, const struct burst *b, uint32_t i, bool receiver, enum sample_kind kind)
{
	struct sample *s = sample_add(p->snap->losses);

	if (!s)
		return;
	sample_fill(p, b, i, receiver, s);
	s->kind = (uint8_t)kind;
}

/* Of the payload, which was counted as new: what is known not to be. */
static void
uncount(struct meter *m, unsigned dir, const struct packet *packet, const struct tcp_news *news)
{
	bool brings = news->saw & 1u << TCP_SAW_DATA;

	m->new_bytes[dir] -= brings ? news->repeated : packet->payload_size;
}

/* What is rare is counted by kind. `dir` is the segment's. */
static __attribute__((noinline)) void
tell(struct pipeline *p, const struct burst *b, uint32_t i, unsigned dir,
     const struct tcp_news *news)
{
	uint32_t rare = news->saw & ~(1u << TCP_SAW_DATA | TCP_SAW_MORE);
	struct snap_quality *q;

	uncount(&p->snap->meters[b->meter[i]], dir, &b->packet[i], news);
	if (news->saw & 1u << TCP_SAW_LOST_BEFORE)
		lose(p, b, i, false, SAMPLE_LOST);
	if (news->saw & 1u << TCP_SAW_LOST_AFTER)
		lose(p, b, i, true, SAMPLE_LOST);
	for (uint32_t n = 0; n < news->taken_back; n++)
		lose(p, b, i, false, SAMPLE_NOT_LOST);

	if (!(rare | news->unseen | news->taken_back))
		return;
	q = quality_of(p->snap, b->meter[i]);
	if (!q)
		return;
	for (uint32_t bits = rare; bits; bits &= bits - 1)
		q->dir[dir].count[quality_by_saw[__builtin_ctz(bits)]]++;
	q->dir[dir ^ 1].count[QUALITY_UNSEEN] += news->unseen;
	q->dir[dir ^ 1].count[QUALITY_TAKEN_BACK] += news->taken_back;
}

__attribute__((noinline)) void
stage_time(struct pipeline *p, const struct burst *b, uint32_t i, bool to_receiver,
           enum latency_method method, uint64_t ns)
{
	const struct meter_key *meter = meter_key_at(p->meters, b->meter[i]);
	bool from_peer = p->plan->lanes[b->lane[i]].dir == DIR_PEER_TO_MSFT;
	struct latency_key key = {.link = b->link[i], .method = (uint8_t)method};
	struct sample *s = latency_is_headline(method) ? sample_add(p->snap->round_trips) : NULL;

	key.half = from_peer != to_receiver ? SIDE_PEER : SIDE_MSFT;
	key.subnet = key.half == SIDE_PEER ? meter->peer_subnet : meter->msft_subnet;
	latency_add(&p->snap->latencies, &key, ns);
	key.subnet = LATENCY_SBC_BASE + meter->sbc - 1u;
	if (meter->sbc)
		latency_add(&p->snap->latencies, &key, ns);
	if (!s)
		return;
	sample_fill(p, b, i, to_receiver, s);
	s->kind = SAMPLE_ROUND_TRIP;
	s->method = (uint8_t)method;
	s->ns = ns < UINT32_MAX ? (uint32_t)ns : UINT32_MAX;
}

static inline void
segment(struct pipeline *p, struct burst *b, uint32_t i)
{
	struct tcp_news news;
	struct meter *m;
	unsigned dir;

	tcp_segment(p->tcp, b->flow[i], &b->packet[i], b->data[i], b->reverse[i], b->time_ns[i],
	            &news);
	if (b->meter[i] == BURST_NO_METER)
		return;
	dir = p->plan->lanes[b->lane[i]].dir;
	m = &p->snap->meters[b->meter[i]];
	m->data_segments[dir] += news.saw & 1u << TCP_SAW_DATA;
	m->new_bytes[dir] += b->packet[i].payload_size;
	if (__builtin_expect(news.saw & ~(1u << TCP_SAW_DATA), 0))
		tell(p, b, i, dir, &news);
	for (uint32_t n = 0; n < news.sample_count; n++)
		stage_time(p, b, i, false, method_by_how[news.sample[n].how], news.sample[n].ns);
}

/* Of the frames of TCP those with ports and flow; later fragments have neither of their own. */
static inline bool
is_segment(const struct burst *b, uint32_t i)
{
	const struct packet *packet = &b->packet[i];

	return packet->flags & PACKET_HAS_PORTS && packet->reason != REASON_TCP_HLEN && b->flow[i];
}

void
stage_tcp_prefetch(struct pipeline *p, const struct burst *b)
{
	uint32_t count = 0;

	for (uint64_t rest = b->tcp; rest; rest &= rest - 1) {
		unsigned i = (unsigned)__builtin_ctzll(rest);

		if (__builtin_expect(!is_segment(b, i), 0))
			continue;
		p->segments[count++] = (uint8_t)i;
		tcp_prefetch(p->tcp, b->flow[i]);
	}
	p->segment_count = count;
}

void
stage_tcp(struct pipeline *p, struct burst *b)
{
	for (uint32_t i = 0; i < p->segment_count; i++)
		segment(p, b, p->segments[i]);
}
