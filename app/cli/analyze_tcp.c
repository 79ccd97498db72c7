/* What `analyze` tells of TCP connections and of round-trip times. */
#include <netinet/in.h>
#include <stdlib.h>

#include "analyze.h"
#include "base/mem.h"
#include "state/tcp.h"
#include "tcp_by_rule.h"

/* Names as promised; what has none in the promised list stands at the end. */
static const struct {
	const char *key;
	enum tcp_saw saw;
} totals[] = {
	{"retransmissions", TCP_SAW_RETRANSMISSION},
	{"out_of_order", TCP_SAW_OUT_OF_ORDER},
	{"lost_before_tap", TCP_SAW_LOST_BEFORE},
	{"lost_after_tap", TCP_SAW_LOST_AFTER},
	{"duplicate_acks", TCP_SAW_DUPLICATE_ACK},
	{"keep_alives", TCP_SAW_KEEP_ALIVE},
	{"lost_unsided", TCP_SAW_LOST_UNSIDED},
	{"spurious", TCP_SAW_SPURIOUS},
	{"unseen", TCP_SAW_UNSEEN},
	{"copies", TCP_SAW_COPY},
	{"copied_acks", TCP_SAW_COPIED_ACK},
	{"window_probes", TCP_SAW_WINDOW_PROBE},
	{"out_of_window", TCP_SAW_OUT_OF_WINDOW},
	{"ecn_ce", TCP_SAW_MARKED},
	{"ecn_echo", TCP_SAW_ECN_ECHO},
};

static double
us(uint64_t ns)
{
	return (double)ns / 1e3;
}

static void
put_quantile(json_t *o, const char *key, const struct histogram *h, double q)
{
	if (h->count)
		json_put_f64(o, key, us(histogram_quantile(h, q)));
	else
		json_put_null(o, key);
}

/* What a round trip was timed with. */
static void
put_clock(json_t *o, const struct analysis *a)
{
	uint64_t step = a->self.clock_resolution_ns;

	if (step < LATENCY_STEP_NS)
		step = LATENCY_STEP_NS;
	json_put_text(o, "clock_source", a->self.clock_source);
	json_put_u64(o, "clock_resolution_ns", step);
	json_put_u64(o, "clock_error_ns", step);
}

/* ---- flows ----------------------------------------------------------------------------------- */

static void
put_both(json_t *o, const char *key, const struct tcp_report *r, enum tcp_saw saw)
{
	json_put_u64(o, key, r->count[0][saw] + r->count[1][saw]);
}

static void
put_time(json_t *o, const char *key, bool has, uint64_t ns)
{
	if (has)
		json_put_f64(o, key, us(ns));
	else
		json_put_null(o, key);
}

/* Bytes that arrived, and over the flow's life how fast; null when no acknowledgement was seen. */
static void
put_goodput(json_t *o, unsigned side, const struct tcp_report *r, uint64_t life_ns)
{
	static const char *const bytes[] = {"a_goodput_bytes", "b_goodput_bytes"};
	static const char *const rate[] = {"a_goodput_bps", "b_goodput_bps"};

	if (!r->has_goodput[side]) {
		json_put_null(o, bytes[side]);
		json_put_null(o, rate[side]);
		return;
	}
	json_put_u64(o, bytes[side], r->goodput[side]);
	if (life_ns)
		json_put_f64(o, rate[side], 8e9 * (double)r->goodput[side] / (double)life_ns);
	else
		json_put_null(o, rate[side]);
}

static json_t *
offer_json(const struct tcp_offer *offer)
{
	json_t *o;

	if (!offer->syn)
		return json_null();
	o = json_object();
	json_put_u64(o, "mss", offer->mss);
	if (offer->wscale == TCP_NO_WSCALE)
		json_put_null(o, "wscale");
	else
		json_put_u64(o, "wscale", offer->wscale);
	json_put_bool(o, "sack", offer->sack);
	json_put_bool(o, "timestamps", offer->timestamps);
	json_put_bool(o, "fast_open", offer->fast_open);
	return o;
}

void
analysis_put_flow_tcp(json_t *o, const struct analysis *a, const struct flow *f)
{
	struct tcp_report r;

	tcp_report(pipeline_tcp(a->pipeline), f, &r);
	put_time(o, "handshake_rtt_us", r.has_handshake, r.handshake_ns);
	put_time(o, "syn_rtt_us", r.has_syn, r.syn_ns);
	put_clock(o, a);
	put_both(o, "retransmissions", &r, TCP_SAW_RETRANSMISSION);
	put_both(o, "out_of_order", &r, TCP_SAW_OUT_OF_ORDER);
	put_both(o, "lost_before_tap", &r, TCP_SAW_LOST_BEFORE);
	put_both(o, "lost_after_tap", &r, TCP_SAW_LOST_AFTER);
	put_both(o, "resets", &r, TCP_SAW_RESET);
	put_both(o, "copies", &r, TCP_SAW_COPY);
	put_both(o, "unseen", &r, TCP_SAW_UNSEEN);
	json_put_u64(o, "a_resets", r.count[0][TCP_SAW_RESET]);
	json_put_u64(o, "b_resets", r.count[1][TCP_SAW_RESET]);
	for (unsigned side = 0; side < 2; side++)
		put_goodput(o, side, &r, f->last_ns - f->first_ns);
	json_put(o, "a_offer", offer_json(&r.offer[0]));
	json_put(o, "b_offer", offer_json(&r.offer[1]));
}

/* ---- totals ---------------------------------------------------------------------------------- */

/* Over all connections; `count` by enum tcp_saw. */
struct tcp_sum {
	uint64_t count[TCP_SAW_COUNT];
	struct histogram handshake;
};

static void
sum_flow(void *context, struct analysis *a, const struct flow_view *v, const struct flow *f)
{
	struct tcp_sum *sum = context;
	struct tcp_report r;

	if (v->proto != IPPROTO_TCP || !tcp_report(pipeline_tcp(a->pipeline), f, &r))
		return;
	for (unsigned i = 0; i < TCP_SAW_COUNT; i++)
		sum->count[i] += r.count[0][i] + r.count[1][i];
	if (r.has_handshake)
		histogram_add(&sum->handshake, r.handshake_ns);
}

static json_t *
handshake_json(const struct analysis *a, const struct histogram *h)
{
	json_t *o = json_object();

	json_put_u64(o, "count", h->count);
	put_quantile(o, "p50", h, 0.5);
	put_quantile(o, "p95", h, 0.95);
	put_quantile(o, "p99", h, 0.99);
	put_clock(o, a);
	return o;
}

/* A mirror that shows much of its traffic twice is said to: no loss that it makes is one. */
static bool
is_doubled(const struct tcp_sum *sum)
{
	return sum->count[TCP_SAW_COPY] * 10 > sum->count[TCP_SAW_DATA];
}

/* The same connections by the rules of another tool, to lay its figures beside. */
static json_t *
by_rule_json(const struct by_rule_totals *t)
{
	json_t *o = json_object();

	json_put_u64(o, "retransmissions", t->retransmissions);
	json_put_u64(o, "fast_retransmissions", t->fast);
	json_put_u64(o, "spurious_retransmissions", t->spurious);
	json_put_u64(o, "out_of_order", t->out_of_order);
	json_put_u64(o, "keep_alives", t->keep_alives);
	return o;
}

json_t *
analysis_tcp_json(struct analysis *a)
{
	struct tcp_sum *sum = mem_alloc(1, sizeof *sum);
	json_t *o = json_object();

	analysis_each_flow(a, sum_flow, sum);
	json_put_u64(o, "segments", a->tally.tcp_segments);
	for (size_t i = 0; i < sizeof totals / sizeof *totals; i++)
		json_put_u64(o, totals[i].key, sum->count[totals[i].saw]);
	json_put_u64(o, "zero_window", a->tally.tcp_zero_window);
	json_put_u64(o, "resets", a->tally.tcp_resets);
	json_put_bool(o, "mirror_doubles", is_doubled(sum));
	json_put(o, "handshake_rtt_us", handshake_json(a, &sum->handshake));
	json_put(o, "by_tshark", by_rule_json(by_rule_totals(a->by_rule)));
	free(sum);
	return o;
}

/* ---- latency --------------------------------------------------------------------------------- */

static json_t *
entry_json(const struct analysis *a, const struct latency_entry *e)
{
	char scope[256], prefix[PREFIX_TEXT_SIZE];
	json_t *o = json_object();

	if (e->scope == LATENCY_LINK)
		snprintf(scope, sizeof scope, "link:%s", a->conf->links[e->id].name);
	else if (e->scope == LATENCY_SUBNET)
		snprintf(scope, sizeof scope, "subnet:%s",
		         prefix_format(&a->conf->subnets[e->id - 1].prefix, prefix));
	else
		snprintf(scope, sizeof scope, "sbc:%s", a->conf->sbcs[e->id].name);
	json_put_text(o, "scope", scope);
	/* what is timed goes there and comes back */
	json_put_text(o, "direction",
	              direction_name(e->half == SIDE_MSFT ? DIR_PEER_TO_MSFT : DIR_MSFT_TO_PEER));
	json_put_text(o, "side", side_name(e->half));
	json_put_text(o, "method", latency_entry_method(e));
	json_put_u64(o, "count", e->total.count);
	put_quantile(o, "p50_us", &e->total, 0.5);
	put_quantile(o, "p95_us", &e->total, 0.95);
	put_quantile(o, "p99_us", &e->total, 0.99);
	json_put_f64(o, "min_us", us(e->total.min_ns));
	put_clock(o, a);
	return o;
}

json_t *
analysis_latency_json(const struct analysis *a)
{
	const struct latency_book *b = a->aggregate->latency;
	json_t *list = json_array();

	for (uint32_t i = 0; i < b->count; i++)
		json_push(list, entry_json(a, b->entries[i]));
	return list;
}
