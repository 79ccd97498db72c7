/*
 * Merges the event streams of all probes into the peering's own, in the order of time. An event
 * keeps its probe and its entry id there (`origin`), so whoever takes the merged stream over reads
 * from its tail how far each probe was merged: nothing is lost or doubled. Events wait a moment
 * before they are merged, so that probes whose epochs end a little apart come in order; one that is
 * later still (a probe's spool after an outage) follows with its own time in its fields.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "conf/conf.h"
#include "store/store.h"

struct merge;

/* Reads the merged stream to see how far it is. `in` reads, `out` writes; borrowed. */
struct merge *merge_create(struct store *in, struct store *out, const char *peering);
void merge_destroy(struct merge *m);
/* Merges what came since, of all probes at the sites of `conf`; returns how many events. */
size_t merge_turn(struct merge *m, const struct conf *conf, uint64_t now_us);
