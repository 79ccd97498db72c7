/* X2, X3, X4: how the peer announces its registered prefixes. */
#include "audit/judge_routes.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "audit/field.h"
#include "audit/judge.h"
#include "audit/location.h"

/* ---- registered prefixes on sessions --------------------------------------------------------- */

bool
routes_wanted(const struct audit_input *in, const struct input_session *s, size_t i)
{
	return s->counts && s->link &&
	       session_is_v4(s) == addr_is_v4(&in->conf->registered[i].prefix.addr) &&
	       routes_belong(in, s->link, i);
}

bool
routes_belong(const struct audit_input *in, const struct input_link *link, size_t i)
{
	const struct conf *c = in->conf;
	const struct conf_registered *r = &c->registered[i];
	const char *here;

	if (!link->conf)
		return false;
	if (!r->primary)
		return true;
	here = location_of_link(c, link->conf);
	return strcmp(here, location_of_site(c, r->primary)) == 0 ||
	       (r->backup && strcmp(here, location_of_site(c, r->backup)) == 0);
}

const struct input_route *
routes_find(const struct input_session *s, size_t i)
{
	return s->routes ? &s->routes[i] : NULL;
}

struct routes_carried
routes_carried(const struct audit_input *in, const struct input_link *link, size_t k)
{
	struct routes_carried c = {0};

	for (size_t i = 0; i < in->session_count; i++) {
		const struct input_session *s = &in->sessions[i];

		if (s->link != link || !s->counts)
			continue;
		c.wanted |= routes_wanted(in, s, k);
		if (!session_established(s))
			continue;
		c.any = s;
		c.present |= s->routes && routes_find(s, k)->present;
		c.unknown |= !s->routes || !rib_complete(&s->rec.side[SIDE_PEER]);
	}
	return c;
}

static bool
wants_any(const struct audit_input *in, const struct input_session *s)
{
	for (size_t i = 0; i < in->conf->registered_count; i++)
		if (routes_wanted(in, s, i))
			return true;
	return false;
}

static void
each_of_session(const struct audit_input *in, const struct input_session *s,
                struct verdict_draft *d, const char *id, route_view_fn *fn)
{
	for (size_t i = 0; i < in->conf->registered_count; i++) {
		struct route_view v = {.registered = &in->conf->registered[i],
		                       .session = s,
		                       .route = routes_find(s, i)};
		char scope[SCOPE_SIZE];
		struct matter m = {.id = id, .scope = scope, .link = s->rec.link, .samples = 1};

		if (!routes_wanted(in, s, i))
			continue;
		prefix_format(&v.registered->prefix, v.prefix);
		FIELD_FORMAT(scope, "prefix:%s session:%s", v.prefix, s->rec.name);
		m.first_us = v.route->since_us;
		d->row.samples++;
		fn(in, &v, &m, d);
	}
}

static void
session_open(const struct input_session *s, struct verdict_draft *d, const char *id)
{
	char scope[SCOPE_SIZE];
	struct matter m = {.id = id, .scope = scope, .link = s->rec.link};

	FIELD_FORMAT(scope, "session:%s", s->rec.name);
	judge_rib_open(d, &m, s, SIDE_PEER);
}

static void
no_registered(struct verdict_draft *d, const char *id)
{
	struct matter m = {.id = id, .scope = "peering", .basis = BASIS_DECLARED};

	judge_open(d, &m, LACK_NOT_COLLECTED, "no registered prefix is declared");
	verdict_need(d, "the registered prefixes", "none declared", "those of the portal",
	             "write `registered` in the contract file", 0);
}

struct each {
	const char *id;
	route_view_fn *fn;
};

static void
each_session(const struct audit_input *in, const struct input_session *s, const void *context,
             struct verdict_draft *d)
{
	const struct each *each = context;

	if (!wants_any(in, s))
		return;
	if (!session_established(s) || !rib_complete(&s->rec.side[SIDE_PEER]) || !s->routes)
		session_open(s, d, each->id);
	else
		each_of_session(in, s, d, each->id, each->fn);
}

void
routes_each(const struct audit_input *in, struct verdict_draft *d, const char *id,
            route_view_fn *fn)
{
	if (in->conf->registered_count == 0)
		no_registered(d, id);
	else
		judge_sessions(in, d, each_session, &(struct each){id, fn});
}

/* A prefix that no session carries is in nobody's view: its family has no session. */
static void
check_carried(const struct audit_input *in, struct verdict_draft *d, const char *id)
{
	for (size_t i = 0; i < in->conf->registered_count; i++) {
		char prefix[PREFIX_TEXT_SIZE], scope[SCOPE_SIZE];
		struct matter m = {.id = id, .scope = scope, .basis = BASIS_DECLARED};
		bool any = false;

		for (size_t k = 0; k < in->session_count && !any; k++)
			any = routes_wanted(in, &in->sessions[k], i);
		if (any)
			continue;
		prefix_format(&in->conf->registered[i].prefix, prefix);
		FIELD_FORMAT(scope, "prefix:%s", prefix);
		judge_open(d, &m, LACK_NOT_COLLECTED, "no session that could carry %s is known",
		           prefix);
		verdict_need(d, "a session of the prefix's family and location", "none", prefix,
		             "declare the session, or tap its link", 0);
	}
}

/* ---- X2, X3, X4 ------------------------------------------------------------------------------ */

/* An absent prefix is X3's matter; here it can't be looked at. */
static bool
is_absent(const struct route_view *v, const struct matter *m, struct verdict_draft *d)
{
	if (v->route->present)
		return false;
	judge_aside(d, m, LACK_NOT_COLLECTED, "%s is not announced on %s (see X3)", v->prefix,
	            v->session->rec.name);
	return true;
}

static void
path_text(const struct input_route *r, char text[128])
{
	text[0] = '\0';
	for (unsigned i = 0; i < r->path_count; i++) {
		char one[16];

		snprintf(one, sizeof one, "%" PRIu32, r->path[i]);
		field_append(text, 128, " ", one);
	}
}

static void
show_route(const struct route_view *v, const struct matter *m, const char *field, const char *value,
           struct verdict_draft *d)
{
	judge_evidence(d, m, direction_name(DIR_PEER_TO_MSFT), v->route->since_us, field, "%s: %s",
	               v->prefix, value);
}

void
route_check_community(const struct audit_input *in, const struct route_view *v,
                      const struct matter *m, struct verdict_draft *d)
{
	(void)in;
	if (is_absent(v, m, d))
		return;
	if (v->route->tagged) {
		judge_pass(d, m, "%s carries 8075:8007 on %s", v->prefix, v->session->rec.name);
		return;
	}
	judge_fail(d, m, "%s lacks 8075:8007 on %s", v->prefix, v->session->rec.name);
	show_route(v, m, "bgp.communities", "without 8075:8007", d);
	verdict_next(d, "tag %s with 8075:8007 towards %s", v->prefix,
	             v->session->rec.side[SIDE_MSFT].ip);
}

void
route_check_presence(const struct audit_input *in, const struct route_view *v,
                     const struct matter *m, struct verdict_draft *d)
{
	const struct rec_session_side *peer = &v->session->rec.side[SIDE_PEER];
	const struct rec_session_side *msft = &v->session->rec.side[SIDE_MSFT];
	struct matter absent = *m;

	(void)in;
	if (v->route->present) {
		judge_pass(d, m, "%s is announced on %s", v->prefix, v->session->rec.name);
		return;
	}
	absent.first_us = peer->withdraw_us > 0 ? peer->withdraw_us : peer->completeness_us;
	judge_fail(d, &absent, "%s is not announced on %s (%s to %s)%s", v->prefix,
	           v->session->rec.name, peer->ip, msft->ip,
	           v->route->covered ? ", only a shorter prefix around it" : "");
	judge_evidence(d, &absent, direction_name(DIR_PEER_TO_MSFT), absent.first_us, "bgp.nlri",
	               "%s absent of %" PRIu64 " prefixes", v->prefix,
	               peer->routes_v4 + peer->routes_v6);
	verdict_next(d, "announce %s from %s to %s; pniscope routes %s", v->prefix, peer->ip,
	             msft->ip, v->session->rec.name);
}

const char *
route_special_as(const struct audit_input *in, const struct input_route *r, uint32_t *asn)
{
	for (unsigned i = 0; i < r->path_count; i++) {
		const char *why = conf_special_as(in->conf, r->path[i]);

		*asn = r->path[i];
		if (why)
			return why;
	}
	return NULL;
}

uint32_t
route_repeated_as(const struct input_route *r)
{
	for (unsigned i = 1; i < r->path_count; i++)
		for (unsigned k = 0; k < i; k++)
			if (r->path[i] == r->path[k])
				return r->path[i];
	return 0;
}

void
route_check_path(const struct audit_input *in, const struct route_view *v, const struct matter *m,
                 struct verdict_draft *d)
{
	unsigned limit = (unsigned)conf_threshold(in->conf, NULL, "x4_path_length");
	uint32_t asn = 0, repeated;
	const char *special;
	char path[128];

	if (is_absent(v, m, d))
		return;
	if (v->route->path_count == 0) {
		judge_open(d, m, LACK_NOT_COLLECTED, "%s on %s: its AS path could not be read",
		           v->prefix, v->session->rec.name);
		verdict_need(d, "the width of AS numbers", "not known", "both OPENs",
		             "a BMP feed, or the OPENs of the next session start", 0);
		return;
	}
	special = route_special_as(in, v->route, &asn);
	repeated = route_repeated_as(v->route);
	path_text(v->route, path);
	if (v->route->path_length > limit)
		judge_fail(d, m, "%s on %s: AS path of %u, at most %u", v->prefix,
		           v->session->rec.name, v->route->path_length, limit);
	else if (special)
		judge_fail_hard(d, m, "%s on %s: AS %" PRIu32 " in the path: %s", v->prefix,
		                v->session->rec.name, asn, special);
	else if (repeated > 0)
		judge_fail(d, m, "%s on %s: AS %" PRIu32 " is repeated (prepended)", v->prefix,
		           v->session->rec.name, repeated);
	else {
		judge_pass(d, m, "%s on %s: AS path %s", v->prefix, v->session->rec.name, path);
		return;
	}
	show_route(v, m, "bgp.as_path", path, d);
	verdict_next(d,
	             "announce %s on %s with a path of at most %u, without private or repeated "
	             "ASNs",
	             v->prefix, v->session->rec.name, limit);
}

static void
note_tagged(const struct audit_input *in, struct verdict_draft *d)
{
	for (size_t i = 0; i < in->session_count; i++) {
		const struct input_session *s = &in->sessions[i];
		const struct rec_routes_wrong *extra = &s->rec.side[SIDE_PEER].tagged_unregistered;

		if (s->counts && extra->count > 0)
			verdict_note(d, "%s: %" PRIu64 " unregistered prefixes carry 8075:8007: %s",
			             s->rec.name, extra->count, extra->first);
	}
}

void
judge_communities(const struct audit_input *in, struct verdict_draft *d)
{
	routes_each(in, d, "community", route_check_community);
	check_carried(in, d, "community");
	note_tagged(in, d);
}

void
judge_presence(const struct audit_input *in, struct verdict_draft *d)
{
	routes_each(in, d, "presence", route_check_presence);
	check_carried(in, d, "presence");
}

void
judge_paths(const struct audit_input *in, struct verdict_draft *d)
{
	routes_each(in, d, "path", route_check_path);
	check_carried(in, d, "path");
}
