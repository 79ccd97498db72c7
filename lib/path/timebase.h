/*
 * From a counter (the TSC, a card's clock) to packet time, UTC. The control thread calibrates about
 * once a second; workers convert without a system call. A linear piece is published under a
 * sequence number (seqlock): a reader that raced with the writer reads again, which happens at most
 * once a second.
 */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct timebase {
	/* control writes, workers read */
	_Atomic uint32_t sequence; /* odd: being written */
	_Atomic uint64_t base_ticks;
	_Atomic uint64_t base_ns;
	_Atomic uint64_t ns_per_tick; /* 32.32 fixed point */
	/* control's own */
	uint64_t last_ticks, last_ns;
	uint64_t error_ns; /* how far the last piece had drifted when the next one began */
	uint64_t steps;    /* of the wall clock, since timebase_init() */
	uint64_t step_ns, step_at_ns; /* how far the last one went, and when (UTC, after it) */
};

/* `hz` is the counter's nominal rate; the first pair of readings belongs together. */
void timebase_init(struct timebase *t, double hz, uint64_t ticks, uint64_t utc_ns);

/* A new pair of readings. The rate follows what passed since the last pair, kept within 1000 ppm of
 * the running one (a step of the wall clock must not bend it). True: the wall clock stepped by
 * more than 10 ms against the counter. */
bool timebase_calibrate(struct timebase *t, uint64_t ticks, uint64_t utc_ns);

/* The same for the TSC and the system's clock, which are read here. */
void timebase_tsc_init(struct timebase *t);
bool timebase_tsc_calibrate(struct timebase *t);

static inline uint64_t
timebase_ns(const struct timebase *t, uint64_t ticks)
{
	uint64_t base_ticks, base_ns, rate;
	uint32_t before, after;

	do {
		before = atomic_load_explicit(&t->sequence, memory_order_acquire);
		base_ticks = atomic_load_explicit(&t->base_ticks, memory_order_relaxed);
		base_ns = atomic_load_explicit(&t->base_ns, memory_order_relaxed);
		rate = atomic_load_explicit(&t->ns_per_tick, memory_order_relaxed);
		atomic_thread_fence(memory_order_acquire);
		after = atomic_load_explicit(&t->sequence, memory_order_relaxed);
	} while (before != after || before & 1);
	/* readings taken just before the calibration lie below the base */
	return base_ns + (uint64_t)((__int128)(int64_t)(ticks - base_ticks) * rate >> 32);
}

/* Length in ns of so many ticks, at most some minutes of them. */
static inline uint64_t
timebase_length_ns(const struct timebase *t, uint64_t ticks)
{
	uint64_t rate = atomic_load_explicit(&t->ns_per_tick, memory_order_relaxed);

	return (uint64_t)((unsigned __int128)ticks * rate >> 32);
}
