/*
 * X18: what the cloud asks of an SBC, from what its signalling shows without keys: TLS 1.2 or
 * newer, the declared name in its certificate, OPTIONS every minute while idle, nothing in the
 * clear, and media with an authentication tag. Only declared SBCs are judged.
 */
#include <inttypes.h>
#include <string.h>

#include "audit/field.h"
#include "audit/judge.h"
#include "audit/uptime.h"
#include "inspect/certificate.h"

enum { SECOND_US = 1000000 };

/* One SBC under judgement, by one of the records that tell of it. */
struct subject {
	const struct audit_input *in;
	const struct conf_sbc *sbc;
	const struct rec_voice *rec;
	char scope[96];
	struct verdict_draft *d;
};

static void
show(const struct subject *s, const char *field, uint64_t ts_us, const char *value)
{
	struct rec_evidence e = {.ts_us = ts_us};

	FIELD_COPY(e.direction, direction_name(DIR_PEER_TO_MSFT));
	FIELD_FORMAT(e.field, "voice:%s %s", s->scope, field);
	FIELD_COPY(e.value, value);
	verdict_evidence(s->d, &e);
}

static struct subcheck
check_of(const struct subject *s, const char *id, enum verdict verdict, uint64_t samples)
{
	return (struct subcheck){.id = id,
	                         .scope = s->scope,
	                         .verdict = verdict,
	                         .basis = BASIS_OBSERVED,
	                         .samples = samples};
}

/* ---- nothing in the clear, and nothing old -------------------------------------------------- */

static void
judge_clear(const struct subject *s)
{
	struct subcheck check = check_of(s, "clear", VERDICT_FAIL, s->rec->clear_to_msft);

	if (!s->rec->clear_to_msft)
		return;
	verdict_add(s->d, &check, "%" PRIu64 " SIP messages to Microsoft in the clear",
	            s->rec->clear_to_msft);
	verdict_next(s->d, "make %s signal over TLS alone (port 5061)", s->sbc->name);
	show(s, "clear_to_msft", s->rec->last_us, s->rec->summary);
}

static void
judge_version(const struct subject *s)
{
	uint64_t handshakes = s->rec->tls_older + s->rec->tls_1_2 + s->rec->tls_1_3;
	struct subcheck check =
		check_of(s, "tls", s->rec->tls_older ? VERDICT_FAIL : VERDICT_PASS, handshakes);

	if (!handshakes)
		return;
	verdict_add(s->d, &check, "versions chosen: %s", s->rec->tls_versions);
	if (s->rec->tls_older) {
		verdict_next(s->d, "forbid TLS before 1.2 on %s", s->sbc->name);
		show(s, "tls_versions", s->rec->last_us, s->rec->tls_versions);
	}
}

/* ---- the name ------------------------------------------------------------------------------- */

static bool
has_declared_name(const struct subject *s)
{
	struct certificate c = {0};

	FIELD_COPY(c.subject, s->rec->side[SIDE_PEER].cert_cn);
	FIELD_COPY(c.names, s->rec->side[SIDE_PEER].cert_names);
	return s->sbc->fqdn && certificate_has_name(&c, s->sbc->fqdn);
}

/* A certificate is a fact of identity: it was seen lately enough. */
static bool
shows_certificate(const struct subject *s)
{
	uint64_t seen_us = s->rec->side[SIDE_PEER].cert_seen_us;

	return seen_us > 0 &&
	       (s->in->capture ||
	        seen_us + (uint64_t)conf_threshold(s->in->conf, NULL, "identity_window_us") >=
	                s->in->to_us);
}

/* What one record says of the name. A connection may stand for longer than handshakes count. */
static enum verdict
name_says(const struct subject *s)
{
	double wanted = conf_threshold(s->in->conf, NULL, "x18_handshakes");
	bool shown = shows_certificate(s);

	if (shown && s->sbc->fqdn && !has_declared_name(s))
		return VERDICT_FAIL;
	if (shown && s->rec->tls_open > 0)
		return VERDICT_PASS;
	if ((double)s->rec->tls_handshakes >= wanted && (shown || s->rec->tls_name[0]))
		return VERDICT_PASS;
	return VERDICT_INCONCLUSIVE;
}

static void
judge_name(const struct subject *s)
{
	const struct rec_voice_side *peer = &s->rec->side[SIDE_PEER];
	struct subcheck check = check_of(s, "name", name_says(s), s->rec->tls_handshakes);
	char have[64];

	if (check.verdict == VERDICT_FAIL) {
		verdict_add(s->d, &check, "its certificate is for %s, declared is %s",
		            peer->cert_names[0] ? peer->cert_names : peer->cert_cn, s->sbc->fqdn);
		verdict_next(s->d, "give %s a certificate for %s, or correct sbcs.fqdn",
		             s->sbc->name, s->sbc->fqdn);
		show(s, "peer_cert_cn", peer->cert_seen_us, peer->cert_cn);
		return;
	}
	if (check.verdict == VERDICT_PASS) {
		verdict_add(s->d, &check, "%" PRIu64 " full handshakes, %s %s",
		            s->rec->tls_handshakes,
		            shows_certificate(s) ? "certificate for" : "asked for",
		            !shows_certificate(s) ? s->rec->tls_name
		            : s->sbc->fqdn        ? s->sbc->fqdn
		                                  : peer->cert_cn);
		return;
	}
	check.lack = s->rec->tls_1_3 ? LACK_NOT_OBSERVABLE : LACK_TOO_LITTLE;
	verdict_add(s->d, &check, "%s",
	            s->rec->tls_1_3 ? "TLS 1.3 hides the certificate, and no name was asked for"
	                            : "joined mid-way: no handshake seen to its end");
	FIELD_FORMAT(have, "%" PRIu64, s->rec->tls_handshakes);
	verdict_need(s->d, "a full handshake with its name", have, "1",
	             "wait for a new connection, or restart signalling in a maintenance window", 0);
}

/* ---- OPTIONS -------------------------------------------------------------------------------- */

/* While calls or connections stand: how long it has been silent now, as its probe could hear. What
 * a probe left behind, and what is in maintenance, is not silent. */
static uint64_t
silence_of(const struct subject *s)
{
	const struct rec_voice *r = s->rec;

	if (!input_writer(s->in, &r->head) || r->calls_active + r->tls_open == 0 ||
	    input_maintenance(s->in, s->scope))
		return 0;
	return r->side[SIDE_PEER].options_quiet_us;
}

/* The longest silence that one record tells of, within the window and outside maintenance: one that
 * is over, or the present one. `since_us`: when it began. */
static uint64_t
gap_of(const struct subject *s, uint64_t *since_us)
{
	const struct rec_voice_side *peer = &s->rec->side[SIDE_PEER];
	uint64_t window = (uint64_t)conf_threshold(s->in->conf, NULL, "evidence_window_us");
	uint64_t to = s->in->to_us, from = s->in->capture || to < window ? 0 : to - window;
	struct input_scope scope = {.in = s->in, .scope = s->scope};
	struct uptime u = {0};
	const struct outage *longest;
	uint64_t gap = silence_of(s);

	*since_us = gap < to ? to - gap : 0;
	uptime_read(&u, peer->options_silences, from, to, input_maintenance_next, &scope);
	longest = uptime_longest(&u);
	if (!longest || longest->until_us - longest->from_us <= gap)
		return gap;
	*since_us = longest->from_us;
	return longest->until_us - longest->from_us;
}

/* For how long the rhythm was seen; one that ended before the window is none of today. */
static uint64_t
cadence_of(const struct subject *s)
{
	const struct rec_voice_side *peer = &s->rec->side[SIDE_PEER];
	uint64_t window = (uint64_t)conf_threshold(s->in->conf, NULL, "evidence_window_us");

	if (peer->options < 2 || (!s->in->capture && peer->options_last_us + window < s->in->to_us))
		return 0;
	return (peer->options - 1) * peer->options_interval_us;
}

static uint64_t
cadence_wanted(const struct subject *s)
{
	uint64_t wanted = (uint64_t)conf_threshold(s->in->conf, NULL, "x18_cadence_us");

	return s->in->min_time_us && s->in->min_time_us < wanted ? s->in->min_time_us : wanted;
}

static enum verdict
options_say(const struct subject *s)
{
	uint64_t limit = (uint64_t)conf_threshold(s->in->conf, NULL, "x18_options_gap_us");
	uint64_t since;

	if (gap_of(s, &since) > limit && s->rec->side[SIDE_PEER].options > 1)
		return VERDICT_FAIL;
	if (cadence_of(s) >= cadence_wanted(s) && s->rec->side[SIDE_PEER].options > 1 &&
	    (s->in->capture || input_writer(s->in, &s->rec->head)))
		return VERDICT_PASS;
	return VERDICT_INCONCLUSIVE;
}

static void
judge_options(const struct subject *s)
{
	uint64_t limit = (uint64_t)conf_threshold(s->in->conf, NULL, "x18_options_gap_us");
	const struct rec_voice_side *peer = &s->rec->side[SIDE_PEER];
	uint64_t wanted = cadence_wanted(s), seen = cadence_of(s);
	uint64_t since, gap = gap_of(s, &since);
	struct subcheck check = check_of(s, "options", options_say(s), peer->options);
	char have[64], want[64];

	if (check.verdict == VERDICT_FAIL) {
		check.first_us = since;
		verdict_add(s->d, &check, "%" PRIu64 " s without OPTIONS, at most %" PRIu64 " s",
		            gap / SECOND_US, limit / SECOND_US);
		verdict_next(s->d, "let %s send OPTIONS every minute to each of its trunks",
		             s->sbc->name);
		show(s, "peer_options_silences", since, s->rec->summary);
		return;
	}
	if (check.verdict == VERDICT_PASS) {
		verdict_add(s->d, &check, "%" PRIu64 " OPTIONS, every %" PRIu64 " s (%s)",
		            peer->options, peer->options_interval_us / SECOND_US,
		            s->rec->options_basis);
		return;
	}
	check.lack = LACK_TOO_LITTLE;
	verdict_add(s->d, &check, "%" PRIu64 " OPTIONS over %" PRIu64 " s%s", peer->options,
	            seen / SECOND_US, seen >= wanted ? ", and no probe follows it now" : "");
	FIELD_FORMAT(have, "%" PRIu64 " s", seen / SECOND_US);
	FIELD_FORMAT(want, "%" PRIu64 " s", wanted / SECOND_US);
	verdict_need(s->d, "cadence of OPTIONS", have, want, "let it run",
	             wanted > seen ? wanted - seen : 0);
}

/* ---- media ---------------------------------------------------------------------------------- */

static bool
carries(const struct conf_sbc *sbc, const struct input_subnet *s)
{
	for (size_t i = 0; i < sbc->media.count; i++)
		if (prefix_contains(&s->conf->prefix, &sbc->media.at[i].addr))
			return true;
	for (size_t i = 0; i < sbc->signalling.count; i++)
		if (prefix_contains(&s->conf->prefix, &sbc->signalling.at[i]))
			return true;
	return false;
}

static uint64_t
flows_of(const struct subject *s, const char *class)
{
	uint64_t flows = 0;

	for (size_t i = 0; i < s->in->subnet_count; i++) {
		const struct input_subnet *subnet = &s->in->subnets[i];

		if (!subnet->conf || !carries(s->sbc, subnet))
			continue;
		for (size_t k = 0; k < subnet->class_count; k++)
			if (strcmp(subnet->classes[k].name, class) == 0)
				flows += subnet->classes[k].flows_two_way;
	}
	return flows;
}

/* SRTP is told by the size that its authentication tag adds: media of its subnets without it. */
static void
judge_media(const struct subject *s)
{
	double limit = conf_threshold(s->in->conf, NULL, "x18_port_flows");
	uint64_t clear = flows_of(s, "rtp"), secured = flows_of(s, "srtp");
	struct subcheck check = check_of(s, "media", VERDICT_PASS, clear + secured);
	char value[64];

	check.optional = true;
	if ((double)clear >= limit) {
		check.verdict = VERDICT_FAIL;
		verdict_add(s->d, &check, "%" PRIu64 " media flows without an authentication tag",
		            clear);
		verdict_next(s->d, "switch SRTP on for %s", s->sbc->name);
		FIELD_FORMAT(value, "%" PRIu64 " rtp, %" PRIu64 " srtp", clear, secured);
		show(s, "media", s->rec->last_us, value);
	} else if (secured) {
		verdict_add(s->d, &check, "%" PRIu64 " media flows are SRTP, %" PRIu64 " are not",
		            secured, clear);
	}
}

/* The ports that Teams direct routing documents; other services name others. Streams of all that
 * see the SBC together. */
static void
judge_ports(const struct subject *s)
{
	double limit = conf_threshold(s->in->conf, NULL, "x18_port_flows");
	const struct rec_voice *r = s->rec;
	uint64_t streams = 0, off = 0;
	struct subcheck check;

	for (size_t i = 0; i < s->in->voice_count; i++) {
		if (strcmp(s->in->voices[i].scope, s->scope) != 0)
			continue;
		streams += s->in->voices[i].media_streams;
		off += s->in->voices[i].media_off_ports;
		if (s->in->voices[i].media_off_ports > r->media_off_ports)
			r = &s->in->voices[i];
	}
	if (streams == 0 || strcmp(s->sbc->service, "direct-routing") != 0)
		return;
	check = check_of(s, "ports", (double)off >= limit ? VERDICT_FAIL : VERDICT_PASS, streams);
	check.optional = true;
	verdict_add(s->d, &check,
	            "%" PRIu64 " of %" PRIu64 " media streams to ports outside 3478-3481 "
	            "and 49152-59999",
	            off, streams);
	if (check.verdict != VERDICT_FAIL)
		return;
	verdict_next(s->d,
	             "let %s send media to the ports that the call's SDP names; "
	             "look for an address translator on the way",
	             s->sbc->name);
	show(s, "media_off_port", r->last_us, r->media_off_port);
}

/* ---- all of it ------------------------------------------------------------------------------ */

/* The next record of this SBC after `at` (NULL: the first): one of every site, and of every probe
 * there. */
static const struct rec_voice *
next_record(const struct subject *s, const struct rec_voice *at)
{
	for (size_t i = at ? (size_t)(at - s->in->voices) + 1 : 0; i < s->in->voice_count; i++)
		if (strcmp(s->in->voices[i].scope, s->scope) == 0)
			return &s->in->voices[i];
	return NULL;
}

/* Every record that fails is told; else the one that says most. */
static void
judge_records(struct subject *s, enum verdict (*says)(const struct subject *),
              void (*tell)(const struct subject *))
{
	const struct rec_voice *best = NULL;
	bool passed = false, failed = false;

	for (s->rec = NULL; (s->rec = next_record(s, s->rec)) != NULL;) {
		enum verdict v = says(s);

		if (v == VERDICT_FAIL)
			tell(s);
		failed |= v == VERDICT_FAIL;
		if (!best || (v == VERDICT_PASS && !passed))
			best = s->rec;
		passed |= v == VERDICT_PASS;
	}
	s->rec = best;
	if (!failed)
		tell(s);
}

static void
judge_sbc(struct subject *s)
{
	struct subcheck check = {.id = "signalling",
	                         .scope = s->scope,
	                         .verdict = VERDICT_INCONCLUSIVE,
	                         .lack = LACK_TOO_LITTLE};

	if (!next_record(s, NULL)) {
		verdict_add(s->d, &check, "no signalling of %s seen", s->sbc->name);
		verdict_need(s->d, s->scope, "no signalling", "SIP over TLS with Microsoft",
		             "let it work; check sbcs.signalling", 0);
		return;
	}
	for (s->rec = NULL; (s->rec = next_record(s, s->rec)) != NULL;) {
		s->d->row.samples += s->rec->tls_connections + s->rec->requests;
		judge_clear(s);
		judge_version(s);
	}
	judge_records(s, name_says, judge_name);
	judge_records(s, options_say, judge_options);
	judge_media(s);
	judge_ports(s);
}

void
judge_sbcs(const struct audit_input *in, struct verdict_draft *d)
{
	for (size_t i = 0; i < in->conf->sbc_count; i++) {
		struct subject s = {.in = in, .sbc = &in->conf->sbcs[i], .d = d};

		FIELD_FORMAT(s.scope, "sbc:%s", s.sbc->name);
		judge_sbc(&s);
	}
	if (in->conf->sbc_count == 0) {
		verdict_add(d,
		            &(struct subcheck){.id = "declared",
		                               .scope = "peering",
		                               .verdict = VERDICT_INCONCLUSIVE,
		                               .lack = LACK_TOO_LITTLE},
		            "no SBC is declared");
		verdict_need(d, "SBCs", "none declared", "an entry for each",
		             "write `sbcs` in the contract file", 0);
	}
}
