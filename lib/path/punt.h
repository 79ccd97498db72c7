/*
 * Frames on their way from a worker to the inspector and back. The worker hands over the mbuf
 * itself through a single-producer single-consumer ring and gets it back through another to free
 * it: no lock, no mempool shared. Control protocols and bulk punts have rings of their own, so that
 * no flood of the latter starves the former. What is under way is bounded by the rings, and the
 * worker's pool has room for it.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "path/burst.h"
#include "path/pipeline.h"

/* Frames under way; powers of two. The way back has room for all and can't be full. */
enum { PUNT_CONTROL_SIZE = 1024, PUNT_BULK_SIZE = 4096, PUNT_BACK_SIZE = 8192, PUNT_TAKE_MAX = 64 };

/* A punted frame, valid until punt_return(). It lies in the private area of its mbuf, or before its
 * copy of a capture's frame. */
struct punt {
	const uint8_t *data;
	uint64_t time_ns;
	uint32_t captured, wire;
	uint32_t port; /* source index */
	uint16_t lane;
	uint8_t link_layer; /* enum link_layer */
	uint8_t queue;      /* enum punt_queue */
	uint8_t class;      /* enum traffic_class */
	bool copied;        /* of the rings alone */
	struct packet packet;
};

struct punt_rings;

/* What the burst knows of its packet `i`; the frame is not copied. For who hands it over without
 * rings. */
void punt_fill(struct punt *punt, enum punt_queue queue, const struct burst *b, unsigned i);

struct punt_rings *punt_create(void);
/* Frees what is still under way. Worker and inspector have stopped. */
void punt_destroy(struct punt_rings *p);

/* Worker. Takes the mbuf over on success: the burst's owner becomes NULL. False: the ring is full,
 * or the frame is no mbuf. */
bool punt_push(struct punt_rings *p, enum punt_queue queue, struct burst *b, unsigned i);
/* Worker, for captures, whose frames end with the next burst: the same with a copy (allocated, so
 * not for live ports). */
bool punt_push_copy(struct punt_rings *p, enum punt_queue queue, const struct burst *b, unsigned i);
/* Worker: frees what came back; call every few turns. */
void punt_free_returned(struct punt_rings *p);

/* Inspector: up to `max` (at most PUNT_TAKE_MAX) frames of one ring, oldest first; each must be
 * returned, and none be kept. */
unsigned punt_take(struct punt_rings *p, enum punt_queue queue, struct punt **out, unsigned max);
void punt_return(struct punt_rings *p, struct punt **punts, unsigned count);

/* Any thread: a mark behind what was pushed so far; and whether the inspector has returned all
 * before it. */
uint32_t punt_mark(const struct punt_rings *p, enum punt_queue queue);
bool punt_passed(const struct punt_rings *p, enum punt_queue queue, uint32_t mark);
