#include "inspect/bmp_feed.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "inspect/bgp_fill.h"
#include "proto/bmp.h"

#define AGAIN_NS (30 * NS_PER_S) /* between two fillings: each walks both tables */

/* Speakers of a mirror's connection. */
enum { REMOTE, LOCAL };

/* A session that the router reports, followed beside the wire's. */
struct mirror {
	struct addr ip, local;
	uint16_t port[2]; /* of each speaker */
	uint64_t distinguisher;
	struct bgp_session *session;
	struct bgp_connection *connection;
	uint64_t filled_ns[2]; /* when the wire's table was filled up last, by side */
};

struct bmp_feed {
	struct bgp_table *table;
	char router[ADDR_TEXT_SIZE];
	struct bgp_shared shared; /* of the mirrors: the table's attributes, routes of its own */
	struct mirror mirrors[BMP_PEERS_MAX];
	uint32_t count;
	uint8_t *bytes; /* of a message that is not whole yet */
	size_t size, room;
	uint64_t now_ns;
	struct bmp_feed_state state;
	struct bgp_fill fill; /* under way, from a table of `filling` */
	struct mirror *filling;
	char source[BGP_SOURCE_SIZE];
};

struct bmp_feed *
bmp_feed_create(struct bgp_table *t, const struct addr *router)
{
	struct bmp_feed *f = mem_alloc(1, sizeof *f);

	f->table = t;
	addr_format(router, f->router);
	f->shared.pool = (struct bgp_pool){.room = BMP_ROUTES_MAX, .attrs = t->shared.pool.attrs};
	f->shared.aside = f->shared.pool;
	return f;
}

static void
drop_mirror(struct bmp_feed *f, uint32_t i)
{
	f->fill.session = NULL; /* its table may be this one's, or moves */
	bgp_connection_destroy(f->mirrors[i].connection);
	bgp_session_destroy(f->mirrors[i].session);
	f->mirrors[i] = f->mirrors[--f->count];
}

void
bmp_feed_destroy(struct bmp_feed *f)
{
	if (!f)
		return;
	while (f->count)
		drop_mirror(f, 0);
	free(f->bytes);
	free(f);
}

static uint32_t
find_mirror(const struct bmp_feed *f, const struct bmp_peer *p)
{
	uint32_t i = 0;

	while (i < f->count && !(addr_equal(&f->mirrors[i].ip, &p->ip) &&
	                         f->mirrors[i].distinguisher == p->distinguisher))
		i++;
	return i;
}

/* The wire's session, and which side of it the remote speaker is. */
static struct bgp_session *
session_of(const struct bmp_feed *f, const struct mirror *m, unsigned *remote_side)
{
	struct bgp_session *s = bgp_table_find(f->table, (struct addr[2]){m->ip, m->local});

	if (s)
		*remote_side = addr_equal(&s->side[SIDE_PEER].ip, &m->ip) ? SIDE_PEER : SIDE_MSFT;
	return s;
}

/* ---- Peer Up ----------------------------------------------------------------------------- */

static struct bgp_side *
mirror_side(const struct mirror *m, unsigned speaker)
{
	return &m->session->side[bgp_connection_side(m->connection, speaker)];
}

/* Where neither the contract nor a link told which side is which, its AS number does. */
static void
settle_sides(struct bgp_session *s, const struct mirror *m, unsigned *remote_side)
{
	enum side side = bgp_side_by_asn(s->shared->conf, mirror_side(m, REMOTE)->open.asn);

	if (s->settled || side == SIDE_UNKNOWN)
		return;
	s->settled = true;
	if (side != (enum side) * remote_side)
		bgp_session_swap(s);
	*remote_side = side;
}

/* Reports lag behind: those of a connection that is not the one on the wire now are of before. */
static bool
is_the_same(const struct bgp_session *s, unsigned side, const struct mirror *m, unsigned speaker)
{
	uint16_t port = s->side[side].port;

	return !s->current || !port || port == m->port[speaker];
}

/* The newest that is told, by whichever end, and the wire's before all. */
static void
learn_open(struct bgp_session *s, unsigned side, const struct mirror *m, unsigned speaker)
{
	const struct bgp_side *from = mirror_side(m, speaker);
	struct bgp_side *me = &s->side[side];

	if (me->basis == BGP_BASIS_OBSERVED || !from->open_size ||
	    (me->basis && me->open_ns >= from->open_ns) || !is_the_same(s, side, m, speaker))
		return;
	bgp_session_opened(s, side, cursor_over(from->open_bytes, from->open_size),
	                   BGP_BASIS_SEEDED, from->open_ns);
}

static void
learn_opens(const struct bmp_feed *f, const struct mirror *m)
{
	unsigned remote;
	struct bgp_session *s = session_of(f, m, &remote);

	if (!s)
		return;
	settle_sides(s, m, &remote);
	learn_open(s, remote, m, REMOTE);
	learn_open(s, !remote, m, LOCAL);
}

static void
mirror_open(struct mirror *m, unsigned speaker, struct cursor body, uint64_t time_ns)
{
	bgp_session_opened(m->session, bgp_connection_side(m->connection, speaker), body,
	                   BGP_BASIS_SEEDED, time_ns);
	bgp_connection_learn(m->connection, speaker);
}

static void
mirror_begin(struct bmp_feed *f, struct mirror *m, const struct bmp_peer_up *up, uint64_t time_ns)
{
	struct bgp_connection *c;

	m->session = bgp_session_create(&f->shared);
	m->connection = c = bgp_connection_create(m->session, SIDE_PEER);
	c->reported = true;
	mirror_open(m, REMOTE, up->received, time_ns);
	mirror_open(m, LOCAL, up->sent, time_ns);
	if (c->side[LOCAL].open.asn != c->side[REMOTE].open.asn)
		c->side[REMOTE].receiver_as = c->side[LOCAL].open.asn;
}

static void
read_peer_up(struct bmp_feed *f, const struct bmp *message)
{
	struct cursor body = message->body;
	uint64_t time_ns = message->peer.time_us ? message->peer.time_us * NS_PER_US : f->now_ns;
	struct bmp_peer_up up;
	struct mirror *m;
	uint32_t at = find_mirror(f, &message->peer);

	if (at < f->count)
		drop_mirror(f, at);
	if (f->count == BMP_PEERS_MAX || message->peer.type == 3 ||
	    bmp_peer_up_decode(message, &body, &up) != REASON_OK) {
		f->state.passed_over++;
		return;
	}
	m = &f->mirrors[f->count++];
	*m = (struct mirror){.ip = message->peer.ip,
	                     .local = up.local,
	                     .port = {[REMOTE] = up.remote_port, [LOCAL] = up.local_port},
	                     .distinguisher = message->peer.distinguisher};
	mirror_begin(f, m, &up, time_ns);
	learn_opens(f, m);
}

/* ---- Route Monitoring -------------------------------------------------------------------- */

/* What crossed the wire: what came in before the router's policy, what went out after it. */
static bool
is_of_the_wire(const struct bmp_peer *p)
{
	return p->type != 3 && p->post_policy == p->adj_rib_out;
}

static void
read_update(struct bmp_feed *f, const struct bmp *message)
{
	uint32_t at = find_mirror(f, &message->peer);
	struct mirror *m = &f->mirrors[at];

	if (at == f->count || !is_of_the_wire(&message->peer)) {
		f->state.passed_over++;
		return;
	}
	f->state.updates++;
	m->connection->as2 = message->peer.as2;
	bgp_connection_read(m->connection, message->peer.adj_rib_out ? LOCAL : REMOTE,
	                    message->body, false,
	                    message->peer.time_us ? message->peer.time_us * NS_PER_US : f->now_ns);
}

static void
read_message(struct bmp_feed *f, const struct bmp *message)
{
	uint32_t at;

	f->state.messages++;
	switch (message->type) {
	case BMP_PEER_UP:
		read_peer_up(f, message);
		break;
	case BMP_PEER_DOWN:
		at = find_mirror(f, &message->peer);
		if (at < f->count)
			drop_mirror(f, at);
		break;
	case BMP_ROUTE_MONITORING:
		read_update(f, message);
		break;
	default:
		break;
	}
}

/* ---- bytes ------------------------------------------------------------------------------- */

static void
append(struct bmp_feed *f, const void *bytes, size_t size)
{
	if (f->size + size > f->room) {
		f->room = (f->size + size) * 2;
		f->bytes = mem_resize(f->bytes, f->room, 1);
	}
	memcpy(f->bytes + f->size, bytes, size);
	f->size += size;
}

bool
bmp_feed_read(struct bmp_feed *f, const void *bytes, size_t size, uint64_t now_ns)
{
	enum reason reason;
	struct bmp message;
	struct cursor c;

	f->now_ns = now_ns;
	append(f, bytes, size);
	c = cursor_over(f->bytes, f->size);
	while ((reason = bmp_decode(&c, &message)) == REASON_OK)
		read_message(f, &message);
	f->size = cursor_left(&c);
	memmove(f->bytes, c.at, f->size);
	return reason == REASON_BMP_SHORT;
}

/* ---- filling up -------------------------------------------------------------------------- */

/* Whenever the wire's table is not whole, and this one is. True: it is begun. */
static bool
begin_side(struct bmp_feed *f, struct mirror *m, struct bgp_session *s, unsigned speaker,
           unsigned side, uint64_t now_ns)
{
	struct bgp_side *me = &s->side[side];

	if (me->completeness <= BGP_SEEDED || now_ns < m->filled_ns[side] + AGAIN_NS ||
	    !is_the_same(s, side, m, speaker) ||
	    bgp_connection_completeness(m->connection, speaker) != BGP_COMPLETE)
		return false;
	snprintf(f->source, sizeof f->source, "BMP of %s: %s", f->router,
	         speaker == REMOTE ? "Adj-RIB-In" : "Adj-RIB-Out");
	bgp_fill_begin(&f->fill, s, side,
	               &(struct bgp_seed){.rib = &mirror_side(m, speaker)->rib,
	                                  .as_of_us = now_ns / NS_PER_US - BMP_DELAY_S * US_PER_S,
	                                  .basis = BGP_BASIS_SEEDED,
	                                  .as = BGP_SEEDED,
	                                  .source = f->source});
	f->filling = m;
	m->filled_ns[side] = now_ns;
	return true;
}

static bool
begin_any(struct bmp_feed *f, uint64_t now_ns)
{
	for (uint32_t i = 0; i < f->count; i++) {
		struct mirror *m = &f->mirrors[i];
		struct bgp_session *s;
		unsigned remote;

		learn_opens(f, m); /* the wire may have shown the session just now */
		s = session_of(f, m, &remote);
		if (s && (begin_side(f, m, s, REMOTE, remote, now_ns) ||
		          begin_side(f, m, s, LOCAL, !remote, now_ns)))
			return true;
	}
	return false;
}

bool
bmp_feed_step(struct bmp_feed *f, uint32_t slots, uint64_t now_ns)
{
	unsigned remote;

	if (!f->fill.session)
		return begin_any(f, now_ns);
	if (session_of(f, f->filling, &remote) != f->fill.session)
		f->fill.session = NULL; /* the table has forgotten it */
	else
		f->state.seeded += !bgp_fill_step(&f->fill, slots, now_ns);
	return true;
}

void
bmp_feed_tick(struct bmp_feed *f, uint64_t now_ns)
{
	while (bmp_feed_step(f, UINT32_MAX, now_ns))
		;
}

void
bmp_feed_state(const struct bmp_feed *f, struct bmp_feed_state *out)
{
	*out = f->state;
	out->peers = f->count;
	for (uint32_t i = 0; i < f->count; i++) {
		unsigned remote;

		out->matched += session_of(f, &f->mirrors[i], &remote) != NULL;
	}
}
