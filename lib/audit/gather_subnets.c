/* The subnets: their traffic by class, and the roles that their addresses are in. */
#include <stdlib.h>
#include <string.h>

#include "audit/field.h"
#include "audit/gather_private.h"

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

/* The contract's stand first, in its order, strangers behind them. */
void
gather_subnets_begin(struct gather *g)
{
	const struct conf *conf = g->params->conf;

	for (size_t i = 0; i < conf->subnet_count; i++) {
		const struct conf_subnet *c = &conf->subnets[i];
		char prefix[PREFIX_TEXT_SIZE];

		subnet_put(g, prefix_format(&c->prefix, prefix))->conf = c;
	}
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
	struct input_subnet *s;

	FIELD_COPY(c.name, r->class);
	if (g->params->window) {
		uint64_t length =
			(uint64_t)conf_threshold(g->params->conf, NULL, "evidence_window_us");
		char key[256];
		uint64_t begin;

		FIELD_FORMAT(key, "%s|%s", g->site, id);
		begin = window_apply_known(g->params->window, key, &r->head, g->in->to_us,
		                           r->first_us, gather_known_us(g, &r->head), &c);
		if (begin > g->in->from_us && begin + length <= g->in->to_us)
			g->in->from_us = begin; /* the window has moved on */
	}
	s = subnet_slot(g, r->prefix);
	for (int dir = 0; dir < DIR_COUNT; dir++)
		s->whole[dir] += r->traffic.packets[dir];
	add_class(s, &c);
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

void
gather_subnets_site(struct gather *g)
{
	/* a subnet's traffic is told by class: its own record adds nothing here */
	gather_kind(g, RECORD_SUBNET_CLASS, take_class);
	gather_roles(g);
}
