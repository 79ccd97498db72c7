/*
 * From one look's row to the row that is published: hysteresis (a change needs some consecutive
 * looks, hard facts none), maintenance (freezes verdicts of availability), since when. Pure
 * functions over one requirement's state.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "audit/verdict.h"

struct settled {
	struct rec_verdict row; /* as published; id empty: nothing yet */
	enum verdict candidate; /* what the last looks said, when it differs */
	unsigned looks;         /* consecutive ones that said it */
};

struct settle_rules {
	unsigned looks;        /* that a change needs */
	bool immediate;        /* one look decides: captures, --once */
	const char *frozen_by; /* id of the maintenance that covers the row, or NULL */
};

/* True when the published verdict changed (or is the first one). `now_us` becomes its since_us. */
bool settle(struct settled *s, const struct verdict_draft *d, const struct settle_rules *rules,
            uint64_t now_us);
