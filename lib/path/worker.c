#include "path/worker.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <rte_cycles.h>
#include <rte_launch.h>
#include <rte_mbuf.h>
#include <rte_pause.h>
#include <rte_rcu_qsbr.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/thread.h"
#include "path/eal.h"

enum {
	TURNS_PER_CHECK = 256, /* quiescence, reload, the worker's own counters */
	TURNS_PER_RETURN = 16, /* what comes back from the inspector: mbufs, expectations */
	EXPECTED_PER_TURN = 8,
	IDLE_BEFORE_NAP = 1024, /* empty turns */
	NAP_NS = 100000,        /* a ring of 1024 lasts as long at 10 M packets/s */
};
/* A clock that was set back by less is held until time catches up. */
#define HOLD_NS (10 * NS_PER_MS)

struct worker {
	/* constant after create */
	struct worker_params params;
	struct pipeline *pipeline;
	struct punt_rings *punts;
	struct expect_queue *expected; /* from the inspector */
	pthread_t thread;              /* without DPDK's environment */
	bool threaded;

	/* control writes, worker reads */
	_Alignas(CACHE_LINE) _Atomic bool stop;
	_Atomic(const struct worker_setup *) next; /* the worker clears it when swapped in */
	_Atomic(const struct lookup *) lookup;     /* the newest posted */
	_Atomic bool held;                         /* a fast replay, at the end of an interval */

	/* worker writes, control reads */
	_Alignas(CACHE_LINE) _Atomic uint64_t turns;
	_Atomic bool replayed;
	_Atomic(const struct lookup *) looked; /* the lookup in use; the worker writes */

	/* worker alone */
	_Alignas(CACHE_LINE) const struct worker_setup *setup;
	uint64_t now_ns;
	uint64_t last_tsc;
	uint64_t busy_cycles, total_cycles, longest_cycles; /* since the last check */
	bool was_busy; /* the running turn received something */
	unsigned idle_turns;
	struct burst bursts[2];
	struct burst *waiting; /* received and run one burst later; NULL: none */
};

/* ---- one turn -------------------------------------------------------------------------------- */

/* Times, lanes and link layers of all frames, wanted or not: in vectors. */
static void
fill_alike(const struct worker *w, struct burst *b, uint16_t lane)
{
	for (uint32_t i = 0; i < BURST_MAX; i++) {
		b->time_ns[i] = w->now_ns;
		b->lane[i] = lane;
		b->link_layer[i] = LINK_ETHERNET;
	}
	b->one_lane = lane != LANE_UNKNOWN;
}

static void
fill_stamps(struct burst *b, const struct port *port)
{
	for (uint32_t i = 0; i < b->count; i++) {
		uint64_t stamp = port_timestamp_ns(port, b->owner[i]);

		b->time_ns[i] = stamp ? stamp : b->time_ns[i];
	}
	b->one_lane = false;
}

static void
fill_frames(struct burst *b)
{
	for (uint32_t i = 0; i < b->count; i++) {
		const struct rte_mbuf *m = b->owner[i];

		b->data[i] = rte_pktmbuf_mtod(m, const uint8_t *);
		b->captured[i] = m->data_len;
		b->wire[i] = m->pkt_len;
	}
}

/* Punted frames, which the inspector has, are NULL and left out. */
static void
free_burst(struct burst *b)
{
	rte_pktmbuf_free_bulk(b->owner, b->count);
}

/* One burst stays in flight: while it runs, the frames of `next` are fetched. Without a next one
 * the worker is idle, and nothing waits longer than the turn that found nothing. */
static void
run_waiting(struct worker *w, struct burst *next)
{
	struct burst *b = w->waiting;

	if (b) {
		b->next = next;
		pipeline_run(w->pipeline, b);
		free_burst(b);
	}
	w->waiting = next;
}

static unsigned
poll_input(struct worker *w, unsigned input)
{
	const struct worker_input *in = &w->params.inputs[input];
	struct burst *b = w->waiting == &w->bursts[0] ? &w->bursts[1] : &w->bursts[0];

	b->count = port_read(in->port, in->queue, b->owner, BURST_MAX);
	if (b->count == 0)
		return 0;
	b->port = w->setup->source[input];
	fill_frames(b);
	fill_alike(w, b, w->setup->lane[b->port]);
	if (port_facts(in->port)->timestamps)
		fill_stamps(b, in->port);
	run_waiting(w, b);
	return b->count;
}

static unsigned
poll_replay(struct worker *w)
{
	struct burst *b = &w->bursts[0]; /* its frames end with the next read: never in flight */

	replay_read(w->params.replay, w->now_ns, b);
	if (b->count == 0)
		return 0;
	b->port = w->setup->source[b->port];
	for (uint32_t i = 0; i < b->count; i++)
		b->lane[i] = w->setup->lane[b->port];
	pipeline_run(w->pipeline, b);
	return b->count;
}

/* What to do with a turn that received nothing. */
static void
turn_idle(struct worker *w)
{
	bool fast_replay = w->params.replay && !w->params.replay_paced;

	run_waiting(w, NULL);
	if (!fast_replay)
		pipeline_idle(w->pipeline, w->now_ns);
	else if (!w->replayed && replay_ended(w->params.replay))
		pipeline_finish(w->pipeline, replay_last_ns(w->params.replay));
	if (w->params.replay && !w->replayed && replay_ended(w->params.replay))
		atomic_store_explicit(&w->replayed, true, memory_order_release);
	rte_pause();
}

/* Sleep; not a turn, and the thread counts as quiescent meanwhile. */
static void
nap(struct worker *w)
{
	rte_rcu_qsbr_thread_offline(w->params.quiescence, w->params.index);
	nanosleep(&(struct timespec){.tv_nsec = NAP_NS}, NULL);
	rte_rcu_qsbr_thread_online(w->params.quiescence, w->params.index);
	w->last_tsc = rte_rdtsc();
}

/* Time and the account of the last turn, from one reading of the TSC. */
static void
turn_begin(struct worker *w)
{
	uint64_t tsc = rte_rdtsc(), now = timebase_ns(w->params.clock, tsc);
	uint64_t spent = tsc - w->last_tsc;

	if (now > w->now_ns || w->now_ns - now > HOLD_NS)
		w->now_ns = now;
	w->last_tsc = tsc;
	w->total_cycles += spent;
	if (w->was_busy)
		w->busy_cycles += spent;
	if (spent > w->longest_cycles)
		w->longest_cycles = spent;
}

/* ---- every 256 turns ------------------------------------------------------------------------- */

static void
account(struct worker *w)
{
	struct snap *s = snap_current(w->setup->snap);
	uint64_t longest_ns = timebase_length_ns(w->params.clock, w->longest_cycles);

	s->busy_cycles += w->busy_cycles;
	s->total_cycles += w->total_cycles;
	if (longest_ns > s->longest_turn_ns)
		s->longest_turn_ns = longest_ns;
	w->busy_cycles = w->total_cycles = w->longest_cycles = 0;
}

/* Packet time: the wall clock's, or that of a capture read at full speed. */
static uint64_t
packet_now(const struct worker *w)
{
	return w->params.replay && !w->params.replay_paced ? replay_last_ns(w->params.replay)
	                                                   : w->now_ns;
}

static void
swap(struct worker *w)
{
	const struct worker_setup *next = atomic_load_explicit(&w->next, memory_order_acquire);

	if (!next)
		return;
	run_waiting(w, NULL); /* its lanes are the old plan's */
	pipeline_set_plan(w->pipeline, next->plan, next->snap, packet_now(w));
	w->setup = next;
	atomic_store_explicit(&w->next, NULL, memory_order_release);
}

static void
look(struct worker *w)
{
	const struct lookup *l = atomic_load_explicit(&w->lookup, memory_order_acquire);

	if (l == atomic_load_explicit(&w->looked, memory_order_relaxed))
		return;
	run_waiting(w, NULL);
	pipeline_set_lookup(w->pipeline, l);
	atomic_store_explicit(&w->looked, l, memory_order_release);
}

static void
check(struct worker *w)
{
	account(w);
	swap(w);
	look(w);
	rte_rcu_qsbr_quiescent(w->params.quiescence, w->params.index);
}

/* What signalling said since: a few at a time, so that a flood of it costs little. */
static void
learn(struct worker *w)
{
	const struct expectation *e;

	for (unsigned n = 0; n < EXPECTED_PER_TURN && (e = expect_queue_peek(w->expected)); n++) {
		pipeline_expect(w->pipeline, e);
		expect_queue_drop(w->expected);
	}
}

/* ---- loop ------------------------------------------------------------------------------------ */

static int
worker_loop(void *arg)
{
	struct worker *w = arg;
	uint64_t turn = 0;

	rte_rcu_qsbr_thread_online(w->params.quiescence, w->params.index);
	w->last_tsc = rte_rdtsc();
	while (!atomic_load_explicit(&w->stop, memory_order_relaxed)) {
		unsigned received = 0;

		turn_begin(w);
		for (unsigned i = 0; i < w->params.input_count; i++)
			received += poll_input(w, i);
		if (w->params.replay)
			received += poll_replay(w);
		w->was_busy = received > 0;
		w->idle_turns = received ? 0 : w->idle_turns + 1;
		if (!received)
			turn_idle(w);
		if (++turn % TURNS_PER_RETURN == 0) {
			punt_free_returned(w->punts);
			learn(w);
		}
		if (turn % TURNS_PER_CHECK == 0)
			check(w);
		atomic_store_explicit(&w->turns, turn, memory_order_relaxed);
		if (w->params.nap && w->idle_turns >= IDLE_BEFORE_NAP)
			nap(w);
	}
	run_waiting(w, NULL);
	account(w);
	pipeline_finish(w->pipeline, packet_now(w));
	rte_rcu_qsbr_thread_offline(w->params.quiescence, w->params.index);
	return 0;
}

/* ---- control thread -------------------------------------------------------------------------- */

static bool
punt(void *context, enum punt_queue queue, struct burst *b, unsigned i)
{
	struct worker *w = context;

	return punt_push(w->punts, queue, b, i);
}

/* Frames of captures. Those read at full speed wait for the inspector, which never waits for us. */
static bool
punt_copy(void *context, enum punt_queue queue, struct burst *b, unsigned i)
{
	struct worker *w = context;

	while (!punt_push_copy(w->punts, queue, b, i)) {
		if (w->params.replay_paced || atomic_load_explicit(&w->stop, memory_order_relaxed))
			return false;
		punt_free_returned(w->punts);
		sched_yield();
	}
	return true;
}

/* A capture at full speed can wait: no interval is stretched, and none is told out of a later
 * one's frames. */
static void
wait_until_told(void *context)
{
	struct worker *w = context;

	while (!atomic_load_explicit(&w->stop, memory_order_relaxed) &&
	       (!snap_spare(w->setup->snap) ||
	        atomic_load_explicit(&w->held, memory_order_acquire)))
		nap(w);
}

struct worker *
worker_create(const struct worker_params *params)
{
	struct worker *w =
		aligned_alloc(CACHE_LINE, (sizeof *w + CACHE_LINE - 1) & ~(CACHE_LINE - 1ul));
	struct pipeline_params pipeline;

	if (!w)
		return NULL;
	memset(w, 0, sizeof *w);
	w->params = *params;
	w->setup = params->setup;
	w->punts = punt_create();
	w->expected = expect_queue_create();
	pipeline = (struct pipeline_params){
		.plan = params->setup->plan,
		.snap = params->setup->snap,
		.flows = params->flows,
		.interval_ns = params->interval_ns,
		.punt = params->replay ? punt_copy : punt,
		.published = params->replay && !params->replay_paced ? wait_until_told : NULL,
		.context = w,
	};
	w->pipeline = w->punts ? pipeline_create(&pipeline) : NULL;
	if (!w->pipeline) {
		worker_destroy(w);
		return NULL;
	}
	rte_rcu_qsbr_thread_register(params->quiescence, params->index);
	return w;
}

void
worker_destroy(struct worker *w)
{
	if (!w)
		return;
	pipeline_destroy(w->pipeline);
	punt_destroy(w->punts);
	expect_queue_destroy(w->expected);
	free(w);
}

static void *
worker_thread(void *arg)
{
	worker_loop(arg);
	return NULL;
}

int
worker_start(struct worker *w)
{
	if (eal_workers() > 0)
		return rte_eal_remote_launch(worker_loop, w, w->params.index + 1);
	w->threaded = true;
	return thread_start(&w->thread, "worker", worker_thread, w);
}

void
worker_stop(struct worker *w)
{
	atomic_store_explicit(&w->stop, true, memory_order_relaxed);
	if (w->threaded)
		pthread_join(w->thread, NULL);
	else
		rte_eal_wait_lcore(w->params.index + 1);
}

void
worker_post(struct worker *w, const struct worker_setup *setup)
{
	atomic_store_explicit(&w->next, setup, memory_order_release);
}

bool
worker_swapped(const struct worker *w)
{
	return atomic_load_explicit(&w->next, memory_order_acquire) == NULL;
}

void
worker_post_lookup(struct worker *w, const struct lookup *l)
{
	atomic_store_explicit(&w->lookup, l, memory_order_release);
}

bool
worker_looks_at(const struct worker *w, const struct lookup *l)
{
	return atomic_load_explicit(&w->looked, memory_order_acquire) == l;
}

struct expect_queue *
worker_expected(struct worker *w)
{
	return w->expected;
}

struct punt_rings *
worker_punts(struct worker *w)
{
	return w->punts;
}

bool
worker_replayed(const struct worker *w)
{
	return atomic_load_explicit(&w->replayed, memory_order_acquire);
}

void
worker_hold(struct worker *w, bool held)
{
	atomic_store_explicit(&w->held, held, memory_order_release);
}

uint64_t
worker_turns(const struct worker *w)
{
	return atomic_load_explicit(&w->turns, memory_order_relaxed);
}
