/*
 * Audit rows and findings as text, shared by the commands that read Redis and by `analyze`, so that
 * a capture and a live link are told in the same words.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "store/model.h"
#include "ui/json.h"

/* The audit as a table, FAIL first, then what is not proven grouped by what would prove it.
 * `zone` "" or NULL: UTC. `width_us` > 0: a capture of that length; rules that need longer are
 * listed once as "needs N h live". */
void show_audit(const struct rec_verdict *const *rows, size_t count, bool wide, bool colour,
                FILE *to);
/* One row with sub-checks, reasons, evidence and needs. */
void show_verdict(const struct rec_verdict *v, const char *zone, bool colour, FILE *to);
void show_finding(const struct rec_finding *f, const char *zone, bool colour, FILE *to);

/* A row or finding in the shape of `analyze --json` (interfaces): the keys promised there first,
 * then everything else the record holds. */
json_t *show_verdict_json(const struct rec_verdict *v);
json_t *show_finding_json(const struct rec_finding *f);
