/*
 * Ten thousand G.711 calls at once, 20 ms of speech a packet: a million packets a second with the
 * full quality of each of the 20 000 streams. Every 20 ms all streams send one packet, in random
 * order; between two rounds their headers are moved on, which is not measured. What a round costs
 * is what a worker spends on 20 ms of these calls.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/mem.h"
#include "bench/bench.h"
#include "path/pipeline.h"
#include "path/source.h"
#include "state/rtp_pool.h"
#include "support/frames.h"

enum {
	CALLS = 10000,
	STREAMS = 2 * CALLS,
	WARM_ROUNDS = 50,
	ROUNDS = 250, /* five seconds of speech */
	PTIME_MS = 20,
	SLOT = 256, /* bytes from frame to frame */
	PAYLOAD = 12 + 160,
	SEQUENCE_AT = ETHERNET_SIZE + 20 + 8 + 2,
	ENDPOINTS = 65536,
	METERS = 4096,
};
#define T0 (1700000000 * NS_PER_S)

static const char contract[] =
	"peering = { name = \"bench\"; type = \"voice\"; };\n"
	"peer = { asn = 64496; };\n"
	"sites = ( { name = \"a\"; } );\n"
	"links = ( { name = \"l\"; site = \"a\"; bandwidth = \"100G\"; members = (\n"
	" { speed = \"100G\"; peer_to_msft = \"pcap:up\"; msft_to_peer = \"pcap:down\"; } ); } );\n"
	"subnets = ( { prefix = \"203.0.113.0/24\"; side = \"peer\"; },\n"
	" { prefix = \"52.112.0.0/14\"; side = \"msft\"; } );\n";

struct voice_rig {
	struct conf *conf;
	struct sources *sources;
	struct plan *plan;
	struct snap_core *core;
	struct pipeline *pipeline;
	uint8_t *frames;         /* STREAMS of SLOT bytes; the odd ones go to the peer */
	uint32_t order[STREAMS]; /* half of each direction, each in random order */
	uint32_t size;           /* of a frame */
	uint64_t reports;
};

static void
drain(void *context)
{
	struct voice_rig *r = context;
	struct snap *s = snap_take(r->core);

	if (!s)
		return;
	r->reports += s->stream_count;
	snap_release(r->core, s);
}

static void
open_rig(struct voice_rig *r)
{
	struct pipeline_params params;
	struct snap_params snap;
	char *error = NULL;

	if (conf_load_text(contract, "bench", &r->conf, &error) != 0 ||
	    sources_create(r->conf, &r->sources, &error) != 0) {
		fprintf(stderr, "pniscope-bench: %s\n", error);
		exit(2);
	}
	r->plan = plan_create(r->conf, r->sources, 1);
	plan_snap_params(r->plan, METERS, ENDPOINTS, &snap);
	r->core = snap_core_create(&snap);
	params = (struct pipeline_params){.plan = r->plan,
	                                  .snap = r->core,
	                                  .flows = 1000000,
	                                  .interval_ns = NS_PER_S,
	                                  .published = drain,
	                                  .context = r};
	r->pipeline = pipeline_create(&params);
	if (!r->core || !r->pipeline)
		exit(2);
}

static void
close_rig(struct voice_rig *r)
{
	pipeline_destroy(r->pipeline);
	snap_core_destroy(r->core);
	plan_destroy(r->plan);
	sources_destroy(r->sources);
	conf_destroy(r->conf);
	free(r->frames);
	free(r);
}

/* Stream n of call n / 2: an SBC's 256 addresses and their ports against a hundred of the cloud. */
static void
make_frames(struct voice_rig *r)
{
	static uint8_t payload[PAYLOAD] = {0x80, 0};

	r->frames = mem_alloc(STREAMS, SLOT);
	for (uint32_t n = 0; n < STREAMS; n++) {
		uint32_t call = n / 2;
		bool back = n & 1;
		struct addr peer = addr_v4((const uint8_t[]){203, 0, 113, (uint8_t)call});
		struct addr msft = addr_v4((const uint8_t[]){52, 112, 0, (uint8_t)(call % 100)});
		uint16_t peer_port = (uint16_t)(10000 + call / 256 * 2);
		uint16_t msft_port = (uint16_t)(50000 + call % 3000);
		struct frame_spec spec = {.src = back ? msft : peer,
		                          .dst = back ? peer : msft,
		                          .proto = 17,
		                          .sport = back ? msft_port : peer_port,
		                          .dport = back ? peer_port : msft_port,
		                          .payload = payload,
		                          .payload_size = PAYLOAD};
		uint8_t frame[FRAME_MAX];

		store_be32(payload + 8, 0x10000 + n);
		r->size = (uint32_t)frame_make(frame, &spec);
		memcpy(r->frames + (size_t)n * SLOT, frame, r->size);
	}
}

static uint64_t
random_next(void)
{
	static uint64_t state = 88172645463325252ull;

	/* xorshift64, Marsaglia 2003 */
	state ^= state << 13;
	state ^= state >> 7;
	return state ^= state << 17;
}

/* The next packet of every stream, and in which order they come. */
static void
next_round(struct voice_rig *r)
{
	for (uint32_t n = 0; n < STREAMS; n++) {
		uint8_t *at = r->frames + (size_t)n * SLOT + SEQUENCE_AT;

		store_be16(at, (uint16_t)(load_be16(at) + 1));
		store_be32(at + 2, load_be32(at + 2) + PTIME_MS * 8);
	}
	for (uint32_t half = 0; half < 2; half++) {
		uint32_t *order = r->order + half * CALLS;

		for (uint32_t i = 0; i < CALLS; i++) {
			uint32_t j = (uint32_t)(random_next() % (i + 1));

			order[i] = order[j];
			order[j] = i * 2 + half;
		}
	}
}

static void
fill(const struct voice_rig *r, struct burst *b, uint32_t from, uint64_t now_ns)
{
	uint32_t left = (from < CALLS ? CALLS : STREAMS) - from;

	b->count = left < BURST_MAX ? left : BURST_MAX;
	b->one_lane = true;
	for (uint32_t i = 0; i < b->count; i++) {
		b->data[i] = r->frames + (size_t)r->order[from + i] * SLOT;
		b->captured[i] = b->wire[i] = r->size;
		b->lane[i] = r->plan->ports[from >= CALLS].members[0].lane[from >= CALLS];
		b->time_ns[i] = now_ns;
		b->link_layer[i] = LINK_ETHERNET;
	}
}

/* Processor time of this thread in TSC ticks: what other processes take of the core is not ours. */
static double
cpu_cycles(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return ((double)t.tv_sec + (double)t.tv_nsec / 1e9) * bench_hz();
}

/* Cycles per packet of one round, as a worker runs it: one burst in flight. */
static double
run_round(struct voice_rig *r, uint64_t now_ns)
{
	static struct burst bursts[2];
	struct burst *waiting = NULL;
	double start = cpu_cycles();
	unsigned next = 0;

	for (uint32_t from = 0; from < STREAMS;) {
		struct burst *b = &bursts[next ^= 1];

		fill(r, b, from, now_ns + from * 900); /* over 18 of the 20 ms */
		if (waiting) {
			waiting->next = b;
			pipeline_run(r->pipeline, waiting);
		}
		waiting = b;
		from += b->count;
	}
	waiting->next = NULL;
	pipeline_run(r->pipeline, waiting);
	return (cpu_cycles() - start) / STREAMS;
}

int
bench_voice(int argc, char **argv)
{
	bool json = argc > 1 && strcmp(argv[1], "--json") == 0;
	struct voice_rig *r = mem_alloc(1, sizeof *r);
	double cycles[ROUNDS], media[ROUNDS], median, busy;

	open_rig(r);
	make_frames(r);
	pipeline_profile(r->pipeline, true);
	for (int round = 0; round < WARM_ROUNDS + ROUNDS; round++) {
		uint64_t now_ns = T0 + (uint64_t)round * PTIME_MS * NS_PER_MS;
		const uint64_t *stages = pipeline_cycles(r->pipeline);
		uint64_t before = stages[STAGE_MEDIA];
		double spent;

		next_round(r);
		spent = run_round(r, now_ns);
		if (round < WARM_ROUNDS)
			continue;
		cycles[round - WARM_ROUNDS] = spent;
		media[round - WARM_ROUNDS] = (double)(stages[STAGE_MEDIA] - before) / STREAMS;
	}
	median = bench_median(cycles, ROUNDS);
	busy = median * STREAMS * (1000.0 / PTIME_MS) / bench_hz();
	if (rtp_pool_stats(pipeline_streams(r->pipeline))->used != STREAMS) {
		fprintf(stderr, "pniscope-bench: not all streams were followed\n");
		return 1;
	}
	printf(json ? "{\"voice\": {\"calls\": %d, \"packets_per_second\": %d, "
	              "\"cycles_per_packet\": %.1f, \"media_stage\": %.1f, "
	              "\"busy_ratio\": %.4f}}\n"
	            : "%d G.711 calls, %d packets/s: %.1f cycles a packet, %.1f of them for "
	              "streams; %.3f of a core\n",
	       CALLS, STREAMS * 1000 / PTIME_MS, median, bench_median(media, ROUNDS), busy);
	close_rig(r);
	return 0;
}
