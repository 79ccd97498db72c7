#include <inttypes.h>
#include <string.h>

#include "audit/field.h"
#include "audit/judge.h"
#include "audit/judge_parts.h"
#include "audit/share.h"

/* The limits of R4, read once per row. */
struct limits {
	double ratio, flows, match, unclassified, min_packets, min_flows;
	uint64_t time_us;
};

static struct limits
limits_of(const struct audit_input *in)
{
	const struct conf *c = in->conf;
	struct limits l = {
		.ratio = conf_threshold(c, NULL, "r4_undeclared_ratio"),
		.flows = conf_threshold(c, NULL, "r4_undeclared_flows"),
		.match = conf_threshold(c, NULL, "r4_match_ratio"),
		.unclassified = conf_threshold(c, NULL, "r4_unclassified_ratio"),
		.min_packets = conf_threshold(c, NULL, "r4_packets"),
		.min_flows = conf_threshold(c, NULL, "r4_flows"),
		.time_us = (uint64_t)conf_threshold(c, NULL, "r4_undeclared_us"),
	};

	if (in->min_time_us > 0 && in->min_time_us < l.time_us)
		l.time_us = in->min_time_us;
	return l;
}

static uint64_t
packets_of(const struct input_subnet *s)
{
	return s->packets[DIR_PEER_TO_MSFT] + s->packets[DIR_MSFT_TO_PEER];
}

/* Registered prefixes must have an entry, announced or not. */
static void
check_registered(const struct audit_input *in, struct verdict_draft *d)
{
	size_t missing = 0;

	for (size_t i = 0; i < in->conf->registered_count; i++) {
		char prefix[PREFIX_TEXT_SIZE], scope[96];

		if (share_listed(in->conf, &in->conf->registered[i].prefix))
			continue;
		missing++;
		prefix_format(&in->conf->registered[i].prefix, prefix);
		FIELD_FORMAT(scope, "subnet:%s", prefix);
		verdict_add(d,
		            &(struct subcheck){.id = "manifest",
		                               .scope = scope,
		                               .verdict = VERDICT_FAIL,
		                               .basis = BASIS_DECLARED,
		                               .hard = true},
		            "registered prefix %s has no entry in subnets", prefix);
		verdict_next(d, "declare %s under subnets with its classes, or give default_subnet",
		             prefix);
	}
	if (missing == 0 && in->conf->registered_count > 0)
		verdict_add(d,
		            &(struct subcheck){.id = "manifest",
		                               .scope = "peering",
		                               .verdict = VERDICT_PASS,
		                               .basis = BASIS_DECLARED,
		                               .samples = in->conf->registered_count},
		            "%zu of %zu registered prefixes have an entry",
		            in->conf->registered_count, in->conf->registered_count);
}

/* What the peer announces for longer than the grace, whole or as far as it is known. */
static void
check_announced(const struct audit_input *in, struct verdict_draft *d)
{
	const struct input_unlisted *u = &in->unlisted;
	char scope[96];

	if (u->count > 0) {
		FIELD_FORMAT(scope, "subnet:%s", u->first);
		verdict_add(d,
		            &(struct subcheck){.id = "announced",
		                               .scope = scope,
		                               .verdict = VERDICT_FAIL,
		                               .basis = BASIS_MIXED,
		                               .samples = u->announced,
		                               .first_us = u->first_us},
		            "%zu of %zu announced prefixes have no entry in subnets: %s%s",
		            u->count, u->announced, u->first, u->count > 1 ? " …" : "");
		verdict_next(d, "declare %s under subnets with its classes, or give default_subnet",
		             u->first);
	} else if (u->whole && u->announced > 0) {
		verdict_add(d,
		            &(struct subcheck){.id = "announced",
		                               .scope = "peering",
		                               .verdict = VERDICT_PASS,
		                               .basis = BASIS_MIXED,
		                               .samples = u->announced},
		            "all %zu announced prefixes have an entry", u->announced);
	} else {
		verdict_note(d, "not all that the peer announces is known: registered prefixes and "
		                "sources stand for it");
	}
}

/* Whether the peer sends enough on this link from addresses that no entry covers, in the window. */
static bool
has_strangers(const struct input_link *link, const struct limits *l, double *share, uint64_t *flows)
{
	const struct rec_link_subnet *known = &link->announced[SIDE_PEER],
				     *others = &link->undeclared[SIDE_PEER];
	uint64_t all = link->bytes[DIR_PEER_TO_MSFT];
	uint64_t rest =
		known->traffic.bytes[DIR_PEER_TO_MSFT] + others->traffic.bytes[DIR_PEER_TO_MSFT];

	*share = all > 0 ? (double)rest / (double)all : 0;
	*flows = known->flows + others->flows;
	return all > 0 && *share >= l->ratio && (double)*flows >= l->flows;
}

/* Lasting traffic that the peer sends from addresses no entry covers. */
static void
check_sources(const struct audit_input *in, const struct limits *l, struct verdict_draft *d)
{
	for (size_t i = 0; i < in->link_count && !in->conf->default_subnet.present; i++) {
		const struct input_link *link = &in->links[i];
		char scope[96], have[64], want[64];
		struct subcheck check = {.id = "sources",
		                         .scope = scope,
		                         .verdict = VERDICT_FAIL,
		                         .basis = BASIS_OBSERVED,
		                         .first_us = link->rest_first_us};
		double share;

		if (!has_strangers(link, l, &share, &check.samples))
			continue;
		FIELD_FORMAT(scope, "link:%s", link->rec.name);
		if (link->rest_last_us < link->rest_first_us + l->time_us) {
			check.verdict = VERDICT_INCONCLUSIVE;
			check.lack = LACK_TOO_LITTLE;
		}
		verdict_add(d, &check,
		            "%.2f %% of the peer's bytes on %s come from addresses without an "
		            "entry (%" PRIu64 " flows)%s",
		            100.0 * share, link->rec.name, check.samples,
		            check.verdict == VERDICT_FAIL ? "" : ", not for long");
		if (check.verdict == VERDICT_FAIL) {
			verdict_next(d, "pniscope endpoints --side peer --subnet undeclared-peer: "
			                "declare their prefixes under subnets");
			continue;
		}
		FIELD_FORMAT(have, "%.2f %%, %" PRIu64 " flows", 100.0 * share, check.samples);
		FIELD_FORMAT(want, "an entry, or an end of it within %" PRIu64 " s",
		             l->time_us / 1000000);
		verdict_need(d, "an entry for every source", have, want,
		             "pniscope endpoints --side peer --subnet undeclared-peer", l->time_us);
	}
}

static void
add_class_evidence(struct verdict_draft *d, const struct input_subnet *s,
                   const struct input_class *c)
{
	struct rec_evidence e = {.ts_us = c->last_us};

	FIELD_FORMAT(e.field, "subnet:%s:class:%s", s->prefix, c->name);
	FIELD_FORMAT(e.value,
	             "%" PRIu64 " bytes from the peer, %" PRIu64 " to it, %" PRIu64
	             " flows, %" PRIu64 " two-way, %" PRIu64 " begun by the peer",
	             c->bytes[DIR_PEER_TO_MSFT], c->bytes[DIR_MSFT_TO_PEER], c->flows,
	             c->flows_two_way, c->flows_peer);
	verdict_evidence(d, &e);
}

/* FAIL for each class that is not declared and passes all three limits; true if there is one. */
static bool
check_undeclared(const struct audit_input *in, const struct input_subnet *s,
                 const struct shares *sums, const struct limits *l, const char *scope,
                 struct verdict_draft *d)
{
	bool any = false;

	for (size_t i = 0; i < s->class_count; i++) {
		const struct input_class *c = &s->classes[i];
		enum standing standing = share_standing(in->conf, s, c);
		struct share sum = share_counted(c);
		char id[48];

		if (standing != STANDING_UNDECLARED &&
		    !(standing == STANDING_TOLERATED && sums->tolerated_over))
			continue;
		if (sum.bytes < l->ratio * sums->all.bytes || sum.flows < l->flows ||
		    c->last_us - c->first_us < l->time_us)
			continue;
		any = true;
		FIELD_FORMAT(id, "class.%s", c->name);
		verdict_add(
			d,
			&(struct subcheck){.id = id,
		                           .scope = scope,
		                           .verdict = VERDICT_FAIL,
		                           .basis = BASIS_OBSERVED,
		                           .samples = (uint64_t)sum.flows},
			"%s is not declared in %s: %.2f %% of its bytes, %.0f flows over %" PRIu64
			" s",
			c->name, s->prefix, 100.0 * sum.bytes / sums->all.bytes, sum.flows,
			(c->last_us - c->first_us) / 1000000);
		verdict_next(d,
		             "pniscope endpoints --subnet %s: find who sends %s; stop it or "
		             "declare it",
		             s->prefix, c->name);
		add_class_evidence(d, s, c);
	}
	return any;
}

/* The share that matches, of what is classified and not merely tolerated. */
static double
match_ratio(const struct shares *sums, bool flows)
{
	const struct share *good = &sums->of[STANDING_DECLARED];
	const struct share *bad = &sums->of[STANDING_UNDECLARED];
	const struct share *tolerated = &sums->of[STANDING_TOLERATED];
	double yes = flows ? good->flows : good->bytes;
	double no = flows ? bad->flows : bad->bytes;

	if (sums->tolerated_over)
		no += flows ? tolerated->flows : tolerated->bytes;
	return yes + no > 0 ? yes / (yes + no) : 1;
}

/* The class that counts most against the subnet, as "tls 7.0 %, 190 flows, 20 s"; how far it is
 * from a FAIL. */
static void
describe_worst(const struct audit_input *in, const struct input_subnet *s,
               const struct shares *sums, char text[64])
{
	const struct input_class *worst = NULL;
	double most = -1;

	for (size_t i = 0; i < s->class_count; i++) {
		const struct input_class *c = &s->classes[i];

		if (share_standing(in->conf, s, c) != STANDING_UNDECLARED ||
		    share_counted(c).bytes <= most)
			continue;
		most = share_counted(c).bytes;
		worst = c;
	}
	if (!worst)
		field_copy(text, 64, "tolerated classes over their share");
	else
		field_format(text, 64, "%s %.1f %%, %.0f flows, %" PRIu64 " s", worst->name,
		             100 * most / sums->all.bytes, share_counted(worst).flows,
		             (worst->last_us - worst->first_us) / 1000000);
}

static void
check_match(const struct audit_input *in, const struct input_subnet *s, const struct shares *sums,
            const struct limits *l, const char *scope, struct verdict_draft *d)
{
	double unclassified =
		sums->all.bytes > 0 ? sums->of[STANDING_UNCLASSIFIED].bytes / sums->all.bytes : 0;
	double bytes = match_ratio(sums, false), flows = match_ratio(sums, true);
	struct subcheck check = {.id = "match",
	                         .scope = scope,
	                         .verdict = VERDICT_INCONCLUSIVE,
	                         .basis = BASIS_OBSERVED,
	                         .samples = packets_of(s)};
	char have[64], want[64];

	if (unclassified >= l->unclassified) {
		check.lack = LACK_NOT_OBSERVABLE;
		verdict_add(d, &check, "%.1f %% of the bytes of %s have no class",
		            100 * unclassified, s->prefix);
		FIELD_FORMAT(have, "%.1f %% without class", 100 * unclassified);
		FIELD_FORMAT(want, "below %.0f %%", 100 * l->unclassified);
		verdict_need(d, "classified traffic", have, want,
		             "give decode.sip_ports and the like, look inside tunnels "
		             "(decode.inner), tap both directions",
		             0);
		return;
	}
	if (bytes < l->match || flows < l->match) {
		check.lack = LACK_TOO_LITTLE;
		verdict_add(d, &check,
		            "%.2f %% of bytes and %.2f %% of flows of %s match, no class yet over "
		            "all limits of a FAIL",
		            100 * bytes, 100 * flows, s->prefix);
		FIELD_FORMAT(want, "%.0f flows over %" PRIu64 " s, or %.0f %% match", l->flows,
		             l->time_us / 1000000, 100 * l->match);
		describe_worst(in, s, sums, have);
		verdict_need(d, "undeclared classes to last or to end", have, want,
		             "watch on; `pniscope classes --subnet` names them", l->time_us);
		return;
	}
	check.verdict = VERDICT_PASS;
	verdict_add(d, &check,
	            "%.2f %% of bytes and %.2f %% of flows of %s match, n = %" PRIu64
	            " packets, %" PRIu64 " flows",
	            100 * bytes, 100 * flows, s->prefix, packets_of(s), s->flows);
}

static void
check_declared_role(const struct audit_input *in, const struct input_subnet *s, const char *name,
                    const char *scope, struct verdict_draft *d)
{
	int role = role_find(name);
	const struct input_role *seen = role < 0 ? NULL : &s->roles[role];
	struct subcheck check = {.scope = scope, .basis = BASIS_OBSERVED};
	char id[48];

	FIELD_FORMAT(id, "role.%s", name);
	check.id = id;
	if (seen && seen->endpoints) {
		check.verdict = VERDICT_PASS;
		check.samples = seen->endpoints;
		verdict_add(d, &check, "role %s in %s seen: %s, confidence %.2f", name, s->prefix,
		            seen->ip, seen->confidence);
		return;
	}
	check.verdict = VERDICT_INCONCLUSIVE;
	check.lack = in->roles_collected ? LACK_TOO_LITTLE : LACK_NOT_COLLECTED;
	if (!in->roles_collected)
		check.basis = BASIS_NONE;
	verdict_add(d, &check, "role %s in %s %s", name, s->prefix,
	            in->roles_collected ? "not seen yet" : "declared; no address has shown a role");
	verdict_need(d, "an endpoint in the declared role", "none", name,
	             "let it work, or mark the subnet standby", 0);
}

/* A role that goes with none of those that the subnet declares. */
static bool
contradicts(const struct input_subnet *s, enum endpoint_role seen)
{
	bool any = false;

	for (size_t i = 0; i < s->conf->roles.count; i++) {
		int declared = role_find(s->conf->roles.at[i]);

		if (declared < 0)
			continue;
		any = true;
		if (!role_contradicts(seen, (enum endpoint_role)declared))
			return false;
	}
	return any;
}

static void
check_other_roles(const struct audit_input *in, const struct input_subnet *s, const char *scope,
                  struct verdict_draft *d)
{
	double enough = conf_threshold(in->conf, NULL, "r4_role_confidence_ratio");

	for (unsigned role = 0; role < ENDPOINT_ROLE_COUNT; role++) {
		const struct input_role *seen = &s->roles[role];
		struct rec_evidence e = {.ts_us = seen->last_us};
		char id[48];

		/* not seen any more since its role became wrong */
		if (!seen->endpoints || seen->confidence < enough || seen->last_us < in->terms_us ||
		    !contradicts(s, role))
			continue;
		FIELD_FORMAT(id, "role.%s", role_name(role));
		verdict_add(d,
		            &(struct subcheck){.id = id,
		                               .scope = scope,
		                               .verdict = VERDICT_FAIL,
		                               .basis = BASIS_OBSERVED,
		                               .samples = seen->endpoints},
		            "%s of %s is a %s, confidence %.2f: no such role is declared", seen->ip,
		            s->prefix, role_name(role), seen->confidence);
		verdict_next(d, "pniscope endpoints %s --subnet %s: move it, or declare the role",
		             role_name(role), s->prefix);
		FIELD_FORMAT(e.field, "endpoint:%s", seen->ip);
		FIELD_FORMAT(e.value, "%s, confidence %.2f, %" PRIu64 " such", role_name(role),
		             seen->confidence, seen->endpoints);
		verdict_evidence(d, &e);
	}
}

static void
check_roles(const struct audit_input *in, const struct input_subnet *s, const char *scope,
            struct verdict_draft *d)
{
	for (size_t i = 0; i < s->conf->roles.count; i++)
		check_declared_role(in, s, s->conf->roles.at[i], scope, d);
	check_other_roles(in, s, scope, d);
}

static void
check_subnet(const struct audit_input *in, const struct input_subnet *s, const struct limits *l,
             struct verdict_draft *d)
{
	struct shares sums = share_sum(in->conf, s);
	char scope[96], have[64], want[64];

	FIELD_FORMAT(scope, "subnet:%s", s->prefix);
	d->row.samples += packets_of(s);
	if (check_undeclared(in, s, &sums, l, scope, d))
		return;
	if ((double)packets_of(s) < l->min_packets || (double)s->flows < l->min_flows) {
		FIELD_FORMAT(have, "%" PRIu64 " packets, %" PRIu64 " flows", packets_of(s),
		             s->flows);
		FIELD_FORMAT(want, "%.0f packets, %.0f flows", l->min_packets, l->min_flows);
		verdict_add(d,
		            &(struct subcheck){.id = "sample",
		                               .scope = scope,
		                               .verdict = VERDICT_INCONCLUSIVE,
		                               .lack = LACK_TOO_LITTLE,
		                               .basis = BASIS_OBSERVED,
		                               .optional = s->conf->standby,
		                               .samples = packets_of(s)},
		            "%s of %s%s", have, s->prefix,
		            s->conf->standby ? ", which is on standby" : "");
		if (!s->conf->standby)
			verdict_need(d, scope, have, want,
			             "let its declared traffic run, or mark it standby", 0);
		return;
	}
	check_match(in, s, &sums, l, scope, d);
	if (!s->conf->standby)
		check_roles(in, s, scope, d);
}

void
judge_classes(const struct audit_input *in, struct verdict_draft *d)
{
	struct limits l = limits_of(in);
	size_t judged = 0;

	judge_note_left_out(in, d);
	for (size_t i = 0; i < in->subnet_count; i++) {
		const struct input_subnet *s = &in->subnets[i];

		if (!s->conf || s->conf->side != SIDE_PEER)
			continue;
		judged++;
		check_subnet(in, s, &l, d);
	}
	check_registered(in, d);
	if (judged == 0 && in->conf->registered_count == 0 && !in->conf->default_subnet.present) {
		verdict_need(d, "a manifest: classes and endpoints per subnet", "none declared",
		             "an entry per announced prefix",
		             "write `subnets` in the contract file", 0);
		return;
	}
	check_announced(in, d);
	check_sources(in, &l, d);
}
