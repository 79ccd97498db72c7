/*
 * The gate (requirements sections 4.4, 5 and 13): what the probes themselves lost, or could not
 * say, decides which sub-checks still stand. It works on every PASS and FAIL on its way into a row,
 * outside of the judges, by one table (audit/gate_table.h) from each of a probe's counters to the
 * requirements that rest on it. Facts of presence are never voided by loss; what the contract
 * alone says is never voided. A sub-check about a link, session, member or location is held against
 * the probes of those links; any other against all of them, the worst one counts.
 *
 * Called by judge() once per row; pure functions over the input. A sub-check costs a step for each
 * link that its scope names and for each probe.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "audit/input.h"
#include "audit/scope.h"
#include "audit/verdict.h"

/* A loss or rate statement about `finding_ratio` (0: "none seen") is void when the probe's own loss
 * exceeds a tenth of it, or 1e-6 where it is zero. Both numbers are thresholds of the contract
 * (loss_gate_share_ratio, loss_gate_ratio). */
bool gate_voids(const struct conf *conf, double loss_ratio, double finding_ratio);

/* What a gate keeps while a row is judged. */
struct gate {
	const struct audit_input *in;
	struct scope_index *scopes;
	uint64_t told; /* bit per row of the table whose need was told */
};
/* Puts the gate before the row, until it is closed again. */
void gate_open(struct gate *g, const struct audit_input *in, struct verdict_draft *d);
void gate_close(struct gate *g, struct verdict_draft *d);

/* Whether silence on this link may be the probe's own: why, or NULL. The absence of LACP or BFD
 * proves something only where this is NULL (requirements section 4.5). */
bool gate_hears(const struct requirement *r); /* some rule of it rests on that */
const char *gate_deafens(const struct audit_input *in, const struct input_link *link,
                         char why[VERDICT_WHY]);

/* Whether "R4/class R8" names the sub-check of that requirement (NULL: any of it); "*" names all.
 */
bool gate_names(const char *list, const char *requirement, const char *check);

/* The window's counts of a probe: calls `fn` for each counter that a row of the table looks at,
 * once each. For audit/gather.c. */
typedef void gate_counter_fn(void *context, uint64_t *counter);
void gate_counters(struct rec_probe *own, gate_counter_fn *fn, void *context);
enum { GATE_COUNTERS = 64 }; /* that there are at most */
