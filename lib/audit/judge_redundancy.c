/*
 * R2 and X6: two connections at each location. What is declared can contradict it at once; only
 * sessions seen on the wire prove it.
 */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "audit/field.h"
#include "audit/judge.h"
#include "audit/judge_parts.h"
#include "audit/judge_routes.h"
#include "audit/location.h"

enum { CONNECTIONS = 64, SESSIONS = 64 }; /* looked at per location and per link */

/* Connections wanted at the location of `link`. A link's own threshold lets a location have fewer
 * where that is agreed (X6 asks one at a backup location). */
static double
wanted_at(const struct conf *c, const struct conf_link *link)
{
	return conf_threshold(c, link,
	                      c->peering.type == PEERING_ROUTE_SERVER
	                              ? "r2_connections_route_server"
	                              : "r2_connections");
}

/* ---- declared -------------------------------------------------------------------------------- */

/* False: too few are declared, which fails. */
static bool
check_declared(const struct conf *c, const struct conf_link *link, struct verdict_draft *d)
{
	const char *location = location_of_link(c, link);
	size_t count = location_links(c, location);
	double wanted = wanted_at(c, link);
	char scope[SCOPE_SIZE];
	struct matter m = {
		.id = "connections", .scope = scope, .samples = count, .basis = BASIS_DECLARED};

	FIELD_FORMAT(scope, "location:%s", location);
	d->basis |= BASIS_DECLARED;
	if ((double)count >= wanted)
		return true;
	judge_fail_hard(d, &m, "%zu connection%s declared at %s, %.0f wanted", count,
	                count == 1 ? "" : "s", location, wanted);
	verdict_next(d, "order a second connection at %s, or declare it under links", location);
	return false;
}

/* ---- connections ----------------------------------------------------------------------------- */

/* The sessions of a link as one: `any` down, or all of them. False: none counts. */
static bool
combine_sessions(const struct audit_input *in, const struct input_link *link, bool any,
                 struct uptime *out)
{
	const struct uptime *of[SESSIONS];
	size_t count = 0;

	for (size_t i = 0; i < in->session_count && count < SESSIONS; i++)
		if (in->sessions[i].link == link && in->sessions[i].counts && in->sessions[i].seen)
			of[count++] = &in->sessions[i].uptime;
	uptime_combine(out, of, count, any ? 1 : count);
	return count > 0;
}

static bool
link_established(const struct audit_input *in, const struct input_link *link)
{
	bool any = false;

	for (size_t i = 0; i < in->session_count; i++) {
		const struct input_session *s = &in->sessions[i];

		if (s->link != link || !s->counts)
			continue;
		if (!session_established(s))
			return false;
		any = true;
	}
	return any;
}

static bool
link_acked(const struct audit_input *in, const struct input_link *link)
{
	char subject[SCOPE_SIZE];

	FIELD_FORMAT(subject, "link:%s", link->rec.name);
	if (input_acked(in, subject))
		return true;
	for (size_t i = 0; i < in->session_count; i++) {
		FIELD_FORMAT(subject, "session:%s", in->sessions[i].rec.name);
		if (in->sessions[i].link == link && input_acked(in, subject))
			return true;
	}
	return false;
}

/* A connection that stayed down beyond what a repair may take fails; one that is down for less is
 * DEGRADED, told beside the verdict. */
static void
check_down(const struct audit_input *in, const struct input_link *link, struct verdict_draft *d)
{
	uint64_t limit = (uint64_t)conf_threshold(
		in->conf, link->conf, in->min_time_us > 0 ? "r2_short_us" : "r2_degraded_us");
	char scope[SCOPE_SIZE], text[24];
	struct matter m = {.id = "connection", .scope = scope, .link = link->rec.name};
	const struct outage *longest;
	struct uptime all;
	uint64_t us;

	FIELD_FORMAT(scope, "link:%s", link->rec.name);
	if (!combine_sessions(in, link, false, &all))
		return;
	m.samples = all.covered_us / 1000000;
	longest = uptime_longest(&all);
	us = longest ? longest->until_us - longest->from_us : 0;
	if (longest && us >= limit && !link_acked(in, link)) {
		m.first_us = longest->from_us;
		judge_fail(d, &m,
		           "%s had no session for %s, without maintenance or acknowledgement",
		           link->rec.name, duration_text(us, text));
		judge_evidence(d, &m, "", longest->from_us, "bgp.session", "down for %s", text);
		verdict_next(d, "pniscope why %s --at %" PRIu64 ": bring its session up", scope,
		             longest->from_us);
	} else if (!link_established(in, link)) {
		verdict_note(d, "DEGRADED: not all sessions of %s are up", link->rec.name);
		judge_aside(d, &m, LACK_TOO_LITTLE, "DEGRADED: not all sessions of %s are up",
		            link->rec.name);
	}
}

/* The registered prefixes on a link: each must be there where the routes are known whole. */
static void
check_prefixes(const struct audit_input *in, const struct input_link *link, struct verdict_draft *d)
{
	char scope[SCOPE_SIZE];
	struct matter m = {.id = "prefixes", .scope = scope, .link = link->rec.name};
	const struct input_session *unknown = NULL;

	FIELD_FORMAT(scope, "link:%s", link->rec.name);
	for (size_t i = 0; i < in->session_count; i++) {
		const struct input_session *s = &in->sessions[i];
		bool whole = s->routes && rib_complete(&s->rec.side[SIDE_PEER]);

		/* what is down announces nothing: told as DEGRADED */
		if (s->link != link || !session_established(s))
			continue;
		for (size_t k = 0; k < in->conf->registered_count; k++) {
			char prefix[PREFIX_TEXT_SIZE];

			if (!routes_wanted(in, s, k))
				continue;
			if (!whole) {
				unknown = s;
				continue;
			}
			m.samples++;
			if (routes_find(s, k)->present)
				continue;
			prefix_format(&in->conf->registered[k].prefix, prefix);
			m.first_us = s->rec.side[SIDE_PEER].withdraw_us;
			judge_fail(d, &m, "%s lacks registered %s (%s)", link->rec.name, prefix,
			           s->rec.name);
			judge_evidence(d, &m, direction_name(DIR_PEER_TO_MSFT), m.first_us,
			               "bgp.nlri", "%s absent on %s", prefix, s->rec.name);
			verdict_blame(d, SIDE_PEER);
			verdict_next(d, "announce %s on %s", prefix, s->rec.name);
		}
	}
	if (unknown)
		judge_rib_open(d, &m, unknown, SIDE_PEER);
}

static bool
is_elsewhere(const struct audit_input *in, const struct input_link *link, size_t k)
{
	const char *location = location_of_link(in->conf, link->conf);

	for (size_t i = 0; i < in->link_count; i++)
		if (&in->links[i] != link && link_is_at(in, &in->links[i], location) &&
		    routes_carried(in, &in->links[i], k).present)
			return true;
	return false;
}

/* A prefix of a family that has no session on this link, and that its twin carries: nobody's
 * session lacks it, and yet the link does. */
static void
check_families(const struct audit_input *in, const struct input_link *link, struct verdict_draft *d)
{
	char scope[SCOPE_SIZE], prefix[PREFIX_TEXT_SIZE];
	struct matter m = {.id = "families", .scope = scope, .link = link->rec.name, .samples = 1};

	FIELD_FORMAT(scope, "link:%s", link->rec.name);
	for (size_t k = 0; k < in->conf->registered_count; k++) {
		struct routes_carried c = routes_carried(in, link, k);

		if (!routes_belong(in, link, k) || c.wanted || c.present || !c.any ||
		    !is_elsewhere(in, link, k))
			continue;
		if (c.unknown) {
			judge_rib_open(d, &m, c.any, SIDE_PEER);
			continue;
		}
		prefix_format(&in->conf->registered[k].prefix, prefix);
		m.first_us = c.any->rec.up_since_us;
		judge_fail(d, &m, "%s has no session that carries registered %s, its twin has",
		           link->rec.name, prefix);
		judge_evidence(d, &m, direction_name(DIR_PEER_TO_MSFT), m.first_us, "bgp.nlri",
		               "%s absent on %s", prefix, link->rec.name);
		verdict_blame(d, SIDE_PEER);
		verdict_next(d, "set up a session of the family of %s on %s", prefix,
		             link->rec.name);
	}
}

/* The BFD and LACP that carry an established session must stand too, where they are seen. */
static void
check_carriers(const struct audit_input *in, const struct input_link *link, struct verdict_draft *d)
{
	char scope[SCOPE_SIZE];
	struct matter m = {.id = "carriers", .scope = scope, .link = link->rec.name};
	bool any = link->lacp_count == 0;

	FIELD_FORMAT(scope, "link:%s", link->rec.name);
	for (size_t i = 0; i < link->lacp_count; i++)
		any |= strcmp(link->lacp[i].rec.state, "out") != 0;
	if (!any) {
		judge_open(d, &m, LACK_TOO_LITTLE, "%s: no member is in its bundle",
		           link->rec.name);
		verdict_need(d, "a member that distributes", "none", "one", "pniscope lag", 0);
	}
	for (size_t i = 0; i < in->bfd_count && in->conf->peering.type == PEERING_VOICE; i++) {
		const struct rec_bfd *b = &in->bfds[i].rec;

		if (in->bfds[i].link != link || !in->bfds[i].session ||
		    !in->bfds[i].session->counts || strcmp(b->state, "up") == 0 ||
		    strcmp(b->kind, "echo") == 0)
			continue;
		judge_open(d, &m, LACK_TOO_LITTLE, "%s: BFD of %s is %s", link->rec.name, b->name,
		           b->state);
		verdict_need(d, "BFD up", b->state, "up", "pniscope bfd", 0);
	}
}

/* The connections of a location that were followed, `of` them in `each`; how many. */
static size_t
combine_connections(const struct audit_input *in, const char *location,
                    struct uptime each[CONNECTIONS], const struct uptime *of[CONNECTIONS])
{
	size_t count = 0;

	for (size_t i = 0; i < in->link_count && count < CONNECTIONS; i++)
		if (link_is_at(in, &in->links[i], location) &&
		    combine_sessions(in, &in->links[i], true, &each[count])) {
			of[count] = &each[count];
			count++;
		}
	return count;
}

/* How much of the window enough connections of the location were up at once. */
static void
check_together(const struct audit_input *in, const char *location, double wanted,
               struct verdict_draft *d)
{
	double target = conf_threshold(in->conf, NULL, "r2_up_ratio"), ratio;
	uint64_t window = input_time_us(in, "r2_window_us");
	struct uptime each[CONNECTIONS], together;
	const struct uptime *of[CONNECTIONS];
	size_t count = combine_connections(in, location, each, of);
	char scope[SCOPE_SIZE], seen[24], have[64], want[64];
	struct matter m = {.id = "together", .scope = scope};

	FIELD_FORMAT(scope, "location:%s", location);
	if ((double)count < wanted)
		return; /* each one that is missing was told */
	uptime_combine(&together, of, count, count - (size_t)wanted + 1);
	ratio = uptime_ratio(&together);
	m.samples = together.covered_us / 1000000;
	d->row.samples += m.samples;
	duration_text(together.covered_us, seen);
	FIELD_FORMAT(have, "%.4f %% of %s", isnan(ratio) ? 0 : 100 * ratio, seen);
	FIELD_FORMAT(want, "%.4g %% of at least %.3g h", 100 * target, (double)window / 3600e6);
	if (together.covered_us < window) {
		judge_open(d, &m, LACK_TOO_LITTLE, "%s: seen together for %s only", location, seen);
		verdict_need(d, "connections up together", have, want, "watch them live",
		             window - together.covered_us);
	} else if (!(ratio >= target) && together.up_us < window) {
		judge_open(d, &m, LACK_TOO_LITTLE, "DEGRADED: %s had %.0f connections up %s",
		           location, wanted, have);
		verdict_need(d, "connections up together", have, want,
		             "bring them up; a repair belongs into `maintenance` or an `ack`",
		             window);
	} else {
		if (!(ratio >= target))
			verdict_note(d, "DEGRADED: %s had %.0f connections up %s", location, wanted,
			             have);
		judge_pass(d, &m, "%s: %zu connections, %.0f up together %s", location, count,
		           wanted, have);
		for (unsigned i = 0; i < together.outage_count; i++)
			judge_evidence(d, &m, "", together.outages[i].from_us, "bgp.session",
			               "fewer than %.0f up for %s", wanted,
			               duration_text(together.outages[i].until_us -
			                                     together.outages[i].from_us,
			                             seen));
	}
}

/* Whether the survivor could carry what all carry in the busy minute (advice). */
static void
note_survivor(const struct audit_input *in, const char *location, struct verdict_draft *d)
{
	double sum[DIR_COUNT] = {0}, survivor = INFINITY, largest = 0, worst;
	size_t count = 0;

	for (size_t i = 0; i < in->link_count; i++) {
		const struct input_link *l = &in->links[i];
		double capacity = (double)l->rec.capacity_bps;

		if (!link_is_at(in, l, location) || !l->seen)
			continue;
		count++;
		for (int dir = 0; dir < DIR_COUNT; dir++)
			if (!isnan(l->rec.peak_1min_ratio[dir]))
				sum[dir] += l->rec.peak_1min_ratio[dir] * capacity;
		survivor = fmin(survivor, capacity);
		largest = fmax(largest, capacity);
	}
	worst = fmax(sum[0], sum[1]);
	if (count == 2 && largest > 0 && worst > survivor)
		verdict_note(d,
		             "redundant on paper only: busy minutes of %s sum up to %.3g Gb/s, "
		             "one connection carries %.3g",
		             location, worst / 1e9, survivor / 1e9);
}

/* R2 at one location. */
static void
check_location(const struct audit_input *in, const struct conf_link *first, struct verdict_draft *d)
{
	const char *location = location_of_link(in->conf, first);

	if (!check_declared(in->conf, first, d))
		return;
	for (size_t i = 0; i < in->link_count; i++) {
		const struct input_link *link = &in->links[i];

		if (!link_is_at(in, link, location) || !link->seen)
			continue;
		check_down(in, link, d);
		if (link_established(in, link))
			check_carriers(in, link, d);
		check_prefixes(in, link, d);
		check_families(in, link, d);
	}
	check_together(in, location, wanted_at(in->conf, first), d);
	note_survivor(in, location, d);
}

void
judge_redundancy(const struct audit_input *in, struct verdict_draft *d)
{
	const struct conf *c = in->conf;

	judge_sessions(in, d, NULL, NULL);
	for (size_t i = 0; i < c->link_count; i++)
		if (location_first(c, i))
			check_location(in, &c->links[i], d);
}

/* ---- X6 -------------------------------------------------------------------------------------- */

static bool
has_primary(const struct conf *c)
{
	for (size_t i = 0; i < c->link_count; i++)
		if (c->links[i].role == ROLE_PRIMARY)
			return true;
	return false;
}

/* A primary link is there; where none is declared as such, the first link's location. */
static bool
is_primary_location(const struct conf *c, size_t first)
{
	for (size_t i = 0; i < c->link_count; i++)
		if (c->links[i].role == ROLE_PRIMARY &&
		    strcmp(location_of_link(c, &c->links[i]),
		           location_of_link(c, &c->links[first])) == 0)
			return true;
	return first == 0 && !has_primary(c);
}

static void
check_backup_location(const struct audit_input *in, const char *location, struct verdict_draft *d)
{
	double wanted = conf_threshold(in->conf, NULL, "x6_backup_sessions");
	size_t live = sessions_at(in, location, true);
	char scope[SCOPE_SIZE], have[32], want[32];
	struct matter m = {.id = "backup-session", .scope = scope, .samples = live};

	FIELD_FORMAT(scope, "location:%s", location);
	FIELD_FORMAT(have, "%zu", live);
	FIELD_FORMAT(want, "%.0f", wanted);
	if ((double)live >= wanted) {
		judge_pass(d, &m, "%zu session%s established at backup location %s", live,
		           live == 1 ? "" : "s", location);
		return;
	}
	judge_open(d, &m,
	           sessions_at(in, location, false) > 0 ? LACK_TOO_LITTLE : LACK_NOT_COLLECTED,
	           "no session established at backup location %s", location);
	verdict_need(d, "an established session at the backup", have, want,
	             "pniscope sessions; tap the backup's links", 0);
}

/* Every other location that holds a backup link, or that a registered prefix names as backup. */
static bool
is_backup_location(const struct conf *c, const char *location)
{
	for (size_t i = 0; i < c->link_count; i++)
		if (c->links[i].role == ROLE_BACKUP &&
		    strcmp(location_of_link(c, &c->links[i]), location) == 0)
			return true;
	for (size_t i = 0; i < c->registered_count; i++)
		if (c->registered[i].backup &&
		    strcmp(location_of_site(c, c->registered[i].backup), location) == 0)
			return true;
	return false;
}

void
judge_primary(const struct audit_input *in, struct verdict_draft *d)
{
	const struct conf *c = in->conf;
	bool backup = false;

	if (c->link_count == 0)
		return;
	judge_sessions(in, d, NULL, NULL);
	for (size_t i = 0; i < c->link_count; i++) {
		const char *location = location_of_link(c, &c->links[i]);

		if (!location_first(c, i))
			continue;
		if (is_primary_location(c, i)) {
			check_location(in, &c->links[i], d);
			judge_routers_at(in, location, d);
		} else if (is_backup_location(c, location)) {
			check_backup_location(in, location, d);
			backup = true;
		}
	}
	if (!backup)
		verdict_note(d, "no backup location: traffic fails over to the Internet");
}
