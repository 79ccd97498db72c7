/*
 * Expectations on their way from the inspector to one worker: the back edge of the pipeline. A
 * single-producer single-consumer ring of copies; no lock, and nothing waits: what finds it full is
 * dropped and counted, and media then are found by their behaviour.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "state/expectation.h"

enum {
	EXPECT_QUEUE_SIZE = 1024
}; /* a power of two; more SDP than 100 000 calls a minute bring
      between two looks of a worker */

struct expect_queue;

/* Aborts without memory, as all set-up code. */
struct expect_queue *expect_queue_create(void);
void expect_queue_destroy(struct expect_queue *q);

/* Inspector. False: full, counted. */
bool expect_queue_push(struct expect_queue *q, const struct expectation *e);
/* Inspector or control thread. */
uint64_t expect_queue_dropped(const struct expect_queue *q);

/* Worker: the oldest, borrowed until expect_queue_drop(); NULL: none. */
const struct expectation *expect_queue_peek(const struct expect_queue *q);
void expect_queue_drop(struct expect_queue *q);
