/* R6: two connections of one location end at different routers of the peer. */
#include <string.h>

#include "audit/field.h"
#include "audit/judge.h"
#include "audit/judge_parts.h"
#include "audit/location.h"
#include "audit/routers.h"

struct pair {
	const struct input_link *a, *b;
	struct likeness like;
	struct matter m;
};

static void
fail_pair(struct pair *p, struct verdict_draft *d)
{
	const struct likeness *l = &p->like;
	const struct rec_tokens_side *x = &p->a->tokens.side[SIDE_PEER];
	const struct rec_tokens_side *y = &p->b->tokens.side[SIDE_PEER];

	if (l->same) {
		judge_fail_hard(d, &p->m, "%s and %s end at one router: %s %s on both",
		                p->a->rec.name, p->b->rec.name, l->same, l->value);
		judge_evidence(d, &p->m, direction_name(DIR_PEER_TO_MSFT), p->m.first_us, l->same,
		               "%s", l->value);
	} else {
		judge_fail(d, &p->m, "%s and %s end at one router: one LACP system (%s) and %s",
		           p->a->rec.name, p->b->rec.name, x->lacp_systems,
		           l->near_macs    ? "adjacent MAC addresses"
		           : l->same_clock ? "one TCP clock"
		           : l->same_ids   ? "one IP-ID counter"
		                           : "outages at the same moments");
		judge_evidence(d, &p->m, direction_name(DIR_PEER_TO_MSFT), p->m.first_us,
		               "lacp.actor.system, macs", "%s; %s; %s", x->lacp_systems, x->macs,
		               y->macs);
	}
	verdict_next(d, "move one of %s and %s to another router", p->a->rec.name, p->b->rec.name);
}

/* What of two routers that look different is still missing. */
static void
open_pair(const struct audit_input *in, struct pair *p, struct verdict_draft *d)
{
	const struct likeness *l = &p->like;
	double strong = conf_threshold(in->conf, NULL, "r6_strong_tokens");
	double weak = conf_threshold(in->conf, NULL, "r6_mixed_weak_tokens");
	char have[64], want[64];

	if (l->same_system)
		judge_open(d, &p->m, LACK_NOT_COLLECTED,
		           "%s and %s have one LACP system: one router, or an MC-LAG pair",
		           p->a->rec.name, p->b->rec.name);
	else if (l->near_macs)
		judge_open(d, &p->m, LACK_NOT_COLLECTED,
		           "%s and %s have adjacent MAC addresses: one chassis?", p->a->rec.name,
		           p->b->rec.name);
	else if (l->same_clock || l->same_ids)
		judge_open(d, &p->m, LACK_NOT_COLLECTED, "%s and %s have one %s: one router?",
		           p->a->rec.name, p->b->rec.name,
		           l->same_clock ? "TCP clock" : "IP-ID counter");
	else if (l->joint_outages > 0)
		judge_open(d, &p->m, LACK_NOT_COLLECTED, "%s and %s went down together %u times",
		           p->a->rec.name, p->b->rec.name, l->joint_outages);
	else
		judge_open(d, &p->m, LACK_NOT_COLLECTED,
		           "%s and %s: %u strong and %u weak tokens differ, too few",
		           p->a->rec.name, p->b->rec.name, l->strong_differ, l->weak_differ);
	FIELD_FORMAT(have, "%u strong, %u weak differ", l->strong_differ, l->weak_differ);
	FIELD_FORMAT(want, "%.0f strong, or 1 and %.0f weak; no sign against", strong, weak);
	verdict_need(d, "identity of both routers", have, want,
	             "LLDP on both ports, a BMP feed, or the OPENs of the next session start", 0);
}

static void
check_pair(const struct audit_input *in, struct pair *p, struct verdict_draft *d)
{
	const struct likeness *l = &p->like;
	double strong = conf_threshold(in->conf, NULL, "r6_strong_tokens");
	double mixed = conf_threshold(in->conf, NULL, "r6_mixed_strong_tokens");
	double weak = conf_threshold(in->conf, NULL, "r6_mixed_weak_tokens");
	bool shared =
		l->same_system || l->near_macs || l->same_clock || l->same_ids ||
		(double)l->joint_outages >= conf_threshold(in->conf, NULL, "r6_joint_outages");

	if (routers_same(in, l)) {
		fail_pair(p, d);
	} else if (!shared && (double)l->strong_differ >= strong) {
		judge_pass(d, &p->m, "%s and %s: %u strong tokens, all different", p->a->rec.name,
		           p->b->rec.name, l->strong_differ);
	} else if (!shared && (double)l->strong_differ >= mixed && (double)l->weak_differ >= weak) {
		p->m.basis = BASIS_MIXED;
		judge_pass(d, &p->m, "%s and %s: %u strong and %u weak tokens, all different",
		           p->a->rec.name, p->b->rec.name, l->strong_differ, l->weak_differ);
	} else {
		open_pair(in, p, d);
	}
}

/* The contract itself names one router for both. */
static bool
declared_same(const struct input_link *a, const struct input_link *b, struct matter *m,
              struct verdict_draft *d)
{
	const char *x = a->conf->router, *y = b->conf->router;

	if (!x || !y || x[0] == '\0' || strcmp(x, y) != 0)
		return false;
	m->basis = BASIS_DECLARED;
	judge_fail_hard(d, m, "%s and %s are declared on one router, %s", a->rec.name, b->rec.name,
	                x);
	verdict_next(d, "move one of %s and %s to another router", a->rec.name, b->rec.name);
	return true;
}

static void
check_links(const struct audit_input *in, const struct input_link *a, const struct input_link *b,
            struct verdict_draft *d)
{
	char scope[SCOPE_SIZE];
	struct pair p = {
		.a = a, .b = b, .m = {.id = "routers", .scope = scope, .link = a->rec.name}};

	FIELD_FORMAT(scope, "link:%s,link:%s", a->rec.name, b->rec.name);
	if (declared_same(a, b, &p.m, d))
		return;
	if (!a->seen || !b->seen) {
		judge_untapped(a->seen ? b : a, d);
		return;
	}
	p.m.samples = 2;
	p.m.first_us = a->tokens.head.started_us;
	p.like = routers_compare(in, a, b, SIDE_PEER);
	check_pair(in, &p, d);
	d->row.samples++;
}

size_t
judge_routers_at(const struct audit_input *in, const char *location, struct verdict_draft *d)
{
	size_t pairs = 0;

	for (size_t i = 0; i < in->link_count; i++) {
		const struct input_link *a = &in->links[i];

		if (!a->conf || strcmp(location_of_link(in->conf, a->conf), location) != 0)
			continue;
		for (size_t k = i + 1; k < in->link_count; k++) {
			const struct input_link *b = &in->links[k];

			if (!b->conf || strcmp(location_of_link(in->conf, b->conf), location) != 0)
				continue;
			check_links(in, a, b, d);
			pairs++;
		}
	}
	return pairs;
}

void
judge_routers(const struct audit_input *in, struct verdict_draft *d)
{
	const struct conf *c = in->conf;
	size_t pairs = 0;

	for (size_t i = 0; i < c->link_count; i++)
		if (location_first(c, i))
			pairs += judge_routers_at(in, location_of_link(c, &c->links[i]), d);
	if (pairs > 0)
		return;
	judge_open(d,
	           &(struct matter){.id = "routers", .scope = "peering", .basis = BASIS_DECLARED},
	           LACK_NOT_COLLECTED, "no location has two connections to compare");
	verdict_need(d, "two connections of one location", "one", "two",
	             "order a second connection, or declare and tap it", 0);
}
