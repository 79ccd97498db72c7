#include "show.h"

#include <inttypes.h>
#include <string.h>

#include "audit/verdict.h"
#include "base/clock.h"
#include "ui/format.h"
#include "ui/table.h"

enum { WIDTH = 96, WIDTH_LEAST = 40 }; /* of running text */

/* Text from records, cleaned and broken at spaces, every line behind `indent` spaces. */
static void
print_wrapped(FILE *to, int indent, const char *from)
{
	struct text clean = {0};

	format_clean(&clean, from);
	const char *at = clean.at ? clean.at : "";
	size_t width = table_terminal_width(to);

	width = width == 0 || width > WIDTH ? WIDTH : width < WIDTH_LEAST ? WIDTH_LEAST : width;
	while (*at) {
		size_t n = format_break(at, width - (size_t)indent);

		fprintf(to, "%*s%.*s\n", indent, "", (int)n, at);
		at += n + strspn(at + n, " ");
	}
	text_fini(&clean);
}

/* "name: text" with the text in a column of its own; nothing for empty text. */
static void
print_field(FILE *to, const char *name, const char *value)
{
	struct text clean = {0};

	if (!value[0])
		return;
	format_clean(&clean, value);
	fprintf(to, "  %-9s %s\n", name, clean.at);
	text_fini(&clean);
}

static void
print_time(FILE *to, const char *name, uint64_t us, const char *zone)
{
	char buf[CLOCK_TEXT_SIZE];

	if (us)
		fprintf(to, "  %-9s %s\n", name,
		        clock_format_zone(us, 3, zone && *zone ? zone : NULL, buf));
}

/* ---- the audit --------------------------------------------------------------------------- */

static bool
applies(const struct rec_verdict *v)
{
	return strcmp(v->applies, "yes") == 0;
}

/* FAIL of a MUST, FAIL, INCONCLUSIVE, PASS, not applicable */
static int
rank(const struct rec_verdict *v)
{
	if (!applies(v))
		return 4;
	if (strcmp(v->verdict, "FAIL") == 0)
		return strcmp(v->strength, "MUST") == 0 ? 0 : 1;
	return strcmp(v->verdict, "PASS") == 0 ? 2 : 3;
}

/* What decided, in short: the first sentence of a decision, or which of the four lacks it is. */
static void
add_why(struct table *t, const struct rec_verdict *v, bool wide)
{
	enum { ROOM = 56 };
	const char *end = strstr(v->reasons, "; ");
	size_t size = end ? (size_t)(end - v->reasons) : strlen(v->reasons);
	struct text why = {0};

	if (!wide && strcmp(v->verdict, verdict_name(VERDICT_INCONCLUSIVE)) == 0 && v->reason[0])
		text_add(&why, "%s", lack_text(v->reason));
	else if (wide)
		format_clean(&why, v->reasons);
	else
		text_add(&why, "%.*s%s", (int)(size < ROOM ? size : ROOM), v->reasons,
		         size < ROOM ? "" : "…");
	table_cell(t, why.at ? why.at : "");
	text_fini(&why);
}

static void
add_row(struct table *t, const struct rec_verdict *v, bool wide)
{
	table_cell(t, v->id);
	table_cell(t, v->strength);
	table_cell(t, applies(v) ? v->verdict : "n/a");
	table_cell(t, v->basis[0] ? v->basis : "-");
	table_cell(t, v->side[0] ? v->side : "-");
	table_cellf(t, "%" PRIu64, v->samples);
	table_cell(t, v->title);
	add_why(t, v, wide);
}

void
show_audit(const struct rec_verdict *const *rows, size_t count, bool wide, bool colour, FILE *to)
{
	static const struct {
		const char *title;
		enum table_align align;
	} columns[] = {
		{"id", TABLE_LEFT},          {"strength", TABLE_LEFT}, {"verdict", TABLE_LEFT},
		{"basis", TABLE_LEFT},       {"side", TABLE_LEFT},     {"samples", TABLE_RIGHT},
		{"requirement", TABLE_LEFT}, {"why", TABLE_LEFT},
	};
	struct table *t = table_create();
	unsigned hidden = 0;

	for (size_t i = 0; i < sizeof columns / sizeof columns[0]; i++)
		table_column(t, columns[i].title, columns[i].align);
	for (int r = 0; r <= (wide ? 4 : 3); r++) {
		for (size_t i = 0; i < count; i++) {
			if (rank(rows[i]) == r)
				add_row(t, rows[i], wide);
		}
	}
	for (size_t i = 0; i < count; i++)
		hidden += !wide && rank(rows[i]) == 4;
	table_print(t, to, 2, colour);
	if (hidden)
		fprintf(to, "  %u more do not apply to this connection type (--wide)\n", hidden);
	table_destroy(t);
}

static void
print_subchecks(const struct rec_verdict *v, bool colour, FILE *to)
{
	char word[64];

	if (v->subcheck_count)
		fputs("  sub-checks\n", to);
	for (uint32_t i = 0; i < v->subcheck_count; i++) {
		const struct rec_subcheck *s = &v->subchecks[i];

		fprintf(to, "    %s  %s  %s  n = %" PRIu64 "\n",
		        table_paint(s->verdict, colour, word), s->id, s->scope, s->samples);
		print_wrapped(to, 6, s->reason);
	}
}

static void
print_evidence(const struct rec_evidence *evidence, uint32_t count, const char *zone, FILE *to)
{
	char when[CLOCK_TEXT_SIZE];

	if (count)
		fputs("  evidence\n", to);
	for (uint32_t i = 0; i < count; i++) {
		const struct rec_evidence *e = &evidence[i];
		struct text value = {0};

		format_clean(&value, e->value);
		fprintf(to, "    %s",
		        e->ts_us ? clock_format_zone(e->ts_us, 6, zone && *zone ? zone : NULL, when)
		                 : "-");
		if (e->file[0])
			fprintf(to, " %s frame %" PRIu64, e->file, e->frame);
		if (e->link[0])
			fprintf(to, " link %s", e->link);
		if (e->member[0])
			fprintf(to, " member %s", e->member);
		fprintf(to, " %s %s = %s\n", e->direction, e->field, value.at ? value.at : "");
		text_fini(&value);
	}
}

static void
print_needs(const struct rec_verdict *v, FILE *to)
{
	char eta[FORMAT_SIZE];

	if (v->need_count)
		fputs("  needs\n", to);
	for (uint32_t i = 0; i < v->need_count; i++) {
		const struct rec_need *n = &v->need[i];

		fprintf(to, "    %s: has %s, wants %s", n->what, n->have[0] ? n->have : "nothing",
		        n->want);
		if (n->eta_us)
			fprintf(to, " (about %s)", format_duration(n->eta_us, eta));
		fputc('\n', to);
		print_wrapped(to, 6, n->how);
	}
}

void
show_verdict(const struct rec_verdict *v, const char *zone, bool colour, FILE *to)
{
	char word[64], voided[FORMAT_SIZE];

	fprintf(to, "%s %s: %s\n", v->id,
	        table_paint(applies(v) ? v->verdict : "n/a", colour, word), v->title);
	fprintf(to, "  %s, basis %s, side %s, scope %s, n = %" PRIu64 ", voided by the probe %s\n",
	        v->strength, v->basis[0] ? v->basis : "none", v->side[0] ? v->side : "-",
	        v->scope[0] ? v->scope : "-", v->samples, format_ratio(v->voided_ratio, voided));
	print_field(to, "profile", v->profile);
	print_field(to, "own loss", v->own_loss);
	print_time(to, "from", v->window_from_us, zone);
	print_time(to, "to", v->window_to_us, zone);
	print_time(to, "since", v->since_us, zone);
	if (v->reasons[0]) {
		fputs("  why\n", to);
		print_wrapped(to, 4, v->reasons);
	}
	print_subchecks(v, colour, to);
	print_evidence(v->evidence, v->evidence_count, zone, to);
	print_needs(v, to);
	print_field(to, "next", v->next);
}

/* ---- findings ---------------------------------------------------------------------------- */

void
show_finding(const struct rec_finding *f, const char *zone, bool colour, FILE *to)
{
	char word[64], state[64];

	fprintf(to, "%s %s: %s\n", f->id, table_paint(f->severity, colour, word), f->subject);
	print_wrapped(to, 2, f->text);
	fprintf(to, "  %-9s %s\n", "state", table_paint(f->state, colour, state));
	print_field(to, "side", f->side);
	print_time(to, "since", f->since_us, zone);
	print_time(to, "until", f->until_us, zone);
	print_time(to, "acked", f->acked_us, zone);
	print_field(to, "by", f->acked_by);
	print_field(to, "cause", f->cause);
	print_field(to, "caused by", f->caused_by);
	fprintf(to, "  %-9s %" PRIu64 "\n", "samples", f->samples);
	print_evidence(f->evidence, f->evidence_count, zone, to);
	print_field(to, "next", f->next);
}

/* ---- JSON -------------------------------------------------------------------------------- */

/* "one; two" as two texts */
static json_t *
sentences(const char *text)
{
	json_t *array = json_array();

	while (*text) {
		const char *end = strstr(text, "; ");
		size_t size = end ? (size_t)(end - text) : strlen(text);
		struct text one = {0};

		text_add_bytes(&one, text, size);
		json_push(array, json_text(one.at));
		text_fini(&one);
		text += size + (end ? 2 : 0);
	}
	return array;
}

json_t *
show_verdict_json(const struct rec_verdict *v)
{
	json_t *o = json_record(model_schema(RECORD_VERDICT)->fields, v);
	json_t *window = json_object();

	json_put_u64(window, "from_us", v->window_from_us);
	json_put_u64(window, "to_us", v->window_to_us);
	json_put(o, "window", window);
	json_put_bool(o, "applies", applies(v));
	json_put(o, "reasons", sentences(v->reasons));
	return o;
}

json_t *
show_finding_json(const struct rec_finding *f)
{
	return json_record(model_schema(RECORD_FINDING)->fields, f);
}
