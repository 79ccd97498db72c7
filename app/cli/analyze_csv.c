/* `analyze --csv`: the flows with --flows, else the classes; columns are named as in JSON. */
#include <inttypes.h>

#include "analyze.h"
#include "ui/table.h"

/* Columns, named as the keys of `flows.list`; what a flow has not is left empty. */
static const char *const flow_columns[] = {
	"proto",          "a",
	"a_port",         "b",
	"b_port",         "a_packets",
	"a_bytes",        "b_packets",
	"b_bytes",        "a_fragments",
	"b_fragments",    "first_us",
	"last_us",        "class",
	"confidence",     "handshake_rtt_us",
	"syn_rtt_us",     "retransmissions",
	"out_of_order",   "lost_before_tap",
	"lost_after_tap", "resets",
};
enum { FLOW_COLUMNS = sizeof flow_columns / sizeof flow_columns[0] };

static void
add_csv_flow(void *context, struct analysis *a, const struct flow_view *v, const struct flow *f)
{
	struct table *t = context;

	if (!analysis_wants(a, v, f))
		return;
	json_t *o = analysis_flow_json(a, v, f);

	for (size_t i = 0; i < FLOW_COLUMNS; i++) {
		const json_t *value = json_object_get(o, flow_columns[i]);

		if (json_is_string(value))
			table_cell(t, json_string_value(value));
		else if (json_is_real(value))
			table_cellf(t, "%.2f", json_real_value(value));
		else if (json_is_integer(value))
			table_cellf(t, "%lld", (long long)json_integer_value(value));
		else
			table_cell(t, "");
	}
	json_decref(o);
}

static struct table *
csv_flows(struct analysis *a)
{
	struct table *t = table_create();

	for (size_t i = 0; i < FLOW_COLUMNS; i++)
		table_column(t, flow_columns[i], TABLE_LEFT);
	analysis_each_flow(a, add_csv_flow, t);
	return t;
}

static struct table *
csv_classes(const struct analysis *a)
{
	static const char *const names[] = {"class", "flows", "packets", "bytes"};
	struct table *t = table_create();

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		table_column(t, names[i], TABLE_LEFT);
	for (unsigned c = 0; c < CLASS_COUNT; c++) {
		const struct class_sum *sum = &a->classes[c];

		if (!sum->packets)
			continue;
		table_cell(t, class_name(c));
		table_cellf(t, "%" PRIu64, sum->flows);
		table_cellf(t, "%" PRIu64, sum->packets);
		table_cellf(t, "%" PRIu64, sum->bytes);
	}
	return t;
}

void
analysis_csv(struct analysis *a, FILE *to)
{
	bool flows = a->options->flows && !a->options->flows_path;
	struct table *t = flows ? csv_flows(a) : csv_classes(a);

	table_print_csv(t, to);
	table_destroy(t);
}
