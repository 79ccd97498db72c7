#define ALLOW_EXPERIMENTAL_API /* rte_eth_read_clock: no other way to a card's clock */
#include "path/port.h"

#include <errno.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>

#include <rte_bus.h>
#include <rte_dev.h>
#include <rte_ethdev.h>
#include <rte_mbuf_dyn.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "path/eal.h"
#include "path/kernel_drops.h"
#include "path/kernel_fanout.h"
#include "path/rss.h"
#include "path/timebase.h"

enum {
	EARLY_MAX = 1 << 20, /* frames of a ring of any size, and no more where they come faster */
	RING_SIZE = 1024,    /* wanted descriptors a queue; the driver may round */
	MTU_WANTED = 9216,   /* jumbo frames, where the port takes frames apart */
	DEVICE_NAME_SIZE = 64,
};

struct port {
	uint16_t id; /* of ethdev */
	struct port_facts facts;
	char device[DEVICE_NAME_SIZE]; /* the name without arguments */
	struct rte_eth_dev_info info;
	uint16_t ring_size;
	int timestamp_offset; /* of the dynamic field */
	uint64_t timestamp_flag;
	struct timebase clock; /* of the card's timestamps */
	struct kernel_drops kernel;
};

#define RSS_TYPES (RTE_ETH_RSS_IP | RTE_ETH_RSS_TCP | RTE_ETH_RSS_UDP)

/* ---- open ------------------------------------------------------------------------------------ */

/* Value of `key=` in a device string, to be freed; NULL: not there. */
static char *
argument(const char *name, const char *key)
{
	size_t key_size = strlen(key);

	for (const char *at = strchr(name, ','); at; at = strchr(at + 1, ','))
		if (strncmp(at + 1, key, key_size) == 0 && at[1 + key_size] == '=')
			return strndup(at + 2 + key_size, strcspn(at + 2 + key_size, ","));
	return NULL;
}

/* The likeliest reason why a device did not come, in words. `said` is what the driver said. */
static char *
why_not(const char *name, int failed, const char *said)
{
	char *interface = argument(name, "iface"), *why;

	if (strncmp(name, "net_", 4) != 0)
		why = mem_printf("no such PCI device, or it is not bound to a driver for DPDK; "
		                 "dpdk-devbind.py --status lists them");
	else if (interface && if_nametoindex(interface) == 0)
		why = mem_printf("there is no interface %s", interface);
	else if (interface && (failed == -EPERM || failed == -EACCES))
		why = mem_printf("not permitted; it needs cap_net_raw and cap_net_admin");
	else
		why = mem_printf("the driver refused it (%s); pmd-config/ has examples",
		                 *said    ? said
		                 : failed ? strerror(-failed)
		                          : "without a reason");
	free(interface);
	return why;
}

static int
open_failed(const char *name, const char *place, int failed)
{
	char *why = why_not(name, failed, eal_said());
	bool refused = failed == -EPERM || failed == -EACCES;

	log_error("path", "%s: port %s %s: %s", place, name,
	          refused ? "can't be opened" : "does not exist", why);
	free(why);
	return failed ? failed : -ENODEV;
}

static void
learn_facts(struct port *p, const char *name)
{
	const uint64_t needed = RTE_ETH_RSS_NONFRAG_IPV4_UDP | RTE_ETH_RSS_NONFRAG_IPV4_TCP;

	p->facts.name = mem_strdup(name);
	p->facts.driver = p->info.driver_name;
	p->facts.queues_max = p->info.max_rx_queues;
	if (p->info.hash_key_size == 0) /* "not told" */
		p->info.hash_key_size = RSS_KEY_USUAL;
	p->facts.rss = (p->info.flow_type_rss_offloads & needed) == needed &&
	               p->info.hash_key_size >= RSS_KEY_USUAL &&
	               p->info.hash_key_size <= RSS_KEY_MAX;
	p->facts.timestamps = p->info.rx_offload_capa & RTE_ETH_RX_OFFLOAD_TIMESTAMP;
	p->facts.scattered = p->info.rx_offload_capa & RTE_ETH_RX_OFFLOAD_SCATTER;
}

int
port_open(const char *name, const char *place, struct port **out)
{
	struct port *p;
	char device[DEVICE_NAME_SIZE];
	uint16_t id;
	int failed = 0;

	snprintf(device, sizeof device, "%.*s", (int)strcspn(name, ","), name);
	if (rte_eth_dev_get_port_by_name(device, &id) != 0) {
		eal_hush(true); /* one line is enough, and it is ours */
		failed = rte_dev_probe(name);
		eal_hush(false);
		/* a bad device may still report success, with no port */
		if (rte_eth_dev_get_port_by_name(device, &id) != 0)
			return open_failed(name, place, failed);
	}
	p = mem_alloc(1, sizeof *p);
	p->id = id;
	memcpy(p->device, device, sizeof device);
	failed = rte_eth_dev_info_get(id, &p->info);
	if (failed) {
		free(p);
		return open_failed(name, place, failed);
	}
	learn_facts(p, name);
	p->ring_size = RING_SIZE;
	rte_eth_dev_adjust_nb_rx_tx_desc(id, &p->ring_size, NULL);
	*out = p;
	return 0;
}

uint16_t
port_ring_size(const struct port *p)
{
	return p->ring_size;
}

/* ---- start ----------------------------------------------------------------------------------- */

static int
start_failed(const struct port *p, const char *step, int failed)
{
	log_error("path", "port %s: %s failed: %s", p->facts.name, step, strerror(-failed));
	return failed;
}

/* Some drivers name a larger MTU than the frame that they then accept. */
static uint32_t
mtu_of(const struct port *p)
{
	uint32_t frame = p->info.max_rx_pktlen - RTE_ETHER_HDR_LEN - RTE_ETHER_CRC_LEN;

	frame = RTE_MIN(frame, p->info.max_mtu);
	return RTE_MIN(frame, (uint32_t)MTU_WANTED);
}

static struct rte_eth_conf
device_conf(const struct port *p, uint16_t queues, uint8_t key[RSS_KEY_MAX])
{
	struct rte_eth_conf conf = {0};

	if (p->facts.scattered) {
		conf.rxmode.offloads |= RTE_ETH_RX_OFFLOAD_SCATTER;
		conf.rxmode.mtu = mtu_of(p);
	}
	if (p->facts.timestamps)
		conf.rxmode.offloads |= RTE_ETH_RX_OFFLOAD_TIMESTAMP;
	if (queues > 1) {
		conf.rxmode.mq_mode = RTE_ETH_MQ_RX_RSS;
		conf.rx_adv_conf.rss_conf.rss_key = key;
		conf.rx_adv_conf.rss_conf.rss_key_len = p->info.hash_key_size;
		conf.rx_adv_conf.rss_conf.rss_hf = RSS_TYPES & p->info.flow_type_rss_offloads;
	}
	return conf;
}

/* The redirection table as hash modulo queues, the same on every port. */
static int
spread_evenly(const struct port *p, uint16_t queues)
{
	struct rte_eth_rss_reta_entry64 table[RTE_ETH_RSS_RETA_SIZE_512 / RTE_ETH_RETA_GROUP_SIZE];

	if (p->info.reta_size == 0 || p->info.reta_size > RTE_ETH_RSS_RETA_SIZE_512)
		return -ENOTSUP;
	for (unsigned i = 0; i < p->info.reta_size; i++) {
		table[i / RTE_ETH_RETA_GROUP_SIZE].mask = UINT64_MAX;
		table[i / RTE_ETH_RETA_GROUP_SIZE].reta[i % RTE_ETH_RETA_GROUP_SIZE] = i % queues;
	}
	return rte_eth_dev_rss_reta_update(p->id, table, p->info.reta_size);
}

static bool
running_key_symmetric(const struct port *p)
{
	uint8_t key[RSS_KEY_MAX] = {0};
	struct rte_eth_rss_conf running = {.rss_key = key, .rss_key_len = sizeof key};

	return rte_eth_dev_rss_hash_conf_get(p->id, &running) == 0 &&
	       rss_key_symmetric(key, p->info.hash_key_size);
}

/* Reads the key back: a driver may not take it at configuration, or take it and use its own. */
static bool
key_checked(const struct port *p)
{
	uint8_t key[RSS_KEY_MAX];
	struct rte_eth_rss_conf ours = {
		.rss_key = key,
		.rss_key_len = p->info.hash_key_size,
		.rss_hf = RSS_TYPES & p->info.flow_type_rss_offloads,
	};

	if (running_key_symmetric(p))
		return true;
	rss_key_fill(key, sizeof key);
	return rte_eth_dev_rss_hash_update(p->id, &ours) == 0 && running_key_symmetric(p);
}

static int
set_up_queues(struct port *p, uint16_t queues, struct rte_mempool *const *pools)
{
	uint8_t key[RSS_KEY_MAX];
	struct rte_eth_conf conf;
	int failed;

	rss_key_fill(key, sizeof key);
	conf = device_conf(p, queues, key);
	failed = rte_eth_dev_configure(p->id, queues, 0, &conf);
	if (failed)
		return start_failed(p, "configuration", failed);
	for (uint16_t q = 0; q < queues; q++) {
		struct rte_eth_rxconf rx = p->info.default_rxconf;

		rx.offloads = conf.rxmode.offloads;
		failed = rte_eth_rx_queue_setup(p->id, q, p->ring_size,
		                                (unsigned)rte_eth_dev_socket_id(p->id), &rx,
		                                pools[q]);
		if (failed)
			return start_failed(p, "queue set-up", failed);
	}
	return 0;
}

static void
learn_clock(struct port *p)
{
	uint64_t ticks = 0;

	if (!p->facts.timestamps)
		return;
	if (rte_mbuf_dyn_rx_timestamp_register(&p->timestamp_offset, &p->timestamp_flag) != 0) {
		p->facts.timestamps = false;
		return;
	}
	if (rte_eth_read_clock(p->id, &ticks) == 0)
		timebase_init(&p->clock, NS_PER_S, ticks, clock_utc_ns());
	else
		p->facts.timestamps = false; /* ticks of a clock that nobody can read */
}

/* A packet socket hears every interface of the host from when the driver opens it until it is
 * bound: another link's frames, which would be taken for this one's. What waits is from then, or
 * from before the clock was read. */
static void
forget_early(const struct port *p, uint16_t queues)
{
	struct rte_mbuf *mbufs[32];
	unsigned count, left = EARLY_MAX;

	for (uint16_t q = 0; q < queues; q++)
		while (left > 0 && (count = rte_eth_rx_burst(p->id, q, mbufs, 32)) > 0) {
			rte_pktmbuf_free_bulk(mbufs, count);
			left -= count < left ? count : left;
		}
}

int
port_start(struct port *p, uint16_t queues, struct rte_mempool *const *pools)
{
	char *interface = argument(p->facts.name, "iface");
	int failed = set_up_queues(p, queues, pools);

	if (!failed) {
		learn_clock(p); /* registers the field before the driver looks for it */
		failed = rte_eth_dev_start(p->id);
		if (failed)
			start_failed(p, "start", failed);
	}
	if (!failed) {
		p->facts.promiscuous = rte_eth_promiscuous_enable(p->id) == 0;
		rte_eth_allmulticast_enable(p->id);
		if (queues > 1) /* without a table of its own a port spreads as it likes */
			p->facts.rss_checked = spread_evenly(p, queues) == 0 && key_checked(p);
		if (interface && strcmp(p->facts.driver, "net_af_packet") == 0) {
			forget_early(p, queues);
			kernel_drops_init(&p->kernel, interface);
			if (kernel_fanout_count() == 0)
				log_warning("path",
				            "port %s: the kernel reassembles IPv4 before it; "
				            "fragments are not seen as they are",
				            p->facts.name);
		}
		rte_eth_stats_reset(p->id);
		port_speed_bps(p);
	}
	free(interface);
	return failed;
}

void
port_close(struct port *p)
{
	if (!p)
		return;
	rte_eth_dev_stop(p->id);
	rte_eth_dev_close(p->id);
	free((char *)p->facts.name);
	free(p);
}

/* ---- facts and counters ---------------------------------------------------------------------- */

const struct port_facts *
port_facts(const struct port *p)
{
	return &p->facts;
}

void
port_stats(struct port *p, struct port_stats *out)
{
	struct rte_eth_stats stats = {0};

	rte_eth_stats_get(p->id, &stats);
	*out = (struct port_stats){
		.rx_packets = stats.ipackets,
		.rx_bytes = stats.ibytes,
		.kernel_drops = kernel_drops_read(&p->kernel),
		.missed = stats.imissed,
		.no_mbuf = stats.rx_nombuf,
	};
	out->missed += out->kernel_drops;
}

/* A virtual device names some speed of its driver's choice (10 Gbit/s, as a rule): that is no
 * evidence of any link, and a verdict must not stand on it. */
static bool
is_virtual(const struct port *p)
{
	const struct rte_bus *bus = p->info.device ? rte_dev_bus(p->info.device) : NULL;

	return !bus || strcmp(rte_bus_name(bus), "vdev") == 0;
}

uint64_t
port_speed_bps(struct port *p)
{
	struct rte_eth_link link = {0};

	if (!is_virtual(p) && rte_eth_link_get_nowait(p->id, &link) == 0 && link.link_status &&
	    link.link_speed != RTE_ETH_SPEED_NUM_UNKNOWN)
		p->facts.speed_bps = link.link_speed * 1000000ull;
	return p->facts.speed_bps;
}

/* ---- the worker's ---------------------------------------------------------------------------- */

uint16_t
port_read(const struct port *p, uint16_t queue, struct rte_mbuf **mbufs, uint16_t count)
{
	return rte_eth_rx_burst(p->id, queue, mbufs, count);
}

uint64_t
port_timestamp_ns(const struct port *p, const struct rte_mbuf *m)
{
	if (!(m->ol_flags & p->timestamp_flag))
		return 0;
	return timebase_ns(&p->clock,
	                   *RTE_MBUF_DYNFIELD(m, p->timestamp_offset, rte_mbuf_timestamp_t *));
}

void
port_calibrate(struct port *p)
{
	uint64_t ticks;

	if (p->facts.timestamps && rte_eth_read_clock(p->id, &ticks) == 0 &&
	    timebase_calibrate(&p->clock, ticks, clock_utc_ns()))
		log_warning("path", "port %s: clock stepped against UTC", p->facts.name);
}

const struct timebase *
port_clock(const struct port *p)
{
	return p->facts.timestamps ? &p->clock : NULL;
}
