/* Shared by the files of the aggregate alone: the arithmetic at an interval's end (totals, peaks,
 * ports, coverage), and the endpoint table. */
#pragma once

#include "snap/aggregate.h"

/* Sum of the members' declared speeds, bit/s. */
uint64_t totals_link_capacity(const struct conf_link *link);
/* Forget the last interval's figures in every cell. */
void totals_clear_interval(struct aggregate *a);
/* Add the interval to the totals; compute peaks, loads, losses and coverage. */
void totals_close(struct aggregate *a);

/* Put a known endpoint with its totals into the table (aggregate.c); false when it is full. */
bool aggregate_adopt_endpoint(struct aggregate *a, const struct agg_endpoint *e);
