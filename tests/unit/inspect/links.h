/* An inspector with a contract of two links, and frames of a known lane: link `a` has two members,
 * lanes 0 to 3 (member, then direction), link `b` one, lanes 4 and 5. */
#pragma once

#include "unit/inspect/feed.h"

#include "base/clock.h"
#include "support/hex.h"

#define LINKS_CONTRACT                                                                            \
	"peering = { name = \"t\"; type = \"voice\"; };\n"                                        \
	"peer = { asn = 64496; };\n"                                                              \
	"sites = ( { name = \"s\"; } );\n"                                                        \
	"links = (\n"                                                                             \
	" { name = \"a\"; site = \"s\"; role = \"primary\"; bandwidth = \"20G\"; members = (\n"   \
	"   { speed = \"10G\"; peer_to_msft = \"pcap:a0\"; msft_to_peer = \"pcap:a1\"; },\n"      \
	"   { speed = \"10G\"; peer_to_msft = \"pcap:a2\"; msft_to_peer = \"pcap:a3\"; } );\n"    \
	"   sessions = ( { name = \"a-v4\"; peer = \"192.0.2.0\"; cloud = \"192.0.2.1\"; } ); }," \
	"\n"                                                                                      \
	" { name = \"b\"; site = \"s\"; role = \"redundant\"; bandwidth = \"10G\"; members = (\n" \
	"   { speed = \"10G\"; peer_to_msft = \"pcap:b0\"; msft_to_peer = \"pcap:b1\"; } );\n"    \
	"   sessions = ( { name = \"b-v4\"; peer = \"192.0.2.2\"; cloud = \"192.0.2.3\"; } ); } " \
	");\n"

static const struct lane_id links_lanes[] = {{0, 0, 0}, {0, 0, 1}, {0, 1, 0},
                                             {0, 1, 1}, {1, 0, 0}, {1, 0, 1}};

struct links {
	struct conf *conf;
	struct inspector *inspector;
	const struct peering *peering;
};

static inline void
links_open(struct links *l)
{
	char *error = NULL;

	if (conf_load_text(LINKS_CONTRACT, "t.conf", &l->conf, &error) != 0)
		fail_msg("%s", error);
	l->inspector = inspector_create(
		&(struct inspector_params){.conf = l->conf, .lanes = links_lanes, .lane_count = 6});
	l->peering = &inspector_census(l->inspector)->peering;
}

static inline void
links_close(struct links *l)
{
	inspector_destroy(l->inspector);
	conf_destroy(l->conf);
}

/* Milliseconds of the tests' own day. */
static inline uint64_t
links_ns(uint64_t ms)
{
	return 1768471200 * NS_PER_S + ms * NS_PER_MS;
}

/* A frame in a block of exactly its size. */
static inline void
links_frame(struct links *l, uint16_t lane, uint8_t class, uint64_t ns, const uint8_t *bytes,
            size_t size)
{
	struct packet_options options = {.inner = true};
	struct punt punt = {.time_ns = ns,
	                    .class = class,
	                    .lane = lane,
	                    .queue = PUNT_CONTROL,
	                    .captured = (uint32_t)size,
	                    .wire = (uint32_t)size};
	uint8_t *exact = malloc(size);

	memcpy(exact, bytes, size);
	punt.data = exact;
	packet_decode(LINK_ETHERNET, exact, punt.captured, punt.wire, &options, &punt.packet);
	inspector_packet(l->inspector, &punt);
	free(exact);
}

static inline void
links_hex(struct links *l, uint16_t lane, uint8_t class, uint64_t ms, const char *hex)
{
	struct hex m = hex_bytes(hex);

	links_frame(l, lane, class, links_ns(ms), m.at, m.size);
}

/* The next fact, which must be one. */
static inline struct fact
links_fact(struct links *l)
{
	struct fact f;

	assert_true(fact_take(inspector_facts(l->inspector), &f));
	return f;
}
