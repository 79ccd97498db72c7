#include <inttypes.h>
#include <math.h>

#include "audit/field.h"
#include "audit/judge.h"

/* One direction of a member, or both of a mirror port: what the port counted and what was analysed.
 */
struct pair {
	uint64_t port_packets, port_bytes, packets, bytes;
};

static double
difference(uint64_t port, uint64_t analysed)
{
	double a = (double)port, b = (double)analysed;

	return port > 0 ? fabs(a - b) / a : 0;
}

/* Bytes may include the FCS on some cards: 4 more per packet. */
static double
pair_difference(const struct pair *p)
{
	double packets = difference(p->port_packets, p->packets);
	double bytes = difference(p->port_bytes, p->bytes);
	double with_fcs = difference(p->port_bytes, p->bytes + 4 * p->packets);

	return fmax(packets, fmin(bytes, with_fcs));
}

static struct pair
pair_of(const struct rec_member *m, enum direction dir)
{
	return (struct pair){m->rx_packets[dir], m->rx_bytes[dir], m->traffic.packets[dir],
	                     m->traffic.bytes[dir]};
}

/* A mirror port counts both directions as one. */
static struct pair
pair_sum(struct pair a, struct pair b)
{
	return (struct pair){a.port_packets + b.port_packets, a.port_bytes + b.port_bytes,
	                     a.packets + b.packets, a.bytes + b.bytes};
}

static double
member_difference(const struct rec_member *m)
{
	struct pair to_msft = pair_of(m, DIR_PEER_TO_MSFT), to_peer = pair_of(m, DIR_MSFT_TO_PEER);
	struct pair both = pair_sum(to_msft, to_peer);

	if (to_msft.port_packets > 0 && to_peer.port_packets > 0)
		return fmax(pair_difference(&to_msft), pair_difference(&to_peer));
	return pair_difference(&both);
}

/* Zero agrees with zero also where no tap is: a direction of which nothing came proves nothing. */
static bool
is_one_way(const struct rec_member *m, enum direction *silent)
{
	*silent = m->traffic.packets[DIR_PEER_TO_MSFT] ? DIR_MSFT_TO_PEER : DIR_PEER_TO_MSFT;
	return m->traffic.packets[*silent] == 0;
}

static void
check_one_way(struct subcheck *check, enum direction silent, struct verdict_draft *d)
{
	check->lack = LACK_TOO_LITTLE;
	verdict_add(d, check, "no frame of %s %s: not tapped, or nothing is sent", check->scope,
	            direction_name(silent));
	verdict_need(d, "frames of the member", "one direction", "both directions",
	             "look at the tap of the silent direction", 0);
}

static void
check_counters(const struct audit_input *in, const struct rec_member *m, struct verdict_draft *d)
{
	enum direction silent;
	double limit = conf_threshold(in->conf, NULL, "m1_counter_ratio");
	uint64_t counted = m->rx_packets[0] + m->rx_packets[1];
	double apart = member_difference(m);
	struct subcheck check = {.id = "counters",
	                         .verdict = VERDICT_INCONCLUSIVE,
	                         .basis = BASIS_OBSERVED,
	                         .samples = counted};
	char scope[96], have[64], want[64];

	FIELD_FORMAT(scope, "member:%s:%" PRIu64, m->link, m->index);
	check.scope = scope;
	if (counted == 0) {
		check.lack = in->capture ? LACK_NOT_OBSERVABLE : LACK_TOO_LITTLE;
		verdict_add(d, &check,
		            in->capture ? "a capture has no port counters (%s)"
		                        : "the ports of %s counted nothing yet",
		            scope);
		verdict_need(d, "the port's own counters", "none", "both directions",
		             in->capture ? "watch the link live" : "traffic on the link", 0);
		return;
	}
	if (apart > limit) {
		check.lack = LACK_PROBE_UNFIT;
		FIELD_FORMAT(have, "%.3g apart", apart);
		FIELD_FORMAT(want, "within %.3g", limit);
		verdict_add(d, &check, "analysed traffic of %s is %.3f %% off the ports' counters",
		            scope, 100 * apart);
		verdict_need(d, "agreement with the ports' counters", have, want,
		             "pniscope probes: look at missed, no_mbuf and busy", 0);
		return;
	}
	if (is_one_way(m, &silent)) {
		check_one_way(&check, silent, d);
		return;
	}
	check.verdict = VERDICT_PASS;
	verdict_add(d, &check, "%s within %.4f %% of the ports' counters, n = %" PRIu64 " packets",
	            scope, 100 * apart, counted);
}

void
judge_rates(const struct audit_input *in, struct verdict_draft *d)
{
	for (size_t i = 0; i < in->link_count; i++) {
		const struct input_link *link = &in->links[i];

		if (!link->conf)
			continue; /* out of the contract: nobody's matter any more */
		for (size_t m = 0; m < link->member_count; m++)
			check_counters(in, &link->members[m], d);
		if (link->seen)
			judge_load(in, link, false, d);
		else
			judge_untapped(link, d);
		d->row.samples += link->rec.rx_packets[0] + link->rec.rx_packets[1];
	}
}
