#include "inspect/bgp_timers.h"

#include <stdio.h>

#include "base/clock.h"
#include "inspect/bgp_session_private.h"
#include "inspect/bgp_tell.h"

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
			bgp_session_down(s, s->current, (enum side)i, cause,
			                 bgp_session_outlives_notification(s),
			                 s->side[i].last_ns + hold_ns);
			return;
		}
		if (now_ns > s->side[i].last_ns + hold_ns) {
			bgp_session_enter(s, BGP_UNKNOWN,
			                  now_ns); /* nothing of the link is heard */
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

	if (now_ns > until_ns && heard_ns[0] > until_ns && heard_ns[1] > until_ns) {
		s->carried.pending = false;
		bgp_session_enter(s, BGP_IDLE, now_ns);
	}
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
bgp_timers_run(struct bgp_session *s, uint64_t now_ns, const uint64_t heard_ns[DIR_COUNT])
{
	if (s->state == BGP_ESTABLISHED)
		check_hold(s, now_ns, heard_ns);
	else if (s->state != BGP_IDLE)
		check_absence(s, now_ns, heard_ns);
	if (s->graceful && now_ns > s->graceful_until_ns) {
		s->graceful = false;
		bgp_tell_lost(s, s->graceful_until_ns);
	}
	if (now_ns > s->graceful_until_ns + BGP_STALE_S * NS_PER_S)
		sweep_stale(s, now_ns);
	bgp_session_account(s, now_ns);
}
