/*
 * Routes as the judges need them: the registered prefixes on every session, what announcements
 * cover of the contract's subnets and of addresses that need a look.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "audit/announcements.h"
#include "audit/field.h"
#include "audit/gather_private.h"
#include "audit/judge_parts.h"
#include "base/mem.h"
#include "store/route.h"

enum { SOURCES_MOST = 256 }; /* addresses looked at per site, those seen last */

/* ---- registered prefixes --------------------------------------------------------------------- */

/* "64500 64501 {64502,64503}": numbers in their order. */
static void
read_path(struct input_route *to, const char *text)
{
	while (*text != '\0' && to->path_count < INPUT_PATH) {
		size_t skip = strspn(text, " {}()[],");
		char *end;

		text += skip;
		if (*text == '\0')
			break;
		to->path[to->path_count] = (uint32_t)strtoul(text, &end, 10);
		if (end == text)
			break;
		to->path_count++;
		text = end;
	}
}

static bool
has_community(const char *list, const char *wanted)
{
	size_t size = strlen(wanted);

	for (const char *at = list; (at = strstr(at, wanted)) != NULL; at += size)
		if ((at == list || at[-1] == ' ') && (at[size] == '\0' || at[size] == ' '))
			return true;
	return false;
}

static struct input_route
route_of(const struct rec_route *r)
{
	struct input_route to = {
		.present = true,
		.tagged = has_community(r->communities, "8075:8007"),
		.shutdown = has_community(r->communities, "65535:0"),
		.path_length = (unsigned)r->path_length,
		.origin = (uint32_t)r->origin_as,
		.has_med = !isnan(r->med),
		.med = isnan(r->med) ? 0 : (uint32_t)r->med,
		.since_us = r->received_us,
	};

	read_path(&to, r->as_path);
	return to;
}

static void
look_inside(struct gather *g, struct input_session *s)
{
	for (size_t i = 0; s->routes && i < g->params->conf->registered_count; i++)
		s->routes[i].inside = announcements_inside(g->params->announcements, s, i);
}

static void
gather_registered(struct gather *g, struct input_session *s)
{
	const struct conf *conf = g->params->conf;
	const struct rec_session_side *peer = &s->rec.side[SIDE_PEER];
	struct store *store = g->params->store;
	const struct input_route *kept;
	bool refused = false;
	size_t present = 0;

	/* with path identifiers a prefix is more than one route: not compared */
	if (!s->counts || !s->seen || !s->link || conf->registered_count == 0 || peer->add_path)
		return;
	s->routes = mem_alloc(conf->registered_count, sizeof *s->routes);
	kept = announcements_kept(g->params->announcements, s, conf->registered_count);
	if (kept) {
		memcpy(s->routes, kept, conf->registered_count * sizeof *s->routes);
		look_inside(g, s);
		return;
	}
	store_select(store, conf->sites[s->link->conf->site].name, conf->peering.name);
	for (size_t i = 0; i < conf->registered_count; i++) {
		char prefix[PREFIX_TEXT_SIZE];
		struct rec_route r;

		prefix_format(&conf->registered[i].prefix, prefix);
		if (route_get(store, s->rec.name, SIDE_PEER, prefix, &r))
			s->routes[i] = route_of(&r);
		else
			s->routes[i].covered = announcements_covers(
				g->params->announcements, SIDE_PEER, &conf->registered[i].prefix);
		present += s->routes[i].present;
		refused |= store_refused(store);
		g->broken |= store_error(store) != NULL && !store_refused(store);
	}
	/* the map is written in slices: one that lags behind proves no absence, and neither does
	 * one of another type */
	if (present < peer->registered || refused) {
		free(s->routes);
		s->routes = NULL;
	} else if (!g->broken) {
		announcements_keep(g->params->announcements, s, conf->registered_count);
	}
	look_inside(g, s);
}

/* ---- coverage -------------------------------------------------------------------------------- */

static void
gather_covered(struct gather *g)
{
	for (size_t i = 0; i < g->in->subnet_count; i++) {
		struct input_subnet *s = &g->in->subnets[i];

		if (s->conf && (s->conf->side == SIDE_PEER || s->conf->side == SIDE_MSFT))
			s->announced = announcements_find(g->params->announcements, s->conf->side,
			                                  &s->conf->prefix);
	}
}

static void
gather_unlisted(struct gather *g)
{
	struct audit_input *in = g->in;
	uint64_t grace = input_time_us(in, "r4_entry_grace_us");

	in->unlisted = announcements_unlisted(g->params->announcements, in->conf,
	                                      in->to_us > grace ? in->to_us - grace : 0);
}

static bool
is_router(const struct audit_input *in, const char *ip)
{
	struct addr a;

	if (!addr_parse(ip, &a))
		return false;
	for (size_t i = 0; i < in->session_count; i++) {
		const struct input_session *s = &in->sessions[i];

		if (s->conf && (addr_equal(&s->conf->peer, &a) || addr_equal(&s->conf->cloud, &a)))
			return true;
		for (int side = 0; side < REC_SIDES; side++)
			if (strcmp(s->rec.side[side].ip, ip) == 0)
				return true;
	}
	return false;
}

static bool
is_endpoint(const struct conf *conf, const struct addr *a)
{
	for (size_t i = 0; i < conf->subnet_count; i++)
		for (size_t k = 0; k < conf->subnets[i].endpoints.count; k++)
			if (addr_equal(&conf->subnets[i].endpoints.at[k], a))
				return true;
	return false;
}

/* Neither routed nor an endpoint of anybody: link-local, multicast, and the unspecified address of
 * who has none yet (RFC 4862 section 5.4.2). */
static bool
is_local(const struct addr *a)
{
	static const struct addr nobody;

	if (addr_equal(a, &nobody) || (addr_is_v4(a) && load_be32(a->b + 12) == 0))
		return true;
	if (addr_is_v4(a))
		return a->b[12] >= 224 || (a->b[12] == 169 && a->b[13] == 254);
	return a->b[0] == 0xff || (a->b[0] == 0xfe && (a->b[1] & 0xc0) == 0x80);
}

static void
take_endpoint(void *context, const char *id, const void *record)
{
	const struct rec_endpoint *e = record;
	struct gather *g = context;
	const struct conf *conf = g->params->conf;
	struct input_source *to;
	struct prefix p;
	bool declared;

	if (!prefix_parse(e->ip, &p, NULL))
		return;
	declared = is_endpoint(conf, &p.addr);
	if (e->subnet[0] != '\0' && !declared)
		return;
	to = GATHER_GROW(g->in->sources, g->in->source_count);
	FIELD_COPY(to->ip, e->ip);
	to->side = strcmp(e->side, side_name(SIDE_MSFT)) == 0 ? SIDE_MSFT : SIDE_PEER;
	to->packets[0] = e->traffic.packets[0];
	to->packets[1] = e->traffic.packets[1];
	to->flows = e->flows;
	memcpy(to->whole, to->packets, sizeof to->whole);
	if (g->params->window) {
		uint64_t *const counters[] = {&to->packets[0], &to->packets[1], &to->flows};
		char key[160];

		FIELD_FORMAT(key, "%s|endpoint:%s", g->site, id);
		window_counts_known(g->params->window, key, &e->head, g->in->to_us, e->first_us,
		                    gather_known_us(g, &e->head), counters, 3);
	}
	to->first_us = e->first_us;
	to->last_us = e->last_us;
	to->router = is_router(g->in, e->ip) || is_local(&p.addr);
	to->declared = declared;
	to->in_subnet = e->subnet[0] != '\0';
	to->icmp_only = strcmp(e->classes, "icmp") == 0;
	to->bogon = conf_special_prefix(conf, &p);
	to->announced = announcements_find(g->params->announcements, to->side, &p);
}

static void
gather_sources(struct gather *g)
{
	struct store *s = g->params->store;

	for (size_t i = 0; i < g->params->conf->site_count; i++) {
		size_t count;
		char **ips;

		g->site = g->params->conf->sites[i].name;
		store_select(s, g->params->conf->sites[i].name, g->params->conf->peering.name);
		ips = store_top(s, SCOPE_SITE, "endpoints", SOURCES_MOST, NULL, &count);
		gather_check(g, RECORD_ENDPOINT);
		store_get_many(s, RECORD_ENDPOINT, ips, count, take_endpoint, g);
		gather_check(g, RECORD_ENDPOINT);
		store_ids_free(ips, count);
	}
}

void
gather_routes(struct gather *g)
{
	if (!g->params->announcements)
		return;
	g->broken |= !announcements_read(g->params->announcements, g->in, g->params->store);
	for (size_t i = 0; i < g->in->session_count && !g->broken; i++) {
		gather_registered(g, &g->in->sessions[i]);
		announcements_registry(g->params->announcements, &g->in->sessions[i],
		                       &g->in->sessions[i].registry);
	}
	gather_covered(g);
	gather_unlisted(g);
	gather_sources(g);
}
