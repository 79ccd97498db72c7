#include "inspect/bgp_seed.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "inspect/bgp_fill.h"
#include "inspect/bgp_seed_private.h"
#include "proto/mrt.h"

/* A side's table in the making. */
struct table {
	struct bgp_session *session; /* NULL: the dump's peer is nobody's */
	unsigned side;
	struct bgp_rib rib;
	uint64_t as_of_us;
	bool used;
};

struct bgp_seeder {
	struct bgp_table *t;
	struct bgp_seed_result *result;
	uint64_t now_ns;
	enum bgp_basis basis;
	const char *source;
	struct cursor dump;   /* what is not read yet */
	struct table *tables; /* by index of the dump's peers */
	uint16_t count;
	bool finishing, ended; /* tables become the sides'; the dump has no more records */
	uint16_t at;           /* table that does */
	struct bgp_fill fill;
	uint64_t forgotten; /* sessions that the table had forgotten when this looked last */
};

/* The session that has this address, and on which side. */
static struct bgp_session *
session_of(const struct bgp_table *t, const struct addr *ip, unsigned *side)
{
	for (uint32_t i = 0; i < t->session_count; i++)
		for (*side = 0; *side < 2; ++*side)
			if (addr_equal(&t->sessions[i]->side[*side].ip, ip))
				return t->sessions[i];
	return NULL;
}

/* ---- tables ------------------------------------------------------------------------------ */

static enum bgp_completeness
counts_as(const struct bgp_seeder *s, const struct table *t)
{
	return s->basis == BGP_BASIS_CARRIED ? t->session->side[t->side].as : BGP_SEEDED;
}

static struct bgp_seed
seed_of(const struct bgp_seeder *s, struct table *t)
{
	return (struct bgp_seed){.rib = &t->rib,
	                         .as_of_us = t->as_of_us,
	                         .basis = s->basis,
	                         .as = counts_as(s, t),
	                         .source = s->source};
}

static void
drop_table(struct table *t)
{
	if (t->session)
		bgp_rib_fini(&t->rib);
	t->session = NULL;
}

static void
end_tables(struct bgp_seeder *s)
{
	for (uint16_t i = 0; i < s->count; i++)
		drop_table(&s->tables[i]);
	free(s->tables);
	s->tables = NULL;
	s->count = s->at = 0;
	s->finishing = false;
}

/* What was read so far becomes the sides' tables, one after the other. */
static void
finish_some(struct bgp_seeder *s, uint32_t slots)
{
	struct table *t = &s->tables[s->at];

	if (s->fill.session) {
		if (bgp_fill_step(&s->fill, slots, s->now_ns))
			return;
	} else if (s->at < s->count && t->session && t->used) {
		struct bgp_seed seed = seed_of(s, t);

		t->used = false;
		s->result->sides++;
		bgp_fill_begin(&s->fill, t->session, t->side, &seed);
		if (s->fill.session)
			return;
	}
	if (s->at < s->count)
		drop_table(t);
	if (++s->at >= s->count)
		end_tables(s);
}

static bool
read_peers(struct bgp_seeder *s, struct cursor body)
{
	struct mrt_peer peer;
	uint16_t count;

	if (mrt_peers_decode(&body, &count) != REASON_OK)
		return false;
	s->tables = mem_alloc(count ? count : 1, sizeof *s->tables);
	for (; s->count < count && mrt_peer_next(&body, &peer); s->count++) {
		struct table *t = &s->tables[s->count];

		s->result->peers++;
		t->session = session_of(s->t, &peer.ip, &t->side);
		s->result->unmatched += !t->session;
		t->used = s->basis == BGP_BASIS_CARRIED; /* an empty table is one too */
		if (t->session)
			bgp_rib_init(&t->rib, &s->t->shared.aside, NULL, (enum side)t->side);
	}
	return s->count == count;
}

static void
add_route(struct bgp_seeder *s, struct table *t, const struct mrt_rib *rib,
          const struct mrt_entry *e)
{
	struct bgp_pool *pool = &s->t->shared.pool;
	struct bgp_nlri n = {.prefix = rib->prefix, .path_id = e->path_id};
	uint32_t attrs = bgp_attrs_intern_bare(pool->attrs, e->attributes);

	bgp_rib_add(&t->rib, rib->afi, BGP_SAFI_UNICAST, &n, attrs, e->time_us);
	bgp_attrs_drop(pool->attrs, attrs);
	s->result->routes++;
}

static bool
read_rib(struct bgp_seeder *s, const struct mrt *m, struct cursor body)
{
	struct mrt_entry e;
	struct mrt_rib rib;

	if (mrt_rib_decode(m, &body, &rib) != REASON_OK)
		return false;
	for (uint16_t i = 0; i < rib.count; i++) {
		struct table *t;

		if (!mrt_entry_next(&body, &rib, &e))
			return false;
		t = e.peer < s->count ? &s->tables[e.peer] : NULL;
		if (!t || !t->session)
			continue;
		t->used = true;
		t->as_of_us = m->time_us;
		add_route(s, t, &rib, &e);
	}
	return true;
}

/* ---- OPENs ------------------------------------------------------------------------------- */

/* An OPEN that the wire has shown is not replaced. */
static bool
read_message(struct bgp_seeder *s, const struct mrt *m, struct cursor body)
{
	struct mrt_message message;
	struct bgp_session *session;
	struct bgp bgp;
	unsigned side;

	if (mrt_message_decode(m, &body, &message) != REASON_OK ||
	    bgp_decode(&message.message, &bgp) != REASON_OK)
		return false;
	session = session_of(s->t, &message.peer, &side);
	if (bgp.type != BGP_OPEN || !session ||
	    !addr_equal(&session->side[!side].ip, &message.local) ||
	    session->side[side].basis == BGP_BASIS_OBSERVED)
		return true;
	bgp_session_opened(session, side, bgp.body, s->basis, m->time_us * NS_PER_US);
	s->result->opens++;
	return true;
}

static bool
read_record(struct bgp_seeder *s, const struct mrt *m)
{
	if (m->type == MRT_TABLE_DUMP_V2)
		return m->subtype == MRT_PEER_INDEX_TABLE ? read_peers(s, m->body)
		                                          : read_rib(s, m, m->body);
	if (m->type == MRT_BGP4MP || m->type == MRT_BGP4MP_ET)
		return read_message(s, m, m->body);
	return false;
}

/* ---- in slices --------------------------------------------------------------------------- */

static bool
knows(const struct bgp_table *t, const struct bgp_session *s)
{
	for (uint32_t i = 0; i < t->session_count; i++)
		if (t->sessions[i] == s)
			return true;
	return false;
}

/* Sessions that nobody declared may have gone since the last slice. */
static void
look_for_sessions(struct bgp_seeder *s)
{
	if (s->forgotten == s->t->sessions_forgotten)
		return;
	s->forgotten = s->t->sessions_forgotten;
	if (s->fill.session && !knows(s->t, s->fill.session))
		s->fill.session = NULL;
	for (uint16_t i = 0; i < s->count; i++)
		if (s->tables[i].session && !knows(s->t, s->tables[i].session))
			drop_table(&s->tables[i]);
}

static bool
begins_tables(const struct mrt *m)
{
	return m->type == MRT_TABLE_DUMP_V2 && m->subtype == MRT_PEER_INDEX_TABLE;
}

static void
read_some(struct bgp_seeder *s, uint32_t records)
{
	struct cursor here;
	struct mrt m;

	for (; records; records--) {
		here = s->dump;
		if (mrt_decode(&s->dump, &m) != REASON_OK) {
			s->result->cut = cursor_left(&s->dump) > 0;
			s->ended = s->finishing = true;
			return;
		}
		if (begins_tables(&m) && s->tables) {
			s->dump = here; /* once more, when those before it are done */
			s->finishing = true;
			return;
		}
		s->result->records++;
		s->result->unread += !read_record(s, &m);
		if (m.time_us > s->result->as_of_us)
			s->result->as_of_us = m.time_us;
	}
}

bool
bgp_seeder_step(struct bgp_seeder *s, uint32_t slots)
{
	look_for_sessions(s);
	if (!s->finishing)
		read_some(s, slots);
	else if (s->tables)
		finish_some(s, slots);
	else
		s->finishing = false;
	return s->finishing || !s->ended;
}

struct bgp_seeder *
bgp_seeder_create(struct bgp_table *t, struct cursor dump, uint64_t now_ns,
                  struct bgp_seed_result *out)
{
	struct bgp_seeder *s = mem_alloc(1, sizeof *s);

	*out = (struct bgp_seed_result){0};
	s->t = t;
	s->dump = dump;
	s->result = out;
	s->now_ns = now_ns;
	s->basis = BGP_BASIS_SEEDED;
	s->source = "MRT dump";
	s->forgotten = t->sessions_forgotten;
	return s;
}

void
bgp_seeder_destroy(struct bgp_seeder *s)
{
	if (!s)
		return;
	end_tables(s);
	free(s);
}

static void
seed_whole(struct bgp_seeder *s)
{
	while (bgp_seeder_step(s, UINT32_MAX))
		;
	bgp_seeder_destroy(s);
}

void
bgp_seed_mrt(struct bgp_table *t, struct cursor dump, uint64_t now_ns, struct bgp_seed_result *out)
{
	seed_whole(bgp_seeder_create(t, dump, now_ns, out));
}

void
bgp_seed_carried(struct bgp_table *t, struct cursor dump, struct bgp_seed_result *out)
{
	struct bgp_seeder *s = bgp_seeder_create(t, dump, 0, out);

	s->basis = BGP_BASIS_CARRIED;
	s->source = "the probe's state of before its restart";
	seed_whole(s);
}
