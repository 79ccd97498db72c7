/*
 * X5, X12, and R3's share of it: announcements against snapshots of who may originate what
 * (audit/registry.h). A snapshot that is missing, unreadable, or not of the time that is judged
 * decides nothing.
 */
#include <inttypes.h>
#include <string.h>

#include "audit/field.h"
#include "audit/judge.h"
#include "audit/judge_parts.h"
#include "audit/judge_routes.h"
#include "base/clock.h"

/* ---- snapshots ------------------------------------------------------------------------------- */

static const struct {
	const char *id, *name, *key, *age, *what;
} kinds[REGISTRY_KINDS] = {
	[REGISTRY_RPKI] = {"rpki", "RPKI", "data.rpki", "x12_rpki_age_us",
                           "validated ROA payloads"},
	[REGISTRY_IRR] = {"irr", "IRR", "data.irr", "x12_irr_age_us",
                          "a routing registry's objects"},
};

/* "RPKI snapshot of 2026-11-20T00:00:00Z (afrinic, ripe; 412345 prefixes)" */
static void
snapshot_text(const struct registry_snapshot *s, enum registry_kind kind, char text[192])
{
	char date[CLOCK_TEXT_SIZE];

	snprintf(text, 192, "%s snapshot of %s (%s%s%zu prefixes)", kinds[kind].name,
	         clock_format_us(s->date_us, 0, date), s->sources, *s->sources ? "; " : "",
	         s->count);
}

/* How far its date is from what is judged, before or behind. */
static uint64_t
age_of(const struct audit_input *in, const struct registry_snapshot *s)
{
	return in->now_us > s->date_us ? in->now_us - s->date_us : s->date_us - in->now_us;
}

static const struct registry_snapshot *
snapshot_of(const struct audit_input *in, enum registry_kind kind)
{
	static const struct registry_snapshot none;

	return in->registry ? registry_snapshot(in->registry, kind) : &none;
}

static bool
is_fresh(const struct audit_input *in, enum registry_kind kind)
{
	const struct registry_snapshot *s = snapshot_of(in, kind);

	return s->read && (double)age_of(in, s) <= conf_threshold(in->conf, NULL, kinds[kind].age);
}

/* The open sub-check of a snapshot that decides nothing; true: it does. */
static bool
check_snapshot(const struct audit_input *in, enum registry_kind kind, struct verdict_draft *d)
{
	const struct registry_snapshot *s = snapshot_of(in, kind);
	struct matter m = {.id = kinds[kind].id, .scope = "peering", .basis = BASIS_DECLARED};
	char age[24], want[24], have[REGISTRY_TEXT];
	uint64_t most = (uint64_t)conf_threshold(in->conf, NULL, kinds[kind].age);

	if (is_fresh(in, kind))
		return true;
	duration_text(most, want);
	FIELD_FORMAT(have, "%s", s->given ? s->error : "no snapshot");
	if (s->read)
		FIELD_FORMAT(have, "one dated %s %s", duration_text(age_of(in, s), age),
		             in->now_us > s->date_us ? "before" : "after");
	judge_open(d, &m, LACK_NOT_COLLECTED, "%s: %s", kinds[kind].name, have);
	FIELD_FORMAT(age, "%s", kinds[kind].key);
	verdict_need(
		d, kinds[kind].what, have, want,
		kind == REGISTRY_RPKI
			? "write data.rpki: CSV or JSON of rpki-client or Routinator, renewed daily"
			: "write data.irr: route, route6 and aut-num objects in RPSL, renewed "
			  "weekly",
		0);
	return false;
}

/* ---- X5 -------------------------------------------------------------------------------------- */

static bool
is_customer(const struct conf *c, uint32_t asn)
{
	for (size_t i = 0; i < c->peer.customer_asns.count; i++)
		if (c->peer.customer_asns.at[i] == asn)
			return true;
	return false;
}

static void
check_origin(const struct audit_input *in, const struct route_view *v, const struct matter *m,
             struct verdict_draft *d)
{
	uint32_t wanted = v->registered->origin ? v->registered->origin : in->conf->peer.asn;
	uint32_t origin = v->route->origin;

	if (!v->route->present) {
		judge_aside(d, m, LACK_NOT_COLLECTED, "%s is not announced on %s (see X3)",
		            v->prefix, v->session->rec.name);
	} else if (origin == wanted ||
	           (v->registered->origin == 0 && is_customer(in->conf, origin))) {
		judge_pass(d, m, "%s on %s: origin AS %" PRIu32, v->prefix, v->session->rec.name,
		           origin);
	} else if (wanted == 0 || origin == 0) {
		judge_open(d, m, LACK_NOT_COLLECTED,
		           "%s on %s: origin AS %" PRIu32 ", none is registered", v->prefix,
		           v->session->rec.name, origin);
		verdict_need(d, "the registered origin", "not declared", "as in the portal",
		             "write peer.asn or the prefix's `origin`", 0);
	} else {
		judge_fail(d, m, "%s on %s: origin AS %" PRIu32 ", registered is %" PRIu32,
		           v->prefix, v->session->rec.name, origin, wanted);
		judge_evidence(d, m, direction_name(DIR_PEER_TO_MSFT), v->route->since_us,
		               "bgp.as_path", "%s: origin %" PRIu32, v->prefix, origin);
		verdict_next(d, "correct the origin of %s, or its registration", v->prefix);
	}
}

/* A special-purpose range needs no packet to be one. */
static void
check_ranges(const struct audit_input *in, struct verdict_draft *d)
{
	for (size_t i = 0; i < in->conf->registered_count; i++) {
		const struct prefix *p = &in->conf->registered[i].prefix;
		const char *why = conf_special_prefix(in->conf, p);
		char prefix[PREFIX_TEXT_SIZE], scope[SCOPE_SIZE];
		struct matter m = {
			.id = "range", .scope = scope, .samples = 1, .basis = BASIS_DECLARED};

		if (!why)
			continue;
		prefix_format(p, prefix);
		FIELD_FORMAT(scope, "prefix:%s", prefix);
		judge_fail_hard(d, &m, "registered %s is not public: %s", prefix, why);
		verdict_next(d, "register a public prefix instead of %s", prefix);
	}
}

/* "Origin ASN in a major routing registry": any object of it (requirements X5). */
static void
check_listed(const struct audit_input *in, const struct route_view *v, const struct matter *m,
             struct verdict_draft *d)
{
	char snapshot[192];

	if (!v->route->present)
		return; /* told by the check of its origin */
	snapshot_text(snapshot_of(in, REGISTRY_IRR), REGISTRY_IRR, snapshot);
	if (v->route->origin == 0) {
		judge_open(d, m, LACK_NOT_COLLECTED, "%s on %s: its origin is a set, or not known",
		           v->prefix, v->session->rec.name);
		verdict_need(d, "one origin AS", "none", v->prefix,
		             "announce the prefix with one origin AS", 0);
	} else if (registry_irr_has_as(in->registry, v->route->origin)) {
		judge_pass(d, m, "origin AS %" PRIu32 " of %s has objects in the %s",
		           v->route->origin, v->prefix, snapshot);
	} else {
		judge_fail(d, m, "origin AS %" PRIu32 " of %s on %s has no object in the %s",
		           v->route->origin, v->prefix, v->session->rec.name, snapshot);
		judge_evidence(d, m, direction_name(DIR_PEER_TO_MSFT), v->route->since_us,
		               "bgp.as_path", "%s: origin %" PRIu32, v->prefix, v->route->origin);
		verdict_next(d,
		             "register AS %" PRIu32 " (aut-num, route objects) in a routing "
		             "registry",
		             v->route->origin);
	}
}

void
judge_valid(const struct audit_input *in, struct verdict_draft *d)
{
	check_ranges(in, d);
	routes_each(in, d, "origin", check_origin);
	if (check_snapshot(in, REGISTRY_IRR, d) && in->conf->registered_count > 0)
		routes_each(in, d, "irr", check_listed);
}

/* ---- announcements against snapshots --------------------------------------------------------- */

struct findings {
	uint64_t bad, good;
	const char *first, *what, *fix;
	char kept[96]; /* when none is bad */
};

static struct findings
findings_of(const struct input_registry *r, enum registry_kind kind)
{
	struct findings f = {.bad = r->other_origin + r->unregistered,
	                     .good = r->registered,
	                     .first = r->first_unregistered,
	                     .what = "not registered for their origin",
	                     .fix = "register route objects of what is announced"};

	if (kind == REGISTRY_IRR) {
		FIELD_FORMAT(f.kept, "%" PRIu64 " of them registered", r->registered);
		return f;
	}
	FIELD_FORMAT(f.kept, "%" PRIu64 " valid, %" PRIu64 " not found, none invalid", r->valid,
	             r->not_found);
	f.bad = r->invalid_origin + r->invalid_length;
	f.good = r->valid;
	f.first = *r->first_invalid ? r->first_invalid : r->first_length;
	f.what = "RPKI-invalid (RFC 6811)";
	f.fix = "correct the ROAs, or withdraw what they forbid";
	return f;
}

static void
check_announced(const struct audit_input *in, const struct input_session *s, const void *context,
                struct verdict_draft *d)
{
	const enum registry_kind *kind = context;
	const struct rec_session_side *peer = &s->rec.side[SIDE_PEER];
	struct findings f = findings_of(&s->registry, *kind);
	char scope[SCOPE_SIZE], snapshot[192];
	struct matter m = {.id = kinds[*kind].id,
	                   .scope = scope,
	                   .link = s->rec.link,
	                   .samples = s->registry.routes,
	                   .first_us = peer->completeness_us};

	FIELD_FORMAT(scope, "session:%s", s->rec.name);
	d->row.samples += s->registry.routes;
	snapshot_text(snapshot_of(in, *kind), *kind, snapshot);
	if (f.bad > 0 && strcmp(peer->completeness, "BROKEN") != 0) {
		judge_fail(d, &m, "%s: %" PRIu64 " of %" PRIu64 " prefixes are %s: %s", s->rec.name,
		           f.bad, s->registry.routes, f.what, f.first);
		judge_evidence(d, &m, direction_name(DIR_PEER_TO_MSFT), peer->last_us, "bgp.update",
		               "%s; %s", f.first, snapshot);
		verdict_next(d, "%s on %s; pniscope routes %s", f.fix, s->rec.name, s->rec.name);
	} else if (!session_established(s) || !rib_complete(peer)) {
		judge_rib_open(d, &m, s, SIDE_PEER);
	} else if (!s->registry.whole) {
		judge_open(d, &m, LACK_NOT_COLLECTED,
		           "%s: %" PRIu64 " prefixes, %" PRIu64 " of them looked up", s->rec.name,
		           peer->routes_v4 + peer->routes_v6, s->registry.routes);
		verdict_need(d, "every route of the session in the store", "a part", "all",
		             "raise redis.max_routes; 20 000 of a session are looked up", 0);
	} else {
		judge_pass(d, &m, "%s: %" PRIu64 " prefixes, %s, by the %s", s->rec.name,
		           s->registry.routes, f.kept, snapshot);
	}
}

void
judge_registry(const struct audit_input *in, struct verdict_draft *d)
{
	for (enum registry_kind k = 0; k < REGISTRY_KINDS; k++)
		if (check_snapshot(in, k, d))
			judge_sessions(in, d, check_announced, &k);
}

/* ---- R3 -------------------------------------------------------------------------------------- */

/* Space whose holder authorised others is not the peer's; one announced longer than allowed is. */
static void
check_own(const struct input_session *s, struct verdict_draft *d)
{
	const struct rec_session_side *peer = &s->rec.side[SIDE_PEER];
	const struct input_registry *r = &s->registry;
	char scope[SCOPE_SIZE];
	struct matter m = {.id = "rpki",
	                   .scope = scope,
	                   .link = s->rec.link,
	                   .samples = r->routes,
	                   .first_us = peer->completeness_us};

	FIELD_FORMAT(scope, "session:%s", s->rec.name);
	if (strcmp(peer->completeness, "BROKEN") == 0)
		return; /* told by the check of what is announced */
	if (r->invalid_origin > 0) {
		judge_fail(d, &m, "%s: %" PRIu64 " prefixes whose ROAs name other origins: %s",
		           s->rec.name, r->invalid_origin, r->first_invalid);
		judge_evidence(d, &m, direction_name(DIR_PEER_TO_MSFT), peer->last_us, "bgp.update",
		               "%s", r->first_invalid);
		verdict_next(d, "announce own space on %s, or have its holder authorise the origin",
		             s->rec.name);
	} else if (r->invalid_length > 0) {
		judge_open(d, &m, LACK_NOT_COLLECTED,
		           "%s: %" PRIu64 " prefixes longer than their ROAs allow: %s", s->rec.name,
		           r->invalid_length, r->first_length);
		verdict_need(d, "no RPKI-invalid announcement", r->first_length, "none",
		             "correct the maximum length of the ROA (X12)", 0);
	}
}

void
judge_ownership(const struct audit_input *in, struct verdict_draft *d)
{
	if (!is_fresh(in, REGISTRY_RPKI)) {
		verdict_note(d, "ownership is not looked up: no RPKI snapshot of this time");
		return;
	}
	for (size_t i = 0; i < in->session_count; i++)
		if (in->sessions[i].counts && in->sessions[i].seen)
			check_own(&in->sessions[i], d);
}
