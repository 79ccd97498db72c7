/*
 * R9: the same bandwidth on primary, backup and redundant. Capacity is what members carry on which
 * both actors collect and distribute, times their speed. A member out for repair is DEGRADED.
 */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "audit/field.h"
#include "audit/judge.h"
#include "audit/judge_parts.h"
#include "audit/judge_speed.h"

/* ---- declared -------------------------------------------------------------------------------- */

static uint64_t
members_sum(const struct conf_link *link)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < link->member_count; i++)
		sum += link->members[i].speed_bps;
	return sum;
}

/* The provisioned bandwidth, or what its members are declared to add up to. */
static uint64_t
declared_bandwidth(const struct conf_link *link)
{
	return link->bandwidth_bps > 0 ? link->bandwidth_bps : members_sum(link);
}

/* False: it differs from the first link's, in what is provisioned or in what its members carry,
 * which fails. */
static bool
check_declared(const struct conf *c, const struct conf_link *link, struct verdict_draft *d)
{
	uint64_t first = declared_bandwidth(&c->links[0]), bandwidth = declared_bandwidth(link);
	uint64_t first_sum = members_sum(&c->links[0]), sum = members_sum(link);
	char scope[SCOPE_SIZE];
	struct matter m = {.id = "bandwidth",
	                   .scope = scope,
	                   .link = link->name,
	                   .samples = link->member_count,
	                   .basis = BASIS_DECLARED};

	d->basis |= BASIS_DECLARED;
	if (bandwidth == first && sum == first_sum)
		return true;
	FIELD_FORMAT(scope, "link:%s", link->name);
	judge_fail_hard(d, &m, "%s (%s) is declared with %s%.4g Gb/s, unlike %s with %.4g",
	                link->name, link_role_name(link->role),
	                bandwidth == first ? "members of " : "",
	                (double)(bandwidth == first ? sum : bandwidth) / 1e9, c->links[0].name,
	                (double)(bandwidth == first ? first_sum : first) / 1e9);
	verdict_next(d, "provision %s and %s with the same bandwidth", link->name,
	             c->links[0].name);
	return false;
}

/* ---- speed ----------------------------------------------------------------------------------- */

enum speed_proof { SPEED_SEEN, SPEED_OFFLINE, SPEED_HIDDEN };

/* Whether the members' speed is as declared. A capture and a virtual device have none to show; the
 * port of a broker or mirror has its own, which hides the link's. */
static enum speed_proof
check_speeds(const struct audit_input *in, const struct input_link *link, struct verdict_draft *d)
{
	enum speed_proof proof = SPEED_SEEN;

	for (size_t i = 0; i < link->conf->member_count; i++) {
		uint64_t seen = speed_observed(in, link, i);
		uint64_t declared = link->conf->members[i].speed_bps;
		char scope[SCOPE_SIZE];
		struct matter m = {.id = "speed",
		                   .scope = scope,
		                   .link = link->conf->name,
		                   .samples = 1,
		                   .basis = BASIS_MIXED};

		if (seen == 0)
			proof = link->conf->tap == TAP_OPTICAL || in->capture ? SPEED_OFFLINE
			                                                      : SPEED_HIDDEN;
		if (seen == 0 || declared == 0 || seen == declared)
			continue;
		FIELD_FORMAT(scope, "member:%s:%zu", link->conf->name, i);
		judge_fail_hard(d, &m, "%s runs at %.4g Gb/s, declared is %.4g", scope,
		                (double)seen / 1e9, (double)declared / 1e9);
		judge_evidence(d, &m, "", in->to_us, "port speed", "%.4g Gb/s", (double)seen / 1e9);
		verdict_next(d, "pniscope members %s: correct the port or the contract",
		             link->conf->name);
	}
	return proof;
}

/* ---- members --------------------------------------------------------------------------------- */

/* Members whose LACP both sides speak; the contract's others are not seen. */
static size_t
known_members(const struct input_link *link)
{
	size_t count = 0;

	for (size_t i = 0; i < link->lacp_count; i++)
		count += link->lacp[i].rec.side[SIDE_PEER].pdus > 0 &&
		         link->lacp[i].rec.side[SIDE_MSFT].pdus > 0;
	return count;
}

static size_t
active_members(const struct input_link *link)
{
	size_t count = 0;

	for (size_t i = 0; i < link->lacp_count; i++)
		count += strcmp(link->lacp[i].rec.state, "distributing") == 0;
	return count;
}

/* Times when any member was out of the bundle. */
static void
combine_members(const struct input_link *link, struct uptime *out)
{
	const struct uptime *of[64];
	size_t count = 0;

	for (size_t i = 0; i < link->lacp_count && count < 64; i++)
		of[count++] = &link->lacp[i].uptime;
	uptime_combine(out, of, count, 1);
}

static bool
link_acked(const struct audit_input *in, const struct input_link *link)
{
	char subject[SCOPE_SIZE];

	FIELD_FORMAT(subject, "link:%s", link->rec.name);
	if (input_acked(in, subject))
		return true;
	for (size_t i = 0; i < link->lacp_count; i++) {
		FIELD_FORMAT(subject, "member:%s:%" PRIu64, link->rec.name,
		             link->lacp[i].rec.index);
		if (input_acked(in, subject))
			return true;
	}
	return false;
}

/* No outage of it lasted `limit_us`, listed or only counted; one that lasts has a known begin. */
static bool
repaired_in_time(const struct uptime *u, bool whole_now, uint64_t limit_us)
{
	double ratio = uptime_ratio(u);
	uint64_t listed = uptime_listed_us(u), counted;
	const struct outage *longest = uptime_longest(u);

	if (!whole_now && (u->outage_count == 0 || !u->outages[0].lasts))
		return false;
	if (isnan(ratio) || (longest && longest->until_us - longest->from_us >= limit_us))
		return false;
	counted = (uint64_t)((1 - ratio) * (double)(u->covered_us - u->maintained_us));
	return counted <= listed || counted - listed < limit_us;
}

static void
fail_degraded(const struct input_link *link, const struct outage *longest, struct matter *m,
              struct verdict_draft *d)
{
	char text[24];

	duration_text(longest->until_us - longest->from_us, text);
	m->first_us = longest->from_us;
	judge_fail(d, m,
	           "%s ran with fewer than its %zu members for %s, without maintenance or "
	           "acknowledgement",
	           link->rec.name, link->conf->member_count, text);
	judge_evidence(d, m, "", longest->from_us, "lacp.state", "out for %s", text);
	verdict_next(d, "pniscope lag %s: repair the member, or acknowledge the finding",
	             link->rec.name);
}

/* What the link had of its bandwidth: whole, degraded for a repair, or for too long. */
static void
check_whole(const struct audit_input *in, const struct input_link *link, bool offline,
            struct verdict_draft *d)
{
	double wanted = conf_threshold(in->conf, link->conf, "r9_equal_ratio"), ratio;
	uint64_t limit = (uint64_t)conf_threshold(
		in->conf, link->conf, in->min_time_us > 0 ? "r9_short_us" : "r9_degraded_us");
	size_t active = active_members(link), of = link->conf->member_count;
	char scope[SCOPE_SIZE], text[24], have[64], want[64];
	struct matter m = {.id = "capacity",
	                   .scope = scope,
	                   .link = link->rec.name,
	                   .basis = offline ? BASIS_MIXED : BASIS_OBSERVED};
	const struct outage *longest;
	struct uptime u;

	combine_members(link, &u);
	longest = uptime_longest(&u);
	ratio = uptime_ratio(&u);
	m.samples = u.covered_us / 1000000;
	d->row.samples += m.samples;
	FIELD_FORMAT(scope, "link:%s", link->rec.name);
	FIELD_FORMAT(have, "%.3f %% of %s", isnan(ratio) ? 0 : 100 * ratio,
	             duration_text(u.covered_us, text));
	FIELD_FORMAT(want, "%.4g %%", 100 * wanted);
	if (active < of)
		verdict_note(d, "DEGRADED: %s has %zu of %zu members", link->rec.name, active, of);
	if (longest && longest->until_us - longest->from_us >= limit && !link_acked(in, link)) {
		fail_degraded(link, longest, &m, d);
	} else if (active == of && ratio >= wanted) {
		judge_pass(d, &m, "%s: %zu of %zu members, %.4g Gb/s, whole %s%s", link->rec.name,
		           active, of, (double)declared_bandwidth(link->conf) / 1e9, have,
		           offline ? " (speed as declared)" : "");
	} else if (repaired_in_time(&u, active == of, limit) || link_acked(in, link)) {
		/* section 13: a repair is shown beside the verdict and doesn't change it */
		judge_pass(d, &m, "DEGRADED: %s has %zu of %zu members, was whole %s%s",
		           link->rec.name, active, of, have, offline ? " (speed as declared)" : "");
		if (active == of)
			verdict_note(d, "DEGRADED: %s was whole %s", link->rec.name, have);
	} else {
		judge_open(d, &m, LACK_TOO_LITTLE,
		           "DEGRADED: %s has %zu of %zu members, was whole %s", link->rec.name,
		           active, of, have);
		verdict_need(d, "time with all members", have, want,
		             "repair the member; pniscope lag", limit);
	}
}

static void
check_link(const struct audit_input *in, const struct input_link *link, struct verdict_draft *d)
{
	enum speed_proof proof = check_speeds(in, link, d);
	char scope[SCOPE_SIZE], have[64], want[64];
	struct matter m = {.id = "capacity", .scope = scope, .link = link->rec.name};
	size_t known = known_members(link);

	FIELD_FORMAT(scope, "link:%s", link->rec.name);
	FIELD_FORMAT(have, "%zu members", known);
	FIELD_FORMAT(want, "%zu", link->conf->member_count);
	if (known < link->conf->member_count) {
		judge_open(d, &m, link_is_span(link) ? LACK_NOT_OBSERVABLE : LACK_NOT_COLLECTED,
		           "%s: LACP of both sides on %zu of %zu members", link->rec.name, known,
		           link->conf->member_count);
		verdict_need(d, "LACP of both sides on every member", have, want,
		             "an optical tap of all members; see R11", 90000000);
	} else if (proof == SPEED_HIDDEN) {
		judge_open(d, &m, LACK_NOT_OBSERVABLE, "%s: its tap has a speed of its own",
		           link->rec.name);
		verdict_need(d, "the members' speed", "the tap's", "the link's",
		             "an optical tap, or LLDP of both sides", 0);
	} else {
		check_whole(in, link, proof == SPEED_OFFLINE, d);
	}
}

void
judge_bandwidth(const struct audit_input *in, struct verdict_draft *d)
{
	for (size_t i = 0; i < in->link_count; i++) {
		const struct input_link *link = &in->links[i];

		if (!link->conf || !check_declared(in->conf, link->conf, d))
			continue;
		if (!link->seen)
			judge_untapped(link, d);
		else
			check_link(in, link, d);
	}
}
