/*
 * Start of DPDK's environment with defaults that suit a probe: hugepages when enough are free, else
 * ordinary memory; no PCI device but those named; no telemetry socket and no shared files, so that
 * probes run side by side; its messages through base/log. Main thread, once per process.
 *
 * lcore 0 is the main thread and those it starts (aggregator, inspector), on every CPU that no
 * worker has; lcores 1 … n are the workers, one CPU each.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct eal_params {
	const char *program;
	const char *cpus;       /* of the workers, "2-9,12"; NULL: the last CPU allowed */
	const char *const *pci; /* addresses to open, with their devargs */
	unsigned pci_count;
	size_t memory_size; /* bytes that pools and rings need */
	char *const *extra; /* the user's EAL arguments; a default that they contradict is dropped
	                     */
	unsigned extra_count;
};

/* 0, or -errno with a logged line. */
int eal_start(const struct eal_params *params);
/* Workers started lcores for; 0 before eal_start. */
unsigned eal_workers(void);
void eal_stop(void);

/* While hushed, DPDK's messages go to the debug level; the first one is kept. */
void eal_hush(bool on);
/* The first message since eal_hush(true); "" when there was none. */
const char *eal_said(void);

enum { EAL_WORKERS_MAX = 64 };
/* Parse "2-9,12" into *cpus; the count, or -EINVAL. */
int eal_parse_cpus(const char *text, unsigned cpus[EAL_WORKERS_MAX]);
