/* BGP sessions in an epoch, as the inspector has them. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "inspect/inspector.h"
#include "store/export_routes.h"

static uint64_t
us(uint64_t ns)
{
	return ns / NS_PER_US;
}

/* "1,2,64,65", ascending. */
static void
fill_capabilities(char *to, size_t size, const struct bgp_open *open)
{
	size_t used = 0;

	for (unsigned code = 0; code < 256 && used + 5 < size; code++) {
		if (bgp_open_has(open, (uint8_t)code))
			used += (size_t)snprintf(to + used, size - used, "%s%u", used ? "," : "",
			                         code);
	}
}

static void
fill_open(struct rec_session_side *r, const struct bgp_side *side)
{
	const struct bgp_open *open = &side->open;

	COPY_TEXT(r->open_basis, bgp_basis_name(side->basis));
	if (!side->basis)
		return;
	r->asn = open->asn;
	r->as_trans = open->as2 == BGP_AS_TRANS && !bgp_open_has(open, BGP_CAP_AS4);
	r->open_us = us(side->open_ns);
	snprintf(r->bgp_id, sizeof r->bgp_id, "%u.%u.%u.%u", open->id[0], open->id[1], open->id[2],
	         open->id[3]);
	COPY_TEXT(r->hostname, side->hostname);
	r->hold_s = open->hold_s;
	fill_capabilities(r->capabilities, sizeof r->capabilities, open);
}

/* RFC 7911 section 4: the sender offers to send them and the receiver to receive. FRR offers to
 * receive in every session. */
static bool
adds_path(const struct bgp_session *s, unsigned side, uint16_t afi)
{
	const struct bgp_family *from = bgp_open_family(&s->side[side].open, afi, BGP_SAFI_UNICAST);
	const struct bgp_family *to = bgp_open_family(&s->side[!side].open, afi, BGP_SAFI_UNICAST);

	return from && to && from->add_path & BGP_ADD_PATH_SEND &&
	       to->add_path & BGP_ADD_PATH_RECEIVE;
}

static void
fill_counts(struct rec_session_side *r, const struct bgp_counts *c)
{
	r->opens = c->messages[BGP_OPEN];
	r->updates = c->messages[BGP_UPDATE];
	r->keepalives = c->messages[BGP_KEEPALIVE];
	r->notifications = c->messages[BGP_NOTIFICATION];
	r->refreshes = c->messages[BGP_ROUTE_REFRESH];
	r->announced = c->announced[0] + c->announced[1];
	r->withdrawn = c->withdrawn[0] + c->withdrawn[1];
	r->notes = c->notes;
	r->malformed = c->malformed;
	r->gaps = c->gaps;
}

/* " 12076", or nothing where no number is to blame or it isn't known. */
static const char *
number_of(const struct bgp_rib *rib, enum bgp_wrong wrong, const struct prefix *p, char text[16])
{
	const struct bgp_route *route = bgp_rib_find(rib, p);
	const struct bgp_attrs *a = route ? bgp_attrs_get(rib->pool->attrs, route->attrs) : NULL;
	uint32_t number = a ? bgp_rules_number(rib->pool->rules, wrong, a) : 0;

	text[0] = '\0';
	if (number)
		snprintf(text, 16, " %" PRIu32, number);
	return text;
}

/* "10.0.0.0/8 bogon, 10.1.0.0/16 cloud's AS 8075": whole ones only. */
static void
fill_wrong(struct rec_routes_wrong *to, struct bgp_rib *rib, enum bgp_wrong wrong)
{
	char prefix[PREFIX_TEXT_SIZE], one[96], number[16];
	size_t used = 0;

	to->count = rib->wrong[wrong].count;
	bgp_rib_name_wrong(rib, wrong);
	for (uint32_t i = 0; i < rib->wrong[wrong].named_count; i++) {
		const struct prefix *p = &rib->wrong[wrong].named[i];
		size_t size = (size_t)snprintf(one, sizeof one, "%s%s %s%s", used ? ", " : "",
		                               prefix_format(p, prefix), bgp_wrong_name(wrong),
		                               number_of(rib, wrong, p, number));

		if (used + size >= sizeof to->first)
			return;
		memcpy(to->first + used, one, size + 1);
		used += size;
	}
}

static void
fill_routes(struct rec_session_side *r, const struct conf *conf, struct bgp_rib *rib)
{
	uint64_t prefixes, attributes;

	r->routes_v4 = rib->standing[0];
	r->routes_v6 = rib->standing[1];
	r->registered = bgp_rib_registered(rib, conf, &prefixes, &attributes);
	snprintf(r->routes_digest, sizeof r->routes_digest, "%016" PRIx64, rib->digest);
	snprintf(r->registered_digest, sizeof r->registered_digest, "%016" PRIx64, prefixes);
	snprintf(r->registered_attrs_digest, sizeof r->registered_attrs_digest, "%016" PRIx64,
	         attributes);
	fill_wrong(&r->bogon, rib, BGP_WRONG_BOGON);
	fill_wrong(&r->special_as, rib, BGP_WRONG_SPECIAL_AS);
	fill_wrong(&r->cloud_as, rib, BGP_WRONG_CLOUD_AS);
	fill_wrong(&r->cloud_space, rib, BGP_WRONG_CLOUD_SPACE);
	fill_wrong(&r->foreign_origin, rib, BGP_WRONG_FOREIGN_ORIGIN);
	fill_wrong(&r->tagged_unregistered, rib, BGP_WRONG_TAGGED);
	fill_wrong(&r->expressroute, rib, BGP_WRONG_EXPRESSROUTE);
	r->public_v4 = rib->public_v4;
}

static void
fill_side(struct rec_session_side *r, struct bgp_session *s, unsigned i)
{
	struct bgp_side *side = &s->side[i];

	addr_format(&side->ip, r->ip);
	r->port = side->port;
	fill_open(r, side);
	r->add_path = adds_path(s, i, BGP_AFI_IPV4) || adds_path(s, i, BGP_AFI_IPV6);
	fill_counts(r, &side->counts);
	r->first_as = side->first_as;
	r->updates_indirect = side->updates_indirect;
	r->last_us = us(side->last_ns);
	if (bgp_session_stands(s))
		fill_routes(r, s->shared->conf, &side->rib);
	COPY_TEXT(r->completeness, bgp_completeness_name(side->completeness));
	r->completeness_us = us(side->completeness_ns);
	if (s->current && side->completeness > BGP_SEEDED)
		bgp_connection_doubt(s->current, bgp_connection_side(s->current, i),
		                     r->completeness_why, sizeof r->completeness_why);
	if (side->seeded)
		COPY_TEXT(r->rib_source, side->source);
	r->end_of_rib_us = us(side->end_of_rib_ns);
	r->withdraw_us = side->rib.withdraw_us;
	r->max_prefix_ceases = side->max_prefix_ceases;
	r->seed_disagreed = side->seed_disagreed;
	r->carried_missed_bytes = s->carried.missed[i];
}

static void
export_session(struct epoch *x, struct bgp_session *s, struct told_session *told)
{
	enum bgp_completeness peer = s->side[SIDE_PEER].completeness;
	enum bgp_completeness msft = s->side[SIDE_MSFT].completeness;
	struct rec_session r = {.head.started_us = us(s->first_ns)};

	COPY_TEXT(r.name, s->name);
	if (s->link < x->e->conf->link_count)
		COPY_TEXT(r.link, x->e->conf->links[s->link].name);
	r.declared = s->declared;
	COPY_TEXT(r.state, bgp_state_name(s->state));
	r.state_since_us = us(s->state_ns);
	r.joined = s->joined;
	r.up_since_us = us(s->up_ns);
	r.hold_s = bgp_session_hold_s(s, &r.hold_known);
	r.flaps = s->flaps;
	COPY_TEXT(r.down_cause, s->down_cause);
	if (s->down_ns)
		COPY_TEXT(r.down_side, side_name(s->down_side));
	r.down_us = us(s->down_ns);
	outages_format(&s->outages, r.outages, sizeof r.outages);
	r.up_us = us(s->up_time_ns);
	r.covered_us = us(s->covered_ns);
	r.graceful_restart = s->graceful;
	if (s->carried.to_ns) {
		r.carried_from_us = us(s->carried.from_ns);
		r.carried_to_us = us(s->carried.to_ns);
	}
	r.segments = s->segments.count;
	r.md5_segments = s->segments.md5;
	r.ao_segments = s->segments.ao;
	r.ttl_min = s->segments.ttl_min;
	r.ttl_max = s->segments.ttl_max;
	COPY_TEXT(r.completeness, bgp_completeness_name(peer > msft ? peer : msft));
	for (unsigned i = 0; i < REC_SIDES; i++) {
		fill_side(&r.side[i], s, i);
		r.side[i].routes_unwritten = export_routes(x, s, i, &told->side[i]);
	}
	export_put(x, RECORD_SESSION, r.name, &r);
}

/* Sessions that the inspector has forgotten go from the store too. */
static void
sweep(struct epoch *x)
{
	struct dict *told = &x->e->sessions;

	for (struct dict_entry *e = dict_next(told, NULL); e; e = dict_next(told, e)) {
		struct told_session *t = e->value;

		if (t->seq == x->a->seq)
			continue;
		store_remove(x->e->store, RECORD_SESSION, e->key);
		export_routes_forget(x->e, e->key);
		free(dict_take(told, e->key, e->key_size));
	}
}

static struct told_session *
told_of(struct exporter *e, const char *name)
{
	void **place = dict_put(&e->sessions, name, strlen(name));
	struct told_session *t = *place;

	if (t)
		return t;
	t = *place = mem_alloc(1, sizeof *t);
	for (unsigned i = 0; i < REC_SIDES; i++)
		t->side[i].session = t;
	return t;
}

void
export_sessions(struct epoch *x, struct inspector *inspector)
{
	const struct bgp_table *t = &inspector_census(inspector)->peering.bgp;

	for (uint32_t i = 0; i < t->session_count; i++) {
		struct told_session *told = told_of(x->e, t->sessions[i]->name);

		told->seq = x->a->seq;
		export_session(x, t->sessions[i], told);
	}
	sweep(x);
}
