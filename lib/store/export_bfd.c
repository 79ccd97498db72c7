/* BFD sessions in an epoch, as the inspector has them. */
#include "base/clock.h"
#include "inspect/peering.h"
#include "store/export_private.h"

static void
fill_timers(struct rec_bfd_side *r, const struct bfd_session *s, unsigned side)
{
	const struct bfd_half *h = &s->half[side];

	r->detection_us = bfd_session_detection_us(s, side);
	r->interval_us = bfd_session_interval_us(s, side);
	r->gap_max_us = h->gap_max_us;
	r->gaps_late = h->late;
	/* before the first gap all of it is left */
	r->margin_min_us = h->gaps ? h->margin_min_us : bfd_session_detection_us(s, !side);
}

static void
fill_side(struct rec_bfd_side *r, const struct bfd_session *s, unsigned side)
{
	const struct bfd_half *h = &s->half[side];

	addr_format(&s->ip[side], r->ip);
	r->foreign = h->foreign;
	r->echo_us = h->echo_us;
	r->echo_last_us = h->echo_ns / NS_PER_US;
	if (!h->packets)
		return;
	COPY_TEXT(r->state, bfd_state_name(h->newest.state));
	r->diag = h->newest.diag;
	r->my_discriminator = h->newest.my_discriminator;
	r->your_discriminator = h->newest.your_discriminator;
	r->detect_mult = h->newest.detect_mult;
	r->desired_min_tx_us = h->newest.desired_min_tx_us;
	r->required_min_rx_us = h->newest.required_min_rx_us;
	fill_timers(r, s, side);
	r->packets = h->packets;
	r->ttl_min = h->ttl_min;
	r->polls = h->polls;
	r->finals = h->finals;
	r->last_us = h->last_ns / NS_PER_US;
}

static void
export_bfd(struct epoch *x, const struct bfd_session *s, const struct bgp_session *bgp)
{
	struct rec_bfd r = {.head.started_us = s->first_ns / NS_PER_US};

	COPY_TEXT(r.name, s->name);
	if (s->link < x->e->conf->link_count)
		COPY_TEXT(r.link, x->e->conf->links[s->link].name);
	COPY_TEXT(r.kind, bfd_kind_name(s->kind));
	COPY_TEXT(r.session, bgp ? bgp->name : s->guards);
	COPY_TEXT(r.state, bfd_session_state_name(s->state));
	r.state_since_us = s->state_ns / NS_PER_US;
	r.flaps = s->flaps;
	r.down_us = s->down_ns / NS_PER_US;
	if (s->down_ns)
		COPY_TEXT(r.down_side, side_name(s->down_side));
	COPY_TEXT(r.down_why, s->down_why);
	if (s->down_first != SIDE_UNKNOWN)
		COPY_TEXT(r.down_first, side_name(s->down_first));
	r.down_diag = s->down_diag;
	r.ordered = !s->disordered;
	r.discriminators_match = bfd_session_matches(s);
	r.up_us = s->up_ns / NS_PER_US;
	r.covered_us = s->covered_ns / NS_PER_US;
	outages_format(&s->outages, r.outages, sizeof r.outages);
	r.echoes = s->echoes;
	r.bgp_followed = s->followed;
	r.bgp_stayed = s->stayed;
	for (unsigned i = 0; i < REC_SIDES; i++)
		fill_side(&r.side[i], s, i);
	export_put(x, RECORD_BFD, r.name, &r);
	export_keep(x, &x->e->bfds, r.name);
}

void
export_bfds(struct epoch *x, const struct peering *peering)
{
	const struct bfd_table *t = &peering->sessions;

	for (uint32_t i = 0; i < t->count; i++)
		export_bfd(x, &t->at[i], peering_guarded(peering, &t->at[i]));
	export_sweep(x, &x->e->bfds, RECORD_BFD);
}
