/* Packets, bursts of them, and an owner that counts what a table shows it. */
#pragma once

#include "state/flow.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { TCP = 6, UDP = 17, SYN = 0x02, SYN_ACK = 0x12, ACK = 0x10 };

static inline struct addr
host(bool v4, uint32_t n)
{
	uint8_t b[16] = {0x20, 0x01, 0x0d, 0xb8};

	/* the low 32 bits repeat, so that IPv6 keys differ on the second line only */
	b[7] = (uint8_t)(n >> 3);
	store_be32(b + 12, n & 7);
	if (!v4)
		return addr_v6(b);
	store_be32(b, 0x0a000000 + n);
	return addr_v4(b);
}

static inline struct packet
packet(bool v4, uint8_t proto, uint32_t src, uint16_t sport, uint32_t dst, uint16_t dport)
{
	return (struct packet){.src = host(v4, src),
	                       .dst = host(v4, dst),
	                       .sport = sport,
	                       .dport = dport,
	                       .proto = proto,
	                       .ip_version = v4 ? 4 : 6,
	                       .ttl = 64,
	                       .flags = PACKET_HAS_IP | PACKET_HAS_PORTS};
}

/* ---- bursts ---------------------------------------------------------------------------------- */

struct batch {
	struct flow_batch b;
	struct packet packets[FLOW_BURST];
	uint16_t links[FLOW_BURST];
	uint64_t time_ns[FLOW_BURST];
	uint32_t wire[FLOW_BURST];
	struct flow *flows[FLOW_BURST];
	uint8_t seen[FLOW_BURST];
};

static inline struct batch *
batch_make(void)
{
	struct batch *x = calloc(1, sizeof *x);

	x->b = (struct flow_batch){.packets = x->packets,
	                           .links = x->links,
	                           .time_ns = x->time_ns,
	                           .wire = x->wire,
	                           .flows = x->flows,
	                           .seen = x->seen};
	return x;
}

static inline void
batch_add(struct batch *x, struct packet p, uint64_t time_ns, uint32_t wire)
{
	x->packets[x->b.count] = p;
	x->time_ns[x->b.count] = time_ns;
	x->wire[x->b.count] = wire;
	x->links[x->b.count++] = 0;
}

/* One packet as a burst of its own. */
static inline struct flow *
send_one(struct flow_table *t, struct batch *x, struct packet p, uint64_t time_ns)
{
	x->b.count = 0;
	batch_add(x, p, time_ns, 100);
	flow_find_burst(t, &x->b);
	return x->flows[0];
}

/* ---- the owner ------------------------------------------------------------------------------- */

struct owner {
	uint64_t passed, left, left_packets;
	uint64_t idle_ns;
};

static inline void
visit(void *context, struct flow **flows, uint32_t count, enum flow_event event, uint64_t *idle_ns)
{
	struct owner *o = context;

	for (uint32_t i = 0; i < count; i++) {
		idle_ns[i] = o->idle_ns;
		if (event == FLOW_PASSED) {
			o->passed++;
			continue;
		}
		o->left++;
		o->left_packets += flows[i]->packets[0] + flows[i]->packets[1];
	}
}
