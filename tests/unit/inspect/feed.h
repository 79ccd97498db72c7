/* Frames of one pair of endpoints into an inspector, as the punt stage hands them over. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "classify/class.h"
#include "inspect/inspector.h"
#include "support/frames.h"
#include "support/hex.h"

struct feed {
	struct inspector *inspector;
	const struct census *census;
	uint8_t class;
	uint8_t proto;
	uint16_t ports[2];
	uint32_t seq[2]; /* TCP: next of each side */
	uint32_t ack;    /* of the next frames */
	uint8_t queue;
	uint64_t now_ns;
	struct conf *conf; /* of feed_open_conf() */
};

/* A voice peering: link "a", SBC "sbc1" that signals from side 0's address. */
#define FEED_CONTRACT                                                                         \
	"peering = { name = \"t\"; type = \"voice\"; };\n"                                    \
	"peer = { asn = 64496; };\n"                                                          \
	"sites = ( { name = \"s\"; metro = \"m\"; timezone = \"UTC\"; } );\n"                 \
	"links = ( { name = \"a\"; site = \"s\"; role = \"primary\"; bandwidth = \"10G\";\n"  \
	"            tap = { kind = \"optical\"; };\n"                                        \
	"            members = ( { speed = \"10G\"; peer_to_msft = \"pcap:x\";\n"             \
	"                          msft_to_peer = \"pcap:y\"; } ); } );\n"                    \
	"subnets = ( { prefix = \"203.0.113.0/24\"; side = \"peer\"; classes = [\"sip\"]; } " \
	");\n"                                                                                \
	"sbcs = ( { name = \"sbc1\"; fqdn = \"sbc1.example\"; signalling = "                  \
	"[\"203.0.113.10\"]; } );\n"

/* Lane 0: what side 0, the peer, sends; lane 1: what the cloud sends. */
static const struct lane_id feed_lanes[] = {{0, 0, DIR_PEER_TO_MSFT}, {0, 0, DIR_MSFT_TO_PEER}};

static inline void
feed_open(struct feed *f, uint8_t class, uint8_t proto, uint16_t port, uint32_t conversations)
{
	*f = (struct feed){.class = class,
	                   .queue = PUNT_BULK,
	                   .proto = proto,
	                   .ports = {40000, port},
	                   .seq = {1000, 9000}};
	f->inspector = inspector_create(&(struct inspector_params){.conversations = conversations});
	f->census = inspector_census(f->inspector);
}

/* The same with a contract: its first link is where everything is seen. */
static inline void
feed_open_conf(struct feed *f, uint8_t class, uint8_t proto, uint16_t port, const char *contract)
{
	char *error = NULL;
	struct conf *conf;

	if (conf_load_text(contract, "t.conf", &conf, &error) != 0)
		fail_msg("%s", error);
	feed_open(f, class, proto, port, 0);
	f->conf = conf;
	inspector_set_conf(f->inspector, conf, feed_lanes, 2);
}

static inline void
feed_close(struct feed *f)
{
	inspector_destroy(f->inspector);
	conf_destroy(f->conf);
}

/* `cut`: bytes at its end that were not captured. The frame lies in a block of exactly its size. */
static inline void
feed_frame(struct feed *f, unsigned from, uint8_t flags, uint32_t seq, const void *payload,
           size_t size, size_t cut)
{
	static const char *const ips[2] = {"203.0.113.10", "52.112.0.1"};
	struct packet_options options = {.inner = true};
	struct frame_spec spec = {.proto = f->proto,
	                          .sport = f->ports[from],
	                          .dport = f->ports[!from],
	                          .tcp_flags = flags,
	                          .seq = seq,
	                          .ack = f->ack,
	                          .payload = payload,
	                          .payload_size = size};
	uint8_t frame[FRAME_MAX];
	struct punt punt = {.time_ns = ++f->now_ns,
	                    .class = f->class,
	                    .queue = f->queue,
	                    .lane = (uint16_t)from};
	uint8_t *exact;

	assert_true(addr_parse(ips[from], &spec.src) && addr_parse(ips[!from], &spec.dst));
	punt.wire = (uint32_t)frame_make(frame, &spec);
	punt.captured = punt.wire - (uint32_t)cut;
	exact = malloc(punt.captured);
	memcpy(exact, frame, punt.captured);
	punt.data = exact;
	packet_decode(LINK_ETHERNET, exact, punt.captured, punt.wire, &options, &punt.packet);
	inspector_packet(f->inspector, &punt);
	free(exact);
}

static inline void
feed_bytes(struct feed *f, unsigned from, const void *payload, size_t size)
{
	feed_frame(f, from, 0x18, f->seq[from], payload, size, 0);
	f->seq[from] += (uint32_t)size;
}

static inline void
feed_text(struct feed *f, unsigned from, const char *text)
{
	feed_bytes(f, from, text, strlen(text));
}

static inline void
feed_hex(struct feed *f, unsigned from, const char *hex)
{
	struct hex m = hex_bytes(hex);

	feed_bytes(f, from, m.at, m.size);
}

static inline uint64_t
feed_count(const struct names *n, const char *name)
{
	for (uint32_t i = 0; i < n->count; i++)
		if (strcmp(n->at[i].name, name) == 0)
			return n->at[i].count;
	return 0;
}

static inline const struct voice_scope *
feed_scope(const struct feed *f, const char *name)
{
	const struct voice *v = f->census->voice;

	for (uint32_t i = 0; i < v->scopes.count; i++)
		if (strcmp(voice_scope(v, i)->name, name) == 0)
			return voice_scope(v, i);
	fail_msg("no scope %s", name);
	return NULL;
}
