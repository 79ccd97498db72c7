/*
 * A full table over two sessions: a million IPv4 prefixes each, five to an UPDATE, 200 000 sets of
 * attributes (paths of three to six numbers, four communities), rules and changes included, read
 * from bytes as the inspector hands them over. Bytes a route are what the process took from the
 * allocator, with everything that the two sessions share.
 */
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/mem.h"
#include "bench/bench.h"
#include "inspect/bgp_table.h"
#include "path/lookup.h"
#include "path/source.h"
#include "state/lpm.h"

enum {
	PREFIXES = 1000000,
	PER_UPDATE = 5,
	SESSIONS = 2,
	UPDATE_MAX = 128,
	CHUNK = 64 * 1024,
};

static const char contract[] =
	"peering = { name = \"bench\"; type = \"isp\"; };\npeer = { asn = 64500; };\n"
	"sites = ( { name = \"s\"; } );\n"
	"links = ( { name = \"l\"; site = \"s\"; members = ( { speed = \"10G\"; both = \"pcap:x\"; "
	"direction = { by = \"subnet\"; }; } ); } );\n"
	"registered = ( { prefix = \"203.0.113.0/24\"; } );\n";

struct stream {
	uint8_t *bytes;
	size_t size;
};

static uint64_t
random_next(void)
{
	static uint64_t state = 88172645463325252ull;

	state ^= state << 13;
	state ^= state >> 7;
	return state ^= state << 17;
}

static uint8_t *
put_attributes(uint8_t *at, uint32_t set)
{
	static const uint8_t head[] = {0x40, 1, 1, 0, 0x40, 3, 4, 192, 0, 2, 1, 0x40, 2};
	unsigned numbers = 3 + set % 4;

	memcpy(at, head, sizeof head);
	at += sizeof head;
	*at++ = (uint8_t)(2 + 4 * numbers);
	*at++ = 2;
	*at++ = (uint8_t)numbers;
	for (unsigned i = 0; i < numbers; i++, at += 4)
		store_be32(at, i == 0 ? 64500 : 200000 + (set >> i));
	memcpy(at, "\xc0\x08\x10", 3);
	at += 3;
	for (unsigned i = 0; i < 4; i++, at += 4)
		store_be32(at, 64500u << 16 | ((set >> (2 * i)) & 0xff));
	return at;
}

/* Prefixes in random order, as a table is sent: by attributes, not by address. */
static struct stream
make_stream(void)
{
	uint32_t *order = mem_alloc(PREFIXES, sizeof *order);
	struct stream s = {.bytes = mem_alloc(PREFIXES / PER_UPDATE, UPDATE_MAX)};

	for (uint32_t i = 0; i < PREFIXES; i++)
		order[i] = i;
	for (uint32_t i = PREFIXES - 1; i > 0; i--) {
		uint32_t k = (uint32_t)(random_next() % (i + 1)), swap = order[i];

		order[i] = order[k];
		order[k] = swap;
	}
	for (uint32_t i = 0; i < PREFIXES; i += PER_UPDATE) {
		uint8_t *start = s.bytes + s.size, *at = start + 23;

		memset(start, 0xff, 16);
		start[18] = 2;
		at = put_attributes(at, i / PER_UPDATE);
		store_be16(start + 19, 0);
		store_be16(start + 21, (uint16_t)(at - start - 23));
		for (uint32_t k = i; k < i + PER_UPDATE; k++, at += 4) {
			store_be32(at, ((16u << 16) + 2 * order[k]) << 8); /* no two side by side */
			memmove(at + 1, at, 3);
			*at = 24;
		}
		store_be16(start + 16, (uint16_t)(at - start));
		s.size += (size_t)(at - start);
	}
	free(order);
	return s;
}

static size_t
taken_memory(void)
{
	struct mallinfo2 m = mallinfo2();

	return m.uordblks + m.hblkhd;
}

static double
cpu_seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* All of it over one connection; CPU seconds. */
static double
read_all(struct bgp_connection *c, const struct stream *s)
{
	double start = cpu_seconds();

	for (size_t at = 0; at < s->size;) {
		size_t size = s->size - at < CHUNK ? s->size - at : CHUNK;

		at += bgp_connection_read(c, 0, cursor_over(s->bytes + at, size), false, 1);
	}
	return cpu_seconds() - start;
}

struct prefixes {
	struct prefix *at;
	size_t count;
};

static void
add_prefix(void *context, const struct bgp_route *route)
{
	struct prefixes *p = context;

	p->at[p->count++] = bgp_route_prefix(route);
}

enum { SLOTS_AT_ONCE = 1 << 15 }; /* as app/probe/router.c */

struct holds {
	double whole_ms,
		slice_ms; /* CPU time that the inspector would wait: all at once, longest slice */
};

static struct holds
copy_prefixes(struct bgp_rib *rib)
{
	struct prefixes p = {.at = mem_alloc(PREFIXES, sizeof *p.at)};
	struct holds h = {0};
	double start = cpu_seconds();
	bool more = true;

	bgp_rib_each(rib, add_prefix, &p);
	h.whole_ms = (cpu_seconds() - start) * 1e3;
	p.count = 0;
	bgp_rib_copy_begin(rib, BGP_READER_LOOKUP);
	while (more) {
		double ms;

		start = cpu_seconds();
		more = bgp_rib_copy(rib, BGP_READER_LOOKUP, SLOTS_AT_ONCE, add_prefix, &p);
		ms = (cpu_seconds() - start) * 1e3;
		h.slice_ms = ms > h.slice_ms ? ms : h.slice_ms;
	}
	if (p.count != PREFIXES)
		exit(1);
	free(p.at);
	return h;
}

/* The table as subnets of the workers' lookup: how long that takes, how much it holds. */
static double
build_lookup(const struct conf *conf, const struct bgp_rib *rib, double *bytes)
{
	struct prefixes p = {.at = mem_alloc(PREFIXES, sizeof *p.at)};
	struct sources *sources;
	struct lookup *lookup;
	struct plan *plan;
	char *error = NULL;
	double start;

	if (sources_create(conf, &sources, &error) != 0)
		exit(2);
	plan = plan_create(conf, sources, 1);
	start = cpu_seconds();
	bgp_rib_each(rib, add_prefix, &p);
	lookup = lookup_create(plan, (const struct prefix *[]){p.at, NULL},
	                       (const size_t[]){p.count, 0});
	start = cpu_seconds() - start;
	*bytes = (double)lpm_size(lookup->side[SIDE_PEER]) / PREFIXES;
	lookup_destroy(lookup);
	plan_destroy(plan);
	sources_destroy(sources);
	free(p.at);
	return start;
}

int
bench_routes(int argc, char **argv)
{
	bool json = argc > 1 && strcmp(argv[1], "--json") == 0;
	struct bgp_connection *owner[SESSIONS];
	struct stream s = make_stream();
	double seconds[SESSIONS], bytes, lookup_s, lookup_bytes;
	struct bgp_table table;
	struct holds holds;
	struct conf *conf;
	size_t before;
	char *error = NULL;

	if (conf_load_text(contract, "bench", &conf, &error) != 0) {
		fprintf(stderr, "pniscope-bench: %s\n", error);
		return 2;
	}
	bgp_table_init(&table);
	bgp_table_set_conf(&table, conf);
	before = taken_memory();
	for (unsigned i = 0; i < SESSIONS; i++) {
		struct addr ip[2] = {addr_v4("\xc0\x00\x02\x00"), addr_v4("\xc0\x00\x02\x01")};

		ip[0].b[14] = (uint8_t)i;
		bgp_table_connect(&table, &owner[i], ip, (uint16_t[2]){1000, 179}, NULL, SIDE_PEER);
		seconds[i] = read_all(owner[i], &s);
		if (owner[i]->session->side[SIDE_PEER].rib.standing[0] != PREFIXES)
			return 1;
	}
	bytes = (double)(taken_memory() - before) / PREFIXES / SESSIONS;
	holds = copy_prefixes(&owner[0]->session->side[SIDE_PEER].rib);
	lookup_s = build_lookup(conf, &owner[0]->session->side[SIDE_PEER].rib, &lookup_bytes);
	printf(json ? "{\"memory\": {\"bytes_per_route\": %.1f}, \"routes\": {\"prefixes\": %d, "
	              "\"sessions\": %d, \"prefixes_per_second\": %.0f, "
	              "\"prefixes_per_second_known\": %.0f, \"lookup_seconds\": %.2f, "
	              "\"lookup_bytes_per_prefix\": %.1f, "
	              "\"copy_whole_ms\": %.2f, \"copy_slice_ms\": %.2f}}\n"
	            : "%.1f bytes a route, %d prefixes over %d sessions; %.0f prefixes/s, "
	              "%.0f/s where their attributes were known; a lookup of them takes %.2f s, "
	              "%.1f bytes a prefix; copied for it in %.1f ms, the longest slice %.2f ms\n",
	       bytes, PREFIXES, SESSIONS, PREFIXES / seconds[0], PREFIXES / seconds[1], lookup_s,
	       lookup_bytes, holds.whole_ms, holds.slice_ms);
	bgp_table_fini(&table);
	conf_destroy(conf);
	free(s.bytes);
	return 0;
}
