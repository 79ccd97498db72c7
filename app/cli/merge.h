/*
 * Several probes of one site write their own record of what both can see (PREFIX@PROBE, IP@PROBE).
 * People ask for the subnet, its class or the address: the commands show the sum.
 */
#pragma once

#include "store/model.h"
#include "ui/rows.h"

/* Joins the rows of one subject; counters and rates are summed, shares weighted by bytes, times
 * widened. Kinds that no two probes share are left as they are. */
void merge_rows(enum record_kind kind, struct rows *rows);

/* Adds the names of "a,b" that the list `to` does not have; what has no room is left out whole. */
void merge_names(char *to, size_t size, const char *from);
