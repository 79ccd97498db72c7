/*
 * TCP as tshark counts it, so that its totals can be laid beside ours: the rules of the Wireshark
 * User's Guide, section "TCP Analysis" (4.0), which go by sequence numbers and time alone. They
 * know no mirror copies, ask neither identifiers nor timestamps what was sent first, and name no
 * side; what pniscope says itself (state/tcp.h) does not stand on them. `analyze` only; one thread.
 *
 * Memory: 128 bytes a TCP flow.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "path/burst.h"

struct flow_table;

struct by_rule_totals {
	uint64_t retransmissions; /* all of them: what tcp.analysis.retransmission shows */
	uint64_t fast, spurious;  /* of these */
	uint64_t out_of_order, keep_alives;
};

struct by_rule;

struct by_rule *by_rule_create(void);
void by_rule_destroy(struct by_rule *r);

/* The burst's segments, once their flows are known. */
void by_rule_burst(struct by_rule *r, const struct burst *b, const struct flow_table *flows);
const struct by_rule_totals *by_rule_totals(const struct by_rule *r);
