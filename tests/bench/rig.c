#include "bench/rig.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <rte_mbuf.h>

#include "base/clock.h"

enum {
	ENDPOINTS = 65536,
	METERS = 65536,
	PROFILE_CHUNKS = 256,
	PROFILE_PACKETS = 16384,
	GAP_CYCLES = 100000, /* between two bursts: longer than any takes */
};
#define T0 (1700000000 * NS_PER_S)

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

const struct variant rig_plain = {.name = "plain", .help = ""};

static void
drain(void *context)
{
	struct rig *r = context;
	struct snap *s = snap_take(r->core);

	if (!s)
		return;
	r->evicted += s->flows_evicted;
	r->refused += s->shortage.flows_refused;
	snap_release(r->core, s);
}

void
rig_open(struct rig *r, struct trace *t, const struct variant *v, size_t capacity)
{
	struct pipeline_params params;
	struct snap_params snap;
	char *error = NULL;

	memset(r, 0, sizeof *r);
	if (conf_load_text(v->mirror ? mirror_conf : simplex_conf, "bench", &r->conf, &error) !=
	            0 ||
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
	                                  .without = v->without,
	                                  .published = drain,
	                                  .context = r};
	r->pipeline = pipeline_create(&params);
	if (!r->core || !r->pipeline)
		exit(2);
	r->next = r->bursts;
	rig_feed(r, t);
	r->ns_per_cycle = 1e9 / bench_hz();
	r->last_cycle = bench_cycles();
	r->variant = v;
}

void
rig_close(struct rig *r)
{
	pipeline_destroy(r->pipeline);
	snap_core_destroy(r->core);
	plan_destroy(r->plan);
	sources_destroy(r->sources);
	conf_destroy(r->conf);
}

void
rig_feed(struct rig *r, struct trace *t)
{
	r->trace = t;
	r->at = 0;
	memset(r->bursts, 0, sizeof r->bursts);
}

uint64_t
rig_now_ns(const struct rig *r)
{
	return T0 + (uint64_t)((double)r->cycles * r->ns_per_cycle);
}

void
rig_freshen(struct rig *r, double share, double cycles)
{
	double per_second = (double)r->trace->flows * share;

	r->fresh_every = (uint64_t)(bench_hz() / cycles / per_second) + 1;
	r->fresh_in = r->fresh_every;
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

/* The packets' clock stands still while others have the core: flows would grow old otherwise, and
 * the ageing hand catch up, on a busy machine. */
static inline uint64_t
clock_turn(struct rig *r)
{
	uint64_t now = bench_cycles(), passed = now - r->last_cycle;

	r->last_cycle = now;
	r->cycles += passed < GAP_CYCLES ? passed : GAP_CYCLES;
	return rig_now_ns(r);
}

/* What a driver and a worker do for a burst: read each mbuf, fill the arrays, fetch the frames.
 * They arrive while the burst before, which is returned, is run. */
static inline struct burst *
burst_fill(struct rig *r)
{
	struct burst *ready = r->next, *b = ready == r->bursts ? ready + 1 : r->bursts;
	uint16_t lane = r->variant->mirror ? LANE_UNKNOWN : 0;
	bool frame_times = r->variant->frame_times;
	uint64_t now = clock_turn(r);
	struct rte_mbuf **mbufs = &r->trace->order[r->at];
	size_t left = r->trace->count - r->at;
	uint32_t count = left < BURST_MAX ? (uint32_t)left : BURST_MAX;

	b->count = count;
	b->one_lane = !r->variant->mirror && !frame_times;
	for (uint32_t i = 0; i < count; i++) {
		struct rte_mbuf *m = mbufs[i];

		/* mbufs of the next burst are fetched as a driver's ring would have them */
		if (i + BURST_MAX < left)
			__builtin_prefetch(mbufs[i + BURST_MAX]);
		b->data[i] = rte_pktmbuf_mtod(m, const uint8_t *);
		b->captured[i] = m->data_len;
		b->wire[i] = m->pkt_len;
		b->owner[i] = m;
	}
	for (uint32_t i = 0; i < BURST_MAX; i++) {
		b->lane[i] = lane;
		b->time_ns[i] = now;
		b->link_layer[i] = LINK_ETHERNET;
	}
	for (uint32_t i = 0; frame_times && i < count; i++)
		b->time_ns[i] += i;
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

double
rig_time(struct rig *r, double seconds, rig_step_fn *step, void *context)
{
	uint64_t end = r->cycles + (uint64_t)(seconds * bench_hz());
	double start = cpu_cycles() - r->aside;
	uint64_t packets = 0;

	while (r->cycles < end) {
		struct burst *b = burst_fill(r);

		step(context, r, b);
		packets += b->count;
	}
	return (cpu_cycles() - r->aside - start) / (double)packets;
}

static void
touch(void *sum, struct rig *r, struct burst *b)
{
	uint32_t bytes = 0;

	(void)r;
	for (uint32_t i = 0; i < b->count; i++) {
		__builtin_prefetch(b->next->data[i]);
		bytes += b->data[i][30];
	}
	*(uint32_t *)sum += bytes;
}

double
rig_touch(struct rig *r, double seconds)
{
	uint32_t sum = 0;

	return rig_time(r, seconds, touch, &sum);
}

static void
run(void *pipeline, struct rig *r, struct burst *b)
{
	burst_freshen(r, b);
	pipeline_run(pipeline, b);
}

double
rig_run(struct rig *r, double seconds)
{
	return rig_time(r, seconds, run, r->pipeline);
}

void
rig_warm_up(struct rig *r)
{
	for (size_t sent = 0; sent < 2 * r->trace->count; sent += BURST_MAX) {
		pipeline_run(r->pipeline, burst_fill(r));
	}
}

void
rig_profile(struct rig *r, double stages[STAGE_COUNT])
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
