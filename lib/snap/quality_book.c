#include "snap/quality_book.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "conf/conf.h"
#include "snap/snap.h"

#define HOUR_US (3600 * US_PER_S)

/* The edge's limits are for media between SBCs and media processors; elsewhere clients' stand
 * (requirements section 13). */
static struct quality_limits
limits_of(const struct conf *c)
{
	bool edge = c->sbc_count > 0 || c->peering.type == PEERING_VOICE;

	return (struct quality_limits){
		.window_us = (uint64_t)conf_threshold(c, NULL, "media_window_us"),
		.loss_ratio = conf_threshold(
			c, NULL, edge ? "media_edge_loss_ratio" : "media_client_loss_ratio"),
		.jitter_us = conf_threshold(
			c, NULL, edge ? "media_edge_jitter_us" : "media_client_jitter_us"),
		.packets = (uint64_t)conf_threshold(c, NULL, "m3_window_packets"),
		.burst_ratio = conf_threshold(
			c, NULL, edge ? "media_edge_burst_ratio" : "media_client_burst_ratio"),
		.burst_packets = (uint64_t)conf_threshold(c, NULL, "m3_burst_packets"),
	};
}

struct quality_book *
quality_book_create(const struct conf *conf)
{
	struct quality_book *b = mem_alloc(1, sizeof *b);

	b->link_count = (uint32_t)conf->link_count;
	b->subnet_count = (uint32_t)conf->subnet_count;
	b->sbc_count = (uint32_t)conf->sbc_count;
	b->links = mem_alloc(b->link_count, sizeof *b->links);
	b->subnets = mem_alloc(b->subnet_count + 1, sizeof *b->subnets);
	b->sbcs = mem_alloc(b->sbc_count, sizeof *b->sbcs);
	b->limits = limits_of(conf);
	return b;
}

void
quality_book_destroy(struct quality_book *b)
{
	if (!b)
		return;
	free(b->links);
	free(b->subnets);
	free(b->sbcs);
	free(b);
}

static void
each_sum(struct quality_book *b,
         void (*fn)(const struct quality_book *, struct quality_sum *, uint64_t end_us),
         uint64_t end_us)
{
	for (uint32_t i = 0; i < b->link_count; i++)
		fn(b, &b->links[i], end_us);
	for (uint32_t i = 1; i <= b->subnet_count; i++)
		fn(b, &b->subnets[i], end_us);
	for (uint32_t i = 0; i < b->sbc_count; i++)
		fn(b, &b->sbcs[i], end_us);
}

/* ---- merge ----------------------------------------------------------------------------------- */

static void
sum_clear(const struct quality_book *b, struct quality_sum *s, uint64_t end_us)
{
	(void)b;
	(void)end_us;
	s->had_news = s->has_news;
	memset(s->last, 0, sizeof s->last);
	memset(s->last_new_bytes, 0, sizeof s->last_new_bytes);
	memset(s->packets, 0, sizeof s->packets);
	memset(s->bytes, 0, sizeof s->bytes);
	memset(s->slots, 0, sizeof s->slots);
	memset(s->jitter_max_us, 0, sizeof s->jitter_max_us);
	memset(s->jitter_samples, 0, sizeof s->jitter_samples);
	memset(s->jitter_sum_us, 0, sizeof s->jitter_sum_us);
}

void
quality_book_open(struct quality_book *b)
{
	each_sum(b, sum_clear, 0);
}

static void
sum_add_line(struct quality_sum *s, unsigned dir, const struct quality_line *line)
{
	for (unsigned i = 0; i < QUALITY_COUNT; i++)
		s->last[dir][i] += line->count[i];
	for (unsigned i = 0; i < QUALITY_SLOTS; i++) {
		s->slots[dir][i].packets += line->slots[i].packets;
		s->slots[dir][i].lost += line->slots[i].lost;
	}
	if (line->jitter_max_us > s->jitter_max_us[dir])
		s->jitter_max_us[dir] = line->jitter_max_us;
	s->jitter_samples[dir] += line->jitter_samples;
	s->jitter_sum_us[dir] += line->jitter_sum_us;
}

static void
sum_add_meter(struct quality_sum *s, const struct meter *m, const struct snap_quality *q)
{
	for (unsigned dir = 0; dir < 2; dir++) {
		s->packets[dir] += m->packets[dir];
		s->bytes[dir] += m->bytes[dir];
		s->last_new_bytes[dir] += m->new_bytes[dir];
		s->last[dir][QUALITY_DATA] += m->data_segments[dir];
		if (q)
			sum_add_line(s, dir, &q->dir[dir]);
	}
}

/* A capture's interval may end within a burst: the segments of packets that were counted in one
 * interval then count in the next. */
static bool
is_idle(const struct meter *m)
{
	return (m->packets[0] | m->packets[1] | m->data_segments[0] | m->data_segments[1]) == 0 &&
	       (m->new_bytes[0] | m->new_bytes[1]) == 0;
}

void
quality_book_merge(struct quality_book *b, const struct snap *s, const struct meter_table *meters)
{
	b->overflows += s->quality_overflow;
	for (uint32_t i = 0; i < s->meter_count; i++) {
		const struct meter *m = &s->meters[i];
		const struct meter_key *key = meter_key_at(meters, i);
		const struct snap_quality *q = m->quality ? &s->qualities[m->quality - 1] : NULL;
		uint32_t subnets[2] = {key->peer_subnet, key->msft_subnet};

		if (is_idle(m) && !q)
			continue;
		sum_add_meter(&b->links[key->link], m, q);
		for (unsigned side = 0; side < 2; side++)
			if (subnets[side] >= 1 && subnets[side] <= b->subnet_count)
				sum_add_meter(&b->subnets[subnets[side]], m, q);
		if (key->sbc >= 1 && key->sbc <= b->sbc_count)
			sum_add_meter(&b->sbcs[key->sbc - 1], m, q);
	}
}

/* ---- windows --------------------------------------------------------------------------------- */

double
quality_loss_ratio(const uint64_t counts[QUALITY_COUNT], enum quality_count lost)
{
	uint64_t sent = lost == QUALITY_RTP_LOST
	                        ? counts[QUALITY_RTP_PACKETS] + counts[QUALITY_RTP_LOST]
	                        : counts[QUALITY_DATA];

	return sent ? (double)counts[lost] / (double)sent : 0;
}

static double
ratio(uint64_t lost, uint64_t packets)
{
	return packets + lost ? (double)lost / (double)(packets + lost) : 0;
}

enum outcome { WELL, DOUBTFUL, OVER };

/* Loss is counted, so no clock can hide it; jitter is the mean of differences of two times each, of
 * which the clock's error is a bound. */
static enum outcome
window_outcome(const struct quality_limits *l, const struct quality_windows *w)
{
	double error_us = (double)w->clock_error_ns / NS_PER_US, jitter;

	if (ratio(w->lost, w->packets) >= l->loss_ratio || w->burst_over)
		return OVER;
	if (!w->jitter_samples)
		return WELL;
	jitter = (double)w->jitter_sum_us / (double)w->jitter_samples;
	if (jitter - error_us >= l->jitter_us)
		return OVER;
	return jitter + error_us >= l->jitter_us ? DOUBTFUL : WELL;
}

/* One more in this hour; those between it and the newest one had none. */
static void
hour_count(struct quality_windows *w, uint64_t hour, enum outcome outcome)
{
	if (w->hour + QUALITY_HOURS < hour)
		w->hour = hour - QUALITY_HOURS;
	while (w->hour < hour) {
		w->hour++;
		w->hour_over[w->hour % QUALITY_HOURS] = 0;
		w->hour_doubtful[w->hour % QUALITY_HOURS] = 0;
	}
	if (outcome == OVER)
		w->hour_over[hour % QUALITY_HOURS]++;
	else
		w->hour_doubtful[hour % QUALITY_HOURS]++;
}

static uint64_t
worst_hour(const struct quality_windows *w, uint64_t now_us, bool doubtful)
{
	uint64_t now = now_us / HOUR_US;
	unsigned most = 0;

	for (unsigned i = 0; i < QUALITY_HOURS && w->hour >= i; i++) {
		unsigned at = (w->hour - i) % QUALITY_HOURS;
		unsigned count = w->hour_over[at] + (doubtful ? w->hour_doubtful[at] : 0u);

		if (w->hour - i + QUALITY_HOURS > now && count > most)
			most = count;
	}
	return most;
}

uint64_t
quality_worst_hour(const struct quality_windows *w, uint64_t now_us)
{
	return worst_hour(w, now_us, false);
}

uint64_t
quality_doubtful_hour(const struct quality_windows *w, uint64_t now_us)
{
	return worst_hour(w, now_us, true);
}

static void
window_judge(const struct quality_limits *l, struct quality_windows *w)
{
	uint64_t end = w->start_us + l->window_us;
	enum outcome outcome = window_outcome(l, w);

	if (w->packets + w->lost < l->packets)
		return;
	w->judged++;
	if (ratio(w->lost, w->packets) > w->worst_loss_ratio)
		w->worst_loss_ratio = ratio(w->lost, w->packets);
	if (outcome == WELL)
		return;
	hour_count(w, end / HOUR_US, outcome);
	if (outcome == DOUBTFUL) {
		w->doubtful++;
		return;
	}
	w->over++;
	w->over_us = end;
}

/* An interval belongs to the window in which it ends: at a second's end at most one interval of
 * fifteen stands in the wrong one by its first part. */
static void
window_close(const struct quality_book *b, struct quality_sum *s, unsigned dir, uint64_t end_us)
{
	const struct quality_limits *l = &b->limits;
	struct quality_windows *w = &s->windows[dir];
	const struct quality_slot *slots = s->slots[dir];
	uint64_t at = end_us - 1, start = at - at % l->window_us;

	if (start != w->start_us) {
		if (w->start_us)
			window_judge(l, w);
		w->start_us = start;
		w->packets = w->lost = w->jitter_samples = w->jitter_sum_us = 0;
		w->clock_error_ns = 0;
		w->burst_over = false;
	}
	w->packets += s->last[dir][QUALITY_RTP_PACKETS];
	w->lost += s->last[dir][QUALITY_RTP_LOST];
	w->jitter_samples += s->jitter_samples[dir];
	w->jitter_sum_us += s->jitter_sum_us[dir];
	if (s->jitter_samples[dir] && b->clock_error_ns > w->clock_error_ns)
		w->clock_error_ns = b->clock_error_ns;
	for (unsigned i = 0; i < QUALITY_SLOTS; i++)
		if (slots[i].packets + slots[i].lost >= l->burst_packets &&
		    ratio(slots[i].lost, slots[i].packets) >= l->burst_ratio)
			w->burst_over = true;
}

/* Labels of loss that were taken back, maybe in a later interval than they were given. */
static void
take_back(uint64_t total[QUALITY_COUNT], uint64_t taken_back)
{
	uint64_t most = total[QUALITY_LOST_AFTER];

	total[QUALITY_LOST_AFTER] -= taken_back < most ? taken_back : most;
}

static void
sum_close(const struct quality_book *b, struct quality_sum *s, uint64_t end_us)
{
	s->has_news = false;
	for (unsigned dir = 0; dir < 2; dir++) {
		for (unsigned i = 0; i < QUALITY_COUNT; i++) {
			s->total[dir][i] += s->last[dir][i];
			if (s->last[dir][i]) {
				s->has_news = true;
				s->last_us = end_us;
			}
		}
		s->new_bytes[dir] += s->last_new_bytes[dir];
		take_back(s->total[dir], s->last[dir][QUALITY_TAKEN_BACK]);
		if (b->limits.window_us && end_us)
			window_close(b, s, dir, end_us);
	}
}

void
quality_book_close(struct quality_book *b, uint64_t end_us)
{
	each_sum(b, sum_close, end_us);
}
