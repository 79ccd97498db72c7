/*
 * The metrics of the programme's own portal (Azure Monitor, Microsoft.Peering/peerings [2025-04]),
 * by its names, dimensions and grains, from our counts: so that both can be laid side by side.
 * Ingress is what the peer sends (the portal does not define a side; an engineering reading).
 * Values are of the last whole minute, five minutes or hour of the data's time. One thread.
 */
#pragma once

#include "audit/input.h"

struct portal;

struct portal *portal_create(void);
void portal_destroy(struct portal *p);
/* Once per turn; what it counts begins with the first one. */
void portal_turn(struct portal *p, const struct audit_input *in);

struct portal_value {
	const char *metric;     /* "SessionAvailability" */
	const char *grain;      /* "PT1M", "PT5M", "PT1H", as the portal writes them */
	const char *peering;    /* of the portal; empty: not declared */
	const char *connection; /* ConnectionId; the link's name where none is declared */
	const char *session_ip; /* SessionIp: the peer's address; empty: of all sessions */
	double value;
};
/* Calls `fn` for every value that is whole. */
void portal_each(const struct portal *p, const struct audit_input *in,
                 void (*fn)(void *context, const struct portal_value *v), void *context);

struct portal_metric {
	const char *name, *unit, *help;
};
/* All, ended by a NULL name. */
const struct portal_metric *portal_metrics(void);
