/*
 * The writer's thread: keeps a connection to Redis, writes batches slice by slice, then events from
 * the spool, in order. Whatever goes wrong (no Redis, wrong password, read-only, out of memory …)
 * is said once per outage and cause, ends the connection, and is tried again with back-off; then
 * the caller is asked for everything that stands, since nobody knows what arrived.
 *
 * One caller's thread beside the pipe's own. No call but pipe_wait_*() and pipe_stop() waits
 * for the network.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "store/batch.h"
#include "store/connection.h"
#include "store/spool.h"
#include "store/store.h"

struct pipe;

/* `spool` is borrowed, the texts of `params` are copied. */
struct pipe *pipe_start(const char *server, const struct connection_params *params,
                        struct spool *spool);
/* Stops within a few seconds at most; what was not written is dropped (events stay spooled). */
void pipe_stop(struct pipe *p);

enum pipe_wish {
	PIPE_BUSY, /* away, or still writing: keep it */
	PIPE_MORE, /* what changed since the last batch */
	PIPE_ALL,  /* everything that stands */
};
enum pipe_wish pipe_wish(struct pipe *p);
/* Only after PIPE_MORE or PIPE_ALL. Takes the batch's contents and numbers it; `b` is then an empty
 * one to fill. */
void pipe_send(struct pipe *p, struct batch *b);
/* Number of the last batch that Redis took whole; the next one gets pipe_sent() + 1. */
uint64_t pipe_acked(struct pipe *p);
uint64_t pipe_sent(struct pipe *p);

/* There is a new event in the spool. `has_state`: the caller holds records, so that after an outage
 * events wait for them. */
void pipe_wake(struct pipe *p, bool has_state);

/* Waits until a batch may be sent; false: it is `until_ns` (monotonic). */
bool pipe_wait_ready(struct pipe *p, uint64_t until_ns);
/* Waits until Redis has every batch and event; false: too late, or the connection broke meanwhile
 * and everything is wanted again. */
bool pipe_wait_done(struct pipe *p, uint64_t until_ns);

/* Redis' maxmemory as read at connecting; 0: none, or not known. */
uint64_t pipe_maxmemory(struct pipe *p);
/* Fills what the pipe knows. */
void pipe_health(struct pipe *p, struct store_health *out);
