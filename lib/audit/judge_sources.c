/*
 * R3 and X9 by what is sent: sources that nobody announces, and destinations that their side does
 * not announce. What is not proven to be covered is an upper bound, so it can keep a row open,
 * never fail it.
 */
#include <inttypes.h>

#include "audit/field.h"
#include "audit/judge.h"
#include "audit/judge_parts.h"

/* Sources that no announcement may cover: bogons and what is not announced. */
struct strays {
	uint64_t packets, flows;
	const struct input_source *first, *endpoint; /* endpoint: a declared one */
};

/* Not announced, and that is no matter of time: its first packet came after all that was withdrawn
 * or completed since. */
static bool
is_unannounced(const struct audit_input *in, const struct input_source *s)
{
	uint64_t grace = (uint64_t)conf_threshold(in->conf, NULL, "x9_withdraw_us");

	if (s->announced != ANNOUNCED_NO)
		return false;
	for (size_t i = 0; i < in->session_count; i++) {
		const struct rec_session_side *r = &in->sessions[i].rec.side[s->side];

		if (in->sessions[i].counts &&
		    (s->first_us < r->withdraw_us + grace || s->first_us < r->completeness_us))
			return false;
	}
	return true;
}

static bool
is_recent(const struct audit_input *in, const struct input_source *s)
{
	uint64_t window = (uint64_t)conf_threshold(in->conf, NULL, "evidence_window_us");

	return in->capture || s->last_us + window >= in->to_us;
}

/* What counts against the peer: a declared endpoint, or one that is answered; ICMP alone is a leak.
 */
static bool
is_stray(const struct audit_input *in, const struct input_source *s)
{
	return s->side == SIDE_PEER && !s->router && !s->icmp_only && is_recent(in, s) &&
	       (s->bogon || is_unannounced(in, s)) &&
	       (s->declared || s->packets[DIR_MSFT_TO_PEER] > 0) &&
	       s->packets[DIR_PEER_TO_MSFT] > 0;
}

static struct strays
find_strays(const struct audit_input *in)
{
	struct strays found = {0};

	for (size_t i = 0; i < in->source_count; i++) {
		const struct input_source *s = &in->sources[i];

		if (!is_stray(in, s))
			continue;
		found.packets += s->packets[DIR_PEER_TO_MSFT];
		found.flows += s->flows;
		if (!found.first || s->packets[0] > found.first->packets[0])
			found.first = s;
		if (s->declared)
			found.endpoint = s;
	}
	return found;
}

static void
fail_source(const struct input_source *s, const char *scope, struct verdict_draft *d,
            const struct strays *all, uint64_t packets)
{
	struct matter m = {
		.id = "sources", .scope = scope, .samples = packets, .first_us = s->first_us};

	judge_fail(d, &m,
	           "%s sends (%s), %" PRIu64 " of %" PRIu64 " packets in %" PRIu64 " flows are so",
	           s->ip, s->bogon ? s->bogon : "announced nowhere", all->packets, packets,
	           all->flows);
	judge_evidence(d, &m, direction_name(DIR_PEER_TO_MSFT), s->first_us, "ip.src", "%s", s->ip);
	verdict_next(d, "pniscope find %s: stop it, or announce its prefix", s->ip);
}

static uint64_t
packets_sent(const struct audit_input *in)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < in->link_count; i++)
		sum += in->links[i].packets[DIR_PEER_TO_MSFT];
	return sum;
}

/* Of the sources that lie in no declared subnet, what the routers themselves sent, and what lies in
 * announced prefixes. */
static void
count_sources(const struct audit_input *in, enum side side, enum direction dir, bool whole,
              uint64_t *router, uint64_t *announced)
{
	*router = *announced = 0;
	for (size_t i = 0; i < in->source_count; i++) {
		const struct input_source *s = &in->sources[i];
		uint64_t packets = whole ? s->whole[dir] : s->packets[dir];

		if (s->side != side || s->in_subnet)
			continue;
		if (s->router)
			*router += packets;
		else if (s->announced == ANNOUNCED_YES && !s->bogon)
			*announced += packets;
	}
}

static uint64_t
less(uint64_t a, uint64_t b)
{
	return a > b ? a - b : 0;
}

/* Packets of `dir` from or to addresses of `side` that may not be announced: those of no declared
 * subnet and of declared ones that are not covered, less the routers' own and those that are. An
 * upper bound. What the probe itself knew to be announced stands apart and is not taken off once
 * more. */
static uint64_t
packets_uncovered(const struct audit_input *in, enum side side, enum direction dir, bool whole)
{
	uint64_t sum = 0, known = 0, router, announced;

	for (size_t i = 0; i < in->link_count; i++) {
		const struct input_link *link = &in->links[i];

		sum += whole ? less(link->whole.undeclared[side][dir], link->whole.frames[dir])
		             : less(link->undeclared[side].traffic.packets[dir], link->frames[dir]);
		known += whole ? link->whole.announced[side][dir]
		               : link->announced[side].traffic.packets[dir];
	}
	count_sources(in, side, dir, whole, &router, &announced);
	sum = less(sum, router + less(announced, known));
	for (size_t i = 0; i < in->subnet_count; i++) {
		const struct input_subnet *s = &in->subnets[i];

		if (s->conf && s->conf->side == side && s->announced != ANNOUNCED_YES)
			sum += whole ? s->whole[dir] : s->packets[dir];
	}
	return sum;
}

/* Whether every probe runs by the present terms for longer than the window: what they counted since
 * their start is then no less than the window's, for a control that looks since later. */
static bool
has_whole(const struct audit_input *in, uint64_t window)
{
	if (in->known_us <= in->from_us || in->terms_us > 0)
		return false;
	for (size_t i = 0; i < in->probe_count; i++)
		if (input_speaks(&in->probes[i]) &&
		    less(in->to_us, in->probes[i].rec.head.started_us) < window)
			return false;
	return true;
}

static void
check_sources(const struct audit_input *in, struct verdict_draft *d)
{
	double ratio = conf_threshold(in->conf, NULL, "r3_uncovered_ratio");
	double least = conf_threshold(in->conf, NULL, "r3_uncovered_packets");
	double flows = conf_threshold(in->conf, NULL, "r3_uncovered_flows");
	double enough = conf_threshold(in->conf, NULL, "r3_packets");
	uint64_t window = input_time_us(in, "r3_window_us"), sent = packets_sent(in);
	uint64_t uncovered = packets_uncovered(in, SIDE_PEER, DIR_PEER_TO_MSFT, false);
	struct strays strays = find_strays(in);
	char scope[SCOPE_SIZE] = "peering", have[64], want[64];
	struct matter m = {.id = "sources", .scope = scope, .samples = sent};

	if (strays.endpoint) {
		FIELD_FORMAT(scope, "endpoint:%s", strays.endpoint->ip);
		fail_source(strays.endpoint, scope, d, &strays, sent);
		return;
	}
	if ((double)strays.packets >= least && (double)strays.flows >= flows &&
	    (double)strays.packets >= ratio * (double)sent) {
		FIELD_FORMAT(scope, "endpoint:%s", strays.first->ip);
		fail_source(strays.first, scope, d, &strays, sent);
		return;
	}
	FIELD_FORMAT(have, "%" PRIu64 " packets, %" PRIu64 " not proven covered", sent, uncovered);
	FIELD_FORMAT(want, "%.0e packets or a day, share below %.0e", enough, ratio);
	if ((double)sent < enough &&
	    (less(in->to_us, input_counted_us(in)) < window || sent == 0)) {
		judge_open(d, &m, LACK_TOO_LITTLE, "%s", have);
		verdict_need(d, "traffic of the peer", have, want, "let its traffic run", window);
	} else if ((double)uncovered >= ratio * (double)sent) {
		judge_open(d, &m, LACK_NOT_COLLECTED, "%s", have);
		verdict_need(d, "sources inside announced prefixes", have, want,
		             "declare the rest under `subnets`; pniscope endpoints --side peer "
		             "--subnet undeclared-peer",
		             0);
	} else {
		judge_pass(d, &m, "%s", have);
	}
}

static void
note_leaks(const struct audit_input *in, struct verdict_draft *d)
{
	const struct input_source *top = NULL;

	for (size_t i = 0; i < in->source_count; i++) {
		const struct input_source *s = &in->sources[i];

		if (s->side == SIDE_PEER && !s->router && s->icmp_only &&
		    (s->bogon || s->announced == ANNOUNCED_NO) &&
		    (!top || s->packets[0] > top->packets[0]))
			top = s;
	}
	if (top)
		verdict_note(d, "leak: ICMP from %s (%s)", top->ip,
		             top->bogon ? top->bogon : "not announced");
}

void
judge_sources(const struct audit_input *in, struct verdict_draft *d)
{
	judge_note_left_out(in, d);
	check_sources(in, d);
	note_leaks(in, d);
}

/* ---- X9 -------------------------------------------------------------------------------------- */

/* Destinations of one direction: addresses of `side`, who would have to announce them. */
struct towards {
	enum side side;
	enum direction dir;
	const char *id;
};

static void
fail_destination(const struct audit_input *in, const struct towards *t, uint64_t packets,
                 uint64_t flows, const struct input_source *top, struct verdict_draft *d)
{
	enum side sender = t->side == SIDE_PEER ? SIDE_MSFT : SIDE_PEER;
	char scope[SCOPE_SIZE];
	struct matter m = {
		.id = t->id, .scope = scope, .samples = packets, .first_us = top->first_us};

	(void)in;
	FIELD_FORMAT(scope, "endpoint:%s", top->ip);
	judge_fail(d, &m,
	           "%s sends %" PRIu64 " packets in %" PRIu64 " flows to what %s does not "
	           "announce, most to %s",
	           side_name(sender), packets, flows, side_name(t->side), top->ip);
	judge_evidence(d, &m, direction_name(t->dir), top->first_us, "ip.dst", "%s", top->ip);
	verdict_blame(d, sender);
	verdict_next(d, "pniscope find %s: remove the static or default route of %s", top->ip,
	             side_name(sender));
}

static void
check_destinations(const struct audit_input *in, const struct towards *t, struct verdict_draft *d)
{
	double least = conf_threshold(in->conf, NULL, "x9_packets");
	double few = conf_threshold(in->conf, NULL, "x9_flows");
	uint64_t packets = 0, flows = 0, sent = 0, window = input_time_us(in, "r3_window_us");
	uint64_t uncovered = packets_uncovered(in, t->side, t->dir, false);
	uint64_t from_us = in->placed_us > in->from_us ? in->placed_us : in->from_us;
	bool day = less(in->to_us, from_us) >= window;
	const struct input_source *top = NULL;
	struct matter m = {.id = t->id, .scope = "peering"};
	char have[64], want[64];

	for (size_t i = 0; i < in->source_count; i++) {
		const struct input_source *s = &in->sources[i];

		if (s->side != t->side || s->router || !is_recent(in, s) ||
		    !is_unannounced(in, s) || s->packets[t->dir] == 0)
			continue;
		packets += s->packets[t->dir];
		flows += s->flows;
		if (!top || s->packets[t->dir] > top->packets[t->dir])
			top = s;
	}
	for (size_t i = 0; i < in->link_count; i++)
		sent += in->links[i].packets[t->dir];
	if (!day && has_whole(in, window)) {
		uint64_t ever = packets_uncovered(in, t->side, t->dir, true);

		day = (double)ever < least;
		uncovered = day ? ever : uncovered;
	}
	m.samples = sent;
	d->row.samples += sent;
	FIELD_FORMAT(have, "%" PRIu64 " of %" PRIu64 " packets not proven", uncovered, sent);
	FIELD_FORMAT(want, "below %.0f in a day", least);
	if (top && (double)packets >= least && (double)flows >= few) {
		fail_destination(in, t, packets, flows, top, d);
	} else if (!day || sent == 0) {
		judge_open(d, &m, LACK_TOO_LITTLE, "%s: %s", direction_name(t->dir), have);
		verdict_need(d, "a day of traffic", have, want, "watch it live", window);
	} else if ((double)uncovered >= least) {
		judge_open(d, &m, LACK_NOT_COLLECTED, "%s: %s", direction_name(t->dir), have);
		verdict_need(d, "destinations inside announced prefixes", have, want,
		             "complete routes of both sides; declare the rest under `subnets`", 0);
	} else {
		judge_pass(d, &m,
		           "%s: all but %" PRIu64 " of %" PRIu64 " packets go to what is announced",
		           direction_name(t->dir), uncovered, sent);
	}
}

void
judge_destinations(const struct audit_input *in, struct verdict_draft *d)
{
	judge_note_left_out(in, d);
	judge_sessions(in, d, NULL, NULL);
	check_destinations(in, &(struct towards){SIDE_MSFT, DIR_PEER_TO_MSFT, "to-cloud"}, d);
	check_destinations(in, &(struct towards){SIDE_PEER, DIR_MSFT_TO_PEER, "to-peer"}, d);
}
