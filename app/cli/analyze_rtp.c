/* RTP streams of `analyze`: every stream that was found, in order of its flow; and media legs. */
#include <inttypes.h>
#include <math.h>

#include "analyze.h"
#include "base/clock.h"
#include "measure/mos.h"
#include "state/rtp_pool.h"
#include "ui/table.h"

struct streams_list {
	json_t *array;
	const struct analysis *a;
};

/* Time in µs with the clock's fraction; null without a clock. */
static void
put_jitter(json_t *o, const char *key, const struct rtp_figures *r, uint64_t ns)
{
	json_put_f64(o, key, r->has_jitter ? (double)ns / (double)NS_PER_US : NAN);
}

static void
put_ends(json_t *o, const struct flow_view *v, bool reverse)
{
	char text[ADDR_TEXT_SIZE];

	json_put_text(o, "src", addr_format(reverse ? &v->b : &v->a, text));
	json_put_u64(o, "src_port", reverse ? v->b_port : v->a_port);
	json_put_text(o, "dst", addr_format(reverse ? &v->a : &v->b, text));
	json_put_u64(o, "dst_port", reverse ? v->a_port : v->b_port);
}

static void
put_format(json_t *o, const struct rtp_figures *r, bool srtp)
{
	char ssrc[16];

	snprintf(ssrc, sizeof ssrc, "0x%08" PRIx32, r->ssrc);
	json_put_text(o, "ssrc", ssrc);
	json_put_u64(o, "payload_type", r->payload_type);
	json_put_text(o, "codec", r->codec == CODEC_UNKNOWN ? NULL : rtp_codec_name(r->codec));
	json_put_bool(o, "srtp", srtp);
	json_put_bool(o, "relayed", r->relayed);
	json_put_text(o, "found_by", r->flags & RTP_EXPECTED ? "sdp" : "behaviour");
}

static void
put_sequence(json_t *o, const struct rtp_figures *r)
{
	json_put_u64(o, "packets", r->packets);
	json_put_u64(o, "lost", r->lost);
	json_put_u64(o, "duplicates", r->duplicates);
	json_put_u64(o, "reordered", r->reordered);
	put_jitter(o, "jitter_max_us", r, r->jitter_max_ns);
	put_jitter(o, "jitter_mean_us", r, r->jitter_mean_ns);
	if (r->clock_hz)
		json_put_u64(o, "clock_hz", r->clock_hz);
	else
		json_put_null(o, "clock_hz");
	json_put_text(o, "clock_basis", rtp_basis_name(r->basis));
}

static void
put_more(json_t *o, const struct rtp_figures *r)
{
	json_put_u64(o, "expected", r->expected);
	/* RFC 3550 section 6.4.1: expected less received, duplicates too, so it may be negative */
	json_put(o, "lost_cumulative", json_integer((json_int_t)(r->expected - r->packets)));
	json_put_u64(o, "bytes", r->bytes);
	json_put_u64(o, "first_us", r->first_ns / NS_PER_US);
	json_put_u64(o, "last_us", r->last_ns / NS_PER_US);
	json_put_u64(o, "longest_gap", r->longest_gap);
	json_put_u64(o, "loss_runs", r->loss_runs);
	json_put_u64(o, "restarts", r->restarts);
	json_put_u64(o, "strays", r->strays);
	json_put_u64(o, "payload_type_changes", r->changes);
	json_put_u64(o, "talkspurts", r->talkspurts);
	json_put_u64(o, "comfort_noise", r->comforts);
	json_put_u64(o, "dtmf_events", r->events);
	json_put_u64(o, "longest_silence_us", r->silence_ns / NS_PER_US);
	json_put_u64(o, "outages", r->outages);
	json_put_f64(o, "burst_density_ratio", r->burst_density);
	json_put_f64(o, "gap_density_ratio", r->gap_density);
	json_put_f64(o, "burst_packets", r->burst_length);
	json_put_f64(o, "gap_packets", r->gap_length);
}

/* The codec's name is a fact or a payload type's promise; delay is assumed. */
static void
put_mos(json_t *o, const struct rtp_figures *r)
{
	struct mos mos = mos_of_stream(r);

	json_put_f64(o, "mos", mos.known ? mos.score : NAN);
	json_put_text(o, "mos_codec_basis", mos.known ? rtp_basis_name(r->basis) : NULL);
	json_put_f64(o, "r_factor", mos.known ? mos.r : NAN);
	json_put_bool(o, "r_factor_wideband", mos.wideband);
	json_put_u64(o, "mos_delay_assumed_us", MOS_DELAY_ASSUMED_MS * US_PER_MS);
}

static json_t *
stream_json(const struct flow_view *v, const struct flow *f, const struct rtp_stream *s)
{
	struct rtp_figures r;
	json_t *o = json_object();

	rtp_read(s, &r);
	put_ends(o, v, r.flags & RTP_REVERSE);
	put_format(o, &r, pipeline_is_secure(f, s));
	put_sequence(o, &r);
	put_mos(o, &r);
	put_more(o, &r);
	return o;
}

/* A flow's chain begins with its newest; told oldest first. */
static void
push_chain(const struct streams_list *list, const struct flow_view *v, const struct flow *f,
           uint32_t at)
{
	const struct rtp_pool *pool = pipeline_streams(list->a->pipeline);
	const struct rtp_stream *s;

	if (!at)
		return;
	s = rtp_pool_at(pool, at);
	push_chain(list, v, f, s->next);
	if (rtp_is_found(s))
		json_push(list->array, stream_json(v, f, s));
}

static void
push_streams(void *context, struct analysis *a, const struct flow_view *v, const struct flow *f)
{
	enum { UDP = 17 };

	if (v->proto == UDP && analysis_wants(a, v, f))
		push_chain(context, v, f, f->pool);
}

void
analysis_put_rtp(json_t *o, struct analysis *a)
{
	struct streams_list list = {json_array(), a};

	analysis_each_flow(a, push_streams, &list);
	json_put(o, "rtp", list.array);
}

/* ---- legs -------------------------------------------------------------------------------- */

/* Its two streams by source, null where there is none. */
static json_t *
leg_streams_json(const struct stream_book *b, const struct book_leg *l)
{
	json_t *array = json_array();
	char ssrc[16];

	for (int way = 0; way < 2; way++) {
		if (l->stream[way] == BOOK_NONE) {
			json_push(array, json_null());
			continue;
		}
		snprintf(ssrc, sizeof ssrc, "0x%08" PRIx32, b->streams[l->stream[way]].r.ssrc);
		json_push(array, json_text(ssrc));
	}
	return array;
}

static json_t *
leg_json(const struct stream_book *b, const struct book_leg *l)
{
	char text[ADDR_TEXT_SIZE];
	json_t *o = json_object();

	json_put_text(o, "a", addr_format(&l->a, text));
	json_put_u64(o, "a_port", l->a_port);
	json_put_text(o, "b", addr_format(&l->b, text));
	json_put_u64(o, "b_port", l->b_port);
	json_put_u64(o, "start_us", l->start_us);
	json_put_u64(o, "end_us", l->end_us);
	json_put(o, "streams", leg_streams_json(b, l));
	/* a capture is as long as it is: no time to wait for the other way */
	json_put_bool(o, "one_way",
	              l->one_way || l->stream[0] == BOOK_NONE || l->stream[1] == BOOK_NONE);
	json_put_text(o, "signalling", leg_signalling_name(l->signalling));
	json_put_bool(o, "srtp", l->secure);
	json_put_u64(o, "packets", l->packets);
	json_put_u64(o, "lost", l->lost);
	json_put_u64(o, "gap_us", l->gap_us);
	return o;
}

void
analysis_put_legs(json_t *o, const struct analysis *a)
{
	const struct stream_book *b = a->aggregate->voice;
	json_t *array = json_array();

	for (uint32_t i = 0; i < b->leg_count; i++)
		json_push(array, leg_json(b, &b->legs[i]));
	json_put(o, "legs", array);
}

/* ---- text -------------------------------------------------------------------------------- */

enum { LEGS_SHOWN = 20 };

/* The rating of what comes this way; nothing comes: "none", no rating: "-". */
static void
add_way(struct table *t, const struct stream_book *b, uint32_t stream)
{
	const struct book_stream *s;

	if (stream == BOOK_NONE) {
		table_cell(t, "none");
		table_cell(t, "-");
		table_cell(t, "-");
		return;
	}
	s = &b->streams[stream];
	table_cell(t, rtp_codec_name(s->r.codec));
	if (s->r.has_jitter)
		table_cellf(t, "%.1f", (double)s->r.jitter_max_ns / (double)NS_PER_MS);
	else
		table_cell(t, "-");
	if (s->mos.known)
		table_cellf(t, "%.2f", s->mos.score);
	else
		table_cell(t, "-");
}

static void
add_leg(struct table *t, const struct stream_book *b, const struct book_leg *l)
{
	char text[ADDR_TEXT_SIZE];

	table_cell(t, addr_format(&l->a, text));
	table_cellf(t, "%u", l->a_port);
	table_cell(t, addr_format(&l->b, text));
	table_cellf(t, "%u", l->b_port);
	table_cell(t, leg_signalling_name(l->signalling));
	table_cell(t, l->secure ? "srtp" : "rtp");
	table_cellf(t, "%" PRIu64, l->packets);
	table_cellf(t, "%" PRIu64, l->lost);
	add_way(t, b, l->stream[0]);
	add_way(t, b, l->stream[1]);
}

void
analysis_legs_text(const struct analysis *a, bool colour, FILE *to)
{
	static const struct {
		const char *title;
		enum table_align align;
	} columns[] = {
		{"a", TABLE_LEFT},          {"port", TABLE_RIGHT},   {"b", TABLE_LEFT},
		{"port", TABLE_RIGHT},      {"signals", TABLE_LEFT}, {"media", TABLE_LEFT},
		{"packets", TABLE_RIGHT},   {"lost", TABLE_RIGHT},   {"a sends", TABLE_LEFT},
		{"jitter ms", TABLE_RIGHT}, {"MOS", TABLE_RIGHT},    {"b sends", TABLE_LEFT},
		{"jitter ms", TABLE_RIGHT}, {"MOS", TABLE_RIGHT},
	};
	const struct stream_book *b = a->aggregate->voice;
	struct table *t = table_create();

	for (size_t i = 0; i < sizeof columns / sizeof columns[0]; i++)
		table_column(t, columns[i].title, columns[i].align);
	for (uint32_t i = 0; i < b->leg_count && i < LEGS_SHOWN; i++)
		add_leg(t, b, &b->legs[i]);
	table_print(t, to, 2, colour);
	if (b->leg_count > LEGS_SHOWN)
		fprintf(to, "  and %u more: --json\n", b->leg_count - LEGS_SHOWN);
	table_destroy(t);
}
