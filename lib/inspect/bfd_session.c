#include "inspect/bfd_session.h"

#include <string.h>

#include "base/clock.h"
#include "inspect/bfd_session_private.h"

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

bool
bfd_session_matches(const struct bfd_session *s)
{
	const struct bfd *a = &s->half[0].newest, *b = &s->half[1].newest;

	return s->half[0].packets && s->half[1].packets &&
	       a->your_discriminator == b->my_discriminator &&
	       b->your_discriminator == a->my_discriminator;
}

void
bfd_session_init(struct bfd_session *s)
{
	*s = (struct bfd_session){.down_first = SIDE_UNKNOWN};
}

/* ---- timers ---------------------------------------------------------------------------------- */

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

	h->gap_max_us = bfd_session_larger(h->gap_max_us, gap_us);
	h->late += gap_us > bfd_session_interval_us(s, side);
	if (!h->gaps++ || margin_us < h->margin_min_us)
		h->margin_min_us = margin_us;
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
		uint64_t due;

		if (!s->half[!side].packets || !is_overdue(s, side, now_ns))
			continue;
		due = s->half[side].from_ns + bfd_session_detection_us(s, !side) * NS_PER_US;
		due = bfd_session_larger(due, s->counted_ns);
		bfd_session_settle(s, due);
		s->half[side].silent = true;
		bfd_session_look(s, side, due);
	}
	bfd_session_settle(s, now_ns);
	if (s->half[0].packets || s->half[1].packets)
		bfd_session_look(s, s->half[1].last_ns > s->half[0].last_ns, s->counted_ns);
}

/* ---- packets --------------------------------------------------------------------------------- */

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
	now_ns = bfd_session_larger(now_ns, s->counted_ns);
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
	bfd_session_look(s, side, now_ns);
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

/* ---- coupling -------------------------------------------------------------------------------- */

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
