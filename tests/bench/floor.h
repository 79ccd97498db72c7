/*
 * What memory alone takes of a packet of a known flow: its mbuf, its frame, a line of an index and
 * one of a record, each fetched ahead as the flow table does, and nothing done with them. No
 * pipeline with a flow table is faster on the machine that says so.
 */
#pragma once

#include "base/hash.h"
#include "bench/rig.h"

struct floor {
	uint8_t *index, *records;
	uint64_t lines, count; /* lines of the index, records */
	struct hash_key key;
};

/* An index and records of the flow table's sizes for so many flows. Exits with a line when there is
 * no memory. */
void floor_open(struct floor *f, uint64_t flows);
void floor_close(struct floor *f);

/* Cycles per packet, over the frames of the rig's trace. */
double floor_run(struct floor *f, struct rig *r, double seconds);
