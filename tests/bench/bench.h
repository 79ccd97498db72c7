/* What the parts of pniscope-bench share. A part is a command with a name: it prints tables, or
 * with --json one object whose keys are those of the benchmark file. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bench_part {
	const char *name, *help;
	int (*run)(int argc, char **argv); /* argv[0] is the name; exit code */
};

int bench_pipeline(int argc, char **argv);
int bench_tables(int argc, char **argv);
int bench_export(int argc, char **argv);
int bench_testpmd(int argc, char **argv);
int bench_routes(int argc, char **argv);
int bench_floods(int argc, char **argv);
int bench_voice(int argc, char **argv);

static inline uint64_t
bench_cycles(void)
{
	return __builtin_ia32_rdtsc();
}

/* TSC ticks in a second, measured once. */
double bench_hz(void);

/* Sorted in place. */
double bench_median(double *values, size_t count);

/* The EAL without devices or hugepages, once; exits with a line when it can't start. */
void bench_eal(void);

/* ---- a trace of pre-loaded mbufs ------------------------------------------------------------- */

enum trace_frame { TRACE_UDP64, TRACE_MIX };

struct rte_mbuf;

struct trace {
	struct rte_mbuf **order; /* as they come, in random order of flows */
	uint16_t *strides;       /* RTP: frames of its stream in the trace; 0: no RTP; NULL: none */
	size_t count;
	size_t flows;
};

/* Room for `count` frames of at most 128 bytes in real mbufs; made once, filled again and again. */
struct trace_pool;
struct trace_pool *trace_pool_create(size_t count);
void trace_pool_destroy(struct trace_pool *p);

/* `count` frames of `flows` flows. MIX: 45 % TCP, 45 % RTP, 10 % other UDP, all two-way. */
void trace_make(struct trace_pool *p, struct trace *t, size_t count, size_t flows,
                enum trace_frame frame);
/* `calls` flows of RTP both ways: every CALL_EVERY-th of `count` frames; each of the others is a
 * flow of its own, a SYN to one server or UDP between random addresses. */
enum { CALL_EVERY = 8 };
void trace_make_flood(struct trace_pool *p, struct trace *t, size_t count, size_t calls, bool syn);
/* The frames of its calls alone; the trace must outlive it. */
void trace_calls(struct trace *calls, const struct trace *t);
/* Before the trace comes again: RTP goes on where it ended, in number and time. Not part of what is
 * measured. */
void trace_advance(struct trace *t);
void trace_fini(struct trace *t);
/* The frames of a capture, repeated as often as they fit; false with a line on stderr. */
bool trace_load(struct trace_pool *p, struct trace *t, size_t count, const char *file);
