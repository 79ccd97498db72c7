/* Signalling by link, SBC and subnet, as voice:SCOPE. */
#include <math.h>
#include <string.h>

#include "base/clock.h"
#include "inspect/inspector.h"
#include "proto/tls.h"
#include "store/export_private.h"

static void
fill_codes(char *to, size_t size, const struct voice_codes *codes)
{
	size_t used = 0;
	unsigned last = 0;

	/* by number: the smallest that is larger than the last */
	for (uint32_t n = 0; n < codes->count && used < size; n++) {
		uint32_t next = codes->count;

		for (uint32_t i = 0; i < codes->count; i++)
			if (codes->at[i].code > last &&
			    (next == codes->count || codes->at[i].code < codes->at[next].code))
				next = i;
		if (next == codes->count)
			return;
		last = codes->at[next].code;
		used += (size_t)snprintf(to + used, size - used, "%s%u %llu", used ? "," : "", last,
		                         (unsigned long long)codes->at[next].responses);
	}
}

static uint64_t
quantile_us(const struct histogram *h, double q)
{
	return h ? histogram_quantile(h, q) / NS_PER_US : 0;
}

static void
fill_calls(struct rec_voice *r, const struct voice_scope *s)
{
	r->calls = s->calls;
	r->calls_active = s->active;
	r->calls_active_max = s->active_max;
	r->calls_final = s->finals;
	r->calls_answered = s->answered;
	r->calls_effective = s->effective;
	r->calls_abandoned = s->abandoned;
	r->calls_timeout = s->timeouts;
	r->calls_redirected = s->redirected;
	r->calls_ended = s->ended;
	r->reinvites = s->reinvites;
	r->forks = s->forks;
	r->asr_ratio = s->finals ? (double)s->answered / (double)s->finals : NAN;
	r->ner_ratio = s->finals ? (double)s->effective / (double)s->finals : NAN;
	r->talk_us = s->talk_ns / NS_PER_US;
	r->setup_count = s->setup ? s->setup->count : 0;
	r->setup_p50_us = quantile_us(s->setup, 0.5);
	r->setup_p95_us = quantile_us(s->setup, 0.95);
	r->setup_p99_us = quantile_us(s->setup, 0.99);
	r->setup_max_us = s->setup ? s->setup->max_ns / NS_PER_US : 0;
	r->answer_count = s->answer ? s->answer->count : 0;
	r->answer_p50_us = quantile_us(s->answer, 0.5);
	r->answer_p95_us = quantile_us(s->answer, 0.95);
}

static void
fill_tls(struct rec_voice *r, const struct voice_scope *s)
{
	static const char *const names[VOICE_TLS] = {"older", "TLS 1.0", "TLS 1.1", "TLS 1.2",
	                                             "TLS 1.3"};
	size_t used = 0;

	r->tls_connections = s->tls_connections;
	r->tls_open = s->tls_open;
	r->tls_handshakes = s->tls_established;
	r->tls_failed = s->tls_failed;
	r->tls_1_2 = s->tls_versions[VOICE_TLS_1_2];
	r->tls_1_3 = s->tls_versions[VOICE_TLS_1_3];
	for (unsigned i = 0; i < VOICE_TLS && used < sizeof r->tls_versions; i++) {
		if (!s->tls_versions[i])
			continue;
		used += (size_t)snprintf(r->tls_versions + used, sizeof r->tls_versions - used,
		                         "%s%s %llu", used ? "," : "", names[i],
		                         (unsigned long long)s->tls_versions[i]);
		r->tls_older += i < VOICE_TLS_1_2 ? s->tls_versions[i] : 0;
	}
	COPY_TEXT(r->tls_name, s->tls_name);
}

static void
fill_side(struct rec_voice_side *r, const struct voice_side *s)
{
	const struct voice_rhythm *o = &s->options;

	r->calls = s->calls;
	r->options = o->count;
	r->options_answered = o->answered;
	r->options_last_us = o->last_ns / NS_PER_US;
	r->options_interval_us =
		o->count > 1 ? (o->last_ns - o->first_ns) / (o->count - 1) / NS_PER_US : 0;
	r->options_gap_max_us = o->gap_max_ns / NS_PER_US;
	outages_format(&s->silences, r->options_silences, sizeof r->options_silences);
	r->alerts = s->alerts;
	r->alert_us = s->alert_ns / NS_PER_US;
	if (s->alerts)
		snprintf(r->alert, sizeof r->alert, "%u %s", s->alert_code,
		         tls_alert_name(s->alert_code));
	r->cert_seen_us = s->certificate_ns / NS_PER_US;
	r->cert_not_before_us = s->certificate.not_before_us;
	r->cert_not_after_us = s->certificate.not_after_us;
	COPY_TEXT(r->cert_cn, s->certificate.subject);
	COPY_TEXT(r->cert_names, s->certificate.names);
	COPY_TEXT(r->cert_issuer, s->certificate.issuer);
}

static void
fill_nat(struct rec_voice *r, const struct voice_scope *s)
{
	size_t used = 0;

	r->nat_via = s->nat[NAT_VIA];
	r->nat_contact = s->nat[NAT_CONTACT];
	r->nat_sdp = s->nat[NAT_SDP];
	r->nat_received = s->nat[NAT_RECEIVED];
	r->nat_rport = s->nat[NAT_RPORT];
	for (unsigned i = 0; i < NAT_SIGNS && used < sizeof r->nat_first; i++)
		if (s->nat[i])
			used += (size_t)snprintf(r->nat_first + used, sizeof r->nat_first - used,
			                         "%s%s", used ? ", " : "", s->nat_first[i]);
}

/* Nobody can count calls inside TLS: then there are connections, not no calls. */
static void
sum_up(struct rec_voice *r, bool clear, bool encrypted)
{
	static const char *const signalling[] = {"none", "sip", "encrypted", "both"};
	size_t used = 0;

	COPY_TEXT(r->signalling, signalling[clear + 2 * encrypted]);
	if (clear)
		used = (size_t)snprintf(r->summary, sizeof r->summary, "%llu calls, %llu now",
		                        (unsigned long long)r->calls,
		                        (unsigned long long)r->calls_active);
	if (encrypted)
		snprintf(r->summary + used, sizeof r->summary - used,
		         "%sencrypted: %llu TLS connection%s, %llu open", used ? "; " : "",
		         (unsigned long long)r->tls_connections, r->tls_connections == 1 ? "" : "s",
		         (unsigned long long)r->tls_open);
}

static void
export_scope(struct epoch *x, const struct voice *v, const struct voice_scope *s)
{
	struct rec_voice r = {.first_us = s->since_ns / NS_PER_US,
	                      .last_us = s->last_ns / NS_PER_US,
	                      .requests = s->requests,
	                      .responses = s->responses,
	                      .retransmissions = s->retransmissions,
	                      .clear_to_msft = s->clear_to_cloud};
	char id[NAMED_SIZE + sizeof x->e->suffix];

	snprintf(r.scope, sizeof r.scope, "%.*s", (int)sizeof r.scope - 1, s->name);
	fill_codes(r.codes, sizeof r.codes, &s->codes);
	fill_calls(&r, s);
	fill_tls(&r, s);
	sum_up(&r, s->requests + s->responses > 0, s->tls_connections > 0);
	for (unsigned side = 0; side < REC_SIDES; side++) {
		fill_side(&r.side[side], &s->side[side]);
		r.side[side].options_quiet_us = voice_quiet_ns(v, s, side) / NS_PER_US;
	}
	if (r.side[0].options + r.side[1].options)
		COPY_TEXT(r.options_basis, s->options_by_rhythm ? "tls-rhythm" : "sip");
	fill_nat(&r, s);
	export_sbc_fill(x->e, &r);
	snprintf(id, sizeof id, "%s%s", s->name, x->e->suffix);
	export_put(x, RECORD_VOICE, id, &r);
}

/* Grows with everything that is counted; of all that can change without a frame, too. */
static uint64_t
state_of(const struct voice_scope *s)
{
	return s->last_ns + s->finals + s->active + s->tls_open + s->tls_failed;
}

/* There may be ten thousand subnets: those of which nothing is new are left as they stand. */
static bool
is_news(struct voice_scope *s)
{
	uint64_t state = state_of(s);
	bool news = state != s->told || strncmp(s->name, "subnet:", 7) != 0;

	s->told = state;
	return news;
}

void
export_voice(struct epoch *x, const struct inspector *inspector)
{
	const struct voice *v = inspector_census(inspector)->voice;

	for (uint32_t i = 0; i < v->scopes.count; i++)
		if (is_news(voice_scope(v, i)))
			export_scope(x, v, voice_scope(v, i));
}
