/* What was seen of a connection comes to: its state, how whole what a speaker told is, and why not.
 */
#include <inttypes.h>
#include <stdio.h>

#include "inspect/bgp_connection.h"
#include "inspect/bgp_connection_private.h"

uint32_t
bgp_connection_standing(const struct bgp_connection *c, unsigned side, unsigned afi_index)
{
	bool stands = c->end == BGP_LIVES && c->session->current == c;

	return stands ? bgp_connection_rib(c, side)->standing[afi_index] : 0;
}

static bool
is_running(const struct bgp_speaker *side)
{
	return side->sound[BGP_UPDATE] || side->sound[BGP_ROUTE_REFRESH];
}

/* By what only a speaker in that state sends (RFC 4271 section 8.2.2); a session joined in its
 * middle shows no OPEN. */
enum bgp_state
bgp_connection_state(const struct bgp_connection *c)
{
	const struct bgp_speaker *a = &c->side[0], *b = &c->side[1];
	bool kept_alive[2] = {a->sound[BGP_KEEPALIVE] > 0, b->sound[BGP_KEEPALIVE] > 0};
	bool opened = a->sound[BGP_OPEN] || b->sound[BGP_OPEN];

	if (c->end != BGP_LIVES)
		return BGP_IDLE;
	if (!a->spoken && !b->spoken)
		return BGP_UNKNOWN;
	if (is_running(a) || is_running(b) || (kept_alive[0] && kept_alive[1]))
		return BGP_ESTABLISHED;
	if (kept_alive[0] || kept_alive[1])
		return opened ? BGP_OPEN_CONFIRM : BGP_ESTABLISHED;
	return BGP_OPEN_SENT;
}

bool
bgp_connection_is_whole(const struct bgp_connection *c)
{
	return c->side[0].sound[BGP_OPEN] && c->side[1].sound[BGP_OPEN];
}

/* Messages that only an established session has, and each of which renews the hold timer. */
static uint64_t
signs_of(const struct bgp_speaker *side)
{
	return side->sound[BGP_KEEPALIVE] + side->sound[BGP_UPDATE] +
	       side->sound[BGP_ROUTE_REFRESH];
}

bool
bgp_connection_is_up(const struct bgp_connection *c)
{
	bool goes_on = c->session->current == c && c->session->carried.pending;
	uint64_t want = goes_on || bgp_connection_is_whole(c) ? 1 : 2;

	return c->end == BGP_LIVES && signs_of(&c->side[0]) >= want &&
	       signs_of(&c->side[1]) >= want;
}

static bool
both_have(const struct bgp_connection *c, uint8_t capability)
{
	return bgp_open_has(&c->side[0].open, capability) &&
	       bgp_open_has(&c->side[1].open, capability);
}

/* The families of both capabilities 1; IPv4 when a speaker has none (RFC 4760 section 8). */
static uint8_t
families_of(const struct bgp_speaker *side)
{
	uint8_t families = 0;

	for (unsigned i = 0; i < side->open.family_count; i++) {
		const struct bgp_family *f = &side->open.families[i];

		if (f->multiprotocol && f->safi == BGP_SAFI_UNICAST && f->afi >= BGP_AFI_IPV4 &&
		    f->afi <= BGP_AFI_IPV6)
			families |= (uint8_t)(1u << (f->afi - BGP_AFI_IPV4));
	}
	return bgp_open_has(&side->open, BGP_CAP_MULTIPROTOCOL) ? families : 1;
}

/* RFC 4724 section 4: graceful restart is between two that both have the capability; without it
 * nobody has to send an End-of-RIB, and FRR doesn't to who lacks it. Then the table is whole once
 * the sender was quiet, and stays so: what comes later are changes. */
static bool
has_ended(const struct bgp_connection *c, const struct bgp_speaker *me, uint8_t families)
{
	if (families && (me->ended & families) == families)
		return true;
	return families && me->settled && !both_have(c, BGP_CAP_GRACEFUL_RESTART);
}

/* One that had ended is what it was, unless it speaks again. */
static bool
is_superseded(const struct bgp_connection *c)
{
	return c->superseded && c->end == BGP_LIVES;
}

uint64_t
bgp_connection_faults(const struct bgp_connection *c, unsigned side)
{
	const struct bgp_speaker *me = &c->side[side];

	return me->counts.gaps + me->counts.malformed + me->unheeded +
	       bgp_connection_rib(c, side)->beyond + is_superseded(c);
}

enum bgp_completeness
bgp_connection_completeness(const struct bgp_connection *c, unsigned side)
{
	const struct bgp_speaker *me = &c->side[side];
	uint8_t families;

	if (bgp_connection_faults(c, side))
		return BGP_BROKEN;
	if (!c->side[0].opened || !c->side[1].opened)
		return BGP_INFERRED;
	families = families_of(&c->side[0]) & families_of(&c->side[1]);
	return has_ended(c, me, families) ? BGP_COMPLETE : BGP_INFERRED;
}

/* What of a speaker was missed or can't be used; false: nothing. */
static bool
tell_fault(const struct bgp_connection *c, unsigned side, char *to, size_t size)
{
	const struct bgp_speaker *me = &c->side[side];
	const struct {
		uint64_t count;
		const char *what;
	} faults[] = {
		{me->counts.gaps, "gaps, bytes lost before the tap or by it"},
		{me->counts.malformed, "messages that can't be read"},
		{me->unheeded, "UPDATEs from before the connection was proven"},
		{bgp_connection_rib(c, side)->beyond, "routes without room"},
		{is_superseded(c), "taken over by another connection"},
	};

	for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
		if (!faults[i].count)
			continue;
		snprintf(to, size, "%s: %" PRIu64, faults[i].what, faults[i].count);
		return true;
	}
	return false;
}

void
bgp_connection_doubt(const struct bgp_connection *c, unsigned side, char *to, size_t size)
{
	bool joined = !c->side[0].opened || !c->side[1].opened;
	unsigned silent = c->side[0].opened;

	to[0] = '\0';
	if (bgp_connection_completeness(c, side) == BGP_COMPLETE || tell_fault(c, side, to, size))
		return;
	if (joined)
		snprintf(to, size, "no OPEN of %s seen",
		         side_name((enum side)bgp_connection_side(c, silent)));
	else if (both_have(c, BGP_CAP_GRACEFUL_RESTART))
		snprintf(to, size, "no End-of-RIB yet");
	else
		snprintf(to, size, "none owes an End-of-RIB, and it was not quiet for %u s yet",
		         (unsigned)((c->side[side].update_ns ? QUIET_NS : SLOW_START_NS) /
		                    NS_PER_S));
}

const char *
bgp_end_name(enum bgp_end end)
{
	static const char *const names[BGP_END_COUNT] = {
		[BGP_END_NOTIFICATION] = "notification",
		[BGP_END_FIN] = "fin",
		[BGP_END_RST] = "rst",
	};

	return names[end];
}

uint16_t
bgp_connection_hold_s(const struct bgp_connection *c, bool *known)
{
	uint16_t a = c->side[0].open.hold_s, b = c->side[1].open.hold_s;

	*known = c->side[0].opened && c->side[1].opened;
	return a < b ? a : b;
}
