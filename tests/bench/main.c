#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <rte_eal.h>

#include "base/clock.h"
#include "base/log.h"
#include "bench/bench.h"

static const struct bench_part parts[] = {
	{"pipeline", "cycles per packet of the worker's pipeline, without a driver",
         bench_pipeline},
	{"floods", "the pipeline under floods of new flows, its table full", bench_floods},
	{"tables", "flow table beside rte_hash, prefix match", bench_tables},
	{"routes", "a full BGP table over two sessions: prefixes a second, bytes a route",
         bench_routes},
	{"export", "keys a second into Redis, and the share of a core that takes", bench_export},
	{"voice", "10 000 G.711 calls: cycles per packet, share of a core", bench_voice},
	{"testpmd", "the whole probe against testpmd on the same virtual device", bench_testpmd},
};

enum { PARTS = sizeof parts / sizeof *parts };

double
bench_hz(void)
{
	static double hz;
	uint64_t ns, cycles;

	if (hz > 0)
		return hz;
	ns = clock_monotonic_ns();
	cycles = bench_cycles();
	while (clock_monotonic_ns() - ns < 50 * NS_PER_MS)
		;
	ns = clock_monotonic_ns() - ns;
	hz = (double)(bench_cycles() - cycles) * 1e9 / (double)ns;
	return hz;
}

static int
by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

double
bench_median(double *values, size_t count)
{
	qsort(values, count, sizeof *values, by_value);
	return count % 2 ? values[count / 2] : (values[count / 2 - 1] + values[count / 2]) / 2;
}

void
bench_eal(void)
{
	static bool done;
	const char *args[] = {"pniscope-bench",
	                      "--no-huge",
	                      "--no-pci",
	                      "--no-telemetry",
	                      "--no-shconf",
	                      "--file-prefix=pniscope-bench",
	                      "-m",
	                      "768",
	                      "--log-level=lib.eal:warning",
	                      NULL};

	if (done)
		return;
	if (rte_eal_init(9, (char **)(uintptr_t)args) < 0) {
		fprintf(stderr, "pniscope-bench: the DPDK environment did not start\n");
		exit(2);
	}
	done = true;
}

static int
usage(FILE *to)
{
	fprintf(to, "usage: pniscope-bench PART [--json] …\n");
	for (int i = 0; i < PARTS; i++)
		fprintf(to, "  %-10s %s\n", parts[i].name, parts[i].help);
	fprintf(to, "  %-10s names of the parts, for scripts\n", "parts");
	fprintf(to, "  %-10s ticks of the processor's clock in a second\n", "hz");
	return to == stdout ? 0 : 2;
}

int
main(int argc, char **argv)
{
	log_init("pniscope-bench");
	if (argc < 2)
		return usage(stderr);
	if (strcmp(argv[1], "--help") == 0)
		return usage(stdout);
	if (strcmp(argv[1], "hz") == 0)
		return printf("%.0f\n", bench_hz()) < 0;
	for (int i = 0; i < PARTS; i++) {
		if (strcmp(argv[1], parts[i].name) == 0)
			return parts[i].run(argc - 1, argv + 1);
		if (strcmp(argv[1], "parts") == 0)
			puts(parts[i].name);
	}
	return strcmp(argv[1], "parts") == 0 ? 0 : usage(stderr);
}
