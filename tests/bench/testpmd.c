/*
 * The whole probe against testpmd on the same virtual device: this part writes the traces as
 * captures and hands over to scripts/bench-testpmd.sh, which runs both programs in turns.
 */
#include <getopt.h>
#include <libgen.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <rte_mbuf.h>

#include "base/mem.h"
#include "bench/bench.h"

enum { FLOWS = 1000000, ARGS_MAX = 16 };

static void
write_frame(FILE *f, const struct rte_mbuf *m, uint32_t second)
{
	const uint32_t header[4] = {second, 0, m->data_len, m->pkt_len};

	fwrite(header, sizeof header, 1, f);
	fwrite(rte_pktmbuf_mtod(m, void *), m->data_len, 1, f);
}

/* One frame of each flow, in random order. */
static bool
write_trace(struct trace_pool *pool, size_t flows, enum trace_frame frame, const char *file)
{
	static const uint32_t header[6] = {0xa1b2c3d4, 0x00040002, 0, 0, 65535, 1};
	struct trace t;
	FILE *f = fopen(file, "wb");
	bool ok;

	if (!f) {
		perror(file);
		return false;
	}
	trace_make(pool, &t, flows, flows, frame);
	fwrite(header, sizeof header, 1, f);
	for (size_t i = 0; i < t.count; i++)
		write_frame(f, t.order[i], (uint32_t)i);
	trace_fini(&t);
	ok = !ferror(f);
	return fclose(f) == 0 && ok;
}

/* The script beside the sources: BUILD/pniscope-bench -> scripts/. */
static char *
script_path(char *build)
{
	ssize_t size = readlink("/proc/self/exe", build, PATH_MAX - 1);

	build[size > 0 ? size : 0] = '\0';
	dirname(build);
	return mem_printf("%s/../scripts/bench-testpmd.sh", build);
}

static int
usage(void)
{
	fprintf(stderr,
	        "usage: pniscope-bench testpmd [--json] [--capture FILE] [--flows N] [--runs N] "
	        "[--seconds S]\n");
	return 2;
}

int
bench_testpmd(int argc, char **argv)
{
	static const struct option table[] = {
		{"json", no_argument, NULL, 'j'},
		{"capture", required_argument, NULL, 'c'},
		{"flows", required_argument, NULL, 'f'},
		{"runs", required_argument, NULL, 'r'},
		{"seconds", required_argument, NULL, 's'},
		{0},
	};
	char build[PATH_MAX], folder[] = "/tmp/pniscope-bench.XXXXXX";
	const char *capture = NULL, *args[ARGS_MAX] = {NULL};
	size_t flows = FLOWS;
	cpu_set_t cpus;
	int count = 1;

	for (int c; (c = getopt_long(argc, argv, "", table, NULL)) != -1;) {
		if (c == '?' || count > ARGS_MAX - 8)
			return usage();
		if (c == 'c')
			capture = optarg;
		else if (c == 'f')
			flows = strtoull(optarg, NULL, 10);
		else if (c == 'j')
			args[count++] = "--json";
		else {
			args[count++] = c == 'r' ? "--runs" : "--seconds";
			args[count++] = optarg;
		}
	}
	sched_getaffinity(0, sizeof cpus, &cpus);
	args[0] = script_path(build);
	args[count++] = "--build";
	args[count++] = build;
	if (capture) {
		args[count++] = capture;
	} else if (flows > 0 && mkdtemp(folder)) {
		struct trace_pool *pool = trace_pool_create(flows);
		char *udp = mem_printf("%s/udp64.pcap", folder);
		char *mix = mem_printf("%s/mix.pcap", folder);

		if (!write_trace(pool, flows, TRACE_UDP64, udp) ||
		    !write_trace(pool, flows, TRACE_MIX, mix))
			return 2;
		args[count++] = "--remove"; /* by the script, when it ends */
		args[count++] = udp;
		args[count++] = mix;
	}
	sched_setaffinity(0, sizeof cpus, &cpus); /* the EAL took one CPU for itself */
	execv(args[0], (char **)(uintptr_t)args);
	perror(args[0]);
	return 2;
}
