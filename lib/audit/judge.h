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
judge_fn judge_asn, judge_md5;                           /* R1, X7: judge_identity.c */
judge_fn judge_redundancy, judge_primary;                /* R2, X6: judge_redundancy.c */
judge_fn judge_locations, judge_active, judge_families;  /* R10 X17, X16, X11: judge_locations.c */
judge_fn judge_own_space;                                /* R3: judge_space.c */
judge_fn judge_valid, judge_registry;                    /* X5, X12: judge_registry.c */
judge_fn judge_expressroute, judge_leak;                 /* X8, X19 */
judge_fn judge_destinations;                             /* X9: judge_sources.c */
judge_fn judge_classes;                                  /* R4 */
judge_fn judge_firewall;                                 /* R5 */
judge_fn judge_routers;                                  /* R6 */
judge_fn judge_backup;                                   /* R8 */
judge_fn judge_bandwidth;                                /* R9 */
judge_fn judge_lacp;                                     /* R11 */
judge_fn judge_bfd;                                      /* X1 */
judge_fn judge_communities, judge_presence, judge_paths; /* X2, X3, X4: judge_routes.c */
judge_fn judge_consistency, judge_limits;                /* X10, X13: judge_counts.c */
judge_fn judge_speed;                                    /* X14 */
judge_fn judge_utilisation, judge_rates;                 /* X15, M1 */
judge_fn judge_availability, judge_flaps;                /* M2, M4: judge_session.c */
judge_fn judge_drops, judge_latency;                     /* M3, M5: judge_path.c */
judge_fn judge_received;                                 /* M6 */
judge_fn judge_sbcs;                                     /* X18 */
judge_fn judge_uncollected;                              /* the others */

/* For the judges alone. What R3 says of the peer's traffic. */
judge_fn judge_sources;
/* What R3 says of space whose holder authorised others. */
judge_fn judge_ownership;
/* A link against the limits of augmentation; with `day`, as X15 asks, only a whole day passes. */
void judge_load(const struct audit_input *in, const struct input_link *link, bool day,
                struct verdict_draft *d);
/* A declared link that no probe reports: a mandatory sub-check that can't be seen here. */
void judge_untapped(const struct input_link *link, struct verdict_draft *d);
/* R6 for the connections of one location; returns how many pairs it compared. */
size_t judge_routers_at(const struct audit_input *in, const char *location,
                        struct verdict_draft *d);
