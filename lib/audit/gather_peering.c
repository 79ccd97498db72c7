/* What the interconnect's own protocols say: sessions, BFD, members of LAGs, tokens. */
#include <stdlib.h>
#include <string.h>

#include "audit/field.h"
#include "audit/gather_private.h"
#include "base/mem.h"
#include "inspect/tokens.h"

/* Counters of a record's uptime, and two more, as those of the window. */
struct counted {
	uint64_t up_us, covered_us, flaps, more[2];
};

static void
apply_window(struct gather *g, const char *kind, const char *name, const struct rec_head *head,
             struct counted *c)
{
	struct input_class sum = {
		.packets = {c->up_us, c->covered_us},
		.bytes = {c->flaps, c->more[0]},
		.flows = c->more[1],
		.first_us = head->started_us,
		.last_us = g->in->to_us,
	};
	char key[256];

	if (!g->params->window)
		return;
	FIELD_FORMAT(key, "%s|%s:%s", g->site, kind, name);
	window_apply(g->params->window, key, head, g->in->to_us, &sum);
	*c = (struct counted){
		sum.packets[0], sum.packets[1], sum.bytes[0], {sum.bytes[1], sum.flows}};
}

static struct uptime
uptime_of(const struct counted *c)
{
	return (struct uptime){.up_us = c->up_us, .covered_us = c->covered_us, .flaps = c->flaps};
}

static struct input_link *
link_find(struct audit_input *in, const char *name)
{
	for (size_t i = 0; i < in->link_count; i++)
		if (in->links[i].conf && strcmp(in->links[i].conf->name, name) == 0)
			return &in->links[i];
	return NULL;
}

/* ---- sessions -------------------------------------------------------------------------------- */

static struct input_session *
session_slot(struct audit_input *in, const char *name)
{
	for (size_t i = 0; i < in->session_count; i++)
		if (strcmp(in->sessions[i].rec.name, name) == 0)
			return &in->sessions[i];
	return GATHER_GROW(in->sessions, in->session_count);
}

static uint64_t
newest(const struct rec_session *s)
{
	uint64_t a = s->side[SIDE_PEER].last_us, b = s->side[SIDE_MSFT].last_us;

	return a > b ? a : b;
}

static void
take_session(void *context, const char *id, const void *record)
{
	const struct rec_session *r = record;
	struct gather *g = context;
	struct input_session *s = session_slot(g->in, r->name);
	struct counted c = {
		.up_us = r->up_us,
		.covered_us = r->covered_us,
		.flaps = r->flaps,
		.more = {r->side[0].max_prefix_ceases + r->side[1].max_prefix_ceases},
	};

	if (s->seen && newest(&s->rec) >= newest(r))
		return; /* another probe's older view of it */
	apply_window(g, "session", id, &r->head, &c);
	s->rec = *r;
	s->seen = true;
	s->uptime = uptime_of(&c);
	s->max_prefix_ceases = c.more[0];
}

/* Whether the cloud's side is the cloud, as far as it is known. */
static bool
reaches_cloud(const struct conf *conf, const struct rec_session_side *cloud)
{
	uint64_t asn = cloud->asn > 0 ? cloud->asn : cloud->first_as;

	for (size_t i = 0; i < conf->cloud.asns.count; i++)
		if (conf->cloud.asns.at[i] == asn)
			return true;
	return asn == 0;
}

/* Between two attached routers, as far as it shows: sessions of customers cross the interconnect.
 */
static bool
is_direct(const struct rec_session *r)
{
	return r->ttl_max == 0 ||
	       (token_ttl_is_first((uint8_t)r->ttl_min) && token_ttl_is_first((uint8_t)r->ttl_max));
}

/* What nobody declared and nobody speaks any more was replaced. */
static bool
is_over(const struct audit_input *in, const struct rec_session *r)
{
	uint64_t window = (uint64_t)conf_threshold(in->conf, NULL, "evidence_window_us");

	return strcmp(r->state, "established") != 0 && newest(r) + window < in->to_us;
}

/* Sessions of strangers cross an interconnect too: one that is not declared belongs to the peering
 * where its link declares none, it ends at the cloud and at the attached routers. */
static bool
session_counts(const struct audit_input *in, const struct input_session *s)
{
	if (s->conf)
		return true;
	return s->seen && s->link && s->link->conf->session_count == 0 && is_direct(&s->rec) &&
	       !is_over(in, &s->rec) && reaches_cloud(in->conf, &s->rec.side[SIDE_MSFT]);
}

/* ---- BFD, members, tokens -------------------------------------------------------------------- */

static void
take_bfd(void *context, const char *id, const void *record)
{
	const struct rec_bfd *r = record;
	struct gather *g = context;
	struct input_bfd *b = GATHER_GROW(g->in->bfds, g->in->bfd_count);
	struct counted c = {.up_us = r->up_us,
	                    .covered_us = r->covered_us,
	                    .flaps = r->flaps,
	                    .more = {r->bgp_stayed, r->bgp_followed}};

	apply_window(g, "bfd", id, &r->head, &c);
	b->rec = *r;
	b->uptime = uptime_of(&c);
	b->stayed = c.more[0];
	b->followed = c.more[1];
}

static void
take_tokens(void *context, const char *id, const void *record)
{
	const struct rec_tokens *r = record;
	struct gather *g = context;
	struct input_link *link = link_find(g->in, r->link);

	(void)id;
	if (!link)
		return;
	link->tokens = *r;
	link->followed = true;
}

static void
gather_lacp(struct gather *g, struct input_link *link)
{
	size_t count;
	char **ids = gather_ids(g, RECORD_LACP, link->conf->name, &count);

	for (size_t i = 0; i < count; i++) {
		struct rec_lacp rec;
		struct input_member *m;
		struct counted c;

		if (!gather_get(g, RECORD_LACP, ids[i], &rec))
			continue;
		m = GATHER_GROW(link->lacp, link->lacp_count);
		c = (struct counted){
			.up_us = rec.up_us, .covered_us = rec.covered_us, .flaps = rec.flaps};
		apply_window(g, "lacp", ids[i], &rec.head, &c);
		m->rec = rec;
		m->uptime = uptime_of(&c);
		link->followed = true;
	}
	store_ids_free(ids, count);
}

/* ---- all of it ------------------------------------------------------------------------------- */

void
gather_peering_begin(struct gather *g)
{
	const struct conf *conf = g->params->conf;
	struct audit_input *in = g->in;

	for (size_t i = 0; i < conf->link_count; i++) {
		for (size_t k = 0; k < conf->links[i].session_count; k++) {
			struct input_session *s = GATHER_GROW(in->sessions, in->session_count);

			s->conf = &conf->links[i].sessions[k];
			FIELD_COPY(s->rec.name, s->conf->name);
			FIELD_COPY(s->rec.link, conf->links[i].name);
		}
	}
}

void
gather_peering_site(struct gather *g)
{
	gather_kind(g, RECORD_SESSION, take_session);
	gather_kind(g, RECORD_BFD, take_bfd);
	gather_kind(g, RECORD_TOKENS, take_tokens);
	for (size_t i = 0; i < g->in->link_count; i++) {
		struct input_link *link = &g->in->links[i];

		if (link->conf &&
		    strcmp(g->params->conf->sites[link->conf->site].name, g->site) == 0)
			gather_lacp(g, link);
	}
}

/* Takes out what lies before the window or in maintenance. An outage that lasts does so as long as
 * somebody looks: until its own probe's last word, not until another's. */
static void
read_outages(const struct audit_input *in, struct uptime *u, const char *outages,
             const struct input_link *link, const char *session)
{
	uint64_t window = (uint64_t)conf_threshold(in->conf, NULL, "evidence_window_us");
	uint64_t from = in->capture || in->to_us < window ? 0 : in->to_us - window;
	uint64_t until = in->to_us;
	struct input_scope scope = {.in = in, .scope = "peering"};
	char link_scope[96], session_scope[128];

	if (link) {
		FIELD_FORMAT(link_scope, "link:%s", link->rec.name);
		scope.scope = link_scope;
	}
	if (session && session[0] != '\0') {
		FIELD_FORMAT(session_scope, "session:%s", session);
		scope.also = session_scope;
	}
	if (link && link->probe && link->probe->rec.heartbeat_us < until)
		until = link->probe->rec.heartbeat_us;
	uptime_read(u, outages, from, until, input_maintenance_next, &scope);
}

static const struct input_session *
session_find(const struct audit_input *in, const char *name)
{
	for (size_t i = 0; i < in->session_count; i++)
		if (name[0] != '\0' && strcmp(in->sessions[i].rec.name, name) == 0)
			return &in->sessions[i];
	return NULL;
}

/* Whether the probe of its link still writes this record. */
static bool
is_current(const struct input_link *link, const struct rec_head *head)
{
	return link->seen && (!link->probe || !input_is_left(link->probe, head));
}

/* A session that nobody follows any more is known by its name alone. */
static void
forget_session(struct input_session *s)
{
	struct rec_session rec = {0};

	FIELD_COPY(rec.name, s->rec.name);
	FIELD_COPY(rec.link, s->rec.link);
	s->rec = rec;
	s->uptime = (struct uptime){0};
	s->max_prefix_ceases = 0;
	s->seen = false;
}

/* Members that are followed, in place. */
static void
keep_current(struct input_link *link)
{
	size_t kept = 0;

	for (size_t m = 0; m < link->lacp_count; m++)
		if (is_current(link, &link->lacp[m].rec.head))
			link->lacp[kept++] = link->lacp[m];
	link->lacp_count = kept;
	if (!is_current(link, &link->tokens.head) && link->tokens.link[0] != '\0')
		link->tokens = (struct rec_tokens){0};
}

void
gather_peering_end(struct gather *g)
{
	struct audit_input *in = g->in;

	for (size_t i = 0; i < in->link_count; i++)
		keep_current(&in->links[i]);
	for (size_t i = 0; i < in->session_count; i++) {
		struct input_session *s = &in->sessions[i];

		s->link = link_find(in, s->rec.link);
		if (s->seen && s->link && !is_current(s->link, &s->rec.head))
			forget_session(s);
		s->counts = session_counts(in, s);
		read_outages(in, &s->uptime, s->rec.outages, s->link, s->rec.name);
	}
	for (size_t i = 0; i < in->bfd_count; i++) {
		struct input_bfd *b = &in->bfds[i];

		b->link = link_find(in, b->rec.link);
		if (b->link && !is_current(b->link, &b->rec.head)) {
			b->link = NULL;
			continue;
		}
		b->session = session_find(in, b->rec.session);
		read_outages(in, &b->uptime, b->rec.outages, b->link, b->rec.session);
	}
	for (size_t i = 0; i < in->link_count; i++)
		for (size_t m = 0; m < in->links[i].lacp_count; m++)
			read_outages(in, &in->links[i].lacp[m].uptime,
			             in->links[i].lacp[m].rec.outages, &in->links[i], NULL);
}
