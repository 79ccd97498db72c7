/*
 * The two tables that the pipeline stands on, each beside what DPDK has for the job: the flow table
 * against rte_hash (bulk lookup of keys of 16 bytes, which only finds: no second line, no counters,
 * no ageing), the prefix match against the figures that rte_lpm and rte_fib reached.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rte_hash.h>
#include <rte_hash_crc.h>

#include "base/clock.h"
#include "base/mem.h"
#include "bench/bench.h"
#include "state/flow.h"
#include "state/lpm.h"

enum { BURST = 64, RUNS = 5, LOOKUPS = 1 << 21 };

static uint64_t random_state = 88172645463325252ull;

static uint64_t
random_next(void)
{
	/* xorshift64, Marsaglia 2003 */
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	return random_state ^= random_state << 17;
}

/* ---- flows ----------------------------------------------------------------------------------- */

struct flow_rig {
	size_t flows;
	struct flow_table *table;
	struct rte_hash *hash;
	struct packet packets[BURST];
	uint16_t links[BURST];
	uint64_t time_ns[BURST];
	uint32_t wire[BURST];
	struct flow *found[BURST];
	uint8_t seen[BURST];
	uint8_t keys[BURST][16];
};

static void
packet_of(struct packet *p, uint8_t key[16], uint64_t n)
{
	uint8_t src[4], dst[4];

	store_be32(src, 0x0a000000 | (uint32_t)(n * 0x9e3779b97f4a7c15ull >> 40 & 0xffffff));
	store_be32(dst, 0x34700000 | (uint32_t)(n % 1024));
	*p = (struct packet){.src = addr_v4(src),
	                     .dst = addr_v4(dst),
	                     .sport = (uint16_t)n,
	                     .dport = (uint16_t)(n >> 16),
	                     .proto = 17,
	                     .ip_version = 4,
	                     .flags = PACKET_HAS_IP | PACKET_HAS_PORTS};
	memset(key, 0, 16);
	memcpy(key, src, 4);
	memcpy(key + 4, dst, 4);
	memcpy(key + 8, &p->sport, 2);
	memcpy(key + 10, &p->dport, 2);
	key[12] = 17;
}

static void
burst_of(struct flow_rig *r, uint64_t first, bool random)
{
	for (unsigned i = 0; i < BURST; i++) {
		uint64_t n = random ? random_next() % r->flows : first + i;

		packet_of(&r->packets[i], r->keys[i], n);
		r->time_ns[i] = 1;
		r->wire[i] = 60;
	}
}

static void
find_own(struct flow_rig *r)
{
	struct flow_batch b = {BURST, r->packets, r->links, r->time_ns, r->wire, r->found, r->seen};

	flow_find_burst(r->table, &b);
}

static void
find_rte(struct flow_rig *r)
{
	const void *keys[BURST];
	int32_t positions[BURST];

	for (unsigned i = 0; i < BURST; i++)
		keys[i] = r->keys[i];
	rte_hash_lookup_bulk(r->hash, keys, BURST, positions);
}

/* Median over bursts: what others take of the core falls out. */
static double
cycles_of(struct flow_rig *r, void (*find)(struct flow_rig *))
{
	enum { BURSTS = LOOKUPS / BURST };
	static double each[BURSTS];

	for (unsigned i = 0; i < BURSTS; i++) {
		uint64_t start;

		burst_of(r, 0, true);
		start = bench_cycles();
		find(r);
		each[i] = (double)(bench_cycles() - start) / BURST;
	}
	return bench_median(each, BURSTS);
}

static void
measure_flows(size_t flows, double *own, double *rte)
{
	struct flow_params params = {.capacity = flows + BURST};
	struct rte_hash_parameters hash = {.name = "flows",
	                                   .entries = (uint32_t)flows * 5 / 4 + BURST,
	                                   .key_len = 16,
	                                   .hash_func = rte_hash_crc};
	struct flow_rig *r = mem_alloc(1, sizeof *r);
	double a[RUNS], b[RUNS];

	r->flows = flows;
	r->table = flow_table_create(&params);
	r->hash = rte_hash_create(&hash);
	if (!r->table || !r->hash) {
		fprintf(stderr, "pniscope-bench: no memory for tables of %zu flows\n", flows);
		exit(2);
	}
	for (uint64_t n = 0; n + BURST <= flows; n += BURST) {
		burst_of(r, n, false);
		find_own(r);
		for (unsigned i = 0; i < BURST; i++)
			rte_hash_add_key(r->hash, r->keys[i]);
	}
	for (int run = 0; run < RUNS; run++) {
		a[run] = cycles_of(r, find_own);
		b[run] = cycles_of(r, find_rte);
	}
	*own = bench_median(a, RUNS);
	*rte = bench_median(b, RUNS);
	rte_hash_free(r->hash);
	flow_table_destroy(r->table);
	free(r);
}

/* ---- prefixes -------------------------------------------------------------------------------- */

struct lpm_result {
	double build_per_second, bytes_per_prefix, cycles, bulk_cycles;
};

/* Lengths as in a full table: more than half are /24 (IPv4) or /48 (IPv6). IPv6 under 2000::/12,
 * clustered as registries hand it out. */
static struct prefix
prefix_random(bool v4)
{
	uint64_t r = random_next();
	uint8_t b[16] = {0x20, (uint8_t)(random_next() & 0x0f), (uint8_t)(r >> 40 & 0x3f)};
	unsigned bits = v4 ? 32 : 128, base = v4 ? 0 : 96;
	struct prefix p;

	if (v4)
		memcpy(b, &r, 4);
	else
		memcpy(b + 3, &r, 3);
	p.len = (uint8_t)(r >> 56 & 1 ? (v4 ? 24 : 48)
	                              : (v4 ? 16 : 29) + (r >> 57) % (v4 ? 9 : 20));
	p.addr = v4 ? addr_v4(b) : addr_v6(b);
	for (unsigned bit = p.len; bit < bits; bit++)
		p.addr.b[(bit + 96 - base) / 8] &= (uint8_t) ~(0x80 >> bit % 8);
	return p;
}

enum { CHUNK = 4096, CHUNKS = 256 };

/* Another address each time, inside a random prefix. */
static void
targets_of(struct addr *targets, const struct lpm_entry *entries, size_t count)
{
	for (int i = 0; i < CHUNK; i++) {
		targets[i] = entries[random_next() % count].prefix.addr;
		targets[i].b[15] = (uint8_t)random_next();
	}
}

static double
lpm_cycles(const struct lpm *l, const struct lpm_entry *entries, size_t count, bool bulk)
{
	static double chunks[CHUNKS];
	static struct addr targets[CHUNK];
	const struct addr *at[BURST];
	uint32_t values[BURST], sum = 0;

	for (int c = 0; c < CHUNKS; c++) {
		uint64_t before;

		targets_of(targets, entries, count);
		before = bench_cycles();
		for (int i = 0; i < CHUNK; i += BURST) {
			for (int j = 0; j < BURST; j++)
				at[j] = &targets[i + j];
			if (bulk)
				lpm_find_bulk(l, at, BURST, values);
			for (int j = 0; j < BURST; j++)
				sum += bulk ? values[j] : lpm_find(l, at[j]);
		}
		chunks[c] = (double)(bench_cycles() - before) / CHUNK;
	}
	__asm__ volatile("" : : "r"(sum));
	return bench_median(chunks, CHUNKS);
}

static void
measure_lpm(size_t count, bool v4, struct lpm_result *out)
{
	struct lpm_entry *entries = mem_alloc(count, sizeof *entries);
	uint64_t start;
	struct lpm *l;

	for (size_t i = 0; i < count; i++)
		entries[i] = (struct lpm_entry){prefix_random(v4), (uint32_t)i + 1};
	start = clock_monotonic_ns();
	l = lpm_create(entries, count);
	out->build_per_second = (double)count * 1e9 / (double)(clock_monotonic_ns() - start);
	out->bytes_per_prefix = (double)lpm_size(l) / (double)count;
	out->cycles = lpm_cycles(l, entries, count, false);
	out->bulk_cycles = lpm_cycles(l, entries, count, true);
	lpm_destroy(l);
	free(entries);
}

/* ---- output ---------------------------------------------------------------------------------- */

int
bench_tables(int argc, char **argv)
{
	static const size_t sizes[] = {10000, 100000, 1000000};
	static const struct {
		const char *name;
		size_t count;
		bool v4;
	} lists[] = {{"IPv4", 1000, true}, {"IPv4", 1000000, true}, {"IPv6", 200000, false}};
	bool json = argc > 1 && strcmp(argv[1], "--json") == 0;

	bench_eal();
	printf(json ? "{\"flow_table\": [" : "%10s %12s %12s\n", "flows", "flow table", "rte_hash");
	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		double own, rte;

		measure_flows(sizes[i], &own, &rte);
		printf(json ? "%s\n {\"flows\": %zu, \"cycles\": %.1f, \"rte_hash_cycles\": %.1f}"
		            : "%s%10zu %12.1f %12.1f\n",
		       json && i ? "," : "", sizes[i], own, rte);
	}
	printf(json ? "],\n \"prefix_match\": [" : "%10s %10s %12s %12s %8s %8s\n", "family",
	       "prefixes", "build/s", "bytes each", "cycles", "in bulk");
	for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
		struct lpm_result r;

		measure_lpm(lists[i].count, lists[i].v4, &r);
		printf(json ? "%s\n {\"family\": \"%s\", \"prefixes\": %zu, \"built_per_second\": "
		              "%.0f, \"bytes_per_prefix\": %.1f, \"cycles\": %.1f, "
		              "\"bulk_cycles\": %.1f}"
		            : "%s%10s %10zu %12.0f %12.1f %8.1f %8.1f\n",
		       json && i ? "," : "", lists[i].name, lists[i].count, r.build_per_second,
		       r.bytes_per_prefix, r.cycles, r.bulk_cycles);
	}
	if (json)
		printf("]}\n");
	return 0;
}
