#include "inspect/bgp_session.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "inspect/bgp_connection.h"
#include "inspect/bgp_session_private.h"
#include "inspect/bgp_tell.h"
#include "inspect/tokens.h"

void
bgp_shared_init(struct bgp_shared *s, uint32_t room)
{
	*s = (struct bgp_shared){.pool = {.room = room,
	                                  .attrs = bgp_attrs_create(BGP_ATTRS_BYTES),
	                                  .registered = bgp_tell_registered}};
	s->aside = (struct bgp_pool){.room = room, .attrs = s->pool.attrs};
}

void
bgp_shared_fini(struct bgp_shared *s)
{
	bgp_attrs_destroy(s->pool.attrs);
}

void
bgp_segments_add(struct bgp_segments *to, const struct bgp_segments *more)
{
	bool first = !to->ttl_max;

	to->count += more->count;
	to->md5 += more->md5;
	to->ao += more->ao;
	if (!more->ttl_max)
		return;
	if (first || more->ttl_min < to->ttl_min)
		to->ttl_min = more->ttl_min;
	if (more->ttl_max > to->ttl_max)
		to->ttl_max = more->ttl_max;
}

struct bgp_session *
bgp_session_create(struct bgp_shared *shared)
{
	struct bgp_session *s = mem_alloc(1, sizeof *s);

	s->shared = shared;
	s->link = FACT_NO_LINK;
	for (unsigned i = 0; i < 2; i++) {
		s->side[i].completeness = BGP_COMPLETENESS_COUNT;
		bgp_rib_init(&s->side[i].rib, &shared->pool, s, (enum side)i);
		bgp_rib_init(&s->side[i].gone, &shared->aside, s, (enum side)i);
	}
	return s;
}

void
bgp_session_destroy(struct bgp_session *s)
{
	if (!s)
		return;
	for (unsigned i = 0; i < 2; i++) {
		bgp_rib_fini(&s->side[i].rib);
		bgp_rib_fini(&s->side[i].gone);
	}
	free(s);
}

void
bgp_session_name(struct bgp_session *s)
{
	const struct conf *c = s->shared->conf;
	char peer[ADDR_TEXT_SIZE], cloud[ADDR_TEXT_SIZE];
	bool named = c && s->link < c->link_count;

	snprintf(s->name, sizeof s->name, "%.*s%s%s-%s", 64, named ? c->links[s->link].name : "",
	         named ? ":" : "", addr_format(&s->side[SIDE_PEER].ip, peer),
	         addr_format(&s->side[SIDE_MSFT].ip, cloud));
}

void
bgp_session_judge(struct bgp_session *s)
{
	bgp_rib_judge(&s->side[0].rib);
	bgp_rib_judge(&s->side[1].rib);
}

void
bgp_session_swap(struct bgp_session *s)
{
	struct bgp_side peer = s->side[SIDE_MSFT];

	s->swapped = !s->swapped;
	s->side[SIDE_MSFT] = s->side[SIDE_PEER];
	s->side[SIDE_PEER] = peer;
	for (unsigned i = 0; i < 2; i++)
		s->side[i].rib.side = (enum side)i;
	bgp_session_judge(s);
	if (s->down_side <= SIDE_MSFT)
		s->down_side = s->down_side == SIDE_PEER ? SIDE_MSFT : SIDE_PEER;
	bgp_session_name(s);
}

/* ---- time -------------------------------------------------------------------------------- */

/* Up to now under the state that stands; nothing is judged while it is not known. */
void
bgp_session_account(struct bgp_session *s, uint64_t now_ns)
{
	if (now_ns <= s->accounted_ns)
		return;
	if (s->accounted_ns && s->state != BGP_UNKNOWN)
		s->covered_ns += now_ns - s->accounted_ns;
	if (s->accounted_ns && s->state == BGP_ESTABLISHED)
		s->up_time_ns += now_ns - s->accounted_ns;
	s->accounted_ns = now_ns;
}

void
bgp_session_enter(struct bgp_session *s, enum bgp_state state, uint64_t time_ns)
{
	if (state == s->state)
		return;
	bgp_session_account(s, time_ns);
	s->state = state;
	s->state_ns = time_ns;
}

/* ---- completeness ------------------------------------------------------------------------ */

void
bgp_session_assess(struct bgp_session *s, const struct bgp_connection *c, uint64_t time_ns)
{
	for (unsigned i = 0; i < 2; i++) {
		struct bgp_side *side = &s->side[bgp_connection_side(c, i)];
		enum bgp_completeness now = bgp_connection_completeness(c, i);

		if (now > BGP_SEEDED && side->seeded && !side->seed_disagreed &&
		    bgp_connection_faults(c, i) == side->seed_faults)
			now = side->as;
		if (now == BGP_COMPLETE)
			bgp_rib_clear(&side->gone);
		if (now == side->completeness)
			continue;
		side->completeness = now;
		side->completeness_ns = time_ns;
	}
}

/* ---- from elsewhere ---------------------------------------------------------------------- */

void
bgp_session_withdrew(struct bgp_session *s, unsigned side, uint16_t afi, const struct bgp_nlri *n,
                     bool known, uint64_t time_us)
{
	struct bgp_side *me = &s->side[side];

	if (me->completeness == BGP_COMPLETE && !me->seeded)
		return;
	if (!known && me->seeded)
		me->seed_disagreed++;
	bgp_rib_add(&me->gone, afi, BGP_SAFI_UNICAST, n, BGP_ATTRS_NONE, time_us);
}

void
bgp_session_resumes(struct bgp_session *s, unsigned side, uint16_t port, uint32_t seq,
                    uint64_t time_ns)
{
	bool known;
	uint16_t hold_s = bgp_session_hold_s(s, &known);

	if (bgp_carried_doubts(&s->carried, side, port, seq, hold_s, time_ns))
		s->side[side].seed_disagreed++;
}

/* ---- up and down ------------------------------------------------------------------------- */

static void
go_up(struct bgp_session *s, const struct bgp_connection *c, uint64_t time_ns)
{
	bool whole = bgp_connection_is_whole(c), goes_on = s->carried.pending;

	/* one joined in its middle was up all the while that proved it */
	if (!whole && s->state == BGP_UNKNOWN) {
		s->accounted_ns = c->first_ns;
		bgp_session_enter(s, BGP_ESTABLISHED, c->first_ns);
	}
	s->joined = !whole;
	s->up_ns = whole ? time_ns : c->first_ns;
	if (s->carried.pending) {
		s->joined = s->carried.joined;
		s->up_ns = s->carried.up_ns;
		s->carried.pending = false;
	}
	s->graceful = s->mistaken = false;
	outages_end(&s->outages, s->up_ns);
	bgp_session_enter(s, BGP_ESTABLISHED, time_ns);
	bgp_session_account(s, time_ns);
	bgp_tell(s, "bgp.session.up", SIDE_BOTH, s->up_ns, "",
	         goes_on     ? "goes on, over a restart of the probe"
	         : s->joined ? "established, since before the probe looked"
	                     : "established");
}

static bool
both_restart(const struct bgp_session *s)
{
	return s->side[0].basis && s->side[1].basis &&
	       bgp_open_has(&s->side[0].open, BGP_CAP_GRACEFUL_RESTART) &&
	       bgp_open_has(&s->side[1].open, BGP_CAP_GRACEFUL_RESTART);
}

/* RFC 4724 section 4.2: kept are the routes of the families that their sender listed. Who lists
 * none, as FRR and BIRD don't unless told to, only helps others to restart. */
static bool
are_kept(const struct bgp_side *side)
{
	for (unsigned v6 = 0; v6 < BGP_RIB_AFIS; v6++) {
		const struct bgp_family *family = bgp_open_family(
			&side->open, (uint16_t)(BGP_AFI_IPV4 + v6), BGP_SAFI_UNICAST);

		if (side->rib.standing[v6] && !(family && family->restarts))
			return false;
	}
	return true;
}

/* RFC 4724 section 3: how long all that stands is kept; 0: not all of it is. The smaller time where
 * both have routes, since which of them restarts can't be seen. */
static uint64_t
restart_ns(const struct bgp_session *s)
{
	uint16_t least = UINT16_MAX;

	if (!both_restart(s))
		return 0;
	for (unsigned i = 0; i < 2; i++) {
		const struct bgp_side *side = &s->side[i];

		if (!are_kept(side))
			return 0;
		if (bgp_rib_count(&side->rib) && side->open.restart_s < least)
			least = side->open.restart_s;
	}
	return least == UINT16_MAX ? 0 : least * NS_PER_S;
}

bool
bgp_session_outlives_notification(const struct bgp_session *s)
{
	return both_restart(s) && s->side[0].open.notifies && s->side[1].open.notifies;
}

static void
note_down(struct bgp_session *s, enum side by, const char *cause, bool graceful, uint64_t time_ns)
{
	char why[BGP_CAUSE_SIZE];
	size_t size;

	s->flaps++;
	outages_begin(&s->outages, time_ns);
	s->down_ns = time_ns;
	s->down_side = by;
	s->graceful_until_ns = graceful ? time_ns + restart_ns(s) : 0;
	s->graceful = s->graceful_until_ns > time_ns;
	snprintf(why, sizeof why, "%s", cause);
	size = strlen(why);
	if (s->shared->beside)
		s->shared->beside(s->shared->beside_context, s, time_ns, why + size,
		                  sizeof why - size);
	memcpy(s->down_cause, why, sizeof why);
	bgp_tell(s, "bgp.session.down", by, time_ns, why, "%s%s", why,
	         s->graceful ? "; forwarding goes on, graceful restart (RFC 4724)" : "");
	if (!s->graceful)
		bgp_tell_lost(s, time_ns);
}

/* RFC 4724 section 4.1: routes of before stand, stale, while the other side restarts. */
static void
begin_rib(struct bgp_session *s, struct bgp_rib *r)
{
	if (!s->graceful) {
		bgp_rib_clear(r);
		return;
	}
	bgp_rib_age(r, BGP_AFI_IPV4);
	bgp_rib_age(r, BGP_AFI_IPV6);
}

/* What another connection's speakers say renews no hold timer of this one. */
static void
note_heard(struct bgp_session *s, const struct bgp_connection *c)
{
	for (unsigned i = 0; i < 2; i++) {
		struct bgp_side *side = &s->side[bgp_connection_side(c, i)];

		if (c->side[i].last_ns > side->last_ns)
			side->last_ns = c->side[i].last_ns;
	}
}

bool
bgp_session_heeds(const struct bgp_session *s, const struct bgp_connection *c)
{
	return s->current == c || !s->up_ns || bgp_connection_is_whole(c) ||
	       bgp_connection_is_up(c);
}

void
bgp_session_take(struct bgp_session *s, struct bgp_connection *c, uint64_t time_ns)
{
	bool goes_on;
	uint64_t before_ns;

	if (s->current == c)
		return;
	bgp_session_down(s, s->current, SIDE_UNKNOWN,
	                 "a new connection; the end of the last was not seen", false, time_ns);
	if (s->current)
		s->current->superseded = true;
	goes_on = !s->current && bgp_carried_meets(&s->carried, c);
	before_ns = s->current                       ? s->current->last_ns
	            : s->carried.pending && !goes_on ? s->carried.from_ns
	                                             : 0;
	if (s->carried.pending && !goes_on && s->up_ns) {
		note_down(s, SIDE_UNKNOWN, "while the probe did not listen", false,
		          s->carried.from_ns);
		s->up_ns = 0;
	}
	s->current = c;
	s->takes++;
	s->mistaken = false;
	if (!goes_on)
		s->segments = (struct bgp_segments){0};
	bgp_segments_add(&s->segments, &c->segments);
	for (unsigned i = 0; i < 2; i++) {
		s->side[bgp_connection_side(c, i)].port = c->side[i].port;
		if (goes_on)
			continue;
		begin_rib(s, &s->side[i].rib);
		bgp_side_forget(&s->side[i], before_ns);
	}
	bgp_session_adopt(s, c, 0);
	bgp_session_adopt(s, c, 1);
	s->carried.pending = goes_on;
	s->graceful = false;
	note_heard(s, c);
	bgp_session_assess(s, c, time_ns);
}

/* A joined connection that is not proven yet is nothing. */
static enum bgp_state
state_of(const struct bgp_connection *c)
{
	enum bgp_state state = bgp_connection_state(c);

	return state == BGP_ESTABLISHED ? BGP_UNKNOWN : state;
}

void
bgp_session_said(struct bgp_session *s, struct bgp_connection *c, unsigned side,
                 const struct bgp_counts *more, uint64_t time_ns)
{
	bgp_counts_add(&s->side[side].counts, more);
	s->last_ns = time_ns;
	if (!s->first_ns)
		s->first_ns = time_ns;
	if (c->end != BGP_LIVES || !bgp_connection_has_spoken(c))
		return;
	if (!s->current || s->current->end != BGP_LIVES || bgp_connection_is_up(c))
		bgp_session_take(s, c, time_ns);
	if (s->current != c)
		return;
	note_heard(s, c);
	bgp_session_assess(s, c, time_ns);
	if (s->state == BGP_ESTABLISHED)
		return;
	if (bgp_connection_is_up(c)) {
		/* the end that was told was a stranger's, or the silence the tap's */
		s->flaps -= s->mistaken;
		if (s->mistaken)
			outages_forget(&s->outages);
		go_up(s, c, time_ns);
	} else {
		bgp_session_enter(s, state_of(c), time_ns);
	}
}

void
bgp_session_segments(struct bgp_session *s, const struct bgp_connection *c,
                     const struct bgp_segments *more)
{
	if (s->current == c)
		bgp_segments_add(&s->segments, more);
}

void
bgp_session_ended_rib(struct bgp_session *s, unsigned side, uint16_t afi, uint64_t time_ns)
{
	s->side[side].end_of_rib_ns = time_ns;
	bgp_rib_sweep(&s->side[side].rib, afi, time_ns / NS_PER_US);
}

/* RFC 4724 section 4.2: what the sender's new OPEN does not say to have kept goes at once. */
static void
drop_forgotten(struct bgp_side *side)
{
	for (uint16_t afi = BGP_AFI_IPV4; afi <= BGP_AFI_IPV6; afi++) {
		const struct bgp_family *family =
			bgp_open_family(&side->open, afi, BGP_SAFI_UNICAST);

		if (side->rib.stale[afi == BGP_AFI_IPV6] && !(family && family->forwarded))
			bgp_rib_sweep(&side->rib, afi, side->open_ns / NS_PER_US);
	}
}

void
bgp_session_adopt(struct bgp_session *s, const struct bgp_connection *c, unsigned speaker)
{
	struct bgp_side *side = &s->side[bgp_connection_side(c, speaker)];

	bgp_side_adopt(side, &c->side[speaker]);
	if (c->side[speaker].open_ns)
		drop_forgotten(side);
}

void
bgp_session_opened(struct bgp_session *s, unsigned side, struct cursor body, enum bgp_basis basis,
                   uint64_t time_ns)
{
	if (!bgp_side_open(&s->side[side], body, basis, time_ns))
		return;
	for (unsigned i = 0; s->current && i < 2; i++)
		if (bgp_connection_side(s->current, i) == side)
			bgp_connection_learn(s->current, i);
}

void
bgp_session_down(struct bgp_session *s, struct bgp_connection *c, enum side by, const char *cause,
                 bool graceful, uint64_t time_ns)
{
	bool was_up = s->up_ns != 0;

	if (!c || s->current != c || s->state == BGP_IDLE)
		return;
	bgp_session_enter(s, BGP_IDLE, time_ns);
	s->up_ns = 0;
	s->mistaken = was_up;
	if (was_up)
		note_down(s, by, cause, graceful, time_ns);
	if (c->end == BGP_END_NOTIFICATION && !s->graceful) {
		bgp_rib_clear(&s->side[0].rib);
		bgp_rib_clear(&s->side[1].rib);
	}
}

void
bgp_session_forget(struct bgp_session *s, struct bgp_connection *c)
{
	if (s->current != c)
		return;
	s->current = NULL;
	bgp_session_enter(s, BGP_UNKNOWN, s->last_ns);
	s->up_ns = 0;
	bgp_rib_clear(&s->side[0].rib);
	bgp_rib_clear(&s->side[1].rib);
}

/* ---- the clock --------------------------------------------------------------------------- */

uint16_t
bgp_session_hold_s(const struct bgp_session *s, bool *known)
{
	uint16_t a = s->side[0].open.hold_s, b = s->side[1].open.hold_s;

	*known = s->side[0].basis && s->side[1].basis;
	if (!*known)
		return BGP_HOLD_S;
	return a < b ? a : b;
}

/* ---- what it comes to -------------------------------------------------------------------- */

bool
bgp_session_stands(const struct bgp_session *s)
{
	return s->state == BGP_ESTABLISHED || s->graceful ||
	       (s->state == BGP_UNKNOWN && s->carried.pending) ||
	       (s->state == BGP_UNKNOWN && s->current && s->current->end == BGP_LIVES);
}

bool
bgp_session_is_direct(const struct bgp_session *s)
{
	const struct bgp_segments *t = &s->segments;

	return !t->ttl_max || (token_ttl_is_first(t->ttl_min) && token_ttl_is_first(t->ttl_max));
}

const char *
bgp_state_name(enum bgp_state state)
{
	static const char *const names[BGP_STATE_COUNT] = {
		[BGP_UNKNOWN] = "unknown",         [BGP_IDLE] = "idle",
		[BGP_OPEN_SENT] = "open-sent",     [BGP_OPEN_CONFIRM] = "open-confirm",
		[BGP_ESTABLISHED] = "established",
	};

	return names[state];
}
