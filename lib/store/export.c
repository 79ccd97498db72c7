#include "store/export.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "proto/reason.h"
#include "store/announce.h"
#include "store/rollup.h"
#include "store/standing.h"

static_assert((int)REC_SIZES == (int)SNAP_SIZES, "size classes of the model and the snapshot");

struct exporter {
	const struct conf *conf;
	struct store *store;
	struct announcer *announcer;
	struct rollup *rollup;
	char suffix[72]; /* "@ID" where the site has several probes, else "" */
};

/* What an epoch's functions need, gathered once. */
struct epoch {
	struct exporter *e;
	const struct aggregate *a;
	const struct export_self *self;
	double seconds;
	uint64_t keys;
};

#define COPY_TEXT(to, from) snprintf(to, sizeof(to), "%s", (from) ? (from) : "")

/* Several probes of one site must not share keys of subjects that both can see. */
static void
choose_suffix(struct exporter *e)
{
	const struct conf *c = e->conf;
	const char *first = NULL;

	e->suffix[0] = '\0';
	if (!c->probe.id)
		return;
	for (size_t i = 0; i < c->link_count; i++) {
		const struct conf_link *l = &c->links[i];

		if (!l->tap_probe || strcmp(c->sites[l->site].name, c->probe.site) != 0)
			continue;
		if (first && strcmp(first, l->tap_probe) != 0) {
			snprintf(e->suffix, sizeof e->suffix, "@%s", c->probe.id);
			return;
		}
		first = l->tap_probe;
	}
}

struct exporter *
exporter_create(const struct conf *conf, struct store *store)
{
	struct exporter *e = mem_alloc(1, sizeof *e);

	e->store = store;
	e->announcer = announcer_create(store);
	e->rollup = rollup_create(store);
	exporter_set_conf(e, conf);
	return e;
}

void
exporter_destroy(struct exporter *e)
{
	if (!e)
		return;
	announcer_destroy(e->announcer);
	rollup_destroy(e->rollup);
	free(e);
}

void
exporter_set_conf(struct exporter *e, const struct conf *conf)
{
	e->conf = conf;
	choose_suffix(e);
}

static void
put(struct epoch *x, enum record_kind kind, const char *id, const void *record)
{
	store_put(x->e->store, kind, id, record);
	x->keys++;
}

static void
fill_traffic(struct rec_traffic *t, const struct counts *total, const struct counts *last,
             double seconds)
{
	for (int dir = 0; dir < DIR_COUNT; dir++) {
		t->packets[dir] = total->packets[dir];
		t->bytes[dir] = total->bytes[dir];
		t->rate_pps[dir] = (double)last->packets[dir] / seconds;
		t->rate_bps[dir] = (double)last->bytes[dir] * 8 / seconds;
	}
}

static double
l1_bps(const struct counts *last, int dir, double seconds)
{
	return (double)(last->bytes[dir] + 24 * last->packets[dir]) * 8 / seconds;
}

/* ---- links and members ------------------------------------------------------------------- */

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

	r->capacity_bps = l->load[dir].capacity_bps;
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
export_link(struct epoch *x, size_t link)
{
	const struct agg_link *l = &x->a->links[link];
	struct rec_link r = {0};

	fill_link_declared(&r, x->e->conf, link);
	fill_link_lanes(&r, x, link);
	fill_traffic(&r.traffic, &l->cell.total, &l->cell.last, x->seconds);
	for (int dir = 0; dir < DIR_COUNT; dir++)
		fill_link_direction(&r, x, link, dir);
	fill_link_over(&r, l);
	r.endpoints_peer = l->endpoints[0];
	r.endpoints_msft = l->endpoints[1];
	r.coverage_ratio = x->a->probe.coverage_ratio;
	announce_link(x->e->announcer, &r, x->a, x->self->capture);
	put(x, RECORD_LINK, r.name, &r);
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
	r->rate_l1_bps[dir] = (double)(lane->last_bytes + 24 * lane->last_packets) * 8 / x->seconds;
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
	snprintf(id, sizeof id, "%s:%zu", cl->name, member);
	put(x, RECORD_MEMBER, id, &r);
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
	fill_traffic(&r.traffic, &cell->total, &cell->last, x->seconds);
	snprintf(id, sizeof id, "%s:class:%s", r.link, r.class);
	put(x, RECORD_LINK_CLASS, id, &r);
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
	fill_traffic(&r.traffic, &cell->total, &cell->last, x->seconds);
	snprintf(id, sizeof id, "%s:subnet:%s", r.link, name);
	put(x, RECORD_LINK_SUBNET, id, &r);
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

/* ---- subnets and endpoints --------------------------------------------------------------- */

static void
fill_subnet_declared(struct rec_subnet *r, const struct conf_subnet *s)
{
	prefix_format(&s->prefix, r->prefix);
	COPY_TEXT(r->side, side_name(s->side));
	standing_join(&s->classes, r->declared, sizeof r->declared);
	standing_join(&s->roles, r->roles, sizeof r->roles);
	r->standby = s->standby;
}

static void
export_subnet_class(struct epoch *x, const struct conf_subnet *s, const char *prefix,
                    const struct agg_subnet_class *c, double bytes[STANDING_COUNT])
{
	enum standing standing = standing_of(x->e->conf, s, c->class);
	const struct agg_cell *cell = &c->cell;
	struct rec_subnet_class r = {.flows = cell->flows,
	                             .flows_two_way = cell->flows_two_way,
	                             .flows_peer = cell->flows_peer,
	                             .first_us = cell->first_us,
	                             .last_us = cell->last_us};
	char id[256];

	bytes[standing] += (double)(cell->total.bytes[0] + cell->total.bytes[1]);
	COPY_TEXT(r.prefix, prefix);
	COPY_TEXT(r.class, class_name(c->class));
	COPY_TEXT(r.standing, standing_name(standing));
	fill_traffic(&r.traffic, &cell->total, &cell->last, x->seconds);
	snprintf(id, sizeof id, "%s%s:class:%s", prefix, x->e->suffix, r.class);
	put(x, RECORD_SUBNET_CLASS, id, &r);
	announce_subnet_class(x->e->announcer, &r, x->a);
}

static void
export_subnet(struct epoch *x, uint32_t id)
{
	const struct aggregate *a = x->a;
	const struct conf_subnet *s = &x->e->conf->subnets[id - 1];
	const struct agg_subnet *from = &a->subnets[id];
	const struct agg_cell *cell = &from->cell;
	double bytes[STANDING_COUNT] = {0}, all;
	struct rec_subnet r = {0};
	char key[160];

	fill_subnet_declared(&r, s);
	for (uint32_t i = from->classes_first; i; i = a->subnet_classes[i - 1].next)
		export_subnet_class(x, s, r.prefix, &a->subnet_classes[i - 1], bytes);
	all = (double)(cell->total.bytes[0] + cell->total.bytes[1]);
	r.declared_ratio = all > 0 ? bytes[STANDING_DECLARED] / all : NAN;
	r.tolerated_ratio = all > 0 ? bytes[STANDING_TOLERATED] / all : NAN;
	r.undeclared_ratio = all > 0 ? bytes[STANDING_UNDECLARED] / all : NAN;
	r.unknown_ratio = all > 0 ? bytes[STANDING_UNCLASSIFIED] / all : NAN;
	r.flows = cell->flows;
	r.flows_two_way = cell->flows_two_way;
	r.endpoints = from->endpoints;
	r.endpoints_exact = a->endpoints_overflow == 0;
	r.first_us = cell->first_us;
	r.last_us = cell->last_us;
	fill_traffic(&r.traffic, &cell->total, &cell->last, x->seconds);
	snprintf(key, sizeof key, "%s%s", r.prefix, x->e->suffix);
	put(x, RECORD_SUBNET, key, &r);
	rollup_subnet(x->e->rollup, a, key, &r);
}

/* Names of the set bits, comma-separated. */
static void
join_bits(uint64_t bits, unsigned count, const char *(*name)(const struct conf *, unsigned),
          const struct conf *c, char *to, size_t size)
{
	size_t used = 0;

	to[0] = '\0';
	for (unsigned i = 0; i < count && i < 64 && used < size; i++)
		if (bits >> i & 1)
			used += (size_t)snprintf(to + used, size - used, "%s%s", used ? "," : "",
			                         name(c, i));
}

static const char *
name_of_link(const struct conf *c, unsigned i)
{
	return c->links[i].name;
}

static const char *
name_of_class(const struct conf *c, unsigned i)
{
	(void)c;
	return class_name(i);
}

static void
export_endpoint(struct epoch *x, const struct agg_endpoint *from)
{
	const struct conf *c = x->e->conf;
	struct rec_endpoint r = {
		.flows = from->flows, .first_us = from->first_us, .last_us = from->last_us};
	char id[160], ranks[256];

	addr_format(&from->addr, r.ip);
	COPY_TEXT(r.side, side_name(from->side));
	join_bits(from->links, (unsigned)c->link_count, name_of_link, c, r.links, sizeof r.links);
	join_bits(from->classes, CLASS_COUNT, name_of_class, c, r.classes, sizeof r.classes);
	fill_traffic(&r.traffic, &from->total, &from->last, x->seconds);
	snprintf(id, sizeof id, "%s%s", r.ip, x->e->suffix);
	if (from->subnet) {
		prefix_format(&c->subnets[from->subnet - 1].prefix, r.subnet);
		snprintf(ranks, sizeof ranks, "subnet:%s%s:endpoints", r.subnet, x->e->suffix);
		store_rank(x->e->store, SCOPE_SITE, ranks, r.ip,
		           r.traffic.rate_bps[0] + r.traffic.rate_bps[1]);
	}
	store_rank(x->e->store, SCOPE_SITE, "endpoints", id, (double)from->last_us);
	put(x, RECORD_ENDPOINT, id, &r);
}

/* ---- the probe --------------------------------------------------------------------------- */

/* "vlan_deep 3, ipv4_short 1", largest first. Returns the sum. */
static uint64_t
list_reasons(const uint64_t reasons[REASON_COUNT], char *to, size_t size)
{
	bool told[REASON_COUNT] = {[REASON_OK] = true};
	uint64_t sum = 0;
	size_t used = 0;

	to[0] = '\0';
	for (;;) {
		int top = -1;

		for (int i = 0; i < REASON_COUNT; i++)
			if (!told[i] && reasons[i] && (top < 0 || reasons[i] > reasons[top]))
				top = i;
		if (top < 0)
			return sum;
		told[top] = true;
		sum += reasons[top];
		if (used < size)
			used += (size_t)snprintf(to + used, size - used, "%s%s %llu",
			                         used ? ", " : "", reason_name(top),
			                         (unsigned long long)reasons[top]);
	}
}

static void
fill_probe_self(struct rec_probe *r, const struct epoch *x)
{
	const struct conf *c = x->e->conf;
	const struct export_self *self = x->self;

	COPY_TEXT(r->id, self->id);
	COPY_TEXT(r->site, self->site);
	COPY_TEXT(r->host, self->host);
	COPY_TEXT(r->version, PNISCOPE_VERSION);
	COPY_TEXT(r->config_sha256, c->sha256);
	COPY_TEXT(r->peering, c->peering.name);
	COPY_TEXT(r->profile, c->peering.profile);
	COPY_TEXT(r->clock_source, self->clock_source);
	r->clock_resolution_ns = self->clock_resolution_ns;
	r->clock_error_ns = self->clock_error_ns;
	r->ports = self->ports;
	r->workers = self->workers;
	r->interval_us = c->redis.interval_ms * US_PER_MS;
	r->heartbeat_us = x->a->end_us;
	COPY_TEXT(r->unfit_reason, self->unfit_reason);
	r->fit = self->unfit_reason == NULL;
}

static void
fill_probe_counters(struct rec_probe *r, const struct agg_probe *p)
{
	r->rx_packets = p->rx_packets;
	r->rx_bytes = p->rx_bytes;
	r->packets = p->packets;
	r->bytes = p->bytes;
	r->missed = p->missed;
	r->no_mbuf = p->no_mbuf;
	r->kernel_drops = p->kernel_drops;
	r->punt_control = p->punted[0];
	r->punt_control_drops = p->punt_dropped[0];
	r->punt_bulk = p->punted[1];
	r->punt_bulk_drops = p->punt_dropped[1];
	r->undecoded = list_reasons(p->reasons, r->undecoded_reasons, sizeof r->undecoded_reasons);
	r->direction_unknown = p->direction_unknown;
	r->flows = p->flows_used;
	r->flows_capacity = p->flows_capacity;
	r->flows_created = p->flows_created;
	r->flows_expired = p->flows_expired;
	r->flows_evicted = p->flows_evicted;
	r->meters = p->meters;
	r->meter_overflows = p->meter_overflows;
	r->loss_ratio = p->loss_ratio;
	r->coverage_ratio = p->coverage_ratio;
	r->busy_ratio = p->busy_ratio;
	r->cycles_per_packet = p->cycles_per_packet;
	r->longest_turn_us = p->longest_turn_ns / NS_PER_US;
}

static void
export_probe(struct epoch *x)
{
	struct rec_probe r = {0};
	struct store_health health;

	store_health(x->e->store, &health);
	fill_probe_self(&r, x);
	fill_probe_counters(&r, &x->a->probe);
	r.endpoints_overflow = x->a->endpoints_overflow;
	r.spool_events = health.spool_events;
	r.spool_bytes = health.spool_bytes;
	r.spool_dropped = health.spool_dropped;
	r.store_errors = health.errors;
	r.store_reconnects = health.reconnects;
	announce_probe(x->e->announcer, &r, x->a);
	put(x, RECORD_PROBE, r.id, &r);
}

void
exporter_epoch(struct exporter *e, const struct aggregate *a, const struct export_self *self)
{
	struct epoch x = {.e = e, .a = a, .self = self, .seconds = aggregate_seconds(a)};
	struct rec_epoch done = {.start_us = a->start_us,
	                         .end_us = a->end_us,
	                         .coverage_ratio = a->probe.coverage_ratio,
	                         .stretched = a->stretched};

	store_begin(e->store, a->seq);
	announcer_begin(e->announcer, e->conf, self->id);
	for (size_t i = 0; i < e->conf->link_count; i++) {
		export_link(&x, i);
		for (size_t m = 0; m < e->conf->links[i].member_count; m++)
			export_member(&x, i, m);
		for (unsigned c = 0; c < CLASS_COUNT; c++)
			export_link_class(&x, i, c);
		export_link_subnets(&x, i);
	}
	for (uint32_t i = 1; i <= a->subnet_count; i++)
		export_subnet(&x, i);
	for (uint32_t i = 0; i < a->endpoint_count; i++)
		if (a->endpoints[i].changed)
			export_endpoint(&x, &a->endpoints[i]);
	export_probe(&x);
	done.keys = x.keys;
	store_commit(e->store, &done);
}
