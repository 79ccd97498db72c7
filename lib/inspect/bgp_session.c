#include "inspect/bgp_session.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "inspect/bgp_connection.h"

static void note_registered(struct bgp_rib *r, unsigned index, const struct bgp_change *change,
                            const struct bgp_attrs *before);

void
bgp_shared_init(struct bgp_shared *s, uint32_t room)
{
	*s = (struct bgp_shared){.pool = {.room = room,
	                                  .attrs = bgp_attrs_create(BGP_ATTRS_BYTES),
	                                  .registered = note_registered}};
}

void
bgp_shared_fini(struct bgp_shared *s)
{
	bgp_attrs_destroy(s->pool.attrs);
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
	}
	return s;
}

void
bgp_session_destroy(struct bgp_session *s)
{
	if (!s)
		return;
	bgp_rib_fini(&s->side[0].rib);
	bgp_rib_fini(&s->side[1].rib);
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

/* ---- telling ----------------------------------------------------------------------------- */

static void tell(struct bgp_session *s, const char *name, enum side side, uint64_t time_ns,
                 const char *cause, const char *format, ...) __attribute__((format(printf, 6, 7)));

static void
tell(struct bgp_session *s, const char *name, enum side side, uint64_t time_ns, const char *cause,
     const char *format, ...)
{
	struct fact *f =
		s->shared->facts ? fact_add(s->shared->facts, name, time_ns / NS_PER_US) : NULL;
	va_list args;

	if (!f)
		return;
	f->link = s->link;
	f->side = side;
	snprintf(f->subject, sizeof f->subject, "session:%s", s->name);
	snprintf(f->cause, sizeof f->cause, "%s", cause);
	va_start(args, format);
	vsnprintf(f->text, sizeof f->text, format, args);
	va_end(args);
}

/* ---- registered prefixes ----------------------------------------------------------------- */

/* Azure's names of prefix events (requirements 1.5), which know active and backup routes. */
static const char *
azure_event(const struct bgp_session *s, const char *active, const char *backup)
{
	const struct conf *c = s->shared->conf;

	return s->link < c->link_count && c->links[s->link].role == ROLE_BACKUP ? backup : active;
}

static void
tell_origin(struct bgp_session *s, enum side side, const char *prefix, uint64_t time_ns,
            uint32_t before, uint32_t now)
{
	if (before == now)
		return;
	tell(s, "route.origin.changed", side, time_ns, "", "%s: AS %u, was AS %u (%s)", prefix, now,
	     before, azure_event(s, "OriginAsChange", "BackupRouteOriginAsChange"));
}

static void
note_registered(struct bgp_rib *r, unsigned index, const struct bgp_change *change,
                const struct bgp_attrs *before)
{
	struct bgp_session *s = r->owner;
	const struct bgp_attrs *now = bgp_attrs_get(r->pool->attrs, change->route.attrs);
	struct prefix p = bgp_route_prefix(&change->route);
	uint64_t time_ns = change->route.time_us * NS_PER_US;
	char prefix[PREFIX_TEXT_SIZE];

	if (r->side != SIDE_PEER)
		return;
	prefix_format(&p, prefix);
	if (change->gone && !r->registered[index])
		tell(s, "bgp.prefix.withdrawn", r->side, time_ns, "withdrawn", "%s withdrawn (%s)",
		     prefix, azure_event(s, "Withdrawal", "BackupRouteWithdrawal"));
	else if (change->is_new && r->registered[index] == 1)
		tell(s, "bgp.prefix.announced", r->side, time_ns, "", "%s announced (%s)", prefix,
		     azure_event(s, "Announcement", "BackupRouteAnnouncement"));
	else if (before && now && !change->gone)
		tell_origin(s, r->side, prefix, time_ns, before->origin_as, now->origin_as);
}

/* The session takes its routes with it. */
static void
tell_lost(struct bgp_session *s, uint64_t time_ns)
{
	const struct conf *c = s->shared->conf;
	char prefix[PREFIX_TEXT_SIZE];

	for (size_t i = 0; i < s->shared->pool.registered_count; i++) {
		if (!s->side[SIDE_PEER].rib.registered[i])
			continue;
		tell(s, "bgp.prefix.withdrawn", SIDE_PEER, time_ns, "session down",
		     "%s lost with its session (%s)",
		     prefix_format(&c->registered[i].prefix, prefix),
		     azure_event(s, "Withdrawal", "BackupRouteWithdrawal"));
	}
}

/* ---- time -------------------------------------------------------------------------------- */

/* Up to now under the state that stands; nothing is judged while it is not known. */
static void
account(struct bgp_session *s, uint64_t now_ns)
{
	if (now_ns <= s->accounted_ns)
		return;
	if (s->accounted_ns && s->state != BGP_UNKNOWN)
		s->covered_ns += now_ns - s->accounted_ns;
	if (s->accounted_ns && s->state == BGP_ESTABLISHED)
		s->up_time_ns += now_ns - s->accounted_ns;
	s->accounted_ns = now_ns;
}

static void
enter(struct bgp_session *s, enum bgp_state state, uint64_t time_ns)
{
	if (state == s->state)
		return;
	account(s, time_ns);
	s->state = state;
	s->state_ns = time_ns;
}

/* ---- completeness ------------------------------------------------------------------------ */

static void
assess(struct bgp_session *s, const struct bgp_connection *c, uint64_t time_ns)
{
	for (unsigned i = 0; i < 2; i++) {
		struct bgp_side *side = &s->side[bgp_connection_side(c, i)];
		enum bgp_completeness now = bgp_connection_completeness(c, i);

		if (now == side->completeness)
			continue;
		side->completeness = now;
		side->completeness_ns = time_ns;
	}
}

/* ---- up and down ------------------------------------------------------------------------- */

static void
go_up(struct bgp_session *s, const struct bgp_connection *c, uint64_t time_ns)
{
	bool whole = bgp_connection_is_whole(c);

	/* one joined in its middle was up all the while that proved it */
	if (!whole && s->state == BGP_UNKNOWN) {
		s->accounted_ns = c->first_ns;
		enter(s, BGP_ESTABLISHED, c->first_ns);
	}
	s->joined = !whole;
	s->up_ns = whole ? time_ns : c->first_ns;
	s->graceful = s->mistaken = false;
	outages_end(&s->outages, s->up_ns);
	enter(s, BGP_ESTABLISHED, time_ns);
	account(s, time_ns);
	tell(s, "bgp.session.up", SIDE_BOTH, s->up_ns, "",
	     s->joined ? "established, since before the probe looked" : "established");
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

void
bgp_session_take(struct bgp_session *s, struct bgp_connection *c, uint64_t time_ns)
{
	if (s->current == c)
		return;
	bgp_session_down(s, s->current, SIDE_UNKNOWN,
	                 "a new connection; the end of the last was not seen", false, time_ns);
	if (s->current)
		s->current->superseded = true;
	s->current = c;
	s->mistaken = false;
	for (unsigned i = 0; i < 2; i++) {
		s->side[bgp_connection_side(c, i)].port = c->side[i].port;
		begin_rib(s, &s->side[i].rib);
	}
	s->graceful = false;
	assess(s, c, time_ns);
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
	uint64_t *to = (uint64_t *)&s->side[side].counts;
	const uint64_t *from = (const uint64_t *)more;

	for (size_t i = 0; i < sizeof *more / sizeof *to; i++)
		to[i] += from[i];
	s->side[side].last_ns = s->last_ns = time_ns;
	if (!s->first_ns)
		s->first_ns = time_ns;
	if (c->end != BGP_LIVES)
		return;
	if (!s->current || s->current->end != BGP_LIVES || bgp_connection_is_up(c))
		bgp_session_take(s, c, time_ns);
	if (s->current != c)
		return;
	assess(s, c, time_ns);
	if (s->state == BGP_ESTABLISHED)
		return;
	if (bgp_connection_is_up(c)) {
		/* the end that was told was a stranger's, or the silence the tap's */
		s->flaps -= s->mistaken;
		if (s->mistaken)
			outages_forget(&s->outages);
		go_up(s, c, time_ns);
	} else {
		enter(s, state_of(c), time_ns);
	}
}

void
bgp_session_path(struct bgp_session *s, unsigned side, uint32_t first_as)
{
	struct bgp_side *me = &s->side[side];

	if (!first_as)
		return;
	me->updates_indirect = first_as == me->first_as ? me->updates_indirect + 1 : 1;
	me->first_as = first_as;
}

void
bgp_session_ended_rib(struct bgp_session *s, unsigned side, uint16_t afi, uint64_t time_ns)
{
	s->side[side].end_of_rib_ns = time_ns;
	bgp_rib_sweep(&s->side[side].rib, afi, time_ns / NS_PER_US);
}

void
bgp_session_opened(struct bgp_session *s, unsigned side, const struct bgp_open *open,
                   const char *hostname, uint64_t time_ns)
{
	struct bgp_side *me = &s->side[side];

	me->basis = BGP_OBSERVED;
	me->open = *open;
	me->open_ns = time_ns;
	snprintf(me->hostname, sizeof me->hostname, "%s", hostname);
}

/* RFC 4724 section 3: the smaller restart time of those that offer one; 0: not both do. */
static uint64_t
restart_ns(const struct bgp_session *s)
{
	uint16_t least = UINT16_MAX;

	for (unsigned i = 0; i < 2; i++) {
		const struct bgp_open *open = &s->side[i].open;

		if (!s->side[i].basis || !bgp_open_has(open, BGP_CAP_GRACEFUL_RESTART))
			return 0;
		least = open->restart_s < least ? open->restart_s : least;
	}
	return least * NS_PER_S;
}

static void
note_down(struct bgp_session *s, enum side by, const char *cause, bool graceful, uint64_t time_ns)
{
	s->flaps++;
	outages_begin(&s->outages, time_ns);
	s->down_ns = time_ns;
	s->down_side = by;
	s->graceful_until_ns = graceful ? time_ns + restart_ns(s) : 0;
	s->graceful = s->graceful_until_ns > time_ns;
	snprintf(s->down_cause, sizeof s->down_cause, "%s", cause);
	tell(s, "bgp.session.down", by, time_ns, cause, "%s%s", cause,
	     s->graceful ? "; forwarding goes on, graceful restart (RFC 4724)" : "");
	if (!s->graceful)
		tell_lost(s, time_ns);
}

void
bgp_session_down(struct bgp_session *s, struct bgp_connection *c, enum side by, const char *cause,
                 bool graceful, uint64_t time_ns)
{
	bool was_up = s->up_ns != 0;

	if (!c || s->current != c || s->state == BGP_IDLE)
		return;
	enter(s, BGP_IDLE, time_ns);
	s->up_ns = 0;
	s->mistaken = was_up;
	if (was_up)
		note_down(s, by, cause, graceful, time_ns);
	if (c->end == BGP_END_NOTIFICATION) {
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
	enter(s, BGP_UNKNOWN, s->last_ns);
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

/* Since when this side says nothing though the link speaks: beyond the hold time it is down. */
static bool
is_silent(const struct bgp_session *s, unsigned side, uint64_t hold_ns, uint64_t now_ns,
          uint64_t heard_ns)
{
	uint64_t until_ns = s->side[side].last_ns + hold_ns;

	return now_ns > until_ns && (!heard_ns || heard_ns > until_ns);
}

static void
check_hold(struct bgp_session *s, uint64_t now_ns, const uint64_t heard_ns[DIR_COUNT])
{
	bool known;
	uint16_t hold_s = bgp_session_hold_s(s, &known);
	uint64_t hold_ns = hold_s * NS_PER_S;
	char cause[BGP_CAUSE_SIZE];

	if (!hold_s)
		return;
	for (unsigned i = 0; i < 2; i++) {
		/* what the peer sends is DIR_PEER_TO_MSFT, and the sides stand in that order */
		if (is_silent(s, i, hold_ns, now_ns, heard_ns[i])) {
			snprintf(cause, sizeof cause, "hold timer: %s silent for %u s%s",
			         side_name((enum side)i), hold_s, known ? "" : " (not negotiated)");
			bgp_session_down(s, s->current, (enum side)i, cause, true,
			                 s->side[i].last_ns + hold_ns);
			return;
		}
		if (now_ns > s->side[i].last_ns + hold_ns) {
			enter(s, BGP_UNKNOWN, now_ns); /* nothing of the link is heard */
			return;
		}
	}
}

/* One that never came up, or that the link's silence hid: nobody speaks BGP on it. */
static void
check_absence(struct bgp_session *s, uint64_t now_ns, const uint64_t heard_ns[DIR_COUNT])
{
	uint64_t last_ns = s->last_ns > s->shared->start_ns ? s->last_ns : s->shared->start_ns;
	uint64_t until_ns = last_ns + BGP_LARGE_HOLD_S * NS_PER_S;

	if (now_ns > until_ns && heard_ns[0] > until_ns && heard_ns[1] > until_ns)
		enter(s, BGP_IDLE, now_ns);
}

static void
sweep_stale(struct bgp_session *s, uint64_t now_ns)
{
	for (unsigned i = 0; i < 2; i++) {
		bgp_rib_sweep(&s->side[i].rib, BGP_AFI_IPV4, now_ns / NS_PER_US);
		bgp_rib_sweep(&s->side[i].rib, BGP_AFI_IPV6, now_ns / NS_PER_US);
	}
}

void
bgp_session_tick(struct bgp_session *s, uint64_t now_ns, const uint64_t heard_ns[DIR_COUNT])
{
	if (s->state == BGP_ESTABLISHED)
		check_hold(s, now_ns, heard_ns);
	else if (s->state != BGP_IDLE)
		check_absence(s, now_ns, heard_ns);
	if (s->graceful && now_ns > s->graceful_until_ns) {
		s->graceful = false;
		tell_lost(s, s->graceful_until_ns);
	}
	if (now_ns > s->graceful_until_ns + BGP_STALE_S * NS_PER_S)
		sweep_stale(s, now_ns);
	account(s, now_ns);
}

/* ---- what it comes to -------------------------------------------------------------------- */

bool
bgp_session_stands(const struct bgp_session *s)
{
	return s->state == BGP_ESTABLISHED || s->graceful ||
	       (s->state == BGP_UNKNOWN && s->current && s->current->end == BGP_LIVES);
}

enum side
bgp_side_by_asn(const struct conf *c, uint32_t asn)
{
	if (!c || !asn)
		return SIDE_UNKNOWN;
	if (asn == c->peer.asn)
		return SIDE_PEER;
	for (size_t i = 0; i < c->cloud.asns.count; i++) {
		if (c->cloud.asns.at[i] == asn)
			return SIDE_MSFT;
	}
	return SIDE_UNKNOWN;
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

const char *
bgp_completeness_name(enum bgp_completeness completeness)
{
	static const char *const names[BGP_COMPLETENESS_COUNT + 1] = {
		[BGP_COMPLETE] = "COMPLETE",
		[BGP_INFERRED] = "INFERRED",
		[BGP_BROKEN] = "BROKEN",
		[BGP_COMPLETENESS_COUNT] = "",
	};

	return names[completeness];
}

const char *
bgp_basis_name(enum bgp_basis basis)
{
	static const char *const names[BGP_BASIS_COUNT] = {
		[BGP_BASIS_NONE] = "",
		[BGP_OBSERVED] = "observed",
		[BGP_SEEDED] = "seeded",
		[BGP_CARRIED] = "carried",
	};

	return names[basis];
}
