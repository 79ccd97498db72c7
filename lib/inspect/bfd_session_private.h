/*
 * What both files of a BFD session share: its timers and packets, and the state that both ends make
 * of it. Private to bfd_session*.c.
 */
#pragma once

#include "inspect/bfd_session.h"

static inline bool
is_heard(const struct bfd_half *h)
{
	return h->packets && !h->silent;
}

/* Sections 6.6 and 6.8.7: the other side is in Demand mode and both are Up, so this one does not
 * send by itself: its silence says nothing, until it leaves a poll without answer. */
static inline bool
may_be_silent(const struct bfd_session *s, unsigned side)
{
	const struct bfd *other = &s->half[!side].newest;

	return s->half[0].newest.state == BFD_UP && s->half[1].newest.state == BFD_UP &&
	       (other->flags & (BFD_DEMAND | BFD_POLL)) == BFD_DEMAND;
}

/* bfd_session_state.c: counts the time that passed in the state that was. */
void bfd_session_settle(struct bfd_session *s, uint64_t now_ns);
/* What state it is in now; `by`: the side that spoke last. */
void bfd_session_look(struct bfd_session *s, unsigned by, uint64_t now_ns);
