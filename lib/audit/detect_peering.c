/*
 * What is wrong now between the routers: members out of their LAG, links without all members, BFD
 * and BGP sessions that are down. A failure has one cause: what follows from another finding names
 * it in caused_by.
 */
#include <inttypes.h>
#include <string.h>

#include "audit/detect.h"
#include "audit/field.h"

enum { TOGETHER_US = 2000000 }; /* what goes down within this of its cause goes down by it */

/* Repairs are announced; and what a probe no longer tells is no state of now. */
static bool
is_excused(const struct audit_input *in, const struct input_link *link, const char *subject)
{
	char scope[128];

	if (input_maintenance(in, subject))
		return true;
	if (!link)
		return false;
	FIELD_FORMAT(scope, "link:%s", link->rec.name);
	return input_maintenance(in, scope) || (link->probe && link->probe->stale);
}

/* ---- links and their members --------------------------------------------------------------- */

static bool
is_silent(const struct input_link *link)
{
	return link && strcmp(link->rec.state, "silent") == 0;
}

/* A link that brings nothing explains whatever else is wrong on it. */
static void
blame_link(struct rec_finding *f, const struct input_link *link)
{
	char subject[128];

	if (!is_silent(link))
		return;
	FIELD_FORMAT(subject, "link:%s", link->rec.name);
	detect_id("link.silent", subject, "", f->caused_by);
}

static bool
is_out(const struct rec_lacp *m)
{
	return strcmp(m->state, "out") == 0 || strcmp(m->state, "defaulted") == 0 ||
	       strcmp(m->state, "static") == 0;
}

static void
detect_member(const struct audit_input *in, const struct input_link *link, const struct rec_lacp *m,
              struct sightings *out)
{
	struct rec_evidence e = {.ts_us = m->state_since_us};
	struct rec_finding *f;
	char subject[128];

	FIELD_FORMAT(subject, "member:%s:%" PRIu64, link->rec.name, m->index);
	if (!is_out(m) || is_excused(in, link, subject))
		return;
	f = detect_sight(out, "lacp.member.down", subject, "");
	FIELD_COPY(f->side, m->blamed);
	FIELD_FORMAT(f->text, "member %" PRIu64 " of %s is %s: %s", m->index, link->rec.name,
	             m->state, m->why);
	FIELD_COPY(f->cause, m->why);
	FIELD_FORMAT(f->next, "pniscope lag %s; pniscope why %s", link->rec.name, subject);
	f->since_us = m->state_since_us;
	f->samples = m->side[0].pdus + m->side[1].pdus;
	FIELD_COPY(e.link, link->rec.name);
	FIELD_FORMAT(e.member, "%" PRIu64, m->index);
	FIELD_COPY(e.field, "lacp");
	FIELD_COPY(e.value, m->why);
	detect_evidence(f, &e);
	blame_link(f, link);
}

/* The first member that is out is named as the cause of the link's state. */
static void
detect_degraded(const struct audit_input *in, const struct input_link *link, struct sightings *out)
{
	struct rec_finding *f;
	char subject[128], member[128];

	FIELD_FORMAT(subject, "link:%s", link->rec.name);
	if (strcmp(link->rec.state, "degraded") != 0 || is_excused(in, link, subject))
		return;
	f = detect_sight(out, "link.degraded", subject, "");
	FIELD_COPY(f->side, "unknown");
	FIELD_FORMAT(f->text, "%s is degraded: %s; %.4g of %.4g Gb/s", link->rec.name,
	             link->rec.why, (double)link->rec.capacity_bps / 1e9,
	             (double)link->rec.bandwidth_bps / 1e9);
	FIELD_COPY(f->cause, link->rec.why);
	FIELD_FORMAT(f->next, "pniscope lag %s; pniscope why %s", link->rec.name, subject);
	f->since_us = link->rec.state_since_us;
	f->samples = link->rec.members;
	for (size_t i = link->lacp_count; i-- > 0;) {
		const struct rec_lacp *m = &link->lacp[i].rec;

		if (!is_out(m))
			continue;
		FIELD_COPY(f->side, m->blamed);
		FIELD_FORMAT(member, "member:%s:%" PRIu64, link->rec.name, m->index);
		detect_id("lacp.member.down", member, "", f->caused_by);
	}
}

/* ---- sessions ------------------------------------------------------------------------------ */

/* One that should be up: declared, or between the ends of a BGP session that is. */
static bool
is_wanted(const struct input_bfd *b)
{
	const struct input_session *s = b->session;

	return s && s->counts && !(s->conf && s->conf->bfd == BFD_NONE);
}

static bool
bfd_is_down(const struct input_bfd *b)
{
	const char *state = b->rec.state;

	return is_wanted(b) && strcmp(state, "up") != 0 && strcmp(state, "unknown") != 0;
}

static void
detect_bfd(const struct audit_input *in, const struct input_bfd *b, struct sightings *out)
{
	struct rec_evidence e = {.ts_us = b->rec.down_us ? b->rec.down_us : b->rec.state_since_us};
	bool half = strcmp(b->rec.state, "one-sided") == 0;
	struct rec_finding *f;
	char subject[160];

	FIELD_FORMAT(subject, "bfd:%s", b->rec.name);
	if (!bfd_is_down(b) || is_excused(in, b->link, subject))
		return;
	f = detect_sight(out, "bfd.down", subject, "");
	FIELD_COPY(f->side,
	           half ? b->rec.side[SIDE_PEER].packets ? "msft" : "peer" : b->rec.down_side);
	FIELD_FORMAT(f->text, "BFD %s is %s: %s", b->rec.name, b->rec.state,
	             half ? "one side alone sends" : b->rec.down_why);
	FIELD_COPY(f->cause, half ? "the other side does not run BFD here, or its packets are lost"
	                          : b->rec.down_why);
	FIELD_FORMAT(f->next, "pniscope bfd %s; pniscope why %s", b->rec.name, subject);
	f->since_us = b->rec.state_since_us;
	f->samples = b->rec.side[0].packets + b->rec.side[1].packets;
	FIELD_COPY(e.link, b->rec.link);
	FIELD_COPY(e.field, "bfd");
	FIELD_FORMAT(e.value, "peer %s diag %" PRIu64 ", msft %s diag %" PRIu64,
	             b->rec.side[0].state, b->rec.side[0].diag, b->rec.side[1].state,
	             b->rec.side[1].diag);
	detect_evidence(f, &e);
	blame_link(f, b->link);
}

static bool
session_is_down(const struct input_session *s)
{
	return s->seen && s->counts && s->rec.down_us && strcmp(s->rec.state, "established") != 0 &&
	       strcmp(s->rec.state, "unknown") != 0;
}

/* BFD that went down with it, and still is. */
static void
blame_bfd(const struct audit_input *in, const struct input_session *s, struct rec_finding *f)
{
	for (size_t i = 0; i < in->bfd_count; i++) {
		const struct input_bfd *b = &in->bfds[i];
		char subject[160];

		if (b->session != s || !bfd_is_down(b) ||
		    b->rec.down_us > s->rec.down_us + TOGETHER_US ||
		    s->rec.down_us > b->rec.down_us + TOGETHER_US)
			continue;
		FIELD_FORMAT(subject, "bfd:%s", b->rec.name);
		detect_id("bfd.down", subject, "", f->caused_by);
	}
}

static void
detect_session(const struct audit_input *in, const struct input_session *s, struct sightings *out)
{
	struct rec_evidence e = {.ts_us = s->rec.down_us};
	struct rec_finding *f;
	char subject[128];

	FIELD_FORMAT(subject, "session:%s", s->rec.name);
	if (!session_is_down(s) || is_excused(in, s->link, subject))
		return;
	f = detect_sight(out, "bgp.session.down", subject, "");
	FIELD_COPY(f->side, s->rec.down_side);
	FIELD_FORMAT(f->text, "BGP %s is %s%s: %s", s->rec.name, s->rec.state,
	             s->rec.graceful_restart ? " (graceful restart: routes stand)" : "",
	             s->rec.down_cause);
	FIELD_COPY(f->cause, s->rec.down_cause);
	FIELD_FORMAT(f->next, "pniscope sessions; pniscope why %s", subject);
	f->since_us = s->rec.down_us;
	f->samples = s->rec.segments;
	FIELD_COPY(e.link, s->rec.link);
	FIELD_COPY(e.field, "bgp");
	FIELD_COPY(e.value, s->rec.down_cause);
	detect_evidence(f, &e);
	blame_link(f, s->link);
	blame_bfd(in, s, f);
}

void
detect_peering(const struct audit_input *in, struct sightings *out)
{
	for (size_t i = 0; i < in->link_count; i++) {
		const struct input_link *link = &in->links[i];

		for (size_t m = 0; m < link->lacp_count; m++)
			detect_member(in, link, &link->lacp[m].rec, out);
		if (link->seen)
			detect_degraded(in, link, out);
	}
	for (size_t i = 0; i < in->bfd_count; i++)
		detect_bfd(in, &in->bfds[i], out);
	for (size_t i = 0; i < in->session_count; i++)
		detect_session(in, &in->sessions[i], out);
}
