/*
 * The slow path: punted frames to the protocols that read them. Fed by the probe's inspector thread
 * from the punt rings (path/punt.h), or by `analyze` from the pipeline's punt callback; both hand
 * over the same `struct punt`, which is borrowed for the call. TCP is put in order (stream.h);
 * conversations, their buffers and the names counted are bounded, and what found no room is
 * counted. One thread; nothing is logged.
 */
#pragma once

#include <stdint.h>

#include "inspect/census.h"
#include "path/punt.h"

struct inspector;

struct inspector_params {
	uint32_t conversations; /* kept at once; 0: INSPECTOR_CONVERSATIONS */
	uint32_t names;         /* different texts counted of each kind; 0: INSPECTOR_NAMES */
	uint64_t waiting_bytes; /* of messages not whole yet, in all; 0: INSPECTOR_WAITING_BYTES */
};

enum {
	INSPECTOR_CONVERSATIONS = 16384, /* 6 MiB without what waits */
	INSPECTOR_NAMES = 4096,
	INSPECTOR_WAITING_BYTES = 64 << 20,
};

struct inspector *inspector_create(const struct inspector_params *params);
void inspector_destroy(struct inspector *i);

/* One frame, in the order of its port. */
void inspector_packet(struct inspector *i, const struct punt *p);

/* No more will come: what waits for bytes that were not captured is read without them. */
void inspector_finish(struct inspector *i);

/* Borrowed; changes with every packet. */
const struct census *inspector_census(const struct inspector *i);
/* Conversations now, and those forgotten for want of room. */
uint32_t inspector_conversations(const struct inspector *i, uint64_t *forgotten);
