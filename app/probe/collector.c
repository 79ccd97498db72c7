#include "collector.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "inspect/inspector.h"
#include "path/eal.h"
#include "snap/aggregate.h"
#include "store/export.h"

/* A worker that delivered nothing so long after the first one did is not waited for. */
#define OVERDUE_NS (200 * NS_PER_MS)

enum { ENDPOINTS_DEFAULT = 100000 };

struct collector {
	const struct conf *conf;
	struct plane *plane;
	struct slow_path *slow_path;
	struct aggregate *aggregate;
	struct exporter *exporter;
	bool delivered[EAL_WORKERS_MAX];
	unsigned delivered_count;
	uint64_t first_ns; /* when the first worker delivered */
	const char *unfit;
	char host[64];
};

static struct aggregate *
new_aggregate(const struct collector *c, const struct conf *conf)
{
	const struct plan *plan = plane_plan(c->plane);
	uint32_t endpoints =
		conf->redis.max_endpoints ? conf->redis.max_endpoints : ENDPOINTS_DEFAULT;
	struct aggregate *a = aggregate_create(conf, plan->lanes, plan->lane_count, endpoints);

	if (!a)
		log_error("probe", "no memory for %u endpoints", endpoints);
	return a;
}

struct collector *
collector_create(const struct conf *conf, struct plane *plane, struct slow_path *slow_path,
                 struct store *store)
{
	struct collector *c = mem_alloc(1, sizeof *c);

	c->conf = conf;
	c->plane = plane;
	c->slow_path = slow_path;
	gethostname(c->host, sizeof c->host - 1);
	c->aggregate = new_aggregate(c, conf);
	if (!c->aggregate) {
		free(c);
		return NULL;
	}
	c->exporter = exporter_create(conf, store);
	return c;
}

void
collector_destroy(struct collector *c)
{
	if (!c)
		return;
	exporter_destroy(c->exporter);
	aggregate_destroy(c->aggregate);
	free(c);
}

/* ---- intervals ------------------------------------------------------------------------------- */

/* Merge the core's published snapshot; false: there is none. */
static bool
take(struct collector *c, struct snap_core *core)
{
	struct snap *s = snap_take(core);

	if (!s)
		return false;
	plane_hold(c->plane, true);
	aggregate_merge(c->aggregate, s, snap_meters(core));
	snap_release(core, s);
	return true;
}

/* A core that its worker has left: also what a stretched interval kept back. */
static void
take_rest(struct collector *c, struct snap_core *core)
{
	const struct snap *current;

	take(c, core);
	current = snap_current(core);
	if (current->packets == 0)
		return;
	snap_publish(core, current->end_ns);
	take(c, core);
}

static void
add_port(void *context, uint16_t lane, const struct agg_port *port)
{
	struct collector *c = context;

	aggregate_port(c->aggregate, lane, port);
}

static void export(struct collector *c)
{
	struct export_self self = {
		.id = c->conf->probe.id,
		.site = c->conf->probe.site,
		.host = c->host,
		.ports = plane_port_count(c->plane),
		.workers = plane_workers(c->plane),
		.expectations_dropped = plane_expectations_dropped(c->plane),
		.unfit_reason = c->unfit,
		.capture = plane_is_capture(c->plane),
	};
	struct plane_clock clock;

	plane_clock(c->plane, &clock);
	self.clock_source = clock.source;
	self.clock_resolution_ns = clock.resolution_ns;
	self.clock_error_ns = clock.error_ns;
	self.clock_steps = clock.steps;
	self.clock_step_ns = clock.step_ns;
	self.clock_step_us = clock.step_us;
	self.clock_free = !clock_is_disciplined(&self.clock_utc_error_us);
	exporter_begin(c->exporter, c->aggregate, &self);
	exporter_inspect(c->exporter, slow_path_lock(c->slow_path));
	slow_path_unlock(c->slow_path);
	exporter_end(c->exporter);
}

static void
close_interval(struct collector *c)
{
	uint64_t before = c->aggregate->intervals;
	struct plane_clock clock;

	plane_clock(c->plane, &clock);
	/* a port without timestamps: a frame waits for its worker's turn before it gets its time */
	aggregate_clock(c->aggregate, clock.error_ns, strcmp(clock.source, "tsc") == 0);
	plane_ports(c->plane, add_port, c);
	slow_path_catch_up(c->slow_path);
	aggregate_latency(c->aggregate, inspector_latencies(slow_path_lock(c->slow_path)));
	slow_path_unlock(c->slow_path);
	aggregate_close(c->aggregate);
	if (c->aggregate->intervals != before)
		export(c);
	plane_hold(c->plane, false);
	for (unsigned w = 0; w < EAL_WORKERS_MAX; w++)
		c->delivered[w] = false;
	c->delivered_count = 0;
}

bool
collector_turn(struct collector *c, uint64_t now_ns)
{
	unsigned workers = plane_workers(c->plane);

	for (unsigned w = 0; w < workers; w++) {
		/* during a reload only the old generation's snapshots are ours to merge */
		struct snap_core *old = plane_old_snap(c->plane, w);

		/* its next interval belongs to our next one */
		if (c->delivered[w] || !take(c, old ? old : plane_snap(c->plane, w)))
			continue;
		c->delivered[w] = true;
		if (c->delivered_count++ == 0)
			c->first_ns = now_ns;
	}
	if (c->delivered_count == 0)
		return false;
	if (c->delivered_count < workers && now_ns - c->first_ns < OVERDUE_NS)
		return false;
	close_interval(c);
	return true;
}

void
collector_finish(struct collector *c)
{
	for (unsigned w = 0; w < plane_workers(c->plane); w++)
		take_rest(c, plane_snap(c->plane, w));
	close_interval(c);
}

void
collector_reload(struct collector *c, const struct conf *conf)
{
	struct aggregate *next = new_aggregate(c, conf);

	for (unsigned w = 0; w < plane_workers(c->plane); w++)
		take_rest(c, plane_old_snap(c->plane, w));
	close_interval(c);
	if (!next)
		abort(); /* logged; the workers have gone over, there is no way back */
	aggregate_carry(next, c->aggregate);
	aggregate_destroy(c->aggregate);
	c->aggregate = next;
	c->conf = conf;
	exporter_set_conf(c->exporter, conf);
}

/* ---- reports --------------------------------------------------------------------------------- */

void
collector_set_unfit(struct collector *c, const char *reason)
{
	if (reason && !c->unfit)
		log_warning("probe", "not fit: %s", reason);
	if (!reason && c->unfit)
		log_info("probe", "fit again");
	c->unfit = reason;
}

void
collector_log(const struct collector *c)
{
	const struct agg_probe *p = &c->aggregate->probe;

	log_info("probe",
	         "%llu intervals, %llu packets, %llu bytes, missed %llu (by the kernel %llu), no "
	         "buffer %llu, punts dropped %llu control %llu bulk, longest turn %llu us",
	         (unsigned long long)c->aggregate->intervals, (unsigned long long)p->packets,
	         (unsigned long long)p->bytes, (unsigned long long)p->missed,
	         (unsigned long long)p->kernel_drops, (unsigned long long)p->no_mbuf,
	         (unsigned long long)p->punt_dropped[0], (unsigned long long)p->punt_dropped[1],
	         (unsigned long long)(p->longest_turn_ns / NS_PER_US));
}
