/*
 * Whether two connections end at one router: identity tokens of one side compared. A strong token
 * is meant to be one router's own (BGP identifier, LACP system, chassis, host name, CDP device); a
 * weak one only hints (addresses of its ports, its TCP clock, its IP-ID counter, outages at the
 * same moment). Pure.
 */
#pragma once

#include "audit/input.h"

struct likeness {
	unsigned strong_differ; /* kinds present on both and different */
	unsigned weak_differ;   /* independent ones */
	unsigned joint_outages; /* that began within r6_joint_us of each other */
	bool same_system;       /* equal LACP system, which an MC-LAG pair shares */
	bool near_macs;         /* equal or adjacent port addresses */
	bool same_clock;        /* one TCP timestamp clock */
	bool same_ids;          /* one IP-ID counter */
	const char *same;       /* a kind of strong token that proves one router, or NULL */
	char value[64];         /* that token */
};
struct likeness routers_compare(const struct audit_input *in, const struct input_link *a,
                                const struct input_link *b, enum side side);
/* The kind of the first strong token that both have, and its `name`; NULL: none. */
const char *routers_share_name(const struct input_link *a, const struct input_link *b,
                               enum side side, char name[64]);
/* One router, by requirement R6: an equal strong token, or an equal LACP system and a weak sign. */
bool routers_same(const struct audit_input *in, const struct likeness *l);
