/*
 * The rows of the gate, data only: what a probe counts as its own loss or
 * shortage, and which statements rest on it. `pass` and `fail` name requirements whose PASS or FAIL
 * it can turn; "R4/class" means those sub-checks of R4 whose id begins with "class". `absence`
 * names those that it can turn by making the probe deaf (gate_deafens). A row with none of the
 * three says why it turns nothing, so that every counter of the probe's record has its place here.
 */
#pragma once

#include <stddef.h>

#include "audit/input.h"

/* How a count is weighed. */
enum gate_weight {
	GATE_SHARE, /* of `of`, against the finding (gate_voids) */
	GATE_MOST,  /* of `of`: a tenth of it voids, since what is counted may be the same again */
	GATE_ANY,   /* one is enough: it is known of nothing how much hangs on it */
	GATE_FEW,   /* more than control_drop_gate_packets */
};

struct gate_row {
	const char *name; /* of the field in the probe's record */
	const char *what;
	size_t lost, of; /* in struct input_probe; `of` is not looked at with GATE_ANY */
	enum gate_weight weight;
	const char *of_what;
	const char *pass, *fail, *absence;
	const char *why; /* it turns nothing; or what to do about it */
};

extern const struct gate_row gate_table[];
extern const size_t gate_table_count;
