/*
 * The gate's table (audit/gate_table.h) for people: beside a verdict, in `explain REQ`, and as a
 * page of the documents. Pure, but for the file that is written to.
 */
#pragma once

#include <stddef.h>
#include <stdio.h>

#include "audit/input.h"
#include "audit/requirement.h"

/* "ams1-p: missed 12 of 3100000000 frames offered (3.9e-09); …": what the requirement rests on and
 * was lost over the window; or that nothing was. */
void gate_text_losses(const struct audit_input *in, const struct requirement *r, char *text,
                      size_t size);
/* For `explain REQ`: the probe's counters that void a PASS or FAIL of it. */
void gate_text_explain(const struct requirement *r, FILE *to);
/* The table, for docs/requirements.md. */
void gate_text_docs(FILE *to);
