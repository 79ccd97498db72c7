/* X14: a link has at least 10 Gb/s. */
#include "audit/judge_speed.h"

#include <stdio.h>

#include "audit/field.h"
#include "audit/judge.h"
#include "audit/judge_parts.h"

/* A PCI address: "0000:3b:00.0". What virtual devices say of their speed is made up. */
static bool
is_card(const char *port)
{
	unsigned domain, bus, device, function;

	return port && sscanf(port, "%4x:%2x:%2x.%1x", &domain, &bus, &device, &function) == 4;
}

/* The card of an optical tap runs at the link's speed; the port of a mirror, a broker or a capture
 * at its own. */
static uint64_t
port_speed(const struct audit_input *in, const struct input_link *link, size_t member)
{
	if (in->capture || link->conf->tap != TAP_OPTICAL ||
	    !is_card(link->conf->members[member].port[DIR_PEER_TO_MSFT]))
		return 0;
	return member < link->member_count ? link->members[member].port_speed_bps : 0;
}

uint64_t
speed_of_mau(uint64_t mau_type)
{
	/* dot3MauType of IANA-MAU-MIB; slower ones are what virtual devices make up */
	static const struct {
		uint16_t first, last, gigabits;
	} types[] = {
		{31, 41, 10},    {54, 55, 10},    {57, 58, 10},    {70, 74, 40},    {75, 78, 100},
		{92, 94, 25},    {95, 97, 40},    {98, 102, 100},  {114, 115, 25},  {116, 122, 50},
		{123, 126, 100}, {127, 134, 200}, {135, 140, 400}, {145, 146, 100},
	};

	for (size_t i = 0; i < sizeof types / sizeof *types; i++)
		if (mau_type >= types[i].first && mau_type <= types[i].last)
			return types[i].gigabits * UINT64_C(1000000000);
	return 0;
}

static uint64_t
lldp_speed(const struct input_link *link, size_t member)
{
	for (size_t i = 0; i < link->lacp_count; i++) {
		const struct rec_lacp *r = &link->lacp[i].rec;
		uint64_t speed;

		if (r->index != member)
			continue;
		speed = speed_of_mau(r->side[SIDE_PEER].mau_type);
		return speed > 0 ? speed : speed_of_mau(r->side[SIDE_MSFT].mau_type);
	}
	return 0;
}

uint64_t
speed_observed(const struct audit_input *in, const struct input_link *link, size_t member)
{
	uint64_t speed = port_speed(in, link, member);

	return speed > 0 ? speed : lldp_speed(link, member);
}

static void
check_member(const struct audit_input *in, const struct input_link *link, size_t member,
             struct verdict_draft *d)
{
	double limit = conf_threshold(in->conf, NULL, "x14_speed");
	double policy = conf_threshold(in->conf, NULL, "x14_policy_speed");
	uint64_t seen = speed_observed(in, link, member);
	uint64_t speed = seen > 0 ? seen : link->conf->members[member].speed_bps;
	const char *below_policy = (double)speed < policy ? " (policy for Direct: 100)" : "";
	char scope[SCOPE_SIZE];
	struct matter m = {.id = "speed",
	                   .scope = scope,
	                   .link = link->conf->name,
	                   .samples = 1,
	                   .basis = seen > 0 ? BASIS_OBSERVED : BASIS_DECLARED};

	FIELD_FORMAT(scope, "member:%s:%zu", link->conf->name, member);
	if ((double)speed < limit) {
		judge_fail_hard(d, &m, "%s %s %.4g Gb/s, limit %.3g", scope,
		                seen > 0 ? "runs at" : "is declared with", (double)speed / 1e9,
		                limit / 1e9);
		judge_evidence(d, &m, "", in->to_us, seen > 0 ? "port speed" : "members.speed",
		               "%.4g Gb/s", (double)speed / 1e9);
		verdict_next(d, "upgrade %s to 10 Gb/s or more", scope);
	} else if (seen > 0) {
		judge_pass(d, &m, "%s runs at %.3g Gb/s, limit %.3g%s", scope, (double)speed / 1e9,
		           limit / 1e9, below_policy);
	} else {
		judge_open(d, &m, LACK_NOT_OBSERVABLE,
		           "%s is declared with %.3g Gb/s, limit %.3g%s", scope,
		           (double)speed / 1e9, limit / 1e9, below_policy);
		verdict_need(d, "speed of the member", "declared only", "as its port or LLDP says",
		             d->requirement->how, 0);
	}
}

void
judge_speed(const struct audit_input *in, struct verdict_draft *d)
{
	for (size_t i = 0; i < in->link_count; i++)
		for (size_t m = 0; in->links[i].conf && m < in->links[i].conf->member_count; m++)
			check_member(in, &in->links[i], m, d);
}
