/* Shared by the files of the aggregate alone: the arithmetic at an interval's end (totals, peaks,
 * ports, coverage). */
#pragma once

#include "snap/aggregate.h"

/* Sum of the members' declared speeds, bit/s. */
uint64_t totals_link_capacity(const struct conf_link *link);
/* Forget the last interval's figures in every cell. */
void totals_clear_interval(struct aggregate *a);
/* Add the interval to the totals; compute peaks, loads, losses and coverage. */
void totals_close(struct aggregate *a);
