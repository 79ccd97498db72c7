/*
 * A paced generator on net_memif, for labs: 64-byte UDP frames of many flows, each with a sequence
 * number, or the frames of a capture over and over, at a rate held by the TSC. testpmd can't pace
 * on this driver.
 *
 *   memif_gen SOCKET[:PORTS] FLOWS|FILE.pcap [EAL ARGS]    says "listening", and "ready" when the
 *                                                          peer has come to all ports
 *
 * PORTS (1) are interfaces 0, 1 ... of the socket, members of a LAG: a flow keeps to one of them.
 * It then reads trials from stdin, one "PACKETS_PER_SECOND SECONDS" a line (0: as fast as it goes),
 * and answers each with one line of JSON. A frame that finds the ring full is refused and not sent
 * again: that is the loss which the receiver can't see. After a stall of its own the generator does
 * not catch up: what it left out was never offered.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <pcap/pcap.h>

#include <rte_cycles.h>
#include <rte_eal.h>
#include <rte_ethdev.h>
#include <rte_mbuf.h>

enum {
	FRAME_SIZE = 64,
	BURST = 32,
	POOL = 4095,
	SEQUENCE_OFFSET = 42,
	FRAMES_MAX = 65536,
	PORTS_MAX = 8
};

struct frame {
	uint8_t *at;
	uint16_t size;
};

struct generator {
	uint16_t ports[PORTS_MAX];
	unsigned port_count, turn; /* ports take bursts in turn */
	struct rte_mempool *pool;
	uint64_t flows, sequence;
	uint8_t frame[FRAME_SIZE];
	struct frame *frames; /* of a capture; NULL: made here */
	uint64_t frame_count;
};

struct trial {
	uint64_t offered, refused, stalls;
	double seconds, longest_us;
};

/* Ethernet, IPv4 198.51.100.1 > 203.0.113.1, UDP without checksum; ports are the flow. */
static void
build_frame(uint8_t *f)
{
	static const uint8_t head[] = {
		0x02, 0,  0,   0,  0,   2,  0x02, 0, 0,  0,  0,    1,    0x08, 0, /* Ethernet */
		0x45, 0,  0,   50, 0,   0,  0,    0, 64, 17, 0x14, 0x85,          /* IPv4 */
		198,  51, 100, 1,  203, 0,  113,  1,                              /* addresses */
		0,    0,  0,   0,  0,   30, 0,    0,                              /* UDP */
	};

	memset(f, 0, FRAME_SIZE);
	memcpy(f, head, sizeof head);
}

/* Flows in an order without pattern (a multiplication by an odd number permutes), of which the port
 * has its share. */
static void
fill(struct generator *g, struct rte_mbuf *m)
{
	uint8_t *f = rte_pktmbuf_mtod(m, uint8_t *);
	uint64_t of_port = g->flows / g->port_count;
	uint64_t flow = g->sequence * 2654435761u % of_port + g->turn * of_port;
	uint16_t sport = rte_cpu_to_be_16((uint16_t)(10000 + flow % 50000));
	uint16_t dport = rte_cpu_to_be_16((uint16_t)(20000 + flow / 50000));

	memcpy(f, g->frame, FRAME_SIZE);
	memcpy(f + 34, &sport, sizeof sport);
	memcpy(f + 36, &dport, sizeof dport);
	memcpy(f + SEQUENCE_OFFSET, &g->sequence, sizeof g->sequence);
	g->sequence++;
	m->data_len = FRAME_SIZE;
	m->pkt_len = FRAME_SIZE;
}

static void
fill_from_capture(struct generator *g, struct rte_mbuf *m)
{
	const struct frame *f = &g->frames[g->sequence++ % g->frame_count];

	memcpy(rte_pktmbuf_mtod(m, uint8_t *), f->at, f->size);
	m->data_len = f->size;
	m->pkt_len = f->size;
}

static bool
read_capture(struct generator *g, const char *path)
{
	char error[PCAP_ERRBUF_SIZE];
	pcap_t *pcap = pcap_open_offline(path, error);
	struct pcap_pkthdr *head;
	const u_char *data;

	if (!pcap) {
		fprintf(stderr, "memif_gen: %s\n", error);
		return false;
	}
	g->frames = calloc(FRAMES_MAX, sizeof *g->frames);
	while (g->frame_count < FRAMES_MAX && pcap_next_ex(pcap, &head, &data) == 1) {
		struct frame *f = &g->frames[g->frame_count];

		if (head->caplen == 0 || head->caplen > RTE_MBUF_DEFAULT_DATAROOM)
			continue;
		f->size = (uint16_t)head->caplen;
		f->at = malloc(f->size);
		memcpy(f->at, data, f->size);
		g->frame_count++;
	}
	pcap_close(pcap);
	return g->frame_count > 0;
}

static void
send_burst(struct generator *g, struct trial *t)
{
	struct rte_mbuf *mbufs[BURST];
	uint16_t sent;

	if (rte_pktmbuf_alloc_bulk(g->pool, mbufs, BURST) != 0)
		return;
	for (unsigned i = 0; i < BURST; i++)
		if (g->frames)
			fill_from_capture(g, mbufs[i]);
		else
			fill(g, mbufs[i]);
	sent = rte_eth_tx_burst(g->ports[g->turn], 0, mbufs, BURST);
	g->turn = g->turn + 1 < g->port_count ? g->turn + 1 : 0;
	t->offered += BURST;
	t->refused += BURST - sent;
	rte_pktmbuf_free_bulk(mbufs + sent, BURST - sent);
}

static struct trial
run_trial(struct generator *g, double pps, double seconds)
{
	struct trial t = {0};
	uint64_t hz = rte_get_tsc_hz(), start = rte_rdtsc(), next = start, last = start;
	uint64_t end = start + (uint64_t)(seconds * (double)hz), longest = 0;
	uint64_t gap = pps > 0 ? (uint64_t)((double)hz * BURST / pps) : 0;
	const uint64_t slack = hz / 2000; /* 0.5 ms: later than that is a stall */

	for (uint64_t now = start; now < end; now = rte_rdtsc()) {
		if (now - last > longest)
			longest = now - last;
		last = now;
		if (now < next)
			continue;
		if (gap && now - next > slack) {
			t.stalls++;
			next = now;
		}
		next += gap;
		send_burst(g, &t);
	}
	t.seconds = (double)(last - start) / (double)hz;
	t.longest_us = (double)longest * 1e6 / (double)hz;
	return t;
}

static bool
link_up(const struct generator *g)
{
	struct rte_eth_link link = {0};

	for (unsigned i = 0; i < g->port_count; i++)
		if (rte_eth_link_get_nowait(g->ports[i], &link) != 0 || !link.link_status)
			return false;
	return true;
}

static int
open_port(struct generator *g, const char *socket, unsigned id)
{
	const struct rte_eth_conf conf = {0};
	char device[256], name[32];
	uint16_t *port = &g->ports[id];

	snprintf(name, sizeof name, "net_memif%u", id);
	snprintf(device, sizeof device,
	         "%s,role=server,id=%u,socket=%s,socket-abstract=no,rsize=14", name, id, socket);
	if (rte_dev_probe(device) != 0 || rte_eth_dev_get_port_by_name(name, port) != 0 ||
	    rte_eth_dev_configure(*port, 1, 1, &conf) != 0 ||
	    rte_eth_rx_queue_setup(*port, 0, 1024, 0, NULL, g->pool) != 0 ||
	    rte_eth_tx_queue_setup(*port, 0, 1024, 0, NULL) != 0)
		return -1;
	return rte_eth_dev_start(*port);
}

static bool
open_ports(struct generator *g, const char *socket)
{
	g->pool = rte_pktmbuf_pool_create("generator", POOL, 256, 0, RTE_MBUF_DEFAULT_BUF_SIZE,
	                                  SOCKET_ID_ANY);
	for (unsigned id = 0; g->pool && id < g->port_count; id++)
		if (open_port(g, socket, id) != 0)
			return false;
	return g->pool != NULL;
}

/* SOCKET[:PORTS]; false: not so many. */
static bool
read_ports(struct generator *g, char *socket)
{
	char *colon = strrchr(socket, ':');

	g->port_count = colon ? (unsigned)strtoul(colon + 1, NULL, 10) : 1;
	if (colon)
		*colon = '\0';
	return g->port_count > 0 && g->port_count <= PORTS_MAX;
}

int
main(int argc, char **argv)
{
	struct generator g = {0};
	char line[128];
	double pps, seconds;

	if (argc < 3 || !read_ports(&g, argv[1]) ||
	    (!(g.flows = strtoull(argv[2], NULL, 10)) && !read_capture(&g, argv[2]))) {
		fprintf(stderr, "usage: memif_gen SOCKET[:PORTS] FLOWS|FILE.pcap [EAL ARGS]\n");
		return 2;
	}
	char *socket = argv[1];
	argv[2] = argv[0];
	if (rte_eal_init(argc - 2, argv + 2) < 0 || !open_ports(&g, socket)) {
		fprintf(stderr, "memif_gen: can't listen on %s\n", socket);
		return 1;
	}
	puts("listening");
	fflush(stdout);
	build_frame(g.frame);
	while (!link_up(&g))
		usleep(10000);
	puts("ready");
	fflush(stdout);
	while (fgets(line, sizeof line, stdin) && sscanf(line, "%lf %lf", &pps, &seconds) == 2) {
		struct trial t = run_trial(&g, pps, seconds);

		printf("{\"wanted_pps\":%.0f,\"offered\":%llu,\"refused\":%llu,\"seconds\":%.6f,"
		       "\"stalls\":%llu,\"longest_turn_us\":%.0f}\n",
		       pps, (unsigned long long)t.offered, (unsigned long long)t.refused, t.seconds,
		       (unsigned long long)t.stalls, t.longest_us);
		fflush(stdout);
	}
	rte_eal_cleanup();
	return 0;
}
