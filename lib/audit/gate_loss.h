/*
 * What one probe lost or had no room for over the window, by one row of the gate's table, and
 * whether that voids a statement. Pure.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "audit/gate_table.h"

struct gate_loss {
	const struct gate_row *row;
	uint64_t lost, of; /* `of` is 0 where the row is no share */
	double ratio;      /* of `of`; where that is 0, 1 for any loss */
};

struct gate_loss gate_loss_of(const struct input_probe *p, const struct gate_row *row);
/* Whether it voids a statement about a ratio of `finding` (gate_finding()), as the row weighs. */
bool gate_loss_voids(const struct conf *c, const struct gate_loss *l, double finding);
/* "ams1-p: missed 12 of 3100000000 frames offered (3.9e-09)". */
void gate_loss_text(const struct input_probe *p, const struct gate_loss *l, char *text,
                    size_t size);
