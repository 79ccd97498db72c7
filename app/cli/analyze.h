/*
 * `pniscope analyze`: the probe's pipeline, aggregate and exporter and the control plane's audit in
 * one process over capture files, with a memory store between them. Time is the captures'.
 *
 * analyze.c builds, runs and takes down; guess.c stands in for a missing contract; tally.c counts
 * what only a capture can list (every flow, every frame without one); analyze_protocols.c feeds the
 * inspector; analyze_json.c, analyze_text.c and analyze_csv.c tell it, each by parts. One thread.
 */
#pragma once

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "audit/audit.h"
#include "block.h"
#include "classify/class.h"
#include "conf/conf.h"
#include "options.h"
#include "path/capture.h"
#include "path/pipeline.h"
#include "path/plan.h"
#include "path/source.h"
#include "snap/aggregate.h"
#include "state/flow.h"
#include "state/tcp.h"
#include "store/export.h"
#include "store/store.h"
#include "ui/json.h"

/* What is counted beside the pipeline, frame by frame. */
struct tally {
	/* frames that make no flow, by class */
	uint64_t frame_packets[CLASS_COUNT], frame_bytes[CLASS_COUNT];
	uint64_t icmp[2][256]; /* by type: [0] ICMP, [1] ICMPv6 */
	uint64_t tcp_segments, tcp_resets, tcp_zero_window;
};

/* A class over all flows and frames. */
struct class_sum {
	uint64_t flows, packets, bytes;
};

struct by_rule;
struct census;
struct inspector;
struct peering;
struct story;

struct analysis {
	const struct options *options;
	struct conf *conf;
	bool guessed; /* no contract was given: sides are guessed */
	struct sources sources;
	struct capture *capture;
	struct plan *plan;
	struct snap_core *snap;
	struct pipeline *pipeline;
	struct aggregate *aggregate;
	struct store *store;
	struct exporter *exporter;
	struct export_self self;
	struct audit *audit;
	struct rec_verdict *verdicts; /* its rows, without what a guess can't declare */
	size_t verdict_count;
	struct inspector *inspector;
	struct burst *burst; /* read last */
	struct tally tally;
	struct by_rule *by_rule; /* TCP as tshark counts it */
	struct class_sum classes[CLASS_COUNT];
	uint64_t flow_count;
};

/* ---- what stands in for a contract (guess.c) ------------------------------------------------- */

/* One link with one `both` port. Returns 0 or -EINVAL with *error. */
int guess_conf(struct conf **out, char **error);
/* The file of cloud ranges that is installed with this program or stands in its build tree; NULL:
 * none. */
const char *guess_ranges_path(char buf[PATH_MAX]);

/* ---- what only a capture can list (tally.c) -------------------------------------------------- */

typedef void analysis_flow_fn(void *context, struct analysis *a, const struct flow_view *v,
                              const struct flow *f);

void tally_burst(struct tally *t, const struct burst *b);
/* Fills `classes` and `flow_count`. */
void analysis_sum_flows(struct analysis *a);
/* Every flow in order of its first packet's arrival. */
void analysis_each_flow(struct analysis *a, analysis_flow_fn *fn, void *context);
/* Whether --class and --subnet choose the flow for lists. */
bool analysis_wants(const struct analysis *a, const struct flow_view *v, const struct flow *f);
/* The endpoints as address blocks. */
void analysis_blocks(struct analysis *a, struct blocks *blocks);

/* ---- the slow path (analyze_protocols.c) ----------------------------------------------------- */

struct inspector *analysis_inspector(struct analysis *a);
/* The pipeline's punt_fn, with the analysis as context. */
bool analysis_punt(void *context, enum punt_queue queue, struct burst *b, unsigned i);

/* ---- the parts of the answer ----------------------------------------------------------------- */

/* The probe's record as the exporter wrote it. */
bool analysis_probe(struct analysis *a, struct rec_probe *p);
/* Every failure of every link (audit/story.h). */
void analysis_each_story(struct analysis *a, void (*fn)(void *context, const struct story *s),
                         void *context);

/* "tcp", "udp" …; "ip-N" where IANA's number has no name here. */
const char *analysis_protocol_name(uint8_t number, char buf[16]);
/* One flow as an object of `flows.list`; the caller's. */
json_t *analysis_flow_json(const struct analysis *an, const struct flow_view *v,
                           const struct flow *f);
/* The keys of its that only TCP has. */
void analysis_put_flow_tcp(json_t *o, const struct analysis *a, const struct flow *f);

/* Keys of the answer, in its object: `sip` to `quic` and `inspector`; `rtp`; `legs`; `bgp` to
 * `control_protocols`. */
void analysis_put_protocols(json_t *o, const struct inspector *i);
void analysis_put_rtp(json_t *o, struct analysis *a);
void analysis_put_legs(json_t *o, const struct analysis *a);
void analysis_put_peering(json_t *o, const struct peering *p);
/* Values of keys: `sip.calls`, `tls.certificates`, `tcp`, `latency`; the caller's. */
json_t *analysis_calls_json(const struct census *c);
json_t *analysis_certificates_json(const struct census *c);
json_t *analysis_tcp_json(struct analysis *a);
json_t *analysis_latency_json(const struct analysis *a);
/* The media legs as a table. */
void analysis_legs_text(const struct analysis *a, bool colour, FILE *to);

/* ---- the answer ------------------------------------------------------------------------------ */

json_t *analysis_json(struct analysis *a);
void analysis_text(struct analysis *a, FILE *to);
void analysis_csv(struct analysis *a, FILE *to);
