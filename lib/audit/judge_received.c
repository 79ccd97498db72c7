/*
 * M6: the routes that Microsoft receives are the peer's announcements, seen before its import
 * policy: what that refuses does not show here.
 */
#include <inttypes.h>
#include <string.h>

#include "audit/field.h"
#include "audit/judge.h"
#include "audit/judge_routes.h"

static void
check_route(const struct audit_input *in, const struct route_view *v, const struct matter *m,
            struct verdict_draft *d)
{
	route_check_presence(in, v, m, d);
	if (!v->route->present)
		return;
	route_check_community(in, v, m, d);
	route_check_path(in, v, m, d);
}

/* Another origin than registered: the portal's OriginAsChange. */
static void
check_origin(const struct audit_input *in, const struct route_view *v, const struct matter *m,
             struct verdict_draft *d)
{
	uint32_t wanted = v->registered->origin ? v->registered->origin : in->conf->peer.asn;
	const struct conf_numbers *customers = &in->conf->peer.customer_asns;

	if (!v->route->present || v->route->origin == 0 || wanted == 0 ||
	    v->route->origin == wanted)
		return;
	for (size_t i = 0; i < customers->count && v->registered->origin == 0; i++)
		if (customers->at[i] == v->route->origin)
			return;
	judge_fail(d, m, "%s on %s: origin AS %" PRIu32 ", registered is %" PRIu32, v->prefix,
	           v->session->rec.name, v->route->origin, wanted);
	judge_evidence(d, m, direction_name(DIR_PEER_TO_MSFT), v->route->since_us, "bgp.as_path",
	               "%s: origin %" PRIu32, v->prefix, v->route->origin);
	verdict_next(d, "pniscope routes %s: why does AS %" PRIu32 " originate %s",
	             v->session->rec.name, v->route->origin, v->prefix);
}

static bool
exceeds(const struct conf *c, const struct rec_session_side *peer, bool v4)
{
	uint64_t limit = v4 ? c->peer.max_prefixes_v4 : c->peer.max_prefixes_v6;

	return limit > 0 && (v4 ? peer->routes_v4 : peer->routes_v6) > limit;
}

static void
check_session(const struct audit_input *in, const struct input_session *s, const void *context,
              struct verdict_draft *d)
{
	const struct rec_session_side *peer = &s->rec.side[SIDE_PEER];
	/* a session may carry the other family's routes too: then they count as well */
	bool v4 = session_is_v4(s) != exceeds(in->conf, peer, !session_is_v4(s));
	uint64_t count = v4 ? peer->routes_v4 : peer->routes_v6;
	uint64_t limit = v4 ? in->conf->peer.max_prefixes_v4 : in->conf->peer.max_prefixes_v6;
	char scope[SCOPE_SIZE];
	struct matter m = {.id = "routes",
	                   .scope = scope,
	                   .link = s->rec.link,
	                   .samples = count,
	                   .first_us = peer->completeness_us};

	(void)context;
	FIELD_FORMAT(scope, "session:%s", s->rec.name);
	d->row.samples += count;
	if (!session_established(s) || !rib_complete(peer)) {
		judge_rib_open(d, &m, s, SIDE_PEER);
		return;
	}
	if (peer->tagged_unregistered.count > 0 && in->conf->registered_count > 0) {
		judge_fail(d, &m, "%s: %" PRIu64 " unregistered prefixes carry 8075:8007: %s",
		           s->rec.name, peer->tagged_unregistered.count,
		           peer->tagged_unregistered.first);
		judge_evidence(d, &m, direction_name(DIR_PEER_TO_MSFT), peer->last_us,
		               "bgp.communities", "8075:8007 on %s",
		               peer->tagged_unregistered.first);
		verdict_next(d, "register them, or remove 8075:8007 on %s", s->rec.name);
	} else if (limit > 0 && count > limit) {
		judge_fail(d, &m, "%s: %" PRIu64 " prefixes, declared at most %" PRIu64,
		           s->rec.name, count, limit);
		judge_evidence(d, &m, direction_name(DIR_PEER_TO_MSFT), peer->last_us, "bgp.nlri",
		               "%" PRIu64 " standing", count);
		verdict_next(d, "announce fewer prefixes on %s", s->rec.name);
	} else {
		judge_pass(d, &m, "%s: %" PRIu64 " prefixes%s, %s%s%s%s", s->rec.name, count,
		           limit > 0 ? "" : " (no maximum declared)", peer->completeness,
		           strcmp(peer->open_basis, "carried") == 0 ? ", carried over a restart"
		                                                    : "",
		           *peer->rib_source ? ", by " : "", peer->rib_source);
	}
}

void
judge_received(const struct audit_input *in, struct verdict_draft *d)
{
	judge_sessions(in, d, check_session, NULL);
	routes_each(in, d, "registered", check_route);
	if (in->conf->registered_count > 0)
		routes_each(in, d, "origin", check_origin);
}
