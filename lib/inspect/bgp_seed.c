#include "inspect/bgp_seed.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "inspect/bgp_seed_parts.h"
#include "proto/mrt.h"

/* A side's table in the making. */
struct table {
	struct bgp_session *session; /* NULL: the dump's peer is nobody's */
	unsigned side;
	struct bgp_rib rib;
	uint64_t as_of_us;
	bool used;
};

struct seeder {
	struct bgp_table *t;
	struct bgp_seed_result *result;
	uint64_t now_ns;
	enum bgp_basis basis;
	const char *source;
	struct table *tables; /* by index of the dump's peers */
	uint16_t count;
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
counts_as(const struct seeder *s, const struct table *t)
{
	return s->basis == BGP_BASIS_CARRIED ? t->session->side[t->side].as : BGP_SEEDED;
}

/* What was read so far becomes the sides' tables. */
static void
finish_tables(struct seeder *s)
{
	for (uint16_t i = 0; i < s->count; i++) {
		struct table *t = &s->tables[i];

		if (t->session && t->used) {
			s->result->sides++;
			bgp_session_seed(t->session, t->side,
			                 &(struct bgp_seed){.rib = &t->rib,
			                                    .as_of_us = t->as_of_us,
			                                    .basis = s->basis,
			                                    .as = counts_as(s, t),
			                                    .source = s->source},
			                 s->now_ns);
		}
		if (t->session)
			bgp_rib_fini(&t->rib);
	}
	free(s->tables);
	s->tables = NULL;
	s->count = 0;
}

static bool
read_peers(struct seeder *s, struct cursor body)
{
	struct mrt_peer peer;
	uint16_t count;

	finish_tables(s);
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
add_route(struct seeder *s, struct table *t, const struct mrt_rib *rib, const struct mrt_entry *e)
{
	struct bgp_pool *pool = &s->t->shared.pool;
	struct bgp_nlri n = {.prefix = rib->prefix, .path_id = e->path_id};
	uint32_t attrs = bgp_attrs_intern_bare(pool->attrs, e->attributes);

	bgp_rib_add(&t->rib, rib->afi, BGP_SAFI_UNICAST, &n, attrs, e->time_us);
	bgp_attrs_drop(pool->attrs, attrs);
	s->result->routes++;
}

static bool
read_rib(struct seeder *s, const struct mrt *m, struct cursor body)
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
read_message(struct seeder *s, const struct mrt *m, struct cursor body)
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
read_record(struct seeder *s, const struct mrt *m)
{
	if (m->type == MRT_TABLE_DUMP_V2)
		return m->subtype == MRT_PEER_INDEX_TABLE ? read_peers(s, m->body)
		                                          : read_rib(s, m, m->body);
	if (m->type == MRT_BGP4MP || m->type == MRT_BGP4MP_ET)
		return read_message(s, m, m->body);
	return false;
}

static void
read_dump(struct seeder *s, struct cursor dump)
{
	enum reason reason;
	struct mrt m;

	while ((reason = mrt_decode(&dump, &m)) == REASON_OK) {
		s->result->records++;
		s->result->unread += !read_record(s, &m);
		if (m.time_us > s->result->as_of_us)
			s->result->as_of_us = m.time_us;
	}
	s->result->cut = cursor_left(&dump) > 0;
	finish_tables(s);
}

void
bgp_seed_mrt(struct bgp_table *t, struct cursor dump, uint64_t now_ns, struct bgp_seed_result *out)
{
	struct seeder s = {.t = t,
	                   .result = out,
	                   .now_ns = now_ns,
	                   .basis = BGP_BASIS_SEEDED,
	                   .source = "MRT dump"};

	*out = (struct bgp_seed_result){0};
	read_dump(&s, dump);
}

void
bgp_seed_carried(struct bgp_table *t, struct cursor dump, struct bgp_seed_result *out)
{
	struct seeder s = {.t = t,
	                   .result = out,
	                   .basis = BGP_BASIS_CARRIED,
	                   .source = "the probe's state of before its restart"};

	read_dump(&s, dump);
}
