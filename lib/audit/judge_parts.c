#include "audit/judge_parts.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "audit/field.h"
#include "audit/judge.h"
#include "audit/location.h"

enum { TEXT_SIZE = 512 };

static void
add(struct verdict_draft *d, const struct matter *m, struct subcheck check, const char *format,
    va_list args)
{
	char text[TEXT_SIZE];

	vsnprintf(text, sizeof text, format, args);
	check.id = m->id;
	check.scope = m->scope;
	check.samples = m->samples;
	check.basis = m->basis;
	/* what nothing was seen of stands on nothing */
	if (m->basis == BASIS_NONE && (check.verdict != VERDICT_INCONCLUSIVE || m->samples > 0))
		check.basis = BASIS_OBSERVED;
	check.first_us = m->first_us;
	verdict_add(d, &check, "%s", text);
}

void
judge_pass(struct verdict_draft *d, const struct matter *m, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	add(d, m, (struct subcheck){.verdict = VERDICT_PASS}, format, args);
	va_end(args);
}

void
judge_fail(struct verdict_draft *d, const struct matter *m, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	add(d, m, (struct subcheck){.verdict = VERDICT_FAIL}, format, args);
	va_end(args);
}

void
judge_fail_hard(struct verdict_draft *d, const struct matter *m, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	add(d, m, (struct subcheck){.verdict = VERDICT_FAIL, .hard = true}, format, args);
	va_end(args);
}

void
judge_open(struct verdict_draft *d, const struct matter *m, enum lack lack, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	add(d, m, (struct subcheck){.verdict = VERDICT_INCONCLUSIVE, .lack = lack}, format, args);
	va_end(args);
}

void
judge_aside(struct verdict_draft *d, const struct matter *m, enum lack lack, const char *format,
            ...)
{
	va_list args;

	va_start(args, format);
	add(d, m,
	    (struct subcheck){.verdict = VERDICT_INCONCLUSIVE, .lack = lack, .optional = true},
	    format, args);
	va_end(args);
}

void
judge_evidence(struct verdict_draft *d, const struct matter *m, const char *direction,
               uint64_t ts_us, const char *field, const char *format, ...)
{
	struct rec_evidence e = {.ts_us = ts_us};
	char text[TEXT_SIZE];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	FIELD_COPY(e.link, m->link);
	FIELD_COPY(e.direction, direction);
	FIELD_COPY(e.field, field);
	FIELD_COPY(e.value, text);
	verdict_evidence(d, &e);
}

/* ---- sessions -------------------------------------------------------------------------------- */

static void
session_unseen(const struct audit_input *in, const struct input_session *s, struct verdict_draft *d)
{
	char scope[SCOPE_SIZE];
	struct matter m = {.id = "session", .scope = scope, .link = s->rec.link};

	(void)in;
	if (s->link && !s->link->seen) {
		judge_untapped(s->link, d);
		return;
	}
	FIELD_FORMAT(scope, "session:%s", s->rec.name);
	judge_open(d, &m, LACK_NOT_COLLECTED, "no BGP of %s seen yet", s->rec.name);
	verdict_need(d, "the session's messages", "none", s->rec.name,
	             "tap both directions of TCP 179; it shows with its next keepalive", 60000000);
}

static bool
has_session(const struct audit_input *in, const struct input_link *link)
{
	for (size_t i = 0; i < in->session_count; i++)
		if (in->sessions[i].link == link && in->sessions[i].counts)
			return true;
	return false;
}

size_t
judge_sessions(const struct audit_input *in, struct verdict_draft *d, judge_session_fn *fn,
               const void *context)
{
	size_t seen = 0;

	for (size_t i = 0; i < in->session_count; i++) {
		const struct input_session *s = &in->sessions[i];

		if (!s->counts)
			continue;
		if (!s->seen) {
			session_unseen(in, s, d);
			continue;
		}
		seen++;
		if (fn)
			fn(in, s, context, d);
	}
	for (size_t i = 0; i < in->link_count; i++) {
		const struct input_link *link = &in->links[i];
		char scope[SCOPE_SIZE];
		struct matter m = {.id = "session", .scope = scope, .link = link->rec.name};

		if (!link->conf || has_session(in, link))
			continue;
		if (!link->seen) {
			judge_untapped(link, d);
			continue;
		}
		FIELD_FORMAT(scope, "link:%s", link->rec.name);
		judge_open(d, &m, LACK_NOT_COLLECTED, "no BGP session seen on %s yet",
		           link->rec.name);
		verdict_need(d, "a BGP session", "none", link->rec.name,
		             "tap both directions of TCP 179 of every member, and declare its "
		             "sessions",
		             60000000);
	}
	return seen;
}

bool
link_is_at(const struct audit_input *in, const struct input_link *link, const char *location)
{
	return link->conf && strcmp(location_of_link(in->conf, link->conf), location) == 0;
}

bool
session_established(const struct input_session *s)
{
	return s->seen && strcmp(s->rec.state, "established") == 0;
}

size_t
sessions_at(const struct audit_input *in, const char *location, bool established)
{
	size_t count = 0;

	for (size_t i = 0; i < in->session_count; i++) {
		const struct input_session *s = &in->sessions[i];

		count += s->counts && s->link && link_is_at(in, s->link, location) &&
		         (!established || session_established(s));
	}
	return count;
}

bool
session_is_v4(const struct input_session *s)
{
	if (s->conf)
		return addr_is_v4(&s->conf->peer);
	return strchr(s->rec.side[SIDE_PEER].ip, ':') == NULL;
}

bool
judge_identity_holds(const struct audit_input *in, const struct input_session *s,
                     const struct matter *m, struct verdict_draft *d)
{
	uint64_t window = (uint64_t)conf_threshold(in->conf, NULL, "identity_window_us");
	uint64_t peer = s->rec.side[SIDE_PEER].last_us, msft = s->rec.side[SIDE_MSFT].last_us;
	uint64_t last = peer > msft ? peer : msft;
	char text[24];

	if (session_established(s) || last + window >= in->to_us)
		return true;
	duration_text(in->to_us - last, text);
	judge_open(d, m, LACK_TOO_LITTLE, "%s: ended, its last word is %s old", s->rec.name, text);
	verdict_need(d, "a session that lives", text, "seven days at most",
	             "pniscope sessions: bring it up, or take it out of the contract", 0);
	return false;
}

bool
rib_complete(const struct rec_session_side *side)
{
	return strcmp(side->completeness, "COMPLETE") == 0 ||
	       (strcmp(side->completeness, "SEEDED") == 0 && side->seed_disagreed == 0);
}

void
judge_rib_open(struct verdict_draft *d, const struct matter *m, const struct input_session *s,
               enum side side)
{
	const struct rec_session_side *from = &s->rec.side[side];

	if (!session_established(s)) {
		judge_open(d, m, LACK_TOO_LITTLE, "%s is %s: what %s announces does not stand",
		           s->rec.name, s->rec.state[0] ? s->rec.state : "not seen",
		           side_name(side));
		verdict_need(d, "an established session", s->rec.state, "established",
		             "pniscope sessions: bring it up", 0);
		return;
	}
	if (from->add_path && rib_complete(from)) {
		judge_open(d, m, LACK_NOT_OBSERVABLE,
		           "%s: prefixes of %s may stand more than once (ADD-PATH), which is not "
		           "compared",
		           s->rec.name, side_name(side));
		verdict_need(d, "one path for each prefix", "path identifiers (RFC 7911)", "none",
		             "end the session's ADD-PATH towards Microsoft", 0);
		return;
	}
	judge_open(d, m, LACK_NOT_COLLECTED, "%s: the routes of %s are %s%s, not known whole%s%s",
	           s->rec.name, side_name(side),
	           from->completeness[0] ? from->completeness : "unknown",
	           from->seed_disagreed > 0 ? " and disagree with their seed" : "",
	           from->completeness_why[0] ? ": " : "", from->completeness_why);
	verdict_need(d, "every route of the session",
	             from->completeness[0] ? from->completeness : "none", "COMPLETE or SEEDED",
	             "a BMP feed (of the sender's Adj-RIB-Out, or of the receiver's Adj-RIB-In) or "
	             "MRT dump of a router (`pniscope import`), or a session that starts while the "
	             "probe looks",
	             0);
}

/* ---- texts ----------------------------------------------------------------------------------- */

void
judge_note_left_out(const struct audit_input *in, struct verdict_draft *d)
{
	char why[VERDICT_NOTE];

	if (!input_left_out(in, why, sizeof why))
		return;
	verdict_note(d, "%s", why);
	d->row.window_from_us = input_counted_us(in);
}

const char *
duration_text(uint64_t us, char buf[24])
{
	double s = (double)us / 1e6;

	if (s >= 7200)
		snprintf(buf, 24, "%.3g h", s / 3600);
	else if (s >= 120)
		snprintf(buf, 24, "%.3g min", s / 60);
	else if (us >= 1000000 || us == 0)
		snprintf(buf, 24, "%.3g s", s);
	else
		snprintf(buf, 24, "%.3g ms", s * 1e3);
	return buf;
}

bool
link_is_span(const struct input_link *link)
{
	return link->conf && link->conf->tap == TAP_SPAN;
}
