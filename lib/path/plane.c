#include "path/plane.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <rte_errno.h>
#include <rte_mbuf.h>
#include <rte_rcu_qsbr.h>

#include "base/log.h"
#include "base/mem.h"
#include "path/eal.h"
#include "path/plane_private.h"
#include "state/flow.h"

enum { POOL_CACHE = 256, FLOWS_DEFAULT = 1000000 };

/* ---- environment ----------------------------------------------------------------------------- */

static bool
is_pci(const char *name)
{
	return !source_capture_file(name) && strncmp(name, "net_", 4) != 0;
}

/* Packet buffers of a worker whose queues have so many descriptors together. */
static unsigned
pool_count(const struct plane *p, unsigned descriptors)
{
	return descriptors + 2 * BURST_MAX + PUNT_CONTROL_SIZE + PUNT_BULK_SIZE + PUNT_TAKE_MAX +
	       2 * POOL_CACHE + p->params.mbufs_extra;
}

/* An upper bound before ports are open: a ring of 4096 for each port and worker. */
static size_t
memory_needed(const struct plane *p, unsigned workers)
{
	const size_t mbuf = sizeof(struct rte_mbuf) + sizeof(struct punt) + PORT_FRAME_ROOM +
	                    RTE_CACHE_LINE_SIZE + RTE_CACHE_LINE_SIZE;

	return workers * mbuf * pool_count(p, 4096 * p->source_count);
}

static int
start_environment(struct plane *p)
{
	const struct sources *sources = p->now->sources;
	const char *pci[SOURCES_MAX];
	unsigned cpus[EAL_WORKERS_MAX];
	int workers = 1;
	struct eal_params eal = {
		.program = p->params.program,
		.cpus = p->params.conf->probe.lcores,
		.pci = pci,
		.extra = p->params.eal_args,
		.extra_count = p->params.eal_arg_count,
	};

	for (unsigned i = 0; i < sources->count; i++)
		if (is_pci(sources->at[i].name))
			pci[eal.pci_count++] = sources->at[i].name;
	if (eal.cpus)
		workers = eal_parse_cpus(eal.cpus, cpus);
	eal.memory_size = memory_needed(p, workers > 0 ? (unsigned)workers : 1);
	p->eal = true;
	return eal_start(&eal);
}

/* ---- sources --------------------------------------------------------------------------------- */

static int
open_captures(struct plane *p)
{
	const struct sources *s = p->now->sources;
	const char *files[SOURCES_MAX];
	uint32_t ports[SOURCES_MAX];
	char *error = NULL;
	int failed;

	for (unsigned i = 0; i < s->count; i++) {
		files[i] = source_capture_file(s->at[i].name);
		ports[i] = i;
	}
	failed = replay_open(files, ports, s->count, &p->params.replay, &p->replay, &error);
	if (failed)
		log_error("path", "%s", error);
	free(error);
	return failed;
}

static int
open_ports(struct plane *p)
{
	const struct sources *s = p->now->sources;

	for (unsigned i = 0; i < s->count; i++) {
		char *place = conf_place(p->params.conf, s->at[i].at);
		int failed = port_open(s->at[i].name, place, &p->ports[i]);

		free(place);
		if (failed)
			return failed;
	}
	return 0;
}

/* Captures only, ports only, or neither: a packet clock can't run in the past and the present. */
static int
check_mixture(const struct sources *s, bool *captures)
{
	unsigned count = 0;

	for (unsigned i = 0; i < s->count; i++)
		count += source_capture_file(s->at[i].name) != NULL;
	*captures = count > 0;
	if (s->count == 0)
		log_error("path", "no port for this probe: no member of a link of its site names "
		                  "one (see site and tap.probe)");
	else if (count > 0 && count < s->count)
		log_error("path", "pcap: ports and live ports can't be mixed in one probe: their "
		                  "clocks differ; use one kind");
	else
		return 0;
	return -EINVAL;
}

/* A table beyond all memory is granted by the kernel, and kills somebody once it is used. */
static int
check_memory(const struct conf *conf)
{
	uint64_t needed = conf->probe.flows * sizeof(struct flow);
	uint64_t have = (uint64_t)sysconf(_SC_PHYS_PAGES) * (uint64_t)sysconf(_SC_PAGESIZE);
	char *place;

	if (needed <= have)
		return 0;
	place = conf_place(conf, &conf->probe.flows);
	log_error("path",
	          "%s: probe.flows = %llu takes %llu MB at least, this machine has %llu MB; fewer "
	          "would be right",
	          place, (unsigned long long)conf->probe.flows, (unsigned long long)(needed >> 20),
	          (unsigned long long)(have >> 20));
	free(place);
	return -ENOMEM;
}

/* ---- queues and pools ------------------------------------------------------------------------ */

/* As many workers as there are lcores, if every port can bring both directions of a flow to the
 * same one; else a single worker polls all. */
static unsigned
choose_workers(const struct plane *p)
{
	unsigned wanted = eal_workers();

	for (unsigned i = 0; i < p->source_count && wanted > 1; i++) {
		const struct port_facts *f = port_facts(p->ports[i]);

		if (f->rss && f->queues_max >= wanted)
			continue;
		log_warning("path",
		            "port %s can't spread flows over %u workers symmetrically (%s); one "
		            "worker polls all ports",
		            f->name, wanted, f->rss ? "too few queues" : "no RSS with a key");
		return 1;
	}
	return wanted ? wanted : 1;
}

static int
create_pools(struct plane *p)
{
	unsigned descriptors = 0;

	for (unsigned i = 0; i < p->source_count; i++)
		descriptors += port_ring_size(p->ports[i]);
	for (unsigned w = 0; w < p->worker_count; w++) {
		char name[RTE_MEMPOOL_NAMESIZE];

		snprintf(name, sizeof name, "worker%u", w);
		p->pools[w] =
			rte_pktmbuf_pool_create(name, pool_count(p, descriptors), POOL_CACHE,
		                                RTE_ALIGN(sizeof(struct punt), RTE_MBUF_PRIV_ALIGN),
		                                PORT_FRAME_ROOM, SOCKET_ID_ANY);
		if (!p->pools[w]) {
			log_error("path",
			          "no memory for %u packet buffers: %s; more hugepages, or -m MB "
			          "behind --, would do",
			          pool_count(p, descriptors), rte_strerror(rte_errno));
			return -ENOMEM;
		}
	}
	return 0;
}

static void
say_port(const struct port_facts *f, uint16_t queues)
{
	log_info("path", "port %s: %s, %u queue%s, %s, %s, timestamps by the %s", f->name,
	         f->driver, queues, queues > 1 ? "s" : "",
	         queues == 1      ? "no spreading needed"
	         : f->rss_checked ? "RSS key read back and symmetric"
	                          : "RSS key NOT verified: flows may be split over workers",
	         f->promiscuous ? "promiscuous" : "not promiscuous (the driver has no such mode)",
	         f->timestamps ? "card" : "TSC");
}

static int
start_ports(struct plane *p)
{
	for (unsigned i = 0; i < p->source_count; i++) {
		int failed = port_start(p->ports[i], (uint16_t)p->worker_count, p->pools);

		if (failed)
			return failed;
		say_port(port_facts(p->ports[i]), (uint16_t)p->worker_count);
		for (unsigned w = 0; w < p->worker_count; w++)
			p->inputs[w][i] = (struct worker_input){p->ports[i], (uint16_t)w};
	}
	return 0;
}

/* ---- workers --------------------------------------------------------------------------------- */

static int
create_quiescence(struct plane *p)
{
	size_t size = rte_rcu_qsbr_get_memsize(p->worker_count);

	p->quiescence = aligned_alloc(RTE_CACHE_LINE_SIZE, size);
	if (!p->quiescence)
		return -ENOMEM;
	return rte_rcu_qsbr_init(p->quiescence, p->worker_count);
}

static int
create_workers(struct plane *p)
{
	const struct conf *conf = p->params.conf;

	for (unsigned w = 0; w < p->worker_count; w++) {
		struct worker_params params = {
			.index = w,
			.inputs = p->inputs[w],
			.input_count = p->replay ? 0 : p->source_count,
			.replay = p->replay,
			.replay_paced = p->params.replay.pace,
			.clock = &p->clock,
			.quiescence = p->quiescence,
			.setup = &p->now->setups[w],
			.flows = (conf->probe.flows ? conf->probe.flows : FLOWS_DEFAULT) /
		                 p->worker_count,
			.interval_ns = p->params.interval_ns,
			.nap = conf->probe.lcores == NULL,
		};

		p->workers[w] = worker_create(&params);
		if (!p->workers[w])
			return -ENOMEM;
	}
	return 0;
}

static int
add_workers(struct plane *p)
{
	char *error = NULL;
	int failed = generation_add_workers(p->now, p->worker_count, (const char *const *)p->names,
	                                    p->source_count, &error);

	if (failed)
		log_error("path", "%s", error);
	free(error);
	return failed;
}

/* Everything between the sources and running workers. */
static int
prepare(struct plane *p, bool captures)
{
	int failed = captures ? open_captures(p) : start_environment(p);

	if (captures && p->params.eal_arg_count)
		log_info("path", "all ports are captures: DPDK is not started, what stands behind "
		                 "-- is not used");
	if (!failed && !captures)
		failed = open_ports(p);
	if (failed)
		return failed;
	p->worker_count = captures ? 1 : choose_workers(p);
	timebase_tsc_init(&p->clock);
	for (unsigned w = 0; w < p->worker_count; w++)
		p->inputs[w] = mem_alloc(p->source_count, sizeof **p->inputs);
	if (!captures) {
		failed = create_pools(p);
		if (!failed)
			failed = start_ports(p);
	}
	if (!failed)
		failed = add_workers(p);
	if (!failed)
		failed = create_quiescence(p);
	return failed ? failed : create_workers(p);
}

static void
keep_names(struct plane *p)
{
	p->source_count = p->now->sources->count;
	p->ports = mem_alloc(p->source_count, sizeof *p->ports);
	p->names = mem_alloc(p->source_count, sizeof *p->names);
	for (unsigned i = 0; i < p->source_count; i++)
		p->names[i] = mem_strdup(p->now->sources->at[i].name);
}

int
plane_create(const struct plane_params *params, struct plane **out)
{
	struct plane *p = mem_alloc(1, sizeof *p);
	char *error = NULL;
	bool captures = false;
	int failed = generation_create(params->conf, 1, &p->now, &error);

	p->params = *params;
	if (failed)
		log_error("path", "%s", error);
	else
		failed = check_mixture(p->now->sources, &captures);
	failed = failed ? failed : check_memory(params->conf);
	free(error);
	if (!failed) {
		keep_names(p);
		failed = prepare(p, captures);
	}
	if (failed)
		plane_destroy(p);
	else
		*out = p;
	return failed;
}

int
plane_start(struct plane *p)
{
	p->running = true;
	for (unsigned w = 0; w < p->worker_count; w++) {
		int failed = worker_start(p->workers[w]);

		if (failed) {
			log_error("path", "worker %u did not start: %s", w, strerror(-failed));
			return failed;
		}
	}
	return 0;
}

void
plane_stop(struct plane *p)
{
	for (unsigned w = 0; w < p->worker_count && p->running; w++)
		worker_stop(p->workers[w]);
	p->running = false;
}

void
plane_destroy(struct plane *p)
{
	if (!p)
		return;
	for (unsigned w = 0; w < p->worker_count; w++) {
		worker_destroy(p->workers[w]);
		free(p->inputs[w]);
	}
	for (unsigned i = 0; i < p->source_count; i++) {
		port_close(p->ports[i]);
		free(p->names[i]);
	}
	for (unsigned w = 0; w < p->worker_count; w++)
		rte_mempool_free(p->pools[w]);
	if (p->eal)
		eal_stop();
	replay_close(p->replay);
	generation_destroy(p->old);
	generation_destroy(p->now);
	free(p->quiescence);
	free(p->names);
	free(p->ports);
	free(p);
}
