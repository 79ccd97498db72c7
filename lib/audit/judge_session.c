/* M2 and M4: how much of the time each session was up, and how often it was not. */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "audit/field.h"
#include "audit/judge.h"
#include "audit/judge_parts.h"
#include "base/clock.h"

/* ---- M2 -------------------------------------------------------------------------------------- */

static double
target_of(const struct conf *c)
{
	return c->targets.availability > 0 ? c->targets.availability
	                                   : conf_threshold(c, NULL, "m2_availability_ratio");
}

static void
show_outages(struct verdict_draft *d, const struct matter *m, const struct uptime *u,
             const char *field)
{
	for (unsigned i = 0; i < u->outage_count; i++) {
		const struct outage *o = &u->outages[i];
		char text[24];

		judge_evidence(d, m, "", o->from_us, field, "down for %s%s",
		               duration_text(o->until_us - o->from_us, text),
		               o->lasts ? ", still" : "");
	}
}

/* Both sides speak: one direction alone proves no session. */
static bool
hears_both(const struct input_session *s)
{
	for (int side = 0; side < REC_SIDES; side++) {
		const struct rec_session_side *r = &s->rec.side[side];

		if (r->opens + r->updates + r->keepalives == 0)
			return false;
	}
	return true;
}

/* Evidence that someone is to blame for the last time it went down. */
static void
blame_last(const struct input_session *s, struct verdict_draft *d)
{
	if (strcmp(s->rec.down_side, side_name(SIDE_PEER)) == 0)
		verdict_blame(d, SIDE_PEER);
	else if (strcmp(s->rec.down_side, side_name(SIDE_MSFT)) == 0)
		verdict_blame(d, SIDE_MSFT);
}

static void
note_maintained(const struct uptime *u, const char *name, struct verdict_draft *d)
{
	char text[24];

	if (u->maintained_us > 0)
		verdict_note(d, "%s: %s down in maintenance %s is left out", name,
		             duration_text(u->maintained_us, text), u->maintenance);
}

/* Down for longer than the target leaves. */
static void
fail_availability(const struct input_session *s, double target, const char *judged,
                  struct matter *m, struct verdict_draft *d)
{
	const struct uptime *u = &s->uptime;
	const struct outage *longest = uptime_longest(u);
	char down[24];

	m->first_us = longest->from_us;
	judge_fail(d, m, "%s: down for %s of %s, %.4f %% up, target %.4g %%: %s", s->rec.name,
	           duration_text(uptime_listed_us(u), down), judged, 100 * uptime_ratio(u),
	           100 * target, s->rec.down_cause);
	show_outages(d, m, u, "bgp.session");
	blame_last(s, d);
	verdict_next(d, "pniscope why session:%s --at %" PRIu64, s->rec.name, longest->from_us);
}

static void
pass_availability(const struct audit_input *in, const struct input_session *s, const char *judged,
                  const struct matter *m, struct verdict_draft *d)
{
	const struct uptime *u = &s->uptime;
	double budget_us =
		(1 - target_of(in->conf)) * conf_threshold(in->conf, NULL, "m2_budget_window_us");
	char down[24], budget[24];

	judge_pass(d, m, "%s: %.4f %% of %s up, %u outages, %s down; 30-day budget %s", s->rec.name,
	           100 * uptime_ratio(u), judged, u->outage_count,
	           duration_text(uptime_listed_us(u), down),
	           duration_text((uint64_t)budget_us, budget));
	show_outages(d, m, u, "bgp.session");
}

static void
check_availability(const struct audit_input *in, const struct input_session *s, const void *context,
                   struct verdict_draft *d)
{
	const struct uptime *u = &s->uptime;
	double target = target_of(in->conf), ratio = uptime_ratio(u);
	double coverage = conf_threshold(in->conf, NULL, "coverage_ratio");
	uint64_t window = input_time_us(in, "m2_window_us");
	uint64_t budget = (uint64_t)((1 - target) * (double)window), down = uptime_listed_us(u);
	char scope[SCOPE_SIZE], down_text[24], judged[24], have[64], want[64];
	struct matter m = {.id = "availability",
	                   .scope = scope,
	                   .link = s->rec.link,
	                   .samples = u->covered_us / US_PER_S};

	(void)context;
	FIELD_FORMAT(scope, "session:%s", s->rec.name);
	d->row.samples += m.samples;
	duration_text(down, down_text);
	duration_text(u->covered_us, judged);
	note_maintained(u, s->rec.name, d);
	if (!hears_both(s)) {
		judge_open(d, &m, LACK_NOT_OBSERVABLE, "%s: messages of one side only",
		           s->rec.name);
		verdict_need(d, "both directions of TCP 179", "one", "both",
		             "tap both fibres of every member", 0);
	} else if (down > budget) {
		fail_availability(s, target, judged, &m, d);
	} else if ((double)u->covered_us < coverage * (double)window) {
		FIELD_FORMAT(have, "%s seen, %s down", judged, down_text);
		FIELD_FORMAT(want, "%.0f %% of %s", 100 * coverage,
		             duration_text(window, down_text));
		judge_open(d, &m, LACK_TOO_LITTLE, "%s: %.4f %% up so far, seen for %s",
		           s->rec.name, isnan(ratio) ? 0 : 100 * ratio, judged);
		verdict_need(d, "time of the session seen", have, want, "watch it live",
		             window > u->covered_us ? window - u->covered_us : 0);
	} else if (!(ratio >= target)) {
		/* counted as down, but when is not known: it may lie in maintenance */
		judge_open(d, &m, LACK_TOO_LITTLE, "%s: %.4f %% up, outages not listed",
		           s->rec.name, 100 * ratio);
		verdict_need(d, "begin and end of its outages", "counted only", "listed",
		             "wait until they leave the window", window);
	} else {
		pass_availability(in, s, judged, &m, d);
	}
}

void
judge_availability(const struct audit_input *in, struct verdict_draft *d)
{
	judge_sessions(in, d, check_availability, NULL);
}

/* ---- M4 -------------------------------------------------------------------------------------- */

/* What flaps: a session, a BFD session, a member. */
struct flapping {
	const char *what, *scope, *link, *cause, *field;
	const struct uptime *uptime;
	const struct input_session *session; /* NULL: none */
};

static void
fail_flaps(const struct flapping *f, struct matter *m, unsigned flaps, struct verdict_draft *d)
{
	m->first_us = f->uptime->outages[f->uptime->outage_count - 1].from_us;
	judge_fail(d, m, "%s: %u flaps outside maintenance%s%s", f->scope, flaps,
	           f->cause[0] ? ", last: " : "", f->cause);
	show_outages(d, m, f->uptime, f->field);
	if (f->session)
		blame_last(f->session, d);
	verdict_next(d, "pniscope why %s --at %" PRIu64, f->scope, m->first_us);
}

static void
check_flaps(const struct audit_input *in, const struct flapping *f, struct verdict_draft *d)
{
	double limit = conf_threshold(in->conf, NULL, "m4_flaps");
	double few = conf_threshold(in->conf, NULL, "m4_short_flaps");
	uint64_t soon = (uint64_t)conf_threshold(in->conf, NULL, "m4_short_us");
	uint64_t window = input_time_us(in, "m4_window_us");
	double coverage = conf_threshold(in->conf, NULL, "coverage_ratio");
	unsigned flaps = uptime_flaps(f->uptime);
	char text[24], want[24];
	struct matter m = {.id = f->what,
	                   .scope = f->scope,
	                   .link = f->link,
	                   .samples = f->uptime->covered_us / US_PER_S};

	note_maintained(f->uptime, f->scope, d);
	duration_text(f->uptime->covered_us, text);
	if ((double)flaps >= limit ||
	    (f->session && (double)uptime_flaps_within(f->uptime, soon) >= few)) {
		fail_flaps(f, &m, flaps, d);
	} else if (flaps > 0) {
		judge_open(d, &m, LACK_TOO_LITTLE, "%s: %u flap%s in %s%s%s", f->scope, flaps,
		           flaps == 1 ? "" : "s", text, f->cause[0] ? ", last: " : "", f->cause);
		show_outages(d, &m, f->uptime, f->field);
		verdict_need(d, "a day without a flap", text, duration_text(window, want),
		             "find the cause: pniscope why", window);
	} else if ((double)f->uptime->covered_us < coverage * (double)window) {
		judge_open(d, &m, LACK_TOO_LITTLE, "%s: no flap in %s", f->scope, text);
		verdict_need(d, "time seen", text, duration_text(window, want), "watch it live",
		             window - f->uptime->covered_us);
	} else if (f->uptime->flaps > f->uptime->maintained_flaps) {
		judge_open(d, &m, LACK_TOO_LITTLE, "%s: %" PRIu64 " flaps counted, times not known",
		           f->scope, f->uptime->flaps);
		verdict_need(d, "times of its flaps", "counted only", "listed",
		             "wait until they leave the window", window);
	} else {
		judge_pass(d, &m, "%s: no flap in %s", f->scope, text);
	}
}

static void
check_session_flaps(const struct audit_input *in, const struct input_session *s,
                    const void *context, struct verdict_draft *d)
{
	char scope[SCOPE_SIZE];

	(void)context;
	FIELD_FORMAT(scope, "session:%s", s->rec.name);
	check_flaps(in,
	            &(struct flapping){.what = "bgp",
	                               .scope = scope,
	                               .link = s->rec.link,
	                               .cause = s->rec.down_cause,
	                               .field = "bgp.session",
	                               .uptime = &s->uptime,
	                               .session = s},
	            d);
	d->row.samples += s->uptime.covered_us / US_PER_S;
}

static void
check_bfd_flaps(const struct audit_input *in, const struct input_bfd *b, struct verdict_draft *d)
{
	char scope[SCOPE_SIZE], cause[64] = "";

	if (!b->link || strcmp(b->rec.kind, "echo") == 0 || (b->session && !b->session->counts))
		return;
	FIELD_FORMAT(scope, "bfd:%s", b->rec.name);
	if (b->rec.down_us > 0)
		FIELD_FORMAT(cause, "diag %" PRIu64 ", first by %s", b->rec.down_diag,
		             b->rec.down_first);
	check_flaps(in,
	            &(struct flapping){.what = "bfd",
	                               .scope = scope,
	                               .link = b->rec.link,
	                               .cause = cause,
	                               .field = "bfd.session",
	                               .uptime = &b->uptime},
	            d);
}

static void
check_member_flaps(const struct audit_input *in, const struct input_link *link,
                   const struct input_member *m, struct verdict_draft *d)
{
	char scope[SCOPE_SIZE];

	if (m->rec.side[SIDE_PEER].pdus == 0 || m->rec.side[SIDE_MSFT].pdus == 0)
		return; /* R11's matter */
	FIELD_FORMAT(scope, "member:%s:%" PRIu64, link->rec.name, m->rec.index);
	check_flaps(in,
	            &(struct flapping){.what = "lacp",
	                               .scope = scope,
	                               .link = link->rec.name,
	                               .cause = m->rec.why,
	                               .field = "lacp.member",
	                               .uptime = &m->uptime},
	            d);
}

void
judge_flaps(const struct audit_input *in, struct verdict_draft *d)
{
	judge_sessions(in, d, check_session_flaps, NULL);
	for (size_t i = 0; i < in->bfd_count; i++)
		check_bfd_flaps(in, &in->bfds[i], d);
	for (size_t i = 0; i < in->link_count; i++)
		for (size_t m = 0; m < in->links[i].lacp_count; m++)
			check_member_flaps(in, &in->links[i], &in->links[i].lacp[m], d);
}
