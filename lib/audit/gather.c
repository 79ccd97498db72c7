#include "audit/gather.h"

#include <stdlib.h>
#include <string.h>

#include "audit/field.h"
#include "audit/gate.h"
#include "audit/gather_parts.h"
#include "base/mem.h"
#include "classify/class.h"

void *
gather_grow(void **array, size_t *count, size_t size)
{
	char *slot;

	if ((*count & (*count - 1)) == 0) /* at 0, 1, 2, 4 …: double */
		*array = mem_resize(*array, *count ? 2 * *count : 1, size);
	slot = (char *)*array + (*count)++ * size;
	memset(slot, 0, size);
	return slot;
}

void
gather_check(struct gather *g, enum record_kind kind)
{
	const char *error = store_error(g->params->store);
	char *why = g->in->unread[kind];

	if (!error)
		return;
	if (!store_refused(g->params->store))
		g->broken = true;
	else if (why[0] == '\0')
		field_copy(why, sizeof g->in->unread[kind], error);
}

bool
gather_get(struct gather *g, enum record_kind kind, const char *id, void *record)
{
	bool found = store_get(g->params->store, kind, id, record);

	gather_check(g, kind);
	return found;
}

char **
gather_ids(struct gather *g, enum record_kind kind, const char *parent, size_t *count)
{
	char **ids = store_ids(g->params->store, kind, parent, count);

	gather_check(g, kind);
	return ids;
}

void
gather_kind(struct gather *g, enum record_kind kind, store_record_fn take)
{
	size_t count;
	char **ids = gather_ids(g, kind, NULL, &count);

	store_get_many(g->params->store, kind, ids, count, take, g);
	gather_check(g, kind);
	store_ids_free(ids, count);
}

/* ---- probes ---------------------------------------------------------------------------------- */

struct counters {
	uint64_t *at[GATE_COUNTERS + 3];
	size_t count;
};

static void
add_counter(void *context, uint64_t *counter)
{
	struct counters *c = context;

	c->at[c->count++] = counter;
}

/* What the probe was offered and lost, as the window's counts. */
static void
count_probe(struct gather *g, struct input_probe *p)
{
	const struct rec_probe *r = &p->rec;
	struct counters c = {.at = {&p->offered, &p->lost, &p->control_drops}, .count = 3};
	bool voided = gate_voids(g->params->conf, r->loss_ratio, 0);
	char key[160];

	p->lost = r->missed + r->no_mbuf;
	p->offered = (r->rx_packets > 0 ? r->rx_packets : r->packets) + p->lost;
	p->control_drops = r->punt_control_drops;
	p->own = *r;
	if (!g->params->window)
		return;
	gate_counters(&p->own, add_counter, &c);
	FIELD_FORMAT(key, "%s|probe:%s", g->site, r->id);
	window_counts(g->params->window, key, &r->head, r->heartbeat_us, c.at, c.count);
	FIELD_FORMAT(key, "%s|loss:%s", g->site, r->id);
	g->in->voided_ratio =
		window_voided(g->params->window, key, r->heartbeat_us, r->interval_us, voided);
}

/* Totals that jump between two processes prove nothing. */
static void
note_twins(struct gather *g, struct rec_probe *r)
{
	struct twins *t = g->params->twins;

	if (!t ||
	    !twins_note(t, r->id, r->head.boot_us, r->head.seq, r->heartbeat_us, r->interval_us))
		return;
	r->fit = false;
	FIELD_COPY(r->unfit_reason, "two processes write under its id; each wants one of its own");
}

/* It may work from another contract file; an unnamed one is nobody's. */
static bool
is_stranger(const struct conf *conf, const struct rec_probe *r)
{
	return conf->sha256[0] != '\0' && r->config_sha256[0] != '\0' &&
	       strcmp(conf->sha256, r->config_sha256) != 0;
}

/* A clock that runs ahead of this machine's makes everything look fresh. */
static void
note_ahead(const struct gather *g, struct rec_probe *r)
{
	double most = conf_threshold(g->params->conf, NULL, "stale_us");

	if (g->params->now_us == 0 || (double)r->heartbeat_us <= (double)g->params->now_us + most)
		return;
	r->fit = false;
	FIELD_FORMAT(r->unfit_reason, "its clock is %.0f s ahead of control's",
	             (double)(r->heartbeat_us - g->params->now_us) / 1e6);
	r->heartbeat_us = g->params->now_us;
}

static void
take_probe(void *context, const char *id, const void *record)
{
	struct gather *g = context;
	struct input_probe *p = GATHER_GROW(g->in->probes, g->in->probe_count);

	(void)id;
	p->rec = *(const struct rec_probe *)record;
	note_twins(g, &p->rec);
	note_ahead(g, &p->rec);
	p->stranger = is_stranger(g->params->conf, &p->rec);
	count_probe(g, p);
	if (p->rec.heartbeat_us > g->in->to_us)
		g->in->to_us = p->rec.heartbeat_us;
	if (g->in->from_us == 0 || p->rec.head.started_us < g->in->from_us)
		g->in->from_us = p->rec.head.started_us;
}

/* ---- links ----------------------------------------------------------------------------------- */

static void
gather_members(struct gather *g, struct input_link *link)
{
	size_t count;
	char **ids = gather_ids(g, RECORD_MEMBER, link->rec.name, &count);

	link->members = mem_alloc(count ? count : 1, sizeof *link->members);
	for (size_t i = 0; i < count; i++)
		if (gather_get(g, RECORD_MEMBER, ids[i], &link->members[link->member_count]))
			link->member_count++;
	store_ids_free(ids, count);
}

/* Counts of the window; what stood there before the first look counts as seen now, since nobody
 * knows when it came. */
static void
count_rest(struct gather *g, const char *id, struct rec_link_subnet *rest, uint64_t *first_us,
           uint64_t *last_us)
{
	struct rec_traffic *t = &rest->traffic;
	struct input_class c = {.packets = {t->packets[0], t->packets[1]},
	                        .bytes = {t->bytes[0], t->bytes[1]},
	                        .flows = rest->flows,
	                        .first_us = g->in->to_us,
	                        .last_us = g->in->to_us};
	char key[200];

	*first_us = rest->flows > 0 ? rest->head.started_us : 0;
	*last_us = rest->flows > 0 ? g->in->to_us : 0;
	if (!g->params->window)
		return;
	FIELD_FORMAT(key, "%s|link:%s", g->site, id);
	window_apply(g->params->window, key, &rest->head, g->in->to_us, &c);
	for (unsigned dir = 0; dir < DIR_COUNT; dir++) {
		t->packets[dir] = c.packets[dir];
		t->bytes[dir] = c.bytes[dir];
	}
	rest->flows = c.flows;
	*first_us = c.first_us;
	*last_us = window_grown_us(g->params->window, key);
}

static void
gather_rest(struct gather *g, struct input_link *link, const char *name,
            struct rec_link_subnet *rest)
{
	uint64_t first_us, last_us;
	char id[160];

	FIELD_FORMAT(id, "%s:subnet:%s", link->rec.name, name);
	if (!gather_get(g, RECORD_LINK_SUBNET, id, rest)) {
		memset(rest, 0, sizeof *rest);
		return;
	}
	count_rest(g, id, rest, &first_us, &last_us);
	if (rest != &link->announced[SIDE_PEER] && rest != &link->undeclared[SIDE_PEER])
		return;
	if (first_us > 0 && (link->rest_first_us == 0 || first_us < link->rest_first_us))
		link->rest_first_us = first_us;
	if (last_us > link->rest_last_us)
		link->rest_last_us = last_us;
}

/* Counts of the window: the record holds those since the probe's start. */
static void
count_link(struct gather *g, struct input_link *link)
{
	const struct rec_traffic *t = &link->rec.traffic;
	struct input_class c = {.packets = {t->packets[0], t->packets[1]},
	                        .bytes = {t->bytes[0], t->bytes[1]},
	                        .first_us = link->rec.head.started_us,
	                        .last_us = g->in->to_us};
	char key[160];

	FIELD_FORMAT(key, "%s|link:%s", g->site, link->rec.name);
	if (g->params->window)
		window_apply(g->params->window, key, &link->rec.head, g->in->to_us, &c);
	for (unsigned dir = 0; dir < DIR_COUNT; dir++) {
		link->packets[dir] = c.packets[dir];
		link->bytes[dir] = c.bytes[dir];
	}
}

/* Frames without an IP header. */
static void
gather_frames(struct gather *g, struct input_link *link)
{
	static const enum traffic_class classes[] = {CLASS_LACP, CLASS_LLDP, CLASS_CDP,   CLASS_STP,
	                                             CLASS_ARP,  CLASS_CFM,  CLASS_MACSEC};

	link->frames[0] = link->frames[1] = 0;
	for (size_t i = 0; i < sizeof classes / sizeof classes[0]; i++) {
		struct rec_link_class rec;
		char id[160];

		FIELD_FORMAT(id, "%s:class:%s", link->rec.name, class_name(classes[i]));
		if (!gather_get(g, RECORD_LINK_CLASS, id, &rec))
			continue;
		link->frames[0] += rec.traffic.packets[0];
		link->frames[1] += rec.traffic.packets[1];
	}
	if (g->params->window) {
		uint64_t *const counters[] = {&link->frames[0], &link->frames[1]};
		char key[160];

		FIELD_FORMAT(key, "%s|frames:%s", g->site, link->rec.name);
		window_counts(g->params->window, key, &link->rec.head, g->in->to_us, counters, 2);
	}
}

/* NULL: a link of the contract, as another site than its own tells of it. */
static struct input_link *
link_slot(struct gather *g, const char *name)
{
	const struct conf *c = g->params->conf;

	for (size_t i = 0; i < c->link_count; i++)
		if (strcmp(c->links[i].name, name) == 0)
			return strcmp(c->sites[c->links[i].site].name, g->site) == 0
			               ? &g->in->links[i]
			               : NULL;
	return GATHER_GROW(g->in->links, g->in->link_count);
}

static void
gather_links(struct gather *g)
{
	size_t count;
	char **ids = gather_ids(g, RECORD_LINK, NULL, &count);

	for (size_t i = 0; i < count; i++) {
		struct input_link *link;
		struct rec_link rec;

		if (!gather_get(g, RECORD_LINK, ids[i], &rec))
			continue;
		link = link_slot(g, rec.name);
		if (!link || (link->seen && link->rec.head.boot_us >= rec.head.boot_us))
			continue; /* an older probe's leavings */
		free(link->members);
		link->member_count = 0;
		link->rest_first_us = link->rest_last_us = 0;
		link->rec = rec;
		link->seen = true;
		count_link(g, link);
		gather_members(g, link);
		gather_frames(g, link);
		gather_rest(g, link, "announced-peer", &link->announced[SIDE_PEER]);
		gather_rest(g, link, "announced-msft", &link->announced[SIDE_MSFT]);
		gather_rest(g, link, "undeclared-peer", &link->undeclared[SIDE_PEER]);
		gather_rest(g, link, "undeclared-msft", &link->undeclared[SIDE_MSFT]);
	}
	store_ids_free(ids, count);
}

/* ---- subnets --------------------------------------------------------------------------------- */

struct wanted_subnet {
	const struct gather *gather;
	const char *prefix;
};

static bool
is_subnet(const void *context, uint32_t index)
{
	const struct wanted_subnet *w = context;

	return strcmp(w->gather->in->subnets[index].prefix, w->prefix) == 0;
}

/* The subnet of this prefix, added when nobody knows it. */
static struct input_subnet *
subnet_put(struct gather *g, const char *prefix)
{
	uint64_t hash = hash_bytes(&g->hash, prefix, strlen(prefix));
	struct wanted_subnet wanted = {g, prefix};
	uint32_t index = map_find(&g->subnets, hash, is_subnet, &wanted);
	struct input_subnet *s;

	if (index != MAP_NONE)
		return &g->in->subnets[index];
	map_add(&g->subnets, hash, (uint32_t)g->in->subnet_count);
	s = GATHER_GROW(g->in->subnets, g->in->subnet_count);
	FIELD_COPY(s->prefix, prefix);
	return s;
}

/* As the contract's are written, whoever wrote it. */
static struct input_subnet *
subnet_slot(struct gather *g, const char *prefix)
{
	char text[PREFIX_TEXT_SIZE];
	struct prefix p;

	return subnet_put(g, prefix_parse(prefix, &p, NULL) ? prefix_format(&p, text) : prefix);
}

static struct input_class *
class_slot(struct input_subnet *s, const char *name)
{
	struct input_class *c;

	for (size_t i = 0; i < s->class_count; i++)
		if (strcmp(s->classes[i].name, name) == 0)
			return &s->classes[i];
	c = GATHER_GROW(s->classes, s->class_count);
	FIELD_COPY(c->name, name);
	return c;
}

static void
widen(uint64_t *first_us, uint64_t *last_us, const struct input_class *more)
{
	if (more->first_us > 0 && (*first_us == 0 || more->first_us < *first_us))
		*first_us = more->first_us;
	if (more->last_us > *last_us)
		*last_us = more->last_us;
}

/* A class's counts of one probe go to the class and to its subnet, so that both always agree. */
static void
add_class(struct input_subnet *s, const struct input_class *more)
{
	struct input_class *c = class_slot(s, more->name);

	for (int dir = 0; dir < DIR_COUNT; dir++) {
		c->packets[dir] += more->packets[dir];
		c->bytes[dir] += more->bytes[dir];
		s->packets[dir] += more->packets[dir];
		s->bytes[dir] += more->bytes[dir];
	}
	c->flows += more->flows;
	c->flows_two_way += more->flows_two_way;
	c->flows_peer += more->flows_peer;
	s->flows += more->flows;
	widen(&c->first_us, &c->last_us, more);
	widen(&s->first_us, &s->last_us, more);
}

static void
take_class(void *context, const char *id, const void *record)
{
	const struct rec_subnet_class *r = record;
	struct gather *g = context;
	struct input_class c = {
		.packets = {r->traffic.packets[0], r->traffic.packets[1]},
		.bytes = {r->traffic.bytes[0], r->traffic.bytes[1]},
		.flows = r->flows,
		.flows_two_way = r->flows_two_way,
		.flows_peer = r->flows_peer,
		.first_us = r->first_us,
		.last_us = r->last_us,
	};

	FIELD_COPY(c.name, r->class);
	if (g->params->window) {
		char key[256];
		uint64_t begin;

		FIELD_FORMAT(key, "%s|%s", g->site, id);
		begin = window_apply(g->params->window, key, &r->head, g->in->to_us, &c);
		if (begin > g->in->from_us)
			g->in->from_us = begin;
	}
	add_class(subnet_slot(g, r->prefix), &c);
}

/* ---- roles ----------------------------------------------------------------------------------- */

enum { ROLE_LIMIT = 256 }; /* endpoints looked at per role, those seen last */

struct role_reader {
	struct gather *gather;
	enum endpoint_role role;
};

/* What "sbc 0.95,web-server 0.80" says of a role; 0: nothing any more. */
static double
confidence_of(const struct rec_endpoint *e, enum endpoint_role role)
{
	const char *name = role_name(role);
	size_t size = strlen(name);

	for (const char *at = e->roles_confidence; (at = strstr(at, name)); at += size)
		if ((at == e->roles_confidence || at[-1] == ',') && at[size] == ' ')
			return strtod(at + size, NULL);
	return 0;
}

static void
note_role(void *context, const char *id, const void *record)
{
	const struct role_reader *r = context;
	const struct rec_endpoint *e = record;
	double confidence = confidence_of(e, r->role);
	struct input_role *seen;

	(void)id;
	if (e->subnet[0] == '\0' || confidence == 0)
		return;
	r->gather->in->roles_collected = true;
	seen = &subnet_slot(r->gather, e->subnet)->roles[r->role];
	seen->endpoints++;
	if (confidence <= seen->confidence)
		return;
	seen->confidence = confidence;
	seen->last_us = e->last_us;
	FIELD_COPY(seen->ip, e->ip);
}

/* Which roles the addresses of each subnet are in; each role is read once. */
static void
gather_roles(struct gather *g)
{
	struct store *s = g->params->store;

	for (unsigned role = 0; role < ENDPOINT_ROLE_COUNT; role++) {
		struct role_reader reader = {g, role};
		char key[96], **ips;
		size_t count;

		FIELD_FORMAT(key, "endpoints:%s", role_name(role));
		ips = store_top(s, SCOPE_SITE, key, ROLE_LIMIT, NULL, &count);
		gather_check(g, RECORD_ENDPOINT);
		store_get_many(s, RECORD_ENDPOINT, ips, count, note_role, &reader);
		gather_check(g, RECORD_ENDPOINT);
		store_ids_free(ips, count);
	}
}

/* ---- all of it ------------------------------------------------------------------------------- */

/* What the contract names exists in the input even where no probe reports it; its subnets stand
 * first, in its order, strangers behind them. */
static void
begin(struct gather *g)
{
	const struct gather_params *p = g->params;
	struct audit_input *in = g->in;

	*in = (struct audit_input){.conf = p->conf,
	                           .min_time_us = p->min_time_us,
	                           .capture = p->capture,
	                           .registry = p->registry};
	for (size_t i = 0; i < p->conf->link_count; i++) {
		struct input_link *link = GATHER_GROW(in->links, in->link_count);

		link->conf = &p->conf->links[i];
		FIELD_COPY(link->rec.name, link->conf->name);
	}
	gather_peering_begin(g);
	for (size_t i = 0; i < p->conf->subnet_count; i++) {
		const struct conf_subnet *c = &p->conf->subnets[i];
		char prefix[PREFIX_TEXT_SIZE];

		subnet_put(g, prefix_format(&c->prefix, prefix))->conf = c;
	}
}

static void
take_maintenance(void *context, const char *id, const void *record)
{
	struct gather *g = context;
	struct rec_maintenance *to = GATHER_GROW(g->in->maintenance, g->in->maintenance_count);

	(void)id;
	*to = *(const struct rec_maintenance *)record;
}

static void
mark_stale(struct audit_input *in)
{
	double limit = conf_threshold(in->conf, NULL, "stale_us");

	for (size_t i = 0; i < in->probe_count; i++) {
		struct input_probe *p = &in->probes[i];

		p->stale = (double)p->rec.heartbeat_us + limit < (double)in->now_us;
	}
}

static const struct input_probe *
probe_of(const struct audit_input *in, const char *id)
{
	for (size_t p = 0; id && id[0] != '\0' && p < in->probe_count; p++)
		if (strcmp(in->probes[p].rec.id, id) == 0)
			return &in->probes[p];
	return NULL;
}

static void
forget_link(struct input_link *link)
{
	free(link->members);
	free(link->lacp);
	link->members = NULL;
	link->lacp = NULL;
	link->member_count = link->lacp_count = 0;
	link->followed = link->seen = false;
}

/* Who taps which link. What nobody writes any more is not seen: records outlive their probe, the
 * run that wrote them, and the contract that named them (a link lives a day in the store, a session
 * a week). */
static void
find_probes(struct audit_input *in)
{
	for (size_t i = 0; i < in->link_count; i++) {
		struct input_link *link = &in->links[i];

		link->probe = probe_of(in, link->rec.probe);
		if (!link->probe && link->conf)
			link->probe = probe_of(in, link->conf->tap_probe);
		/* a capture is read by one program, whatever taps are declared */
		if (link->seen && !in->capture && link->rec.probe[0] != '\0' &&
		    (!link->probe || input_is_left(link->probe, &link->rec.head)))
			link->seen = false;
		if (!link->seen)
			forget_link(link);
	}
}

bool
audit_gather(const struct gather_params *params, struct audit_input *in)
{
	struct gather g = {.params = params, .in = in, .hash = hash_key_make(0)};

	begin(&g);
	for (size_t i = 0; i < params->conf->site_count; i++) {
		g.site = params->conf->sites[i].name;
		store_select(params->store, g.site, params->conf->peering.name);
		gather_kind(&g, RECORD_PROBE, take_probe);
	}
	for (size_t i = 0; i < params->conf->site_count && !g.broken; i++) {
		g.site = params->conf->sites[i].name;
		store_select(params->store, g.site, params->conf->peering.name);
		gather_links(&g);
		/* a subnet's traffic is told by class: its own record adds nothing here */
		gather_kind(&g, RECORD_SUBNET_CLASS, take_class);
		gather_roles(&g);
		gather_peering_site(&g);
		gather_voice_site(&g);
		gather_path_site(&g);
	}
	gather_kind(&g, RECORD_MAINTENANCE, take_maintenance);
	in->now_us = params->now_us > 0 ? params->now_us : in->to_us;
	if (in->from_us > in->to_us)
		in->from_us = in->to_us; /* a clock was set back */
	mark_stale(in);
	find_probes(in);
	gather_peering_end(&g);
	gather_routes(&g);
	map_fini(&g.subnets);
	if (g.broken)
		audit_input_fini(in);
	return !g.broken;
}

void
audit_input_fini(struct audit_input *in)
{
	for (size_t i = 0; i < in->link_count; i++) {
		free(in->links[i].members);
		free(in->links[i].lacp);
	}
	for (size_t i = 0; i < in->subnet_count; i++)
		free(in->subnets[i].classes);
	for (size_t i = 0; i < in->session_count; i++)
		free(in->sessions[i].routes);
	free(in->sessions);
	free(in->voices);
	free(in->bfds);
	free(in->losses);
	free(in->latencies);
	free(in->halves);
	free(in->sources);
	free(in->probes);
	free(in->links);
	free(in->subnets);
	free(in->maintenance);
	*in = (struct audit_input){0};
}
