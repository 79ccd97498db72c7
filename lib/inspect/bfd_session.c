#include "inspect/bfd_session.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"

static const char *const session_states[BFD_SESSION_STATES] = {
	[BFD_SESSION_UNKNOWN] = "unknown",
	[BFD_SESSION_ONE_SIDED] = "one-sided",
	[BFD_SESSION_ADMIN_DOWN] = "admin-down",
	[BFD_SESSION_DOWN] = "down",
	[BFD_SESSION_INIT] = "init",
	[BFD_SESSION_UP] = "up",
};

const char *
bfd_session_state_name(enum bfd_session_state state)
{
	return session_states[state];
}

const char *
bfd_state_name(uint8_t state)
{
	static const char *const names[] = {"AdminDown", "Down", "Init", "Up"};

	return names[state & 3];
}

const char *
bfd_kind_name(uint8_t kind)
{
	static const char *const names[] = {
		[BFD_NO_KIND] = "",    [BFD_SINGLE_HOP] = "single-hop",
		[BFD_ECHO] = "echo",   [BFD_MULTIHOP] = "multihop",
		[BFD_MICRO] = "micro", [BFD_SEAMLESS] = "seamless",
	};

	return kind < sizeof names / sizeof *names ? names[kind] : "";
}

const char *
bfd_diag_name(uint8_t diag)
{
	static const char *const names[] = {
		"no diagnostic",
		"control detection time expired",
		"echo failed",
		"neighbour signaled session down",
		"forwarding plane reset",
		"path down",
		"concatenated path down",
		"administratively down",
		"reverse concatenated path down",
	};

	return diag < sizeof names / sizeof *names ? names[diag] : "diagnostic not assigned";
}

void
bfd_session_init(struct bfd_session *s)
{
	*s = (struct bfd_session){.down_first = SIDE_UNKNOWN};
}

/* ---- timers -------------------------------------------------------------------------------- */

static uint64_t
larger(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

uint64_t
bfd_session_interval_us(const struct bfd_session *s, unsigned side)
{
	const struct bfd_half *h = &s->half[side];
	uint64_t us = larger(h->tx_us, s->half[!side].rx_us);

	return h->newest.state == BFD_UP ? us : larger(us, BFD_SLOW_US);
}

uint64_t
bfd_session_detection_us(const struct bfd_session *s, unsigned side)
{
	const struct bfd_half *other = &s->half[!side];

	return other->newest.detect_mult * larger(s->half[side].rx_us, other->tx_us);
}

bool
bfd_session_matches(const struct bfd_session *s)
{
	const struct bfd *a = &s->half[0].newest, *b = &s->half[1].newest;

	return s->half[0].packets && s->half[1].packets &&
	       a->your_discriminator == b->my_discriminator &&
	       b->your_discriminator == a->my_discriminator;
}

/* Section 6.8.3: while Up, a slower pace of sending and a faster one of receiving hold only once
 * the other side has answered the poll. */
static void
take_timers(struct bfd_session *s, unsigned side)
{
	struct bfd_half *h = &s->half[side];
	const struct bfd *p = &h->newest;
	bool polls = p->flags & BFD_POLL && p->state == BFD_UP && h->packets > 1;

	if (!polls || p->desired_min_tx_us < h->tx_us)
		h->tx_us = p->desired_min_tx_us;
	if (!polls || p->required_min_rx_us > h->rx_us)
		h->rx_us = p->required_min_rx_us;
	if (p->flags & BFD_FINAL) {
		s->half[!side].tx_us = s->half[!side].newest.desired_min_tx_us;
		s->half[!side].rx_us = s->half[!side].newest.required_min_rx_us;
	}
}

static void
measure_gap(struct bfd_session *s, unsigned side, uint64_t now_ns)
{
	struct bfd_half *h = &s->half[side];
	uint64_t gap_us = (now_ns - h->last_ns) / NS_PER_US;
	uint64_t detection_us = bfd_session_detection_us(s, !side);
	uint64_t margin_us = detection_us > gap_us ? detection_us - gap_us : 0;

	h->gap_max_us = larger(h->gap_max_us, gap_us);
	h->late += gap_us > bfd_session_interval_us(s, side);
	if (!h->gaps++ || margin_us < h->margin_min_us)
		h->margin_min_us = margin_us;
}

/* ---- state --------------------------------------------------------------------------------- */

struct judgement {
	enum bfd_session_state state;
	enum side blamed;
	char why[BFD_WHY_SIZE];
};

static const char *
name_of(unsigned side)
{
	return side_name((enum side)side);
}

static double
seconds_since(const struct bfd_half *h, uint64_t now_ns)
{
	return now_ns > h->last_ns ? (double)(now_ns - h->last_ns) / (double)NS_PER_S : 0;
}

/* `side` has left Up by its own word. When it has not heard the other, that is the cause, unless
 * the other's packets passed the tap: then what lies behind the tap lost them. */
static void
judge_word(const struct bfd_session *s, unsigned side, uint64_t now_ns, struct judgement *j)
{
	const struct bfd *p = &s->half[side].newest;
	bool expired = p->diag == 1 || p->diag == 2;
	double quiet_s = seconds_since(&s->half[!side], now_ns);
	bool passed = quiet_s < (double)bfd_session_detection_us(s, side) / 2e6;

	j->blamed = (enum side)((expired && !passed) || p->diag == 3 ? !side : side);
	if (expired)
		snprintf(j->why, sizeof j->why, "%s says %s (%s), %.3f s after the last from %s%s",
		         name_of(side), bfd_state_name(p->state), bfd_diag_name(p->diag), quiet_s,
		         name_of(!side), passed ? " passed the tap" : "");
	else
		snprintf(j->why, sizeof j->why, "%s says %s (%s)", name_of(side),
		         bfd_state_name(p->state), bfd_diag_name(p->diag));
}

/* The side that said so first, and what; the newest word of the side that stays Up says nothing. */
static unsigned
speaker_of(const struct bfd_session *s, unsigned by)
{
	return s->half[by].newest.state == BFD_UP ? !by : by;
}

static void
judge_silence(const struct bfd_session *s, struct judgement *j)
{
	unsigned quiet = !s->half[0].missed;

	j->state = BFD_SESSION_DOWN;
	if (s->half[!quiet].missed) {
		j->blamed = SIDE_UNKNOWN;
		snprintf(j->why, sizeof j->why, "nothing from either side");
		return;
	}
	j->blamed = (enum side)quiet;
	snprintf(j->why, sizeof j->why, "nothing from %s for its detection time of %.3f s",
	         name_of(quiet), (double)bfd_session_detection_us(s, !quiet) / 1e6);
}

/* `by`: the side that spoke last. */
static void
judge(const struct bfd_session *s, unsigned by, uint64_t now_ns, struct judgement *j)
{
	uint8_t a = s->half[0].newest.state, b = s->half[1].newest.state;

	*j = (struct judgement){.blamed = SIDE_UNKNOWN};
	if (!s->half[0].packets || !s->half[1].packets) {
		j->state = BFD_SESSION_ONE_SIDED;
		j->blamed = (enum side)(s->half[0].packets > 0);
		snprintf(j->why, sizeof j->why, "packets from %s only",
		         name_of(s->half[0].packets == 0));
		return;
	}
	if (a == BFD_UP && b == BFD_UP) {
		j->state = BFD_SESSION_UP;
		if (s->half[0].missed || s->half[1].missed)
			judge_silence(s, j);
		return;
	}
	judge_word(s, speaker_of(s, by), now_ns, j);
	if (a == BFD_ADMIN_DOWN || b == BFD_ADMIN_DOWN)
		j->state = BFD_SESSION_ADMIN_DOWN;
	else
		j->state = a == BFD_INIT || b == BFD_INIT ? BFD_SESSION_INIT : BFD_SESSION_DOWN;
}

static bool
is_heard(const struct bfd_half *h)
{
	return h->packets && !h->silent;
}

/* Sections 6.6 and 6.8.7: the other side is in Demand mode and both are Up, so this one does not
 * send by itself: its silence says nothing, until it leaves a poll without answer. */
static bool
may_be_silent(const struct bfd_session *s, unsigned side)
{
	const struct bfd *other = &s->half[!side].newest;

	return s->half[0].newest.state == BFD_UP && s->half[1].newest.state == BFD_UP &&
	       (other->flags & (BFD_DEMAND | BFD_POLL)) == BFD_DEMAND;
}

/* Somebody speaks who has to. Where both may be silent, nothing is known of them. */
static bool
is_covered(const struct bfd_session *s)
{
	for (unsigned side = 0; side < BFD_SIDES; side++)
		if (is_heard(&s->half[side]) && !may_be_silent(s, side))
			return true;
	return s->half[0].missed;
}

/* Count the time that passed in the state that was. */
static void
settle(struct bfd_session *s, uint64_t now_ns)
{
	uint64_t passed = s->counted_ns && now_ns > s->counted_ns ? now_ns - s->counted_ns : 0;
	bool covered = is_covered(s);

	s->covered_ns += covered ? passed : 0;
	s->up_ns += covered && s->state == BFD_SESSION_UP ? passed : 0;
	s->counted_ns = larger(s->counted_ns, now_ns);
}

static void
turn(struct bfd_session *s, uint64_t now_ns, const struct judgement *j)
{
	if (s->turn_count < BFD_TURNS_MAX) {
		struct bfd_turn *t = &s->turns[s->turn_count++];

		*t = (struct bfd_turn){
			.ns = now_ns, .from = s->state, .to = j->state, .side = j->blamed};
		memcpy(t->why, j->why, sizeof t->why);
	}
	if (s->state == BFD_SESSION_UP) {
		s->flaps++;
		s->down_ns = now_ns;
		outages_begin(&s->outages, now_ns);
		s->down_side = j->blamed;
		memcpy(s->down_why, j->why, sizeof s->down_why);
		s->down_first = SIDE_UNKNOWN;
		s->down_diag = 0;
		/* RFC 5882 section 4.2: AdminDown is no failure of the path */
		s->watched = j->state != BFD_SESSION_ADMIN_DOWN;
	}
	if (j->state == BFD_SESSION_UP)
		outages_end(&s->outages, now_ns);
	s->state = j->state;
	s->state_ns = now_ns;
}

/* The first word after it went down. */
static void
note_word(struct bfd_session *s, unsigned side)
{
	const struct bfd *p = &s->half[side].newest;

	if (s->down_ns && s->down_first == SIDE_UNKNOWN && s->state != BFD_SESSION_UP &&
	    p->state <= BFD_DOWN) {
		s->down_first = (enum side)side;
		s->down_diag = p->diag;
	}
}

/* Requirements 4.5: absence is evidence while the other direction, or another session, delivers. */
static void
prove_silence(struct bfd_session *s, unsigned side)
{
	struct bfd_half *h = &s->half[side];
	uint64_t after = h->from_ns + bfd_session_interval_us(s, !side) * NS_PER_US;

	h->missed |= h->silent && (s->half[!side].last_ns >= after || s->witness_ns >= after);
}

static void
look(struct bfd_session *s, unsigned by, uint64_t now_ns)
{
	struct judgement j;

	prove_silence(s, 0);
	prove_silence(s, 1);
	judge(s, by, now_ns, &j);
	if (j.state != s->state)
		turn(s, now_ns, &j);
	note_word(s, by);
}

/* ---- as time goes by ----------------------------------------------------------------------- */

/* When the silence of `side` is beyond what the other waits; and when it is told here. */
static uint64_t
silent_at(const struct bfd_session *s, unsigned side)
{
	const struct bfd_half *h = &s->half[side];

	return h->from_ns + bfd_session_detection_us(s, !side) * NS_PER_US;
}

static bool
is_overdue(const struct bfd_session *s, unsigned side, uint64_t now_ns)
{
	const struct bfd_half *h = &s->half[side];

	return is_heard(h) && !may_be_silent(s, side) &&
	       h->from_ns + 2 * bfd_session_detection_us(s, !side) * NS_PER_US < now_ns;
}

/* The state is told as of the moment when it was due, unless that was counted already. */
void
bfd_session_advance(struct bfd_session *s, uint64_t now_ns)
{
	for (unsigned side = 0; side < BFD_SIDES; side++) {
		uint64_t due = larger(silent_at(s, side), s->counted_ns);

		if (!s->half[!side].packets || !is_overdue(s, side, now_ns))
			continue;
		settle(s, due);
		s->half[side].silent = true;
		look(s, side, due);
	}
	settle(s, now_ns);
	if (s->half[0].packets || s->half[1].packets)
		look(s, s->half[1].last_ns > s->half[0].last_ns, s->counted_ns);
}

static bool
is_copy(const struct bfd_half *h, uint64_t now_ns, const struct bfd *p)
{
	const struct bfd *n = &h->newest;

	return h->packets && now_ns < h->last_ns + BFD_COPY_US * NS_PER_US &&
	       n->state == p->state && n->flags == p->flags && n->diag == p->diag &&
	       n->my_discriminator == p->my_discriminator &&
	       n->your_discriminator == p->your_discriminator;
}

/* Section 6.8.6: Down becomes Up only when the other is in Init, which was reached from Down. */
static bool
jumps(const struct bfd_session *s, unsigned side, const struct bfd *p)
{
	const struct bfd_half *h = &s->half[side], *other = &s->half[!side];

	return h->packets && h->newest.state <= BFD_DOWN && p->state == BFD_UP && other->packets &&
	       other->newest.state <= BFD_DOWN;
}

/* As in lacp_member.c: both were silent and nobody else was heard. */
static void
forgive_common_silence(struct bfd_session *s, unsigned side, uint64_t now_ns)
{
	const struct bfd_half *h = &s->half[side];
	struct bfd_half *other = &s->half[!side];

	if (!h->silent || h->missed || !other->silent || other->missed)
		return;
	other->silent = false;
	other->from_ns = now_ns;
}

static bool
is_neighbours(const struct bfd_session *s, const struct bfd *packet, uint8_t ttl)
{
	return ttl == 255 || s->kind == BFD_MULTIHOP || packet->flags & BFD_AUTH;
}

void
bfd_session_echo(struct bfd_session *s, unsigned side, uint64_t now_ns)
{
	struct bfd_half *h = &s->half[side];
	uint64_t gap_us = h->echo_ns && now_ns > h->echo_ns ? (now_ns - h->echo_ns) / NS_PER_US : 0;

	if (gap_us > UINT32_MAX)
		gap_us = UINT32_MAX;
	if (gap_us >= h->echo_us)
		h->echo_us = (uint32_t)gap_us;
	else if (gap_us)
		h->echo_us -= (h->echo_us - (uint32_t)gap_us) / 8;
	h->echo_ns = now_ns;
	s->echoes++;
}

void
bfd_session_packet(struct bfd_session *s, unsigned side, uint64_t now_ns, const struct bfd *packet,
                   uint8_t ttl)
{
	struct bfd_half *h = &s->half[side];
	bool excused;

	if (!is_neighbours(s, packet, ttl)) {
		h->foreign++;
		return;
	}
	now_ns = larger(now_ns, s->counted_ns);
	if (is_copy(h, now_ns, packet))
		return;
	bfd_session_advance(s, now_ns);
	forgive_common_silence(s, side, now_ns);
	s->first_ns = s->first_ns ? s->first_ns : now_ns;
	s->disordered |= jumps(s, side, packet);
	if (s->state == BFD_SESSION_UP && h->newest.state == BFD_UP && is_heard(h) &&
	    h->from_ns == h->last_ns && !may_be_silent(s, side))
		measure_gap(s, side, now_ns);
	excused = may_be_silent(s, !side);
	h->newest = *packet;
	/* the poll, or the end of Demand mode: from here on the other has to answer */
	if (excused && !may_be_silent(s, !side))
		s->half[!side].from_ns = now_ns;
	h->ttl_min = h->packets++ && h->ttl_min < ttl ? h->ttl_min : ttl;
	h->polls += (packet->flags & BFD_POLL) != 0;
	h->finals += (packet->flags & BFD_FINAL) != 0;
	h->last_ns = h->from_ns = now_ns;
	h->silent = h->missed = false;
	take_timers(s, side);
	look(s, side, now_ns);
}

void
bfd_session_witness(struct bfd_session *s, uint64_t steady_ns)
{
	s->witness_ns = steady_ns;
}

void
bfd_session_forgive(struct bfd_session *s, uint64_t now_ns)
{
	for (unsigned i = 0; i < BFD_SIDES; i++)
		if (s->half[i].packets && !s->half[i].missed && now_ns > s->half[i].from_ns)
			s->half[i].from_ns = now_ns;
}

bool
bfd_session_turn(struct bfd_session *s, struct bfd_turn *out)
{
	if (!s->turn_count)
		return false;
	*out = s->turns[0];
	memmove(s->turns, s->turns + 1, --s->turn_count * sizeof *s->turns);
	return true;
}

/* ---- coupling ------------------------------------------------------------------------------ */

/* The router that finds BFD down may say so to BGP first. */
int
bfd_session_couple(struct bfd_session *s, uint64_t now_ns, bool up, uint64_t down_ns)
{
	uint64_t since = s->down_ns, follow = BFD_FOLLOW_US * NS_PER_US;

	if (!s->watched)
		return 0;
	if (down_ns && down_ns + follow >= since) {
		bool followed = down_ns <= since + follow;

		s->watched = false;
		s->followed += followed;
		return followed;
	}
	if (now_ns <= since + BFD_STAY_US * NS_PER_US)
		return 0;
	s->watched = false;
	/* a silence that nobody answered with Down was heard by the tap alone */
	if (!up || s->down_first == SIDE_UNKNOWN)
		return 0;
	s->stayed++;
	return -1;
}
