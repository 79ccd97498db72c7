/*
 * Cycles per packet of the whole pipeline in process: pre-loaded mbufs in random order of flows,
 * bursts of 64, no driver. The loop that only touches the mbufs runs in turn with it, so that every
 * figure stands beside what the trace itself costs.
 */
#include "path/pipeline.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <rte_mbuf.h>

#include "base/clock.h"
#include "base/mem.h"
#include "bench/bench.h"
#include "path/source.h"
#include "state/flow.h"

enum {
	RUNS = 5,
	TRACE_MIN = 1 << 20, /* frames, so that even few flows come from memory, not from caches */
	FEATURE_FLOWS = 1000000,
	ENDPOINTS = 65536,
	METERS = 65536,
	PROFILE_CHUNKS = 256,
	PROFILE_PACKETS = 16384,
};
#define RUN_SECONDS 0.5
#define T0 (1700000000 * NS_PER_S)
/* of the 10 M figure: new flows a second, as a share */
#define NEW_SHARE 0.1

static const char simplex_conf[] =
	"peering = { name = \"bench\"; type = \"voice\"; };\n"
	"peer = { asn = 64496; };\n"
	"sites = ( { name = \"a\"; } );\n"
	"links = ( { name = \"l\"; site = \"a\"; bandwidth = \"100G\"; members = (\n"
	" { speed = \"100G\"; peer_to_msft = \"pcap:up\"; msft_to_peer = \"pcap:down\"; } ); } );\n"
	"subnets = ( { prefix = \"203.0.0.0/20\"; side = \"peer\"; },\n"
	" { prefix = \"203.0.16.0/20\"; side = \"peer\"; }, { prefix = \"203.0.32.0/19\"; side = "
	"\"peer\"; },\n"
	" { prefix = \"52.112.0.0/14\"; side = \"msft\"; } );\n";

static const char mirror_conf[] =
	"peering = { name = \"bench\"; type = \"voice\"; };\n"
	"peer = { asn = 64496; };\n"
	"sites = ( { name = \"a\"; } );\n"
	"links = ( { name = \"l\"; site = \"a\"; bandwidth = \"100G\"; members = (\n"
	" { speed = \"100G\"; both = \"pcap:m\"; direction = { by = \"subnet\"; }; } ); } );\n"
	"subnets = ( { prefix = \"203.0.0.0/18\"; side = \"peer\"; },\n"
	" { prefix = \"52.112.0.0/14\"; side = \"msft\"; } );\n"
	"decode = { inner = true; };\n";

/* What differs from the plain run. */
struct variant {
	const char *name, *help;
	const char *conf;
	bool inner;
	bool frame_times; /* every frame its own time, as captures and hardware timestamps have */
};

static const struct variant plain = {"plain", "", simplex_conf, false, false};
static const struct variant variants[] = {
	{"inner", "tunnels entered", simplex_conf, true, false},
	{"frame-times", "a time per frame instead of per burst", simplex_conf, false, true},
	{"mirror", "direction by subnet on a mirror port", mirror_conf, false, false},
};

struct rig {
	struct conf *conf;
	struct sources *sources;
	struct plan *plan;
	struct snap_core *core;
	struct pipeline *pipeline;
	struct burst bursts[2]; /* one is run while the frames of the other are fetched */
	struct burst *next;
	struct trace *trace;
	size_t at;
	double aside; /* processor time between rounds of the trace, TSC ticks */
	double ns_per_cycle;
	uint64_t first_cycle;
	bool frame_times, mirror;
	/* every `fresh_every`-th frame gets a flow of its own; 0: none */
	uint64_t fresh_every, fresh_in, fresh;
	uint64_t evicted, refused;
};

struct result {
	size_t flows;
	const char *frame;
	double cycles, min, max, touch, stages[STAGE_COUNT];
	double bytes_per_flow;
	uint64_t evicted, refused;
};

/* ---- the rig --------------------------------------------------------------------------------- */

static void
drain(void *context)
{
	struct rig *r = context;
	struct snap *s = snap_take(r->core);

	if (!s)
		return;
	r->evicted += s->flows_evicted;
	r->refused += s->flows_refused;
	snap_release(r->core, s);
}

static void
rig_open(struct rig *r, struct trace *t, const struct variant *v, size_t capacity)
{
	struct pipeline_params params;
	struct snap_params snap;
	char *error = NULL;

	memset(r, 0, sizeof *r);
	if (conf_load_text(v->conf, "bench", &r->conf, &error) != 0 ||
	    sources_create(r->conf, &r->sources, &error) != 0) {
		fprintf(stderr, "pniscope-bench: %s\n", error);
		exit(2);
	}
	r->plan = plan_create(r->conf, r->sources, 1);
	r->plan->decode.inner = v->inner;
	plan_snap_params(r->plan, METERS, ENDPOINTS, &snap);
	r->core = snap_core_create(&snap);
	params = (struct pipeline_params){.plan = r->plan,
	                                  .snap = r->core,
	                                  .flows = capacity,
	                                  .interval_ns = NS_PER_S,
	                                  .published = drain,
	                                  .context = r};
	r->pipeline = pipeline_create(&params);
	if (!r->core || !r->pipeline)
		exit(2);
	r->trace = t;
	r->next = r->bursts;
	r->ns_per_cycle = 1e9 / bench_hz();
	r->first_cycle = bench_cycles();
	r->frame_times = v->frame_times;
	r->mirror = v->conf == mirror_conf;
}

static void
rig_close(struct rig *r)
{
	pipeline_destroy(r->pipeline);
	snap_core_destroy(r->core);
	plan_destroy(r->plan);
	sources_destroy(r->sources);
	conf_destroy(r->conf);
}

/* A source port and address of a flow never seen, in a frame of the trace. */
static void
freshen(struct rig *r, uint8_t *frame)
{
	uint64_t n = ++r->fresh;

	store_be32(frame + 26, 0xcb000000 | (uint32_t)(n & 0x3fff));
	store_be16(frame + 34, (uint16_t)(n >> 14));
	store_be16(frame + 36, (uint16_t)(20000 + (n >> 30)));
}

/* Processor time of this thread in TSC ticks: what other processes take of the core is not ours. */
static double
cpu_cycles(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return ((double)t.tv_sec + (double)t.tv_nsec / 1e9) * bench_hz();
}

static __attribute__((noinline)) void
round_end(struct rig *r)
{
	double start = cpu_cycles();

	r->at = 0;
	trace_advance(r->trace);
	r->aside += cpu_cycles() - start;
}

/* What a driver and a worker do for a burst: read each mbuf, fill the arrays, fetch the frames.
 * They arrive while the burst before, which is returned, is run. */
static inline struct burst *
burst_fill(struct rig *r)
{
	struct burst *ready = r->next, *b = ready == r->bursts ? ready + 1 : r->bursts;
	uint64_t now = T0 + (uint64_t)((double)(bench_cycles() - r->first_cycle) * r->ns_per_cycle);
	size_t left = r->trace->count - r->at;
	uint32_t count = left < BURST_MAX ? (uint32_t)left : BURST_MAX;

	b->count = count;
	b->one_lane = !r->mirror && !r->frame_times;
	for (uint32_t i = 0; i < count; i++) {
		struct rte_mbuf *m = r->trace->order[r->at + i];

		/* mbufs of the next burst are fetched as a driver's ring would have them */
		if (r->at + i + BURST_MAX < r->trace->count)
			__builtin_prefetch(r->trace->order[r->at + i + BURST_MAX]);
		b->data[i] = rte_pktmbuf_mtod(m, const uint8_t *);
		b->captured[i] = m->data_len;
		b->wire[i] = m->pkt_len;
		b->owner[i] = m;
	}
	for (uint32_t i = 0; i < BURST_MAX; i++) {
		b->lane[i] = r->mirror ? LANE_UNKNOWN : 0;
		b->time_ns[i] = r->frame_times ? now + i : now;
		b->link_layer[i] = LINK_ETHERNET;
	}
	r->at += count;
	if (r->at == r->trace->count)
		round_end(r);
	r->next = b;
	ready->next = b;
	return ready;
}

static inline void
burst_freshen(struct rig *r, const struct burst *b)
{
	for (uint32_t i = 0; r->fresh_every && i < b->count; i++)
		if (--r->fresh_in == 0) {
			r->fresh_in = r->fresh_every;
			freshen(r, (uint8_t *)(uintptr_t)b->data[i]);
		}
}

/* Cycles per packet of filling bursts and reading one byte of each frame. */
static double
run_touch(struct rig *r, double seconds)
{
	uint64_t end = bench_cycles() + (uint64_t)(seconds * bench_hz());
	double start = cpu_cycles() - r->aside;
	uint64_t packets = 0;
	uint32_t bytes = 0;

	while (bench_cycles() < end) {
		const struct burst *b = burst_fill(r);

		for (uint32_t i = 0; i < b->count; i++) {
			__builtin_prefetch(b->next->data[i]);
			bytes += b->data[i][30];
		}
		packets += b->count;
	}
	__asm__ volatile("" : : "r"(bytes));
	return (cpu_cycles() - r->aside - start) / (double)packets;
}

static double
run_pipeline(struct rig *r, double seconds)
{
	uint64_t end = bench_cycles() + (uint64_t)(seconds * bench_hz());
	double start = cpu_cycles() - r->aside;
	uint64_t packets = 0;

	while (bench_cycles() < end) {
		struct burst *b = burst_fill(r);

		burst_freshen(r, b);
		packets += b->count;
		pipeline_run(r->pipeline, b);
	}
	return (cpu_cycles() - r->aside - start) / (double)packets;
}

/* Until every flow is in the table. */
static void
warm_up(struct rig *r)
{
	for (size_t sent = 0; sent < 2 * r->trace->count; sent += BURST_MAX) {
		pipeline_run(r->pipeline, burst_fill(r));
	}
}

/* Cycles per packet of each stage: medians over chunks, so that a preempted one does not count. */
static void
profile(struct rig *r, double stages[STAGE_COUNT])
{
	static double chunks[STAGE_COUNT][PROFILE_CHUNKS];
	const uint64_t *cycles = pipeline_cycles(r->pipeline);
	uint64_t before[STAGE_COUNT];

	pipeline_profile(r->pipeline, true);
	for (int chunk = 0; chunk < PROFILE_CHUNKS; chunk++) {
		uint64_t packets = 0;

		memcpy(before, cycles, sizeof before);
		while (packets < PROFILE_PACKETS) {
			struct burst *b = burst_fill(r);

			burst_freshen(r, b);
			packets += b->count;
			pipeline_run(r->pipeline, b);
		}
		for (int s = 0; s < STAGE_COUNT; s++)
			chunks[s][chunk] = (double)(cycles[s] - before[s]) / (double)packets;
	}
	pipeline_profile(r->pipeline, false);
	for (int s = 0; s < STAGE_COUNT; s++)
		stages[s] = bench_median(chunks[s], PROFILE_CHUNKS);
}

/* ---- measurements ---------------------------------------------------------------------------- */

/* Rigs of 10 M flows get a tenth of new flows a second on top. */
static void
fresh_begin(struct rig *r, double cycles)
{
	double per_second = (double)r->trace->flows * NEW_SHARE;

	r->fresh_every = (uint64_t)(bench_hz() / cycles / per_second) + 1;
	r->fresh_in = r->fresh_every;
}

static void
measure(struct trace *t, const char *frame, struct result *out)
{
	double touch[RUNS], cycles[RUNS];
	struct rig *r = mem_alloc(1, sizeof *r);

	rig_open(r, t, &plain, t->flows + t->flows / 10 + 64);
	warm_up(r);
	*out = (struct result){.flows = t->flows, .frame = frame};
	if (t->flows >= 10000000)
		fresh_begin(r, run_pipeline(r, RUN_SECONDS));
	for (int i = 0; i < RUNS; i++) {
		touch[i] = run_touch(r, RUN_SECONDS / 4);
		cycles[i] = run_pipeline(r, RUN_SECONDS);
	}
	out->cycles = bench_median(cycles, RUNS);
	out->min = cycles[0];
	out->max = cycles[RUNS - 1];
	out->touch = bench_median(touch, RUNS);
	profile(r, out->stages);
	out->bytes_per_flow = (double)flow_table_size(pipeline_flows(r->pipeline)) /
	                      (double)flow_table_stats(pipeline_flows(r->pipeline))->capacity;
	out->evicted = r->evicted;
	out->refused = r->refused;
	rig_close(r);
	free(r);
}

/* Medians of a variant minus the plain run, in turn. */
static double
feature_cost(struct trace *t, const struct variant *v)
{
	struct rig *with = mem_alloc(1, sizeof *with), *without = mem_alloc(1, sizeof *without);
	double a[RUNS], b[RUNS];

	rig_open(with, t, v, t->flows + t->flows / 10);
	rig_open(without, t, &plain, t->flows + t->flows / 10);
	warm_up(with);
	warm_up(without);
	for (int i = 0; i < RUNS; i++) {
		a[i] = run_pipeline(with, RUN_SECONDS);
		b[i] = run_pipeline(without, RUN_SECONDS);
	}
	rig_close(with);
	rig_close(without);
	free(with);
	free(without);
	return bench_median(a, RUNS) - bench_median(b, RUNS);
}

/* ---- output ---------------------------------------------------------------------------------- */

static void
print_json(const struct result *results, size_t count, const double *features)
{
	printf("{\"pipeline\": [");
	for (size_t i = 0; i < count; i++) {
		const struct result *r = &results[i];

		printf("%s\n {\"flows\": %zu, \"frame\": %s, \"cycles_per_packet\": %.1f, "
		       "\"min\": %.1f, \"max\": %.1f, \"touch\": %.1f, \"evicted\": %llu, "
		       "\"refused\": %llu, \"stages\": {",
		       i ? "," : "", r->flows, r->frame, r->cycles, r->min, r->max, r->touch,
		       (unsigned long long)r->evicted, (unsigned long long)r->refused);
		for (int s = 0; s < STAGE_COUNT; s++)
			printf("%s\"%s\": %.1f", s ? ", " : "", stage_name((enum stage)s),
			       r->stages[s]);
		printf("}}");
	}
	printf("],\n \"features\": [");
	for (size_t i = 0; features && i < sizeof variants / sizeof *variants; i++)
		printf("%s\n {\"name\": \"%s\", \"cycles_per_packet\": %.1f}", i ? "," : "",
		       variants[i].name, features[i]);
	printf("],\n \"memory\": {\"bytes_per_flow\": %.1f}}\n",
	       count ? results[count - 1].bytes_per_flow : 0.0);
}

static void
print_table(const struct result *results, size_t count, const double *features)
{
	printf("%10s %-7s %8s %8s %8s %8s", "flows", "frame", "cycles", "min", "max", "touch");
	for (int s = 0; s < STAGE_COUNT; s++)
		printf(" %8s", stage_name((enum stage)s));
	printf(" %8s\n", "B/flow");
	for (size_t i = 0; i < count; i++) {
		const struct result *r = &results[i];

		printf("%10zu %-7s %8.1f %8.1f %8.1f %8.1f", r->flows, r->frame, r->cycles, r->min,
		       r->max, r->touch);
		for (int s = 0; s < STAGE_COUNT; s++)
			printf(" %8.1f", r->stages[s]);
		printf(" %8.1f\n", r->bytes_per_flow);
	}
	for (size_t i = 0; features && i < sizeof variants / sizeof *variants; i++)
		printf("feature %-12s %+8.1f  %s\n", variants[i].name, features[i],
		       variants[i].help);
}

static int
usage(void)
{
	fprintf(stderr, "usage: pniscope-bench pipeline [--json] [--flows N] [--frames N] "
	                "[--capture FILE]\n"
	                "  --flows   only this many flows\n"
	                "  --frames  at least this many different frames (few: all in the caches)\n"
	                "  --capture the frames of a file, over and over\n");
	return 2;
}

static size_t
measure_all(struct trace_pool *pool, size_t only, size_t frames_min, struct result *results)
{
	static const size_t sizes[] = {10000, 100000, 1000000, 10000000};
	static const char *const frames[] = {"64", "\"mix\""};
	size_t count = 0;

	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		size_t flows = only ? only : sizes[i];

		for (int frame = TRACE_UDP64; frame <= TRACE_MIX; frame++) {
			struct trace t;

			trace_make(pool, &t, flows > frames_min ? flows : frames_min, flows,
			           (enum trace_frame)frame);
			measure(&t, frames[frame], &results[count++]);
			trace_fini(&t);
		}
		if (only)
			break;
	}
	return count;
}

static void
measure_features(struct trace_pool *pool, double *features)
{
	struct trace t;

	trace_make(pool, &t, TRACE_MIN, FEATURE_FLOWS, TRACE_UDP64);
	for (size_t i = 0; i < sizeof variants / sizeof *variants; i++)
		features[i] = feature_cost(&t, &variants[i]);
	trace_fini(&t);
}

int
bench_pipeline(int argc, char **argv)
{
	static const struct option options[] = {{"json", no_argument, NULL, 'j'},
	                                        {"flows", required_argument, NULL, 'f'},
	                                        {"capture", required_argument, NULL, 'c'},
	                                        {"frames", required_argument, NULL, 'n'},
	                                        {0}};
	double features[sizeof variants / sizeof *variants];
	struct result results[8];
	const char *capture = NULL;
	struct trace_pool *pool;
	size_t only = 0, frames = TRACE_MIN, count = 1;
	bool json = false, whole;
	struct trace t;

	for (int c; (c = getopt_long(argc, argv, "", options, NULL)) != -1;)
		if (c == 'j')
			json = true;
		else if (c == 'f')
			only = strtoull(optarg, NULL, 10);
		else if (c == 'c')
			capture = optarg;
		else if (c == 'n')
			frames = strtoull(optarg, NULL, 10);
		else
			return usage();
	whole = !capture && !only;
	pool = trace_pool_create(whole ? 10000000 : only > TRACE_MIN ? only : TRACE_MIN);
	if (capture) {
		if (!trace_load(pool, &t, TRACE_MIN, capture))
			return 2;
		t.flows = only ? only : 100000;
		measure(&t, "\"capture\"", &results[0]);
		trace_fini(&t);
	} else {
		count = measure_all(pool, only, frames, results);
	}
	if (whole)
		measure_features(pool, features);
	(json ? print_json : print_table)(results, count, whole ? features : NULL);
	trace_pool_destroy(pool);
	return 0;
}
