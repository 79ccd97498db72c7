/* The listings: which records, under which key, with which text columns. */
#include <string.h>

#include "base/mem.h"
#include "commands.h"
#include "known.h"
#include "merge.h"
#include "reader.h"

static const struct rows_column probe_columns[] = {
	{"id", "probe", false},
	{"site", "site", false},
	{"fit", "fit", false},
	{"unfit_reason", "why not", false},
	{"packets", "packets", false},
	{"missed", "missed", false},
	{"no_mbuf", "no buffer", false},
	{"coverage_ratio", "coverage", false},
	{"flows", "flows", false},
	{"flows_evicted", "evicted", true},
	{"busy_ratio", "busy", false},
	{"cycles_per_packet", "cycles/packet", false},
	{"undecoded", "undecoded", true},
	{"undecoded_reasons", "reasons", true},
	{"direction_unknown", "no direction", true},
	{"punt_control_drops", "control drops", true},
	{"punt_bulk_drops", "bulk drops", true},
	{"spool_events", "spooled", true},
	{"clock_source", "clock", false},
	{"clock_error_ns", "error ns", true},
	{"version", "version", true},
	{"config_sha256", "contract", true},
	{"heartbeat_us", "heartbeat", false},
	{NULL, NULL, false},
};

static const struct rows_column link_columns[] = {
	{"name", "link", false},
	{"site", "site", false},
	{"role", "role", false},
	{"router", "router", true},
	{"facility", "facility", true},
	{"state", "state", false},
	{"state_since_us", "since", true},
	{"why", "why", true},
	{"members_active", "active", false},
	{"members", "members", false},
	{"capacity_bps", "capacity", false},
	{"rate_bps_peer_to_msft", "peer>msft", false},
	{"rate_bps_msft_to_peer", "msft>peer", false},
	{"utilisation_ratio_peer_to_msft", "used >", false},
	{"utilisation_ratio_msft_to_peer", "used <", false},
	{"peak_1ms_bps_peer_to_msft", "1 ms peak >", false},
	{"peak_1ms_bps_msft_to_peer", "1 ms peak <", false},
	{"packets_peer_to_msft", "packets >", true},
	{"packets_msft_to_peer", "packets <", true},
	{"bytes_peer_to_msft", "bytes >", true},
	{"bytes_msft_to_peer", "bytes <", true},
	{"rx_missed_peer_to_msft", "missed >", true},
	{"rx_missed_msft_to_peer", "missed <", true},
	{"coverage_ratio", "coverage", false},
	{NULL, NULL, false},
};

static const struct rows_column member_columns[] = {
	{"link", "link", false},
	{"index", "member", false},
	{"state", "state", false},
	{"speed_bps", "speed", false},
	{"port_speed_bps", "port says", false},
	{"rate_bps_peer_to_msft", "peer>msft", false},
	{"rate_bps_msft_to_peer", "msft>peer", false},
	{"share_ratio_peer_to_msft", "share >", false},
	{"share_ratio_msft_to_peer", "share <", false},
	{"lacp_state", "LACP", false},
	{"lacp_peer", "LACP of peer", true},
	{"lacp_msft", "LACP of msft", true},
	{"packets_peer_to_msft", "packets >", true},
	{"packets_msft_to_peer", "packets <", true},
	{"rx_missed_peer_to_msft", "missed >", true},
	{"rx_missed_msft_to_peer", "missed <", true},
	{"port_peer_to_msft", "port >", true},
	{"port_msft_to_peer", "port <", true},
	{NULL, NULL, false},
};

const struct rows_column subnet_columns[] = {
	{"prefix", "subnet", false},
	{"side", "side", false},
	{"declared", "declared classes", false},
	{"roles", "roles", true},
	{"rate_bps_peer_to_msft", "peer>msft", false},
	{"rate_bps_msft_to_peer", "msft>peer", false},
	{"packets_peer_to_msft", "packets >", false},
	{"packets_msft_to_peer", "packets <", false},
	{"flows", "flows", false},
	{"endpoints", "endpoints", false},
	{"declared_ratio", "declared", false},
	{"tolerated_ratio", "tolerated", true},
	{"undeclared_ratio", "undeclared", false},
	{"unknown_ratio", "unknown", false},
	{"standby", "standby", true},
	{"first_us", "first", true},
	{"last_us", "last", true},
	{NULL, NULL, false},
};

static const struct rows_column link_class_columns[] = {
	{"link", "link", false},
	{"class", "class", false},
	{"rate_bps_peer_to_msft", "peer>msft", false},
	{"rate_bps_msft_to_peer", "msft>peer", false},
	{"packets_peer_to_msft", "packets >", false},
	{"packets_msft_to_peer", "packets <", false},
	{"bytes_peer_to_msft", "bytes >", false},
	{"bytes_msft_to_peer", "bytes <", false},
	{"flows", "flows", false},
	{"flows_two_way", "two-way", false},
	{NULL, NULL, false},
};

static const struct rows_column subnet_class_columns[] = {
	{"prefix", "subnet", false},
	{"class", "class", false},
	{"standing", "standing", false},
	{"rate_bps_peer_to_msft", "peer>msft", false},
	{"rate_bps_msft_to_peer", "msft>peer", false},
	{"packets_peer_to_msft", "packets >", false},
	{"packets_msft_to_peer", "packets <", false},
	{"flows", "flows", false},
	{"flows_two_way", "two-way", false},
	{"flows_peer", "from peer", false},
	{"first_us", "first", true},
	{"last_us", "last", true},
	{NULL, NULL, false},
};

const struct rows_column endpoint_columns[] = {
	{"ip", "address", false},
	{"side", "side", false},
	{"subnet", "subnet", false},
	{"links", "links", true},
	{"roles", "roles", false},
	{"classes", "classes", false},
	{"rate_bps_peer_to_msft", "peer>msft", false},
	{"rate_bps_msft_to_peer", "msft>peer", false},
	{"packets_peer_to_msft", "packets >", false},
	{"packets_msft_to_peer", "packets <", false},
	{"flows", "flows", false},
	{"first_us", "first", true},
	{"last_us", "last", false},
	{NULL, NULL, false},
};

static const struct rows_column call_columns[] = {
	{"scope", "scope", false},
	{"summary", "signalling", false},
	{"calls_final", "n", false},
	{"asr_ratio", "ASR", false},
	{"ner_ratio", "NER", false},
	{"setup_p50_us", "setup p50", false},
	{"setup_p95_us", "setup p95", false},
	{"codes", "responses", false},
	{"retransmissions", "repeated", true},
	{"tls_failed", "TLS failed", false},
	{"tls_versions", "TLS", true},
	{"peer_options_interval_us", "OPTIONS every", false},
	{"peer_options_last_us", "last OPTIONS", true},
	{"options_basis", "told by", true},
	{"peer_cert_cn", "certificate", true},
	{"peer_cert_not_after_us", "until", true},
	{"nat_first", "signs of NAT", true},
	{NULL, NULL, false},
};

static const struct rows_column lag_columns[] = {
	{"link", "link", false},
	{"index", "member", false},
	{"state", "state", false},
	{"state_since_us", "since", false},
	{"peer_system", "peer", false},
	{"peer_key", "key", false},
	{"peer_port", "port", false},
	{"peer_rate", "rate", false},
	{"peer_actor_state", "state", false},
	{"peer_echoes", "echoes", true},
	{"msft_system", "msft", false},
	{"msft_key", "key", false},
	{"msft_port", "port", false},
	{"msft_rate", "rate", false},
	{"msft_actor_state", "state", false},
	{"msft_echoes", "echoes", true},
	{"flaps", "left", false},
	{"peer_timeouts", "peer silent", true},
	{"msft_timeouts", "msft silent", true},
	{"peer_pdus", "peer PDUs", true},
	{"msft_pdus", "msft PDUs", true},
	{"peer_lldp_name", "peer LLDP", true},
	{"peer_lldp_port", "its port", true},
	{"msft_lldp_name", "msft LLDP", true},
	{"msft_lldp_port", "its port", true},
	{"why", "why", false},
	{NULL, NULL, false},
};

static const struct rows_column bfd_columns[] = {
	{"name", "BFD", false},
	{"link", "link", false},
	{"kind", "kind", false},
	{"session", "guards", true},
	{"state", "state", false},
	{"state_since_us", "since", false},
	{"flaps", "flaps", false},
	{"down_first", "Down by", false},
	{"down_diag", "diag", true},
	{"peer_state", "peer says", false},
	{"msft_state", "msft says", false},
	{"peer_interval_us", "peer sends each", false},
	{"msft_interval_us", "msft sends each", false},
	{"peer_detection_us", "peer detects in", false},
	{"msft_detection_us", "msft detects in", false},
	{"peer_gap_max_us", "gap of peer", false},
	{"msft_gap_max_us", "gap of msft", false},
	{"peer_margin_min_us", "margin of peer", true},
	{"msft_margin_min_us", "margin of msft", true},
	{"peer_gaps_late", "peer late", true},
	{"msft_gaps_late", "msft late", true},
	{"bgp_followed", "BGP followed", true},
	{"bgp_stayed", "BGP stayed", true},
	{NULL, NULL, false},
};

static const struct rows_column latency_columns[] = {
	{"scope", "scope", false},
	{"side", "side", false},
	{"count", "n", false},
	{"p50_us", "p50", false},
	{"p95_us", "p95", false},
	{"p99_us", "p99", false},
	{"min_us", "min", false},
	{"until_us", "minute to", true},
	{"total_count", "n since start", false},
	{"total_p50_us", "p50 since start", false},
	{"total_p99_us", "p99 since start", true},
	{"methods", "methods", true},
	{"clock_source", "clock", false},
	{"clock_resolution_ns", "resolution ns", false},
	{"clock_error_ns", "error ns", false},
	{"loss_ratio", "probe lost", false},
	{NULL, NULL, false},
};

static const struct rows_column loss_columns[] = {
	{"scope", "scope", false},
	{"side", "lost on side", false},
	{"packets", "RTP", false},
	{"lost", "lost", false},
	{"loss_ratio", "RTP loss", false},
	{"jitter_mean_us", "jitter", false},
	{"windows", "windows", false},
	{"windows_over", "over", false},
	{"tcp_from_packets", "TCP from it", false},
	{"tcp_from_lost", "lost", false},
	{"tcp_from_loss_ratio", "loss", false},
	{"tcp_to_packets", "TCP to it", false},
	{"tcp_to_lost", "lost", false},
	{"tcp_to_loss_ratio", "loss", false},
	{"lost_pps", "lost now", true},
	{"lost_bps", "bit/s", true},
	{"retransmissions", "sent again", true},
	{"spurious", "in vain", true},
	{"out_of_order", "overtaken", true},
	{"unsided", "side unknown", true},
	{"unseen", "tap missed", true},
	{"copies", "mirror copies", true},
	{"resets", "resets", true},
	{"probe_loss_ratio", "probe lost", false},
	{"coverage_ratio", "coverage", true},
	{NULL, NULL, false},
};

static const struct rows_column session_columns[] = {
	{"name", "session", false},
	{"link", "link", false},
	{"state", "state", false},
	{"state_since_us", "since", false},
	{"flaps", "flaps", false},
	{"down_cause", "last down", false},
	{"down_us", "at", true},
	{"peer_asn", "peer AS", false},
	{"peer_bgp_id", "peer id", true},
	{"msft_asn", "msft AS", true},
	{"msft_bgp_id", "msft id", true},
	{"hold_s", "hold", false},
	{"peer_routes_v4", "v4 of peer", false},
	{"peer_routes_v6", "v6 of peer", false},
	{"peer_registered", "registered", false},
	{"msft_routes_v4", "v4 of msft", false},
	{"msft_routes_v6", "v6 of msft", false},
	{"peer_completeness", "peer's RIB", false},
	{"msft_completeness", "msft's RIB", true},
	{"peer_open_basis", "OPEN", true},
	{"peer_ip", "peer", true},
	{"msft_ip", "msft", true},
	{"up_us", "up", true},
	{"covered_us", "judged", true},
	{"peer_routes_bogon", "bogons", true},
	{"peer_routes_foreign_origin", "foreign origins", true},
	{"md5_segments", "MD5", true},
	{"ttl_min", "TTL", true},
	{NULL, NULL, false},
};

static const struct rows_column stream_columns[] = {
	{"id", "stream", true},
	{"src", "from", false},
	{"src_port", "port", false},
	{"dst", "to", false},
	{"dst_port", "port", false},
	{"ssrc", "ssrc", true},
	{"link", "link", true},
	{"direction", "direction", true},
	{"codec", "codec", false},
	{"srtp", "srtp", true},
	{"found_by", "found by", true},
	{"packets", "packets", false},
	{"lost", "lost", false},
	{"loss_ratio", "loss", false},
	{"duplicates", "twice", true},
	{"reordered", "late", true},
	{"longest_gap", "in a row", true},
	{"jitter_max_us", "jitter max", false},
	{"jitter_mean_us", "jitter", false},
	{"clock_basis", "clock", true},
	{"mos", "MOS", false},
	{"badness", "badness", true},
	{"outages", "outages", false},
	{"silence_us", "silence", true},
	{"dtmf_events", "keys", true},
	{"ended", "ended", true},
	{"first_us", "first", true},
	{"last_us", "last", false},
	{NULL, NULL, false},
};

static const struct rows_column leg_columns[] = {
	{"id", "leg", true},
	{"state", "state", true},
	{"a", "a", false},
	{"a_port", "port", false},
	{"b", "b", false},
	{"b_port", "port", false},
	{"link", "link", true},
	{"signalling", "signalling", false},
	{"srtp", "srtp", false},
	{"one_way", "one way", false},
	{"packets", "packets", false},
	{"lost", "lost", false},
	{"loss_ratio", "loss", true},
	{"gap_us", "outage", true},
	{"mos_a", "MOS of a", false},
	{"mos_b", "MOS of b", false},
	{"why", "what is wrong", false},
	{"start_us", "since", false},
	{"end_us", "last", true},
	{NULL, NULL, false},
};

struct listing {
	const char *command;
	enum record_kind kind;
	const struct rows_column *columns;
	const char *word_field; /* the field that an argument chooses by */
	const char *sort;
};

static const struct listing listings[] = {
	{"probes", RECORD_PROBE, probe_columns, "id", "id"},
	{"links", RECORD_LINK, link_columns, NULL, "name"},
	{"subnets", RECORD_SUBNET, subnet_columns, NULL, NULL},
	{"endpoints", RECORD_ENDPOINT, endpoint_columns, "roles", "last_us"},
	{"sessions", RECORD_SESSION, session_columns, "name", "name"},
	{"calls", RECORD_VOICE, call_columns, "scope", "scope"},
	{"streams", RECORD_STREAM, stream_columns, "id", "badness"},
	{"legs", RECORD_LEG, leg_columns, "id", "start_us"},
	{"bfd", RECORD_BFD, bfd_columns, "name", "name"},
	{"lag", RECORD_LACP, lag_columns, "link", NULL},
	{"latency", RECORD_LATENCY, latency_columns, "scope", "scope"},
	{"loss", RECORD_LOSS, loss_columns, "scope", "scope"},
};

static int
print_listing(struct reader *r, const struct listing *l, const char *word)
{
	struct rows rows;
	int code = EXIT_ERROR;

	reader_collect_all(r, l->kind, &rows);
	size_t all = rows.count;

	if (word)
		rows_filter(&rows, l->word_field, word);
	/* that nobody has a role is an answer */
	bool known = l->kind == RECORD_ENDPOINT ? known_role(word)
	                                        : known_word(l->command, word, all, rows.count);

	if (known && reader_choose(r->options, &rows, l->sort))
		code = reader_print(r, &rows, l->command, l->columns);
	rows_fini(&rows);
	return code;
}

/* Sites have no record: their probes tell of them. */
static int
print_sites(struct reader *r)
{
	json_t *array = json_array();
	struct table *t = table_create();

	table_column(t, "site", TABLE_LEFT);
	table_column(t, "probes", TABLE_RIGHT);
	table_column(t, "fit", TABLE_RIGHT);
	table_column(t, "links", TABLE_RIGHT);
	for (size_t s = 0; s < r->site_count; s++) {
		size_t probes = 0, fit = 0, links;

		reader_select(r, s);
		char **ids = store_ids(r->store, RECORD_LINK, NULL, &links);

		store_ids_free(ids, links);
		for (size_t i = 0; i < r->probe_count; i++) {
			bool here = strcmp(r->probes[i].site, r->sites[s]) == 0;

			probes += here;
			fit += here && r->probes[i].fit && !reader_stale(&r->probes[i]);
		}
		json_t *o = json_object();

		json_put_text(o, "site", r->sites[s]);
		json_put_u64(o, "probes", probes);
		json_put_u64(o, "fit", fit);
		json_put_u64(o, "links", links);
		json_push(array, o);
		table_cell(t, r->sites[s]);
		table_cellf(t, "%zu", probes);
		table_cellf(t, "%zu", fit);
		table_cellf(t, "%zu", links);
	}
	if (r->options->json) {
		json_t *o = reader_envelope(r, "pniscope.sites/1");

		json_put(o, "sites", json_incref(array));
		json_print(o, stdout, true);
	} else if (r->options->csv) {
		table_print_csv(t, stdout);
	} else {
		table_print(t, stdout, 0, r->colour);
	}
	json_decref(array);
	table_destroy(t);
	return EXIT_FINE;
}

int
run_list(const struct options *o)
{
	struct reader r;
	int code = EXIT_ERROR;

	if (!reader_open(&r, o))
		return EXIT_ERROR;
	if (strcmp(o->words[0], "sites") == 0)
		code = print_sites(&r);
	for (size_t i = 0; i < sizeof listings / sizeof listings[0]; i++) {
		if (strcmp(o->words[0], listings[i].command) == 0)
			code = print_listing(&r, &listings[i],
			                     o->word_count > 1 ? o->words[1] : NULL);
	}
	reader_close(&r);
	return code;
}

/* The classes of one subnet, over sites and probes: a site with several probes marks what both see,
 * PREFIX@PROBE. */
static void
collect_subnet(struct reader *r, const char *prefix, struct rows *rows)
{
	size_t size = strlen(prefix);

	rows_init(rows, model_schema(RECORD_SUBNET_CLASS));
	for (size_t s = 0; s < r->site_count; s++) {
		size_t count;

		reader_select(r, s);
		char **ids = store_ids(r->store, RECORD_SUBNET, NULL, &count);

		for (size_t i = 0; i < count; i++) {
			if (strncmp(ids[i], prefix, size) == 0 &&
			    (ids[i][size] == '\0' || ids[i][size] == '@'))
				reader_collect(r, RECORD_SUBNET_CLASS, ids[i], rows);
		}
		store_ids_free(ids, count);
	}
	merge_rows(RECORD_SUBNET_CLASS, rows);
}

int
run_members(const struct options *o)
{
	struct reader r;
	struct rows rows;
	int code = EXIT_ERROR;

	if (!reader_open(&r, o))
		return EXIT_ERROR;
	reader_collect_all(&r, RECORD_MEMBER, &rows);
	const char *link = o->word_count > 1 ? o->words[1] : NULL;
	size_t all = rows.count;

	if (link)
		rows_filter(&rows, "link", link);
	if (known_word("members", link, all, rows.count) && reader_choose(o, &rows, NULL))
		code = reader_print(&r, &rows, "members", member_columns);
	rows_fini(&rows);
	reader_close(&r);
	return code;
}

int
run_classes(const struct options *o)
{
	struct reader r;
	struct rows rows;
	int code = EXIT_ERROR;

	if (!reader_open(&r, o))
		return EXIT_ERROR;
	if (o->subnet)
		collect_subnet(&r, o->subnet, &rows);
	else
		reader_collect_all(&r, RECORD_LINK_CLASS, &rows);
	if (reader_choose(o, &rows, "bytes"))
		code = reader_print(&r, &rows, "classes",
		                    o->subnet ? subnet_class_columns : link_class_columns);
	rows_fini(&rows);
	reader_close(&r);
	return code;
}
