#include <errno.h>
#include <stdlib.h>

#include <rte_rcu_qsbr.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "path/plane_private.h"

/* ---- reload ---------------------------------------------------------------------------------- */

int
plane_reload(struct plane *p, const struct conf *conf, char **error)
{
	struct generation *next = NULL;
	int failed;

	if (p->old) {
		*error = mem_printf("%s: the last reload is still going on", conf->path);
		return -EBUSY;
	}
	failed = generation_create(conf, p->now->plan->generation + 1, &next, error);
	if (!failed)
		failed =
			generation_add_workers(next, p->worker_count, (const char *const *)p->names,
		                               p->source_count, error);
	if (failed) {
		generation_destroy(next);
		return failed;
	}
	p->old = p->now;
	p->now = next;
	p->token = 0;
	for (unsigned w = 0; w < p->worker_count; w++)
		worker_post(p->workers[w], &next->setups[w]);
	return 0;
}

bool
plane_reloading(struct plane *p)
{
	if (!p->old)
		return false;
	for (unsigned w = 0; w < p->worker_count; w++)
		if (!worker_swapped(p->workers[w]))
			return true;
	if (p->token == 0)
		p->token = rte_rcu_qsbr_start(p->quiescence);
	return rte_rcu_qsbr_check(p->quiescence, p->token, false) != 1;
}

struct snap_core *
plane_old_snap(const struct plane *p, unsigned worker)
{
	return p->old ? p->old->snaps[worker] : NULL;
}

void
plane_reloaded(struct plane *p)
{
	generation_destroy(p->old);
	p->old = NULL;
}

void
plane_post_lookup(struct plane *p, const struct lookup *l)
{
	for (unsigned w = 0; w < p->worker_count; w++)
		worker_post_lookup(p->workers[w], l);
}

bool
plane_looks_at(const struct plane *p, const struct lookup *l)
{
	for (unsigned w = 0; w < p->worker_count; w++)
		if (!worker_looks_at(p->workers[w], l))
			return false;
	return true;
}

/* ---- reading --------------------------------------------------------------------------------- */

unsigned
plane_workers(const struct plane *p)
{
	return p->worker_count;
}

const struct plan *
plane_plan(const struct plane *p)
{
	return p->now->plan;
}

struct snap_core *
plane_snap(const struct plane *p, unsigned worker)
{
	return p->now->snaps[worker];
}

struct punt_rings *
plane_punts(const struct plane *p, unsigned worker)
{
	return worker_punts(p->workers[worker]);
}

void
plane_expect(const struct plane *p, const struct expectation *e)
{
	for (unsigned w = 0; w < plane_workers(p); w++)
		expect_queue_push(worker_expected(p->workers[w]), e);
}

uint64_t
plane_expectations_dropped(const struct plane *p)
{
	uint64_t sum = 0;

	for (unsigned w = 0; w < plane_workers(p); w++)
		sum += expect_queue_dropped(worker_expected(p->workers[w]));
	return sum;
}

unsigned
plane_port_count(const struct plane *p)
{
	return p->source_count;
}

bool
plane_is_capture(const struct plane *p)
{
	return p->replay != NULL;
}

bool
plane_replayed(const struct plane *p)
{
	return p->replay && worker_replayed(p->workers[0]);
}

void
plane_hold(struct plane *p, bool held)
{
	for (unsigned w = 0; w < p->worker_count; w++)
		worker_hold(p->workers[w], held);
}

const char *
plane_replay_warning(const struct plane *p, unsigned i)
{
	return plane_replayed(p) ? replay_warning(p->replay, i) : NULL;
}

/* ---- watching -------------------------------------------------------------------------------- */

void
plane_calibrate(struct plane *p)
{
	if (timebase_tsc_calibrate(&p->clock))
		log_warning("path", "the system's clock stepped by %llu us",
		            (unsigned long long)(p->clock.error_ns / NS_PER_US));
	for (unsigned i = 0; i < p->source_count; i++)
		if (p->ports[i])
			port_calibrate(p->ports[i]);
}

static void
fill_port(struct plane *p, unsigned input, bool both, struct agg_port *out)
{
	struct port_stats stats;

	port_stats(p->ports[input], &stats);
	*out = (struct agg_port){
		.present = true,
		.both = both,
		.rx_packets = stats.rx_packets,
		.rx_bytes = stats.rx_bytes,
		.missed = stats.missed,
		.no_mbuf = stats.no_mbuf,
		.speed_bps = port_speed_bps(p->ports[input]),
		.kernel_drops = stats.kernel_drops,
	};
}

void
plane_ports(struct plane *p, plane_port_fn *fn, void *context)
{
	for (unsigned i = 0; i < p->source_count && !p->replay; i++) {
		const struct source *s = &p->now->sources->at[p->now->source[i]];
		struct agg_port port;

		fill_port(p, i, s->both, &port);
		fn(context,
		   plan_lane(p->now->plan, s->members[0].link, s->members[0].member, s->dir),
		   &port);
	}
}

static bool
all_stamped(const struct plane *p)
{
	for (unsigned i = 0; i < p->source_count; i++)
		if (!port_facts(p->ports[i])->timestamps)
			return false;
	return true;
}

static void
add_clock(struct plane_clock *c, const struct timebase *t)
{
	if (t->error_ns > c->error_ns)
		c->error_ns = t->error_ns;
	if (t->steps > c->steps)
		c->steps = t->steps;
	if (t->step_at_ns / NS_PER_US > c->step_us) {
		c->step_us = t->step_at_ns / NS_PER_US;
		c->step_ns = t->step_ns;
	}
}

void
plane_clock(const struct plane *p, struct plane_clock *out)
{
	*out = (struct plane_clock){.resolution_ns = 1, .source = "tsc"};
	if (p->replay) {
		out->source = "capture";
		out->resolution_ns = replay_info(p->replay)->resolution_ns;
		/* of a difference; the recorder's own nobody knows */
		out->error_ns = out->resolution_ns;
		return;
	}
	add_clock(out, &p->clock);
	if (!all_stamped(p))
		return;
	*out = (struct plane_clock){.resolution_ns = 1, .source = "hardware"};
	for (unsigned i = 0; i < p->source_count; i++)
		add_clock(out, port_clock(p->ports[i]));
}

bool
plane_stuck(struct plane *p)
{
	bool stuck = false;

	for (unsigned w = 0; w < p->worker_count; w++) {
		uint64_t turns = worker_turns(p->workers[w]);

		stuck |= p->running && turns == p->turns[w];
		p->turns[w] = turns;
	}
	return stuck;
}
