/*
 * What declarations alone decide: they can contradict a requirement (FAIL at once), never prove
 * one. A location is a metro (IP/faqs.md [2023-09]): two facilities of one metro are one location.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "audit/field.h"
#include "audit/judge.h"

static const char *
location_of(const struct conf *conf, size_t site)
{
	const struct conf_site *s = &conf->sites[site];

	return s->metro && s->metro[0] != '\0' ? s->metro : s->name;
}

static const char *
link_location(const struct conf *conf, const struct conf_link *link)
{
	return location_of(conf, link->site);
}

/* Whether link `i` is the first one of its location: each location is looked at once. */
static bool
first_of_location(const struct conf *conf, size_t i)
{
	for (size_t before = 0; before < i; before++)
		if (strcmp(link_location(conf, &conf->links[before]),
		           link_location(conf, &conf->links[i])) == 0)
			return false;
	return true;
}

static size_t
links_at(const struct conf *conf, const char *location)
{
	size_t count = 0;

	for (size_t i = 0; i < conf->link_count; i++)
		count += strcmp(link_location(conf, &conf->links[i]), location) == 0;
	return count;
}

/* A sub-check that only the contract file speaks for. */
static struct subcheck
declared(const char *id, const char *scope, bool contradicts, uint64_t samples)
{
	return (struct subcheck){
		.id = id,
		.scope = scope,
		.verdict = contradicts ? VERDICT_FAIL : VERDICT_INCONCLUSIVE,
		.lack = LACK_NOT_COLLECTED,
		.basis = BASIS_DECLARED,
		.samples = samples,
		.hard = true,
	};
}

/* What the wire must show before a declaration that is right can pass. */
static void
need_observation(struct verdict_draft *d)
{
	const struct requirement *r = d->requirement;

	if (d->failed == 0)
		verdict_need(d, r->evidence, "declared only", r->pass, r->how,
		             r->window_s * UINT64_C(1000000));
}

void
judge_redundancy(const struct audit_input *in, struct verdict_draft *d)
{
	const struct conf *c = in->conf;
	const char *limit = c->peering.type == PEERING_ROUTE_SERVER ? "r2_connections_route_server"
	                                                            : "r2_connections";

	for (size_t i = 0; i < c->link_count; i++) {
		const char *location = link_location(c, &c->links[i]);
		/* a link's own threshold lets a location have fewer where that is agreed (X6 asks
		 * one at a backup location) */
		double wanted = conf_threshold(c, &c->links[i], limit);
		size_t count = links_at(c, location);
		struct subcheck check;
		char scope[96];

		if (!first_of_location(c, i))
			continue;
		FIELD_FORMAT(scope, "location:%s", location);
		check = declared("connections", scope, (double)count < wanted, count);
		verdict_add(d, &check, "%zu connection%s declared at %s, %.0f wanted", count,
		            count == 1 ? "" : "s", location, wanted);
		if (check.verdict == VERDICT_FAIL)
			verdict_next(d,
			             "order a second connection at %s, or declare it under links",
			             location);
	}
	need_observation(d);
}

/* A link of another role than backup at the same location, or NULL. */
static const struct conf_link *
primary_beside(const struct conf *c, const struct conf_link *backup)
{
	for (size_t i = 0; i < c->link_count; i++)
		if (c->links[i].role != ROLE_BACKUP &&
		    strcmp(link_location(c, &c->links[i]), link_location(c, backup)) == 0)
			return &c->links[i];
	return NULL;
}

static void
check_backup_links(const struct conf *c, struct verdict_draft *d)
{
	for (size_t i = 0; i < c->link_count; i++) {
		const struct conf_link *link = &c->links[i], *other;
		struct subcheck check;
		char scope[96];

		if (link->role != ROLE_BACKUP)
			continue;
		other = primary_beside(c, link);
		FIELD_FORMAT(scope, "link:%s", link->name);
		check = declared("location", scope, other != NULL, 1);
		if (other) {
			verdict_add(d, &check, "backup %s is declared in %s, where %s is %s",
			            link->name, link_location(c, link), other->name,
			            link_role_name(other->role));
			verdict_next(d, "make %s redundant, or move the backup to another metro",
			             link->name);
		} else {
			verdict_add(d, &check, "backup %s is declared alone in %s", link->name,
			            link_location(c, link));
		}
	}
}

static const char *
site_location(const struct conf *c, const char *name)
{
	for (size_t i = 0; i < c->site_count; i++)
		if (strcmp(c->sites[i].name, name) == 0)
			return location_of(c, i);
	return name;
}

static void
check_backup_prefixes(const struct conf *c, struct verdict_draft *d)
{
	for (size_t i = 0; i < c->registered_count; i++) {
		const struct conf_registered *r = &c->registered[i];
		char prefix[PREFIX_TEXT_SIZE], scope[96];
		struct subcheck check;
		bool same;

		if (!r->primary || !r->backup)
			continue;
		same = strcmp(site_location(c, r->primary), site_location(c, r->backup)) == 0;
		prefix_format(&r->prefix, prefix);
		FIELD_FORMAT(scope, "prefix:%s", prefix);
		check = declared("prefix-location", scope, same, 1);
		verdict_add(d, &check, "%s: primary in %s, backup in %s", prefix,
		            site_location(c, r->primary), site_location(c, r->backup));
		if (same)
			verdict_next(d, "register a backup of %s in another metro", prefix);
	}
}

void
judge_backup(const struct audit_input *in, struct verdict_draft *d)
{
	check_backup_links(in->conf, d);
	check_backup_prefixes(in->conf, d);
	need_observation(d);
}

/* The provisioned bandwidth, or what its members are declared to add up to. */
static uint64_t
declared_bandwidth(const struct conf_link *link)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < link->member_count; i++)
		sum += link->members[i].speed_bps;
	return link->bandwidth_bps > 0 ? link->bandwidth_bps : sum;
}

void
judge_bandwidth(const struct audit_input *in, struct verdict_draft *d)
{
	const struct conf *c = in->conf;
	uint64_t first = c->link_count > 0 ? declared_bandwidth(&c->links[0]) : 0;

	for (size_t i = 0; i < c->link_count; i++) {
		const struct conf_link *link = &c->links[i];
		uint64_t bandwidth = declared_bandwidth(link);
		struct subcheck check;
		char scope[96];

		FIELD_FORMAT(scope, "link:%s", link->name);
		check = declared("bandwidth", scope, bandwidth != first, link->member_count);
		verdict_add(d, &check, "%s (%s) is declared with %.3g Gb/s%s%s", link->name,
		            link_role_name(link->role), (double)bandwidth / 1e9,
		            bandwidth != first ? ", unlike " : "",
		            bandwidth != first ? c->links[0].name : "");
		if (check.verdict == VERDICT_FAIL)
			verdict_next(d, "provision %s and %s with the same bandwidth", link->name,
			             c->links[0].name);
	}
	need_observation(d);
}

void
judge_locations(const struct audit_input *in, struct verdict_draft *d)
{
	const struct conf *c = in->conf;
	double wanted = conf_threshold(c, NULL, "r10_locations");
	struct subcheck check;
	size_t count = 0;

	for (size_t i = 0; i < c->link_count; i++)
		count += first_of_location(c, i);
	check = declared("locations", "peering", (double)count < wanted, count);
	verdict_add(d, &check, "%zu location%s with connections declared, %.0f wanted", count,
	            count == 1 ? "" : "s", wanted);
	if (check.verdict == VERDICT_FAIL)
		verdict_next(d, "plan a peering in a second location");
	need_observation(d);
}

/* A PCI address: "0000:3b:00.0". What virtual devices say of their speed is made up. */
static bool
is_card(const char *port)
{
	unsigned domain, bus, device, function;

	return port && sscanf(port, "%4x:%2x:%2x.%1x", &domain, &bus, &device, &function) == 4;
}

/* Speed of a member as its port says it; 0: nobody says it. */
static uint64_t
observed_speed(const struct audit_input *in, const struct input_link *link, size_t member)
{
	/* the port of a mirror, a broker or a capture runs at its own speed, not the link's */
	if (in->capture || link->conf->tap != TAP_OPTICAL ||
	    !is_card(link->conf->members[member].port[DIR_PEER_TO_MSFT]))
		return 0;
	return member < link->member_count ? link->members[member].port_speed_bps : 0;
}

void
judge_speed(const struct audit_input *in, struct verdict_draft *d)
{
	double limit = conf_threshold(in->conf, NULL, "x14_speed");
	double policy = conf_threshold(in->conf, NULL, "x14_policy_speed");

	for (size_t i = 0; i < in->link_count; i++) {
		const struct input_link *link = &in->links[i];

		for (size_t m = 0; link->conf && m < link->conf->member_count; m++) {
			uint64_t said = link->conf->members[m].speed_bps;
			uint64_t seen = observed_speed(in, link, m);
			uint64_t speed = seen > 0 ? seen : said;
			bool slow = (double)speed < limit;
			struct subcheck check;
			char scope[96];

			FIELD_FORMAT(scope, "member:%s:%zu", link->conf->name, m);
			check = declared("speed", scope, slow, 1);
			check.lack = LACK_NOT_OBSERVABLE;
			if (seen > 0) {
				check.basis = BASIS_OBSERVED;
				check.verdict = slow ? VERDICT_FAIL : VERDICT_PASS;
			}
			verdict_add(d, &check, "%s %s %.3g Gb/s, limit %.3g%s", scope,
			            seen > 0 ? "runs at" : "is declared with", (double)speed / 1e9,
			            limit / 1e9,
			            (double)speed < policy ? " (policy for Direct: 100)" : "");
			if (slow)
				verdict_next(d, "upgrade %s to 10 Gb/s or more", scope);
		}
	}
	if (d->undecided > 0)
		need_observation(d);
}
