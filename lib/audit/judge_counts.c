/* X10 and X13: the same announcements everywhere, and how many. */
#include <inttypes.h>
#include <string.h>

#include "audit/field.h"
#include "audit/judge.h"
#include "audit/judge_parts.h"
#include "audit/location.h"

/* ---- X10 ------------------------------------------------------------------------------------- */

/* What one location announces of one family: the digest that its sessions share. */
struct announcement {
	const struct input_session *first; /* that announces any */
	bool mixed;                        /* its sessions differ */
	bool unknown;                      /* one is down or not known whole */
};

static const char *
digest_of(const struct input_session *s)
{
	return s->rec.side[SIDE_PEER].routes_digest;
}

static uint64_t
routes_of(const struct input_session *s, bool v4)
{
	const struct rec_session_side *peer = &s->rec.side[SIDE_PEER];

	return v4 ? peer->routes_v4 : peer->routes_v6;
}

static struct announcement
announced_at(const struct audit_input *in, const char *location, bool v4)
{
	struct announcement a = {0};

	for (size_t i = 0; i < in->session_count; i++) {
		const struct input_session *s = &in->sessions[i];

		if (!s->counts || !s->link || session_is_v4(s) != v4 ||
		    !link_is_at(in, s->link, location))
			continue;
		if (!session_established(s) || !rib_complete(&s->rec.side[SIDE_PEER]) ||
		    digest_of(s)[0] == '\0')
			a.unknown = true;
		else if (!a.first)
			a.first = s;
		else if (strcmp(digest_of(s), digest_of(a.first)) != 0)
			a.mixed = true;
	}
	return a;
}

static void
compare_locations(const struct audit_input *in, const char *here, const char *there, bool v4,
                  struct verdict_draft *d)
{
	struct announcement a = announced_at(in, here, v4), b = announced_at(in, there, v4);
	const char *family = v4 ? "IPv4" : "IPv6";
	char scope[SCOPE_SIZE];
	struct matter m = {.id = v4 ? "same-ipv4" : "same-ipv6", .scope = scope};

	FIELD_FORMAT(scope, "location:%s,location:%s", here, there);
	if (!a.first && !b.first && !a.unknown && !b.unknown)
		return; /* no session of this family anywhere */
	if (!a.first || !b.first || a.unknown || b.unknown || a.mixed || b.mixed) {
		judge_open(d, &m, LACK_NOT_COLLECTED, "%s of %s and %s can't be compared%s", family,
		           here, there, a.mixed || b.mixed ? ": sessions of one differ" : "");
		verdict_need(d, "complete routes of both locations", "not all", "all sessions",
		             "a BMP feed, or sessions that start while the probe looks", 0);
		return;
	}
	m.link = a.first->rec.link;
	m.samples = routes_of(a.first, v4) + routes_of(b.first, v4);
	m.first_us = b.first->rec.side[SIDE_PEER].withdraw_us;
	if (strcmp(digest_of(a.first), digest_of(b.first)) == 0) {
		judge_pass(d, &m, "%s and %s announce the same %" PRIu64 " %s prefixes", here,
		           there, routes_of(a.first, v4), family);
		return;
	}
	judge_fail(d, &m, "%s announces %" PRIu64 " %s prefixes, %s %" PRIu64 ", not the same",
	           here, routes_of(a.first, v4), family, there, routes_of(b.first, v4));
	judge_evidence(d, &m, direction_name(DIR_PEER_TO_MSFT), m.first_us, "digest of prefixes",
	               "%s on %s, %s on %s", digest_of(a.first), a.first->rec.name,
	               digest_of(b.first), b.first->rec.name);
	verdict_next(d,
	             "pniscope routes %s and %s: announce the same, or acknowledge the agreement",
	             a.first->rec.name, b.first->rec.name);
}

void
judge_consistency(const struct audit_input *in, struct verdict_draft *d)
{
	const struct conf *c = in->conf;
	const char *first = c->link_count > 0 ? location_of_link(c, &c->links[0]) : "";

	if (location_count(c) < 2) {
		judge_open(d, &(struct matter){.id = "locations", .scope = "peering"},
		           LACK_NOT_COLLECTED, "one location: nothing to compare");
		verdict_need(d, "a second location", "one", "two", "see R10", 0);
		return;
	}
	for (size_t i = 1; i < c->link_count; i++) {
		const char *other = location_of_link(c, &c->links[i]);

		if (!location_first(c, i))
			continue;
		compare_locations(in, first, other, true, d);
		compare_locations(in, first, other, false, d);
	}
}

/* ---- X13 ------------------------------------------------------------------------------------- */

static void
check_ceases(const struct input_session *s, const char *scope, struct verdict_draft *d)
{
	struct matter m = {.id = "max-prefix",
	                   .scope = scope,
	                   .link = s->rec.link,
	                   .samples = s->max_prefix_ceases,
	                   .first_us = s->rec.down_us};
	bool by_peer = s->rec.side[SIDE_PEER].max_prefix_ceases > 0;

	if (s->max_prefix_ceases == 0)
		return;
	judge_fail(d, &m, "%s was closed with Cease/1 (too many prefixes) by %s", s->rec.name,
	           by_peer ? "the peer" : "Microsoft");
	judge_evidence(d, &m, direction_name(by_peer ? DIR_PEER_TO_MSFT : DIR_MSFT_TO_PEER),
	               s->rec.down_us, "bgp.notification", "6/1 (RFC 4486)");
	verdict_blame(d, SIDE_PEER);
	verdict_next(d,
	             by_peer ? "raise the peer's limit for Microsoft's routes on %s"
	                     : "announce fewer prefixes on %s, or raise the registered maximum",
	             s->rec.name);
}

/* One count against its declared maximum. */
static void
check_count(const struct input_session *s, const char *scope, const char *family, uint64_t count,
            uint64_t limit, struct verdict_draft *d)
{
	struct matter m = {.id = family,
	                   .scope = scope,
	                   .link = s->rec.link,
	                   .samples = count,
	                   .first_us = s->rec.side[SIDE_PEER].completeness_us};

	if (limit == 0) {
		judge_open(d, &m, LACK_NOT_COLLECTED,
		           "%s: %" PRIu64 " %s prefixes, no maximum declared", s->rec.name, count,
		           family);
		verdict_need(d, "the declared maximum of prefixes", "none", "as in the portal",
		             "write max_prefixes_v4 and max_prefixes_v6 under `peer`", 0);
	} else if (count > limit) {
		judge_fail(d, &m,
		           "%s: %" PRIu64 " %s prefixes announced, declared at most %" PRIu64,
		           s->rec.name, count, family, limit);
		judge_evidence(d, &m, direction_name(DIR_PEER_TO_MSFT),
		               s->rec.side[SIDE_PEER].last_us, "bgp.nlri", "%" PRIu64 " standing",
		               count);
		verdict_blame(d, SIDE_PEER);
		verdict_next(d, "announce fewer prefixes on %s, or raise the registered maximum",
		             s->rec.name);
	} else if (!rib_complete(&s->rec.side[SIDE_PEER])) {
		judge_rib_open(d, &m, s, SIDE_PEER);
	} else {
		judge_pass(d, &m, "%s: %" PRIu64 " of %" PRIu64 " %s prefixes", s->rec.name, count,
		           limit, family);
	}
}

static void
check_cloud_count(const struct audit_input *in, const struct input_session *s, const char *scope,
                  bool v4, struct verdict_draft *d)
{
	const struct rec_session_side *msft = &s->rec.side[SIDE_MSFT];
	uint64_t count = v4 ? msft->routes_v4 : msft->routes_v6;
	double policy = conf_threshold(in->conf, NULL, v4 ? "x13_policy_v4" : "x13_policy_v6");
	double advised = conf_threshold(in->conf, NULL, "x13_limit_high");
	struct matter m = {.id = "received",
	                   .scope = scope,
	                   .link = s->rec.link,
	                   .samples = count,
	                   .first_us = msft->completeness_us};

	if ((double)count > policy) {
		judge_fail(d, &m, "%s: Microsoft announces %" PRIu64 " prefixes, policy says %.0f",
		           s->rec.name, count, policy);
		judge_evidence(d, &m, direction_name(DIR_MSFT_TO_PEER), msft->last_us, "bgp.nlri",
		               "%" PRIu64 " standing", count);
		verdict_blame(d, SIDE_MSFT);
		verdict_next(d, "ask Microsoft about %s; check the peer's own limit", s->rec.name);
	} else if (!rib_complete(msft)) {
		judge_rib_open(d, &m, s, SIDE_MSFT);
	} else {
		judge_pass(d, &m, "%s: %" PRIu64 " prefixes from Microsoft%s", s->rec.name, count,
		           in->conf->peering.type == PEERING_VOICE && (double)count > advised
		                   ? ", above the 500 that the voice FAQ advises as limit"
		                   : "");
	}
}

static void
check_limits(const struct audit_input *in, const struct input_session *s, const void *context,
             struct verdict_draft *d)
{
	const struct rec_session_side *peer = &s->rec.side[SIDE_PEER];
	const struct rec_session_side *msft = &s->rec.side[SIDE_MSFT];
	bool v4 = session_is_v4(s);
	char scope[SCOPE_SIZE];

	(void)context;
	FIELD_FORMAT(scope, "session:%s", s->rec.name);
	check_ceases(s, scope, d);
	if (!session_established(s)) {
		judge_rib_open(d,
		               &(struct matter){.id = "count", .scope = scope, .link = s->rec.link},
		               s, SIDE_PEER);
		return;
	}
	/* a session may carry the other family's routes too (RFC 4760) */
	if (v4 || peer->routes_v4 > 0)
		check_count(s, scope, "IPv4", peer->routes_v4, in->conf->peer.max_prefixes_v4, d);
	if (!v4 || peer->routes_v6 > 0)
		check_count(s, scope, "IPv6", peer->routes_v6, in->conf->peer.max_prefixes_v6, d);
	if (v4 || msft->routes_v4 > 0)
		check_cloud_count(in, s, scope, true, d);
	if (!v4 || msft->routes_v6 > 0)
		check_cloud_count(in, s, scope, false, d);
	d->row.samples++;
}

void
judge_limits(const struct audit_input *in, struct verdict_draft *d)
{
	judge_sessions(in, d, check_limits, NULL);
}
