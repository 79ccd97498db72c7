/* A link in an epoch: its classes and subnets, its own record and its members. */
#include <assert.h>
#include <math.h>

#include "store/export_private.h"

static_assert((int)REC_SIZES == (int)SNAP_SIZES, "size classes of the model and the snapshot");

static double
l1_bps(const struct counts *last, int dir, double seconds)
{
	return (double)(last->bytes[dir] + SNAP_L1_OVERHEAD * last->packets[dir]) * 8 / seconds;
}

static void
add_port(struct rec_link *r, int dir, const struct agg_port *port)
{
	if (!port->present)
		return;
	r->rx_packets[dir] += port->rx_packets;
	r->rx_missed[dir] += port->missed + port->no_mbuf;
}

static void
fill_link_lanes(struct rec_link *r, const struct epoch *x, size_t link)
{
	const struct conf_link *cl = &x->e->conf->links[link];
	bool active[256] = {false};

	for (uint32_t i = 0; i < x->a->lane_count; i++) {
		const struct agg_lane *lane = &x->a->lanes[i];

		if (lane->id.link != link)
			continue;
		add_port(r, lane->id.dir, &lane->port);
		active[lane->id.member] |= lane->last_packets > 0;
	}
	r->members = cl->member_count;
	for (size_t i = 0; i < cl->member_count; i++)
		r->members_active += active[i];
}

static void
fill_link_declared(struct rec_link *r, const struct conf *c, size_t link)
{
	const struct conf_link *cl = &c->links[link];

	COPY_TEXT(r->name, cl->name);
	COPY_TEXT(r->site, c->sites[cl->site].name);
	COPY_TEXT(r->facility, cl->facility);
	COPY_TEXT(r->role, link_role_name(cl->role));
	COPY_TEXT(r->router, cl->router);
	COPY_TEXT(r->tap, tap_kind_name(cl->tap));
	COPY_TEXT(r->probe, cl->tap_probe ? cl->tap_probe : c->probe.id);
	COPY_TEXT(r->connection_id, cl->azure_connection_id);
	r->bandwidth_bps = cl->bandwidth_bps;
}

static void
fill_link_direction(struct rec_link *r, const struct epoch *x, size_t link, int dir)
{
	const struct agg_link *l = &x->a->links[link];

	r->rate_l1_bps[dir] = l1_bps(&l->cell.last, dir, x->seconds);
	r->peak_1ms_bps[dir] = l->peak_bps[dir][0];
	r->peak_10ms_bps[dir] = l->peak_bps[dir][1];
	r->peak_100ms_bps[dir] = l->peak_bps[dir][2];
	r->peak_1s_bps[dir] = r->rate_l1_bps[dir];
	r->utilisation_ratio[dir] =
		r->capacity_bps ? r->rate_l1_bps[dir] / (double)r->capacity_bps : NAN;
	r->p95_5min_ratio[dir] = l->load[dir].p95_5min;
	r->peak_1min_ratio[dir] = l->load[dir].peak_1min;
	for (int i = 0; i < REC_SIZES; i++)
		r->sizes[dir][i] = l->sizes[dir][i];
	r->last_packet_us[dir] = l->last_packet_us[dir];
}

/* By LACP where it was heard, else what the members' ports make. */
static void
fill_link_lag(struct rec_link *r, const struct epoch *x, size_t link)
{
	const struct lag_view *lag = &x->e->lags[link];

	r->capacity_bps = x->a->links[link].load[0].capacity_bps;
	if (!lag->spoken)
		return;
	r->members_distributing = lag->distributing;
	snprintf(r->lacp, sizeof r->lacp, "%zu of %zu distributing", lag->distributing,
	         x->e->conf->links[link].member_count);
	r->capacity_bps = lag->capacity_bps;
	COPY_TEXT(r->why, lag->why);
}

/* The earlier first crossing, and the larger count of days, of the two directions. */
static void
fill_link_over(struct rec_link *r, const struct agg_link *l)
{
	for (int dir = 0; dir < DIR_COUNT; dir++) {
		uint64_t since = l->load[dir].over_since_us;
		unsigned days = load_days_over(&l->load[dir]);

		if (since && (!r->over_40_since_us || since < r->over_40_since_us))
			r->over_40_since_us = since;
		if (days > r->days_over_40)
			r->days_over_40 = days;
	}
}

static void
export_link_record(struct epoch *x, size_t link)
{
	const struct agg_link *l = &x->a->links[link];
	struct rec_link r = {0};

	fill_link_declared(&r, x->e->conf, link);
	fill_link_lanes(&r, x, link);
	fill_link_lag(&r, x, link);
	export_fill_traffic(&r.traffic, &l->cell.total, &l->cell.last, x->seconds);
	for (int dir = 0; dir < DIR_COUNT; dir++)
		fill_link_direction(&r, x, link, dir);
	fill_link_over(&r, l);
	r.endpoints_peer = l->endpoints[0];
	r.endpoints_msft = l->endpoints[1];
	r.coverage_ratio = x->a->probe.coverage_ratio;
	r.media = x->e->media[link];
	announce_link(x->e->announcer, &r, x->a, x->self->capture);
	announce_gap(x->e->announcer, &r, x->a);
	export_put(x, RECORD_LINK, r.name, &r);
	rollup_link(x->e->rollup, x->a, &r);
}

static void
fill_member_lane(struct rec_member *r, const struct epoch *x, const struct agg_lane *lane)
{
	const struct counts *link = &x->a->links[lane->id.link].cell.total;
	int dir = lane->id.dir;

	r->traffic.packets[dir] = lane->packets;
	r->traffic.bytes[dir] = lane->bytes;
	r->traffic.rate_pps[dir] = (double)lane->last_packets / x->seconds;
	r->traffic.rate_bps[dir] = (double)lane->last_bytes * 8 / x->seconds;
	r->rate_l1_bps[dir] =
		(double)(lane->last_bytes + SNAP_L1_OVERHEAD * lane->last_packets) * 8 / x->seconds;
	r->peak_1ms_bps[dir] = lane->peak_1ms_bps;
	r->share_ratio[dir] =
		link->bytes[dir] ? (double)lane->bytes / (double)link->bytes[dir] : NAN;
	r->last_packet_us[dir] = lane->last_us;
	if (!lane->port.present)
		return;
	r->rx_packets[dir] = lane->port.rx_packets;
	r->rx_bytes[dir] = lane->port.rx_bytes;
	r->rx_missed[dir] = lane->port.missed;
	r->no_mbuf[dir] = lane->port.no_mbuf;
	r->port_speed_bps = lane->port.speed_bps;
}

static void
export_member(struct epoch *x, size_t link, size_t member)
{
	const struct conf_link *cl = &x->e->conf->links[link];
	const struct conf_member *cm = &cl->members[member];
	const struct lag_view *lag = &x->e->lags[link];
	struct rec_member r = {.index = member, .speed_bps = cm->speed_bps};
	bool active = false;
	char id[96];

	COPY_TEXT(r.link, cl->name);
	COPY_TEXT(r.port_peer_to_msft, cm->both ? cm->both : cm->port[DIR_PEER_TO_MSFT]);
	COPY_TEXT(r.port_msft_to_peer, cm->both ? cm->both : cm->port[DIR_MSFT_TO_PEER]);
	for (uint32_t i = 0; i < x->a->lane_count; i++) {
		const struct agg_lane *lane = &x->a->lanes[i];

		if (lane->id.link != link || lane->id.member != member)
			continue;
		fill_member_lane(&r, x, lane);
		active |= lane->last_packets > 0;
	}
	COPY_TEXT(r.state, active ? "active" : "silent");
	COPY_TEXT(r.lacp_peer, lag->members[member].side[SIDE_PEER]);
	COPY_TEXT(r.lacp_msft, lag->members[member].side[SIDE_MSFT]);
	COPY_TEXT(r.lacp_state, lag->members[member].state);
	snprintf(id, sizeof id, "%s:%zu", cl->name, member);
	export_put(x, RECORD_MEMBER, id, &r);
}

static void
export_link_class(struct epoch *x, size_t link, unsigned class)
{
	const struct agg_cell *cell = &x->a->link_classes[link * CLASS_COUNT + class];
	struct rec_link_class r = {.flows = cell->flows, .flows_two_way = cell->flows_two_way};
	char id[256];

	if (!cell->first_us)
		return;
	COPY_TEXT(r.link, x->e->conf->links[link].name);
	COPY_TEXT(r.class, class_name(class));
	export_fill_traffic(&r.traffic, &cell->total, &cell->last, x->seconds);
	snprintf(id, sizeof id, "%s:class:%s", r.link, r.class);
	export_put(x, RECORD_LINK_CLASS, id, &r);
}

static void
export_link_subnet(struct epoch *x, size_t link, const char *name, enum side side,
                   const struct agg_cell *cell)
{
	struct rec_link_subnet r = {.flows = cell->flows};
	char id[256];

	if (!cell->first_us)
		return;
	COPY_TEXT(r.link, x->e->conf->links[link].name);
	COPY_TEXT(r.prefix, name);
	COPY_TEXT(r.side, side_name(side));
	export_fill_traffic(&r.traffic, &cell->total, &cell->last, x->seconds);
	snprintf(id, sizeof id, "%s:subnet:%s", r.link, name);
	export_put(x, RECORD_LINK_SUBNET, id, &r);
}

static void
export_link_subnets(struct epoch *x, size_t link)
{
	const struct aggregate *a = x->a;
	char name[PREFIX_TEXT_SIZE];

	for (uint32_t i = 1; i <= a->subnet_count; i++) {
		const struct agg_cell *cell = &a->link_subnets[link * (a->subnet_count + 1) + i];
		const struct conf_subnet *s = &x->e->conf->subnets[i - 1];

		if (cell->first_us)
			export_link_subnet(x, link, prefix_format(&s->prefix, name), s->side, cell);
	}
	for (int r = 0; r < REST_COUNT; r++)
		export_link_subnet(x, link, agg_rest_name(r), r & 1 ? SIDE_MSFT : SIDE_PEER,
		                   &a->link_rests[link][r]);
}

void
export_link(struct epoch *x, size_t link)
{
	export_link_record(x, link);
	for (size_t m = 0; m < x->e->conf->links[link].member_count; m++)
		export_member(x, link, m);
}

void
export_link_parts(struct epoch *x, size_t link)
{
	for (unsigned c = 0; c < CLASS_COUNT; c++)
		export_link_class(x, link, c);
	export_link_subnets(x, link);
}
