/* RTP streams and media legs in an epoch: the worst streams, the legs that stand, what failed. */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "snap/agg_endpoint.h"
#include "store/export_private.h"

enum {
	WORST = 1000,       /* streams listed, where no contract sets redis.max_streams */
	LEGS_SHOWN = 10000, /* active legs that have a record */
	GAP_STREAMS = 3,    /* a gap of fewer is their own */
};
/* A leg that ended so failed. */
#define FAILED_GAP_US (2 * US_PER_S)
#define FAILED_LOSS 0.05
/* Of the streams that run, to call an outage the link's. */
#define GAP_SHARE 0.1
#define GAP_TOGETHER_US US_PER_S /* gaps that begin so close are one */

static void
id_of(const struct epoch *x, uint64_t id, char to[REC_MEDIA_ID])
{
	snprintf(to, REC_MEDIA_ID, "%016" PRIx64 "%s", id, x->e->suffix);
}

/* Clients that nobody declared are shown by their network (privacy.client_prefix_v4 and _v6). */
static void
show_end(const struct epoch *x, const struct addr *addr, char to[46])
{
	const struct agg_endpoint *e = agg_endpoint_find(x->a, addr, SIDE_PEER);
	unsigned bits = addr_is_v4(addr) ? x->e->conf->privacy.client_prefix_v4
	                                 : x->e->conf->privacy.client_prefix_v6;
	char whole[ADDR_TEXT_SIZE], text[PREFIX_TEXT_SIZE + 8];
	struct prefix net;

	addr_format(addr, whole);
	snprintf(text, sizeof text, "%s/%u", whole, bits);
	if (e && e->subnet == SUBNET_NONE && prefix_parse(text, &net, NULL))
		snprintf(to, 46, "%.45s", prefix_format(&net, text));
	else
		snprintf(to, 46, "%s", whole);
}

static const char *
link_of(const struct epoch *x, uint16_t link)
{
	return link < x->e->conf->link_count ? x->e->conf->links[link].name : "";
}

/* ---- streams --------------------------------------------------------------------------------- */

static void
fill_counts(struct rec_stream *r, const struct rtp_figures *f)
{
	r->payload_type = f->payload_type;
	COPY_TEXT(r->codec, rtp_codec_name(f->codec));
	r->relayed = f->relayed;
	COPY_TEXT(r->found_by, f->flags & RTP_EXPECTED ? "sdp" : "behaviour");
	r->clock_hz = f->clock_hz;
	COPY_TEXT(r->clock_basis, rtp_basis_name(f->basis));
	r->packets = f->packets;
	r->bytes = f->bytes;
	r->expected = f->expected;
	r->lost = f->lost;
	r->duplicates = f->duplicates;
	r->reordered = f->reordered;
	r->longest_gap = f->longest_gap;
	r->loss_runs = f->loss_runs;
	r->restarts = f->restarts;
	r->loss_ratio = f->expected ? (double)f->lost / (double)f->expected : 0;
	r->jitter_max_us = f->has_jitter ? (double)f->jitter_max_ns / 1e3 : NAN;
	r->jitter_mean_us = f->has_jitter ? (double)f->jitter_mean_ns / 1e3 : NAN;
	r->burst_density_ratio = f->burst_density;
	r->gap_density_ratio = f->gap_density;
	r->silence_us = f->silence_ns / NS_PER_US;
	r->outages = f->outages;
	r->talkspurts = f->talkspurts;
	r->comfort_noise = f->comforts;
	r->dtmf_events = f->events;
	r->payload_type_changes = f->changes;
	r->first_us = f->first_ns / NS_PER_US;
	r->last_us = f->last_ns / NS_PER_US;
}

static void
export_stream(struct epoch *x, const struct book_stream *s)
{
	struct rec_stream r = {.src_port = s->sport,
	                       .dst_port = s->dport,
	                       .srtp = s->secure,
	                       .mos = s->mos.known ? s->mos.score : NAN,
	                       .r_factor = s->mos.known ? s->mos.r : NAN,
	                       .badness = stream_badness(s),
	                       .ended = s->ended};

	id_of(x, s->id, r.id);
	show_end(x, &s->src, r.src);
	show_end(x, &s->dst, r.dst);
	snprintf(r.ssrc, sizeof r.ssrc, "0x%08" PRIx32, s->r.ssrc);
	COPY_TEXT(r.link, link_of(x, s->link));
	COPY_TEXT(r.direction, direction_name(s->dir));
	fill_counts(&r, &s->r);
	id_of(x, x->a->voice->legs[s->leg].id, r.leg);
	export_put(x, RECORD_STREAM, r.id, &r);
	store_rank(x->e->store, SCOPE_SITE, "streams:worst", r.id, r.badness);
}

struct bad {
	double badness;
	uint32_t stream;
};

static int
by_badness(const void *a, const void *b)
{
	const struct bad *x = a, *y = b;

	return x->badness < y->badness ? 1 : x->badness > y->badness ? -1 : 0;
}

/* Records of ids that were not kept in this epoch go, and their place in the list. */
static void
sweep(struct epoch *x, struct dict *told, enum record_kind kind, const char *list)
{
	for (struct dict_entry *e = dict_next(told, NULL); e; e = dict_next(told, e))
		if ((uint64_t)(uintptr_t)e->value != x->a->seq)
			store_unrank(x->e->store, SCOPE_SITE, list, e->key);
	export_sweep(x, told, kind);
}

static void
export_streams(struct epoch *x)
{
	const struct stream_book *b = x->a->voice;
	struct bad *bad = mem_alloc(b->stream_count + 1, sizeof *bad);
	uint32_t most = x->e->conf->redis.max_streams ? x->e->conf->redis.max_streams : WORST;
	uint32_t count = b->stream_count;
	char id[REC_MEDIA_ID];

	for (uint32_t i = 0; i < count; i++)
		bad[i] = (struct bad){stream_badness(&b->streams[i]), i};
	if (count > most) {
		qsort(bad, count, sizeof *bad, by_badness);
		count = most;
	}
	for (uint32_t i = 0; i < count; i++) {
		const struct book_stream *s = &b->streams[bad[i].stream];

		id_of(x, s->id, id);
		if (s->changed || !dict_find(&x->e->streams, id, strlen(id)))
			export_stream(x, s);
		export_keep(x, &x->e->streams, id);
	}
	free(bad);
	sweep(x, &x->e->streams, RECORD_STREAM, "streams:worst");
}

/* ---- legs ------------------------------------------------------------------------------------ */

static double
leg_loss(const struct book_leg *l)
{
	return l->packets + l->lost ? (double)l->lost / (double)(l->packets + l->lost) : 0;
}

/* What is wrong with it, in words; false: nothing. */
static bool
is_wrong(const struct book_leg *l, char *to, size_t size)
{
	size_t used = 0;

	to[0] = '\0';
	if (l->one_way)
		used += (size_t)snprintf(to, size, "one way");
	if (l->gap_us >= FAILED_GAP_US)
		used += (size_t)snprintf(to + used, size - used, "%soutage of %.1f s",
		                         used ? ", " : "", (double)l->gap_us / 1e6);
	if (leg_loss(l) >= FAILED_LOSS)
		used += (size_t)snprintf(to + used, size - used, "%s%.1f %% lost", used ? ", " : "",
		                         100 * leg_loss(l));
	return used > 0;
}

static void
fill_way(const struct epoch *x, const struct book_leg *l, int way, char id[REC_MEDIA_ID],
         double *mos)
{
	const struct book_stream *s;

	*mos = NAN;
	if (l->stream[way] == BOOK_NONE)
		return;
	s = &x->a->voice->streams[l->stream[way]];
	id_of(x, s->id, id);
	if (s->mos.known)
		*mos = s->mos.score;
}

static void
fill_leg(const struct epoch *x, struct rec_leg *r, const struct book_leg *l)
{
	*r = (struct rec_leg){.a_port = l->a_port,
	                      .b_port = l->b_port,
	                      .srtp = l->secure,
	                      .one_way = l->one_way,
	                      .start_us = l->start_us,
	                      .end_us = l->end_us,
	                      .packets = l->packets,
	                      .lost = l->lost,
	                      .gap_us = l->gap_us,
	                      .loss_ratio = leg_loss(l)};
	id_of(x, l->id, r->id);
	show_end(x, &l->a, r->a);
	show_end(x, &l->b, r->b);
	COPY_TEXT(r->link, link_of(x, l->link));
	COPY_TEXT(r->state, l->ended ? "failed" : "active");
	COPY_TEXT(r->signalling, leg_signalling_name(l->signalling));
	is_wrong(l, r->why, sizeof r->why);
	fill_way(x, l, 0, r->stream_a, &r->mos_a);
	fill_way(x, l, 1, r->stream_b, &r->mos_b);
}

/* It is over: what failed stays for a day and is told in legs:failed, the rest is forgotten. */
static void
end_leg(struct epoch *x, struct book_leg *l)
{
	char why[96], list[REC_MEDIA_ID], id[REC_MEDIA_ID];
	struct rec_leg r;

	l->told_end = true;
	id_of(x, l->id, id);
	store_unrank(x->e->store, SCOPE_SITE, "legs:active", id);
	dict_take(&x->e->legs, id, strlen(id));
	if (!is_wrong(l, why, sizeof why)) {
		store_remove(x->e->store, RECORD_LEG, id);
		return;
	}
	fill_leg(x, &r, l);
	export_put(x, RECORD_LEG, id, &r);
	snprintf(list, sizeof list, "legs:failed%s", x->e->suffix);
	store_leg(x->e->store, list, &r);
}

static void
export_leg(struct epoch *x, const struct book_leg *l)
{
	bool known;
	struct rec_leg r;
	char id[REC_MEDIA_ID];

	id_of(x, l->id, id);
	known = dict_find(&x->e->legs, id, strlen(id));
	if (!known && x->e->legs.count >= LEGS_SHOWN)
		return;
	export_keep(x, &x->e->legs, id);
	if (known && !l->changed)
		return;
	fill_leg(x, &r, l);
	export_put(x, RECORD_LEG, id, &r);
	if (!known)
		store_rank(x->e->store, SCOPE_SITE, "legs:active", id, (double)l->start_us);
}

/* ---- per link -------------------------------------------------------------------------------- */

static void
count_streams(struct rec_link_media *links, const struct stream_book *b)
{
	for (uint32_t i = 0; i < b->stream_count; i++)
		links[b->streams[i].link].streams += b->streams[i].changed;
}

/* The direction that a one-way leg has: of the stream that is there, or that went on. */
static unsigned
lone_direction(const struct stream_book *b, const struct book_leg *l)
{
	unsigned way = l->stream[0] == BOOK_NONE;

	if (l->stream[0] != BOOK_NONE && l->stream[1] != BOOK_NONE)
		way = b->streams[l->stream[1]].r.last_ns > b->streams[l->stream[0]].r.last_ns;
	return b->streams[l->stream[way]].dir;
}

static void
count_legs(struct rec_link_media *links, const struct stream_book *b)
{
	for (uint32_t i = 0; i < b->leg_count; i++) {
		const struct book_leg *l = &b->legs[i];
		struct rec_link_media *m = &links[l->link];

		m->legs_active += !l->ended;
		if (!l->ended && l->one_way)
			m->legs_one_way[lone_direction(b, l)]++;
		m->legs_two_way += l->stream[0] != BOOK_NONE && l->stream[1] != BOOK_NONE;
	}
}

/* Outages of one link's streams, as far as they ended in the interval. */
struct link_gap {
	uint64_t streams, from_us, until_us, longest_us;
	uint16_t until_link;
};

static void
add_gap(struct link_gap *g, const struct stream_gap *s)
{
	uint64_t from_us = s->from_ns / NS_PER_US, until_us = s->until_ns / NS_PER_US;

	if (g->streams++ == 0 || from_us < g->from_us)
		g->from_us = from_us;
	if (until_us > g->until_us)
		g->until_us = until_us;
	if (until_us - from_us > g->longest_us)
		g->longest_us = until_us - from_us;
	g->until_link = s->until_link;
}

/* Those that the link carried when it began. */
static uint64_t
streams_before(const struct stream_book *b, uint16_t link, uint64_t from_us)
{
	uint64_t count = 0, since_ns = (from_us - GAP_TOGETHER_US) * NS_PER_US;

	for (uint32_t i = 0; i < b->stream_count; i++) {
		const struct book_stream *s = &b->streams[i];

		count += s->link == link && s->r.first_ns <= from_us * NS_PER_US &&
		         s->r.last_ns >= since_ns;
	}
	return count;
}

/* Streams that were away together may come back in two intervals. */
static void
tell_gap(struct epoch *x, uint16_t link, struct link_gap *g)
{
	struct rec_link_media *m = &x->e->media[link];
	uint64_t of = streams_before(x->a->voice, link, g->from_us);

	if (m->gap_us && g->from_us < m->gap_from_us + GAP_TOGETHER_US &&
	    m->gap_from_us < g->from_us + GAP_TOGETHER_US) {
		g->streams += m->gap_streams;
		g->from_us = m->gap_from_us < g->from_us ? m->gap_from_us : g->from_us;
		g->longest_us = m->gap_length_us > g->longest_us ? m->gap_length_us : g->longest_us;
		of = m->gap_of_streams > of ? m->gap_of_streams : of;
	}
	if (g->streams < GAP_STREAMS || (double)g->streams < GAP_SHARE * (double)of)
		return;
	m->gap_us = g->until_us;
	m->gap_from_us = g->from_us;
	m->gap_length_us = g->longest_us;
	m->gap_streams = g->streams;
	m->gap_of_streams = of;
	COPY_TEXT(m->gap_until_link, x->e->conf->links[g->until_link].name);
}

/* The last gap of many streams at once stays told until the next one. */
static void
tell_gaps(struct epoch *x)
{
	const struct stream_book *b = x->a->voice;
	struct link_gap *gaps = mem_alloc(x->e->conf->link_count, sizeof *gaps);

	for (uint32_t i = 0; i < b->stream_count; i++)
		if (b->streams[i].gap.state == GAP_OUTAGE)
			add_gap(&gaps[b->streams[i].gap.from_link], &b->streams[i].gap);
	for (size_t l = 0; l < x->e->conf->link_count; l++)
		if (gaps[l].streams)
			tell_gap(x, (uint16_t)l, &gaps[l]);
	free(gaps);
}

static void
count_links(struct epoch *x)
{
	for (size_t i = 0; i < x->e->conf->link_count; i++) {
		struct rec_link_media *m = &x->e->media[i];

		m->legs_active = m->legs_two_way = m->streams = 0;
		m->legs_one_way[0] = m->legs_one_way[1] = 0;
	}
	count_streams(x->e->media, x->a->voice);
	count_legs(x->e->media, x->a->voice);
	if (x->a->voice->outages)
		tell_gaps(x);
}

void
export_media(struct epoch *x)
{
	struct stream_book *b = x->a->voice;

	count_links(x);
	export_streams(x);
	for (uint32_t i = 0; i < b->leg_count; i++) {
		if (!b->legs[i].ended)
			export_leg(x, &b->legs[i]);
		else if (!b->legs[i].told_end)
			end_leg(x, &b->legs[i]);
	}
	sweep(x, &x->e->legs, RECORD_LEG, "legs:active");
}

void
export_media_create(struct exporter *e)
{
	dict_init(&e->streams);
	dict_init(&e->legs);
}

void
export_media_set_conf(struct exporter *e)
{
	free(e->media);
	e->media = mem_alloc(e->conf->link_count, sizeof *e->media);
}

void
export_media_destroy(struct exporter *e)
{
	dict_fini(&e->streams, NULL);
	dict_fini(&e->legs, NULL);
	free(e->media);
}
