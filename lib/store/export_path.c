/* Round trips and loss by link, subnet and SBC, as latency:SCOPE:SIDE and loss:SCOPE:SIDE. */
#include <math.h>

#include "base/clock.h"
#include "store/export_private.h"

enum { SCOPE_SIZE = 96 };

/* ---- latency --------------------------------------------------------------------------------- */

static double
us_of(const struct histogram *h, double q)
{
	return h->count ? (double)histogram_quantile(h, q) / NS_PER_US : NAN;
}

static double
min_us(const struct histogram *h)
{
	return h->count ? (double)h->min_ns / NS_PER_US : NAN;
}

static void
list_methods(const struct latency_book *b, const struct latency_entry *headline, char *to,
             size_t size)
{
	size_t used = 0;

	to[0] = '\0';
	for (unsigned m = 0; m < LATENCY_METHOD_COUNT && used < size; m++) {
		const struct latency_entry *e =
			latency_book_find(b, headline->scope, headline->id, headline->half, m);

		if (e)
			used += (size_t)snprintf(to + used, size - used, "%s%s %llu p50 %.0f us",
			                         used ? ", " : "", latency_method_name(m),
			                         (unsigned long long)e->total.count,
			                         us_of(&e->total, 0.5));
	}
}

static void
list_hours(const struct latency_hours *h, char *to, size_t size)
{
	size_t used = 0;

	to[0] = '\0';
	for (uint32_t i = 0; i < h->count && used < size; i++)
		used += (size_t)snprintf(
			to + used, size - used, "%s%llu %llu %.0f", used ? "," : "",
			(unsigned long long)(h->at[i].start_us / US_PER_S),
			(unsigned long long)h->at[i].count, (double)h->at[i].p50_ns / NS_PER_US);
}

static void
scope_name(const struct conf *c, const struct latency_entry *e, char name[SCOPE_SIZE])
{
	char prefix[PREFIX_TEXT_SIZE];

	switch (e->scope) {
	case LATENCY_LINK:
		snprintf(name, SCOPE_SIZE, "link:%s", c->links[e->id].name);
		return;
	case LATENCY_SUBNET:
		snprintf(name, SCOPE_SIZE, "subnet:%s",
		         prefix_format(&c->subnets[e->id - 1].prefix, prefix));
		return;
	default:
		snprintf(name, SCOPE_SIZE, "sbc:%s", c->sbcs[e->id].name);
		return;
	}
}

static uint64_t
larger(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

/* What the state keeps resolves no more than its steps. */
static uint64_t
resolution_ns(const struct epoch *x)
{
	return larger(x->self->clock_resolution_ns, LATENCY_STEP_NS);
}

static uint64_t
error_ns(const struct epoch *x)
{
	return larger(aggregate_clock_error_ns(x->a), resolution_ns(x));
}

static void
fill_clock(struct rec_latency *r, const struct epoch *x)
{
	COPY_TEXT(r->clock_source, x->self->clock_source);
	r->clock_resolution_ns = resolution_ns(x);
	r->clock_error_ns = error_ns(x);
	r->loss_ratio = x->a->probe.loss_ratio;
	r->coverage_ratio = x->a->probe.coverage_ratio;
}

static void
export_entry(struct epoch *x, const struct latency_entry *e)
{
	const struct latency_book *b = x->a->latency;
	const struct histogram *h = e->last_minute.count ? &e->last_minute : &e->total;
	struct rec_latency r = {.until_us = e->last_minute.count ? b->minute_us : x->a->end_us,
	                        .count = h->count,
	                        .p50_us = us_of(h, 0.5),
	                        .p95_us = us_of(h, 0.95),
	                        .p99_us = us_of(h, 0.99),
	                        .min_us = min_us(h),
	                        .total_count = e->total.count,
	                        .total_p50_us = us_of(&e->total, 0.5),
	                        .total_p95_us = us_of(&e->total, 0.95),
	                        .total_p99_us = us_of(&e->total, 0.99),
	                        .total_min_us = min_us(&e->total)};
	char id[SCOPE_SIZE + 96];

	scope_name(x->e->conf, e, r.scope);
	COPY_TEXT(r.side, side_name(e->half));
	list_methods(b, e, r.methods, sizeof r.methods);
	list_hours(e->hours, r.hours, sizeof r.hours);
	fill_clock(&r, x);
	snprintf(id, sizeof id, "%s:%s%s", r.scope, r.side, x->e->suffix);
	export_put(x, RECORD_LATENCY, id, &r);
}

/* Scopes in which nothing new was measured stand as they are. */
void
export_latency(struct epoch *x)
{
	const struct latency_book *b = x->a->latency;

	for (uint32_t i = 0; i < b->count; i++) {
		const struct latency_entry *e = b->entries[i];

		if (e->method == LATENCY_HEADLINE && (e->changed || b->turned))
			export_entry(x, e);
	}
}

/* ---- loss ------------------------------------------------------------------------------------ */

/* Directions as a side sees them. */
static unsigned
dir_from(enum side side)
{
	return side == SIDE_PEER ? DIR_PEER_TO_MSFT : DIR_MSFT_TO_PEER;
}

static double
share(uint64_t lost, uint64_t of)
{
	return of ? (double)lost / (double)of : NAN;
}

static void
fill_media(struct rec_loss *r, const struct quality_sum *s, unsigned from, uint64_t now_us)
{
	const struct quality_windows *w = &s->windows[from];
	const uint64_t *n = s->total[from];

	r->packets = n[QUALITY_RTP_PACKETS];
	r->lost = n[QUALITY_RTP_LOST];
	r->duplicates = n[QUALITY_RTP_DUPLICATES];
	r->reordered = n[QUALITY_RTP_REORDERED];
	r->loss_ratio = share(r->lost, r->packets + r->lost);
	r->jitter_max_us = s->jitter_samples[from] ? s->jitter_max_us[from] : NAN;
	r->jitter_mean_us = share(s->jitter_sum_us[from], s->jitter_samples[from]);
	r->windows = w->judged;
	r->windows_over = w->over;
	r->windows_over_hour = quality_worst_hour(w, now_us);
	r->windows_doubtful = w->doubtful;
	r->windows_doubtful_hour = quality_doubtful_hour(w, now_us);
	r->window_over_us = w->over_us;
	r->window_worst_ratio = w->judged ? w->worst_loss_ratio : NAN;
}

static void
fill_tcp(struct rec_loss *r, const struct quality_sum *s, unsigned from)
{
	const uint64_t *out = s->total[from], *in = s->total[!from];

	r->tcp_from_packets = out[QUALITY_DATA];
	r->tcp_from_lost = out[QUALITY_LOST_BEFORE];
	r->tcp_to_packets = in[QUALITY_DATA];
	r->tcp_to_lost = in[QUALITY_LOST_AFTER];
	r->tcp_from_loss_ratio = share(r->tcp_from_lost, r->tcp_from_packets);
	r->tcp_to_loss_ratio = share(r->tcp_to_lost, r->tcp_to_packets);
	r->retransmissions = out[QUALITY_RETRANSMISSIONS];
	r->spurious = out[QUALITY_SPURIOUS] + out[QUALITY_TAKEN_BACK];
	r->out_of_order = out[QUALITY_OUT_OF_ORDER];
	r->duplicate_acks = out[QUALITY_DUPLICATE_ACKS];
	r->zero_window = out[QUALITY_ZERO_WINDOW];
	r->resets = out[QUALITY_RESETS];
	r->unsided = out[QUALITY_LOST_UNSIDED];
	r->unseen = out[QUALITY_UNSEEN];
	r->copies = out[QUALITY_COPIES];
	r->ecn_ce = out[QUALITY_MARKED];
}

/* What the last interval lost on this side, in packets and, by the mean packet of the scope, bits
 * per second. */
static void
fill_rates(struct rec_loss *r, const struct epoch *x, const struct quality_sum *s, unsigned from)
{
	double before =
		(double)(s->last[from][QUALITY_LOST_BEFORE] + s->last[from][QUALITY_RTP_LOST]);
	double after = (double)s->last[!from][QUALITY_LOST_AFTER];
	double bytes = 0;

	if (s->packets[from])
		bytes += before * (double)s->bytes[from] / (double)s->packets[from];
	if (s->packets[!from])
		bytes += after * (double)s->bytes[!from] / (double)s->packets[!from];
	r->lost_pps = (before + after) / x->seconds;
	r->lost_bps = bytes * 8 / x->seconds;
}

static void
fill_goodput(struct rec_loss *r, const struct epoch *x, const struct quality_sum *s, unsigned from)
{
	r->goodput_bytes = s->new_bytes[from];
	r->goodput_bps = 8 * (double)s->last_new_bytes[from] / x->seconds;
	r->goodput_segments = s->last[from][QUALITY_DATA];
}

static void
export_sum(struct epoch *x, const char *scope, const struct quality_sum *s)
{
	if (!s->has_news && !s->had_news)
		return; /* once more after the last news: its rates are over */
	for (enum side side = SIDE_PEER; side <= SIDE_MSFT; side++) {
		struct rec_loss r = {.last_us = s->last_us,
		                     .probe_loss_ratio = x->a->probe.loss_ratio,
		                     .coverage_ratio = x->a->probe.coverage_ratio,
		                     .clock_resolution_ns = resolution_ns(x),
		                     .clock_error_ns = error_ns(x)};
		unsigned from = dir_from(side);
		char id[SCOPE_SIZE + 96];

		COPY_TEXT(r.scope, scope);
		COPY_TEXT(r.side, side_name(side));
		COPY_TEXT(r.clock_source, x->self->clock_source);
		fill_media(&r, s, from, x->a->end_us);
		fill_tcp(&r, s, from);
		fill_rates(&r, x, s, from);
		fill_goodput(&r, x, s, from);
		snprintf(id, sizeof id, "%s:%s%s", scope, r.side, x->e->suffix);
		export_put(x, RECORD_LOSS, id, &r);
	}
}

void
export_loss(struct epoch *x)
{
	const struct aggregate *a = x->a;
	const struct conf *c = x->e->conf;
	char scope[SCOPE_SIZE], prefix[PREFIX_TEXT_SIZE];

	for (uint32_t i = 0; i < a->quality->link_count; i++) {
		snprintf(scope, sizeof scope, "link:%s", c->links[i].name);
		export_sum(x, scope, &a->quality->links[i]);
	}
	for (uint32_t i = 1; i <= a->quality->subnet_count; i++) {
		snprintf(scope, sizeof scope, "subnet:%s",
		         prefix_format(&c->subnets[i - 1].prefix, prefix));
		export_sum(x, scope, &a->quality->subnets[i]);
	}
	for (uint32_t i = 0; i < a->quality->sbc_count; i++) {
		snprintf(scope, sizeof scope, "sbc:%s", c->sbcs[i].name);
		export_sum(x, scope, &a->quality->sbcs[i]);
	}
}
