/*
 * The audit: gather, judge, hysteresis, findings, write. `pniscope-control` turns it once a second
 * over Redis; `pniscope analyze` once over a memory store at the end of a capture. It writes the
 * rows, their transitions (ledger), findings and events to the peering's scope of the same store.
 * All state can be rebuilt from the store. One thread.
 *
 *	struct audit *a = audit_create(&(struct audit_params){.conf = conf, .store = store,
 *	                                                      .capture = true});
 *	audit_turn(a, 0);
 *	rows = audit_rows(a, &count);
 *	exit_code = audit_exit_code(a, strict);
 *	audit_destroy(a);
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "audit/finding.h"
#include "audit/input.h"
#include "audit/portal.h"
#include "audit/requirement.h"
#include "audit/verdict.h"
#include "store/store.h"

struct audit;

struct audit_params {
	const struct conf *conf;
	struct store *store; /* to read from, and with `out` NULL to write to */
	struct store *out;   /* live: a writer without a site, whose events are the merged stream */
	uint64_t boot_us;    /* live: start of this program */
	bool capture; /* one look decides: no hysteresis, no port counters, time from packets */
	bool once;    /* one look decides, on live data */
	uint64_t window_us; /* `--window`: stands for longer minimum times; 0: as required */
};

/* The first turn goes on with the rows and findings that stand in the store. All is borrowed. */
struct audit *audit_create(const struct audit_params *params);
void audit_destroy(struct audit *a);
/* After a reload; the old conf may be destroyed when this returns. */
void audit_set_conf(struct audit *a, const struct conf *conf);

/* One turn at `now_us` (wall clock; 0 with `capture`: the records' time). 0, or -EIO when the store
 * could not be read; nothing is then judged. Leaves the first site selected in a capture's store.
 */
int audit_turn(struct audit *a, uint64_t now_us);

/* The rows of the last turn, in the order of the set; valid until the next turn. */
const struct rec_verdict *audit_rows(const struct audit *a, size_t *count);
/* Open findings of the last turn, most severe first; valid until the next turn. */
const struct rec_finding *const *audit_findings(const struct audit *a, size_t *count);
/* What the last turn saw; valid until the next turn. */
const struct audit_input *audit_input_get(const struct audit *a);
/* The portal's metrics, counted turn by turn. */
const struct portal *audit_portal(const struct audit *a);
/* Whether this program wrote in the last turn: of several controls one does. */
bool audit_leads(const struct audit *a);
/* Whether the data is stale or no probe fit. */
bool audit_unfit(const struct audit *a);
int audit_exit_code(const struct audit *a, bool strict);
/* "needs 24 h live" of a row that this capture is too short for, or 0. */
uint32_t audit_needs_live_s(const struct rec_verdict *row);
