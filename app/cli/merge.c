#include "merge.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static void
add_traffic(struct rec_traffic *to, const struct rec_traffic *from)
{
	for (int dir = 0; dir < 2; dir++) {
		to->packets[dir] += from->packets[dir];
		to->bytes[dir] += from->bytes[dir];
		to->rate_pps[dir] += from->rate_pps[dir];
		to->rate_bps[dir] += from->rate_bps[dir];
	}
}

static void
widen(uint64_t *first, uint64_t *last, uint64_t other_first, uint64_t other_last)
{
	if (other_first && (!*first || other_first < *first))
		*first = other_first;
	*last = other_last > *last ? other_last : *last;
}

static double
weighted(double a, double a_bytes, double b, double b_bytes)
{
	if (isnan(a) || a_bytes == 0)
		return b;
	if (isnan(b) || b_bytes == 0)
		return a;
	return (a * a_bytes + b * b_bytes) / (a_bytes + b_bytes);
}

static double
bytes_of(const struct rec_traffic *t)
{
	return (double)t->bytes[0] + (double)t->bytes[1];
}

static void
add_subnet(void *to, const void *from)
{
	struct rec_subnet *a = to;
	const struct rec_subnet *b = from;
	double *shares[] = {&a->declared_ratio, &a->tolerated_ratio, &a->undeclared_ratio,
	                    &a->unknown_ratio};
	const double others[] = {b->declared_ratio, b->tolerated_ratio, b->undeclared_ratio,
	                         b->unknown_ratio};

	for (size_t i = 0; i < sizeof shares / sizeof shares[0]; i++)
		*shares[i] = weighted(*shares[i], bytes_of(&a->traffic), others[i],
		                      bytes_of(&b->traffic));
	add_traffic(&a->traffic, &b->traffic);
	a->flows += b->flows;
	a->flows_two_way += b->flows_two_way;
	/* an address may be on both probes' links: the larger count is what is sure */
	a->endpoints = a->endpoints > b->endpoints ? a->endpoints : b->endpoints;
	a->endpoints_exact = false;
	widen(&a->first_us, &a->last_us, b->first_us, b->last_us);
}

static void
add_subnet_class(void *to, const void *from)
{
	struct rec_subnet_class *a = to;
	const struct rec_subnet_class *b = from;

	add_traffic(&a->traffic, &b->traffic);
	a->flows += b->flows;
	a->flows_two_way += b->flows_two_way;
	a->flows_peer += b->flows_peer;
	widen(&a->first_us, &a->last_us, b->first_us, b->last_us);
}

void
merge_names(char *to, size_t size, const char *from)
{
	while (*from) {
		size_t n = strcspn(from, ","), used = strlen(to);
		char name[128], whole[600];

		snprintf(name, sizeof name, ",%.*s,", (int)n, from);
		snprintf(whole, sizeof whole, ",%s,", to);
		if (n && n + 2 < sizeof name && !strstr(whole, name) && used + n + 2 <= size)
			snprintf(to + used, size - used, "%s%.*s", used ? "," : "", (int)n, from);
		from += n + (from[n] == ',');
	}
}

static double
ratio_of(uint64_t part, uint64_t whole)
{
	return whole ? (double)part / (double)whole : NAN;
}

/* Round trips to an endpoint from several taps: their mean, by samples. */
static void
add_path(struct rec_endpoint *a, const struct rec_endpoint *b)
{
	uint64_t samples = a->rtt_samples + b->rtt_samples;

	if (!a->rtt_samples || (b->rtt_samples && b->rtt_min_us < a->rtt_min_us))
		a->rtt_min_us = b->rtt_min_us;
	if (!a->rtt_samples)
		a->rtt_us = b->rtt_us;
	else if (b->rtt_samples)
		a->rtt_us =
			(a->rtt_us * (double)a->rtt_samples + b->rtt_us * (double)b->rtt_samples) /
			(double)samples;
	a->rtt_samples = samples;
	merge_names(a->rtt_methods, sizeof a->rtt_methods, b->rtt_methods);
	a->lost_packets += b->lost_packets;
	a->loss_samples += b->loss_samples;
	a->loss_ratio = ratio_of(a->lost_packets, a->loss_samples + a->lost_packets);
}

static void
add_endpoint(void *to, const void *from)
{
	struct rec_endpoint *a = to;
	const struct rec_endpoint *b = from;

	add_traffic(&a->traffic, &b->traffic);
	a->flows += b->flows;
	merge_names(a->links, sizeof a->links, b->links);
	merge_names(a->classes, sizeof a->classes, b->classes);
	merge_names(a->roles, sizeof a->roles, b->roles);
	widen(&a->first_us, &a->last_us, b->first_us, b->last_us);
	add_path(a, b);
}

/* Quantiles can't be joined from two records: the larger sample's stand. */
static void
add_voice(void *to, const void *from)
{
	struct rec_voice *a = to, larger;
	const struct rec_voice *b = from;

	larger = a->setup_count >= b->setup_count ? *a : *b;
	larger.setup_count = a->setup_count + b->setup_count;
	larger.calls = a->calls + b->calls;
	larger.calls_active = a->calls_active + b->calls_active;
	larger.calls_final = a->calls_final + b->calls_final;
	larger.calls_answered = a->calls_answered + b->calls_answered;
	larger.calls_effective = a->calls_effective + b->calls_effective;
	larger.retransmissions = a->retransmissions + b->retransmissions;
	larger.tls_connections = a->tls_connections + b->tls_connections;
	larger.tls_open = a->tls_open + b->tls_open;
	larger.tls_failed = a->tls_failed + b->tls_failed;
	larger.asr_ratio = ratio_of(larger.calls_answered, larger.calls_final);
	larger.ner_ratio = ratio_of(larger.calls_effective, larger.calls_final);
	snprintf(larger.summary, sizeof larger.summary, "%.40s | %.40s", a->summary, b->summary);
	widen(&larger.first_us, &larger.last_us, a->first_us, a->last_us);
	widen(&larger.first_us, &larger.last_us, b->first_us, b->last_us);
	*a = larger;
}

static const struct merge_rule {
	enum record_kind kind;
	const char *keys[2]; /* text fields that name the subject */
	void (*add)(void *to, const void *from);
} rules[] = {
	{RECORD_SUBNET, {"prefix", NULL}, add_subnet},
	{RECORD_SUBNET_CLASS, {"prefix", "class"}, add_subnet_class},
	{RECORD_ENDPOINT, {"ip", NULL}, add_endpoint},
	{RECORD_VOICE, {"scope", NULL}, add_voice},
};

static bool
same_subject(const struct rows *rows, const struct merge_rule *rule, const char *a, const char *b)
{
	for (size_t i = 0; i < 2 && rule->keys[i]; i++) {
		const struct record_field *f = rows_field(rows->fields, rule->keys[i]);

		if (strcmp(a + f->offset, b + f->offset) != 0)
			return false;
	}
	return true;
}

static void
merge_by(struct rows *rows, const struct merge_rule *rule)
{
	size_t kept = 0;

	/* sorted by the subject's fields, the last one first: equal ones stand together */
	if (rule->keys[1])
		rows_sort(rows, rule->keys[1]);
	rows_sort(rows, rule->keys[0]);
	for (size_t i = 0; i < rows->count; i++) {
		char *record = rows->records + i * rows->record_size;
		char *last = kept ? rows->records + (kept - 1) * rows->record_size : NULL;

		if (last && same_subject(rows, rule, last, record))
			rule->add(last, record);
		else
			memmove(rows->records + kept++ * rows->record_size, record,
			        rows->record_size);
	}
	rows->count = kept;
}

void
merge_rows(enum record_kind kind, struct rows *rows)
{
	for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
		if (rules[i].kind == kind && rows->count > 1)
			merge_by(rows, &rules[i]);
	}
}
