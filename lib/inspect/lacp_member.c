#include "inspect/lacp_member.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"

enum { BUNDLED = LACP_SYNC | LACP_COLLECTING | LACP_DISTRIBUTING };

static const char *const state_names[LACP_MEMBER_STATES] = {
	[LACP_UNSEEN] = "unseen", [LACP_ONE_SIDED] = "one-sided",
	[LACP_STATIC] = "static", [LACP_IS_DEFAULTED] = "defaulted",
	[LACP_OUT] = "out",       [LACP_DISTRIBUTES] = "distributing",
};

const char *
lacp_member_state_name(enum lacp_member_state state)
{
	return state_names[state];
}

uint64_t
lacp_member_period_ns(const struct lacp_member *m, unsigned side)
{
	const struct lacp_member_side *other = &m->side[!side];
	uint8_t asks = other->pdus ? other->newest.actor.state : m->side[side].newest.partner.state;

	return (asks & LACP_SHORT_TIMEOUT ? LACP_FAST_S : LACP_SLOW_S) * NS_PER_S;
}

static bool
is_same_port(const struct lacp_actor *a, const struct lacp_actor *b)
{
	return memcmp(a->system, b->system, sizeof a->system) == 0 && a->key == b->key &&
	       a->port == b->port && a->system_priority == b->system_priority &&
	       a->port_priority == b->port_priority;
}

bool
lacp_member_echoes(const struct lacp_member *m, unsigned side)
{
	return m->side[side].pdus && m->side[!side].pdus &&
	       is_same_port(&m->side[side].newest.partner, &m->side[!side].newest.actor);
}

/* ---- what is true at a moment -------------------------------------------------------------- */

struct judgement {
	enum lacp_member_state state;
	enum side blamed;
	char why[LACP_WHY_SIZE];
};

static const char *
name_of(unsigned side)
{
	return side_name((enum side)side);
}

static bool
collects(const struct lacp_member_side *s)
{
	return (s->newest.actor.state & BUNDLED) == BUNDLED &&
	       !(s->newest.actor.state & (LACP_EXPIRED | LACP_DEFAULTED));
}

/* Whether frames of `side` went on for LACP_STATIC_S after `since`, and lately still did. */
static bool
sends_without(const struct lacp_member *m, unsigned side, uint64_t since_ns, uint64_t now_ns)
{
	uint64_t limit = LACP_STATIC_S * NS_PER_S, frame = m->side[side].frame_ns;

	return frame > since_ns + limit && frame + limit > now_ns;
}

/* Nothing yet from `absent`. */
static void
judge_half(const struct lacp_member *m, unsigned absent, uint64_t now_ns, struct judgement *j)
{
	j->blamed = (enum side)absent;
	if (sends_without(m, absent, m->side[!absent].first_ns, now_ns)) {
		j->state = LACP_STATIC;
		snprintf(j->why, sizeof j->why, "frames and no LACPDU from %s for %d s",
		         name_of(absent), LACP_STATIC_S);
		return;
	}
	j->state = LACP_ONE_SIDED;
	snprintf(j->why, sizeof j->why, "LACPDUs from %s only", name_of(!absent));
}

/* Both have spoken, and one or both fell silent. */
static void
judge_silence(const struct lacp_member *m, uint64_t now_ns, struct judgement *j)
{
	unsigned quiet = !m->side[0].missed;
	const struct lacp_member_side *s = &m->side[quiet];
	uint64_t period_s = lacp_member_period_ns(m, quiet) / NS_PER_S;

	j->state = LACP_OUT;
	if (m->side[!quiet].missed) {
		j->blamed = SIDE_UNKNOWN;
		snprintf(j->why, sizeof j->why, "no LACPDU from either side");
		return;
	}
	j->blamed = (enum side)quiet;
	if (sends_without(m, quiet, s->last_ns, now_ns)) {
		j->state = LACP_STATIC;
		snprintf(j->why, sizeof j->why, "frames and no LACPDU from %s for %d s",
		         name_of(quiet), LACP_STATIC_S);
		return;
	}
	snprintf(j->why, sizeof j->why, "no LACPDU from %s for %llu s (due every %llu s)",
	         name_of(quiet), (unsigned long long)(LACP_TIMEOUT_PERIODS * period_s),
	         (unsigned long long)period_s);
}

static void
list_missing(uint8_t state, char *to, size_t size)
{
	static const struct {
		uint8_t bit;
		const char *name;
	} bits[] = {{LACP_AGGREGATION, "aggregating"},
	            {LACP_SYNC, "in sync"},
	            {LACP_COLLECTING, "collecting"},
	            {LACP_DISTRIBUTING, "distributing"}};
	size_t used = 0;

	to[0] = '\0';
	for (unsigned i = 0; i < sizeof bits / sizeof *bits; i++)
		if (!(state & bits[i].bit))
			used += (size_t)snprintf(to + used, size - used, "%s%s", used ? ", " : "",
			                         bits[i].name);
}

/* One side is expired or runs on defaults: the other has fallen silent, or its LACPDUs pass the tap
 * and are not taken. */
static void
judge_deaf(const struct lacp_member *m, unsigned deaf, uint64_t now_ns, struct judgement *j)
{
	const struct lacp_member_side *other = &m->side[!deaf];
	uint64_t quiet_ns = now_ns > other->last_ns ? now_ns - other->last_ns : 0;
	bool quiet = quiet_ns > (LACP_TIMEOUT_PERIODS - 1) * lacp_member_period_ns(m, !deaf);
	bool defaulted = m->side[deaf].newest.actor.state & LACP_DEFAULTED;

	j->state = defaulted ? LACP_IS_DEFAULTED : LACP_OUT;
	j->blamed = (enum side)(quiet ? !deaf : deaf);
	snprintf(j->why, sizeof j->why,
	         quiet ? "%s is %s: nothing from %s for %.1f s"
	               : "%s is %s: it takes no LACPDU of %s, the last was %.1f s before",
	         name_of(deaf), defaulted ? "defaulted" : "expired", name_of(!deaf),
	         (double)quiet_ns / (double)NS_PER_S);
}

/* Both speak: the side that left first is the cause. */
static void
judge_states(const struct lacp_member *m, uint64_t now_ns, struct judgement *j)
{
	unsigned first = m->side[1].left_ns &&
	                 (!m->side[0].left_ns || m->side[1].left_ns < m->side[0].left_ns);
	char missing[64];

	for (unsigned s = 0; s < LACP_SIDES; s++)
		if (m->side[s].newest.actor.state & (LACP_EXPIRED | LACP_DEFAULTED)) {
			judge_deaf(m, s, now_ns, j);
			return;
		}
	j->state = LACP_OUT;
	j->blamed = (enum side)first;
	list_missing(m->side[first].newest.actor.state, missing, sizeof missing);
	snprintf(j->why, sizeof j->why, "%s is not %s", name_of(first), missing);
}

/* Silence that proves nothing yet. */
static void
judge_as_before(const struct lacp_member *m, struct judgement *j)
{
	j->state = m->state;
	j->blamed = m->blamed;
	memcpy(j->why, m->why, sizeof j->why);
}

static void
judge(const struct lacp_member *m, uint64_t now_ns, struct judgement *j)
{
	const struct lacp_member_side *peer = &m->side[0], *msft = &m->side[1];

	*j = (struct judgement){.blamed = SIDE_UNKNOWN};
	if (!peer->pdus && !msft->pdus)
		snprintf(j->why, sizeof j->why, "no LACPDU");
	else if (!peer->pdus || !msft->pdus)
		judge_half(m, msft->pdus == 0, now_ns, j);
	else if (peer->missed || msft->missed)
		judge_silence(m, now_ns, j);
	else if (peer->silent || msft->silent)
		judge_as_before(m, j);
	else if (collects(peer) && collects(msft))
		j->state = LACP_DISTRIBUTES;
	else
		judge_states(m, now_ns, j);
}

/* ---- as time goes by ----------------------------------------------------------------------- */

static uint64_t
deadline_of(const struct lacp_member *m, unsigned side)
{
	const struct lacp_member_side *s = &m->side[side];

	return s->pdus && !s->silent
	               ? s->from_ns + LACP_TIMEOUT_PERIODS * lacp_member_period_ns(m, side)
	               : UINT64_MAX;
}

static bool
is_heard(const struct lacp_member_side *s)
{
	return s->pdus && !s->silent;
}

/* Count the time that passed in the state that was. */
static void
settle(struct lacp_member *m, uint64_t now_ns)
{
	uint64_t passed = m->counted_ns && now_ns > m->counted_ns ? now_ns - m->counted_ns : 0;

	bool covered = is_heard(&m->side[0]) || is_heard(&m->side[1]) || m->side[0].missed;

	m->covered_ns += covered ? passed : 0;
	m->up_ns += covered && m->state == LACP_DISTRIBUTES ? passed : 0;
	if (now_ns > m->counted_ns)
		m->counted_ns = now_ns;
}

static void
turn(struct lacp_member *m, uint64_t now_ns, const struct judgement *j)
{
	if (m->turn_count < LACP_TURNS_MAX) {
		struct lacp_turn *t = &m->turns[m->turn_count++];

		*t = (struct lacp_turn){
			.ns = now_ns, .from = m->state, .to = j->state, .side = j->blamed};
		snprintf(t->why, sizeof t->why, "%s", j->why);
	}
	if (m->state == LACP_DISTRIBUTES) {
		m->flaps++;
		m->down_ns = now_ns;
		outages_begin(&m->outages, now_ns);
	}
	if (j->state == LACP_DISTRIBUTES)
		outages_end(&m->outages, now_ns);
	m->state = j->state;
	m->state_since_ns = now_ns;
}

/* Requirements 4.5: absence is evidence while the other direction, or another member, delivers. */
static bool
is_proven(const struct lacp_member *m, unsigned side)
{
	uint64_t after = m->side[side].from_ns + lacp_member_period_ns(m, !side);

	return m->side[!side].last_ns >= after || m->witness_ns >= after;
}

static void
prove_silence(struct lacp_member *m, unsigned side)
{
	struct lacp_member_side *s = &m->side[side];

	if (!s->silent || s->missed || !is_proven(m, side))
		return;
	s->missed = true;
	s->timeouts++;
	s->consecutive = 0;
}

static void
look(struct lacp_member *m, uint64_t now_ns)
{
	struct judgement j;

	prove_silence(m, 0);
	prove_silence(m, 1);
	judge(m, now_ns, &j);
	if (j.state != m->state)
		turn(m, now_ns, &j);
	m->blamed = j.blamed;
	snprintf(m->why, sizeof m->why, "%s", j.why);
}

void
lacp_member_advance(struct lacp_member *m, uint64_t now_ns)
{
	for (;;) {
		unsigned side = deadline_of(m, 1) < deadline_of(m, 0);
		uint64_t due = deadline_of(m, side);

		if (due >= now_ns)
			break;
		/* a side that asks for more from now on may put the deadline into the past */
		due = due > m->counted_ns ? due : m->counted_ns;
		settle(m, due);
		m->side[side].silent = true;
		look(m, due);
	}
	settle(m, now_ns);
	look(m, now_ns > m->counted_ns ? now_ns : m->counted_ns);
}

static bool
is_copy(const struct lacp_member_side *s, uint64_t now_ns, const struct lacp *l)
{
	const struct lacp *n = &s->newest;

	return s->pdus && now_ns < s->last_ns + LACP_COPY_MS * NS_PER_MS &&
	       is_same_port(&n->actor, &l->actor) && is_same_port(&n->partner, &l->partner) &&
	       n->actor.state == l->actor.state && n->partner.state == l->partner.state;
}

/* Both ends were silent and nobody else was heard: what was missed is the probe's. The one that is
 * not back yet gets its time anew. */
static void
forgive_common_silence(struct lacp_member *m, unsigned side, uint64_t now_ns)
{
	const struct lacp_member_side *s = &m->side[side];
	struct lacp_member_side *other = &m->side[!side];

	if (!s->silent || s->missed || !other->silent || other->missed)
		return;
	other->silent = false;
	other->from_ns = now_ns;
}

void
lacp_member_pdu(struct lacp_member *m, unsigned side, uint64_t now_ns, const struct lacp *l,
                const uint8_t src_mac[6])
{
	struct lacp_member_side *s = &m->side[side];
	bool collected = s->pdus && collects(s);

	if (now_ns < m->counted_ns)
		now_ns = m->counted_ns;
	lacp_member_frame(m, side, now_ns);
	if (is_copy(s, now_ns, l))
		return;
	lacp_member_advance(m, now_ns);
	forgive_common_silence(m, side, now_ns);
	s->newest = *l;
	memcpy(s->src_mac, src_mac, sizeof s->src_mac);
	s->first_ns = s->pdus++ ? s->first_ns : now_ns;
	s->consecutive++;
	s->last_ns = s->from_ns = now_ns;
	s->silent = s->missed = false;
	if (collects(s))
		s->left_ns = 0;
	else if (!s->left_ns)
		s->left_ns = now_ns;
	s->churns += collected && !collects(s);
	look(m, now_ns);
}

void
lacp_member_witness(struct lacp_member *m, uint64_t steady_ns)
{
	m->witness_ns = steady_ns;
}

void
lacp_member_forgive(struct lacp_member *m, uint64_t now_ns)
{
	for (unsigned s = 0; s < LACP_SIDES; s++)
		if (m->side[s].pdus && !m->side[s].missed && now_ns > m->side[s].from_ns)
			m->side[s].from_ns = now_ns;
}

void
lacp_member_marker(struct lacp_member *m, unsigned side)
{
	m->side[side].markers++;
}

void
lacp_member_frame(struct lacp_member *m, unsigned side, uint64_t now_ns)
{
	if (now_ns > m->side[side].frame_ns)
		m->side[side].frame_ns = now_ns;
}

bool
lacp_member_turn(struct lacp_member *m, struct lacp_turn *out)
{
	if (!m->turn_count)
		return false;
	*out = m->turns[0];
	memmove(m->turns, m->turns + 1, --m->turn_count * sizeof *m->turns);
	return true;
}
