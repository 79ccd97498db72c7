/* The probe's own state over a restart: lines of facts, then a dump as bgp_seed.c reads it. */
#include <inttypes.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "inspect/bgp_attrs_encode.h"
#include "inspect/bgp_seed.h"
#include "inspect/bgp_seed_private.h"
#include "proto/mrt.h"

static const char magic[] = "pniscope-bgp-state 1\n";

/* What is kept of a session, by name: another version reads what it knows. */
struct fact_row {
	const char *name;
	uint16_t offset, size;
};
#define SESSION(member)                                           \
	{                                                         \
#member, offsetof(struct bgp_session, member),    \
			sizeof(((struct bgp_session *)0)->member) \
	}
#define SIDE(member)                                                                               \
	{                                                                                          \
#member, offsetof(struct bgp_side, member), sizeof(((struct bgp_side *)0)->member) \
	}

static const struct fact_row session_rows[] = {
	SESSION(first_ns),        SESSION(last_ns),          SESSION(flaps),
	SESSION(down_side),       SESSION(down_ns),          SESSION(up_time_ns),
	SESSION(covered_ns),      SESSION(segments.count),   SESSION(segments.md5),
	SESSION(segments.ao),     SESSION(segments.ttl_min), SESSION(segments.ttl_max),
	SESSION(carried.up_ns),   SESSION(carried.joined),   SESSION(carried.from_ns),
	SESSION(carried.port[0]), SESSION(carried.port[1]),  SESSION(carried.seq[0]),
	SESSION(carried.seq[1]),
};

static const struct fact_row side_rows[] = {
	SIDE(first_as),
	SIDE(updates_indirect),
	SIDE(last_ns),
	SIDE(end_of_rib_ns),
	SIDE(as),
	SIDE(completeness_ns),
	SIDE(open_ns),
	SIDE(counts.messages[BGP_OPEN]),
	SIDE(counts.messages[BGP_UPDATE]),
	SIDE(counts.messages[BGP_NOTIFICATION]),
	SIDE(counts.messages[BGP_KEEPALIVE]),
	SIDE(counts.messages[BGP_ROUTE_REFRESH]),
	SIDE(counts.announced[0]),
	SIDE(counts.announced[1]),
	SIDE(counts.withdrawn[0]),
	SIDE(counts.withdrawn[1]),
	SIDE(counts.other_families),
	SIDE(counts.notes),
	SIDE(counts.malformed),
	SIDE(counts.gaps),
};

enum {
	SESSION_ROWS = sizeof session_rows / sizeof *session_rows,
	SIDE_ROWS = sizeof side_rows / sizeof *side_rows,
};

/* ---- saving ------------------------------------------------------------------------------ */

static uint64_t
load_number(const void *at, uint16_t size)
{
	uint64_t value = 0;

	memcpy(&value, at, size); /* little-endian, as all that this runs on */
	return value;
}

static void
save_rows(struct text *to, const struct fact_row *rows, size_t count, const char *prefix,
          const void *from)
{
	for (size_t i = 0; i < count; i++)
		text_add(to, "%s%s %" PRIu64 "\n", prefix, rows[i].name,
		         load_number((const char *)from + rows[i].offset, rows[i].size));
}

/* What goes on after the restart, when the same connection is met. */
static struct bgp_session
as_carried(const struct bgp_session *s, uint64_t now_ns)
{
	struct bgp_session copy = *s;

	copy.carried.from_ns = now_ns;
	copy.carried.up_ns = s->up_ns;
	copy.carried.joined = s->joined;
	for (unsigned i = 0; s->current && i < 2; i++) {
		unsigned side = bgp_connection_side(s->current, i);

		copy.carried.port[side] = s->current->side[i].port;
		copy.carried.seq[side] = s->current->side[i].next_seq;
	}
	for (unsigned i = 0; i < 2; i++)
		copy.side[i].as = s->side[i].completeness;
	return copy;
}

static void
save_facts(const struct bgp_session *s, struct text *to)
{
	char peer[ADDR_TEXT_SIZE], cloud[ADDR_TEXT_SIZE];

	text_add(to, "session %s %s\n", addr_format(&s->side[SIDE_PEER].ip, peer),
	         addr_format(&s->side[SIDE_MSFT].ip, cloud));
	if (*s->down_cause)
		text_add(to, "down_cause %s\n", s->down_cause);
	save_rows(to, session_rows, SESSION_ROWS, "", s);
	save_rows(to, side_rows, SIDE_ROWS, "peer ", &s->side[SIDE_PEER]);
	save_rows(to, side_rows, SIDE_ROWS, "msft ", &s->side[SIDE_MSFT]);
}

struct bgp_saver {
	struct bgp_table *t;
	uint32_t session;   /* that is saved */
	unsigned side;      /* of it; 2: none is begun */
	uint64_t forgotten; /* sessions that the table had forgotten at the begin */
	struct text *to;
	const struct bgp_pool *pool;
	uint64_t time_us;
	uint16_t peer;
	uint32_t sequence;
	struct text body, attributes;
};

static void
save_route(void *context, const struct bgp_route *route)
{
	const struct bgp_attrs *a;
	struct bgp_saver *s = context;
	struct prefix p = bgp_route_prefix(route);
	bool v4 = route->afi == BGP_AFI_IPV4;

	a = bgp_attrs_get(s->pool->attrs, route->attrs);
	if (route->safi != BGP_SAFI_UNICAST || !a)
		return;
	text_clear(&s->body);
	text_clear(&s->attributes);
	bgp_attrs_encode(a, &s->attributes);
	if (s->attributes.size > UINT16_MAX)
		return;
	mrt_encode_rib(&s->body, s->sequence++, &p, 1);
	mrt_encode_entry(&s->body, s->peer, route->time_us, true, route->path_id, &s->attributes);
	mrt_encode(s->to, s->time_us, MRT_TABLE_DUMP_V2,
	           v4 ? MRT_RIB_IPV4_UNICAST_ADD_PATH : MRT_RIB_IPV6_UNICAST_ADD_PATH, &s->body);
}

static void
save_open(struct bgp_saver *s, const struct bgp_session *session, unsigned side)
{
	const struct bgp_side *me = &session->side[side];
	uint8_t message[BGP_HEADER_SIZE + BGP_OPEN_KEPT];
	struct mrt_message m = {.peer_as = me->open.asn,
	                        .local_as = session->side[!side].open.asn,
	                        .peer = me->ip,
	                        .local = session->side[!side].ip};

	if (!me->basis || !me->open_size)
		return;
	memset(message, 0xff, BGP_MARKER_SIZE);
	store_be16(message + BGP_MARKER_SIZE, (uint16_t)(BGP_HEADER_SIZE + me->open_size));
	message[BGP_MARKER_SIZE + 2] = BGP_OPEN;
	memcpy(message + BGP_HEADER_SIZE, me->open_bytes, me->open_size);
	m.message = cursor_over(message, (size_t)BGP_HEADER_SIZE + me->open_size);
	text_clear(&s->body);
	mrt_encode_message(&s->body, &m);
	mrt_encode(s->to, me->open_ns / NS_PER_S * US_PER_S, MRT_BGP4MP, MRT_MESSAGE_AS4, &s->body);
}

/* What stands before its routes. */
static void
save_peers(struct bgp_saver *s, const struct bgp_session *session)
{
	struct mrt_peer peers[2];

	for (unsigned i = 0; i < 2; i++) {
		peers[i] = (struct mrt_peer){.ip = session->side[i].ip,
		                             .asn = session->side[i].open.asn};
		memcpy(peers[i].id, session->side[i].open.id, sizeof peers[i].id);
		save_open(s, session, i);
	}
	text_clear(&s->body);
	mrt_encode_peers(&s->body, peers, 2);
	mrt_encode(s->to, s->time_us, MRT_TABLE_DUMP_V2, MRT_PEER_INDEX_TABLE, &s->body);
}

struct bgp_saver *
bgp_saver_create(struct bgp_table *t, uint64_t now_ns, struct text *to)
{
	struct bgp_saver *s = mem_alloc(1, sizeof *s);

	s->t = t;
	s->to = to;
	s->pool = &t->shared.pool;
	s->time_us = now_ns / NS_PER_US;
	s->forgotten = t->sessions_forgotten;
	s->side = 2;
	text_add(to, "%s", magic);
	for (uint32_t i = 0; i < t->session_count; i++) {
		struct bgp_session copy = as_carried(t->sessions[i], now_ns);

		if (copy.first_ns)
			save_facts(&copy, to);
	}
	text_add(to, "\n");
	return s;
}

void
bgp_saver_destroy(struct bgp_saver *s)
{
	if (!s)
		return;
	text_fini(&s->body);
	text_fini(&s->attributes);
	free(s);
}

static void
begin_side(struct bgp_saver *s, struct bgp_session *session, unsigned side)
{
	s->side = side;
	s->peer = (uint16_t)side;
	bgp_rib_copy_begin(&session->side[side].rib, BGP_READER_STATE);
}

/* The routes of one side. */
static enum bgp_saver_end
save_some(struct bgp_saver *s, struct bgp_session *session, uint32_t slots)
{
	struct bgp_rib *rib = &session->side[s->side].rib;
	bool more = bgp_rib_copy(rib, BGP_READER_STATE, slots, save_route, s);

	if (rib->copy[BGP_READER_STATE].torn)
		return BGP_SAVER_TORN;
	if (more)
		return BGP_SAVER_MORE;
	if (s->side == SIDE_PEER) {
		begin_side(s, session, SIDE_MSFT);
	} else {
		s->side = 2;
		s->session++;
	}
	return BGP_SAVER_MORE;
}

enum bgp_saver_end
bgp_saver_step(struct bgp_saver *s, uint32_t slots)
{
	struct bgp_session *session;

	if (s->forgotten != s->t->sessions_forgotten)
		return BGP_SAVER_TORN;
	if (s->session >= s->t->session_count)
		return BGP_SAVER_DONE;
	session = s->t->sessions[s->session];
	if (s->side < 2)
		return save_some(s, session, slots);
	if (session->up_ns && bgp_session_stands(session)) {
		save_peers(s, session);
		begin_side(s, session, SIDE_PEER);
	} else {
		s->session++;
	}
	return BGP_SAVER_MORE;
}

void
bgp_state_save(struct bgp_table *t, uint64_t now_ns, struct text *to)
{
	struct bgp_saver *s = bgp_saver_create(t, now_ns, to);

	while (bgp_saver_step(s, UINT32_MAX) == BGP_SAVER_MORE)
		;
	bgp_saver_destroy(s);
}

/* ---- loading ----------------------------------------------------------------------------- */

/* The number of the rest of a line; what is none is 0. */
static uint64_t
number_of(struct slice s)
{
	uint64_t value = 0;

	for (; s.size && *s.at >= '0' && *s.at <= '9'; s.at++, s.size--)
		value = value * 10 + (uint64_t)(*s.at - '0');
	return value;
}

static void
load_row(const struct fact_row *rows, size_t count, struct slice name, uint64_t value, void *to)
{
	for (size_t i = 0; i < count; i++)
		if (slice_equal(name, rows[i].name))
			memcpy((char *)to + rows[i].offset, &value, rows[i].size);
}

static bool
read_addr(struct slice *line, struct addr *out)
{
	char text[ADDR_TEXT_SIZE];

	slice_copy(text, sizeof text, slice_word(line));
	return addr_parse(text, out);
}

static struct bgp_session *
load_session(struct bgp_table *t, struct slice line)
{
	struct addr ip[2];

	if (!read_addr(&line, &ip[SIDE_PEER]) || !read_addr(&line, &ip[SIDE_MSFT]))
		return NULL;
	return bgp_table_find(t, ip);
}

static void
load_line(struct bgp_session *s, struct slice line)
{
	struct slice name = slice_word(&line);
	struct bgp_side *side = NULL;

	if (slice_equal(name, "down_cause")) {
		slice_copy(s->down_cause, sizeof s->down_cause, slice_trim(line));
		return;
	}
	if (slice_equal(name, "peer") || slice_equal(name, "msft")) {
		side = &s->side[slice_equal(name, "peer") ? SIDE_PEER : SIDE_MSFT];
		name = slice_word(&line);
		load_row(side_rows, SIDE_ROWS, name, number_of(slice_trim(line)), side);
		return;
	}
	load_row(session_rows, SESSION_ROWS, name, number_of(slice_trim(line)), s);
}

/* What a file may say is not trusted farther than it makes sense. */
static void
settle(struct bgp_session *s)
{
	for (unsigned i = 0; i < 2; i++)
		if (s->side[i].as > BGP_COMPLETENESS_COUNT)
			s->side[i].as = BGP_COMPLETENESS_COUNT;
	if (s->down_side > SIDE_UNKNOWN)
		s->down_side = SIDE_UNKNOWN;
	s->up_ns = s->carried.up_ns;
	s->carried.pending = s->up_ns != 0;
}

bool
bgp_state_load(struct bgp_table *t, struct cursor state, struct bgp_seed_result *out)
{
	struct slice text = slice_between(state.at, state.end), line;
	struct bgp_session *s = NULL;

	*out = (struct bgp_seed_result){0};
	if (text.size < sizeof magic || memcmp(text.at, magic, sizeof magic - 1) != 0)
		return false;
	slice_until(&text, '\n');
	while (text.size) {
		line = slice_until(&text, '\n');
		if (!line.size)
			break;
		if (line.size > 8 && memcmp(line.at, "session ", 8) == 0) {
			slice_word(&line);
			s = load_session(t, line);
		} else if (s) {
			load_line(s, line);
			settle(s);
		}
	}
	bgp_seed_carried(t, cursor_over((const uint8_t *)text.at, text.size), out);
	return true;
}
