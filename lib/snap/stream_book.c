#include "snap/stream_book.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/hash.h"
#include "base/map.h"
#include "base/mem.h"
#include "snap/snap.h"
#include "snap/stream_book_private.h"

const char *
leg_signalling_name(enum leg_signalling s)
{
	static const char *const names[] = {"none", "encrypted", "sip"};

	return names[s];
}

struct stream_book *
stream_book_create(uint32_t limit)
{
	struct stream_book *b = mem_alloc(1, sizeof *b);

	b->index = mem_alloc(1, sizeof *b->index);
	b->index->limit = limit;
	b->index->key = hash_key_make(0);
	return b;
}

void
stream_book_destroy(struct stream_book *b)
{
	if (!b)
		return;
	map_fini(&b->index->streams);
	map_fini(&b->index->legs);
	map_fini(&b->index->hosts);
	map_fini(&b->index->media);
	free(b->index);
	free(b->streams);
	free(b->legs);
	free(b);
}

/* ---- identity -------------------------------------------------------------------------------- */

/* What names a stream: no padding, so that it can be hashed as it lies. */
struct stream_key {
	struct addr src, dst;
	uint16_t sport, dport, link, pad;
	uint32_t ssrc, more;
};

static struct stream_key
key_of(const struct book_stream *s)
{
	return (struct stream_key){.src = s->src,
	                           .dst = s->dst,
	                           .sport = s->sport,
	                           .dport = s->dport,
	                           .link = s->link,
	                           .ssrc = s->r.ssrc};
}

/* FNV-1a, 64 bit: the same on every machine, so that a stream keeps its id. */
static uint64_t
lasting_id(const void *data, size_t size)
{
	const uint8_t *at = data;
	uint64_t hash = 14695981039346656037ull;

	for (size_t i = 0; i < size; i++)
		hash = (hash ^ at[i]) * 1099511628211ull;
	return hash;
}

struct stream_wanted {
	const struct stream_book *in;
	const struct book_stream *like;
};

static bool
is_stream(const void *context, uint32_t index)
{
	const struct stream_wanted *w = context;
	struct stream_key a = key_of(w->like), k = key_of(&w->in->streams[index]);

	return memcmp(&a, &k, sizeof a) == 0;
}

static uint32_t
find_stream(const struct stream_book *b, const struct book_stream *wanted, uint64_t *hash)
{
	struct stream_key key = key_of(wanted);

	*hash = hash_bytes(&b->index->key, &key, sizeof key);
	return map_find(&b->index->streams, *hash, is_stream, &(struct stream_wanted){b, wanted});
}

/* The leg between these ends, whoever is a. */
static uint64_t
leg_hash(const struct stream_book *b, const struct book_leg *l)
{
	uint64_t one = hash_16(&b->index->key, l->a.b, l->a_port);
	uint64_t other = hash_16(&b->index->key, l->b.b, l->b_port);

	return one ^ other;
}

static uint64_t
host_hash(const struct stream_book *b, const struct book_leg *l)
{
	return hash_16(&b->index->key, l->a.b, 0) ^ hash_16(&b->index->key, l->b.b, 0);
}

struct leg_wanted {
	const struct stream_book *in;
	const struct book_leg *like;
};

static bool
is_leg(const void *context, uint32_t index)
{
	const struct leg_wanted *wanted = context;
	const struct book_leg *w = wanted->like, *l = &wanted->in->legs[index];

	if (addr_equal(&l->a, &w->a) && addr_equal(&l->b, &w->b) && l->a_port == w->a_port &&
	    l->b_port == w->b_port)
		return !l->ended;
	return addr_equal(&l->a, &w->b) && addr_equal(&l->b, &w->a) && l->a_port == w->b_port &&
	       l->b_port == w->a_port && !l->ended;
}

/* A leg that is one way so far, between the same hosts, and whose other way this could be: begun
 * about the same time. Ports differ, or is_leg() would have found it. */
static bool
is_other_way(const void *context, uint32_t index)
{
	const struct leg_wanted *wanted = context;
	const struct book_leg *w = wanted->like, *l = &wanted->in->legs[index];
	uint64_t apart =
		l->start_us > w->start_us ? l->start_us - w->start_us : w->start_us - l->start_us;

	return !l->ended && l->stream[1] == BOOK_NONE && addr_equal(&l->a, &w->b) &&
	       addr_equal(&l->b, &w->a) && apart < LEG_ONE_WAY_US;
}

/* ---- legs ------------------------------------------------------------------------------------ */

static void
index_leg(struct stream_book *b, uint32_t at)
{
	map_add(&b->index->legs, leg_hash(b, &b->legs[at]), at);
	map_add(&b->index->hosts, host_hash(b, &b->legs[at]), at);
}

static uint32_t
add_leg(struct stream_book *b, const struct book_leg *l)
{
	if (b->leg_count == b->index->leg_room) {
		b->index->leg_room = b->index->leg_room ? b->index->leg_room * 2 : 64;
		b->legs = mem_resize(b->legs, b->index->leg_room, sizeof *b->legs);
	}
	b->legs[b->leg_count] = *l;
	index_leg(b, b->leg_count);
	return b->leg_count++;
}

static uint32_t
leg_of(struct stream_book *b, const struct book_stream *s)
{
	struct book_leg wanted = {.a = s->src,
	                          .b = s->dst,
	                          .a_port = s->sport,
	                          .b_port = s->dport,
	                          .link = s->link,
	                          .start_us = s->r.first_ns / NS_PER_US,
	                          .stream = {BOOK_NONE, BOOK_NONE}};
	struct leg_wanted context = {b, &wanted};
	struct stream_key key = {.src = s->src,
	                         .dst = s->dst,
	                         .sport = s->sport,
	                         .dport = s->dport,
	                         .link = s->link};
	uint32_t at = map_find(&b->index->legs, leg_hash(b, &wanted), is_leg, &context);

	if (at == BOOK_NONE)
		at = map_find(&b->index->hosts, host_hash(b, &wanted), is_other_way, &context);
	if (at != BOOK_NONE)
		return at;
	key.more = (uint32_t)wanted.start_us; /* the same ends meet again: another leg */
	wanted.id = lasting_id(&key, sizeof key);
	return add_leg(b, &wanted);
}

/* The longest stream of each way stands for it. */
static void
leg_point(const struct stream_book *b, struct book_leg *l, uint32_t index)
{
	const struct book_stream *s = &b->streams[index];
	unsigned way =
		!addr_equal(&l->a, &s->src) || (addr_equal(&l->a, &l->b) && l->a_port != s->sport);
	uint32_t *place = &l->stream[way];

	if (*place == BOOK_NONE || b->streams[*place].r.packets < s->r.packets)
		*place = index;
}

/* A leg that was silent for so long that it counted as ended goes on. */
static void
leg_take(struct stream_book *b, struct book_leg *l, uint32_t index)
{
	const struct book_stream *s = &b->streams[index];
	uint64_t first = s->r.first_ns / NS_PER_US, last = s->r.last_ns / NS_PER_US;

	leg_point(b, l, index);
	if (first < l->start_us)
		l->start_us = first;
	if (last > l->end_us)
		l->end_us = last;
	if (last == l->end_us)
		l->link = s->link;
	l->secure |= s->secure;
	if (s->r.flags & RTP_EXPECTED)
		l->signalling = LEG_SIP;
	l->changed = true;
	l->ended = l->told_end = false;
}

/* One direction never came, or stopped (not into comfort noise) while the other went on. */
static bool
is_one_way(const struct stream_book *b, const struct book_leg *l)
{
	const struct book_stream *there, *back;
	uint64_t t, k;

	if (l->stream[0] == BOOK_NONE || l->stream[1] == BOOK_NONE)
		return l->end_us >= l->start_us + LEG_ONE_WAY_US;
	there = &b->streams[l->stream[0]];
	back = &b->streams[l->stream[1]];
	t = there->r.last_ns / NS_PER_US;
	k = back->r.last_ns / NS_PER_US;
	if (t > k + 2 * LEG_ONE_WAY_US)
		return !(back->r.flags & RTP_COMFORT);
	return k > t + 2 * LEG_ONE_WAY_US && !(there->r.flags & RTP_COMFORT);
}

static bool
has_ended(const struct stream_book *b, const struct book_leg *l, uint64_t now_us)
{
	bool over = true;

	for (int way = 0; way < 2; way++)
		over &= l->stream[way] == BOOK_NONE || b->streams[l->stream[way]].ended;
	return over || now_us > l->end_us + LEG_SILENT_US;
}

static void
close_leg(struct stream_book *b, struct book_leg *l, uint64_t now_us, stream_host_fn *is_encrypted,
          void *context)
{
	bool one_way = is_one_way(b, l), ended = has_ended(b, l, now_us);

	if (l->signalling == LEG_NO_SIGNALLING && is_encrypted &&
	    (is_encrypted(context, &l->a) || is_encrypted(context, &l->b)))
		l->signalling = LEG_ENCRYPTED;
	l->changed |= ended || one_way != l->one_way;
	l->ended = ended;
	l->one_way = one_way;
	b->active_legs += !ended;
	b->one_way_legs += !ended && one_way;
}

/* ---- intervals ------------------------------------------------------------------------------- */

void
stream_book_open(struct stream_book *b)
{
	for (uint32_t i = 0; i < b->stream_count; i++) {
		b->streams[i].changed = b->streams[i].began = false;
		if (b->streams[i].gap.state != GAP_WAITS)
			b->streams[i].gap = (struct stream_gap){0};
		b->streams[i].last_packets = b->streams[i].last_lost = 0;
	}
	for (uint32_t i = 0; i < b->leg_count; i++)
		b->legs[i].changed = false;
	b->active_legs = b->one_way_legs = b->outages = 0;
}

static uint32_t
add_stream(struct stream_book *b, const struct book_stream *s, uint64_t hash)
{
	struct stream_key key = key_of(s);
	uint32_t at = b->stream_count;

	if (at == b->index->limit) {
		b->refused++;
		return BOOK_NONE;
	}
	if (at == b->index->stream_room) {
		b->index->stream_room = b->index->stream_room ? b->index->stream_room * 2 : 64;
		b->streams = mem_resize(b->streams, b->index->stream_room, sizeof *b->streams);
	}
	b->streams[at] = *s;
	b->streams[at].id = lasting_id(&key, sizeof key);
	b->streams[at].leg = BOOK_NONE;
	map_add(&b->index->streams, hash, at);
	stream_gap_index(b, at);
	b->stream_count++;
	return at;
}

/* The new state takes the old one's place; what came between is the interval's. */
static void
update_stream(struct book_stream *s, const struct snap_stream *from, const struct rtp_figures *now,
              const struct rtp_figures *before)
{
	s->r = *now;
	s->mos = mos_of_stream(now);
	s->secure = from->secure;
	s->ended = from->ended;
	s->changed = true;
	s->began |= before->packets == 0;
	s->last_packets += now->packets - before->packets;
	s->last_lost += (int64_t)(now->lost - before->lost);
	stream_gap_suspect(s, before);
}

static void
merge_stream(struct stream_book *b, const struct snap_stream *from)
{
	struct book_stream wanted = {.src = from->src,
	                             .dst = from->dst,
	                             .sport = from->sport,
	                             .dport = from->dport,
	                             .link = from->link,
	                             .dir = from->dir};
	struct rtp_figures before = {0};
	struct book_leg *leg;
	uint64_t hash;
	uint32_t at;

	rtp_read(&from->state, &wanted.r);
	at = find_stream(b, &wanted, &hash);
	if (at == BOOK_NONE)
		at = add_stream(b, &wanted, hash);
	else if (wanted.r.first_ns == b->streams[at].r.first_ns)
		before = b->streams[at].r;
	else
		b->streams[at].leg = BOOK_NONE; /* its flow left and came again */
	if (at == BOOK_NONE)
		return;
	update_stream(&b->streams[at], from, &wanted.r, &before);
	if (b->streams[at].leg == BOOK_NONE)
		b->streams[at].leg = leg_of(b, &b->streams[at]);
	leg = &b->legs[b->streams[at].leg];
	leg->packets += wanted.r.packets - before.packets;
	leg->lost += wanted.r.lost - before.lost; /* a late packet takes one back */
	leg_take(b, leg, at);
}

void
stream_book_merge(struct stream_book *b, const struct snap *s)
{
	for (uint32_t i = 0; i < s->stream_count; i++)
		merge_stream(b, &s->streams[i]);
}

/* ---- forgetting ------------------------------------------------------------------------------ */

static bool
is_forgotten(const struct book_leg *l, uint64_t now_us)
{
	return l->ended && now_us > l->end_us + STREAM_BOOK_KEPT_US;
}

/* Legs that are long over go with their streams; numbers move together, indexes are made anew. */
static void
sweep(struct stream_book *b, uint64_t now_us)
{
	uint32_t *moved = mem_alloc(b->leg_count + 1, sizeof *moved), kept = 0;

	for (uint32_t i = 0; i < b->leg_count; i++) {
		moved[i] = is_forgotten(&b->legs[i], now_us) ? BOOK_NONE : kept;
		if (moved[i] == BOOK_NONE)
			continue;
		b->legs[kept] = b->legs[i];
		b->legs[kept].stream[0] = b->legs[kept].stream[1] = BOOK_NONE;
		kept++;
	}
	b->leg_count = kept;
	map_clear(&b->index->legs);
	map_clear(&b->index->hosts);
	map_clear(&b->index->streams);
	map_clear(&b->index->media);
	for (uint32_t i = 0; i < b->leg_count; i++)
		index_leg(b, i);
	kept = 0;
	for (uint32_t i = 0; i < b->stream_count; i++) {
		struct book_stream *s = &b->streams[i];
		uint64_t hash;

		if (moved[s->leg] == BOOK_NONE)
			continue;
		s->leg = moved[s->leg];
		b->streams[kept] = *s;
		find_stream(b, &b->streams[kept], &hash);
		map_add(&b->index->streams, hash, kept);
		stream_gap_index(b, kept);
		leg_point(b, &b->legs[b->streams[kept].leg], kept);
		kept++;
	}
	b->stream_count = kept;
	free(moved);
}

void
stream_book_close(struct stream_book *b, uint64_t end_us, stream_host_fn *is_encrypted,
                  void *context)
{
	uint32_t forgotten = 0;

	stream_gap_settle(b);
	for (uint32_t i = 0; i < b->leg_count; i++) {
		if (!b->legs[i].ended)
			close_leg(b, &b->legs[i], end_us, is_encrypted, context);
		forgotten += is_forgotten(&b->legs[i], end_us);
	}
	if (!b->keep && forgotten > b->leg_count / 4)
		sweep(b, end_us);
}

double
stream_badness(const struct book_stream *s)
{
	double loss = s->r.expected ? (double)s->r.lost / (double)s->r.expected : 0;
	double bad = 400 * loss;

	if (s->mos.known)
		bad = 100 - (s->mos.wideband ? s->mos.r / 1.29 : s->mos.r);
	return bad > 100 ? 100 : bad < 0 ? 0 : bad;
}
