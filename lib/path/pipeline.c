#include "path/pipeline.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "path/lookup.h"
#include "path/stages.h"

enum {
	STREAMS_MIN = 1024,
	STREAMS_KEPT = 1 << 22, /* reserved, not taken */
	EXPECTATIONS = 1 << 14, /* calls being set up, twice: 2 MiB */
	SPINS = 1 << 12,        /* connections of QUIC that are timed at once: 128 KiB */
};

/* ---- intervals ------------------------------------------------------------------------------- */

/* Since start; of the meters since the plan was taken. */
static struct shortage
shortage_of(const struct pipeline *p)
{
	const struct tcp_pool_stats *tcp = tcp_pool_stats(p->tcp);

	return (struct shortage){
		.flows_refused = flow_table_stats(p->flows)->refused,
		.meter_overflows = meter_overflows(p->meters),
		.fragments_forgotten = fragment_evictions(p->fragments),
		.segments_refused = tcp->refused,
		.holes_untracked = tcp->untracked,
		.streams_refused = rtp_pool_stats(p->streams)->refused,
		.expectations_evicted = expectation_table_stats(p->expectations)->evicted,
	};
}

/* Counts since the end of the last interval; an interval that goes on (stretched) adds to its own.
 */
static void
flow_counts(struct pipeline *p)
{
	const struct flow_stats now = *flow_table_stats(p->flows);
	const struct rtp_pool_stats *streams = rtp_pool_stats(p->streams);
	const struct shortage shortage = shortage_of(p);
	struct snap *s = p->snap;

	static_assert(SNAP_SEQ == 7, "what the pipeline fills in at the end of an interval");
	s->flows_created += now.created - p->before.created;
	s->flows_expired += now.expired - p->before.expired;
	s->flows_evicted += now.evicted - p->before.evicted;
	s->flows_used = now.used;
	s->flows_capacity = now.capacity;
	s->streams_used = streams->used;
	s->streams_room = streams->capacity;
	shortage_add_since(&s->shortage, &shortage, &p->shortage_before);
	p->before = now;
	p->shortage_before = shortage;
}

static void
publish(struct pipeline *p, uint64_t end_ns)
{
	stage_age_flush(p);
	flow_counts(p);
	p->snap = snap_publish(p->core, end_ns);
	if (p->published)
		p->published(p->context);
	p->age_per_ns = (flow_table_extent(p->flows) << 32) / p->interval_ns + 1;
}

/* The interval that holds this time. Boundaries are multiples of the interval; the first interval
 * begins with its first packet. None starts at 0, which stands for never. */
static void
interval_begin(struct pipeline *p, uint64_t start_ns, uint64_t now_ns)
{
	p->end_ns = now_ns - now_ns % p->interval_ns + p->interval_ns;
	if (!p->snap->stretched)
		p->snap->start_ns = start_ns ? start_ns : now_ns;
}

void
interval_turn(struct pipeline *p, uint64_t now_ns)
{
	uint64_t end = p->end_ns;

	if (now_ns <
	    end) { /* the clock jumped back: what was counted ends with its newest packet */
		end = p->now_ns > p->snap->start_ns ? p->now_ns : p->snap->start_ns;
		p->now_ns = now_ns;
	}
	publish(p, end);
	interval_begin(p, now_ns - now_ns % p->interval_ns, now_ns);
}

/* ---- bursts ---------------------------------------------------------------------------------- */

static inline uint64_t
cycles_now(void)
{
#ifdef __x86_64__
	return __builtin_ia32_rdtsc();
#else
	return clock_monotonic_ns();
#endif
}

/* Between stages, when the benchmark asks: add the cycles since `*since`. */
static inline void
mark(struct pipeline *p, enum stage s, uint64_t *since)
{
	uint64_t now;

	if (__builtin_expect(!p->profiled, 1))
		return;
	now = cycles_now();
	p->cycles[s] += now - *since;
	*since = now;
}

static void
time_begin(struct pipeline *p, uint64_t now_ns)
{
	if (p->snap->start_ns == 0) {
		p->now_ns = now_ns;
		interval_begin(p, now_ns, now_ns);
	}
}

void
pipeline_run(struct pipeline *p, struct burst *b)
{
	uint64_t since = p->profiled ? cycles_now() : 0;

	if (b->count == 0)
		return;
	time_begin(p, b->time_ns[0]);
	stage_decode(p, b);
	if (b->one_lane && interval_over(p, b->time_ns[0]))
		interval_turn(p, b->time_ns[0]);
	mark(p, STAGE_DECODE, &since);
	stage_flow(p, b);
	if (!(p->without & 1u << STAGE_TCP))
		stage_tcp_prefetch(p, b);
	mark(p, STAGE_FLOW, &since);
	stage_classify(p, b);
	mark(p, STAGE_CLASSIFY, &since);
	if (!(p->without & 1u << STAGE_MEDIA))
		stage_media_collect(p, b);
	mark(p, STAGE_MEDIA, &since);
	stage_measure(p, b);
	mark(p, STAGE_MEASURE, &since);
	if (!(p->without & 1u << STAGE_TCP))
		stage_tcp(p, b);
	mark(p, STAGE_TCP, &since);
	stage_punt(p, b);
	mark(p, STAGE_PUNT, &since);
	if (!(p->without & 1u << STAGE_MEDIA)) {
		stage_media(p, b);
		stage_spin(p, b);
	}
	mark(p, STAGE_MEDIA, &since);
	stage_age(p, b->time_ns[b->count - 1]);
	mark(p, STAGE_AGE, &since);
}

void
pipeline_idle(struct pipeline *p, uint64_t now_ns)
{
	time_begin(p, now_ns);
	if (interval_over(p, now_ns))
		interval_turn(p, now_ns);
	stage_age(p, now_ns);
}

void
pipeline_finish(struct pipeline *p, uint64_t now_ns)
{
	if (p->snap->start_ns == 0)
		return;
	if (interval_over(p, now_ns))
		interval_turn(p, now_ns);
	flow_table_visit(p->flows);
	publish(p, now_ns);
}

/* ---- set-up ---------------------------------------------------------------------------------- */

/* Flows are placed anew with their next packet. */
static void
lookup_take(struct pipeline *p, struct lpm *const side[2])
{
	p->side_lpm[0] = side[0];
	p->side_lpm[1] = side[1];
	p->generation = (uint16_t)(p->generation % UINT16_MAX + 1);
}

static void
plan_take(struct pipeline *p, const struct plan *plan, struct snap_core *core)
{
	p->plan = plan;
	p->core = core;
	p->snap = snap_current(core);
	p->meters = snap_meters(core);
	p->shortage_before.meter_overflows = meter_overflows(p->meters);
	lookup_take(p, plan->side_lpm);
}

static void
todo_fill(struct pipeline *p)
{
	for (unsigned class = 0; class < CLASS_COUNT; class ++)
		for (unsigned open = 0; open < 2; open++)
			p->todo[open][class] = (uint8_t)(stage_punt_todo(class, p->keep) |
			                                 stage_media_todo(class, open));
}

/* Half of the flows may carry a stream; a capture's are as many as come. */
static uint32_t
streams_of(const struct pipeline_params *params)
{
	if (params->keep_flows)
		return STREAMS_KEPT;
	return params->flows / 2 > STREAMS_MIN ? (uint32_t)(params->flows / 2) : STREAMS_MIN;
}

/* A capture's pools take what address space they are granted. Where it is limited (ulimit -v, no
 * overcommit) a part is held while each does, for all that comes after it. */
#define SPACE_MOST (64ull << 30)
#define SPACE_LEAST (64ull << 20)

static void *
hold(size_t size)
{
	return size ? mem_map(size, false) : NULL;
}

/* About how much there is; 0: nobody is greedy, or it is hardly anything. */
static size_t
space_of(const struct pipeline_params *params)
{
	for (size_t size = SPACE_MOST; params->keep_flows && size >= SPACE_LEAST; size /= 2) {
		void *p = hold(size);

		mem_unmap(p, size);
		if (p)
			return size;
	}
	return 0;
}

static void
pools_create(struct pipeline *p, const struct pipeline_params *params)
{
	struct flow_params flows = {.capacity = params->flows,
	                            .keep = params->keep_flows,
	                            .hash_seed = params->hash_seed,
	                            .visit = stage_age_visit,
	                            .context = p};
	struct tcp_pool_params tcp = {.flows = params->flows, .keep = params->keep_flows};
	size_t space = space_of(params);
	void *held = hold(space / 2);

	p->flows = flow_table_create(&flows);
	mem_unmap(held, space / 2);
	held = hold(space / 8 * 3);
	p->tcp = tcp_pool_create(&tcp);
	mem_unmap(held, space / 8 * 3);
	held = hold(space / 4);
	p->streams = rtp_pool_create(streams_of(params), params->keep_flows);
	mem_unmap(held, space / 4);
}

struct pipeline *
pipeline_create(const struct pipeline_params *params)
{
	struct pipeline *p = aligned_alloc(CACHE_LINE, sizeof *p);

	assert(p && params->interval_ns > 0);
	memset(p, 0, sizeof *p);
	stage_measure_init();
	pools_create(p, params);
	p->expectations = expectation_table_create(EXPECTATIONS, params->hash_seed);
	p->spin = spin_table_create(SPINS);
	if (!p->flows || !p->tcp || !p->streams || !p->expectations || !p->spin) {
		pipeline_destroy(p);
		return NULL;
	}
	p->fragments = fragment_table_create(p->flows, params->keep_flows, params->hash_seed);
	p->endpoint_key = hash_key_make(params->hash_seed);
	p->interval_ns = params->interval_ns;
	p->keep = params->keep_flows;
	todo_fill(p);
	p->without = params->without;
	p->punt = params->punt;
	p->published = params->published;
	p->context = params->context;
	plan_take(p, params->plan, params->snap);
	return p;
}

void
pipeline_destroy(struct pipeline *p)
{
	if (!p)
		return;
	fragment_table_destroy(p->fragments);
	flow_table_destroy(p->flows);
	rtp_pool_destroy(p->streams);
	expectation_table_destroy(p->expectations);
	tcp_pool_destroy(p->tcp);
	spin_table_destroy(p->spin);
	free(p);
}

void
pipeline_set_plan(struct pipeline *p, const struct plan *plan, struct snap_core *snap,
                  uint64_t now_ns)
{
	bool begun = p->snap->start_ns != 0;

	if (begun)
		publish(p, now_ns);
	plan_take(p, plan, snap);
	if (begun)
		interval_begin(p, now_ns, now_ns);
}

void
pipeline_set_lookup(struct pipeline *p, const struct lookup *l)
{
	if (l && l->plan == p->plan->generation)
		lookup_take(p, l->side);
}

struct flow_table *
pipeline_flows(struct pipeline *p)
{
	return p->flows;
}

const struct tcp_pool *
pipeline_tcp(const struct pipeline *p)
{
	return p->tcp;
}

void
pipeline_fragments(const struct pipeline *p, const struct flow *f, uint64_t extra[2])
{
	fragment_extra(p->fragments, f, extra);
}

void
pipeline_adopted(const struct pipeline *p, uint64_t *packets, uint64_t *bytes)
{
	fragment_adopted(p->fragments, packets, bytes);
}

const char *
stage_name(enum stage s)
{
	static const char *const names[STAGE_COUNT] = {
		[STAGE_DECODE] = "decode",   [STAGE_FLOW] = "flow", [STAGE_CLASSIFY] = "classify",
		[STAGE_MEASURE] = "measure", [STAGE_TCP] = "tcp",   [STAGE_PUNT] = "punt",
		[STAGE_MEDIA] = "media",     [STAGE_AGE] = "age"};

	return names[s];
}

void
pipeline_profile(struct pipeline *p, bool on)
{
	p->profiled = on;
}

const uint64_t *
pipeline_cycles(const struct pipeline *p)
{
	return p->cycles;
}
