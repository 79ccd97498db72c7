/*
 * The registered prefixes on the sessions that must carry them: one look at a prefix on a session,
 * shared by X2, X3, X4, X5, R2, R8, R10 and M6. Pure functions.
 */
#pragma once

#include "audit/input.h"
#include "audit/judge_parts.h"

/* Whether the session must carry registered prefix `i`: of its family; where the prefix has a
 * primary location, only there and at its backup (its parent peering). */
bool routes_wanted(const struct audit_input *in, const struct input_session *s, size_t i);
/* The same of a link, whatever families its sessions have. */
bool routes_belong(const struct audit_input *in, const struct input_link *link, size_t i);
/* The prefix there, or NULL where it was not read. */
const struct input_route *routes_find(const struct input_session *s, size_t i);

/* Whether a session of the link carries prefix `i`, as far as its sessions are known: of whatever
 * family, as one may carry the other's routes. */
struct routes_carried {
	bool wanted, present, unknown;   /* wanted: a session of its family is there */
	const struct input_session *any; /* that is up; NULL: none */
};
struct routes_carried routes_carried(const struct audit_input *in, const struct input_link *link,
                                     size_t i);

/* A registered prefix on a session whose routes of the peer are known whole. */
struct route_view {
	const struct conf_registered *registered;
	const struct input_session *session;
	const struct input_route *route;
	char prefix[PREFIX_TEXT_SIZE];
};
typedef void route_view_fn(const struct audit_input *in, const struct route_view *v,
                           const struct matter *m, struct verdict_draft *d);
/* Calls `fn` for all of them with a matter `id`; sessions that are down or not known whole become
 * open sub-checks, once each. */
void routes_each(const struct audit_input *in, struct verdict_draft *d, const char *id,
                 route_view_fn *fn);

/* The checks of X2, X3 and X4, for M6 too. */
route_view_fn route_check_community, route_check_presence, route_check_path;
/* An AS of the path that is never public, and why; NULL: none. */
const char *route_special_as(const struct audit_input *in, const struct input_route *r,
                             uint32_t *asn);
/* An AS that stands twice in the path; 0: none. */
uint32_t route_repeated_as(const struct input_route *r);
