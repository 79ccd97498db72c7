#include "metrics.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

/* Records of one kind, wherever they lie in the audit's input. */
struct family {
	const char *kind; /* part of the metric's name */
	enum record_kind record;
	size_t count;
	const void *(*at)(const struct audit_input *in, size_t i);
	void (*labels)(const void *record, struct text *to);
};

/* A label's value: backslash, quote and newline escaped (OpenMetrics 1.0, escaping). */
static void
add_label(struct text *to, const char *separator, const char *name, const char *value)
{
	text_add(to, "%s%s=\"", separator, name);
	for (; *value != '\0'; value++) {
		if (*value == '\n')
			text_add(to, "\\n");
		else
			text_add(to, *value == '"' || *value == '\\' ? "\\%c" : "%c", *value);
	}
	text_add(to, "\"");
}

static const void *
probe_at(const struct audit_input *in, size_t i)
{
	return &in->probes[i].rec;
}

static void
probe_labels(const void *record, struct text *to)
{
	const struct rec_probe *p = record;

	add_label(to, "", "probe", p->id);
	add_label(to, ",", "site", p->site);
}

static const void *
link_at(const struct audit_input *in, size_t i)
{
	return in->links[i].seen ? &in->links[i].rec : NULL;
}

static void
link_labels(const void *record, struct text *to)
{
	const struct rec_link *l = record;

	add_label(to, "", "link", l->name);
	add_label(to, ",", "site", l->site);
	add_label(to, ",", "role", l->role);
}

static const void *
session_at(const struct audit_input *in, size_t i)
{
	return in->sessions[i].seen ? &in->sessions[i].rec : NULL;
}

static void
session_labels(const void *record, struct text *to)
{
	const struct rec_session *s = record;

	add_label(to, "", "session", s->name);
	add_label(to, ",", "link", s->link);
}

static const void *
bfd_at(const struct audit_input *in, size_t i)
{
	return &in->bfds[i].rec;
}

static void
bfd_labels(const void *record, struct text *to)
{
	const struct rec_bfd *b = record;

	add_label(to, "", "bfd", b->name);
	add_label(to, ",", "link", b->link);
}

/* The members of all links, counted through. */
static const void *
member_at(const struct audit_input *in, size_t i)
{
	for (size_t link = 0; link < in->link_count; link++) {
		if (i < in->links[link].member_count)
			return &in->links[link].members[i];
		i -= in->links[link].member_count;
	}
	return NULL;
}

static size_t
member_count(const struct audit_input *in)
{
	size_t count = 0;

	for (size_t link = 0; link < in->link_count; link++)
		count += in->links[link].member_count;
	return count;
}

static void
member_labels(const void *record, struct text *to)
{
	const struct rec_member *m = record;

	add_label(to, "", "link", m->link);
	text_add(to, ",member=\"%" PRIu64 "\"", m->index);
}

static void
print_field(const struct family *family, const struct record_field *f, const struct audit_input *in,
            struct text *to)
{
	if (f->later || f->type == FIELD_TEXT || f->type == FIELD_LIST)
		return;
	text_add(to, "# TYPE pniscope_%s_%s unknown\n# HELP pniscope_%s_%s ", family->kind, f->name,
	         family->kind, f->name);
	text_add(to, "%s\n", f->help);
	for (size_t i = 0; i < family->count; i++) {
		const void *record = family->at(in, i);
		double value = record ? record_number(f, record) : NAN;

		if (isnan(value))
			continue;
		text_add(to, "pniscope_%s_%s{", family->kind, f->name);
		family->labels(record, to);
		text_add(to, "} %.17g\n", value);
	}
}

static void
print_families(const struct audit_input *in, struct text *to)
{
	const struct family families[] = {
		{"probe", RECORD_PROBE, in->probe_count, probe_at, probe_labels},
		{"link", RECORD_LINK, in->link_count, link_at, link_labels},
		{"member", RECORD_MEMBER, member_count(in), member_at, member_labels},
		{"session", RECORD_SESSION, in->session_count, session_at, session_labels},
		{"bfd", RECORD_BFD, in->bfd_count, bfd_at, bfd_labels},
	};

	for (size_t i = 0; i < sizeof families / sizeof families[0]; i++)
		for (const struct record_field *f = model_schema(families[i].record)->fields;
		     f->name; f++)
			print_field(&families[i], f, in, to);
}

/* One series per possible verdict, 1 for the one that holds: a stateset. */
static void
print_verdicts(const struct audit *a, struct text *to)
{
	size_t count;
	const struct rec_verdict *rows = audit_rows(a, &count);

	text_add(to, "# TYPE pniscope_verdict stateset\n"
	             "# HELP pniscope_verdict verdict of each requirement that applies\n");
	for (size_t i = 0; i < count; i++) {
		if (strcmp(rows[i].applies, "yes") != 0)
			continue;
		for (int v = VERDICT_PASS; v <= VERDICT_INCONCLUSIVE; v++) {
			const char *name = verdict_name((enum verdict)v);

			text_add(to,
			         "pniscope_verdict{requirement=\"%s\",strength=\"%s\","
			         "pniscope_verdict=\"%s\"} %d\n",
			         rows[i].id, rows[i].strength, name,
			         strcmp(rows[i].verdict, name) == 0);
		}
	}
}

static void
print_findings(const struct audit *a, struct text *to)
{
	size_t count;
	const struct rec_finding *const *open = audit_findings(a, &count);

	text_add(to, "# TYPE pniscope_finding_since_us gauge\n"
	             "# HELP pniscope_finding_since_us open findings by the time they began\n");
	for (size_t i = 0; i < count; i++) {
		text_add(to, "pniscope_finding_since_us{");
		add_label(to, "", "finding", open[i]->id);
		add_label(to, ",", "kind", open[i]->kind);
		add_label(to, ",", "subject", open[i]->subject);
		add_label(to, ",", "severity", open[i]->severity);
		add_label(to, ",", "side", open[i]->side);
		add_label(to, ",", "state", open[i]->state);
		text_add(to, "} %" PRIu64 "\n", open[i]->since_us);
	}
}

/* One metric of the portal: all its series stand together. */
struct portal_writer {
	const char *metric;
	struct text *to;
};

static void
print_portal_value(void *context, const struct portal_value *v)
{
	const struct portal_writer *w = context;

	if (strcmp(v->metric, w->metric) != 0)
		return;
	text_add(w->to, "%s{", v->metric);
	add_label(w->to, "", "Peering", v->peering);
	add_label(w->to, ",", "ConnectionId", v->connection);
	add_label(w->to, ",", "SessionIp", v->session_ip);
	if (v->grain[0] != '\0')
		add_label(w->to, ",", "TimeGrain", v->grain);
	text_add(w->to, "} %.17g\n", v->value);
}

/* By the names, dimensions and grains that Azure Monitor gives them. */
static void
print_portal(const struct audit *a, struct text *to)
{
	for (const struct portal_metric *m = portal_metrics(); m->name; m++) {
		text_add(to, "# TYPE %s gauge\n# HELP %s %s\n", m->name, m->name, m->help);
		portal_each(audit_portal(a), audit_input_get(a), print_portal_value,
		            &(struct portal_writer){m->name, to});
	}
}

void
metrics_print(const struct audit *a, bool reads, struct text *to)
{
	text_add(
		to,
		"# TYPE pniscope_control_reads gauge\n"
		"# HELP pniscope_control_reads 1: the store was read in the last turn; 0: it could "
		"not be, and nothing else is told here\n"
		"pniscope_control_reads %d\n",
		reads);
	if (reads) {
		text_add(to,
		         "# TYPE pniscope_control_data_fit gauge\n"
		         "# HELP pniscope_control_data_fit 1: every declared link's probe speaks "
		         "and "
		         "is fit\npniscope_control_data_fit %d\n",
		         !audit_unfit(a));
		print_families(audit_input_get(a), to);
		print_portal(a, to);
		print_verdicts(a, to);
		print_findings(a, to);
	}
	text_add(to, "# EOF\n");
}
