/* R10, X11, X16, X17: several locations, both address families at each. */
#include <inttypes.h>

#include "audit/field.h"
#include "audit/judge.h"
#include "audit/judge_parts.h"
#include "audit/judge_routes.h"
#include "audit/location.h"
#include "audit/routers.h"

/* ---- R10, X16, X17 --------------------------------------------------------------------------- */

static bool
check_location_count(const struct conf *c, struct verdict_draft *d)
{
	double wanted = conf_threshold(c, NULL, "r10_locations");
	size_t count = location_count(c);
	struct matter m = {
		.id = "locations", .scope = "peering", .samples = count, .basis = BASIS_DECLARED};

	d->basis |= BASIS_DECLARED;
	if ((double)count >= wanted)
		return true;
	judge_fail_hard(d, &m, "%zu location%s with connections declared, %.0f wanted", count,
	                count == 1 ? "" : "s", wanted);
	verdict_next(d, "plan a peering in a second location");
	return false;
}

/* An established session there that announces every registered prefix. */
static void
check_presence_at(const struct audit_input *in, const char *location, struct verdict_draft *d)
{
	char scope[SCOPE_SIZE];
	struct matter m = {
		.id = "presence", .scope = scope, .samples = sessions_at(in, location, true)};
	size_t absent = 0, unknown = 0;

	FIELD_FORMAT(scope, "location:%s", location);
	if (m.samples == 0) {
		judge_open(d, &m, LACK_NOT_COLLECTED, "no session established at %s", location);
		verdict_need(d, "an established session there", "none", location,
		             "pniscope sessions; tap the location's links", 0);
		return;
	}
	for (size_t i = 0; i < in->session_count; i++) {
		const struct input_session *s = &in->sessions[i];

		if (!s->link || !link_is_at(in, s->link, location) || !session_established(s))
			continue;
		for (size_t k = 0; k < in->conf->registered_count; k++) {
			if (!routes_wanted(in, s, k))
				continue;
			if (!s->routes || !rib_complete(&s->rec.side[SIDE_PEER]))
				unknown++;
			else
				absent += !routes_find(s, k)->present;
		}
	}
	if (absent == 0 && unknown == 0) {
		judge_pass(d, &m, "%s: %" PRIu64 " sessions established%s", location, m.samples,
		           in->conf->registered_count > 0 ? ", every registered prefix announced"
		                                          : "");
		return;
	}
	judge_open(d, &m, LACK_NOT_COLLECTED, "%s: %zu registered prefixes absent, %zu not known",
	           location, absent, unknown);
	verdict_need(d, "registered prefixes there", absent ? "absent" : "not known", "all",
	             "see X3; a BMP feed shows what was said before the probe looked", 0);
}

/* Two locations that end at one router of the peer are one. */
static void
check_shared(const struct audit_input *in, struct verdict_draft *d)
{
	for (size_t i = 0; i < in->link_count; i++) {
		for (size_t k = i + 1; k < in->link_count; k++) {
			const struct input_link *a = &in->links[i], *b = &in->links[k];
			char scope[SCOPE_SIZE], value[64];
			const char *same;
			struct matter m = {.id = "shared-router",
			                   .scope = scope,
			                   .link = a->rec.name,
			                   .samples = 2,
			                   .first_us = a->tokens.head.started_us};

			if (!a->conf || !b->conf ||
			    link_is_at(in, b, location_of_link(in->conf, a->conf)))
				continue;
			same = routers_share_name(a, b, SIDE_PEER, value);
			if (!same)
				continue;
			FIELD_FORMAT(scope, "link:%s,link:%s", a->rec.name, b->rec.name);
			judge_fail_hard(d, &m, "%s and %s end at one router: %s %s", a->rec.name,
			                b->rec.name, same, value);
			judge_evidence(d, &m, direction_name(DIR_PEER_TO_MSFT), m.first_us, same,
			               "%s", value);
			verdict_blame(d, SIDE_PEER);
			verdict_next(d, "end %s and %s at routers of their own", a->rec.name,
			             b->rec.name);
		}
	}
}

void
judge_locations(const struct audit_input *in, struct verdict_draft *d)
{
	const struct conf *c = in->conf;

	if (!check_location_count(c, d))
		return;
	for (size_t i = 0; i < c->link_count; i++)
		if (location_first(c, i))
			check_presence_at(in, location_of_link(c, &c->links[i]), d);
	check_shared(in, d);
}

/* What the peer sends over the links of a location is added. */
static void
add_sent_at(const struct audit_input *in, const char *location, uint64_t *bytes, uint64_t *packets)
{
	for (size_t i = 0; i < in->link_count; i++) {
		if (!link_is_at(in, &in->links[i], location))
			continue;
		*bytes += in->links[i].bytes[DIR_PEER_TO_MSFT];
		*packets += in->links[i].packets[DIR_PEER_TO_MSFT];
	}
}

/* What one location carries of all that the peer sends. */
static void
check_active(const struct audit_input *in, const char *location, uint64_t all, bool enough,
             struct verdict_draft *d)
{
	double idle = conf_threshold(in->conf, NULL, "r8_share_ratio");
	double fair = conf_threshold(in->conf, NULL, "r8_balance_ratio");
	uint64_t window = input_time_us(in, "r8_share_window_us"), counted = input_counted_us(in);
	uint64_t bytes = 0, packets = 0;
	char scope[SCOPE_SIZE], have[64], want[64];
	struct matter m = {.id = "share", .scope = scope, .first_us = counted};
	bool judged = enough && in->to_us >= counted + window;
	double share;

	add_sent_at(in, location, &bytes, &packets);
	m.samples = bytes;
	share = all > 0 ? (double)bytes / (double)all : 0;
	FIELD_FORMAT(scope, "location:%s", location);
	FIELD_FORMAT(have, "%.1f %% of %" PRIu64 " bytes", 100 * share, all);
	FIELD_FORMAT(want, "%.0f %% in a day", 100 * fair);
	if (judged && share < idle) {
		judge_fail(d, &m, "%s idles: %s that the peer sends", location, have);
		judge_evidence(d, &m, direction_name(DIR_PEER_TO_MSFT), in->to_us, "bytes", "%s",
		               have);
		verdict_blame(d, SIDE_PEER);
		verdict_next(d, "send a share of the traffic over %s", location);
	} else if (judged && share >= fair) {
		judge_pass(d, &m, "%s carries %s", location, have);
	} else {
		judge_open(d, &m, LACK_TOO_LITTLE, "%s carries %s", location, have);
		verdict_need(d, "traffic of the location", have, want, "a day of traffic", window);
	}
}

/* Active-active: every location carries its share of what the peer sends. */
void
judge_active(const struct audit_input *in, struct verdict_draft *d)
{
	const struct conf *c = in->conf;
	uint64_t all = 0, packets = 0;
	bool enough;

	judge_locations(in, d);
	if (location_count(c) < 2)
		return;
	for (size_t i = 0; i < c->link_count; i++)
		if (location_first(c, i))
			add_sent_at(in, location_of_link(c, &c->links[i]), &all, &packets);
	enough = (double)packets >= conf_threshold(c, NULL, "r8_share_packets");
	for (size_t i = 0; i < c->link_count; i++)
		if (location_first(c, i))
			check_active(in, location_of_link(c, &c->links[i]), all, enough, d);
}

/* ---- X11 ------------------------------------------------------------------------------------- */

static void
check_family(const struct audit_input *in, const char *location, bool v4, struct verdict_draft *d)
{
	uint64_t limit = input_time_us(in, "r2_window_us");
	bool up = false, unseen = false;
	char scope[SCOPE_SIZE];
	struct matter m = {
		.id = v4 ? "ipv4" : "ipv6", .scope = scope, .samples = 1, .first_us = in->from_us};

	FIELD_FORMAT(scope, "location:%s", location);
	for (size_t i = 0; i < in->session_count; i++) {
		const struct input_session *s = &in->sessions[i];
		const struct rec_session_side *peer = &s->rec.side[SIDE_PEER];

		if (!s->counts || !s->link || !link_is_at(in, s->link, location))
			continue;
		if (session_is_v4(s) == v4 || (v4 ? peer->routes_v4 : peer->routes_v6) > 0) {
			up |= session_established(s);
			unseen |= !session_established(s);
		}
	}
	for (size_t i = 0; i < in->link_count; i++)
		unseen |=
			link_is_at(in, &in->links[i], location) && !input_hears(in, &in->links[i]);
	if (up) {
		judge_pass(d, &m, "%s: %s session established", location, v4 ? "IPv4" : "IPv6");
	} else if (!unseen && in->to_us - in->from_us >= limit) {
		judge_fail(d, &m, "%s: no %s session", location, v4 ? "IPv4" : "IPv6");
		verdict_next(d, "add an %s session at %s", v4 ? "IPv4" : "IPv6", location);
	} else {
		judge_open(d, &m, LACK_NOT_COLLECTED, "%s: no %s session established", location,
		           v4 ? "IPv4" : "IPv6");
		verdict_need(d, "a session of each family", v4 ? "no IPv4" : "no IPv6", "one",
		             "pniscope sessions; tap every link of the location", limit);
	}
}

static void
check_public(const struct audit_input *in, struct verdict_draft *d)
{
	struct matter m = {.id = "public-24", .scope = "peering"};
	bool whole = false;

	for (size_t i = 0; i < in->session_count; i++) {
		const struct input_session *s = &in->sessions[i];

		if (!s->counts || !session_established(s) || !session_is_v4(s))
			continue;
		m.samples += s->rec.side[SIDE_PEER].public_v4;
		whole |= rib_complete(&s->rec.side[SIDE_PEER]);
		m.first_us = s->rec.side[SIDE_PEER].completeness_us;
		m.link = s->rec.link;
	}
	if (m.samples > 0) {
		judge_pass(d, &m, "%" PRIu64 " public IPv4 prefixes of /24 or shorter", m.samples);
	} else if (whole) {
		judge_fail(d, &m, "no public IPv4 prefix of /24 or shorter is announced");
		verdict_blame(d, SIDE_PEER);
		verdict_next(d, "announce the /24 around the registered prefixes");
	} else {
		judge_open(d, &m, LACK_NOT_COLLECTED, "no public /24 seen, routes not known whole");
		verdict_need(d, "the peer's IPv4 routes", "not whole", "COMPLETE",
		             "a BMP feed, or a session that starts while the probe looks", 0);
	}
}

void
judge_families(const struct audit_input *in, struct verdict_draft *d)
{
	const struct conf *c = in->conf;

	for (size_t i = 0; i < c->link_count; i++) {
		const char *location = location_of_link(c, &c->links[i]);

		if (!location_first(c, i))
			continue;
		check_family(in, location, true, d);
		check_family(in, location, false, d);
	}
	check_public(in, d);
}
