/*
 * A DPDK port from its configured string, a PCI address or an EAL vdev string: opened, checked
 * against what is needed, started. Captures (`pcap:FILE`) are not ports: path/capture.h.
 *
 * port_open, port_start, port_stats, port_close: control thread. port_read: the worker of the
 * queue; the driver's receive and nothing else.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { PORT_FRAME_ROOM = 2176 }; /* data room of an mbuf, headroom of 128 included */

struct rte_mbuf;
struct rte_mempool;
struct port;

struct port_stats {
	uint64_t rx_packets, rx_bytes;
	uint64_t missed; /* lost before the probe could take them; kernel_drops included */
	uint64_t no_mbuf;
	uint64_t kernel_drops;
};

/* What a port offers and got; for the start's log line and the choice of queues. */
struct port_facts {
	const char *name;   /* as configured */
	const char *driver; /* "net_af_packet" */
	uint16_t queues_max;
	bool rss;         /* hashes TCP, UDP and IP with a key of ours */
	bool rss_checked; /* the running key, read back, is symmetric (rss_key_symmetric) */
	bool promiscuous;
	bool timestamps;    /* in the mbuf, by the card */
	bool scattered;     /* longer frames than an mbuf come as chains */
	uint64_t speed_bps; /* of a card; 0: not known, as always for virtual devices */
};

/* Opens by name: a vdev is plugged in, a PCI device was probed by eal_start. 0, or -errno with one
 * logged line that says what is wrong with the name, and `place`, where it was written. */
int port_open(const char *name, const char *place, struct port **out);
/* Descriptors of one receive queue, for the size of the pool. */
uint16_t port_ring_size(const struct port *p);
/* `pools[queues]`: mbufs of PORT_FRAME_ROOM. With several queues RSS is set up with the symmetric
 * key. 0, or -errno, logged. */
int port_start(struct port *p, uint16_t queues, struct rte_mempool *const *pools);
void port_close(struct port *p);

const struct port_facts *port_facts(const struct port *p);
/* Totals since port_start. */
void port_stats(struct port *p, struct port_stats *out);
/* Reads the link's speed again (a card's may come up late). */
uint64_t port_speed_bps(struct port *p);

uint16_t port_read(const struct port *p, uint16_t queue, struct rte_mbuf **mbufs, uint16_t count);
/* The card's time of arrival in ns UTC; 0 when this frame has none. Needs facts.timestamps. */
uint64_t port_timestamp_ns(const struct port *p, const struct rte_mbuf *m);
/* Control, about once a second: follows the card's clock. */
void port_calibrate(struct port *p);
/* That clock as it is followed; NULL: the port has none. */
const struct timebase *port_clock(const struct port *p);
