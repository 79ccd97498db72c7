/*
 * X1: BFD on every session, below a second, and BGP follows it. Timers of the programme are not
 * published: what both sides negotiated is judged, what was measured is told.
 */
#include <inttypes.h>
#include <string.h>

#include "audit/field.h"
#include "audit/judge.h"
#include "audit/judge_parts.h"
#include "base/clock.h"

/* One BFD session under judgement, with the BGP session that it guards. */
struct subject {
	const struct audit_input *in;
	const struct input_session *session;
	const struct input_bfd *bfd;
	struct matter m;
	struct verdict_draft *d;
};

static bool
is_kind(const struct input_bfd *b, const char *kind)
{
	return strcmp(b->rec.kind, kind) == 0;
}

/* The BFD session of the same addresses, or NULL. */
static const struct input_bfd *
guard_of(const struct audit_input *in, const struct input_session *s)
{
	for (size_t i = 0; i < in->bfd_count; i++)
		if (in->bfds[i].session == s && !is_kind(&in->bfds[i], "echo"))
			return &in->bfds[i];
	return NULL;
}

static const char *
direction_from(enum side side)
{
	return direction_name(side == SIDE_PEER ? DIR_PEER_TO_MSFT : DIR_MSFT_TO_PEER);
}

static void
show(const struct subject *s, enum side side)
{
	const struct rec_bfd_side *from = &s->bfd->rec.side[side];

	judge_evidence(
		s->d, &s->m, direction_from(side), from->last_us, "bfd",
		"%s, diag %" PRIu64 ", %" PRIu64 " us x %" PRIu64 ", detection %" PRIu64 " us",
		from->state, from->diag, from->interval_us, from->detect_mult, from->detection_us);
}

/* BGP runs without BFD: absence, which needs a tap that is alive and a session that is. */
static void
check_absent(const struct audit_input *in, const struct input_session *s, struct matter *m,
             struct verdict_draft *d)
{
	uint64_t limit = input_time_us(in, "x1_without_bfd_us");
	uint64_t up = s->uptime.up_us;
	bool fresh = s->rec.side[SIDE_PEER].last_us + 2 * s->rec.hold_s * US_PER_S >= in->to_us;
	char text[24];

	if (session_established(s) && up > limit && fresh && input_hears(in, s->link)) {
		m->first_us = s->rec.up_since_us;
		m->samples = s->rec.side[SIDE_PEER].keepalives;
		judge_fail(d, m, "%s: BGP is up for %s without BFD of the peer", s->rec.name,
		           duration_text(up, text));
		judge_evidence(d, m, direction_from(SIDE_PEER), s->rec.side[SIDE_PEER].last_us,
		               "udp.dstport", "none of 3784, 4784, 6784");
		verdict_blame(d, SIDE_PEER);
		verdict_next(d, "configure BFD on the peer's side of %s", s->rec.name);
		return;
	}
	judge_open(d, m, LACK_NOT_COLLECTED, "%s: no BFD of it seen yet", s->rec.name);
	verdict_need(d, "BFD of both sides", "none", s->rec.name,
	             "tap both directions of UDP 3784, 4784 and 6784", limit);
}

static bool
is_admin_down(const struct subject *s, enum side side)
{
	if (strcmp(s->bfd->rec.side[side].state, "AdminDown") != 0)
		return false;
	judge_fail(s->d, &s->m, "%s: %s has BFD administratively down", s->m.scope,
	           side_name(side));
	show(s, side);
	verdict_blame(s->d, side);
	verdict_next(s->d, "enable BFD of %s on the side of %s", s->m.scope, side_name(side));
	return true;
}

/* Who makes `side` detect late: its own wish to receive seldom, or the other's to send seldom (RFC
 * 5880 section 6.8.4). */
static enum side
slower_side(const struct subject *s, enum side side)
{
	enum side other = side == SIDE_PEER ? SIDE_MSFT : SIDE_PEER;
	uint64_t own = s->bfd->rec.side[side].required_min_rx_us;
	uint64_t others = s->bfd->rec.side[other].desired_min_tx_us;

	if (own == others)
		return SIDE_BOTH;
	return own > others ? side : other;
}

/* With the echo function control packets may be slow (RFC 5880 section 6.8.9): what detects then is
 * the sender's own affair. */
static bool
detects_by_echo(const struct subject *s, enum side side)
{
	const struct rec_bfd_side *from = &s->bfd->rec.side[side];
	double limit = conf_threshold(s->in->conf, NULL, "x1_detection_us");

	return from->echo_us > 0 && (double)(from->detect_mult * from->echo_us) < limit &&
	       (double)from->echo_last_us + limit >= (double)from->last_us;
}

/* Timers while Up: a session that is not sends once a second by rule (RFC 5880 section 6.8.3). */
static bool
is_slow(const struct subject *s, enum side side)
{
	const struct rec_bfd_side *from = &s->bfd->rec.side[side];
	double limit = conf_threshold(s->in->conf, NULL, "x1_detection_us");

	if (strcmp(from->state, "Up") != 0 || (double)from->detection_us < limit)
		return false;
	if (detects_by_echo(s, side)) {
		judge_open(s->d, &s->m, LACK_NOT_OBSERVABLE,
		           "%s: control packets of %s detect after %.3g s, its echoes, %.3g s "
		           "apart, sooner: after how many that miss it alone knows",
		           s->m.scope, side_name(side), (double)from->detection_us / 1e6,
		           (double)from->echo_us / 1e6);
		verdict_need(s->d, "detection time by control packets", "slow beside echoes",
		             "below 1 s", "no bfd echo, or the router's own table", 0);
		return true;
	}
	judge_fail(s->d, &s->m, "%s: %s detects after %.3g s, wanted below %.3g s", s->m.scope,
	           side_name(side), (double)from->detection_us / 1e6, limit / 1e6);
	show(s, SIDE_PEER);
	show(s, SIDE_MSFT);
	verdict_blame(s->d, slower_side(s, side));
	verdict_next(s->d, "shorten intervals or multiplier of BFD on %s; pniscope bfd",
	             s->session->rec.name);
	return true;
}

static bool
is_uncoupled(const struct subject *s)
{
	if (s->bfd->stayed == 0)
		return false;
	judge_fail(s->d, &s->m,
	           "%s: BGP stayed up 10 s and more after BFD went down, %" PRIu64 " x", s->m.scope,
	           s->bfd->stayed);
	show(s, SIDE_PEER);
	verdict_blame(s->d, SIDE_PEER);
	verdict_next(s->d, "bind the BGP session %s to its BFD session (fall-over)",
	             s->session->rec.name);
	return true;
}

static bool
has_strict(const struct rec_session_side *side)
{
	const char *at = side->capabilities;
	char code[4];

	while (field_word(&at, ",", code, sizeof code))
		if (strcmp(code, "74") == 0)
			return true;
	return false;
}

static const char *
coupling(const struct subject *s)
{
	const struct rec_session *r = &s->session->rec;

	if (s->bfd->followed > 0)
		return "BGP followed it within 1 s";
	if (has_strict(&r->side[SIDE_PEER]) && has_strict(&r->side[SIDE_MSFT]))
		return "coupled by capability 74";
	return "no down event yet that would show the coupling";
}

static void
need_up(const struct subject *s, const char *what, const char *have, const char *want)
{
	verdict_need(s->d, what, have, want, "pniscope bfd; wait until it has been up long enough",
	             (uint64_t)conf_threshold(s->in->conf, NULL, "evidence_window_us"));
}

/* Up both ways, long enough, with packets of the attached device. */
static void
check_up(const struct subject *s)
{
	const struct rec_bfd *r = &s->bfd->rec;
	const struct uptime *u = &s->bfd->uptime;
	double ratio = uptime_ratio(u), wanted = conf_threshold(s->in->conf, NULL, "x1_up_ratio");
	bool direct = !is_kind(s->bfd, "multihop");
	char have[64], want[64], seen[24];

	if (strcmp(r->state, "up") != 0) {
		judge_open(s->d, &s->m, LACK_TOO_LITTLE, "%s: BFD is %s", s->m.scope, r->state);
		need_up(s, "BFD up both ways", r->state, "up");
	} else if (u->covered_us < input_time_us(s->in, "x1_without_bfd_us")) {
		judge_open(s->d, &s->m, LACK_TOO_LITTLE, "%s: BFD up, seen for %s only", s->m.scope,
		           duration_text(u->covered_us, seen));
		need_up(s, "time of BFD seen", seen, "60 s");
	} else if (!r->discriminators_match) {
		judge_open(s->d, &s->m, LACK_TOO_LITTLE,
		           "%s: the sides don't name each other's discriminator", s->m.scope);
		need_up(s, "matching discriminators", "not", "each the other's");
	} else if (direct && (r->side[0].ttl_min < 255 || r->side[1].ttl_min < 255)) {
		judge_open(s->d, &s->m, LACK_NOT_OBSERVABLE,
		           "%s: BFD with a TTL below 255: not of the attached device", s->m.scope);
		need_up(s, "TTL of BFD packets", "below 255", "255 (RFC 5881)");
	} else if (!(ratio >= wanted)) {
		FIELD_FORMAT(have, "%.4f %%", 100 * ratio);
		FIELD_FORMAT(want, "%.4g %%", 100 * wanted);
		judge_open(s->d, &s->m, LACK_TOO_LITTLE, "%s: BFD was up %s of the time",
		           s->m.scope, have);
		need_up(s, "share of time up", have, want);
	} else {
		judge_pass(s->d, &s->m,
		           "%s: up %.4f %% of %s, detection %.3g/%.3g s, longest gap %.3g/%.3g s, "
		           "%s%s",
		           s->m.scope, 100 * ratio, duration_text(u->covered_us, seen),
		           (double)r->side[0].detection_us / 1e6,
		           (double)r->side[1].detection_us / 1e6,
		           (double)r->side[0].gap_max_us / 1e6, (double)r->side[1].gap_max_us / 1e6,
		           coupling(s), r->ordered ? "" : ", not over Init once");
		show(s, SIDE_PEER);
	}
}

/* Packets of the peer came, and none that a router takes. */
static bool
is_forwarded(const struct subject *s)
{
	const struct rec_bfd_side *peer = &s->bfd->rec.side[SIDE_PEER];

	if (peer->packets > 0 || peer->foreign == 0)
		return false;
	judge_open(s->d, &s->m, LACK_NOT_OBSERVABLE,
	           "%s: BFD with a TTL below 255: not of the attached device", s->m.scope);
	need_up(s, "TTL of BFD packets", "below 255", "255 (RFC 5881)");
	return true;
}

static void
check_guard(struct subject *s)
{
	const struct rec_bfd_side *side = s->bfd->rec.side;

	s->m.samples = side[0].packets + side[1].packets;
	s->m.first_us = s->bfd->rec.state_since_us;
	s->d->row.samples += s->m.samples;
	if (is_forwarded(s))
		return;
	if (side[SIDE_PEER].packets == 0) {
		check_absent(s->in, s->session, &s->m, s->d);
		return;
	}
	if (side[SIDE_MSFT].packets == 0) {
		judge_open(s->d, &s->m, LACK_NOT_OBSERVABLE, "%s: BFD of the peer only",
		           s->m.scope);
		need_up(s, "BFD of both sides", "of the peer", "both directions tapped");
		return;
	}
	if (is_admin_down(s, SIDE_PEER) || is_admin_down(s, SIDE_MSFT) || is_slow(s, SIDE_PEER) ||
	    is_slow(s, SIDE_MSFT) || is_uncoupled(s))
		return;
	check_up(s);
}

/* ---- micro-BFD: one on each member that carries traffic (RFC 7130) ----------------------------
 */

static const struct input_bfd *
micro_of(const struct audit_input *in, const struct input_link *link, uint64_t member)
{
	char name[SCOPE_SIZE];

	FIELD_FORMAT(name, "%s:%" PRIu64, link->rec.name, member);
	for (size_t i = 0; i < in->bfd_count; i++)
		if (in->bfds[i].link == link && is_kind(&in->bfds[i], "micro") &&
		    strcmp(in->bfds[i].rec.name, name) == 0)
			return &in->bfds[i];
	return NULL;
}

static bool
has_micro(const struct audit_input *in, const struct input_link *link)
{
	for (size_t i = 0; i < in->bfd_count; i++)
		if (in->bfds[i].link == link && is_kind(&in->bfds[i], "micro"))
			return true;
	return false;
}

/* One that LACP has taken out is R11's and R9's matter. */
static bool
is_out(const struct input_link *link, uint64_t member)
{
	for (size_t i = 0; i < link->lacp_count; i++)
		if (link->lacp[i].rec.index == member)
			return strcmp(link->lacp[i].rec.state, "distributing") != 0;
	return false;
}

static void
check_members(const struct subject *all)
{
	const struct input_link *link = all->session->link;
	struct subject one = *all;
	char scope[SCOPE_SIZE];

	one.m.scope = scope;
	for (size_t i = 0; i < link->conf->member_count; i++) {
		FIELD_FORMAT(scope, "session:%s member:%s:%zu", all->session->rec.name,
		             link->rec.name, i);
		if (is_out(link, i))
			continue;
		one.bfd = micro_of(one.in, link, i);
		if (one.bfd) {
			check_guard(&one);
			continue;
		}
		judge_open(one.d, &one.m, LACK_NOT_COLLECTED, "%s: no micro-BFD of it seen", scope);
		need_up(&one, "BFD of every member", "others only", "each (RFC 7130)");
	}
}

static void
check_session(const struct audit_input *in, const struct input_session *session,
              const void *context, struct verdict_draft *d)
{
	char scope[SCOPE_SIZE];
	struct subject s = {
		.in = in,
		.session = session,
		.bfd = guard_of(in, session),
		.m = {.id = "bfd", .scope = scope, .link = session->rec.link},
		.d = d,
	};

	(void)context;
	FIELD_FORMAT(scope, "session:%s", session->rec.name);
	if (s.bfd)
		check_guard(&s);
	else if (session->link && has_micro(in, session->link))
		check_members(&s);
	else
		check_absent(in, session, &s.m, d);
}

void
judge_bfd(const struct audit_input *in, struct verdict_draft *d)
{
	judge_sessions(in, d, check_session, NULL);
}
