/*
 * R8: a redundant connection is no backup, and a backup is elsewhere. Declared roles can contradict
 * it; how the peer announces its registered prefixes, and where it sends, proves it.
 */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "audit/field.h"
#include "audit/judge.h"
#include "audit/judge_parts.h"
#include "audit/judge_routes.h"
#include "audit/location.h"
#include "audit/routers.h"

/* ---- declared -------------------------------------------------------------------------------- */

/* A link of another role than backup at the same location, or NULL. */
static const struct conf_link *
primary_beside(const struct conf *c, const struct conf_link *backup)
{
	for (size_t i = 0; i < c->link_count; i++)
		if (c->links[i].role != ROLE_BACKUP &&
		    strcmp(location_of_link(c, &c->links[i]), location_of_link(c, backup)) == 0)
			return &c->links[i];
	return NULL;
}

static void
check_backup_links(const struct conf *c, struct verdict_draft *d)
{
	for (size_t i = 0; i < c->link_count; i++) {
		const struct conf_link *link = &c->links[i], *other;
		char scope[SCOPE_SIZE];
		struct matter m = {
			.id = "location", .scope = scope, .samples = 1, .basis = BASIS_DECLARED};

		if (link->role != ROLE_BACKUP)
			continue;
		other = primary_beside(c, link);
		if (!other)
			continue;
		FIELD_FORMAT(scope, "link:%s", link->name);
		judge_fail_hard(d, &m, "backup %s is declared in %s, where %s is %s", link->name,
		                location_of_link(c, link), other->name,
		                link_role_name(other->role));
		verdict_next(d, "make %s redundant, or move the backup to another metro",
		             link->name);
	}
}

static void
check_backup_prefixes(const struct conf *c, struct verdict_draft *d)
{
	for (size_t i = 0; i < c->registered_count; i++) {
		const struct conf_registered *r = &c->registered[i];
		char prefix[PREFIX_TEXT_SIZE], scope[SCOPE_SIZE];
		struct matter m = {.id = "prefix-location",
		                   .scope = scope,
		                   .samples = 1,
		                   .basis = BASIS_DECLARED};

		if (!r->primary || !r->backup ||
		    strcmp(location_of_site(c, r->primary), location_of_site(c, r->backup)) != 0)
			continue;
		prefix_format(&r->prefix, prefix);
		FIELD_FORMAT(scope, "prefix:%s", prefix);
		judge_fail_hard(d, &m, "%s: primary and backup are both in %s", prefix,
		                location_of_site(c, r->primary));
		verdict_next(d, "register a backup of %s in another metro", prefix);
	}
}

/* ---- locations that share a router ----------------------------------------------------------- */

static void
check_apart(const struct audit_input *in, struct verdict_draft *d)
{
	for (size_t i = 0; i < in->link_count; i++) {
		for (size_t k = 0; k < in->link_count; k++) {
			const struct input_link *a = &in->links[i], *b = &in->links[k];
			struct likeness like;
			char scope[SCOPE_SIZE];
			struct matter m = {.id = "apart",
			                   .scope = scope,
			                   .link = a->rec.name,
			                   .samples = 2,
			                   .first_us = a->tokens.head.started_us};

			if (!a->conf || !b->conf || a->conf->role != ROLE_BACKUP ||
			    b->conf->role == ROLE_BACKUP ||
			    strcmp(location_of_link(in->conf, a->conf),
			           location_of_link(in->conf, b->conf)) == 0)
				continue;
			like = routers_compare(in, a, b, SIDE_PEER);
			if (!like.same)
				continue;
			FIELD_FORMAT(scope, "link:%s", a->rec.name);
			judge_fail_hard(d, &m, "backup %s ends at the router of %s: %s %s",
			                a->rec.name, b->rec.name, like.same, like.value);
			judge_evidence(d, &m, direction_name(DIR_PEER_TO_MSFT), m.first_us,
			               like.same, "%s", like.value);
			verdict_next(d, "end the backup %s in its own location", a->rec.name);
		}
	}
}

/* ---- local twins ----------------------------------------------------------------------------- */

/* Two sessions of one family on two links of a location, neither of them a backup. */
struct twins {
	const struct input_session *a, *b;
};

static bool
are_twins(const struct audit_input *in, const struct input_session *a,
          const struct input_session *b)
{
	return a->counts && b->counts && a->link && b->link && a->link != b->link &&
	       a->link->conf->role != ROLE_BACKUP && b->link->conf->role != ROLE_BACKUP &&
	       session_is_v4(a) == session_is_v4(b) &&
	       strcmp(location_of_link(in->conf, a->link->conf),
	              location_of_link(in->conf, b->link->conf)) == 0;
}

/* How much more of its addresses longer prefixes draw to `better`; 0: nothing, or not known. */
static double
drawn_away(const struct input_route *worse, const struct input_route *better)
{
	double more = better->inside - worse->inside;

	return more > 0 ? fmin(more, 1) : 0;
}

/* How `worse` is de-preferred against `better`, in words; NULL: it is not. */
static const char *
preferred_less(const struct audit_input *in, const struct input_route *worse,
               const struct input_route *better, char text[96])
{
	uint64_t patience = input_time_us(in, "r8_shutdown_us");

	if (!better->present)
		return NULL;
	if (!worse->present)
		return worse->covered ? "only a shorter prefix there" : "absent there";
	if (worse->shutdown && !better->shutdown && worse->since_us > 0 &&
	    in->to_us >= worse->since_us + patience)
		return "graceful shutdown for more than a day";
	if (drawn_away(worse, better) >= conf_threshold(in->conf, NULL, "r8_longer_ratio")) {
		snprintf(text, 96, "longer prefixes draw %.0f %% of it here",
		         100 * drawn_away(worse, better));
		return text;
	}
	if (worse->path_length > better->path_length) {
		snprintf(text, 96, "AS path of %u there, %u here", worse->path_length,
		         better->path_length);
		return text;
	}
	return NULL;
}

static bool
check_preference(const struct audit_input *in, const struct input_session *worse,
                 const struct input_session *better, size_t i, struct verdict_draft *d)
{
	const struct input_route *w = routes_find(worse, i), *b = routes_find(better, i);
	char text[96], prefix[PREFIX_TEXT_SIZE], scope[SCOPE_SIZE];
	const char *how = preferred_less(in, w, b, text);
	struct matter m = {.id = "preference",
	                   .scope = scope,
	                   .link = worse->rec.link,
	                   .samples = 2,
	                   .first_us = w->present ? w->since_us
	                                          : worse->rec.side[SIDE_PEER].withdraw_us};

	if (!how)
		return false;
	prefix_format(&in->conf->registered[i].prefix, prefix);
	FIELD_FORMAT(scope, "prefix:%s link:%s", prefix, worse->rec.link);
	judge_fail(d, &m, "%s is de-preferred on %s against %s: %s", prefix, worse->rec.link,
	           better->rec.link, how);
	judge_evidence(d, &m, direction_name(DIR_PEER_TO_MSFT), m.first_us, "bgp.update",
	               "%s on %s: %s", prefix, worse->rec.name, how);
	verdict_next(d, "announce %s alike on %s and %s; pniscope routes %s", prefix,
	             worse->rec.link, better->rec.link, worse->rec.name);
	return true;
}

/* Part of it may be balanced so on purpose. */
static void
note_longer(const struct audit_input *in, const struct twins *t, size_t i, struct verdict_draft *d)
{
	const struct input_route *a = routes_find(t->a, i), *b = routes_find(t->b, i);
	char prefix[PREFIX_TEXT_SIZE];

	prefix_format(&in->conf->registered[i].prefix, prefix);
	if (isnan(a->inside) || isnan(b->inside))
		verdict_note(d, "longer prefixes inside %s are not compared on %s and %s", prefix,
		             t->a->rec.name, t->b->rec.name);
	else if (drawn_away(a, b) > 0 || drawn_away(b, a) > 0)
		verdict_note(d, "longer prefixes inside %s differ between %s and %s", prefix,
		             t->a->rec.name, t->b->rec.name);
}

static void
note_med(const struct audit_input *in, const struct twins *t, size_t i, struct verdict_draft *d)
{
	const struct input_route *a = routes_find(t->a, i), *b = routes_find(t->b, i);
	char prefix[PREFIX_TEXT_SIZE];

	if (!a->present || !b->present || (a->has_med ? a->med : 0) == (b->has_med ? b->med : 0))
		return;
	verdict_detail(d, "%s: MED differs between %s and %s (Microsoft overwrites it)",
	               prefix_format(&in->conf->registered[i].prefix, prefix), t->a->rec.name,
	               t->b->rec.name);
}

/* Every registered prefix that both must carry. */
static void
check_twins(const struct audit_input *in, const struct twins *t, struct verdict_draft *d)
{
	char scope[SCOPE_SIZE];
	struct matter m = {.id = "preference", .scope = scope, .link = t->a->rec.link};
	bool fails = false;

	FIELD_FORMAT(scope, "session:%s,session:%s", t->a->rec.name, t->b->rec.name);
	for (unsigned side = 0; side < 2; side++) {
		const struct input_session *s = side ? t->b : t->a;

		if (session_established(s) && rib_complete(&s->rec.side[SIDE_PEER]) && s->routes)
			continue;
		judge_rib_open(d, &m, s, SIDE_PEER);
		return;
	}
	for (size_t i = 0; i < in->conf->registered_count; i++) {
		if (!routes_wanted(in, t->a, i) || !routes_wanted(in, t->b, i))
			continue;
		m.samples++;
		fails |= check_preference(in, t->a, t->b, i, d);
		fails |= check_preference(in, t->b, t->a, i, d);
		note_med(in, t, i, d);
		note_longer(in, t, i, d);
	}
	if (m.samples == 0) {
		judge_open(d, &m, LACK_NOT_COLLECTED, "no registered prefix is declared for %s",
		           scope);
		verdict_need(d, "registered prefixes", "none", "those of the portal",
		             "write `registered` in the contract file", 0);
	} else if (!fails) {
		judge_pass(d, &m,
		           "%" PRIu64 " registered prefixes are announced alike on %s and %s",
		           m.samples, t->a->rec.name, t->b->rec.name);
	}
}

/* A prefix of a family that has a session on one of two local links alone, and that nothing else
 * carries on the other. */
static void
check_alone(const struct audit_input *in, const struct input_link *here,
            const struct input_link *there, struct verdict_draft *d)
{
	char scope[SCOPE_SIZE], prefix[PREFIX_TEXT_SIZE];
	struct matter m = {
		.id = "preference", .scope = scope, .link = there->rec.name, .samples = 1};

	for (size_t i = 0; i < in->conf->registered_count; i++) {
		struct routes_carried a = routes_carried(in, here, i);
		struct routes_carried b = routes_carried(in, there, i);

		if (!routes_belong(in, there, i) || !a.present || b.wanted || b.present || !b.any)
			continue;
		prefix_format(&in->conf->registered[i].prefix, prefix);
		FIELD_FORMAT(scope, "prefix:%s link:%s", prefix, there->rec.name);
		if (b.unknown) {
			judge_rib_open(d, &m, b.any, SIDE_PEER);
			continue;
		}
		m.first_us = b.any->rec.up_since_us;
		judge_fail(d, &m, "%s is announced on %s and on no session of %s", prefix,
		           here->rec.name, there->rec.name);
		judge_evidence(d, &m, direction_name(DIR_PEER_TO_MSFT), m.first_us, "bgp.nlri",
		               "%s absent on %s", prefix, there->rec.name);
		verdict_next(d, "announce %s on %s too", prefix, there->rec.name);
	}
}

static void
check_families(const struct audit_input *in, struct verdict_draft *d)
{
	for (size_t i = 0; i < in->link_count; i++)
		for (size_t k = 0; k < in->link_count; k++) {
			const struct input_link *a = &in->links[i], *b = &in->links[k];

			if (i != k && a->conf && b->conf && a->conf->role != ROLE_BACKUP &&
			    b->conf->role != ROLE_BACKUP &&
			    link_is_at(in, b, location_of_link(in->conf, a->conf)))
				check_alone(in, a, b, d);
		}
}

/* ---- shares of traffic ----------------------------------------------------------------------- */

/* Busy hour of what the peer sends: the 95th percentile of 5-minute means stands for it. */
static double
busy_bps(const struct input_link *link)
{
	double ratio = link->rec.p95_5min_ratio[DIR_PEER_TO_MSFT];

	return isnan(ratio) ? 0 : ratio * (double)link->rec.capacity_bps;
}

static bool
link_is_up(const struct audit_input *in, const struct input_link *link)
{
	bool any = false;

	for (size_t i = 0; i < in->session_count; i++)
		any |= in->sessions[i].link == link && in->sessions[i].counts &&
		       session_established(&in->sessions[i]);
	return any;
}

/* What the peer sends over the links of a location that share its traffic. */
struct shared {
	uint64_t bytes, packets;
	double busiest; /* bit/s */
};

static void
check_share(const struct audit_input *in, const struct input_link *link, const struct shared *all,
            struct verdict_draft *d)
{
	double idle = conf_threshold(in->conf, link->conf, "r8_share_ratio");
	double fair = conf_threshold(in->conf, link->conf, "r8_balance_ratio");
	double rate = conf_threshold(in->conf, link->conf, "r8_twin_rate");
	uint64_t window = input_time_us(in, "r8_share_window_us");
	uint64_t counted = input_counted_us(in);
	bool day = in->to_us >= counted + window, up = link_is_up(in, link);
	bool enough = (double)all->packets >= conf_threshold(in->conf, NULL, "r8_share_packets");
	double share =
		all->bytes > 0 ? (double)link->bytes[DIR_PEER_TO_MSFT] / (double)all->bytes : 0;
	char scope[SCOPE_SIZE], have[64], want[64];
	struct matter m = {.id = "share",
	                   .scope = scope,
	                   .link = link->rec.name,
	                   .samples = link->bytes[DIR_PEER_TO_MSFT],
	                   .first_us = counted};

	FIELD_FORMAT(scope, "link:%s", link->rec.name);
	FIELD_FORMAT(have, "%.1f %% of %" PRIu64 " bytes", 100 * share, all->bytes);
	FIELD_FORMAT(want, "%.0f %% in the busy hour", 100 * fair);
	if (day && up && share < idle && all->busiest >= rate) {
		judge_fail(d, &m, "%s idles: %s that the peer sends, its twin %.3g Gb/s",
		           link->rec.name, have, all->busiest / 1e9);
		judge_evidence(d, &m, direction_name(DIR_PEER_TO_MSFT), in->to_us, "bytes", "%s",
		               have);
		verdict_next(d, "balance the peer's egress over %s and its twin", link->rec.name);
	} else if (enough && share >= fair) {
		judge_pass(d, &m, "%s carries %s", link->rec.name, have);
	} else {
		judge_open(d, &m, LACK_TOO_LITTLE, "%s carries %s", link->rec.name, have);
		verdict_need(d, "the peer's traffic on each link", have, want,
		             "a busy hour; balance the peer's egress", window);
	}
}

static void
check_shares(const struct audit_input *in, const char *location, struct verdict_draft *d)
{
	struct shared all = {0};
	size_t count = 0;

	for (size_t i = 0; i < in->link_count; i++) {
		const struct input_link *link = &in->links[i];

		if (!link->conf || link->conf->role == ROLE_BACKUP || !link->seen ||
		    strcmp(location_of_link(in->conf, link->conf), location) != 0)
			continue;
		count++;
		all.bytes += link->bytes[DIR_PEER_TO_MSFT];
		all.packets += link->packets[DIR_PEER_TO_MSFT];
		all.busiest = fmax(all.busiest, busy_bps(link));
	}
	for (size_t i = 0; i < in->link_count && count > 1; i++) {
		const struct input_link *link = &in->links[i];

		if (link->conf && link->conf->role != ROLE_BACKUP && link->seen &&
		    strcmp(location_of_link(in->conf, link->conf), location) == 0)
			check_share(in, link, &all, d);
	}
	d->row.samples += all.bytes;
}

void
judge_backup(const struct audit_input *in, struct verdict_draft *d)
{
	const struct conf *c = in->conf;

	d->basis |= BASIS_DECLARED; /* roles and locations can't be observed */
	check_backup_links(c, d);
	check_backup_prefixes(c, d);
	check_apart(in, d);
	judge_sessions(in, d, NULL, NULL);
	for (size_t i = 0; i < in->session_count; i++)
		for (size_t k = i + 1; k < in->session_count; k++)
			if (in->sessions[i].seen && in->sessions[k].seen &&
			    are_twins(in, &in->sessions[i], &in->sessions[k]))
				check_twins(in, &(struct twins){&in->sessions[i], &in->sessions[k]},
				            d);
	check_families(in, d);
	for (size_t i = 0; i < c->link_count; i++)
		if (location_first(c, i))
			check_shares(in, location_of_link(c, &c->links[i]), d);
}
