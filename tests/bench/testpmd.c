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

#include "base/bytes.h"
#include "base/mem.h"
#include "bench/bench.h"
#include "support/frames.h"

enum { FLOWS = 1000000, ARGS_MAX = 16 };

/* Sizes that the mix has on a wire, 578 bytes on average: 20 ms of G.711 in RTP; TCP half bare
 * acknowledgements, half full segments; other UDP as QUIC and video send it. */
static uint16_t
voice_size(const uint8_t *frame, uint32_t n)
{
	enum { ACK = 60, RTP = 214, OTHER = 1280, FULL = 1514 };

	if (frame[23] == 6)
		return n % 2 ? ACK : FULL;
	return frame[42] == 0x80 ? RTP : OTHER;
}

/* Make an IPv4 frame longer with zeros: its lengths say so. */
static void
grow(uint8_t *frame, uint16_t size)
{
	store_be16(frame + 16, (uint16_t)(size - 14));
	if (frame[23] == 17)
		store_be16(frame + 38, (uint16_t)(size - 34));
}

static void
write_frame(FILE *f, const struct rte_mbuf *m, uint32_t n, bool voice)
{
	uint8_t frame[FRAME_MAX] = {0};
	uint32_t size = m->data_len;

	memcpy(frame, rte_pktmbuf_mtod(m, void *), size);
	if (voice && voice_size(frame, n) > size) {
		size = voice_size(frame, n);
		grow(frame, (uint16_t)size);
	}
	fwrite((const uint32_t[]){n, 0, size, size}, 16, 1, f);
	fwrite(frame, size, 1, f);
}

/* One frame of each flow, in random order. */
static bool
write_trace(struct trace_pool *pool, size_t flows, enum trace_frame frame, bool voice,
            const char *file)
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
		write_frame(f, t.order[i], (uint32_t)i, voice);
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
		char *mix = mem_printf("%s/mix64.pcap", folder);
		char *voice = mem_printf("%s/voice.pcap", folder);

		if (!write_trace(pool, flows, TRACE_UDP64, false, udp) ||
		    !write_trace(pool, flows, TRACE_MIX, false, mix) ||
		    !write_trace(pool, flows, TRACE_MIX, true, voice))
			return 2;
		args[count++] = "--remove"; /* by the script, when it ends */
		args[count++] = udp;
		args[count++] = mix;
		args[count++] = voice;
	}
	sched_setaffinity(0, sizeof cpus, &cpus); /* the EAL took one CPU for itself */
	execv(args[0], (char **)(uintptr_t)args);
	perror(args[0]);
	return 2;
}
