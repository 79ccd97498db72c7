/*
 * What the inspector keeps per pair of endpoints and protocol: the two directions of a TCP
 * connection in order, and the state of whichever handler reads it. Found by a keyed hash;
 * bounded: when there are `limit` of them the one quiet for longest is forgotten, and counted.
 * One thread.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/lru.h"
#include "inspect/stream.h"
#include "proto/packet.h"

struct handler;

struct conversation {
	struct lru_node node; /* of the table */
	struct addr ip[2];    /* [0] the lower of (address, port) */
	uint16_t port[2];
	uint8_t proto;
	const struct handler *handler; /* NULL: nobody reads it yet */
	void *state;                   /* the handler's; its forget() frees it */
	struct stream stream[2];       /* TCP: [d] what endpoint d sent */
	uint64_t gap_ns[2];            /* since when bytes are missing before others; 0: none */
	uint64_t last_ns;
};

struct conversation_table;

/* `forget` is called before a conversation goes (and for all of them at destroy). */
typedef void conversation_forget_fn(struct conversation *c);
struct conversation_table *conversation_table_create(uint32_t limit,
                                                     conversation_forget_fn *forget);
void conversation_table_destroy(struct conversation_table *t);

/* The packet's conversation, made when it is new; `*direction`: the index of its sender. The packet
 * has ports. */
struct conversation *conversation_find(struct conversation_table *t, const struct packet *p,
                                       uint64_t time_ns, unsigned *direction);

/* Its ports were taken by a new connection: as new. */
void conversation_restart(struct conversation_table *t, struct conversation *c);

/* The one quiet for longest goes; counted. */
void conversation_forget_oldest(struct conversation_table *t);

/* Every one, oldest first. */
void conversation_each(struct conversation_table *t,
                       void (*fn)(void *context, struct conversation *c), void *context);

uint32_t conversation_count(const struct conversation_table *t);
uint64_t conversation_forgotten(const struct conversation_table *t); /* for want of room */
