/*
 * The probe-loss gate (requirements section 4.4 as changed by 13): what the probe itself lost
 * decides which of its statements still stand. Facts of presence are never voided.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "audit/input.h"

/* Share of the packets offered to the ports that the probe did not analyse, over the counts of all
 * probes in `in` (ports' missed, no buffer, punt and table losses); 0 when nothing was offered. */
double gate_loss_ratio(const struct audit_input *in);

/* A loss or rate statement about `finding_ratio` (0: "none seen") is void when the probe's own loss
 * exceeds a tenth of it, or 1e-6 where it is zero. Both numbers are thresholds of the contract
 * (gate_share, gate_loss_ratio). */
bool gate_voids(const struct conf *conf, double loss_ratio, double finding_ratio);
