/*
 * R5: no stateful firewall at the peering's end. What speaks for it is told as far as it is known:
 * flows that ask over one link and are answered over another (P1 of requirements section 6), found
 * by their tokens (audit/crossing.h). A probe's own loss makes no such flow: both halves were seen.
 *
 * Nothing passes or fails here: what speaks against (a device that answers at hop 0 in the
 * endpoints' name, flows that stall after a failover) is not looked for yet, tokens tell endpoints
 * not apart, and a half does not tell whether its flow has stalled.
 */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "audit/field.h"
#include "audit/judge.h"
#include "audit/judge_parts.h"
#include "base/clock.h"

enum { FRESH_US = 120000000 }; /* windows come every ten seconds */

/* Flows of a link whose other halves were found elsewhere, in the last window. */
struct crossed {
	uint64_t flows, looked_for;
	double window_s; /* 0: all of a capture */
	const char *where;
};

static struct crossed
crossed_of(const struct audit_input *in, const char *link)
{
	struct crossed c = {.where = ""};

	for (size_t i = 0; i < in->asymmetry_count; i++) {
		const struct rec_asymmetry *a = &in->asymmetries[i];

		if (strcmp(a->link, link) != 0 ||
		    (a->window_us && a->until_us + FRESH_US < in->to_us))
			continue;
		c.window_s = (double)a->window_us / US_PER_S;
		for (unsigned kind = 0; kind < REC_HALF_KINDS; kind++)
			for (unsigned dir = 0; dir < DIR_COUNT; dir++) {
				double least = a->kind[kind].found_ratio[dir] -
				               a->kind[kind].error_ratio[dir];

				c.looked_for += a->kind[kind].samples[dir];
				if (!(least > 0))
					continue;
				c.flows +=
					(uint64_t)llround(least * (double)a->kind[kind].flows[dir]);
				if (!c.where[0])
					c.where = a->kind[kind].where[dir];
			}
	}
	return c;
}

/* As many as the rule asks for, but no more than are declared. */
static double
endpoints_wanted(const struct conf *c, const struct conf_link *link)
{
	double wanted = conf_threshold(c, link, "r5_asymmetric_endpoints");
	size_t declared = 0;

	for (size_t i = 0; i < c->subnet_count; i++)
		declared += c->subnets[i].side == SIDE_PEER ? c->subnets[i].endpoints.count : 0;
	return declared ? fmin(wanted, (double)declared) : wanted;
}

static void
tell_crossed(const struct audit_input *in, const struct input_link *link, struct verdict_draft *d)
{
	struct crossed c = crossed_of(in, link->conf->name);
	char scope[SCOPE_SIZE], span[32] = "the capture", have[64], want[96];
	struct matter m = {.id = "asymmetric",
	                   .scope = scope,
	                   .link = link->conf->name,
	                   .samples = c.looked_for};

	FIELD_FORMAT(scope, "link:%s", link->conf->name);
	if (c.window_s > 0)
		FIELD_FORMAT(span, "the last %g s", c.window_s);
	if (c.flows == 0)
		judge_open(d, &m, LACK_TOO_LITTLE,
		           "no flow of %s is known to be answered over another link; n = %" PRIu64
		           " looked for",
		           link->conf->name, c.looked_for);
	else
		judge_open(d, &m, LACK_NOT_COLLECTED,
		           "at least %" PRIu64 " flows of %s go one way there and the other "
		           "elsewhere (%s), in %s; n = %" PRIu64
		           " looked for; endpoints and stalls are not told apart",
		           c.flows, link->conf->name, c.where, span, c.looked_for);
	FIELD_FORMAT(have, "%" PRIu64 " in %s", c.flows, span);
	FIELD_FORMAT(want, "%.0f over %.0f endpoints, fewer than %g %% stalled",
	             conf_threshold(in->conf, link->conf, "r5_asymmetric_flows"),
	             endpoints_wanted(in->conf, link->conf),
	             100 * conf_threshold(in->conf, link->conf, "r5_stalled_ratio"));
	verdict_need(d, "flows that survive an asymmetric path", have, want, d->requirement->how,
	             0);
	d->row.samples += c.looked_for;
}

void
judge_firewall(const struct audit_input *in, struct verdict_draft *d)
{
	struct matter against = {.id = "against", .scope = "peering"};

	for (size_t i = 0; i < in->link_count; i++) {
		const struct input_link *link = &in->links[i];

		if (!link->conf)
			continue;
		if (!link->seen)
			judge_untapped(link, d);
		else
			tell_crossed(in, link, d);
		if (link->seen && link_is_span(link))
			judge_open(d, &(struct matter){.id = "tap", .scope = "peering"},
			           LACK_NOT_OBSERVABLE,
			           "%s is tapped by a SPAN port, which shows neither slow "
			           "protocols nor loss truly",
			           link->conf->name);
	}
	judge_open(d, &against, LACK_NOT_COLLECTED,
	           "signs against (hop 0, SYN proxies, stalls after a failover) are not looked for "
	           "yet");
}
