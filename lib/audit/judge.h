/*
 * The judges: pure functions from an audit_input to a concluded row. One per requirement whose
 * evidence is collected; all others are judged by judge_uncollected, honestly INCONCLUSIVE with
 * what would decide them. Rules and numbers: requirements sections 5, 6 and 13.
 */
#pragma once

#include "audit/input.h"
#include "audit/verdict.h"

/* Row `r` of the set, concluded. Rows that don't apply are INCONCLUSIVE with applies "no". */
void judge(const struct requirement *r, const struct audit_input *in, struct verdict_draft *out);

/* Each adds sub-checks to a row that verdict_begin opened; judge() concludes. */
typedef void judge_fn(const struct audit_input *in, struct verdict_draft *d);
judge_fn judge_classes;     /* R4 */
judge_fn judge_rates;       /* M1 */
judge_fn judge_speed;       /* X14 */
judge_fn judge_utilisation; /* X15 */
judge_fn judge_redundancy;  /* R2, declared half */
judge_fn judge_backup;      /* R8, declared half */
judge_fn judge_bandwidth;   /* R9, declared half */
judge_fn judge_locations;   /* R10, X16, X17, declared half */
judge_fn judge_uncollected; /* the others */

/* For the judges alone. A link against the limits of augmentation; with `day`, as X15 asks, only a
 * whole day passes. */
void judge_load(const struct audit_input *in, const struct input_link *link, bool day,
                struct verdict_draft *d);
/* A declared link that no probe reports: a mandatory sub-check that can't be seen here. */
void judge_untapped(const struct input_link *link, struct verdict_draft *d);
