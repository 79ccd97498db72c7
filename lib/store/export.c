#include "store/export.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "inspect/inspector.h"
#include "proto/reason.h"
#include "store/export_private.h"

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
	dict_init(&e->sessions);
	dict_init(&e->bfds);
	export_media_create(e);
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
	export_roles_destroy(e);
	dict_fini(&e->sessions, free);
	dict_fini(&e->bfds, NULL);
	export_media_destroy(e);
	export_lags_destroy(e);
	free(e->sbc_ports);
	free(e);
}

void
exporter_set_conf(struct exporter *e, const struct conf *conf)
{
	if (e->conf && strcmp(e->conf->terms, conf->terms) != 0)
		e->terms_us = e->until_us;
	e->conf = conf;
	choose_suffix(e);
	export_lags_create(e);
	export_media_set_conf(e);
	export_roles_create(e);
	export_sbcs_set_conf(e);
}

bool
export_taps(const struct exporter *e, size_t link)
{
	return conf_link_tapped(e->conf, &e->conf->links[link]);
}

void
export_put(struct epoch *x, enum record_kind kind, const char *id, const void *record)
{
	store_put(x->e->store, kind, id, record);
	x->keys++;
}

void
export_keep(struct epoch *x, struct dict *told, const char *id)
{
	*dict_put(told, id, strlen(id)) = (void *)(uintptr_t)x->a->seq;
}

void
export_sweep(struct epoch *x, struct dict *told, enum record_kind kind)
{
	for (struct dict_entry *e = dict_next(told, NULL); e; e = dict_next(told, e)) {
		if ((uint64_t)(uintptr_t)e->value == x->a->seq)
			continue;
		store_remove(x->e->store, kind, e->key);
		dict_take(told, e->key, e->key_size);
	}
}

void
export_fill_traffic(struct rec_traffic *t, const struct counts *total, const struct counts *last,
                    double seconds)
{
	for (int dir = 0; dir < DIR_COUNT; dir++) {
		t->packets[dir] = total->packets[dir];
		t->bytes[dir] = total->bytes[dir];
		t->rate_pps[dir] = (double)last->packets[dir] / seconds;
		t->rate_bps[dir] = (double)last->bytes[dir] * 8 / seconds;
	}
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

static const char *
zone_of(const struct conf *c, const char *site)
{
	for (size_t i = 0; i < c->site_count; i++)
		if (site && strcmp(c->sites[i].name, site) == 0)
			return c->sites[i].timezone;
	return NULL;
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
	COPY_TEXT(r->terms_sha256, c->terms);
	r->terms_us = x->e->terms_us;
	COPY_TEXT(r->peering, c->peering.name);
	COPY_TEXT(r->profile, c->peering.profile);
	COPY_TEXT(r->timezone, zone_of(c, self->site));
	COPY_TEXT(r->clock_source, self->clock_source);
	r->clock_resolution_ns = self->clock_resolution_ns;
	r->clock_error_ns = self->clock_error_ns;
	r->clock_steps = self->clock_steps;
	r->clock_step_ns = self->clock_step_ns;
	r->clock_step_us = self->clock_step_us;
	r->clock_free = self->clock_free;
	r->clock_utc_error_us = self->clock_utc_error_us;
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
	r->streams = p->streams_used;
	r->streams_capacity = p->streams_room;
	r->streams_overflow = p->streams_overflow;
	r->meters = p->meters;
	r->shortage = p->shortage;
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
	r.streams_overflow += x->a->voice->refused;
	r.latency_overflow = x->a->latency->overflow;
	r.quality_overflow = x->a->quality->overflows;
	r.inspector_shortage = x->e->inspector_shortage;
	r.expectations_dropped = x->self->expectations_dropped;
	r.spool_events = health.spool_events;
	r.spool_bytes = health.spool_bytes;
	r.spool_dropped = health.spool_dropped;
	r.store_errors = health.errors;
	r.store_reconnects = health.reconnects;
	announce_probe(x->e->announcer, &r, x->a);
	export_put(x, RECORD_PROBE, r.id, &r);
}

void
exporter_begin(struct exporter *e, const struct aggregate *a, const struct export_self *self)
{
	struct epoch *x = &e->epoch;

	*x = (struct epoch){.e = e, .a = a, .self = self, .seconds = aggregate_seconds(a)};
	e->until_us = a->end_us;
	store_begin(e->store, a->seq);
	announcer_begin(e->announcer, e->conf, self->id);
	for (size_t i = 0; i < e->conf->link_count; i++)
		if (export_taps(e, i))
			export_link_parts(x, i);
	for (uint32_t i = 1; i <= a->subnet_count; i++)
		export_subnet(x, i);
	export_latency(x);
	export_loss(x);
	export_halves(x);
	export_media(x);
	export_sbcs(x);
}

/* Up to when the inspector has heard all there is: a capture's end says nothing of what comes
 * after its last packet. */
static uint64_t
heard_until_us(const struct epoch *x)
{
	uint64_t last_us = 0;

	for (uint32_t i = 0; x->self->capture && i < x->a->lane_count; i++)
		if (x->a->lanes[i].last_us > last_us)
			last_us = x->a->lanes[i].last_us;
	return last_us && last_us < x->a->end_us ? last_us : x->a->end_us;
}

void
exporter_inspect(struct exporter *e, struct inspector *inspector)
{
	const struct aggregate *a = e->epoch.a;
	struct epoch *x = &e->epoch;

	for (size_t l = 0; l < e->conf->link_count; l++)
		for (int dir = 0; dir < DIR_COUNT; dir++)
			inspector_heard(inspector, (uint16_t)l, dir,
			                a->links[l].last_packet_us[dir]);
	for (uint32_t i = 0; i < a->lane_count; i++)
		inspector_alive(inspector, &a->lanes[i].id, a->lanes[i].last_us * NS_PER_US);
	if (a->probe.punt_dropped[PUNT_CONTROL] != e->control_drops)
		inspector_missed(inspector, heard_until_us(x) * NS_PER_US);
	e->control_drops = a->probe.punt_dropped[PUNT_CONTROL];
	inspector_tick(inspector, heard_until_us(x) * NS_PER_US);
	export_sessions(x, inspector);
	export_bfds(x, &inspector_census(inspector)->peering);
	export_lags(x, &inspector_census(inspector)->peering.links);
	export_voice(x, inspector);
	evidence_take(&e->evidence, inspector_evidence(inspector));
	export_facts(x, inspector);
	e->inspector_shortage = inspector_shortage(inspector);
}

/* Once the inspector was asked: roles stand on what it read in this very interval too. */
static void
export_endpoints(struct epoch *x)
{
	const struct aggregate *a = x->a;

	for (uint32_t i = 0; i < a->endpoint_count; i++)
		if (a->endpoints[i].changed)
			export_roles_note_media(x, &a->endpoints[i]);
	export_roles_find_relays(x);
	for (uint32_t i = 0; i < a->endpoint_count; i++)
		if (a->endpoints[i].changed)
			export_endpoint(x, &a->endpoints[i]);
}

void
exporter_end(struct exporter *e)
{
	const struct aggregate *a = e->epoch.a;
	struct rec_epoch done = {.start_us = a->start_us,
	                         .end_us = a->end_us,
	                         .coverage_ratio = a->probe.coverage_ratio,
	                         .stretched = a->stretched};

	for (size_t i = 0; i < e->conf->link_count; i++)
		if (export_taps(e, i))
			export_link(&e->epoch, i);
	export_endpoints(&e->epoch);
	export_probe(&e->epoch);
	done.keys = e->epoch.keys;
	store_commit(e->store, &done);
}
