/* What LACP, LLDP and the rest tell of a link's members and ends: lacp:LINK:N, tokens:LINK, and the
 * LAG as links and members show it. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "inspect/inspector.h"
#include "store/export_private.h"

/* ---- for the records of links and members -------------------------------------------------- */

void
export_lags_create(struct exporter *e)
{
	export_lags_destroy(e);
	e->lags = mem_alloc(e->conf->link_count + 1, sizeof *e->lags);
	e->lag_count = e->conf->link_count;
	for (size_t i = 0; i < e->lag_count; i++)
		e->lags[i].members =
			mem_alloc(e->conf->links[i].member_count + 1, sizeof *e->lags[i].members);
}

void
export_lags_destroy(struct exporter *e)
{
	for (size_t i = 0; i < e->lag_count; i++)
		free(e->lags[i].members);
	free(e->lags);
	e->lags = NULL;
	e->lag_count = 0;
}

/* "02:00:00:00:00:01 key 13 port 25 fast ASGYCD..", or nothing when it never spoke. */
static void
sum_up_side(const struct lacp_member_side *s, char to[MEMBER_LACP_SIZE])
{
	const struct lacp_actor *a = &s->newest.actor;
	char mac[MAC_TEXT_SIZE], bits[LACP_STATE_TEXT_SIZE];

	if (!s->pdus)
		return;
	snprintf(to, MEMBER_LACP_SIZE, "%s key %u port %u %s %s%s", mac_format(a->system, mac),
	         a->key, a->port, a->state & LACP_SHORT_TIMEOUT ? "fast" : "slow",
	         lacp_state_format(a->state, bits), s->missed ? " silent" : "");
}

static uint64_t
speed_of(const struct epoch *x, size_t link, size_t member)
{
	for (uint32_t i = 0; i < x->a->lane_count; i++) {
		const struct agg_lane *lane = &x->a->lanes[i];

		if (lane->id.link == link && lane->id.member == member && lane->port.speed_bps)
			return lane->port.speed_bps;
	}
	return x->e->conf->links[link].members[member].speed_bps;
}

/* What is known to be out carries nothing; what LACP does not tell of is left as declared. */
static bool
is_out(const struct lacp_member *m)
{
	return m->state == LACP_OUT || m->state == LACP_IS_DEFAULTED;
}

static void
sum_up_link(struct epoch *x, size_t link, const struct link_watch *watch)
{
	struct lag_view *lag = &x->e->lags[link];

	lag->distributing = link_watch_distributing(watch, &lag->spoken);
	lag->capacity_bps = 0;
	lag->why[0] = '\0';
	for (size_t i = 0; i < watch->member_count; i++) {
		const struct lacp_member *m = &watch->members[i].lacp;
		size_t used = strlen(lag->why);

		sum_up_side(&m->side[0], lag->members[i].side[0]);
		sum_up_side(&m->side[1], lag->members[i].side[1]);
		COPY_TEXT(lag->members[i].state, lacp_member_state_name(m->state));
		if (!is_out(m))
			lag->capacity_bps += speed_of(x, link, i);
		else
			snprintf(lag->why + used, sizeof lag->why - used, "%smember %zu: %s",
			         used ? "; " : "", i, m->why);
	}
}

/* ---- lacp:LINK:N --------------------------------------------------------------------------- */

static void
fill_neighbour(struct rec_lacp_side *r, const struct neighbour *n)
{
	COPY_TEXT(r->lldp_chassis, n->lldp_chassis);
	COPY_TEXT(r->lldp_port, n->lldp_port);
	COPY_TEXT(r->lldp_name, n->lldp_name);
	COPY_TEXT(r->lldp_description, n->lldp_description);
	r->mau_type = n->mau_type;
	COPY_TEXT(r->cdp_device, n->cdp_device);
	r->macs = n->macs.count + n->macs.beyond;
}

static void
fill_side(struct rec_lacp_side *r, const struct lacp_member *m, unsigned side)
{
	const struct lacp_member_side *s = &m->side[side];
	const struct lacp_actor *actor = &s->newest.actor, *partner = &s->newest.partner;

	r->markers = s->markers;
	if (!s->pdus)
		return;
	r->pdus = s->pdus;
	r->consecutive = s->consecutive;
	mac_format(actor->system, r->system);
	r->system_priority = actor->system_priority;
	r->key = actor->key;
	r->port = actor->port;
	r->port_priority = actor->port_priority;
	r->actor_state = actor->state;
	mac_format(partner->system, r->partner_system);
	r->partner_key = partner->key;
	r->partner_port = partner->port;
	r->partner_state = partner->state;
	COPY_TEXT(r->rate, actor->state & LACP_SHORT_TIMEOUT ? "fast" : "slow");
	r->echoes = lacp_member_echoes(m, side);
	r->last_us = s->last_ns / NS_PER_US;
	r->expected_us = lacp_member_period_ns(m, side) / NS_PER_US;
	r->churns = s->churns;
	r->timeouts = s->timeouts;
	mac_format(s->src_mac, r->src_mac);
}

static void
export_lacp(struct epoch *x, const struct link_watch *link, size_t member)
{
	const struct member_watch *watch = &link->members[member];
	const struct lacp_member *m = &watch->lacp;
	struct rec_lacp r = {
		.index = member,
		.state_since_us = m->state_since_ns / NS_PER_US,
		.flaps = m->flaps,
		.up_us = m->up_ns / NS_PER_US,
		.covered_us = m->covered_ns / NS_PER_US,
		.down_us = m->down_ns / NS_PER_US,
	};
	char id[96];

	COPY_TEXT(r.link, link->name);
	COPY_TEXT(r.state, lacp_member_state_name(m->state));
	COPY_TEXT(r.why, m->why);
	if (m->state != LACP_DISTRIBUTES)
		COPY_TEXT(r.blamed, side_name(m->blamed));
	outages_format(&m->outages, r.outages, sizeof r.outages);
	for (unsigned s = 0; s < REC_SIDES; s++) {
		fill_side(&r.side[s], m, s);
		fill_neighbour(&r.side[s], &watch->neighbour[s]);
	}
	snprintf(id, sizeof id, "%s:%zu", link->name, member);
	export_put(x, RECORD_LACP, id, &r);
}

/* ---- tokens:LINK --------------------------------------------------------------------------- */

static void
fill_tokens(struct rec_tokens_side *r, const struct tokens *t)
{
	size_t used = 0;

	token_join(&t->bgp_ids, r->bgp_ids, sizeof r->bgp_ids);
	token_join(&t->hostnames, r->hostnames, sizeof r->hostnames);
	token_join(&t->lacp_systems, r->lacp_systems, sizeof r->lacp_systems);
	token_join(&t->lldp_chassis, r->lldp_chassis, sizeof r->lldp_chassis);
	token_join(&t->lldp_names, r->lldp_names, sizeof r->lldp_names);
	token_join(&t->cdp_devices, r->cdp_devices, sizeof r->cdp_devices);
	token_join(&t->macs, r->macs, sizeof r->macs);
	token_join(&t->link_locals, r->link_locals, sizeof r->link_locals);
	if (!token_clock_read(&t->clock, &r->tcp_clock_hz, &r->tcp_clock_offset_s,
	                      &r->tcp_clock_error_s))
		r->tcp_clock_hz = r->tcp_clock_offset_s = r->tcp_clock_error_s = NAN;
	r->tcp_clock_shared = token_clocks_agree(&t->clock, &t->other);
	COPY_TEXT(r->ip_id_kind, token_ids_name(token_ids_kind(&t->ids)));
	token_ids_join(&t->ids, r->ip_ids, sizeof r->ip_ids);
	for (unsigned i = 0; i < t->outage_count; i++)
		used += (size_t)snprintf(r->outages + used, sizeof r->outages - used, "%s%llu",
		                         used ? "," : "", (unsigned long long)t->outages_us[i]);
}

static void
export_tokens(struct epoch *x, const struct link_watch *link)
{
	struct rec_tokens r = {0};

	COPY_TEXT(r.link, link->name);
	for (unsigned s = 0; s < REC_SIDES; s++)
		fill_tokens(&r.side[s], &link->tokens[s]);
	export_put(x, RECORD_TOKENS, r.link, &r);
}

void
export_lags(struct epoch *x, const struct interconnect *ic)
{
	for (size_t i = 0; i < ic->link_count && i < x->e->lag_count; i++) {
		if (!export_taps(x->e, i))
			continue;
		sum_up_link(x, i, &ic->links[i]);
		for (size_t m = 0; m < ic->links[i].member_count; m++)
			export_lacp(x, &ic->links[i], m);
		export_tokens(x, &ic->links[i]);
	}
}
