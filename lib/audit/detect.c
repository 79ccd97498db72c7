/* The detectors behind detect_findings(): each looks at one kind of matter in the whole input. */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "audit/detect.h"
#include "audit/field.h"
#include "audit/finding.h"
#include "audit/gate.h"
#include "audit/share.h"
#include "base/mem.h"

struct rec_finding *
detect_sight(struct sightings *out, const char *kind, const char *subject, const char *part)
{
	struct rec_finding *f;

	if (out->count == out->capacity) {
		out->capacity = out->capacity ? 2 * out->capacity : 16;
		out->at = mem_resize(out->at, out->capacity, sizeof *out->at);
	}
	f = &out->at[out->count++];
	*f = (struct rec_finding){0};
	FIELD_COPY(f->kind, kind);
	FIELD_COPY(f->subject, subject);
	FIELD_COPY(f->severity, finding_kind_find(kind)->severity);
	detect_id(kind, subject, part, f->id);
	return f;
}

void
detect_id(const char *kind, const char *subject, const char *part, char id[64])
{
	char whole[256];

	FIELD_FORMAT(whole, "%s|%s", subject, part);
	finding_id(kind, whole, id);
}

void
detect_evidence(struct rec_finding *f, const struct rec_evidence *e)
{
	if (f->evidence_count < REC_EVIDENCE)
		f->evidence[f->evidence_count++] = *e;
}

/* ---- undeclared classes ---------------------------------------------------------------------- */

static void
describe_class(struct rec_finding *f, const struct audit_input *in, const struct input_subnet *s,
               const struct input_class *c, const struct share *share, double all)
{
	bool grave = share->bytes >= conf_threshold(in->conf, NULL, "r4_undeclared_ratio") * all &&
	             share->flows >= conf_threshold(in->conf, NULL, "r4_undeclared_flows");
	struct rec_evidence e = {.ts_us = c->last_us};

	FIELD_COPY(f->side, side_name(SIDE_PEER));
	FIELD_COPY(f->severity, grave ? "major" : "minor");
	FIELD_FORMAT(f->text, "%s is not declared in %s: %.2f %% of its bytes, %.0f flows", c->name,
	             s->prefix, all > 0 ? 100 * share->bytes / all : 0, share->flows);
	FIELD_FORMAT(f->cause, "an endpoint of %s carries a class that the contract does not name",
	             s->prefix);
	FIELD_FORMAT(f->next,
	             "pniscope endpoints --subnet %s --class %s: who is it; stop it, or declare %s",
	             s->prefix, c->name, c->name);
	f->samples = (uint64_t)share->flows;
	f->since_us = c->first_us;
	FIELD_FORMAT(e.field, "subnet:%s:class:%s", s->prefix, c->name);
	FIELD_FORMAT(e.value,
	             "%" PRIu64 " bytes from the peer, %" PRIu64 " to it, %" PRIu64
	             " flows, %" PRIu64 " two-way",
	             c->bytes[DIR_PEER_TO_MSFT], c->bytes[DIR_MSFT_TO_PEER], c->flows,
	             c->flows_two_way);
	detect_evidence(f, &e);
}

/* Whether a class was seen lately: a finding is about now. A capture has one now. */
static bool
lately(const struct audit_input *in, const struct input_class *c)
{
	uint64_t window = finding_kind_find("class.undeclared")->close_s * UINT64_C(1000000);

	return in->capture || c->last_us + window > in->to_us;
}

static void
detect_classes(const struct audit_input *in, struct sightings *out)
{
	double flows = conf_threshold(in->conf, NULL, "finding_undeclared_flows");
	double ratio = conf_threshold(in->conf, NULL, "r4_undeclared_ratio");

	for (size_t i = 0; i < in->subnet_count; i++) {
		const struct input_subnet *s = &in->subnets[i];
		struct shares sums;
		char subject[128];

		if (!s->conf || s->conf->side != SIDE_PEER)
			continue;
		sums = share_sum(in->conf, s);
		FIELD_FORMAT(subject, "subnet:%s", s->prefix);
		for (size_t k = 0; k < s->class_count; k++) {
			const struct input_class *c = &s->classes[k];
			enum standing standing = share_standing(in->conf, s, c);
			struct share share = share_counted(c);

			if (standing != STANDING_UNDECLARED &&
			    !(standing == STANDING_TOLERATED && sums.tolerated_over))
				continue;
			if (share.flows < flows || share.bytes < ratio * sums.all.bytes ||
			    !lately(in, c))
				continue;
			describe_class(detect_sight(out, "class.undeclared", subject, c->name), in,
			               s, c, &share, sums.all.bytes);
		}
	}
}

/* ---- links ----------------------------------------------------------------------------------- */

/* Who stopped: the side whose direction is older; both when both are silent alike. */
static enum side
silent_side(const struct rec_link *l)
{
	uint64_t peer = l->last_packet_us[DIR_PEER_TO_MSFT];
	uint64_t msft = l->last_packet_us[DIR_MSFT_TO_PEER];
	uint64_t apart = peer > msft ? peer - msft : msft - peer;

	if (apart < 1000000)
		return SIDE_BOTH;
	return peer < msft ? SIDE_PEER : SIDE_MSFT;
}

static void
detect_silence(const struct audit_input *in, const struct input_link *link, const char *subject,
               struct sightings *out)
{
	struct rec_finding *f;

	if (strcmp(link->rec.state, "silent") != 0 || input_maintenance(in, subject) ||
	    (link->probe && link->probe->stale))
		return;
	f = detect_sight(out, "link.silent", subject, "");
	FIELD_COPY(f->side, side_name(silent_side(&link->rec)));
	FIELD_FORMAT(f->text, "%s is silent: %s", link->rec.name, link->rec.why);
	FIELD_COPY(f->cause, "the link, its far end or the tap carries nothing");
	FIELD_FORMAT(f->next, "pniscope members %s; check light levels of the tap and the port",
	             link->rec.name);
	f->samples = link->rec.traffic.packets[0] + link->rec.traffic.packets[1];
	f->since_us = link->rec.state_since_us;
}

static void
detect_load(const struct audit_input *in, const struct input_link *link, const char *subject,
            struct sightings *out)
{
	double augment = conf_threshold(in->conf, link->conf, "x15_augment_ratio");
	double upgrade = conf_threshold(in->conf, link->conf, "x15_upgrade_ratio");
	struct rec_finding *f;
	double now, p95, peak;

	now = fmax(link->rec.utilisation_ratio[0], link->rec.utilisation_ratio[1]);
	p95 = fmax(link->rec.p95_5min_ratio[0], link->rec.p95_5min_ratio[1]);
	peak = fmax(link->rec.peak_1min_ratio[0], link->rec.peak_1min_ratio[1]);
	if (!(now > augment || p95 > augment || peak > upgrade))
		return;
	f = detect_sight(out, "link.utilisation", subject, "");
	FIELD_COPY(f->side, side_name(SIDE_BOTH));
	FIELD_FORMAT(f->text,
	             "%s: now %.0f %%, p95 of 5 min %.0f %%, peak minute %.0f %% of %.3g Gb/s",
	             link->rec.name, isnan(now) ? 0 : 100 * now, isnan(p95) ? 0 : 100 * p95,
	             isnan(peak) ? 0 : 100 * peak, (double)link->rec.capacity_bps / 1e9);
	FIELD_FORMAT(f->cause, "traffic passes %.0f %% of the capacity", 100 * augment);
	FIELD_FORMAT(f->next, "start the augmentation of %s (45 to 60 days); pniscope explain X15",
	             link->rec.name);
	f->samples = link->rec.days_over_40;
}

static void
detect_links(const struct audit_input *in, struct sightings *out)
{
	for (size_t i = 0; i < in->link_count; i++) {
		const struct input_link *link = &in->links[i];
		char subject[128];

		if (!link->seen)
			continue;
		FIELD_FORMAT(subject, "link:%s", link->rec.name);
		detect_silence(in, link, subject, out);
		detect_load(in, link, subject, out);
	}
}

/* ---- probes ---------------------------------------------------------------------------------- */

static bool
loses(const struct audit_input *in, const struct input_probe *p)
{
	return !p->stale && gate_voids(in->conf, p->rec.loss_ratio, 0);
}

static void
detect_loss(const struct audit_input *in, const struct input_probe *p, const char *subject,
            struct sightings *out)
{
	struct rec_finding *f;

	if (!loses(in, p))
		return;
	f = detect_sight(out, "probe.loss", subject, "");
	FIELD_COPY(f->side, side_name(SIDE_PROBE));
	FIELD_COPY(f->severity, p->rec.loss_ratio > 1e-3 ? "major" : "minor");
	FIELD_FORMAT(f->text,
	             "%s lost %.2g of the packets of the last interval (missed %" PRIu64
	             ", no buffer %" PRIu64 " in all)",
	             p->rec.id, p->rec.loss_ratio, p->rec.missed, p->rec.no_mbuf);
	FIELD_FORMAT(f->cause, "the probe's busiest worker is at %.0f %%", 100 * p->rec.busy_ratio);
	FIELD_FORMAT(f->next,
	             "pniscope probes %s: more lcores or queues when busy, larger buffers "
	             "when bursty",
	             p->rec.id);
	f->samples = p->offered;
}

static void
detect_unfit(const struct audit_input *in, const struct input_probe *p, const char *subject,
             struct sightings *out)
{
	struct rec_finding *f;
	char silence[24];

	if (p->rec.fit && !p->stale)
		return;
	f = detect_sight(out, p->stale ? "probe.stale" : "probe.unfit", subject, "");
	FIELD_COPY(f->side, side_name(SIDE_PROBE));
	if (p->stale) {
		FIELD_FORMAT(f->text, "%s wrote nothing for %s", p->rec.id,
		             input_silence(in, p, silence));
		f->since_us = p->rec.heartbeat_us;
		FIELD_COPY(f->cause, "the probe stopped, or does not reach the store");
		FIELD_FORMAT(f->next, "systemctl status pniscope-probe on %s", p->rec.host);
		return;
	}
	FIELD_FORMAT(f->text, "%s is unfit: %s", p->rec.id, p->rec.unfit_reason);
	FIELD_COPY(f->cause, p->rec.unfit_reason);
	FIELD_FORMAT(f->next, "pniscope probes %s; pniscope doctor on %s", p->rec.id, p->rec.host);
	if (loses(in, p)) {
		detect_id("probe.loss", subject, "", f->caused_by);
	}
}

/* A step is about the minutes after it; what nobody keeps matters where probes are compared. */
static void
detect_clock(const struct audit_input *in, const struct input_probe *p, const char *subject,
             struct sightings *out)
{
	uint64_t window = finding_kind_find("probe.clock")->close_s * UINT64_C(1000000);
	double limit_us = conf_threshold(in->conf, NULL, "clock_error_us");
	double error_us = (double)p->rec.clock_error_ns / 1e3;
	bool stepped = p->rec.clock_step_us && p->rec.clock_step_us + window > in->to_us;
	bool free = p->rec.clock_free && in->probe_count > 1;
	struct rec_finding *f;

	if (p->stale || in->capture || !(stepped || free || error_us > limit_us))
		return;
	f = detect_sight(out, "probe.clock", subject, "");
	FIELD_COPY(f->side, side_name(SIDE_PROBE));
	if (error_us > limit_us)
		FIELD_FORMAT(f->text, "the %s clock of %s is %.3f ms off, more than %.3f ms",
		             p->rec.clock_source, p->rec.id, error_us / 1e3, limit_us / 1e3);
	else if (stepped)
		FIELD_FORMAT(f->text, "the %s clock of %s stepped by %.3f ms", p->rec.clock_source,
		             p->rec.id, (double)p->rec.clock_step_ns / 1e6);
	else
		FIELD_FORMAT(f->text, "nobody keeps the clock of %s (up to %.0f ms off UTC)",
		             p->rec.id, (double)p->rec.clock_utc_error_us / 1e3);
	if (!stepped && error_us <= limit_us)
		FIELD_COPY(f->severity, "info");
	f->since_us = stepped ? p->rec.clock_step_us : 0;
	f->samples = p->rec.clock_steps;
	FIELD_COPY(f->cause, "the system's clock was set, or runs on its own");
	FIELD_FORMAT(
		f->next,
		"chronyc tracking on %s: no event's time is better than its clock; round trips "
		"are not touched by steps between them",
		p->rec.host);
}

/* Two probes, or a probe and this program, that work from different contract files. */
static void
detect_mismatch(const struct audit_input *in, struct sightings *out)
{
	for (size_t i = 0; i < in->probe_count; i++) {
		const struct rec_probe *p = &in->probes[i].rec;
		const char *ours = in->conf->sha256, *other = "this program";
		struct rec_finding *f;
		char subject[128];

		if (ours[0] == '\0') {
			ours = in->probes[0].rec.config_sha256;
			other = in->probes[0].rec.id;
		}
		if (p->config_sha256[0] == '\0' || strcmp(p->config_sha256, ours) == 0)
			continue;
		FIELD_FORMAT(subject, "probe:%s", p->id);
		f = detect_sight(out, "config.mismatch", subject, "");
		FIELD_COPY(f->side, side_name(SIDE_PROBE));
		FIELD_FORMAT(f->text, "%s works from contract %.12s, %s from %.12s", p->id,
		             p->config_sha256, other, ours);
		FIELD_COPY(f->cause, "the contract file was changed on one machine only");
		FIELD_FORMAT(f->next, "copy the same peering file to %s and send SIGHUP", p->host);
	}
}

static void
detect_probes(const struct audit_input *in, struct sightings *out)
{
	for (size_t i = 0; i < in->probe_count; i++) {
		char subject[128];

		FIELD_FORMAT(subject, "probe:%s", in->probes[i].rec.id);
		detect_clock(in, &in->probes[i], subject, out);
		detect_loss(in, &in->probes[i], subject, out);
		detect_unfit(in, &in->probes[i], subject, out);
	}
	detect_mismatch(in, out);
}

void
detect_findings(const struct audit_input *in, struct sightings *out)
{
	out->count = 0;
	detect_classes(in, out);
	detect_links(in, out);
	detect_peering(in, out);
	detect_voice(in, out);
	detect_media(in, out);
	detect_probes(in, out);
}
