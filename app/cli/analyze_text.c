/* `analyze` for people: what was read, what is on it, what is undeclared, the audit. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "analyze.h"
#include "base/clock.h"
#include "base/mem.h"
#include "inspect/inspector.h"
#include "reader.h"
#include "show.h"
#include "tell_story.h"
#include "ui/format.h"
#include "ui/rows.h"

enum { SHOWN = 15 }; /* rows of long lists, unless --limit says */

struct sheet {
	struct analysis *a;
	FILE *to;
	char zone[64];
	bool colour;
};

static const char *
zone_of(const struct sheet *s)
{
	return s->zone[0] ? s->zone : NULL;
}

static void
heading(const struct sheet *s, const char *title)
{
	fprintf(s->to, s->colour ? "\n\033[1m%s\033[0m\n" : "\n%s\n", title);
}

/* ---- what was read ----------------------------------------------------------------------- */

static void
print_reasons(const struct sheet *s)
{
	const uint64_t *reasons = s->a->aggregate->probe.reasons;
	uint64_t sum = 0;

	for (unsigned r = 0; r < REASON_COUNT; r++)
		sum += r != REASON_OK ? reasons[r] : 0;
	if (!sum)
		return;
	fputs("  not fully decoded:", s->to);
	for (unsigned r = 0; r < REASON_COUNT; r++) {
		if (r != REASON_OK && reasons[r])
			fprintf(s->to, " %s %" PRIu64, reason_name(r), reasons[r]);
	}
	fputc('\n', s->to);
}

static void
print_capture(const struct sheet *s)
{
	const struct capture_info *info = capture_info(s->a->capture);
	char first[CLOCK_TEXT_SIZE], last[CLOCK_TEXT_SIZE], length[FORMAT_SIZE], bytes[FORMAT_SIZE],
		packets[FORMAT_SIZE], flows[FORMAT_SIZE];

	fprintf(s->to, "%" PRIu64 " capture%s: %s packets, %s on the wire, flows: %s\n",
	        info->files, info->files == 1 ? "" : "s", format_count(info->packets, packets),
	        format_scaled((double)info->bytes, "B", bytes),
	        format_count(s->a->flow_count, flows));
	if (info->packets)
		fprintf(s->to, "  %s to %s, %s; clock: the captures' own, steps of %g us\n",
		        clock_format_zone(info->first_us, 3, zone_of(s), first),
		        clock_format_zone(info->last_us, 3, zone_of(s), last),
		        format_duration(info->last_us - info->first_us, length),
		        (double)info->resolution_ns / NS_PER_US);
	if (info->truncated)
		fputs("  truncated: analysed up to the break\n", s->to);
	if (info->backwards)
		fprintf(s->to,
		        "  packets whose time lies before their predecessor's: %" PRIu64 "\n",
		        info->backwards);
	if (info->unsupported)
		fprintf(s->to, "  packets of a link type that is not used: %" PRIu64 "\n",
		        info->unsupported);
	print_reasons(s);
}

static void
print_sides(const struct sheet *s)
{
	const struct analysis *a = s->a;
	uint64_t all = capture_info(a->capture)->packets,
		 unknown = a->aggregate->probe.direction_unknown;
	char share[FORMAT_SIZE];

	if (a->guessed)
		fprintf(s->to,
		        "  no contract given (-c FILE): the sides are a guess from the well-known "
		        "cloud "
		        "ranges\n  (%s)\n",
		        a->conf->cloud.ranges ? a->conf->cloud.ranges : "built in");
	if (unknown && all)
		fprintf(s->to, "  %s of the packets have no address whose side is known%s\n",
		        format_ratio((double)unknown / (double)all, share),
		        a->guessed ? "; there the first sender is taken for the peer" : "");
}

/* ---- what is on it ----------------------------------------------------------------------- */

static int
by_bytes(const void *x, const void *y, void *context)
{
	const struct class_sum *sums = context;
	uint64_t a = sums[*(const unsigned *)x].bytes, b = sums[*(const unsigned *)y].bytes;

	return (a < b) - (a > b);
}

static struct table *
class_table(const struct sheet *s)
{
	struct class_sum *sums = s->a->classes;
	unsigned order[CLASS_COUNT];
	char buf[FORMAT_SIZE];
	uint64_t all = 0;
	struct table *t = table_create();

	for (unsigned c = 0; c < CLASS_COUNT; c++) {
		order[c] = c;
		all += sums[c].bytes;
	}
	qsort_r(order, CLASS_COUNT, sizeof order[0], by_bytes, sums);
	table_column(t, "class", TABLE_LEFT);
	table_column(t, "flows", TABLE_RIGHT);
	table_column(t, "packets", TABLE_RIGHT);
	table_column(t, "bytes", TABLE_RIGHT);
	table_column(t, "share", TABLE_RIGHT);
	table_column(t, "what", TABLE_LEFT);
	for (unsigned i = 0; i < CLASS_COUNT; i++) {
		const struct class_sum *sum = &sums[order[i]];

		if (!sum->packets)
			continue;
		table_cell(t, class_name(order[i]));
		table_cell(t, format_count(sum->flows, buf));
		table_cell(t, format_count(sum->packets, buf));
		table_cell(t, format_scaled((double)sum->bytes, "B", buf));
		table_cell(t, format_ratio((double)sum->bytes / (double)all, buf));
		table_cell(t, class_help(order[i]));
	}
	return t;
}

static void
print_classes(const struct sheet *s)
{
	struct table *t = class_table(s);

	heading(s, "classes");
	table_print(t, s->to, 2, s->colour);
	table_destroy(t);
}

/* All records of a kind. */
static void
collect_records(const struct sheet *s, enum record_kind kind, struct rows *rows)
{
	const struct key_schema *schema = model_schema(kind);
	void *record = mem_alloc(1, schema->record_size);
	size_t count;
	char **ids = store_ids(s->a->store, kind, NULL, &count);

	rows_init(rows, schema);
	for (size_t i = 0; i < count; i++) {
		if (store_get(s->a->store, kind, ids[i], record))
			rows_add(rows, record);
	}
	store_ids_free(ids, count);
	free(record);
}

static void
print_rows(const struct sheet *s, const char *title, const struct rows *rows,
           const struct rows_column *columns)
{
	struct rows_style style = {.wide = s->a->options->wide,
	                           .only = s->a->options->dir,
	                           .colour = s->colour,
	                           .zone = zone_of(s),
	                           .indent = 2};

	if (rows->count == 0)
		return;
	heading(s, title);
	rows_print(rows, columns, &style, s->to);
}

static void
print_links(const struct sheet *s)
{
	static const struct rows_column columns[] = {
		{"name", "link", false},
		{"role", "role", false},
		{"state", "state", false},
		{"packets_peer_to_msft", "packets >", false},
		{"packets_msft_to_peer", "packets <", false},
		{"bytes_peer_to_msft", "bytes >", false},
		{"bytes_msft_to_peer", "bytes <", false},
		{"endpoints_peer", "peer addresses", false},
		{"endpoints_msft", "cloud addresses", false},
		{"why", "why", true},
		{NULL, NULL, false},
	};

	struct rows rows;

	collect_records(s, RECORD_LINK, &rows);
	print_rows(s, "links (> peer to cloud, < cloud to peer)", &rows, columns);
	rows_fini(&rows);
}

static void
print_subnets(const struct sheet *s)
{
	static const struct rows_column columns[] = {
		{"prefix", "subnet", false},
		{"side", "side", false},
		{"declared", "declared classes", false},
		{"packets_peer_to_msft", "packets >", false},
		{"packets_msft_to_peer", "packets <", false},
		{"flows", "flows", false},
		{"endpoints", "endpoints", false},
		{"declared_ratio", "declared", false},
		{"tolerated_ratio", "tolerated", false},
		{"undeclared_ratio", "undeclared", false},
		{"unknown_ratio", "unknown", false},
		{NULL, NULL, false},
	};

	struct rows rows;

	collect_records(s, RECORD_SUBNET, &rows);
	print_rows(s, "declared subnets (shares of bytes)", &rows, columns);
	rows_fini(&rows);
}

static int
busier(const void *x, const void *y)
{
	const struct block *a = x, *b = y;

	return (a->bytes < b->bytes) - (a->bytes > b->bytes);
}

/* Where nothing is declared: what a contract would have to name. */
static void
print_blocks(const struct sheet *s)
{
	struct table *t = table_create();
	struct blocks blocks = {0};
	size_t limit = s->a->options->limit ? s->a->options->limit : SHOWN;
	char buf[FORMAT_SIZE];

	analysis_blocks(s->a, &blocks);
	qsort(blocks.at, blocks.count, sizeof *blocks.at, busier);
	table_column(t, "addresses of", TABLE_LEFT);
	table_column(t, "side", TABLE_LEFT);
	table_column(t, "seen", TABLE_RIGHT);
	table_column(t, "packets", TABLE_RIGHT);
	table_column(t, "bytes", TABLE_RIGHT);
	table_column(t, "classes", TABLE_LEFT);
	for (size_t i = 0; i < blocks.count && i < limit; i++) {
		const struct block *b = &blocks.at[i];

		table_cell(t, b->prefix);
		table_cell(t, b->side);
		table_cell(t, format_count(b->endpoints, buf));
		table_cell(t, format_count(b->packets, buf));
		table_cell(t, format_scaled((double)b->bytes, "B", buf));
		table_cell(t, b->classes);
	}
	if (blocks.count) {
		heading(s, "address blocks, none of them declared");
		table_print(t, s->to, 2, s->colour);
	}
	if (blocks.count > limit)
		fprintf(s->to, "  … and %zu more (--limit N, --json)\n", blocks.count - limit);
	blocks_fini(&blocks);
	table_destroy(t);
}

static void
print_endpoints(const struct sheet *s)
{
	static const struct rows_column columns[] = {
		{"ip", "address", false},
		{"side", "side", false},
		{"subnet", "subnet", false},
		{"roles", "roles", false},
		{"classes", "classes", false},
		{"flows", "flows", false},
		{"packets_peer_to_msft", "packets >", false},
		{"packets_msft_to_peer", "packets <", false},
		{"bytes_peer_to_msft", "bytes >", false},
		{"bytes_msft_to_peer", "bytes <", false},
		{NULL, NULL, false},
	};
	struct options chosen = *s->a->options;
	struct rows rows;

	chosen.limit = 0;
	collect_records(s, RECORD_ENDPOINT, &rows);
	if (reader_choose(&chosen, &rows, "bytes")) {
		size_t all = rows.count;

		rows_limit(&rows, s->a->options->limit ? s->a->options->limit : SHOWN);
		print_rows(s, "busiest endpoints", &rows, columns);
		if (all > rows.count)
			fprintf(s->to, "  … and %zu more (--limit N, --json)\n", all - rows.count);
	}
	rows_fini(&rows);
}

/* Records of links, subnets and SBCs, as the store has them. */
static void
print_path(const struct sheet *s)
{
	static const struct rows_column loss[] = {
		{"scope", "scope", false},
		{"side", "side", false},
		{"tcp_from_packets", "TCP from it", false},
		{"tcp_from_lost", "lost before the tap", false},
		{"tcp_to_packets", "TCP to it", false},
		{"tcp_to_lost", "lost after the tap", false},
		{"packets", "RTP from it", false},
		{"lost", "lost", false},
		{"copies", "mirror copies", false},
		{NULL, NULL, false},
	};
	static const struct rows_column latency[] = {
		{"scope", "scope", false},         {"side", "to", false},
		{"total_count", "n", false},       {"total_min_us", "least", false},
		{"total_p50_us", "median", false}, {"total_p99_us", "p99", false},
		{"methods", "methods", false},     {NULL, NULL, false},
	};
	const struct capture_info *info = capture_info(s->a->capture);
	char title[128];
	struct rows rows;

	collect_records(s, RECORD_LOSS, &rows);
	if (rows.count)
		print_rows(s, "loss, on the side where it was", &rows, loss);
	rows_fini(&rows);
	collect_records(s, RECORD_LATENCY, &rows);
	snprintf(
		title, sizeof title,
		"round trips from the tap and back, without think time; by the captures' clock, to "
		"%g us",
		(double)info->resolution_ns / NS_PER_US);
	if (rows.count)
		print_rows(s, title, &rows, latency);
	rows_fini(&rows);
}

static void
print_signalling(const struct sheet *s)
{
	static const struct rows_column columns[] = {
		{"scope", "scope", false},
		{"summary", "what", false},
		{"calls_final", "n", false},
		{"asr_ratio", "ASR", false},
		{"ner_ratio", "NER", false},
		{"setup_p50_us", "setup p50", false},
		{"setup_p95_us", "setup p95", false},
		{"codes", "responses", false},
		{"tls_versions", "TLS", true},
		{"nat_first", "signs of NAT", true},
		{NULL, NULL, false},
	};
	struct rows rows;

	collect_records(s, RECORD_VOICE, &rows);
	print_rows(s, "signalling", &rows, columns);
	rows_fini(&rows);
}

/* ---- flows ------------------------------------------------------------------------------- */

static void
add_flow(void *context, struct analysis *a, const struct flow_view *v, const struct flow *f)
{
	const struct class_state *state = (const void *)f->class_memory;
	struct table *t = context;
	char from[ADDR_TEXT_SIZE], to[ADDR_TEXT_SIZE], buf[FORMAT_SIZE];

	if (!analysis_wants(a, v, f))
		return;
	json_t *o = analysis_flow_json(a, v, f);

	table_cell(t, json_string_value(json_object_get(o, "proto")));
	json_decref(o);
	table_cell(t, addr_format(&v->a, from));
	table_cellf(t, "%u", v->a_port);
	table_cell(t, addr_format(&v->b, to));
	table_cellf(t, "%u", v->b_port);
	table_cell(t, class_name(state->class));
	table_cellf(t, "%.1f", state->confidence / 100.0);
	table_cell(t, format_count(v->packets[0], buf));
	table_cell(t, format_count(v->packets[1], buf));
	table_cell(t, format_scaled((double)v->bytes[0], "B", buf));
	table_cell(t, format_scaled((double)v->bytes[1], "B", buf));
}

static void
print_flows(const struct sheet *s)
{
	static const struct {
		const char *title;
		enum table_align align;
	} columns[] = {
		{"proto", TABLE_LEFT},       {"a", TABLE_LEFT},          {"port", TABLE_RIGHT},
		{"b", TABLE_LEFT},           {"port", TABLE_RIGHT},      {"class", TABLE_LEFT},
		{"confidence", TABLE_RIGHT}, {"packets a", TABLE_RIGHT}, {"packets b", TABLE_RIGHT},
		{"bytes a", TABLE_RIGHT},    {"bytes b", TABLE_RIGHT},
	};
	struct table *t = table_create();

	for (size_t i = 0; i < sizeof columns / sizeof columns[0]; i++)
		table_column(t, columns[i].title, columns[i].align);
	analysis_each_flow(s->a, add_flow, t);
	heading(s, "flows (a sent the first packet)");
	table_print(t, s->to, 2, s->colour);
	table_destroy(t);
}

static void
print_legs(const struct sheet *s)
{
	if (!s->a->aggregate->voice->leg_count)
		return;
	heading(s, "media legs (a sent first; jitter is the largest)");
	analysis_legs_text(s->a, s->colour, s->to);
}

/* ---- what to make of it ------------------------------------------------------------------ */

static void
print_findings(const struct sheet *s)
{
	size_t count;
	const struct rec_finding *const *findings = audit_findings(s->a->audit, &count);

	heading(s, "findings");
	if (count == 0)
		fputs("  none\n", s->to);
	for (size_t i = 0; i < count; i++)
		show_finding(findings[i], s->zone, s->colour, s->to);
}

static void
print_story(void *context, const struct story *story)
{
	const struct sheet *s = context;

	heading(s, "a failure");
	story_print(story, s->zone, s->colour, s->to);
}

static int
shorter(const void *x, const void *y)
{
	uint32_t a = *(const uint32_t *)x, b = *(const uint32_t *)y;

	return (a > b) - (a < b);
}

/* Rules that no capture of this length can decide, listed once by the time that they need. */
static void
print_needs_live(const struct sheet *s, const struct rec_verdict *rows, size_t count)
{
	uint32_t *seconds = mem_alloc(count + 1, sizeof *seconds);
	char length[FORMAT_SIZE];

	for (size_t i = 0; i < count; i++)
		seconds[i] = audit_needs_live_s(&rows[i]);
	qsort(seconds, count, sizeof *seconds, shorter);
	for (size_t i = 0; i < count; i++) {
		if (!seconds[i] || (i && seconds[i] == seconds[i - 1]))
			continue;
		fprintf(s->to, "  needs %s live:", format_duration(seconds[i] * US_PER_S, length));
		for (size_t k = 0; k < count; k++) {
			if (audit_needs_live_s(&rows[k]) == seconds[i])
				fprintf(s->to, " %s", rows[k].id);
		}
		fputc('\n', s->to);
	}
	free(seconds);
}

static void
print_audit(const struct sheet *s)
{
	size_t count = s->a->verdict_count, shown = 0;
	const struct rec_verdict *rows = s->a->verdicts;
	const struct rec_verdict **pick = mem_alloc(count + 1, sizeof *pick);

	for (size_t i = 0; i < count; i++) {
		if (s->a->options->wide || !audit_needs_live_s(&rows[i]))
			pick[shown++] = &rows[i];
	}
	heading(s, "audit");
	fprintf(s->to, "  profile %s; explain with: pniscope explain ID\n", requirement_profile());
	show_audit(pick, shown, s->a->options->wide, s->colour, s->to);
	print_needs_live(s, rows, count);
	for (size_t i = 0; i < count; i++) {
		if (strcmp(rows[i].verdict, "FAIL") == 0 && strcmp(rows[i].applies, "yes") == 0) {
			fputc('\n', s->to);
			show_verdict(&rows[i], s->zone, s->colour, s->to);
		}
	}
	free(pick);
}

static void
print_shortage(const struct sheet *s, const char *name, uint64_t count, const char *what)
{
	if (count)
		fprintf(s->to, "  %s %" PRIu64 ": %s\n", name, count, what);
}

static void
print_probe(const struct sheet *s)
{
	const struct agg_probe *p = &s->a->aggregate->probe;
	const struct inspector_shortage inspector = inspector_shortage(s->a->inspector);

	heading(s, "the probe itself");
	fprintf(s->to,
	        "  %" PRIu64 " packets analysed, %" PRIu64 " flows refused, %" PRIu64
	        " evicted; meters without room %" PRIu64 ", endpoints %" PRIu64
	        ".\n  What the capture itself lost is not known here: files don't say.\n",
	        p->packets, p->shortage.flows_refused, p->flows_evicted,
	        p->shortage.meter_overflows, s->a->aggregate->endpoints_overflow);
#define X(name, unit, what) print_shortage(s, #name, p->shortage.name, what);
	SHORTAGES(X)
#undef X
#define X(name, unit, what) print_shortage(s, #name, inspector.name, what);
	INSPECTOR_SHORTAGES(X)
#undef X
}

void
analysis_text(struct analysis *a, FILE *to)
{
	struct sheet s = {.a = a, .to = to};

	if (!reader_style(a->options, a->conf->sites[0].timezone, s.zone, &s.colour))
		return;
	print_capture(&s);
	print_sides(&s);
	print_classes(&s);
	print_links(&s);
	if (a->guessed)
		print_blocks(&s);
	else
		print_subnets(&s);
	print_endpoints(&s);
	print_path(&s);
	print_signalling(&s);
	print_legs(&s);
	if (a->options->flows && !a->options->flows_path)
		print_flows(&s);
	analysis_each_story(s.a, print_story, &s);
	print_findings(&s);
	print_audit(&s);
	print_probe(&s);
}
