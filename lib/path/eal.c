#include "path/eal.h"

#include <errno.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rte_eal.h>
#include <rte_errno.h>
#include <rte_lcore.h>
#include <rte_log.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"

enum { ARGS_MAX = 64, MEMORY_SPARE = 64 << 20 };

struct args {
	char *at[ARGS_MAX];
	int count;
};

static bool started, hushed;
static char said[256];

/* ---- messages -------------------------------------------------------------------------------- */

/* DPDK writes whole lines to its stream. */
static ssize_t
log_write(void *cookie, const char *bytes, size_t size)
{
	size_t length = size;

	(void)cookie;
	while (length && (bytes[length - 1] == '\n' || bytes[length - 1] == ' '))
		length--;
	if (length && hushed && !*said)
		snprintf(said, sizeof said, "%.*s", (int)length, bytes);
	if (length)
		log_line(hushed ? LOG_DEBUG : LOG_WARNING, "dpdk", "%.*s", (int)length, bytes);
	return (ssize_t)size;
}

static void
log_take_over(void)
{
	FILE *stream = fopencookie(NULL, "w", (cookie_io_functions_t){.write = log_write});

	if (!stream)
		return;
	setvbuf(stream, NULL, _IOLBF, 1024);
	rte_openlog_stream(stream);
}

void
eal_hush(bool on)
{
	hushed = on;
	if (on)
		*said = '\0';
}

const char *
eal_said(void)
{
	return said;
}

/* ---- CPUs ------------------------------------------------------------------------------------ */

/* One number or range at *text; false when it is neither. */
static bool
parse_range(const char **text, unsigned *first, unsigned *last)
{
	char *end;
	unsigned long v = strtoul(*text, &end, 10);

	if (end == *text || v >= CPU_SETSIZE)
		return false;
	*first = *last = (unsigned)v;
	if (*end == '-') {
		*text = end + 1;
		v = strtoul(*text, &end, 10);
		if (end == *text || v >= CPU_SETSIZE || v < *first)
			return false;
		*last = (unsigned)v;
	}
	*text = end;
	return true;
}

int
eal_parse_cpus(const char *text, unsigned cpus[EAL_WORKERS_MAX])
{
	int count = 0;

	do {
		unsigned first, last;

		if (!parse_range(&text, &first, &last))
			return -EINVAL;
		for (unsigned cpu = first; cpu <= last; cpu++) {
			if (count == EAL_WORKERS_MAX)
				return -EINVAL;
			cpus[count++] = cpu;
		}
	} while (*text++ == ',');
	return text[-1] ? -EINVAL : count;
}

/* The last CPU that this process may use. */
static unsigned
last_cpu(const cpu_set_t *allowed)
{
	for (unsigned cpu = CPU_SETSIZE; cpu-- > 0;)
		if (CPU_ISSET(cpu, allowed))
			return cpu;
	return 0;
}

/* "0@(0,1),1@2,2@3": lcore 0 on what is left, or on all when nothing is. NULL: logged. */
static char *
lcores_text(const char *wanted)
{
	unsigned cpus[EAL_WORKERS_MAX];
	cpu_set_t allowed, rest;
	int count = 1;
	struct text t = {0};
	const char *comma = "";

	sched_getaffinity(0, sizeof allowed, &allowed);
	cpus[0] = last_cpu(&allowed);
	if (wanted)
		count = eal_parse_cpus(wanted, cpus);
	if (count < 0) {
		log_error("path", "lcores \"%s\": not a list of CPUs such as \"2-9,12\"", wanted);
		return NULL;
	}
	rest = allowed;
	for (int i = 0; i < count; i++) {
		if (!CPU_ISSET(cpus[i], &allowed)) {
			log_error("path", "lcores \"%s\": this process may not use CPU %u", wanted,
			          cpus[i]);
			return NULL;
		}
		CPU_CLR(cpus[i], &rest);
	}
	if (CPU_COUNT(&rest) == 0)
		rest = allowed;
	text_add(&t, "0@(");
	for (unsigned cpu = 0; cpu < CPU_SETSIZE; cpu++)
		if (CPU_ISSET(cpu, &rest)) {
			text_add(&t, "%s%u", comma, cpu);
			comma = ",";
		}
	text_add(&t, ")");
	for (int i = 0; i < count; i++)
		text_add(&t, ",%d@%u", i + 1, cpus[i]);
	return t.at;
}

/* ---- arguments ------------------------------------------------------------------------------- */

static void
arg(struct args *a, const char *text)
{
	if (a->count < ARGS_MAX - 1)
		a->at[a->count++] = mem_strdup(text);
}

/* Whether the user gave one of these options ("-m", "--lcores=…"). */
static bool
given(const struct eal_params *p, const char *const *options)
{
	for (unsigned i = 0; i < p->extra_count; i++)
		for (const char *const *o = options; *o; o++) {
			size_t size = strlen(*o);

			if (strncmp(p->extra[i], *o, size) == 0 &&
			    (p->extra[i][size] == '\0' || p->extra[i][size] == '=' ||
			     (*o)[1] != '-'))
				return true;
		}
	return false;
}

static size_t
free_hugepages(size_t page_size)
{
	char *path = mem_printf("/sys/kernel/mm/hugepages/hugepages-%zukB/free_hugepages",
	                        page_size >> 10);
	FILE *f = fopen(path, "r");
	size_t count = 0;

	free(path);
	if (f) {
		if (fscanf(f, "%zu", &count) != 1)
			count = 0;
		fclose(f);
	}
	return count * page_size;
}

static void
memory_args(struct args *a, const struct eal_params *p)
{
	size_t needed = p->memory_size + MEMORY_SPARE;

	if (free_hugepages(2 << 20) >= needed || free_hugepages(1 << 30) >= needed) {
		arg(a, "--in-memory");
		return;
	}
	/* --in-memory doesn't go with --no-huge */
	arg(a, "--no-huge");
	arg(a, "--no-shconf");
	arg(a, "-m");
	a->at[a->count++] = mem_printf("%zu", needed >> 20);
}

static void
fill_args(struct args *a, const struct eal_params *p, const char *lcores)
{
	static const char *const memory[] = {"-m",           "--in-memory",
	                                     "--no-huge",    "--socket-mem",
	                                     "--huge-dir",   "--file-prefix",
	                                     "--legacy-mem", "--single-file-segments",
	                                     "--no-shconf",  NULL};
	static const char *const cores[] = {"-l", "-c", "--lcores", NULL};
	static const char *const pci[] = {"-a", "--allow", "-b", "--block", "--no-pci", NULL};
	static const char *const level[] = {"--log-level", NULL};

	arg(a, p->program);
	arg(a, "--no-telemetry");
	if (!given(p, level))
		arg(a, "--log-level=error");
	if (!given(p, memory))
		memory_args(a, p);
	if (!given(p, cores)) {
		arg(a, "--lcores");
		arg(a, lcores);
	}
	for (unsigned i = 0; i < p->pci_count; i++) {
		arg(a, "-a");
		arg(a, p->pci[i]);
	}
	if (p->pci_count == 0 && !given(p, pci))
		arg(a, "--no-pci");
	for (unsigned i = 0; i < p->extra_count; i++)
		arg(a, p->extra[i]);
}

int
eal_start(const struct eal_params *params)
{
	struct args a = {0};
	char *lcores = lcores_text(params->cpus), *shuffled[ARGS_MAX];

	if (!lcores)
		return -EINVAL;
	fill_args(&a, params, lcores);
	free(lcores);
	log_take_over();
	/* EAL may reorder what it is given */
	memcpy(shuffled, a.at, sizeof shuffled);
	started = rte_eal_init(a.count, shuffled) >= 0;
	for (int i = 0; i < a.count; i++)
		free(a.at[i]);
	if (!started) {
		log_error("path", "DPDK did not start: %s%s", rte_strerror(rte_errno),
		          rte_errno == ENOMEM ? "; reserve hugepages, or give -- --no-huge -m MB"
		                              : "");
		return rte_errno > 0 ? -rte_errno : -EINVAL;
	}
	return 0;
}

unsigned
eal_workers(void)
{
	return started ? rte_lcore_count() - 1 : 0;
}

void
eal_stop(void)
{
	if (started)
		rte_eal_cleanup();
	started = false;
}
