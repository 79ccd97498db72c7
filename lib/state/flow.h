/*
 * The flow table of one worker: both directions of a flow in one record of two cache lines, found
 * or added for a whole burst at once. Owned and used by one thread; nothing here is locked,
 * allocated (except by a growing table) or logged after create.
 *
 * Cost: a known flow touches one line of the index and the first line of its record, both
 * prefetched over the burst; a new one writes both lines of its record. IPv6 compares its second
 * line too. Memory: 128 bytes a record and about 11 of index.
 *
 * A full table replaces: one candidate in the new flow's bucket, never a chain. Flows that proved
 * themselves (both directions seen, or FLOW_PROVEN packets) are not candidates, so a flood of
 * single packets replaces its own. What found no place is counted and has no flow.
 */
#pragma once

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/mem.h"
#include "proto/packet.h"

enum {
	FLOW_BURST = 64,   /* most packets of one flow_find_burst() */
	FLOW_PROVEN = 8,   /* packets that make a one-way flow worth keeping in a full table */
	FLOW_VISITED = 32, /* most records of one visit */
	FLOW_NO_POOL = 0,  /* flow.pool: no side state */
	FLOW_CLASS_MEMORY = 8,
};

/* Bits of flow.flags. */
enum flow_flag {
	FLOW_USED = 1 << 0,      /* the record is a flow */
	FLOW_LOW_FIRST = 1 << 1, /* the key's lower endpoint sent the first packet */
	FLOW_TWO_WAY = 1 << 2,   /* packets seen both ways */
	FLOW_STRONG = 1 << 3,    /* not replaced when the table is full */
	FLOW_ENDED = 1 << 4,  /* its TCP ports were taken by a new connection: not found any more */
	FLOW_A_PEER = 1 << 5, /* the first sender is on the peer's side (set by the pipeline) */
	FLOW_SHOWN = 1 << 6,  /* counted as a flow of its endpoints (set by the pipeline) */
	FLOW_OPENED = 1 << 7, /* past the packets that inspectors want (set by the pipeline) */
};

/* One endpoint pair; [0] of every pair is what the first sender ("a") sent. */
struct flow {
	/* first line: all that a packet of a known flow reads and writes */
	uint64_t key[2];     /* low 32 address bits, ports, protocol, family, link: see flow.c */
	uint32_t packets[2]; /* since the last flow_fold() */
	uint32_t bytes[2];   /* frame bytes since then */
	uint64_t last_ns;
	uint32_t meter;      /* meter id of its packets; free records: next free one */
	uint16_t generation; /* of the plan that meter and sides come from; 0: none yet */
	uint8_t flags;       /* enum flow_flag */
	uint8_t turn; /* low bits of the burst that touched it last: not replaced within it */
	uint8_t class_memory[FLOW_CLASS_MEMORY] __attribute__((aligned(8))); /* the classifier's */
	uint8_t tcp_flags[2]; /* all flags seen each way */
	uint8_t ttl[2];       /* of the last packet each way */
	uint32_t pool;        /* TCP or RTP state in a side pool, FLOW_NO_POOL: none */
	/* second line: new flows, folding, IPv6 and reports */
	uint32_t high[2][3]; /* upper 96 address bits of the lower and the higher endpoint */
	uint64_t first_ns;
	uint64_t total_bytes[2];      /* folded so far */
	uint32_t total_packets[2];    /* low 32 bits */
	uint16_t total_packets_hi[2]; /* and the 16 above */
	uint16_t base_seq[2];         /* mark of each side's initial sequence number, TCP */
} __attribute__((aligned(CACHE_LINE)));

static_assert(sizeof(struct flow) == 2 * CACHE_LINE, "a flow is two cache lines");
static_assert(offsetof(struct flow, high) == CACHE_LINE, "hot fields fill the first line");

/* What a packet did to its flow. */
enum flow_seen {
	FLOW_SEEN_REVERSE = 1 << 0, /* it goes against the flow's first packet */
	FLOW_SEEN_NEW = 1 << 1,     /* it is the flow's first */
	FLOW_SEEN_TURNED = 1 << 2,  /* it is the first one of the other direction */
};

/* In and out of flow_find_burst(): arrays of `count` items, borrowed for the call. */
struct flow_batch {
	uint32_t count; /* at most FLOW_BURST */
	const struct packet *packets;
	const uint16_t *links; /* part of the key: a connection is one link */
	const uint64_t *time_ns;
	const uint32_t *wire;
	struct flow **flows; /* out: NULL when the packet makes no flow or found no place */
	uint8_t *seen;       /* out: enum flow_seen bits */
};

/* Why the owner of the table sees a record. */
enum flow_event {
	FLOW_PASSED, /* the ageing hand passes it */
	FLOW_LEAVES, /* it is about to be freed: take what is left in it */
};

/*
 * Called by ageing, replacement and flow_table_visit() with 1 to FLOW_VISITED records, so that the
 * owner can fetch what it needs for all of them at once. Sets the idle timeout of each in ns, 0:
 * never (ignored for FLOW_LEAVES). May fold and change them, must not call the table.
 */
typedef void flow_visit_fn(void *context, struct flow **flows, uint32_t count,
                           enum flow_event event, uint64_t *idle_ns);

struct flow_params {
	uint64_t capacity;  /* flows; memory for all is taken now. Ignored with `keep` */
	bool keep;          /* captures: nothing expires or is replaced; the table grows instead */
	uint64_t hash_seed; /* 0: random */
	flow_visit_fn *visit;
	void *context;
};

struct flow_stats {
	uint64_t created, expired, evicted;
	uint64_t refused;  /* packets whose new flow found no place */
	uint64_t reused;   /* flows ended by a new connection on their ports */
	uint64_t used;     /* flows now */
	uint64_t capacity; /* flows possible; with `keep` the reserved address space */
	uint64_t away;     /* flows whose index entry is not in its first bucket */
};

struct flow_table;

/* NULL when the memory is not there (logged). Set-up thread. */
struct flow_table *flow_table_create(const struct flow_params *params);
void flow_table_destroy(struct flow_table *t);

/*
 * Find or add the flows of a burst and count its packets in them. Packets without IP, without the
 * ports their protocol must have, and later fragments make no flow. A SYN on an existing TCP flow
 * whose sequence number differs from that side's first one starts a new flow (the rule of tshark's
 * conversations); the old one stays until the ageing hand, with `keep` for ever.
 */
void flow_find_burst(struct flow_table *t, const struct flow_batch *b);

/* The flow of a packet, without adding or counting; NULL: none. */
struct flow *flow_find(struct flow_table *t, const struct packet *p, uint16_t link);

/* Count a packet without ports (a later fragment) in a flow known otherwise. */
void flow_count(struct flow_table *t, struct flow *f, const struct packet *p, uint32_t wire,
                uint64_t time_ns, bool reverse);

/* Count packets, of `bytes` together, whose flow was not known when they came. */
void flow_add(struct flow_table *t, struct flow *f, uint32_t packets, uint32_t bytes, bool reverse);

/* Whether `f` is a flow of this protocol and link between the packet's addresses, whatever the
 * ports; `*reverse`: against its first packet (unchanged when false). A later fragment of IPv6 does
 * not tell its protocol, so there any will do. */
bool flow_between(const struct flow *f, const struct packet *p, uint16_t link, bool *reverse);

/* Move the ageing hand over `count` records: each is visited, and freed when idle for longer than
 * its timeout. Between bursts. */
void flow_table_age(struct flow_table *t, uint64_t now_ns, uint64_t count);

/* Records that a whole pass of the hand looks at. */
uint64_t flow_table_extent(const struct flow_table *t);

/* Visit every flow once, ended ones too, as FLOW_PASSED, nothing freed. */
void flow_table_visit(struct flow_table *t);

/* Every flow in order of creation (live: in no order), ended ones too. Stops when `each` returns
 * false. Owner's thread, between bursts. */
void flow_table_each(struct flow_table *t, bool (*each)(void *context, struct flow *f),
                     void *context);

const struct flow_stats *flow_table_stats(const struct flow_table *t);
/* All memory of the table in bytes. */
size_t flow_table_size(const struct flow_table *t);

/* A number for a flow that stays while the flow lives (pointers do too). */
uint32_t flow_id(const struct flow_table *t, const struct flow *f);
struct flow *flow_at(struct flow_table *t, uint32_t id);

/* Add the packets and bytes since the last fold to the totals and clear them. `packets` and
 * `bytes` (NULL: not wanted) get what was folded. */
void flow_fold(struct flow *f, uint32_t packets[2], uint32_t bytes[2]);

/* Everything of a flow that people ask for, decoded from its record. */
struct flow_view {
	struct addr a, b; /* a sent the first packet */
	uint16_t a_port, b_port;
	uint8_t proto;
	uint8_t ip_version;
	uint16_t link;
	uint64_t packets[2], bytes[2]; /* [0] sent by a */
	uint64_t first_ns, last_ns;
};

void flow_view(const struct flow *f, struct flow_view *out);

/* Its addresses and ports alone, into *addr[0] and *port[0] those of the first sender. */
void flow_ends(const struct flow *f, struct addr *const addr[2], uint16_t *const port[2]);

/* Its link alone. */
static inline uint16_t
flow_link(const struct flow *f)
{
	return (uint16_t)(f->key[1] >> 48);
}

/* Its IP protocol alone. */
static inline uint8_t
flow_proto(const struct flow *f)
{
	return (uint8_t)(f->key[1] >> 32);
}
