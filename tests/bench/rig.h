/*
 * A pipeline on the bench: fed with a trace of pre-loaded mbufs in bursts of 64, without a driver,
 * timed in processor cycles of its thread.
 */
#pragma once

#include "bench/bench.h"
#include "path/pipeline.h"
#include "path/source.h"

/* What differs from the plain run. */
struct variant {
	const char *name, *help;
	bool mirror; /* both directions on one port, told apart by subnet */
	bool inner;
	bool frame_times; /* every frame its own time, as captures and hardware timestamps have */
	uint32_t without; /* stages left out, as bits: the plain run has the feature */
};

extern const struct variant rig_plain;

struct rig {
	struct conf *conf;
	struct sources *sources;
	struct plan *plan;
	struct snap_core *core;
	struct pipeline *pipeline;
	struct burst bursts[2]; /* one is run while the frames of the other are fetched */
	struct burst *next;
	struct trace *trace;
	size_t at;
	double aside; /* processor time between rounds of the trace, TSC ticks */
	double ns_per_cycle;
	uint64_t cycles, last_cycle; /* of the packets' clock; TSC at the last burst */
	const struct variant *variant;
	/* every `fresh_every`-th frame gets a flow of its own; 0: none */
	uint64_t fresh_every, fresh_in, fresh;
	uint64_t evicted, refused;
};

/* Exits with a line when there is no memory. The trace is borrowed. */
void rig_open(struct rig *r, struct trace *t, const struct variant *v, size_t capacity);
void rig_close(struct rig *r);

/* Another trace from here on. */
void rig_feed(struct rig *r, struct trace *t);
/* The time of its packets now. */
uint64_t rig_now_ns(const struct rig *r);
/* Until every flow is in the table. */
void rig_warm_up(struct rig *r);
/* A share of as many flows as the trace has is new each second, at this speed. */
void rig_freshen(struct rig *r, double share, double cycles);

/* What is done with a burst; the one after it is filled already. */
typedef void rig_step_fn(void *context, struct rig *r, struct burst *b);
/* Cycles per packet of filling bursts and that. */
double rig_time(struct rig *r, double seconds, rig_step_fn *step, void *context);

/* Cycles per packet of filling bursts and reading one byte of each frame; of the pipeline; of each
 * stage (medians over chunks, so that a preempted one does not count). */
double rig_touch(struct rig *r, double seconds);
double rig_run(struct rig *r, double seconds);
void rig_profile(struct rig *r, double stages[STAGE_COUNT]);
