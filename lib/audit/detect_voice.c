/*
 * What is wrong now with signalling: TLS alerts, certificates that run out, SBCs that stopped
 * asking whether the cloud is there, and signs of address translation before an SBC.
 */
#include <inttypes.h>
#include <string.h>

#include "audit/detect.h"
#include "audit/field.h"

enum { SECOND_US = 1000000, DAY_US_S = 86400 };

static bool
is_sbc(const struct rec_voice *v)
{
	return strncmp(v->scope, "sbc:", 4) == 0;
}

static void
detect_alerts(const struct audit_input *in, const struct rec_voice *v, enum side side,
              struct sightings *out)
{
	const struct rec_voice_side *s = &v->side[side];
	uint64_t window = finding_kind_find("tls.alert")->close_s * UINT64_C(1000000);
	struct rec_finding *f;

	if (!s->alerts || (!in->capture && s->alert_us + window < in->to_us))
		return;
	f = detect_sight(out, "tls.alert", v->scope, side_name(side));
	FIELD_COPY(f->side, side_name(side));
	FIELD_FORMAT(f->text,
	             "%s sent %" PRIu64 " TLS alerts, the last %s; %" PRIu64 " handshakes failed",
	             side_name(side), s->alerts, s->alert, v->tls_failed);
	FIELD_COPY(f->cause, s->alert);
	FIELD_FORMAT(f->next, "pniscope calls %s --wide; certificates and versions of both ends",
	             v->scope);
	f->samples = s->alerts;
	f->since_us = s->alert_us;
}

static void
detect_expiry(const struct audit_input *in, const struct rec_voice *v, enum side side,
              struct sightings *out)
{
	const struct rec_voice_side *s = &v->side[side];
	uint64_t limit = (uint64_t)conf_threshold(in->conf, NULL, "x18_certificate_us");
	bool over = s->cert_not_after_us <= in->to_us;
	uint64_t days = over ? 0 : (s->cert_not_after_us - in->to_us) / SECOND_US / DAY_US_S;
	struct rec_finding *f;

	if (!s->cert_seen_us || !s->cert_not_after_us || s->cert_not_after_us > in->to_us + limit)
		return;
	f = detect_sight(out, "tls.cert.expiring", v->scope, side_name(side));
	FIELD_COPY(f->side, side_name(side));
	FIELD_COPY(f->severity, over ? "critical" : days < 7 ? "major" : "minor");
	if (over)
		FIELD_FORMAT(f->text, "the certificate %s of %s has run out", s->cert_cn, v->scope);
	else
		FIELD_FORMAT(f->text, "the certificate %s of %s runs out in %" PRIu64 " days",
		             s->cert_cn, v->scope, days);
	FIELD_FORMAT(f->cause, "issued by %s", s->cert_issuer);
	FIELD_COPY(f->next, "renew it, then let every connection be made anew");
	f->samples = 1;
	f->since_us = s->cert_seen_us;
}

/* Only what had a rhythm can be late, and only while it should speak. */
static void
detect_options(const struct audit_input *in, const struct rec_voice *v, struct sightings *out)
{
	const struct rec_voice_side *s = &v->side[SIDE_PEER];
	uint64_t healthy = (uint64_t)conf_threshold(in->conf, NULL, "x18_options_healthy_us");
	uint64_t demoted = (uint64_t)conf_threshold(in->conf, NULL, "x18_options_gap_us");
	uint64_t quiet = s->options_quiet_us;
	struct rec_finding *f;

	/* a capture's end is no silence, and neither is a probe's */
	if (quiet <= healthy || s->options < 2 || in->capture || !input_writer(in, &v->head) ||
	    input_maintenance(in, v->scope))
		return;
	f = detect_sight(out, "voice.options.late", v->scope, "");
	FIELD_COPY(f->side, side_name(SIDE_PEER));
	FIELD_COPY(f->severity, quiet > demoted ? "major" : "minor");
	FIELD_FORMAT(f->text,
	             "%s sent no OPTIONS for %" PRIu64 " s, before that every %" PRIu64 " s",
	             v->scope, quiet / SECOND_US, s->options_interval_us / SECOND_US);
	FIELD_COPY(f->cause, "the SBC stopped, or its way to the cloud is broken");
	FIELD_FORMAT(f->next, "pniscope calls %s; is the SBC up, does its subnet carry traffic",
	             v->scope);
	f->samples = s->options;
	f->since_us = quiet < in->to_us ? in->to_us - quiet : 0;
}

static void
detect_nat(const struct rec_voice *v, struct sightings *out)
{
	uint64_t signs = v->nat_via + v->nat_contact + v->nat_sdp + v->nat_received + v->nat_rport;
	struct rec_finding *f;

	if (!signs)
		return;
	f = detect_sight(out, "sip.nat", v->scope, "");
	FIELD_COPY(f->side, side_name(SIDE_PEER));
	FIELD_FORMAT(f->text,
	             "signs of address translation or a SIP ALG: Via %" PRIu64 ", Contact %" PRIu64
	             ", SDP %" PRIu64 ", received %" PRIu64 ", rport %" PRIu64,
	             v->nat_via, v->nat_contact, v->nat_sdp, v->nat_received, v->nat_rport);
	FIELD_COPY(f->cause, v->nat_first);
	FIELD_COPY(f->next,
	           "give the SBC its public address, and take NAT and SIP ALG out of its way");
	f->samples = signs;
	f->since_us = v->first_us;
}

void
detect_voice(const struct audit_input *in, struct sightings *out)
{
	for (size_t i = 0; i < in->voice_count; i++) {
		const struct rec_voice *v = &in->voices[i];

		if (strncmp(v->scope, "link:", 5) == 0)
			detect_nat(v, out);
		if (!is_sbc(v))
			continue;
		for (enum side side = SIDE_PEER; side <= SIDE_MSFT; side++) {
			detect_alerts(in, v, side, out);
			detect_expiry(in, v, side, out);
		}
		detect_options(in, v, out);
	}
}
