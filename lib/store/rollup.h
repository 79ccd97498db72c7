/*
 * Roll-ups: the interval's figures as points of the streams ts:SUBJECT at 1 s, 10 s and 60 s. Rates
 * are averaged, peaks keep their maximum. One second is kept for links and for the busiest subnets
 * only (interfaces: budget). Fed by the exporter, in its thread.
 */
#pragma once

#include "snap/aggregate.h"
#include "store/store.h"

struct rollup;

struct rollup *rollup_create(struct store *store);
void rollup_destroy(struct rollup *r);
void rollup_link(struct rollup *r, const struct aggregate *a, const struct rec_link *link);
/* `key` is the subnet's id in the model. */
void rollup_subnet(struct rollup *r, const struct aggregate *a, const char *key,
                   const struct rec_subnet *subnet);
