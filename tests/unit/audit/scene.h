/*
 * Scenes for the audit's tests: a contract as its own text, and inputs built by hand beside it, so
 * that a test shows every number that decides.
 */
#pragma once

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "audit/input.h"
#include "audit/judge.h"
#include "audit/requirement.h"
#include "audit/verdict.h"
#include "base/mem.h"

#define SCENE_NOW UINT64_C(1790000000000000) /* any time; us */
#define SCENE_SECOND UINT64_C(1000000)

#define SCENE_MEMBER(n) \
	"{ speed = \"100G\"; peer_to_msft = \"pcap:" n "0\"; msft_to_peer = \"pcap:" n "1\"; }"
#define SCENE_LINK(name, site, role, more)                                             \
	"{ name = \"" name "\"; site = \"" site "\"; role = \"" role "\"; "            \
	"bandwidth = \"100G\"; tap = { kind = \"optical\"; probe = \"" site "-p\"; };" \
	"members = ( " SCENE_MEMBER(name) " ); " more " }"
/* A voice peering that declares everything right: two links in one metro, a third in another. */
#define SCENE_PEERING(more) "peering = { name = \"lab\"; type = \"voice\"; " more "};\n"
#define SCENE_SITES                                              \
	"peer = { asn = 64496; };\n"                             \
	"sites = ( { name = \"ams1\"; metro = \"Amsterdam\"; }," \
	" { name = \"ams2\"; metro = \"Amsterdam\"; },"          \
	" { name = \"fra1\"; metro = \"Frankfurt\"; } );\n"
#define SCENE_HEAD SCENE_PEERING("") SCENE_SITES
#define SCENE_STRICT_HEAD SCENE_PEERING("strict_voice = true; ") SCENE_SITES
#define SCENE_LINKS                                                              \
	"links = ( " SCENE_LINK("pni-a", "ams1", "primary", "") ", " SCENE_LINK( \
		"pni-b", "ams2", "redundant",                                    \
		"") ", " SCENE_LINK("pni-c", "fra1", "backup",                   \
	                            "") ", " SCENE_LINK("pni-d", "fra1", "backup", "") " );\n"
#define SCENE_SUBNETS                                                 \
	"subnets = ( { prefix = \"203.0.113.0/24\"; side = \"peer\";" \
	" classes = [\"sip-tls\", \"srtp\", \"stun\"]; } );\n"        \
	"tolerate = { classes = [\"icmp\", \"scan\"]; up_to = 0.01; };\n"
#define SCENE_CONTRACT SCENE_HEAD SCENE_LINKS SCENE_SUBNETS

static inline struct conf *
scene_conf(const char *text)
{
	struct conf *conf = NULL;
	char *error = NULL;

	if (conf_load_text(text, "scene.conf", &conf, &error) != 0)
		fail_msg("the scene's contract: %s", error);
	return conf;
}

/* A fit probe, all links of the contract seen, an hour of data, nothing in it. */
static inline struct audit_input
scene_input(const struct conf *conf)
{
	struct audit_input in = {.conf = conf,
	                         .now_us = SCENE_NOW,
	                         .from_us = SCENE_NOW - 3600 * SCENE_SECOND,
	                         .to_us = SCENE_NOW};

	in.probes = mem_alloc(1, sizeof *in.probes);
	in.probe_count = 1;
	in.probes[0].rec.fit = true;
	in.probes[0].rec.heartbeat_us = SCENE_NOW;
	in.probes[0].offered = 1000000000;
	strcpy(in.probes[0].rec.id, "ams1-p");
	in.links = mem_alloc(conf->link_count, sizeof *in.links);
	in.link_count = conf->link_count;
	for (size_t i = 0; i < conf->link_count; i++) {
		in.links[i].conf = &conf->links[i];
		in.links[i].seen = true;
		for (int dir = 0; dir < DIR_COUNT; dir++) {
			in.links[i].rec.p95_5min_ratio[dir] = NAN;
			in.links[i].rec.peak_1min_ratio[dir] = NAN;
			in.links[i].rec.utilisation_ratio[dir] = NAN;
		}
		snprintf(in.links[i].rec.name, sizeof in.links[i].rec.name, "%s",
		         conf->links[i].name);
	}
	in.subnets = mem_alloc(conf->subnet_count + 1, sizeof *in.subnets);
	in.subnet_count = conf->subnet_count;
	for (size_t i = 0; i < conf->subnet_count; i++) {
		in.subnets[i].conf = &conf->subnets[i];
		prefix_format(&conf->subnets[i].prefix, in.subnets[i].prefix);
	}
	return in;
}

static inline void
scene_input_fini(struct audit_input *in)
{
	for (size_t i = 0; i < in->link_count; i++)
		free(in->links[i].members);
	for (size_t i = 0; i < in->subnet_count; i++)
		free(in->subnets[i].classes);
	free(in->probes);
	free(in->links);
	free(in->subnets);
	free(in->maintenance);
}

/* Two-way flows of `class` in subnet `index` for the last `seconds`, half of the bytes each way. */
static inline struct input_class *
scene_traffic(struct audit_input *in, size_t index, const char *class, uint64_t packets,
              uint64_t bytes, uint64_t flows, uint64_t seconds)
{
	struct input_subnet *s = &in->subnets[index];
	struct input_class *c;

	s->classes = mem_resize(s->classes, s->class_count + 1, sizeof *s->classes);
	c = &s->classes[s->class_count++];
	*c = (struct input_class){.packets = {packets / 2, packets - packets / 2},
	                          .bytes = {bytes / 2, bytes - bytes / 2},
	                          .flows = flows,
	                          .flows_two_way = flows,
	                          .first_us = SCENE_NOW - seconds * SCENE_SECOND,
	                          .last_us = SCENE_NOW};
	snprintf(c->name, sizeof c->name, "%s", class);
	for (int dir = 0; dir < 2; dir++) {
		s->packets[dir] += c->packets[dir];
		s->bytes[dir] += c->bytes[dir];
	}
	s->flows += flows;
	return c;
}

/* The concluded row of `id`; valid until the next call. */
static inline const struct rec_verdict *
scene_judge(const struct audit_input *in, const char *id)
{
	static struct verdict_draft draft;

	judge(requirement_find(id), in, &draft);
	return &draft.row;
}
