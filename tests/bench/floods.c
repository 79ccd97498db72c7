/*
 * Floods of new flows at the limit of the flow table: a SYN flood on one server, and UDP between
 * random addresses, each beside calls that were there before. The table holds a quarter of the
 * flood's flows, so that nearly every frame of it finds the table full and a stranger in it. What
 * is shown besides cycles: how many of the calls still have the record that they had.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "bench/rig.h"
#include "state/flow.h"

enum {
	FRAMES = 1 << 22,
	CAPACITY = 1 << 20,
	CALLS = 50000,
	RUNS = 5,
};
#define RUN_SECONDS 0.5

struct flood {
	const char *name;
	double cycles, min, max;
	uint64_t evicted, refused;
	size_t kept; /* of CALLS */
};

struct count {
	uint64_t before_ns;
	size_t flows;
};

static bool
count_calls(void *context, struct flow *f)
{
	struct count *c = context;

	c->flows += f->first_ns < c->before_ns;
	return true;
}

static void
measure(struct trace_pool *pool, const char *name, bool syn, struct flood *out)
{
	struct rig *r = mem_alloc(1, sizeof *r);
	struct trace flood, calls;
	double cycles[RUNS];
	struct count count = {0};

	trace_make_flood(pool, &flood, FRAMES, CALLS, syn);
	trace_calls(&calls, &flood);
	rig_open(r, &calls, &rig_plain, CAPACITY);
	rig_warm_up(r);
	count.before_ns = rig_now_ns(r);
	rig_feed(r, &flood);
	rig_warm_up(r);
	for (int i = 0; i < RUNS; i++)
		cycles[i] = rig_run(r, RUN_SECONDS);
	flow_table_each(pipeline_flows(r->pipeline), count_calls, &count);
	*out = (struct flood){.name = name,
	                      .cycles = bench_median(cycles, RUNS),
	                      .evicted = r->evicted,
	                      .refused = r->refused,
	                      .kept = count.flows};
	out->min = cycles[0];
	out->max = cycles[RUNS - 1];
	rig_close(r);
	free(r);
	trace_fini(&calls);
	trace_fini(&flood);
}

int
bench_floods(int argc, char **argv)
{
	bool json = argc > 1 && strcmp(argv[1], "--json") == 0;
	struct trace_pool *pool = trace_pool_create(FRAMES);
	struct flood floods[2];

	measure(pool, "syn", true, &floods[0]);
	measure(pool, "random-source", false, &floods[1]);
	printf(json ? "{\"floods\": [" : "%-14s %8s %8s %8s %10s %10s %8s %8s\n", "flood", "cycles",
	       "min", "max", "replaced", "refused", "calls", "kept");
	for (size_t i = 0; i < 2; i++) {
		const struct flood *f = &floods[i];

		printf(json ? "%s\n {\"name\": \"%s\", \"cycles_per_packet\": %.1f, \"min\": %.1f, "
		              "\"max\": %.1f, \"evicted\": %llu, \"refused\": %llu, \"calls\": %d, "
		              "\"calls_kept\": %zu}"
		            : "%s%-14s %8.1f %8.1f %8.1f %10llu %10llu %8d %8zu\n",
		       json && i ? "," : "", f->name, f->cycles, f->min, f->max,
		       (unsigned long long)f->evicted, (unsigned long long)f->refused, CALLS,
		       f->kept);
	}
	if (json)
		printf("]}\n");
	trace_pool_destroy(pool);
	return 0;
}
