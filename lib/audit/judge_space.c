/*
 * R3, X8, X19: whose address space is announced. What an announcement says counts as soon
 * as it is seen; that nothing wrong is announced needs every route of the session.
 */
#include <inttypes.h>
#include <stddef.h>
#include <string.h>

#include "audit/field.h"
#include "audit/judge.h"
#include "audit/judge_parts.h"
#include "audit/judge_routes.h"

/* Routes that break one rule, on one session. */
struct rule {
	const char *id, *what, *next;
	size_t wrong; /* where a struct rec_session_side counts them */
};
#define WRONG(member) offsetof(struct rec_session_side, member)

struct rules {
	const struct rule *at;
	size_t count;
	const char *id, *kept; /* of the verdict when none is broken */
};

/* True: it is broken. Messages that could not be read prove nothing. */
static bool
check_rule(const struct input_session *s, const char *scope, const struct rule *r,
           struct verdict_draft *d)
{
	const struct rec_session_side *peer = &s->rec.side[SIDE_PEER];
	const struct rec_routes_wrong *wrong = (const void *)((const char *)peer + r->wrong);
	struct matter m = {.id = r->id,
	                   .scope = scope,
	                   .link = s->rec.link,
	                   .samples = peer->routes_v4 + peer->routes_v6,
	                   .first_us = peer->completeness_us};

	if (wrong->count == 0 || strcmp(peer->completeness, "BROKEN") == 0)
		return false;
	judge_fail(d, &m, "%s: %" PRIu64 " prefixes: %s: %s", s->rec.name, wrong->count, r->what,
	           wrong->first);
	judge_evidence(d, &m, direction_name(DIR_PEER_TO_MSFT), peer->last_us, "bgp.update", "%s",
	               wrong->first);
	verdict_next(d, "%s on %s; pniscope routes %s", r->next, s->rec.name, s->rec.name);
	return true;
}

/* What stands in the way of saying that no route breaks the rules, or that none does. */
static void
check_whole(const struct input_session *s, const char *scope, const struct rules *rules,
            struct verdict_draft *d)
{
	const struct rec_session_side *peer = &s->rec.side[SIDE_PEER];
	struct matter m = {.id = rules->id,
	                   .scope = scope,
	                   .link = s->rec.link,
	                   .samples = peer->routes_v4 + peer->routes_v6};

	d->row.samples += m.samples;
	if (!session_established(s) || !rib_complete(peer))
		judge_rib_open(d, &m, s, SIDE_PEER);
	else
		judge_pass(d, &m, "%s: %" PRIu64 " prefixes, %s", s->rec.name, m.samples,
		           rules->kept);
}

/* `context`: the rules. */
static void
check_rules(const struct audit_input *in, const struct input_session *s, const void *context,
            struct verdict_draft *d)
{
	const struct rules *rules = context;
	char scope[SCOPE_SIZE];
	bool broken = false;

	(void)in;
	FIELD_FORMAT(scope, "session:%s", s->rec.name);
	for (size_t i = 0; i < rules->count; i++)
		broken |= check_rule(s, scope, &rules->at[i], d);
	if (!broken)
		check_whole(s, scope, rules, d);
}

/* ---- X8, X19 --------------------------------------------------------------------------------- */

void
judge_expressroute(const struct audit_input *in, struct verdict_draft *d)
{
	static const struct rule rule = {"expressroute", "AS 12076 in the path",
	                                 "filter AS 12076 from what the peer announces",
	                                 WRONG(expressroute)};
	static const struct rules rules = {&rule, 1, "expressroute", "none with AS 12076"};

	judge_sessions(in, d, check_rules, &rules);
}

void
judge_leak(const struct audit_input *in, struct verdict_draft *d)
{
	static const struct rule all[] = {
		{"cloud-as", "an AS of the cloud in the path", "filter the cloud's routes",
	         WRONG(cloud_as)},
		{"expressroute", "AS 12076 in the path", "filter AS 12076", WRONG(expressroute)},
		{"cloud-space", "the cloud's own space", "filter the cloud's prefixes",
	         WRONG(cloud_space)},
	};
	static const struct rules rules = {all, sizeof all / sizeof all[0], "leak",
	                                   "none of the cloud's"};

	judge_sessions(in, d, check_rules, &rules);
}

/* ---- R3 -------------------------------------------------------------------------------------- */

/* Peer subnets of the contract: covered by what is announced, on whatever session. */
static void
check_covered(const struct audit_input *in, struct verdict_draft *d)
{
	size_t declared = 0;

	for (size_t i = 0; i < in->subnet_count; i++) {
		const struct input_subnet *s = &in->subnets[i];
		char scope[SCOPE_SIZE];
		struct matter m = {.id = "covered", .scope = scope};

		if (!s->conf || s->conf->side != SIDE_PEER)
			continue;
		declared++;
		FIELD_FORMAT(scope, "subnet:%s", s->prefix);
		m.samples = s->packets[DIR_PEER_TO_MSFT];
		if (s->announced == ANNOUNCED_YES) {
			judge_pass(d, &m, "%s lies in an announced prefix", s->prefix);
			continue;
		}
		judge_open(d, &m, LACK_NOT_COLLECTED, "%s: %s", s->prefix,
		           s->announced == ANNOUNCED_NO ? "no announced prefix covers it"
		                                        : "routes not known whole");
		verdict_need(d, "an announcement that covers the subnet",
		             s->announced == ANNOUNCED_NO ? "none" : "not known", s->prefix,
		             "announce it, or correct `subnets`; pniscope routes", 0);
	}
	if (declared > 0)
		return;
	judge_open(d, &(struct matter){.id = "covered", .scope = "peering"}, LACK_NOT_COLLECTED,
	           "no subnet of the peer is declared");
	verdict_need(d, "the peer's subnets", "none declared", "those of its endpoints",
	             "write `subnets` in the contract file", 0);
}

/* What signalling in the clear says of addresses behind those that are seen: private ones, or
 * another than the cloud saw. No FAIL by itself: the addresses on the link are public. */
static void
note_translation(const struct audit_input *in, struct verdict_draft *d)
{
	for (size_t i = 0; i < in->voice_count; i++) {
		const struct rec_voice *v = &in->voices[i];

		if (strncmp(v->scope, "link:", 5) == 0 && v->nat_first[0])
			verdict_note(d, "signs of address translation in SIP on %s: %s",
			             v->scope + 5, v->nat_first);
	}
}

void
judge_own_space(const struct audit_input *in, struct verdict_draft *d)
{
	static const struct rule all[] = {
		{"bogon", "not globally reachable", "withdraw them", WRONG(bogon)},
		{"cloud-space", "the cloud's own space", "withdraw them", WRONG(cloud_space)},
		{"origin", "origin neither the peer's nor a customer's",
	         "declare the customer under peer.customer_asns, or withdraw them",
	         WRONG(foreign_origin)},
	};
	static const struct rules rules = {all, sizeof all / sizeof all[0], "announced",
	                                   "all public and the peer's own"};

	judge_sessions(in, d, check_rules, &rules);
	check_covered(in, d);
	judge_sources(in, d);
	note_translation(in, d);
	judge_ownership(in, d);
}
