/* R11: every interconnect is a LAG with LACP, one member too. Per member, both actors. */
#include <inttypes.h>
#include <string.h>

#include "audit/field.h"
#include "audit/judge.h"
#include "audit/judge_parts.h"

/* Bits of the actor state (IEEE 802.1AX section 6.4.2.3). */
enum {
	LACP_AGGREGATION = 1 << 2,
	LACP_SYNC = 1 << 3,
	LACP_COLLECTING = 1 << 4,
	LACP_DISTRIBUTING = 1 << 5,
	LACP_DEFAULTED = 1 << 6,
	LACP_EXPIRED = 1 << 7,
	LACP_CARRIES = LACP_SYNC | LACP_COLLECTING | LACP_DISTRIBUTING,
};

/* One member under judgement. */
struct subject {
	const struct audit_input *in;
	const struct input_link *link;
	const struct input_member *lacp;
	const struct rec_member *member; /* its traffic; NULL: not known */
	struct matter m;
	struct verdict_draft *d;
};

static const struct rec_member *
member_of(const struct input_link *link, uint64_t index)
{
	for (size_t i = 0; i < link->member_count; i++)
		if (link->members[i].index == index)
			return &link->members[i];
	return NULL;
}

static const char *
direction_from(enum side side)
{
	return direction_name(side == SIDE_PEER ? DIR_PEER_TO_MSFT : DIR_MSFT_TO_PEER);
}

static void
show_state(const struct subject *s, enum side side)
{
	const struct rec_lacp_side *from = &s->lacp->rec.side[side];

	judge_evidence(s->d, &s->m, direction_from(side), from->last_us, "lacp.actor.state",
	               "0x%02" PRIx64 ", system %s, key %" PRIu64, from->actor_state, from->system,
	               from->key);
}

/* How long frames of the peer arrived while no LACPDU of it did. */
static uint64_t
silent_us(const struct subject *s)
{
	uint64_t last = s->lacp->rec.side[SIDE_PEER].last_us;
	uint64_t from = last > 0 ? last : s->lacp->rec.head.started_us;
	uint64_t frames = s->member ? s->member->last_packet_us[DIR_PEER_TO_MSFT] : 0;

	return frames > from ? frames - from : 0;
}

/* Microsoft speaks LACP, the peer does not, and its frames arrive: a static LAG, or none. */
static bool
is_static(const struct subject *s)
{
	uint64_t limit = input_time_us(s->in, "r11_silence_us");
	const struct rec_lacp_side *msft = &s->lacp->rec.side[SIDE_MSFT];
	uint64_t heard = s->in->to_us > msft->last_us ? s->in->to_us - msft->last_us : 0;
	char text[24];

	if (msft->pdus == 0 || heard > limit || silent_us(s) <= limit ||
	    !input_hears(s->in, s->link) || link_is_span(s->link))
		return false;
	judge_fail(
		s->d, &s->m,
		"%s: no LACPDU of the peer for %s while its frames arrive; Microsoft's: %" PRIu64,
		s->m.scope, duration_text(silent_us(s), text), msft->pdus);
	show_state(s, SIDE_MSFT);
	judge_evidence(s->d, &s->m, direction_from(SIDE_PEER),
	               s->member->last_packet_us[DIR_PEER_TO_MSFT], "frame", "not LACP");
	verdict_blame(s->d, SIDE_PEER);
	verdict_next(s->d, "configure LACP (active) on the peer's %s", s->m.scope);
	return true;
}

static bool
lacks_pdus(const struct subject *s)
{
	uint64_t peer = s->lacp->rec.side[SIDE_PEER].pdus;
	uint64_t msft = s->lacp->rec.side[SIDE_MSFT].pdus;

	if (peer > 0 && msft > 0)
		return false;
	if (peer == 0 && msft == 0)
		judge_open(s->d, &s->m, LACK_NOT_OBSERVABLE, "%s: no LACPDU in either direction%s",
		           s->m.scope, link_is_span(s->link) ? " (a SPAN port shows none)" : "");
	else
		judge_open(s->d, &s->m, LACK_NOT_OBSERVABLE, "%s: LACPDUs of %s only", s->m.scope,
		           peer > 0 ? "the peer" : "Microsoft");
	verdict_need(s->d, "LACPDUs of both sides", peer + msft > 0 ? "one side" : "none",
	             "three in a row each way", "an optical tap of both fibres of the member",
	             90000000);
	return true;
}

/* One side says it runs without the other: steadily, as it does for a moment at every start. Where
 * the other has fallen silent that is true, and no fault of it: the member is out. */
static bool
is_defaulted(const struct subject *s, enum side side)
{
	const struct rec_lacp_side *from = &s->lacp->rec.side[side];
	const struct rec_lacp_side *other = &s->lacp->rec.side[!side];
	uint64_t limit = input_time_us(s->in, "r11_silence_us");
	uint64_t since = s->lacp->rec.state_since_us;
	char text[24];

	if (!(from->actor_state & LACP_DEFAULTED) || other->last_us + limit < from->last_us)
		return false;
	if (since == 0 || s->in->to_us < since + limit) {
		judge_open(s->d, &s->m, LACK_TOO_LITTLE, "%s: %s is defaulted, not for long yet",
		           s->m.scope, side_name(side));
		verdict_need(s->d, "whether it stays so",
		             duration_text(since ? s->in->to_us - since : 0, text), "90 s",
		             "wait; pniscope lag", limit);
		return true;
	}
	judge_fail(s->d, &s->m, "%s: %s runs on defaults (hears no partner) for %s", s->m.scope,
	           side_name(side), duration_text(s->in->to_us - since, text));
	show_state(s, side);
	verdict_blame(s->d, side);
	verdict_next(s->d, "pniscope lag: why does %s not accept the other's LACPDUs on %s",
	             side_name(side), s->m.scope);
	return true;
}

static bool
is_individual(const struct subject *s, enum side side)
{
	const struct rec_lacp_side *from = &s->lacp->rec.side[side];

	if (from->actor_state & LACP_AGGREGATION ||
	    (double)from->consecutive < conf_threshold(s->in->conf, NULL, "r11_pdus"))
		return false;
	judge_fail(s->d, &s->m, "%s: %s says it can't aggregate (individual)", s->m.scope,
	           side_name(side));
	show_state(s, side);
	verdict_blame(s->d, side);
	verdict_next(s->d, "put %s into a LAG on the side of %s", s->m.scope, side_name(side));
	return true;
}

static bool
carries(const struct input_member *m)
{
	uint64_t peer = m->rec.side[SIDE_PEER].actor_state;
	uint64_t msft = m->rec.side[SIDE_MSFT].actor_state;

	return (peer & msft & LACP_CARRIES) == LACP_CARRIES &&
	       !((peer | msft) & (LACP_DEFAULTED | LACP_EXPIRED));
}

/* Neither side has said anything for longer than evidence lasts: what it was proves nothing now. */
static bool
is_old(const struct subject *s)
{
	const struct rec_lacp_side *side = s->lacp->rec.side;
	uint64_t last = side[SIDE_PEER].last_us < side[SIDE_MSFT].last_us ? side[SIDE_PEER].last_us
	                                                                  : side[SIDE_MSFT].last_us;
	uint64_t window = input_time_us(s->in, "evidence_window_us");
	char age[24], want[24];

	if (s->in->to_us <= last + window)
		return false;
	judge_open(s->d, &s->m, LACK_TOO_LITTLE, "%s: the last LACPDU of both sides is %s old",
	           s->m.scope, duration_text(s->in->to_us - last, age));
	verdict_need(s->d, "LACPDUs of both sides", age, duration_text(window, want),
	             "bring the member up, or its tap", 90000000);
	return true;
}

/* In the bundle now, and told so often enough; else open. One that was in it before is out for
 * repair: told beside, as its neighbours prove the protocol. */
static void
check_bundle(const struct subject *s, bool neighbours)
{
	const struct rec_lacp *r = &s->lacp->rec;
	double wanted = conf_threshold(s->in->conf, NULL, "r11_pdus");
	uint64_t peer = r->side[SIDE_PEER].consecutive, msft = r->side[SIDE_MSFT].consecutive;
	char have[64], want[64];

	if (carries(s->lacp) && (double)peer >= wanted && (double)msft >= wanted &&
	    r->side[SIDE_PEER].echoes) {
		judge_pass(s->d, &s->m,
		           "%s: both collect and distribute, LACP %s/%s, churned %" PRIu64
		           "/%" PRIu64,
		           s->m.scope, r->side[0].rate, r->side[1].rate, r->side[0].churns,
		           r->side[1].churns);
		show_state(s, SIDE_PEER);
		return;
	}
	if (!carries(s->lacp) && neighbours && s->lacp->uptime.up_us > 0) {
		judge_aside(s->d, &s->m, LACK_TOO_LITTLE, "%s: DEGRADED, out of the bundle: %s",
		            s->m.scope, r->why);
		verdict_note(s->d, "DEGRADED: %s is out of the bundle", s->m.scope);
		return;
	}
	judge_open(s->d, &s->m, LACK_TOO_LITTLE, "%s: not in the bundle yet: %s%s", s->m.scope,
	           r->state,
	           r->side[SIDE_PEER].echoes ? "" : ", its partner is not Microsoft's actor");
	FIELD_FORMAT(have, "%" PRIu64 " and %" PRIu64 " in a row, %s", peer, msft, r->state);
	FIELD_FORMAT(want, "%.0f each way, distributing", wanted);
	verdict_need(s->d, "LACPDUs of both sides", have, want, "wait; pniscope lag says why",
	             90000000);
}

static bool
any_carries(const struct input_link *link)
{
	for (size_t i = 0; i < link->lacp_count; i++)
		if (carries(&link->lacp[i]))
			return true;
	return false;
}

static void
check_member(const struct audit_input *in, const struct input_link *link,
             const struct input_member *lacp, struct verdict_draft *d)
{
	char scope[SCOPE_SIZE];
	struct subject s = {.in = in,
	                    .link = link,
	                    .lacp = lacp,
	                    .member = member_of(link, lacp->rec.index),
	                    .d = d};

	FIELD_FORMAT(scope, "member:%s:%" PRIu64, link->rec.name, lacp->rec.index);
	s.m = (struct matter){.id = "lacp",
	                      .scope = scope,
	                      .link = link->rec.name,
	                      .samples = lacp->rec.side[0].pdus + lacp->rec.side[1].pdus,
	                      .first_us = lacp->rec.state_since_us};
	d->row.samples += s.m.samples;
	if (is_static(&s) || lacks_pdus(&s) || is_individual(&s, SIDE_PEER) ||
	    is_individual(&s, SIDE_MSFT) || is_defaulted(&s, SIDE_PEER) ||
	    is_defaulted(&s, SIDE_MSFT) || is_old(&s))
		return;
	check_bundle(&s, any_carries(link));
}

static uint64_t
newest_us(const struct input_link *link)
{
	uint64_t newest = 0;

	for (size_t i = 0; i < link->lacp_count; i++)
		if (link->lacp[i].rec.side[SIDE_PEER].last_us > newest)
			newest = link->lacp[i].rec.side[SIDE_PEER].last_us;
	return newest;
}

/* Members of one connection end at one system of the peer, under one key. What a member said before
 * it fell silent is no word on what the others end at now. */
static void
check_one_system(const struct audit_input *in, const struct input_link *link,
                 struct verdict_draft *d)
{
	uint64_t newest = newest_us(link), limit = input_time_us(in, "r11_silence_us");
	const struct rec_lacp *first = NULL;
	char scope[SCOPE_SIZE];
	struct matter m = {.id = "one-system", .scope = scope, .link = link->rec.name};

	FIELD_FORMAT(scope, "link:%s", link->rec.name);
	for (size_t i = 0; i < link->lacp_count; i++) {
		const struct rec_lacp *r = &link->lacp[i].rec;
		const struct rec_lacp_side *peer = &r->side[SIDE_PEER];

		if (peer->pdus == 0 || peer->last_us + limit < newest)
			continue;
		if (!first)
			first = r;
		m.samples += peer->pdus;
		m.first_us = peer->last_us;
		if (strcmp(peer->system, first->side[SIDE_PEER].system) != 0) {
			judge_fail(d, &m, "members of %s end at systems %s and %s", link->rec.name,
			           first->side[SIDE_PEER].system, peer->system);
			judge_evidence(d, &m, direction_from(SIDE_PEER), peer->last_us,
			               "lacp.actor.system", "%s on member %" PRIu64, peer->system,
			               r->index);
			verdict_blame(d, SIDE_PEER);
			verdict_next(d, "pniscope lag: bring the members of %s into one LAG",
			             link->rec.name);
		} else if (peer->key != first->side[SIDE_PEER].key) {
			judge_open(d, &m, LACK_TOO_LITTLE,
			           "members of %s have keys %" PRIu64 " and %" PRIu64,
			           link->rec.name, first->side[SIDE_PEER].key, peer->key);
			verdict_need(d, "one key over all members", "two", "one",
			             "pniscope lag: bring them into one bundle", 0);
		}
	}
}

static bool
has_lacp(const struct input_link *link, size_t index)
{
	for (size_t i = 0; i < link->lacp_count; i++)
		if (link->lacp[i].rec.index == index)
			return true;
	return false;
}

/* Declared members that nothing is known of. */
static void
check_unseen(const struct input_link *link, struct verdict_draft *d)
{
	enum lack lack = link_is_span(link) ? LACK_NOT_OBSERVABLE : LACK_NOT_COLLECTED;

	for (size_t i = 0; i < link->conf->member_count; i++) {
		char scope[SCOPE_SIZE];
		struct matter m = {.id = "lacp", .scope = scope, .link = link->rec.name};

		if (has_lacp(link, i))
			continue;
		FIELD_FORMAT(scope, "member:%s:%zu", link->rec.name, i);
		judge_open(d, &m, lack, "%s: no LACPDU in either direction%s", scope,
		           link_is_span(link) ? " (a SPAN port shows none)" : "");
		verdict_need(d, "LACPDUs of both sides", "none", "three in a row each way",
		             "an optical tap of both fibres of the member", 90000000);
	}
}

void
judge_lacp(const struct audit_input *in, struct verdict_draft *d)
{
	for (size_t i = 0; i < in->link_count; i++) {
		const struct input_link *link = &in->links[i];

		if (!link->conf)
			continue;
		if (!link->seen) {
			judge_untapped(link, d);
			continue;
		}
		for (size_t k = 0; k < link->lacp_count; k++)
			check_member(in, link, &link->lacp[k], d);
		check_one_system(in, link, d);
		check_unseen(link, d);
	}
}
