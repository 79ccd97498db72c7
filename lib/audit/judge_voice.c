/*
 * X18: what the cloud asks of an SBC, from what its signalling shows without keys: TLS 1.2 or
 * newer, the declared name in its certificate, OPTIONS every minute while idle, nothing in the
 * clear, and media with an authentication tag. Only declared SBCs are judged.
 */
#include <inttypes.h>
#include <string.h>

#include "audit/field.h"
#include "audit/judge.h"
#include "inspect/certificate.h"

enum { SECOND_US = 1000000 };

/* One SBC under judgement; `rec` NULL: nobody has seen it signal. */
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

static void
judge_name(const struct subject *s)
{
	double wanted = conf_threshold(s->in->conf, NULL, "x18_handshakes");
	const struct rec_voice_side *peer = &s->rec->side[SIDE_PEER];
	struct subcheck check = check_of(s, "name", VERDICT_INCONCLUSIVE, s->rec->tls_handshakes);
	char have[64];

	if (peer->cert_seen_us && s->sbc->fqdn && !has_declared_name(s)) {
		check.verdict = VERDICT_FAIL;
		verdict_add(s->d, &check, "its certificate is for %s, declared is %s",
		            peer->cert_names[0] ? peer->cert_names : peer->cert_cn, s->sbc->fqdn);
		verdict_next(s->d, "give %s a certificate for %s, or correct sbcs.fqdn",
		             s->sbc->name, s->sbc->fqdn);
		show(s, "peer_cert_cn", peer->cert_seen_us, peer->cert_cn);
		return;
	}
	if ((double)s->rec->tls_handshakes >= wanted &&
	    (peer->cert_seen_us || s->rec->tls_name[0])) {
		check.verdict = VERDICT_PASS;
		verdict_add(s->d, &check, "%" PRIu64 " full handshakes, %s %s",
		            s->rec->tls_handshakes,
		            peer->cert_seen_us ? "certificate for" : "asked for",
		            peer->cert_seen_us ? s->sbc->fqdn ? s->sbc->fqdn : peer->cert_cn
		                               : s->rec->tls_name);
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

/* While calls or connections stand: how long it has said nothing. A busy connection has no rhythm
 * to be seen in TLS, so there only silence altogether counts. */
static uint64_t
silence_of(const struct subject *s)
{
	const struct rec_voice *r = s->rec;
	uint64_t last_us = strcmp(r->options_basis, "sip") == 0 ? r->side[SIDE_PEER].options_last_us
	                                                        : r->last_us;

	if (r->calls_active + r->tls_open == 0 || last_us == 0)
		return 0;
	return s->in->to_us > last_us ? s->in->to_us - last_us : 0;
}

static void
judge_options(const struct subject *s)
{
	uint64_t limit = (uint64_t)conf_threshold(s->in->conf, NULL, "x18_options_gap_us");
	uint64_t wanted = (uint64_t)conf_threshold(s->in->conf, NULL, "x18_cadence_us");
	const struct rec_voice_side *peer = &s->rec->side[SIDE_PEER];
	uint64_t seen = peer->options ? (peer->options - 1) * peer->options_interval_us : 0;
	bool told = strcmp(s->rec->options_basis, "sip") == 0;
	uint64_t gap = silence_of(s);
	struct subcheck check = check_of(s, "options", VERDICT_INCONCLUSIVE, peer->options);
	char have[64], want[64];

	if (told && peer->options > 1 && peer->options_gap_max_us > gap)
		gap = peer->options_gap_max_us;
	if (gap > limit && peer->options > 1) {
		check.verdict = VERDICT_FAIL;
		verdict_add(s->d, &check, "%" PRIu64 " s without OPTIONS, at most %" PRIu64 " s",
		            gap / SECOND_US, limit / SECOND_US);
		verdict_next(s->d, "let %s send OPTIONS every minute to each of its trunks",
		             s->sbc->name);
		show(s, "peer_options_last_us", peer->options_last_us, s->rec->summary);
		return;
	}
	if (s->in->min_time_us && s->in->min_time_us < wanted)
		wanted = s->in->min_time_us;
	if (seen >= wanted && peer->options > 1) {
		check.verdict = VERDICT_PASS;
		verdict_add(s->d, &check, "%" PRIu64 " OPTIONS, every %" PRIu64 " s (%s)",
		            peer->options, peer->options_interval_us / SECOND_US,
		            s->rec->options_basis);
		return;
	}
	check.lack = LACK_TOO_LITTLE;
	verdict_add(s->d, &check, "%" PRIu64 " OPTIONS over %" PRIu64 " s", peer->options,
	            seen / SECOND_US);
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

/* The ports that Teams direct routing documents; other services name others. */
static void
judge_ports(const struct subject *s)
{
	double limit = conf_threshold(s->in->conf, NULL, "x18_port_flows");
	const struct rec_voice *r = s->rec;
	struct subcheck check = check_of(s, "ports", VERDICT_PASS, r->media_streams);

	if (r->media_streams == 0 || strcmp(s->sbc->service, "direct-routing") != 0)
		return;
	check.optional = true;
	if ((double)r->media_off_ports >= limit) {
		check.verdict = VERDICT_FAIL;
		verdict_next(s->d,
		             "let %s send media to the ports that the call's SDP names; "
		             "look for an address translator on the way",
		             s->sbc->name);
		show(s, "media_off_port", r->last_us, r->media_off_port);
	}
	verdict_add(s->d, &check,
	            "%" PRIu64 " of %" PRIu64 " media streams to ports outside 3478-3481 "
	            "and 49152-59999",
	            r->media_off_ports, r->media_streams);
}

/* ---- all of it ------------------------------------------------------------------------------ */

static void
judge_sbc(struct subject *s)
{
	struct subcheck check = {.id = "signalling",
	                         .scope = s->scope,
	                         .verdict = VERDICT_INCONCLUSIVE,
	                         .lack = LACK_TOO_LITTLE};

	if (!s->rec) {
		verdict_add(s->d, &check, "no signalling of %s seen", s->sbc->name);
		verdict_need(s->d, s->scope, "no signalling", "SIP over TLS with Microsoft",
		             "let it work; check sbcs.signalling", 0);
		return;
	}
	s->d->row.samples += s->rec->tls_connections + s->rec->requests;
	judge_clear(s);
	judge_version(s);
	judge_name(s);
	judge_options(s);
	judge_media(s);
	judge_ports(s);
}

static const struct rec_voice *
find_voice(const struct audit_input *in, const char *scope)
{
	for (size_t i = 0; i < in->voice_count; i++)
		if (strcmp(in->voices[i].scope, scope) == 0)
			return &in->voices[i];
	return NULL;
}

void
judge_sbcs(const struct audit_input *in, struct verdict_draft *d)
{
	for (size_t i = 0; i < in->conf->sbc_count; i++) {
		struct subject s = {.in = in, .sbc = &in->conf->sbcs[i], .d = d};

		FIELD_FORMAT(s.scope, "sbc:%s", s.sbc->name);
		s.rec = find_voice(in, s.scope);
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
