/* `analyze` for people: what is on the interconnect. */
#include <stdlib.h>

#include "analyze_text.h"
#include "base/clock.h"
#include "base/mem.h"
#include "reader.h"
#include "ui/format.h"
#include "ui/rows.h"

enum { SHOWN = 15 }; /* rows of long lists, unless --limit says */

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

	analysis_text_heading(s, "classes");
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
	                           .zone = analysis_text_zone(s),
	                           .indent = 2};

	if (rows->count == 0)
		return;
	analysis_text_heading(s, title);
	rows_print(rows, columns, &style, s->to);
}

static void
print_links(const struct sheet *s)
{
	static const struct rows_column columns[] = {
		{"name", "link", ROWS_ALWAYS},
		{"role", "role", ROWS_ALWAYS},
		{"state", "state", ROWS_ALWAYS},
		{"packets_peer_to_msft", "packets >", ROWS_ALWAYS},
		{"packets_msft_to_peer", "packets <", ROWS_ALWAYS},
		{"bytes_peer_to_msft", "bytes >", ROWS_ALWAYS},
		{"bytes_msft_to_peer", "bytes <", ROWS_ALWAYS},
		{"endpoints_peer", "peer addresses", ROWS_ALWAYS},
		{"endpoints_msft", "cloud addresses", ROWS_ALWAYS},
		{"why", "why", ROWS_WIDE},
		{NULL, NULL, ROWS_ALWAYS},
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
		{"prefix", "subnet", ROWS_ALWAYS},
		{"side", "side", ROWS_ALWAYS},
		{"declared", "declared classes", ROWS_ALWAYS},
		{"packets_peer_to_msft", "packets >", ROWS_ALWAYS},
		{"packets_msft_to_peer", "packets <", ROWS_ALWAYS},
		{"flows", "flows", ROWS_ALWAYS},
		{"endpoints", "endpoints", ROWS_ALWAYS},
		{"declared_ratio", "declared", ROWS_ALWAYS},
		{"tolerated_ratio", "tolerated", ROWS_ALWAYS},
		{"undeclared_ratio", "undeclared", ROWS_ALWAYS},
		{"unknown_ratio", "unknown", ROWS_ALWAYS},
		{NULL, NULL, ROWS_ALWAYS},
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
	if (blocks.count)
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
		analysis_text_heading(s, "address blocks, none of them declared");
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
		{"ip", "address", ROWS_ALWAYS},
		{"side", "side", ROWS_ALWAYS},
		{"subnet", "subnet", ROWS_ALWAYS},
		{"roles", "roles", ROWS_ALWAYS},
		{"classes", "classes", ROWS_ALWAYS},
		{"flows", "flows", ROWS_ALWAYS},
		{"packets_peer_to_msft", "packets >", ROWS_ALWAYS},
		{"packets_msft_to_peer", "packets <", ROWS_ALWAYS},
		{"bytes_peer_to_msft", "bytes >", ROWS_ALWAYS},
		{"bytes_msft_to_peer", "bytes <", ROWS_ALWAYS},
		{NULL, NULL, ROWS_ALWAYS},
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
print_loss(const struct sheet *s)
{
	static const struct rows_column columns[] = {
		{"scope", "scope", ROWS_ALWAYS},
		{"side", "side", ROWS_ALWAYS},
		{"tcp_from_packets", "TCP from it", ROWS_ALWAYS},
		{"tcp_from_lost", "lost before the tap", ROWS_ALWAYS},
		{"tcp_to_packets", "TCP to it", ROWS_ALWAYS},
		{"tcp_to_lost", "lost after the tap", ROWS_ALWAYS},
		{"unsided", "sent again, side unknown", ROWS_ALWAYS},
		{"unseen", "tap missed", ROWS_ALWAYS},
		{"goodput_bytes", "goodput from it", ROWS_ALWAYS},
		{"packets", "RTP from it", ROWS_ALWAYS},
		{"lost", "lost", ROWS_ALWAYS},
		{"copies", "mirror copies", ROWS_ALWAYS},
		{NULL, NULL, ROWS_ALWAYS},
	};
	struct rows rows;

	collect_records(s, RECORD_LOSS, &rows);
	if (rows.count)
		print_rows(s, "loss, on the side where it was", &rows, columns);
	rows_fini(&rows);
}

static void
print_asymmetry(const struct sheet *s)
{
	static const struct rows_column columns[] = {
		{"link", "link", ROWS_ALWAYS},
		{"tcp_one_way_peer_to_msft", "TCP one way >", ROWS_ALWAYS},
		{"tcp_found_ratio_peer_to_msft", "answers seen", ROWS_ALWAYS},
		{"tcp_where_peer_to_msft", "on", ROWS_ALWAYS},
		{"tcp_one_way_msft_to_peer", "TCP one way <", ROWS_ALWAYS},
		{"tcp_found_ratio_msft_to_peer", "answers seen", ROWS_ALWAYS},
		{"tcp_where_msft_to_peer", "on", ROWS_ALWAYS},
		{NULL, NULL, ROWS_ALWAYS},
	};
	struct rows rows;

	collect_records(s, RECORD_ASYMMETRY, &rows);
	if (rows.count > 1)
		print_rows(s, "flows that a link shows one way only", &rows, columns);
	rows_fini(&rows);
}

static void
print_latency(const struct sheet *s)
{
	static const struct rows_column columns[] = {
		{"scope", "scope", ROWS_ALWAYS},         {"side", "to", ROWS_ALWAYS},
		{"total_count", "n", ROWS_ALWAYS},       {"total_min_us", "least", ROWS_ALWAYS},
		{"total_p50_us", "median", ROWS_ALWAYS}, {"total_p99_us", "p99", ROWS_ALWAYS},
		{"methods", "methods", ROWS_ALWAYS},     {NULL, NULL, ROWS_ALWAYS},
	};
	const struct capture_info *info = capture_info(s->a->capture);
	char title[128];
	struct rows rows;

	snprintf(
		title, sizeof title,
		"round trips from the tap and back, without think time; by the captures' clock, to "
		"%g us",
		(double)info->resolution_ns / NS_PER_US);
	collect_records(s, RECORD_LATENCY, &rows);
	if (rows.count)
		print_rows(s, title, &rows, columns);
	rows_fini(&rows);
}

static void
print_signalling(const struct sheet *s)
{
	static const struct rows_column columns[] = {
		{"scope", "scope", ROWS_ALWAYS},
		{"summary", "what", ROWS_ALWAYS},
		{"calls_final", "n", ROWS_ALWAYS},
		{"asr_ratio", "ASR", ROWS_ALWAYS},
		{"ner_ratio", "NER", ROWS_ALWAYS},
		{"setup_p50_us", "setup p50", ROWS_ALWAYS},
		{"setup_p95_us", "setup p95", ROWS_ALWAYS},
		{"codes", "responses", ROWS_ALWAYS},
		{"tls_versions", "TLS", ROWS_WIDE},
		{"nat_first", "signs of NAT", ROWS_WIDE},
		{NULL, NULL, ROWS_ALWAYS},
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
	char name[16], from[ADDR_TEXT_SIZE], to[ADDR_TEXT_SIZE], buf[FORMAT_SIZE];

	if (!analysis_wants(a, v, f))
		return;
	table_cell(t, analysis_protocol_name(v->proto, name));
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
	analysis_text_heading(s, "flows (a sent the first packet)");
	table_print(t, s->to, 2, s->colour);
	table_destroy(t);
}

static void
print_legs(const struct sheet *s)
{
	if (!s->a->aggregate->voice->leg_count)
		return;
	analysis_text_heading(s, "media legs (a sent first; jitter is the largest)");
	analysis_legs_text(s->a, s->colour, s->to);
}

void
analysis_text_traffic(const struct sheet *s)
{
	const struct options *o = s->a->options;

	print_classes(s);
	print_links(s);
	if (s->a->guessed)
		print_blocks(s);
	else
		print_subnets(s);
	print_endpoints(s);
	print_loss(s);
	print_asymmetry(s);
	print_latency(s);
	print_signalling(s);
	print_legs(s);
	if (o->flows && !o->flows_path)
		print_flows(s);
}
