#include "audit/input.h"

#include <string.h>

#include "audit/field.h"
#include "audit/gate.h"

bool
input_speaks(const struct input_probe *p)
{
	return p->rec.fit && !p->stale;
}

/* Epochs that a record may lag behind its probe's: one is written in slices. */
enum { SLICES_LATE = 3 };

bool
input_is_left(const struct input_probe *p, const struct rec_head *head)
{
	return head->boot_us != p->rec.head.boot_us || head->seq + SLICES_LATE < p->rec.head.seq;
}

const struct input_probe *
input_writer(const struct audit_input *in, const struct rec_head *head)
{
	for (size_t i = 0; i < in->probe_count; i++)
		if (input_speaks(&in->probes[i]) && !input_is_left(&in->probes[i], head))
			return &in->probes[i];
	return NULL;
}

static const char *
time_text(uint64_t us, char text[24])
{
	double s = (double)us / 1e6;

	if (s >= 2 * 86400)
		field_format(text, 24, "%.0f days", s / 86400);
	else if (s >= 7200)
		field_format(text, 24, "%.1f h", s / 3600);
	else if (s >= 300)
		field_format(text, 24, "%.0f min", s / 60);
	else
		field_format(text, 24, "%.0f s", s);
	return text;
}

const char *
input_silence(const struct audit_input *in, const struct input_probe *p, char text[24])
{
	return time_text(in->now_us - p->rec.heartbeat_us, text);
}

uint64_t
input_counted_us(const struct audit_input *in)
{
	return in->known_us > in->from_us ? in->known_us : in->from_us;
}

/* A look follows a change of terms at once. */
enum { AT_ONCE_US = 60 * 1000000 };

bool
input_left_out(const struct audit_input *in, char *why, size_t size)
{
	uint64_t window = (uint64_t)conf_threshold(in->conf, NULL, "evidence_window_us");
	bool terms = in->terms_us > 0 && in->known_us <= in->terms_us + AT_ONCE_US;
	char ago[24];

	if (in->once && in->from_us + 2 * window < in->to_us) {
		field_format(why, size,
		             "counted since the probe's start %s ago: one look alone "
		             "can't tell the last day apart",
		             time_text(in->to_us - in->from_us, ago));
		return true;
	}
	if (in->known_us <= in->from_us || in->known_us > in->to_us ||
	    in->known_us + window <= in->to_us)
		return false;
	field_format(why, size, "traffic of before %s ago is left out: %s",
	             time_text(in->to_us - in->known_us, ago),
	             terms ? "the contract's subnets changed then"
	                   : "control looks since then, and nobody knows when that was");
	return true;
}

void
input_why_unfit(const struct audit_input *in, const struct input_probe *p, char *why, size_t size)
{
	char silence[24];

	why[0] = '\0';
	if (p->stale)
		field_format(why, size, "probe %s wrote nothing for %s", p->rec.id,
		             input_silence(in, p, silence));
	else if (!p->rec.fit)
		field_format(why, size, "probe %s is unfit: %s", p->rec.id, p->rec.unfit_reason);
}

bool
input_unfit(const struct audit_input *in, const struct input_probe **which)
{
	const struct input_probe *bad = in->probe_count > 0 ? &in->probes[0] : NULL;
	bool any = false;

	for (size_t i = 0; i < in->probe_count; i++)
		any |= input_speaks(&in->probes[i]);
	/* a probe that was taken out of the contract may be silent */
	for (size_t i = 0; i < in->link_count; i++) {
		const struct input_link *link = &in->links[i];

		if (link->conf && link->probe && !input_speaks(link->probe)) {
			bad = link->probe;
			any = false;
		}
	}
	if (which)
		*which = any ? NULL : bad;
	return !any;
}

/* Whether one of the comma-separated scopes of a window covers `scope`. */
static bool
list_covers(const struct conf *conf, const char *list, const char *scope)
{
	char one[128];

	while (field_word(&list, ", ", one, sizeof one))
		if (conf_scope_covers(conf, one, scope))
			return true;
	return false;
}

const char *
input_maintenance(const struct audit_input *in, const char *scope)
{
	uint64_t from, until;
	const char *id = input_maintenance_next(&(struct input_scope){in, scope, NULL}, in->now_us,
	                                        &from, &until);

	return id && from <= in->now_us ? id : NULL;
}

/* The window so far nearest to `us`. */
struct nearest {
	uint64_t us, from, until;
	const char *id;
};

static void
nearer(struct nearest *n, const char *id, uint64_t from, uint64_t until)
{
	if (until <= n->us || until <= from || (n->id && from >= n->from))
		return;
	*n = (struct nearest){n->us, from, until, id};
}

static bool
declared_covers(const struct conf *conf, const struct conf_maintenance *m, const char *scope)
{
	for (size_t i = 0; i < m->scope.count; i++)
		if (conf_scope_covers(conf, m->scope.at[i], scope))
			return true;
	return false;
}

const char *
input_maintenance_next(const void *input_scope, uint64_t us, uint64_t *from_us, uint64_t *until_us)
{
	const struct input_scope *s = input_scope;
	const struct conf *conf = s->in->conf;
	struct nearest n = {.us = us};

	for (size_t i = 0; i < conf->maintenance_count; i++) {
		const struct conf_maintenance *m = &conf->maintenance[i];

		if (declared_covers(conf, m, s->scope) ||
		    (s->also && declared_covers(conf, m, s->also)))
			nearer(&n, m->id, m->from_us, m->to_us);
	}
	for (size_t i = 0; i < s->in->maintenance_count; i++) {
		const struct rec_maintenance *m = &s->in->maintenance[i];

		if (list_covers(conf, m->scope, s->scope) ||
		    (s->also && list_covers(conf, m->scope, s->also)))
			nearer(&n, m->id, m->from_us, m->to_us);
	}
	*from_us = n.from;
	*until_us = n.until;
	return n.id;
}

bool
input_acked(const struct audit_input *in, const char *subject)
{
	for (size_t i = 0; i < in->finding_count; i++)
		if (strcmp(in->findings[i]->subject, subject) == 0 &&
		    strcmp(in->findings[i]->state, "acked") == 0)
			return true;
	return false;
}

uint64_t
input_time_us(const struct audit_input *in, const char *threshold)
{
	uint64_t us = (uint64_t)conf_threshold(in->conf, NULL, threshold);

	return in->min_time_us > 0 && in->min_time_us < us ? in->min_time_us : us;
}

bool
input_hears(const struct audit_input *in, const struct input_link *link)
{
	char why[VERDICT_WHY];

	return link && link->seen && link->followed &&
	       (!link->probe || (input_speaks(link->probe) && !gate_deafens(in, link, why)));
}
