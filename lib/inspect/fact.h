/*
 * What the inspector has found out and somebody must be told of at once: a bounded queue of facts,
 * in the order in which they were found. The inspector's thread adds, the exporter takes them as
 * events (names of store/event.h) while it holds the inspector; what found no room is counted.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "conf/conf.h"

enum { FACT_ROOM = 4096, FACT_NO_LINK = 0xffff };

struct fact {
	uint64_t ts_us;   /* when it happened, packet clock */
	const char *name; /* of the table of events, constant */
	uint16_t link;    /* index in conf.links, or FACT_NO_LINK */
	enum side side;   /* whose doing it is */
	bool directed;
	enum direction dir; /* where it was seen, if `directed` */
	char subject[128];  /* "session:pni-a-v4", "member:pni-a:0" … */
	char cause[160], text[240];
};

struct fact_queue {
	struct fact *at;
	uint32_t head, count;
	uint64_t lost; /* for want of room */
};

void fact_queue_init(struct fact_queue *q);
void fact_queue_fini(struct fact_queue *q);
/* A cleared fact to be filled; NULL: no room, counted. */
struct fact *fact_add(struct fact_queue *q, const char *name, uint64_t ts_us);
/* The oldest into `*out`; false: there is none. */
bool fact_take(struct fact_queue *q, struct fact *out);
