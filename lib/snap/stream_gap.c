#include "base/clock.h"
#include "snap/stream_book_private.h"

/* The same ports and SSRC later than that are another call. */
#define MOVED_WITHIN_NS (LEG_SILENT_US * NS_PER_US)

static uint64_t
media_hash(const struct stream_book *b, const struct book_stream *s)
{
	struct {
		struct addr src, dst;
		uint16_t sport, dport;
		uint32_t ssrc;
	} key = {s->src, s->dst, s->sport, s->dport, s->r.ssrc};

	return hash_bytes(&b->index->key, &key, sizeof key);
}

void
stream_gap_index(struct stream_book *b, uint32_t at)
{
	map_add(&b->index->media, media_hash(b, &b->streams[at]), at);
}

void
stream_gap_suspect(struct book_stream *s, const struct rtp_figures *before)
{
	const struct rtp_figures *now = &s->r;
	struct stream_gap *g = &s->gap;

	if (g->state == GAP_WAITS || (before->packets && now->outages == before->outages))
		return;
	g->state = GAP_SUSPECTED;
	g->from_link = g->until_link = s->link;
	if (before->packets == 0) {
		g->until_ns = now->first_ns;
	} else {
		g->from_ns = now->outage_at_ns - now->outage_ns;
		g->until_ns = now->outage_at_ns;
	}
}

/* ---- over all links -------------------------------------------------------------------------- */

/* The same media on other links, while one stream's gap lasted. */
struct elsewhere {
	const struct stream_book *book;
	const struct book_stream *stream;
	const struct book_stream *last; /* whose last packet is the newest before the gap's end */
	bool any;
	bool meanwhile; /* one went on beyond the gap's end */
};

static bool
is_same_media(const struct book_stream *a, const struct book_stream *b)
{
	return a->r.ssrc == b->r.ssrc && a->sport == b->sport && a->dport == b->dport &&
	       addr_equal(&a->src, &b->src) && addr_equal(&a->dst, &b->dst);
}

static void
note_other(void *context, uint32_t index)
{
	struct elsewhere *e = context;
	const struct book_stream *s = e->stream, *o = &e->book->streams[index];
	const struct stream_gap *g = &s->gap;

	if (o == s || !is_same_media(o, s))
		return;
	e->any = true;
	if (o->r.last_ns >= g->until_ns)
		e->meanwhile |= o->r.first_ns < g->until_ns;
	else if (o->r.last_ns > g->from_ns && (!e->last || o->r.last_ns > e->last->r.last_ns))
		e->last = o;
}

/* Whether anything is missing between the last packet there and the first one here. */
static bool
went_on_without_loss(const struct book_stream *there, const struct book_stream *here)
{
	return here->r.first_ns == here->gap.until_ns &&
	       (uint16_t)(here->r.first_number - there->r.last_number) <= 1;
}

static bool
is_outage(const struct book_stream *s, const struct elsewhere *e)
{
	const struct stream_gap *g = &s->gap;
	uint64_t length = g->until_ns - g->from_ns;

	if (g->from_ns == 0 || e->meanwhile || length < RTP_OUTAGE_NS)
		return false;
	return !e->last || (length < MOVED_WITHIN_NS && !went_on_without_loss(e->last, s));
}

static void
settle(struct stream_book *b, struct book_stream *s)
{
	struct elsewhere e = {.book = b, .stream = s};
	struct book_leg *leg = &b->legs[s->leg];
	uint64_t length_us;

	map_each(&b->index->media, media_hash(b, s), note_other, &e);
	if (e.any && s->gap.state == GAP_SUSPECTED) {
		s->gap.state = GAP_WAITS;
		return;
	}
	if (e.last) {
		s->gap.from_ns = e.last->r.last_ns;
		s->gap.from_link = e.last->link;
	}
	if (!is_outage(s, &e)) {
		s->gap = (struct stream_gap){0};
		return;
	}
	s->gap.state = GAP_OUTAGE;
	b->outages++;
	length_us = (s->gap.until_ns - s->gap.from_ns) / NS_PER_US;
	if (length_us > leg->gap_us)
		leg->gap_us = length_us;
}

void
stream_gap_settle(struct stream_book *b)
{
	for (uint32_t i = 0; i < b->stream_count; i++)
		if (b->streams[i].gap.state)
			settle(b, &b->streams[i]);
}
