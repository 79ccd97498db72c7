/*
 * Cycles per packet of the whole pipeline in process: pre-loaded mbufs in random order of flows,
 * bursts of 64, no driver. A loop that only touches the mbufs, and one that touches the lines of a
 * flow too, run in turn with it, so that every figure stands beside what memory alone costs.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "bench/floor.h"
#include "bench/rig.h"
#include "state/flow.h"

enum {
	RUNS = 5,
	TRACE_MIN = 1 << 20, /* frames, so that even few flows come from memory, not from caches */
	FEATURE_FLOWS = 1000000,
};
#define RUN_SECONDS 0.5
/* of the 10 M figure: new flows a second, as a share */
#define NEW_SHARE 0.1

static const struct variant variants[] = {
	{.name = "inner", .help = "tunnels entered", .inner = true},
	{.name = "frame-times",
         .help = "a time per frame instead of per burst",
         .frame_times = true},
	{.name = "mirror", .help = "direction by subnet on a mirror port", .mirror = true},
	{.name = "tcp",
         .help = "state of TCP connections: loss, round trips (45 % TCP, 45 % RTP)",
         .without = 1u << STAGE_TCP},
	{.name = "rtp",
         .help = "state of RTP streams, QUIC's spin bit (the same)",
         .without = 1u << STAGE_MEDIA},
};

struct result {
	size_t flows;
	const char *frame;
	double cycles, min, max, touch, lines, stages[STAGE_COUNT];
	double bytes_per_flow;
	uint64_t evicted, refused;
};

/* ---- measurements ---------------------------------------------------------------------------- */

static void
measure(struct trace *t, const char *frame, struct result *out)
{
	double touch[RUNS], lines[RUNS], cycles[RUNS];
	struct rig *r = mem_alloc(1, sizeof *r);
	struct floor floor;

	rig_open(r, t, &rig_plain, t->flows + t->flows / 10 + 64);
	floor_open(&floor, t->flows);
	rig_warm_up(r);
	*out = (struct result){.flows = t->flows, .frame = frame};
	if (t->flows >= 10000000) /* a tenth of as many new flows each second on top */
		rig_freshen(r, NEW_SHARE, rig_run(r, RUN_SECONDS));
	for (int i = 0; i < RUNS; i++) {
		touch[i] = rig_touch(r, RUN_SECONDS / 4);
		lines[i] = floor_run(&floor, r, RUN_SECONDS / 4);
		cycles[i] = rig_run(r, RUN_SECONDS);
	}
	out->cycles = bench_median(cycles, RUNS);
	out->min = cycles[0];
	out->max = cycles[RUNS - 1];
	out->touch = bench_median(touch, RUNS);
	out->lines = bench_median(lines, RUNS);
	rig_profile(r, out->stages);
	out->bytes_per_flow = (double)flow_table_size(pipeline_flows(r->pipeline)) /
	                      (double)flow_table_stats(pipeline_flows(r->pipeline))->capacity;
	out->evicted = r->evicted;
	out->refused = r->refused;
	floor_close(&floor);
	rig_close(r);
	free(r);
}

/* Medians of a variant minus the plain run, in turn; the other way round where the variant lacks
 * what the plain run has. */
static double
feature_cost(struct trace *t, const struct variant *v)
{
	struct rig *with = mem_alloc(1, sizeof *with), *without = mem_alloc(1, sizeof *without);
	double a[RUNS], b[RUNS], more;

	rig_open(with, t, v, t->flows + t->flows / 10);
	rig_open(without, t, &rig_plain, t->flows + t->flows / 10);
	rig_warm_up(with);
	rig_warm_up(without);
	for (int i = 0; i < RUNS; i++) {
		a[i] = rig_run(with, RUN_SECONDS);
		b[i] = rig_run(without, RUN_SECONDS);
	}
	rig_close(with);
	rig_close(without);
	free(with);
	free(without);
	more = bench_median(a, RUNS) - bench_median(b, RUNS);
	return v->without ? -more : more;
}

/* ---- output ---------------------------------------------------------------------------------- */

static void
print_json(const struct result *results, size_t count, const double *features)
{
	printf("{\"pipeline\": [");
	for (size_t i = 0; i < count; i++) {
		const struct result *r = &results[i];

		printf("%s\n {\"flows\": %zu, \"frame\": %s, \"cycles_per_packet\": %.1f, "
		       "\"min\": %.1f, \"max\": %.1f, \"touch\": %.1f, \"lines\": %.1f, "
		       "\"evicted\": %llu, \"refused\": %llu, \"stages\": {",
		       i ? "," : "", r->flows, r->frame, r->cycles, r->min, r->max, r->touch,
		       r->lines, (unsigned long long)r->evicted, (unsigned long long)r->refused);
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
	printf("%10s %-7s %8s %8s %8s %8s %8s", "flows", "frame", "cycles", "min", "max", "touch",
	       "lines");
	for (int s = 0; s < STAGE_COUNT; s++)
		printf(" %8s", stage_name((enum stage)s));
	printf(" %8s\n", "B/flow");
	for (size_t i = 0; i < count; i++) {
		const struct result *r = &results[i];

		printf("%10zu %-7s %8.1f %8.1f %8.1f %8.1f %8.1f", r->flows, r->frame, r->cycles,
		       r->min, r->max, r->touch, r->lines);
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
	                "[--capture FILE | --features]\n"
	                "  --flows   only this many flows\n"
	                "  --frames  at least this many different frames (few: all in the caches)\n"
	                "  --capture the frames of a file, over and over\n"
	                "  --features only what each feature adds\n");
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
	for (size_t i = 0; i < sizeof variants / sizeof *variants; i++) {
		enum trace_frame frame = variants[i].without ? TRACE_MIX : TRACE_UDP64;
		struct trace t;

		trace_make(pool, &t, TRACE_MIN, FEATURE_FLOWS, frame);
		features[i] = feature_cost(&t, &variants[i]);
		trace_fini(&t);
	}
}

int
bench_pipeline(int argc, char **argv)
{
	static const struct option options[] = {
		{"json", no_argument, NULL, 'j'},          {"flows", required_argument, NULL, 'f'},
		{"capture", required_argument, NULL, 'c'}, {"frames", required_argument, NULL, 'n'},
		{"features", no_argument, NULL, 'o'},      {0}};
	double features[sizeof variants / sizeof *variants];
	struct result results[8];
	const char *capture = NULL;
	struct trace_pool *pool;
	size_t only = 0, frames = TRACE_MIN, count = 1;
	bool json = false, features_only = false, whole;
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
		else if (c == 'o')
			features_only = true;
		else
			return usage();
	whole = !capture && !only;
	pool = trace_pool_create(whole && !features_only ? 10000000
	                         : only > TRACE_MIN      ? only
	                                                 : TRACE_MIN);
	if (capture) {
		if (!trace_load(pool, &t, TRACE_MIN, capture))
			return 2;
		t.flows = only ? only : 100000;
		measure(&t, "\"capture\"", &results[0]);
		trace_fini(&t);
	} else if (features_only) {
		count = 0;
	} else {
		count = measure_all(pool, only, frames, results);
	}
	if (whole)
		measure_features(pool, features);
	(json ? print_json : print_table)(results, count, whole ? features : NULL);
	trace_pool_destroy(pool);
	return 0;
}
