#include "audit/tell.h"

#include <string.h>

#include "audit/field.h"
#include "audit/verdict.h"
#include "store/event.h"

/* An event of `name` with the severity that its kind has by itself. */
static struct event
event_of(const char *name, uint64_t ts_us, uint64_t now_us)
{
	const struct event_kind *kind = event_find(name);
	struct event e = {.ts_us = ts_us, .detected_us = now_us};

	FIELD_COPY(e.name, name);
	FIELD_COPY(e.severity, kind ? kind->severity : "info");
	return e;
}

void
tell_verdict(struct store *s, const struct rec_verdict *from, const struct rec_verdict *to,
             uint64_t now_us)
{
	struct event e = event_of("verdict.changed", to->since_us, now_us);

	if (verdict_find(to->verdict) == VERDICT_FAIL)
		FIELD_COPY(e.severity, strcmp(to->strength, "MUST") == 0 ? "major" : "minor");
	FIELD_FORMAT(e.subject, "requirement:%s", to->id);
	FIELD_COPY(e.side, to->side);
	FIELD_COPY(e.cause, to->reasons);
	FIELD_FORMAT(e.text, "%s %s: %s, was %s", to->id, to->title, to->verdict,
	             from->verdict[0] ? from->verdict : "not judged");
	store_event(s, &e);
}

void
tell_finding(struct store *s, const char *name, const struct rec_finding *f, uint64_t now_us)
{
	bool closed = strcmp(name, "finding.closed") == 0;
	bool acked = strcmp(name, "finding.acked") == 0;
	struct event e = event_of(name,
	                          closed  ? f->until_us
	                          : acked ? f->acked_us
	                                  : f->since_us,
	                          now_us);

	if (!closed && !acked)
		FIELD_COPY(e.severity, f->severity);
	FIELD_COPY(e.subject, f->subject);
	FIELD_COPY(e.side, f->side);
	FIELD_COPY(e.cause, f->cause);
	FIELD_COPY(e.caused_by, f->caused_by);
	FIELD_COPY(e.finding, f->id);
	FIELD_COPY(e.text, f->text);
	if (strncmp(f->subject, "link:", strlen("link:")) == 0)
		FIELD_COPY(e.link, f->subject + strlen("link:"));
	store_event(s, &e);
}

void
tell_path(struct store *s, const struct active_path_change *c, uint64_t now_us)
{
	struct event e = event_of(c->backup ? "route.path.backup" : "route.path.active",
	                          c->since_us, now_us);

	FIELD_FORMAT(e.subject, "prefix:%s", c->prefix);
	FIELD_COPY(e.side, side_name(SIDE_PEER));
	FIELD_COPY(e.link, c->via->rec.link);
	FIELD_FORMAT(e.text, "%s arrives by %s%s (%s)", c->prefix, c->via->rec.name,
	             c->backup ? ", a backup, and by no active session" : ", an active session",
	             c->backup ? "BackupPath" : "ActivePath");
	store_event(s, &e);
}

static void
tell_window(struct store *s, const char *id, uint64_t begin_us, uint64_t end_us, uint64_t from_us,
            uint64_t to_us)
{
	const uint64_t at[] = {begin_us, end_us};
	static const char *const names[] = {"maintenance.begin", "maintenance.end"};

	for (unsigned i = 0; i < 2; i++) {
		struct event e = event_of(names[i], at[i], to_us);

		if (at[i] <= from_us || at[i] > to_us)
			continue;
		FIELD_FORMAT(e.subject, "maintenance:%s", id);
		FIELD_FORMAT(e.text, "maintenance %s %s", id, i ? "ends" : "begins");
		store_event(s, &e);
	}
}

void
tell_maintenance(struct store *s, const struct audit_input *in, uint64_t from_us, uint64_t to_us)
{
	for (size_t i = 0; i < in->conf->maintenance_count; i++) {
		const struct conf_maintenance *m = &in->conf->maintenance[i];

		tell_window(s, m->id, m->from_us, m->to_us, from_us, to_us);
	}
	for (size_t i = 0; i < in->maintenance_count; i++) {
		const struct rec_maintenance *m = &in->maintenance[i];

		tell_window(s, m->id, m->from_us, m->to_us, from_us, to_us);
	}
}

void
tell_reload(struct store *s, const struct conf *conf, uint64_t now_us)
{
	struct event e = event_of("config.reloaded", now_us, now_us);

	FIELD_FORMAT(e.subject, "peering:%s", conf->peering.name);
	FIELD_FORMAT(e.text, "control works from contract %.12s", conf->sha256);
	store_event(s, &e);
}
