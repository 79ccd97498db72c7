#include "path/timebase.h"

#include <rte_cycles.h>

#include "base/clock.h"

#define STEP_NS (10 * NS_PER_MS)

static void
publish(struct timebase *t, uint64_t ticks, uint64_t ns, uint64_t rate)
{
	uint32_t sequence = atomic_load_explicit(&t->sequence, memory_order_relaxed);

	atomic_store_explicit(&t->sequence, sequence + 1, memory_order_relaxed);
	atomic_thread_fence(memory_order_release);
	atomic_store_explicit(&t->base_ticks, ticks, memory_order_relaxed);
	atomic_store_explicit(&t->base_ns, ns, memory_order_relaxed);
	atomic_store_explicit(&t->ns_per_tick, rate, memory_order_relaxed);
	atomic_store_explicit(&t->sequence, sequence + 2, memory_order_release);
	t->last_ticks = ticks;
	t->last_ns = ns;
}

void
timebase_init(struct timebase *t, double hz, uint64_t ticks, uint64_t utc_ns)
{
	*t = (struct timebase){0};
	publish(t, ticks, utc_ns, (uint64_t)((double)NS_PER_S / hz * 4294967296.0));
}

static uint64_t
distance(uint64_t a, uint64_t b)
{
	return a > b ? a - b : b - a;
}

/* The rate seen since the last pair, within 1000 ppm of `running`. */
static uint64_t
rate_seen(const struct timebase *t, uint64_t ticks, uint64_t utc_ns, uint64_t running)
{
	unsigned __int128 ns = (unsigned __int128)(utc_ns - t->last_ns) << 32;
	uint64_t rate = (uint64_t)(ns / (ticks - t->last_ticks));
	uint64_t slack = running / 1000;

	if (rate > running + slack)
		return running + slack;
	return rate < running - slack ? running - slack : rate;
}

bool
timebase_calibrate(struct timebase *t, uint64_t ticks, uint64_t utc_ns)
{
	uint64_t rate = atomic_load_explicit(&t->ns_per_tick, memory_order_relaxed);
	bool stepped;

	if (ticks <= t->last_ticks)
		return false;
	t->error_ns = distance(timebase_ns(t, ticks), utc_ns);
	stepped = t->error_ns > STEP_NS;
	if (stepped) {
		t->steps++;
		t->step_ns = t->error_ns;
		t->step_at_ns = utc_ns;
	}
	if (!stepped && utc_ns > t->last_ns)
		rate = rate_seen(t, ticks, utc_ns, rate);
	publish(t, ticks, utc_ns, rate);
	return stepped;
}

/* ---- the TSC --------------------------------------------------------------------------------- */

/* A reading of the TSC and another clock that belongs together: the closest of a few, since the
 * thread may lose its core between the two. */
static void
read_clocks(uint64_t (*clock_ns)(void), uint64_t *tsc, uint64_t *ns)
{
	uint64_t least = UINT64_MAX;

	for (unsigned i = 0; i < 5; i++) {
		uint64_t before = rte_rdtsc(), now = clock_ns(), after = rte_rdtsc();

		if (after - before < least) {
			least = after - before;
			*tsc = before + (after - before) / 2;
			*ns = now;
		}
	}
}

/* Its rate against the system's clock over some 20 ms: also without DPDK's environment. */
static double
measure_tsc_hz(void)
{
	uint64_t tsc = 0, ns = 0, tsc_later = 0, later = 0;

	read_clocks(clock_monotonic_ns, &tsc, &ns);
	do
		read_clocks(clock_monotonic_ns, &tsc_later, &later);
	while (later - ns < 20 * NS_PER_MS);
	return (double)(tsc_later - tsc) * (double)NS_PER_S / (double)(later - ns);
}

void
timebase_tsc_init(struct timebase *t)
{
	double hz = measure_tsc_hz();
	uint64_t tsc = 0, ns = 0;

	read_clocks(clock_utc_ns, &tsc, &ns);
	timebase_init(t, hz, tsc, ns);
}

bool
timebase_tsc_calibrate(struct timebase *t)
{
	uint64_t tsc = 0, ns = 0;

	read_clocks(clock_utc_ns, &tsc, &ns);
	return timebase_calibrate(t, tsc, ns);
}
