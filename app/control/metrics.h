/*
 * OpenMetrics text of what the last turn saw: one metric per numeric field of the model's tables
 * (pniscope_KIND_FIELD), and the verdicts and findings. Names follow the field tables, so a new
 * field is a new metric. The type is "unknown" where the table does not tell a counter from a
 * gauge.
 */
#pragma once

#include "audit/audit.h"
#include "base/text.h"

/* `reads`: the last turn could read; otherwise that alone is told, as what was is not what is. */
void metrics_print(const struct audit *a, bool reads, struct text *to);
